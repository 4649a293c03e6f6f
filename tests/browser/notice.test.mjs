#!/usr/bin/env node
/*
 * The notice in Chromium: what a screen reader is told, by keyboard alone,
 * without scripts, on paper, in forced colours, and what it weighs. How it looks
 * in each language is for languages.test.mjs. Writes TAP. The accessibility
 * trees are kept beside it, in notice.tree.
 *
 *	UPDATE_TREE	writes that file anew
 */

import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import { base, isRightToLeft, openLibrary, usual } from "./library.mjs";
import { check, light, options, play, same, tap } from "./stage.mjs";

const treeFile = new URL("notice.tree", import.meta.url);
const GZIP_BYTES = 14336, RAW_BYTES = 40960;
const WAIT_MS = 20000, STEP_MS = 50;
const TABS = 80;	/* more than any page takes */
const phone = { width: 320, height: 640 };
const desk = { width: 1280, height: 800 };

const ours = (path, lang) => `${base}/.consent/${path}?lang=${lang}`;

/* ---- run inside the page ------------------------------------------------ */

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

/* A press on a language shows the same page in it, and what comes after. */
async function chooseLanguage(page) {
	const notice = page.locator("#consent-notice");

	await page.context().clearCookies();
	await page.goto(`${base}/en/?from=here`);
	await notice.locator(".consent-languages summary").click();
	await Promise.all([page.waitForEvent("load"),
		notice.locator("[name=lang][value=ar]").click()]);
	same([page.url(), await notice.getAttribute("lang")],
		[`${base}/en/?from=here`, "ar"], "the same page");
	await page.goto(`${base}/.consent/cookies`);
	same(await page.locator("html").getAttribute("dir"), "rtl", "our page");
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

	for (const lang of usual) {
		const text = await (await get(`/${lang}/`)).text();
		const start = text.search(/<link rel="stylesheet" href="[^"]*notice\.css/);
		const notice = text.slice(start, text.indexOf("<header>"));
		same(start > 0 && notice.includes("consent-languages"), true, "notice");
		const sheet = await get(/[^"]+notice\.css[^"]*/.exec(text)[0]);
		const parts = [Buffer.from(notice), await sheet.body(),
			Buffer.from(/<script data-base=.*?<\/script>/s.exec(text)[0])];
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
	for (const lang of usual.filter(isRightToLeft))
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
	await check("without scripts: another language, and nothing else", () =>
		chooseLanguage(sheet));
	await check("no script complained", () => same(errors, []));
	await browser.close();
	await library.close();
}

await play(light, look);
