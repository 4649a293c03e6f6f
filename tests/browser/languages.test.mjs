#!/usr/bin/env node
/*
 * All that visitors are shown, in each language, looked at in Chromium: axe-core
 * finds nothing, all has room, nothing moves. Writes TAP.
 *
 *	EVERY	takes every language in every view, as `make axe` does; else some
 *		languages are, and the others in a view each
 *	LANGUAGE	takes this one alone
 *	SHOTS	a folder for pictures of all of it
 */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { base, isRightToLeft, languages, openLibrary } from "./library.mjs";
import { check, light, options, play, same } from "./stage.mjs";

const axe = readFileSync(
	createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const full = "http://full.example";	/* whose disk takes no record */
const busy = "http://busy.example";	/* that takes one choice a minute */
const TABS = 2;		/* at a time */
const TARGET = 44;	/* CSS pixels of what is pressed */
const WAIT_MS = 20000, STEP_MS = 20;
const phone = { width: 320, height: 640 };
const desk = { width: 1280, height: 800 };

const views = ["light", "dark"].flatMap((colorScheme) =>
	[phone, desk].map((viewport) => ({ colorScheme, viewport })));
/* those that a hospital of Istanbul asks for, and what is written otherwise */
const whole = ["ar", "de", "en", "es", "fa", "fr", "ru", "tr", "uk", "zh",
	"he", "ur", "ja", "el"];
/* for what is one page in all languages but for its words */
const few = ["en", "ar", "de", "zh"];

const ours = (path, lang) => `${base}/.consent/${path}?lang=${lang}`;

/* The views that a language is looked at in. */
function viewsOf(lang) {
	const others = languages.filter((one) => !whole.includes(one));

	return process.env.EVERY || whole.includes(lang) ? views
		: [views[others.indexOf(lang) % views.length]];
}

/* ---- run inside the page ------------------------------------------------ */

/* Adds up what moves from the first byte on. */
function watchShifts() {
	window.shifts = 0;
	new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
		window.shifts += entry.value;
	})).observe({ type: "layout-shift", buffered: true });
}

/* Puts a page in the place of the one that is there. */
async function show(html) {
	const next = new DOMParser().parseFromString(html, "text/html");

	document.replaceChild(document.adoptNode(next.documentElement),
		document.documentElement);
	await Promise.all([...document.querySelectorAll("link[rel=stylesheet]")]
		.map((link) => link.sheet ?? new Promise((done, fail) =>
			Object.assign(link, { onload: done, onerror: fail }))));
}

/* What axe finds, each in a line; one of its rules has to be asked for. */
async function findFaults() {
	const { violations } = await window.axe.run(document, {
		resultTypes: ["violations"], preload: false, iframes: false,
		rules: { "target-size": { enabled: true } } });

	return violations.map((rule) =>
		`${rule.id} ${rule.nodes.map((node) => node.target).join()}`);
}

/* What does not fit its room, or is too small to be pressed. */
function findCrowding(target) {
	const root = document.scrollingElement;
	const faults = root.scrollWidth > root.clientWidth
		? [`${root.scrollWidth} wide in ${root.clientWidth}`] : [];
	const pressed = "#consent-notice :is(button, summary, input)," +
		".consent-page :is(button, summary), #consent-control";

	for (const e of document.querySelectorAll(pressed)) {
		const box = e.closest("label") ?? e;
		if (!e.checkVisibility())
			continue;
		if (e.scrollWidth > e.clientWidth + 1)
			faults.push(`${e.textContent} is cut`);
		if (box.getBoundingClientRect().height < target - .5)
			faults.push(`${e.textContent || e.name} is ${
				box.getBoundingClientRect().height} high`);
	}
	return faults;
}

/* What a visitor's own style says; the policy of no page forbids it. */
function addStyle(text) {
	const sheet = new CSSStyleSheet();

	sheet.replaceSync(text);
	document.adoptedStyleSheets = [sheet];
}

/* Whether what says no has all that what says yes has. */
function compareAnswers() {
	const [no, yes] = ["reject", "accept"].map((value) => {
		const e = document.querySelector(`#consent-notice [value=${value}]`);
		const style = getComputedStyle(e);
		const box = e.getBoundingClientRect();
		return [Math.round(box.width), Math.round(box.height),
			...["color", "backgroundColor", "fontSize", "fontWeight",
				"borderTopColor"].map((name) => style[name])].join(" ");
	});
	return [no, yes];
}

/* Opens all that can be unfolded in what matches. */
function unfold(selector) {
	document.querySelectorAll(`${selector} details`).forEach((e) => {
		e.open = true;
	});
}

/* Sends a form, as a page of the site or of somebody else does. */
function send([action, fields]) {
	const form = document.createElement("form");

	Object.assign(form, { method: "post", action });
	for (const [name, value] of Object.entries(fields))
		form.append(Object.assign(
			document.createElement("input"), { name, value }));
	document.body.append(form);
	window.sent = true;
	form.submit();
}

