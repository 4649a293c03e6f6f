#!/usr/bin/env node
/*
 * Drives Chromium against `consentd --demo`: what a person would see and what
 * the vendors' collector would receive before a choice, after a refusal, after
 * consent and after its withdrawal. Writes TAP.
 *
 *	SHOTS  a folder for screenshots of the notice and the pages
 */

import { join } from "node:path";
import { check, light, options, play, same, sanitized, startDaemon } from
	"./stage.mjs";

const shots = process.env.SHOTS;
const WAIT_MS = 60000;
const STEP_MS = 100;

const vendors = ["pulse", "tagharbor", "metrikabay", "socialpixel", "heatlens",
	"replaylight", "footfall"];
/* with scripts off there remain noscript images, pixels and frames */
const scriptless = ["tagharbor", "metrikabay", "socialpixel", "footfall"];
const essential = /^(session|csrf|(__Host-|__Secure-)?consent)$/;
const article = "diabetes-fasting";

/* One visitor: a jar of their own, and the words for what they do. */
class Visitor {
	static async arrive(browser, base, lang, more = {}) {
		const context = await browser.newContext({ locale: lang,
			viewport: { width: 1280, height: 900 }, ...more });
		context.setDefaultTimeout(WAIT_MS);
		const visitor = new Visitor();
		Object.assign(visitor, { base, lang, context, counts: base,
			errors: [], sent: [], page: await context.newPage() });
		visitor.page.on("pageerror", (e) => visitor.errors.push(e.message));
		visitor.page.on("request", (request) => {
			if (new URL(request.url()).hostname !== "localhost")
				visitor.sent.push(request.url());
		});
		return visitor;
	}

	leave() {
		return this.context.close();
	}

	/* Loads a page and waits until nothing is under way any more. */
	async open(name) {
		const answer = await this.page.goto(
			`${this.base}/${this.lang}/${name}`, { waitUntil: "networkidle" });
		same(answer.status(), 200, "status");
	}

	/*
	 * Presses the notice's or the preferences' button for an action. Nothing
	 * is loaded by a refusal: the notice goes.
	 */
	async choose(action) {
		const { page } = this;
		const button = page.locator(
			`button[name="action"][value="${action}"]`).first();

		await Promise.all([button.click(), action === "reject"
			? page.locator("#consent-notice").waitFor({ state: "detached" })
			: page.waitForEvent("load")]);
		await page.waitForLoadState("networkidle");
	}

	async withdraw() {
		await this.page.goto(`${this.base}/.consent/`);
		await this.choose("withdraw");
	}

	async reset() {
		await fetch(`${this.counts}/demo/reset`, { method: "POST" });
		this.sent.length = 0;
	}

	async hits() {
		return (await fetch(`${this.counts}/demo/hits`)).json();
	}

	/* Nothing reached the collector, not even a connection. */
	async assertQuiet() {
		const { total, connections } = await this.hits();
		same([total, connections, this.sent], [0, 0, []],
			"hits, connections and foreign requests");
	}

	/* Each of the vendors was reached, now or soon. */
	async assertReached(names) {
		const end = Date.now() + WAIT_MS;
		let missing;
		do {
			const seen = (await this.hits()).vendors;
			missing = names.filter((name) => seen[name].total === 0);
			if (missing.length === 0)
				return;
			await new Promise((resolve) => setTimeout(resolve, STEP_MS));
		} while (Date.now() < end);
		throw new Error(`nothing reached ${missing.join(", ")}`);
	}

	async cookieNames() {
		return (await this.context.cookies(this.base))
			.map((cookie) => cookie.name).sort();
	}

	async assertOnlyEssential() {
		const names = await this.cookieNames();
		same(names.filter((name) => !essential.test(name)), [], "cookies");
	}

	text() {
		return this.page.locator("main").innerText();
	}

	async shot(name) {
		if (shots)
			await this.page.screenshot({ path: join(shots, `${name}.png`) });
	}
}

