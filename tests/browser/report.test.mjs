#!/usr/bin/env node
/*
 * The report of a log in Chromium: axe-core finds nothing, nothing is wider
 * than the window, nothing is asked of anybody and nothing runs, and it prints
 * as A4. The log is that of tests/ctl/log_report_test.py, with markup in every
 * text.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, light, options, play, same } from "./stage.mjs";

const axe = readFileSync(
	createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "consent-report-"));
const file = join(folder, "report.html");

/* Makes the log and its report. */
function make() {
	execFileSync("python3", ["-c", `
import sys
sys.path.insert(0, "tests/ctl")
import log_report_test as t
log, key = t.make_log(sys.argv[1])
t.report(sys.argv[1], log, "--key", key)
`, folder]);
}

/* What axe finds; it may run although the page's own policy lets nothing. */
async function findings(page) {
	await page.evaluate(axe);
	return page.evaluate(async () => {
		const { violations } = await window.axe.run(document);
		return violations.flatMap(({ id, nodes }) =>
			nodes.map(({ target }) => `${id}: ${target}`));
	});
}

async function look(browser, colorScheme, width) {
	const page = await browser.newPage({ colorScheme,
		viewport: { width, height: 900 } });
	const asked = [], said = [];

	page.on("request", (request) => asked.push(request.url()));
	page.on("console", (message) => said.push(message.text()));
	page.on("dialog", (dialog) => said.push(dialog.message()));
	await page.goto(`file://${file}`);
	await check(`${colorScheme}, ${width}: nothing is asked of anybody`, () =>
		same([asked, said], [[`file://${file}`], []]));
	await check(`${colorScheme}, ${width}: no wider than the window`,
		async () => same(await page.evaluate(() =>
			document.documentElement.scrollWidth), width));
	await check(`${colorScheme}, ${width}: axe finds nothing`, async () =>
		same(await findings(page), []));
	await page.close();
}

/* The sizes of the pages that it prints on. */
async function print(browser) {
	const page = await browser.newPage();

	await page.goto(`file://${file}`);
	const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
	const sizes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)]
		.map(([, w, h]) => `${Math.round(w)}x${Math.round(h)}`);

	same([...new Set(sizes)], ["595x842"], "pages");
	if (pdf.length > 2 ** 20)
		throw new Error(`${pdf.length} bytes on ${sizes.length} pages`);
}

await play([light], async (chromium) => {
	make();
	const browser = await chromium.launch(options(light));

	await look(browser, "light", 1100);
	await look(browser, "dark", 360);
	await check("it prints as A4", () => print(browser));
	await browser.close();
	rmSync(folder, { recursive: true });
});