/* Whether what came of it is here. */
function isAnswered() {
	return !window.sent && document.readyState === "complete";
}

/* ---- tabs --------------------------------------------------------------- */

/*
 * axe in one view. It stays, and the pages come to it: as loaded, with what
 * their scripts did. A new page would have it compiled anew, which takes longer
 * than to read several.
 */
class Reader {
	static async open(browser, view) {
		const context = await browser.newContext(
			{ ...view, bypassCSP: true, reducedMotion: "reduce" });
		const page = await context.newPage();

		await page.goto(`${base}/en/`);
		await page.evaluate(axe);
		return Object.assign(new Reader(), { page, runs: 0, before: null,
			name: `${view.colorScheme}, ${view.viewport.width}` });
	}

	/* What it finds in a page, once it is through with those before. */
	read(html, what) {
		const found = Promise.resolve(this.before).then(async () => {
			const how = `${what}, ${this.name}`;

			await this.page.evaluate(show, html);
			this.runs++;
			const faults = await this.page.evaluate(findFaults);
			if (process.env.SHOTS)
				await this.shoot(how);
			return faults.map((line) => `${how}: ${line}`);
		});

		this.before = found.catch(() => {});
		return found;
	}

	async shoot(how) {
		const name = how.replace(/[^\w-]+/g, "-");

		await this.page.screenshot({ fullPage: !/notice/.test(how),
			path: join(process.env.SHOTS, `${name}.png`) });
	}
}

/* Where pages are loaded, with a jar of its own. */
class Tab {
	static async open(browser, readers, told) {
		const context = await browser.newContext({ viewport: desk });
		const page = await context.newPage();

		page.on("request", (r) => told.hosts.add(new URL(r.url()).host));
		page.on("pageerror", (error) => told.errors.push(error.message));
		await page.addInitScript(watchShifts);
		return Object.assign(new Tab(), { context, page, readers });
	}

	/* Has axe read the page that is here, in some views; the promises of it. */
	async readByAxe(what, those) {
		const html = await this.page.content();
		const found = this.readers.filter((_, i) => those.includes(views[i]))
			.map((reader) => reader.read(html, what));

		/* who waits for them may do so after something else went wrong */
		found.forEach((one) => one.catch(() => {}));
		return found;
	}

	/* Narrow, with letters of twice the size, with more space between them. */
	async readRoom(what) {
		const { page } = this, faults = [];
		const look = async (how) => faults.push(...(await page.evaluate(
			findCrowding, TARGET)).map((line) => `${what}, ${how}: ${line}`));

		await page.setViewportSize(phone);
		await look("320 wide");
		await page.evaluate(addStyle, `* { line-height: 1.5 !important;
			letter-spacing: .12em !important; word-spacing: .16em !important; }`);
		await look("spaced");
		await page.evaluate(addStyle, "html { font-size: 200% !important }");
		await page.setViewportSize(desk);
		await look("letters of 200 %");
		await page.setViewportSize(
			{ width: desk.width / 2, height: desk.height / 2 });
		await page.evaluate(addStyle, "");
		await look("zoomed to 200 %");
		await page.setViewportSize(desk);
		return faults;
	}

	/* Sends a form from a page; the status, once the answer is there. */
	async post(from, action, fields) {
		const { page } = this;

		await page.goto(from);
		const [request] = await Promise.all([
			page.waitForRequest((r) => r.method() === "POST"),
			page.evaluate(send, [action, fields])]);
		const response = await request.response();
		await page.waitForFunction(isAnswered);
		return response.status();
	}
}

/* ---- tests -------------------------------------------------------------- */

async function readLanguage(tab, lang) {
	const { page } = tab, faults = [], found = [], shifts = [];
	const load = async (url) => {
		await page.goto(url);
		shifts.push(await page.evaluate("window.shifts"));
	};
	const look = async (what) => {
		found.push(...await tab.readByAxe(`${lang} ${what}`, viewsOf(lang)));
		faults.push(...await tab.readRoom(`${lang} ${what}`));
	};

	await tab.context.clearCookies();
	await tab.context.setExtraHTTPHeaders({});
	await load(`${base}/${lang}/`);
	const answers = await page.evaluate(compareAnswers);
	same(answers[0], answers[1], "no and yes");
	same(await page.locator("#consent-notice").evaluate((e) =>
		[e.lang, e.dir]), [lang, isRightToLeft(lang) ? "rtl" : "ltr"], "tongue");
	await look("notice");
	await page.evaluate(unfold, ".consent-actions");
	await look("opened notice");
	for (const path of ["", "cookies"]) {
		await load(ours(path, lang));
		await page.evaluate(unfold, ".consent-page main");
		await look(path || "preferences");
	}
	same((await Promise.all(found)).flat().concat(faults), [], "faults");
	same(shifts, [0, 0, 0], "layout shift");
}

