#!/usr/bin/env node
/*
 * Measures our notice and others in Chromium, on the same page, and writes
 * the table and the pictures of docs/NOTICE.md.
 *
 *	PICTURES  where pictures go (docs/images)
 */

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { chromium } from "playwright-core";

import { article, base, openLibrary, pageOf } from "../library.mjs";
import { light, options } from "../stage.mjs";
import { peers } from "./peers.mjs";

const axe = readFileSync(
	createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pictures = process.env.PICTURES ?? "docs/images";
const doc = "docs/NOTICE.md";
const modules = new URL("node_modules/", import.meta.url).pathname;
const widths = { phone: { width: 390, height: 844 },
	desktop: { width: 1280, height: 800 } };
const SETTLE_MS = 1500, TABS = 60, STEP_MS = 5000, QUALITY = 40;
const types = { css: "text/css", js: "text/javascript" };

/* ---- the pages ---------------------------------------------------------- */

function answer(request, response) {
	const host = request.headers.host.split(".")[0];
	const path = request.url.split("?")[0];
	const peer = peers.find((p) => p.name === host);

	if (path.startsWith("/npm/") && !path.includes("..")) {
		response.writeHead(200, { "Content-Type": types[path.split(".").pop()] });
		response.end(readFileSync(join(modules, path.slice(5))));
	} else {
		response.writeHead(200, { "Content-Type": "text/html" });
		response.end(pageOf("en", article + (peer?.foot ?? ""), peer?.head));
	}
}

const plain = pageOf("en", article);
const addressOf = (peer) => peer.ours ? `${base}/en/`
	: `http://${peer.name}.peer.example/en/`;

/* ---- measures ----------------------------------------------------------- */

function watchShifts() {
	window.shifts = 0;
	new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
		window.shifts += entry.value;
	})).observe({ type: "layout-shift", buffered: true });
}

/* What axe finds, and the least contrast of a text of the notice. */
async function readByAxe(root) {
	const all = await window.axe.run(document,
		{ resultTypes: ["violations", "passes"] });
	const texts = [...all.violations, ...all.passes]
		.filter((rule) => rule.id === "color-contrast")
		.flatMap((rule) => rule.nodes).filter((node) =>
			document.querySelector(node.target[0])?.closest(root))
		.flatMap((node) => node.any.map((one) => one.data?.contrastRatio))
		.filter((ratio) => ratio > 0);

	return { found: all.violations.map((rule) => `${rule.id} ${rule.nodes.length}`),
		contrast: Math.min(...texts) };
}

async function arrive(browser, peer, more = {}) {
	const context = await browser.newContext({ viewport: widths.desktop, ...more });
	const page = await context.newPage();

	page.setDefaultTimeout(STEP_MS);
	page.bodies = [];
	page.on("response", (r) => page.bodies.push(r.body().then(
		(body) => [r.url(), body], () => [r.url(), Buffer.alloc(0)])));
	await page.addInitScript(watchShifts);
	await page.goto(addressOf(peer));
	await page.waitForTimeout(SETTLE_MS);
	return page;
}

const seen = (page, selector) => page.locator(selector).first().isVisible();

/* What the page weighs more than without a notice, and what it asks for. */
async function weigh(page) {
	const bodies = await Promise.all(page.bodies);
	const zip = (bytes) => gzipSync(bytes, { level: 9 }).length;
	const sum = (measure) => bodies.reduce((all, [, body]) =>
		all + measure(body), 0) - measure(Buffer.from(plain));

	return { gzip: sum(zip), raw: sum((body) => body.length),
		requests: bodies.length - 1 };
}

async function clickAll(page, steps) {
	for (const step of steps) {
		/* a switch is drawn over its input, which nobody sees */
		await page.locator(step).first().click({ force: true });
		await page.waitForTimeout(SETTLE_MS);
	}
	return steps.length;
}

/* Keys from the start of the page, or from where one is, to what is wanted. */
async function keyTo(page, selector) {
	for (let keys = 1; keys <= TABS; keys++) {
		await page.keyboard.press("Tab");
		if (await page.evaluate((s) =>
			document.activeElement?.matches(s), selector)) {
			await page.keyboard.press(await page.evaluate(() =>
				document.activeElement.localName) === "input"
				? "Space" : "Enter");
			await page.waitForTimeout(SETTLE_MS);
			return keys + 1;
		}
	}
	return Infinity;
}

async function keyAll(page, steps) {
	let keys = 0;

	for (const step of steps)
		keys += await keyTo(page, step);
	return keys;
}

