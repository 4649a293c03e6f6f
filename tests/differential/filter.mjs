/*
 * libconsent's page over many pages in one process: a client of page-filter.
 * Bytes are strings of one character each ("latin1"): offsets in a text are
 * those in the page.
 */

import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const build = process.env.BUILD ?? "build/release";

/* enum consent_status, as far as pages have it */
export const OK = 0;

export class Filter {
	constructor(policy = join(here, "policy.conf")) {
		this.waiting = [];
		this.got = [];
		this.n = 0;
		this.child = spawn(join(build, "tests", "page-filter"), [policy],
			{ stdio: ["pipe", "pipe", "inherit"] });
		this.child.stdout.on("data", (bytes) => this.take(bytes));
		this.ended = new Promise((resolve) => this.child.on("close", (code) => {
			this.waiting.forEach(({ reject }) =>
				reject(new Error(`page-filter ended with ${code}`)));
			resolve(code);
		}));
		this.child.stdin.on("error", () => {});
	}

	/* What becomes of a page; pieces of chunk bytes, 0 is whole. */
	run(page, { chunk = 0, grants = "none" } = {}) {
		return new Promise((resolve, reject) => {
			this.waiting.push({ resolve, reject });
			this.child.stdin.write(`${page.length} ${chunk} ${grants}\n`);
			this.child.stdin.write(page, "latin1");
		});
	}

	take(bytes) {
		this.got.push(bytes);
		this.n += bytes.length;
		while (this.waiting.length > 0 && this.answer());
	}

	/* Hands out the next answer, once it is there. */
	answer() {
		let line = this.got[0]?.indexOf("\n") ?? -1;

		if (line < 0 && this.got.length > 1) {
			this.got = [Buffer.concat(this.got)];
			line = this.got[0].indexOf("\n");
		}
		if (line < 0)
			return false;
		const [length, status, withheld] = this.got[0]
			.toString("latin1", 0, line).split(" ").map(Number);
		const end = line + 1 + length;
		if (this.n < end)
			return false;
		const all = Buffer.concat(this.got);
		this.got = [all.subarray(end)];
		this.n -= end;
		this.waiting.shift().resolve({ status, withheld,
			text: all.toString("latin1", line + 1, end) });
		return true;
	}

	async close() {
		this.child.stdin.end();
		return this.ended;
	}
}
