#!/usr/bin/env node
/*
 * What visitors are shown, looked at in Chromium: by axe-core, by keyboard
 * alone, without scripts, narrow and large, in each language. Writes TAP. The
 * accessibility trees are kept beside it, in notice.tree.
 *
 *	UPDATE_TREE	writes that file anew
 */

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";

import { base, isRightToLeft, languages, openLibrary } from "./library.mjs";
import { check, light, options, play, same, tap } from "./stage.mjs";

const axe = readFileSync(
	createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const treeFile = new URL("notice.tree", import.meta.url);
const GZIP_BYTES = 14336, RAW_BYTES = 40960;
const TARGET = 44;	/* CSS pixels of what is pressed */
const WAIT_MS = 20000, STEP_MS = 50;
const TABS = 80;	/* more than any page takes */
const phone = { width: 320, height: 640 };
const desk = { width: 1280, height: 800 };

const ours = (path, lang) => `${base}/.consent/${path}?lang=${lang}`;

/* ---- run inside the page ------------------------------------------------ */

/* Adds up what moves from the first byte on. */
function watchShifts() {
	window.shifts = 0;
	new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
		window.shifts += entry.value;
	})).observe({ type: "layout-shift", buffered: true });
}

/* What axe finds, each in a line: by all of its rules, or by some. */
async function findFaults([only, rules]) {
	const { violations } = await window.axe.run(
		only ? { include: only } : document, { resultTypes: ["violations"],
			preload: false, ...rules ? { runOnly: rules } : {} });

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

/* Where the focus is, whether it shows, and whether it is covered. */
function readFocus() {
	const e = document.activeElement;
	const box = e.getBoundingClientRect();
	const notice = document.getElementById("consent-notice");
	const over = notice?.getBoundingClientRect();
	const style = getComputedStyle(e);

	if (e === document.body)
		return null;
	return {
		name: e.value || e.id || e.textContent.trim(),
		kind: e.localName,
		seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
		covered: !!over && !notice.contains(e) && box.top >= over.top &&
			box.bottom <= over.bottom,
		away: box.bottom <= 0 || box.top >= innerHeight,
	};
}

/* ---- steps of a visitor ------------------------------------------------- */

/* What the token in the visitor's jar says: the act, and what is granted. */
async function readToken(context) {
	const cookies = await context.cookies(base);
	const token = cookies.find((c) => c.name === "consent")?.value;

	if (token === undefined)
		return "";
	const { act, cat } = JSON.parse(
		Buffer.from(token.split(".")[1], "base64url"));
	return [act, ...cat].join();
}

/* Presses Tab until the wanted one has the focus; all that had it. */
async function tabTo(page, wanted) {
	const passed = [];

	while (passed.length < TABS) {
		await page.keyboard.press("Tab");
		const at = await page.evaluate(readFocus);
		passed.push(at);
		if (at !== null && (at.name === wanted || at.kind === wanted))
			break;
		if (at === null && wanted === null)
			return passed.slice(0, -1);
	}
	same(passed.at(-1)?.name === wanted || passed.at(-1)?.kind === wanted, true,
		`${wanted} among ${passed.map((p) => p?.name)}`);
	same(passed.filter((p) => !p.seen), [], "focus that does not show");
	return passed;
}


/*
 * The four ways to answer, by a hand that goes to things and uses them. Some
 * answers load a page and some do not, so what comes of each is waited for.
 */
async function answerInFourWays(context, page, hand) {
	const notice = page.locator("#consent-notice");
	const kept = async (wanted) => {
		const end = Date.now() + WAIT_MS;
		while (await readToken(context) !== wanted && Date.now() < end)
			await page.waitForTimeout(STEP_MS);
		same(await readToken(context), wanted, "the token");
		await page.waitForLoadState();
	};
	/* what follows would be lost in a page that goes */
	const loads = async (name) => {
		await Promise.all([page.waitForEvent("load"), hand.use(name)]);
	};
	const begin = async () => {
		await context.clearCookies();
		await page.goto(`${base}/en/`);
		await notice.waitFor();
	};

	await begin();
	await loads("accept");
	await kept("accept,analytics,marketing,media");
	await notice.waitFor({ state: "detached" });
	await page.goto(`${base}/en/`);
	await loads("consent-control");
	await loads("withdraw");
	await kept("withdraw");
	await page.goto(ours("", "en"));
	same(/You withdrew your consent/.test(
		await page.locator("main").innerText()), true, "told so");

	await begin();
	await hand.use("reject");
	await kept("reject");
	await notice.waitFor({ state: "detached" });

	await begin();
	await hand.use("summary");
	await hand.use("analytics");
	await hand.use("choose");
	await kept("choose,analytics");
	await notice.waitFor({ state: "detached" });
}

/* Tab goes there; Space and Enter each have their turns. */
function keysOf(page) {
	return { async use(name) {
		await tabTo(page, name);
		await page.keyboard.press(
			["reject", "analytics"].includes(name) ? "Space" : "Enter");
	} };
}

function pointerOf(page) {
	const places = { summary: "#consent-notice summary",
		analytics: "input[value=analytics]", "consent-control": "#consent-control" };

	return { use: (name) => page.locator(places[name] ??
		`[name=action][value=${name}]`).first().click() };
}

/* ---- tests -------------------------------------------------------------- */

/* The rules that a theme can break; the others are told in the light. */
const ofColours = ["color-contrast", "link-in-text-block"];
/* Every theme in every width, or the half that has each of them. */
const views = ["light", "dark"].flatMap((colorScheme) =>
	[phone, desk].map((viewport) => [colorScheme, viewport]));
const someViews = [views[0], views[3]];

async function readByAxe(page, only, what, those = views) {
	const faults = [];

	if (!await page.evaluate("window.axe"))
		await page.evaluate(axe);
	for (const [colorScheme, viewport] of those) {
		await page.emulateMedia({ colorScheme });
		await page.setViewportSize(viewport);
		const found = await page.evaluate(findFaults,
			[only, colorScheme === "light" ? undefined : ofColours]);
		faults.push(...found.map((line) =>
			`${what}, ${colorScheme}, ${viewport.width}: ${line}`));
	}
	return faults;
}

/* Narrow, with letters of twice the size, with more space between them. */
async function readRoom(page, what) {
	const faults = [];
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
	await page.setViewportSize({ width: desk.width / 2, height: desk.height / 2 });
	await page.evaluate(addStyle, "");
	await look("zoomed to 200 %");
	await page.setViewportSize(desk);
	return faults;
}

async function readLanguage(page, lang) {
	const faults = [], shifts = [];
	const load = async (url) => {
		await page.goto(url);
		shifts.push(await page.evaluate("window.shifts"));
	};

	await load(`${base}/${lang}/`);
	const answers = await page.evaluate(compareAnswers);
	same(answers[0], answers[1], "no and yes");
	same(await page.locator("#consent-notice").evaluate((e) =>
		[e.lang, e.dir]), [lang, isRightToLeft(lang) ? "rtl" : "ltr"], "tongue");
	faults.push(...await readByAxe(
		page, ["#consent-notice", ".consent-box"], "notice"));
	faults.push(...await readRoom(page, "notice"));
	await page.locator("#consent-notice summary").first().click();
	faults.push(...await readByAxe(
		page, ["#consent-notice"], "open notice", someViews));
	faults.push(...await readRoom(page, "open notice"));
	for (const path of ["", "cookies"]) {
		await load(ours(path, lang));
		faults.push(...await readByAxe(page, undefined, `/.consent/${path}`));
		faults.push(...await readRoom(page, `/.consent/${path}`));
	}
	same(faults, [], "faults");
	same(shifts, [0, 0, 0], "layout shift");
}

/* What surrounds it in a right-to-left page is where lines begin. */
async function readDirection(page, lang) {
	await page.goto(`${base}/${lang}/`);
	const [no, yes] = await Promise.all(["reject", "accept"].map((value) =>
		page.locator(`#consent-notice [value=${value}]`).boundingBox()));
	same(no.x > yes.x, true, "no stands where lines begin");
	await page.locator("#consent-notice [value=reject]").click();
	await page.locator("#consent-notice").waitFor({ state: "detached" });
	const control = await page.locator("#consent-control").boundingBox();
	same(control.x > desk.width / 2, true, "and so does the control");
	await page.context().clearCookies();
}

async function readTrees(page) {
	const trees = [];
	const add = async (title, selector) => trees.push(`# ${title}\n` +
		`${await page.locator(selector).ariaSnapshot()}\n`);

	for (const lang of ["en", "ar"]) {
		await page.goto(`${base}/${lang}/`);
		await add(`${lang}: notice`, "#consent-notice");
		await page.locator("#consent-notice summary").first().click();
		await add(`${lang}: notice, opened`, "#consent-notice");
	}
	await page.goto(ours("", "en"));
	await add("en: preferences", "body");
	await page.goto(ours("cookies", "en"));
	await add("en: cookies", "body");
	if (process.env.UPDATE_TREE)
		writeFileSync(treeFile, trees.join("\n"));
	same(trees.join("\n").split("\n"),
		readFileSync(treeFile, "utf8").split("\n"), "trees");
}

/* Tab goes through the whole page: nothing holds it, nothing is covered. */
async function walkThrough(page) {
	for (const viewport of [desk, phone]) {
		await page.setViewportSize(viewport);
		await page.goto(`${base}/en/`);
		const all = await tabTo(page, null);
		same(all.slice(0, 4).map((p) => p.name).filter((name) =>
			["reject", "accept"].includes(name)), ["reject", "accept"],
			"both are among the first four");
		same(all.filter((p) => p.covered || p.away), [], "covered focus");
		same(all.filter((p) => /What stopping/.test(p.name)).length > 5, true,
			"the links of the page");
	}
	await page.setViewportSize(desk);
}

/* A browser may draw before it has read what ends the notice. */
async function readHalf(page) {
	await page.goto(`${base}/en/`);
	same(await page.evaluate(() => {
		const notice = document.getElementById("consent-notice");
		const end = document.getElementById("consent-closed");
		const seen = [notice.checkVisibility()];
		end.remove();
		seen.push(notice.checkVisibility());
		notice.after(end);
		return [...seen, notice.checkVisibility()];
	}), [true, false, true], "seen whole, half and whole");
}

async function readModes(page) {
	const notice = page.locator("#consent-notice");
	const button = notice.locator("[value=reject]");

	await page.goto(`${base}/en/`);
	await page.emulateMedia({ media: "print" });
	same(await notice.isVisible(), false, "seen in print");
	await page.emulateMedia({ media: "screen", forcedColors: "active" });
	same(await button.evaluate((e) => {
		const { borderTopColor, backgroundColor, color } = getComputedStyle(e);
		return [borderTopColor, color].map((c) => c !== backgroundColor);
	}), [true, true], "edge and label in forced colours");
	await page.emulateMedia({ forcedColors: "none", reducedMotion: "reduce" });
	same(await page.evaluate(() => document.getAnimations().length +
		[...document.querySelectorAll("#consent-notice *")].filter((e) =>
			getComputedStyle(e).transitionDuration !== "0s").length), 0, "motion");
	await page.emulateMedia({ reducedMotion: "no-preference" });
}

/* All that a page gets from us for the notice, in the longest language. */
async function weigh(context) {
	const page = await context.newPage();
	const get = async (path) => page.goto(new URL(path, base).href);
	const sizes = [];

	for (const lang of languages) {
		const text = await (await get(`/${lang}/`)).text();
		const start = text.search(/<link rel="stylesheet" href="[^"]*notice\.css/);
		const notice = text.slice(start, text.indexOf("<header>"));
		same(start > 0 && notice.includes("consent-languages"), true, "notice");
		const parts = [Buffer.from(notice)];
		for (const file of [/[^"]+notice\.css[^"]*/, /[^"]+consent\.js[^"]*/])
			parts.push(await (await get(file.exec(text)[0])).body());
		sizes.push([lang, parts.reduce((sum, part) =>
			sum + gzipSync(part, { level: 9 }).length, 0),
			parts.reduce((sum, part) => sum + part.length, 0)]);
	}
	await page.close();
	console.log(`# bytes: ${sizes.join(" ")}`);
	same(sizes.filter(([, zipped, raw]) =>
		zipped >= GZIP_BYTES || raw >= RAW_BYTES), [], "too heavy");
}

