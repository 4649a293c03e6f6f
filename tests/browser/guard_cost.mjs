#!/usr/bin/env node
/*
 * What the guard costs a page in Chromium: the same work in two pages, one
 * with it and one without, turn by turn, and of each the quickest turn, so
 * that a busy machine changes both alike. The rules are the hosts and cookies
 * of conf/vendors. Writes a line for each kind of work: without, with, ratio.
 *
 *	ROUNDS	turns (40)
 *	OTHER	the file of another guard to compare with
 */

import { readFileSync, readdirSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const browser = process.env.CHROMIUM ?? "/usr/bin/chromium";
const rounds = Number(process.env.ROUNDS ?? 40);
const starts = 15;

/* Each is done so many times in a turn. */
const works = {
	"src of an image, an address for each": [200, (i) => {
		new Image().src = `data:image/gif,${i}${turn}`; }],
	"src of an image, a few addresses": [500, (i) => {
		document.createElement("source").src = `/picture/${i % 20}`; }],
	'setAttribute("href")': [2000, (i) => link.setAttribute("href",
		`/page/${i % 20}`)],
	'setAttribute("class")': [5000, (i) => link.setAttribute("class",
		i % 2 ? "a" : "b")],
	"appendChild of a leaf": [1000, () => box.appendChild(
		document.createElement("p"))],
	"appendChild of a tree of 40": [100, () => box.appendChild(tree)],
	textContent: [2000, (i) => { leaf.textContent = i; }],
	"style.color": [2000, (i) => { leaf.style.color = i % 2 ? "red" : ""; }],
	"style.setProperty": [1000, (i) => leaf.style.setProperty("width",
		`${i % 50}px`)],
	"innerHTML of a few bytes": [500, () => { box.innerHTML = "<b>x</b>y"; }],
	"innerHTML of 100 kB": [2, () => { box.innerHTML = plain; }],
	"innerHTML of 100 kB, images and styles in it": [1, () => {
		box.innerHTML = rich; }],
	"document.cookie": [50, () => { document.cookie = "session=1"; }],
	"localStorage.setItem": [200, () => localStorage.setItem("key", "1")],
};

function prepare() {
	const card = (i, image, style) => `<div class="card"><h3>Card ${i}</h3>
		${image}<p ${style}>Some text that says what it is about and a
		<a href="/more/${i}">link</a> to more of it.</p></div>`;
	const cards = (image, style) => Array.from({ length: 600 }, (_, i) =>
		card(i, image, style)).join("").slice(0, 100000);

	self.plain = cards("", "");
	self.rich = cards('<img src="data:," alt="a">',
		'style="background:url(data:,)"');
	self.turn = 0;
	self.box = document.body.appendChild(document.createElement("div"));
	self.leaf = document.body.appendChild(document.createElement("p"));
	self.link = document.body.appendChild(document.createElement("a"));
	self.tree = document.createElement("div");
	tree.innerHTML = "<p>a <b>b</b> <i>c</i></p>".repeat(13);
}

/* The milliseconds of one turn, in the page. */
function take([times, work]) {
	box.textContent = "";
	turn++;
	const start = performance.now();
	for (let i = 0; i < times; i++)
		work(i);
	return performance.now() - start;
}

/* As the server writes them: the hosts and cookies of all vendors. */
function rules() {
	const texts = readdirSync("conf/vendors")
		.filter((name) => name.endsWith(".conf"))
		.map((name) => readFileSync(`conf/vendors/${name}`, "utf8"));
	const hosts = texts.flatMap((text) => [...text.matchAll(/hosts = \[([^\]]*)/g)])
		.flatMap(([, list]) => [...list.matchAll(/"([^"]*)"/g)])
		.map(([, host]) => `.${host}${host.includes("/") ? "" : "/*"}`);
	const globs = [...new Set(hosts)].sort((a, b) => b.length - a.length);
	const names = texts.flatMap((text) => [...text.matchAll(/name = "([^" ]*)";/g)])
		.map(([, name]) => name);
	return JSON.stringify([[[1, `${globs.join(" ")} ~/collect*`]],
		[[0, "session"], [1, names.join(" ")], [1, "*"]],
		[[1, names.slice(0, 9).join(" ")]]]).slice(1, -1);
}

async function open(context, head) {
	const page = await context.newPage();
	await page.route("http://site.example/**", (route) => route.fulfill({
		contentType: "text/html",
		headers: { "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Embedder-Policy": "require-corp" },
		body: `<!doctype html><head><script>start = performance.now()</script>${
			head}<script>spent = performance.now() - start</script><body>` }));
	await page.goto("http://site.example/");
	return page;
}

function size(coder, text) {
	return coder(text, { level: 9 }).length;
}

/* What there is without the guard, and with it. */
function tell(name, figures) {
	console.log([name, ...figures.map((figure) => figure.toFixed(2)),
		...figures.slice(1).map((figure) => figures[0] > 0
			? `${(figure / figures[0]).toFixed(1)}x` : "-")].join("\t"));
}

async function main() {
	const { chromium } = await import("playwright-core");
	const call = `(${rules()})`;
	const texts = ["src/consent/guard.min.js",
		...process.env.OTHER ? [process.env.OTHER] : []]
		.map((path) => readFileSync(path, "utf8").trim());
	const heads = ["", ...texts.map((text) =>
		`<script data-consent="1">${text}${call}</script>`)];
	const launched = await chromium.launch({ executablePath: browser,
		args: ["--headless", "--no-sandbox", "--disable-gpu"] });
	const context = await launched.newContext();
	const pages = [];
	for (const head of heads)
		pages.push(await open(context, head));

	for (const text of texts)
		console.log(`${text.length} bytes and ${call.length} of rules; as gzip ${
			size(gzipSync, text)} and ${size(gzipSync, text + call)
			} with them, as Brotli ${size(brotliCompressSync, text)} and ${
			size(brotliCompressSync, text + call)}`);
	const spent = heads.map(() => Infinity);
	for (let i = 0; i < starts; i++)
		for (const [at, page] of pages.entries()) {
			await page.reload();
			spent[at] = Math.min(spent[at], await page.evaluate("spent"));
		}
	tell("start of a page, ms", spent);
	for (const page of pages) {
		await page.evaluate(`(${prepare})()`);
		await page.evaluate(`take = ${take}; works = {${Object.entries(works)
			.map(([name, [times, work]]) =>
				`${JSON.stringify(name)}: [${times}, ${work}]`)}}; 0`);
	}
	for (const [name, [times]] of Object.entries(works)) {
		const best = heads.map(() => Infinity);
		for (let i = 0; i < rounds; i++)
			for (const [at, page] of pages.entries())
				best[at] = Math.min(best[at], await page.evaluate(
					`take(works[${JSON.stringify(name)}])`));
		tell(`${name}, us`, best.map((ms) => ms * 1000 / times));
	}
	await launched.close();
}

await main();
