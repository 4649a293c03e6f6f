#!/usr/bin/env node
/*
 * The pages of Debian's -doc packages, clean and with trackers planted
 * (`make differential`). Each must come out as check.mjs says.
 *
 *	node tests/differential/debian.mjs [--seed N] [--every N] PACKAGE...
 *
 * A page that fails is named with its seed; --every N takes each N-th page.
 * Not a part of `make test`: it wants the packages and a few minutes.
 */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { checkClean, checkPlanted } from "./check.mjs";
import { Filter } from "./filter.mjs";
import { random } from "./plants.mjs";

const SHOWN = 50;
const LEAST = 5000; /* pages, without --every */

function options(list) {
	const found = { seed: 1, every: 1 };

	while (list[0]?.startsWith("--")) {
		const name = list.shift().slice(2);
		if (!(name in found))
			throw new Error(`no option --${name}`);
		found[name] = Number(list.shift());
	}
	return { ...found, packages: list };
}

/* All pages of the packages, those that they bring along included. */
function pages(packages) {
	const files = execFileSync("dpkg-query", ["-L", ...packages],
		{ encoding: "utf8", maxBuffer: 1 << 28 }).split("\n");

	return [...new Set(files)].filter((f) => /\.x?html?$/.test(f)).sort();
}

async function main() {
	const { seed, every, packages } = options(process.argv.slice(2));
	const files = pages(packages).map((file, i) => [i, file])
		.filter(([i]) => i % every === 0);
	const filter = new Filter();
	const sums = {};
	let failed = 0, bytes = 0;

	for (const [i, file] of files) {
		const pick = random(seed + i);
		const html = readFileSync(file, "latin1");
		const complaint = await checkClean(filter, html, pick) ??
			await checkPlanted(filter, html, pick, sums);
		bytes += html.length;
		if (complaint && failed++ < SHOWN)
			console.log(`not ok ${file} (--seed ${seed}): ${complaint}`);
	}
	await filter.close();
	console.log(`${files.length} pages, ${(bytes / 1e6).toFixed(0)} MB: ` +
		`${failed} failed; ${sums.plants} plants, ${sums.withheld} withheld, ` +
		`${sums.bytes} pages as before the planting, ` +
		`${sums.unplanted ?? 0} where nothing could be planted`);
	if (every === 1 && files.length < LEAST) {
		console.log(`not ok: fewer than ${LEAST} pages`);
		failed++;
	}
	process.exitCode = failed === 0 ? 0 : 1;
}

await main();