/* What is shown once a choice was made, and to whom something went wrong. */
async function readRest(tab, lang) {
	const { page, context } = tab, found = [];
	const choice = { action: "choose", category: "analytics", lang };
	const embed = { url: "https://video.example/embed/1", lang };
	const look = async (what) => {
		same(await page.locator("html").getAttribute("lang"), lang, what);
		found.push(...await tab.readByAxe(`${lang} ${what}`, views));
	};
	const fail = async (what, ...form) => {
		same(await tab.post(...form), Number.parseInt(what, 10), what);
		await look(what);
	};

	await context.clearCookies();
	await page.goto(`${base}/${lang}/`);
	await page.evaluate(unfold, ".consent-languages");
	await look("notice with its languages");
	const faults = await tab.readRoom(`${lang} notice with its languages`);
	await context.setExtraHTTPHeaders({ "Accept-Language": lang });
	await page.goto(`${base}/.consent/embed?${new URLSearchParams(embed)}`);
	await look("embed asked for");
	await tab.post(ours("", lang), "/.consent/embed", embed);
	same(await page.locator("iframe").count(), 1, "the embed");
	await look("embed shown");
	await page.goto(`${base}/${lang}/cookies`);
	same(await page.locator(".consent-table table").count() > 0, true, "table");
	await look("table of the site, and the notice");
	await tab.post(ours("", lang), "/.consent/choice", choice);
	await page.goto(`${base}/${lang}/cookies`);
	same(await page.locator("#consent-control").count(), 1, "the control");
	await look("table of the site, and the control");
	await page.goto(`${ours("", lang)}&saved=1`);
	await page.evaluate(unfold, ".consent-page main");
	await look("preferences after a choice");
	await fail("403", "about:blank", `${base}/.consent/choice`, choice);
	await tab.post(`${busy}/.consent/`, "/.consent/choice", choice);
	await fail("429", `${busy}/.consent/?lang=${lang}`, "/.consent/choice",
		choice);
	await fail("503", `${full}/.consent/?lang=${lang}`, "/.consent/choice",
		choice);
	await fail("503 that holds", `${full}/.consent/?lang=${lang}`,
		"/.consent/choice", { ...choice, action: "reject" });
	same((await Promise.all(found)).flat().concat(faults), [], "faults");
}

/* Its child that keeps the log gets no room to write any more. */
async function fillDisk(pid) {
	const end = Date.now() + WAIT_MS;
	const read = (path) => readFileSync(`/proc/${path}`, "utf8");
	let notary;

	while (notary === undefined && Date.now() < end) {
		notary = read(`${pid}/task/${pid}/children`).trim().split(" ")
			.find((child) => read(`${child}/comm`).includes("notary"));
		await new Promise((done) => setTimeout(done, STEP_MS));
	}
	execFileSync("prlimit", ["--pid", notary, "--fsize=1:"]);
}

/* Those that can go on, each with the next of what is to be done. */
async function workThrough(tabs, jobs) {
	await Promise.all(tabs.map(async (tab) => {
		for (let job; (job = jobs.shift());)
			await check(job[0], () => job[1](tab));
	}));
}

async function look(chromium) {
	const libraries = [
		await openLibrary(undefined, base, undefined, languages),
		await openLibrary(undefined, full, "limits = { choices = 0; }; " +
			"sandbox = false;"),
		await openLibrary(undefined, busy, "limits = { choices = 1; };")];
	const browser = await chromium.launch(options(light, [
		...libraries.map(({ rules }) => rules[0]), "MAP * ~NOTFOUND"]));
	const told = { hosts: new Set(), errors: [] };
	const readers = await Promise.all(views.map((view) =>
		Reader.open(browser, view)));
	const tabs = await Promise.all(Array.from({ length: TABS }, () =>
		Tab.open(browser, readers, told)));

	await fillDisk(libraries[1].pid);
	await workThrough(tabs, [
		...few.map((lang) => [`${lang}: axe finds nothing in the other pages`,
			(tab) => readRest(tab, lang)]),
		...languages.map((lang) => [`${lang}: axe finds nothing in ${
			viewsOf(lang).length} views, all fits, nothing moves`,
		(tab) => readLanguage(tab, lang)])]
		.filter(([name]) => name.startsWith(process.env.LANGUAGE ?? "")));
	await check("nothing was asked of another host, but the embed", () =>
		same([...told.hosts].filter((host) => host !== "video.example" &&
			!libraries.some(({ rules }) =>
				rules[0].startsWith(`MAP ${host}:`))), []));
	await check("no script complained", () => same(told.errors, []));
	console.log(`# axe ran ${
		readers.reduce((sum, { runs }) => sum + runs, 0)} times`);
	await browser.close();
	for (const library of libraries)
		await library.close();
}

await play(light, look);