async function visitInEveryState(browser, base, lang) {
	const visitor = await Visitor.arrive(browser, base, lang);
	let text;

	await visitor.reset();
	await check(`${lang}: before a choice nothing reaches a vendor`, async () => {
		await visitor.open(article);
		text = await visitor.text();
		await visitor.shot(lang === "en" ? "notice" : `notice-${lang}`);
		await visitor.assertQuiet();
	});
	await check(`${lang}: before a choice only essential cookies exist`,
		() => visitor.assertOnlyEssential());
	await check(`${lang}: there is one notice, with accept and reject`, async () => {
		for (const action of ["accept", "reject"])
			same(await visitor.page.locator(
				`button[name="action"][value="${action}"]:visible`).count(),
				1, `buttons for ${action}`);
	});
	await check(`${lang}: the site's own script runs without the vendors`, async () => {
		await visitor.page.locator(".answers summary").first().click();
		await visitor.page.locator(".answers details[open]").waitFor();
		same(visitor.errors, [], "errors of the page");
		await visitor.assertQuiet();
	});

	await check(`${lang}: after a refusal nothing reaches a vendor`, async () => {
		await visitor.open(article);
		await visitor.choose("reject");
		await visitor.open(article);
		await visitor.assertQuiet();
	});
	await check(`${lang}: after a refusal only essential cookies exist`,
		() => visitor.assertOnlyEssential());
	await check(`${lang}: after a refusal the article is the same`, async () => {
		same(await visitor.text(), text, "text");
		same(await visitor.page.locator(
			'button[name="action"][value="accept"]:visible').count(),
			0, "notices");
	});
	await visitor.leave();

	const other = await Visitor.arrive(browser, base, lang);
	await other.reset();
	await check(`${lang}: after consent every vendor is reached`, async () => {
		await other.open(article);
		await other.choose("accept");
		await other.open(article);
		await other.assertReached(vendors);
		if (lang === "en")
			await other.shot("accepted");
	});
	await check(`${lang}: after consent the article is the same`, async () =>
		same(await other.text(), text, "text"));
	await check(`${lang}: after consent the vendors' cookies exist`, async () => {
		const names = await other.cookieNames();
		for (const name of ["_pulse", "_mb_uid", "_th_uid", "_spx", "_rl_id"])
			if (!names.includes(name))
				throw new Error(`${name} is not among ${names.join(", ")}`);
	});
	await check(`${lang}: a sensitive page stays quiet with consent`, async () => {
		await other.page.goto("about:blank");
		await other.reset();
		await other.open("appointment");
		same((await other.hits()).total, 0, "hits");
		same(other.sent, [], "foreign requests");
	});
	await check(`${lang}: a form of the site passes`, async () => {
		await other.page.locator('input[name="name"]').fill("A. Visitor");
		await other.page.locator('input[name="email"]').fill("a@visitor.example");
		await other.page.locator(".form button").click();
		await other.page.locator(".sent").waitFor();
	});

	await check(`${lang}: after withdrawal nothing reaches a vendor`, async () => {
		await other.withdraw();
		await other.page.goto("about:blank");
		await other.reset();
		await other.open(article);
		same((await other.hits()).total, 0, "hits");
		same(other.sent, [], "foreign requests");
	});
	await check(`${lang}: after withdrawal only essential cookies exist`,
		() => other.assertOnlyEssential());
	await check(`${lang}: after withdrawal the article is the same`, async () =>
		same(await other.text(), text, "text"));
	await check(`${lang}: no page raised an error`, async () =>
		same([...visitor.errors, ...other.errors], [], "errors"));
	await other.leave();
}

async function visitWithoutScripts(browser, base) {
	const visitor = await Visitor.arrive(
		browser, base, "en", { javaScriptEnabled: false });

	await visitor.reset();
	await check("without scripts: nothing reaches a vendor at first", async () => {
		await visitor.open(article);
		await visitor.assertQuiet();
		await visitor.assertOnlyEssential();
	});
	await check("without scripts: consent works, pixels arrive", async () => {
		await visitor.choose("accept");
		await visitor.open(article);
		await visitor.assertReached(scriptless);
	});
	await check("without scripts: withdrawal works", async () => {
		await visitor.withdraw();
		await visitor.page.goto("about:blank");
		await visitor.reset();
		await visitor.open(article);
		same((await visitor.hits()).total, 0, "hits");
		await visitor.assertOnlyEssential();
	});
	await visitor.leave();
}