async function readJar(page) {
	return JSON.stringify((await page.context().cookies())
		.map(({ name, value }) => [name, value]).sort());
}

async function measure(browser, peer) {
	const row = { name: peer.name };
	const away = async (page, what) => {
		if (await seen(page, peer.reject[0]))
			throw new Error(`${peer.name}: ${what} leaves the notice`);
		await page.context().close();
	};

	row.shift = [];
	for (const [name, viewport] of Object.entries(widths)) {
		const page = await arrive(browser, peer, { viewport });
		await page.screenshot({ path: join(pictures,
			`notice-${peer.name}-${name}.jpg`), type: "jpeg", quality: QUALITY });
		row.shift.push(await page.evaluate("window.shifts"));
		Object.assign(row, await weigh(page));
		await page.evaluate(axe);
		const first = await page.evaluate(readByAxe, peer.root);
		await clickAll(page, peer.open);
		const opened = await page.evaluate(readByAxe, peer.root);
		row[`axe, ${name}`] = [...first.found, ...opened.found];
		row.contrast = Math.min(row.contrast ?? Infinity, first.contrast,
			opened.contrast);
		await page.context().close();
	}
	let page = await arrive(browser, peer);
	row.rejectClicks = await clickAll(page, peer.reject);
	await away(page, "a click");
	page = await arrive(browser, peer);
	row.rejectKeys = await keyAll(page, peer.reject);
	await away(page, "a key");
	for (const [name, go] of [["withdrawClicks", clickAll],
		["withdrawKeys", keyAll]]) {
		page = await arrive(browser, peer);
		await clickAll(page, [peer.accept]);
		await page.goto(addressOf(peer));
		await page.waitForTimeout(SETTLE_MS);
		const before = await readJar(page);
		row[name] = await go(page, peer.withdraw);
		if (await readJar(page) === before)
			throw new Error(`${peer.name}: ${name} withdraws nothing`);
		await page.context().close();
	}
	page = await arrive(browser, peer, { javaScriptEnabled: false });
	row.scriptless = await seen(page, peer.reject[0]);
	if (row.scriptless)
		await page.locator(peer.reject[0]).click();
	await page.context().close();
	return row;
}

/* ---- the table ------------------------------------------------------------ */

/* Languages that come with it. */
function countLanguages(peer) {
	if (peer.ours)
		return readdirSync("conf/notices").filter((file) =>
			file.endsWith(".conf")).length;
	return peer.texts === undefined ? 0
		: readdirSync(join(modules, peer.texts)).filter((file) =>
			/^(tarteaucitron\.)?[a-z]{2}(_[A-Z]{2})?\.(min\.js|yml|yaml)$/
				.test(file)).length;
}

const number = (n) => n.toLocaleString("en");
const lines = {
	"bytes as gzip": (row) => number(row.gzip),
	"bytes as they are": (row) => number(row.raw),
	"requests besides the page": (row) => row.requests,
	"layout shift, phone and desktop": (row) => row.shift.map((shift) =>
		shift.toFixed(3)).join(", "),
	"found by axe-core, phone": (row) => row["axe, phone"].join(", ") || 0,
	"found by axe-core, desktop": (row) => row["axe, desktop"].join(", ") || 0,
	"least contrast of a text": (row) => row.contrast.toFixed(1),
	"clicks to reject": (row) => row.rejectClicks,
	"keys to reject": (row) => row.rejectKeys,
	"clicks to withdraw": (row) => row.withdrawClicks,
	"keys to withdraw": (row) => row.withdrawKeys,
	"without JavaScript": (row) => row.scriptless ? "works" : "shows nothing",
	"languages that come with it": (row) => row.languages,
};

function writeTable(rows) {
	const line = (cells) => `| ${cells.join(" | ")} |`;
	const table = [line(["", ...rows.map((row) => row.name)]),
		line(["---", ...rows.map(() => "---")]),
		...Object.entries(lines).map(([title, cell]) =>
			line([title, ...rows.map(cell)]))].join("\n");
	const text = readFileSync(doc, "utf8");

	writeFileSync(doc, text.replace(
		/(<!-- the table -->\n)[^]*?(\n<!-- its end -->)/,
		(_, before, after) => before + table + after));
}

async function main() {
	const library = await openLibrary(answer);
	const browser = await chromium.launch(options(light, [
		`MAP *.peer.example:80 127.0.0.1:${library.origin}`, ...library.rules]));
	const rows = [];

	for (const peer of peers)
		rows.push({ ...await measure(browser, peer),
			languages: countLanguages(peer) });
	await browser.close();
	await library.close();
	writeTable(rows);
	process.exit(0);
}

await main();
