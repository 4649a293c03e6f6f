/*
 * What tests in a browser have in common: results as TAP, the daemon as a
 * child, and Chromium.
 *
 *	BUILD     the folder of the programs (build/release)
 *	CHROMIUM  the browser, if it is not the one that a test asks for
 */

import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";

const START_MS = 60000;
const build = process.env.BUILD ?? "build/release";
export const daemon = join(build, "consentd");
/* what is to be seen then is what the daemon does, not what a browser makes of it */
export const sanitized = basename(build) === "asan";
/* draws and runs pages as the whole one does, at half the price */
export const light = process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell";
/* fetches icons, manifests, hints and sends reports, too */
export const whole = process.env.CHROMIUM ?? "/usr/bin/chromium";

const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
	"--disable-background-networking", "--disable-component-update",
	"--disable-sync", "--no-first-run", "--disable-extensions", "--mute-audio"];

let count = 0, failed = 0;
const children = new Set();

/* A result: good where nobody complains. */
export function tap(name, complaints = []) {
	const good = complaints.length === 0;

	console.log(`${good ? "" : "not "}ok ${++count} - ${name}`);
	complaints.flatMap((text) => String(text).split("\n"))
		.forEach((line) => console.log(`# ${line}`));
	failed += good ? 0 : 1;
}

/* A result: good where body, which may be async, ends. */
export async function check(name, body) {
	try {
		await body();
		tap(name);
	} catch (error) {
		tap(name, [error.stack ?? error]);
	}
}

export function same(seen, wanted, what = "it") {
	const [a, b] = [seen, wanted].map((value) => JSON.stringify(value));

	if (a !== b)
		throw new Error(`${what}: seen ${a}, wanted ${b}`);
}

/*
 * Runs the tests of a file, body(chromium), and ends TAP. Skips them where
 * what they need, as a browser or several, is not there.
 */
export async function play(browsers, body) {
	const playwright = await import("playwright-core").catch(() => null);
	const lacks = [daemon, browsers].flat().find((file) => !existsSync(file)) ??
		(playwright ? null : "playwright-core");

	if (lacks) {
		console.log(`1..0 # SKIP no ${lacks}`);
		return;
	}
	await check("the tests come to their end", () => body(playwright.chromium));
	console.log(`1..${count}`);
	/* a failure leaves them, and node would wait for them */
	children.forEach((child) => child.kill());
	process.exit(failed === 0 ? 0 : 1);
}

/* How to launch a browser for which hosts are where rules say. */
export function options(browser, rules = [], more = []) {
	return { executablePath: browser, args: [...flags, ...more,
		...rules.length ? [`--host-resolver-rules=${rules.join(",")}`] : []] };
}

/* A key and a certificate for host in folder. */
export function makeCertificate(folder, host) {
	const [key, cert] = ["key.pem", "cert.pem"].map((n) => join(folder, n));

	execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt",
		"ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
		`/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`,
		"-keyout", key, "-out", cert], { stdio: "ignore" });
	return { key, cert };
}

/*
 * Starts the daemon and waits until it said all of wanted, expressions with a
 * group each, whose texts are found. stop() asks it to end and tells whether
 * it ended well.
 */
export async function startDaemon(words, wanted) {
	const child = spawn(daemon, words, { stdio: ["ignore", "pipe", "pipe"] });
	let said = "";
	children.add(child);
	child.on("exit", () => children.delete(child));
	const found = await new Promise((resolve, reject) => {
		const fail = (why) => reject(new Error(`${why}:\n${said}`));
		const timer = setTimeout(fail, START_MS, "said no address");
		const listen = (bytes) => {
			said += bytes;
			const all = wanted.map((expression) => expression.exec(said)?.[1]);
			if (all.every((one) => one)) {
				clearTimeout(timer);
				resolve(all);
			}
		};
		child.stdout.on("data", listen);
		child.stderr.on("data", listen);
		child.on("exit", (code) => fail(`ended with ${code}`));
	});
	const stop = () => new Promise((resolve) => {
		child.removeAllListeners("exit");
		child.on("exit", (code) => {
			children.delete(child);
			tap("the daemon ends cleanly", code === 0 ? []
				: [`code ${code}`, said]);
			resolve();
		});
		child.kill("SIGTERM");
	});
	return { found, stop, pid: child.pid };
}