/* By TLS, and with it by HTTP/2, as the browser itself says. */
async function visitByTls(browser, plain, secure) {
	const visitor = await Visitor.arrive(
		browser, secure, "en", { ignoreHTTPSErrors: true });
	const protocols = () => visitor.page.evaluate((origin) =>
		["navigation", "resource"].flatMap((type) =>
			performance.getEntriesByType(type))
			.filter((entry) => entry.name.startsWith(origin))
			.map((entry) => entry.nextHopProtocol), secure);

	visitor.counts = plain;
	await visitor.reset();
	await check("by TLS: the page and all of its own come by HTTP/2", async () => {
		await visitor.open(article);
		const seen = await protocols();
		same([...new Set(seen)], ["h2"], "protocols");
		same(seen.length > 2, true, `more than two of ${seen}`);
	});
	await check("by TLS: before a choice nothing reaches a vendor", async () => {
		await visitor.assertQuiet();
		await visitor.assertOnlyEssential();
	});
	await check("by TLS: a refusal is enforced", async () => {
		await visitor.choose("reject");
		await visitor.open(article);
		same(await visitor.page.locator(
			'button[name="action"][value="accept"]:visible').count(),
			0, "notices");
		await visitor.assertQuiet();
		await visitor.assertOnlyEssential();
	});
	await check("by TLS: consent is enforced, and its withdrawal", async () => {
		await visitor.page.goto(`${secure}/.consent/`);
		await visitor.choose("accept");
		await visitor.open(article);
		await visitor.assertReached(vendors);
		await visitor.withdraw();
		await visitor.page.goto("about:blank");
		await visitor.reset();
		await visitor.open(article);
		same((await visitor.hits()).total, 0, "hits");
		await visitor.assertOnlyEssential();
	});
	await visitor.leave();
}

/* A page with a base element of the collector's, which does not stay. */
async function visitWithForeignBase(browser, base) {
	const visitor = await Visitor.arrive(browser, base, "en");
	const open = () => visitor.page.goto(
		`${base}/demo/base`, { waitUntil: "networkidle" });
	const buttons = () => visitor.page.locator(
		'button[name="action"][value="reject"]:visible').count();

	await visitor.reset();
	await check("foreign base: the notice is ours, style and all", async () => {
		await open();
		same(await buttons(), 1, "notices");
		same(await visitor.page.evaluate(() => document.baseURI
			.startsWith("http://collector.localhost:")), false, "base");
		same(await visitor.page.evaluate(() => getComputedStyle(
			document.getElementById("consent-notice")).position),
			"fixed", "position of the notice");
		await visitor.assertQuiet();
	});
	await check("foreign base: a refusal is posted to us", async () => {
		await visitor.choose("reject");
		same(new URL(visitor.page.url()).origin, base, "origin");
		await open();
		same(await buttons(), 0, "notices");
		same(await visitor.page.evaluate(() => new URL(
			document.getElementById("consent-control").href).origin),
			base, "origin of the control");
		await visitor.assertQuiet();
	});
	await visitor.leave();
}

/* Names of cookies stay whole among words that run from right to left. */
async function readStripOnPhone(browser, base) {
	const phone = await Visitor.arrive(browser, base, "ar",
		{ viewport: { width: 390, height: 844 } });

	await check("ar, on a phone: each cookie's name is of one line", async () => {
		await phone.open("");
		const names = phone.page.locator("#cookies bdi");
		await names.nth(1).waitFor();
		same(await names.allInnerTexts(), ["csrf", "session"], "names");
		same(await names.evaluateAll((all) =>
			all.map((name) => name.getClientRects().length)), [1, 1], "lines");
		same(await phone.page.locator("#cookies").innerText(),
			"csrf, session", "list");
	});
	await phone.leave();
}

async function takeShots(browser, base) {
	const phone = await Visitor.arrive(browser, base, "ar",
		{ viewport: { width: 390, height: 844 } });
	await phone.open("");
	await phone.shot("notice-phone-ar");
	await phone.leave();
	const visitor = await Visitor.arrive(browser, base, "en");
	await visitor.page.goto(`${base}/.consent/`);
	await visitor.shot("preferences");
	await visitor.leave();
}

/* To the daemon one language is as good as another. */
const spoken = sanitized ? ["ar"] : ["en", "ar"];

await play(light, async (chromium) => {
	const { found: [address, secure], stop } = await startDaemon(["--demo"],
		[/(http:\/\/localhost:\d+)/, /(https:\/\/localhost:\d+)/]);
	const browser = await chromium.launch(options(light));

	for (const lang of spoken)
		await visitInEveryState(browser, address, lang);
	await visitWithForeignBase(browser, address);
	await readStripOnPhone(browser, address);
	await visitWithoutScripts(browser, address);
	await visitByTls(browser, address, secure);
	if (shots)
		await takeShots(browser, address);
	await browser.close();
	await stop();
});