async function look(chromium) {
	const library = await openLibrary();
	const browser = await chromium.launch(options(light, library.rules));
	const hosts = new Set(), errors = [];
	const arrive = async (more = {}) => {
		const context = await browser.newContext({ viewport: desk, ...more });
		const page = await context.newPage();
		page.on("request", (r) => hosts.add(new URL(r.url()).host));
		page.on("pageerror", (error) => errors.push(error.message));
		return [context, page];
	};

	const [context, page] = await arrive();
	await page.addInitScript(watchShifts);
	for (const lang of languages)
		await check(`${lang}: axe finds nothing, all fits, nothing moves`, () =>
			readLanguage(page, lang));
	for (const lang of languages.filter(isRightToLeft))
		await check(`${lang}: all stands from right to left`, () =>
			readDirection(page, lang));
	await check("the accessibility trees are as they were", () =>
		readTrees(page));
	await check("Tab passes through, and the notice covers no focus", () =>
		walkThrough(page));
	await check("nobody sees half a notice, which would grow", () =>
		readHalf(page));
	await check("print, forced colours and reduced motion", () =>
		readModes(page));
	await check("notice, sheet and script are light", () => weigh(context));
	await check("no request went to another host", () =>
		same([...hosts], ["library.example"]));
	await check("by keyboard: accept, withdraw, reject, choose", () =>
		answerInFourWays(context, page, keysOf(page)));
	const [plain, sheet] = await arrive({ javaScriptEnabled: false });
	await check("without scripts: accept, withdraw, reject, choose", () =>
		answerInFourWays(plain, sheet, pointerOf(sheet)));
	await check("no script complained", () => same(errors, []));
	await browser.close();
	await library.close();
}

await play(light, look);
