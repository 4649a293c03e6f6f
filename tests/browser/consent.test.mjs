#!/usr/bin/env node
/*
 * window.consent in Chromium: the notice is answered without leaving the page
 * where nothing was held back, the page is loaded again where something was,
 * and whatever goes wrong the plain form is sent. Other tabs hear of it.
 * Writes TAP.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { shorten } from "./minify.mjs";
import { check, light, options, play, same, startDaemon } from "./stage.mjs";

const WAIT_MS = 20000;
const site = "http://library.example";
const policy = `policy : { version = "1"; vendors = "matomo"; categories = (
 { id = "essential"; required = true; }, { id = "analytics"; },
 { id = "marketing"; } );
 cookies = ( { name = "_spy"; category = "analytics"; } );
 resources = ( { host = "tracker.example"; category = "analytics"; } ); };`;
const listens = `<script>
window.heard = [];
for (const name of ["consentready", "consent"])
	document.addEventListener(name, (e) => heard.push(name + " " +
		e.detail.decided + " " + e.detail.granted));
</script>`;
/* what the site has, by path: markup, or markup and fields */
const pages = {
	"/plain": `${listens}<p>Text`,
	"/open": `${listens}<p>Text <!-- that does not end`,
	"/tracked": `${listens}<script src="http://tracker.example/t.js"></script>`,
	"/late": `${listens}<script>
new Image().src = "http://tracker.example/late"; </script>`,
	"/asks": `${listens}<script>fetch("/plain")</script>`,
	"/cookie": [listens, { "Set-Cookie": "_spy=1" }],
	"/tagged": `<script>window.first = dataLayer.length</script>
<script src="http://tracker.example/tag.js"></script>`,
	"/xhtml": [`<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title>
</head><body><p>Text</p></body></html>`, { type: "application/xhtml+xml" }],
	"/own": `<script>var consent = "mine"</script>${listens}`,
	"/none": [`<script nonce=a>window.heard = [];
document.addEventListener("consentready", () => heard.push("ready"));
document.addEventListener("securitypolicyviolation", (e) =>
	heard.push(e.violatedDirective));</script>`,
	{ "Content-Security-Policy": "default-src 'none'; script-src 'nonce-a'" }],
};
pages["/meta"] = `<meta http-equiv=Content-Security-Policy
content="script-src 'none'"><p>Text`;
pages["/early"] = `<script>
window.early = [consent.state.decided, document.readyState];
document.addEventListener("consentready", () => early.push(
	document.readyState, document.getElementById("consent-notice") !== null));
</script><p>Text`;
pages["/strict"] = [pages["/none"][0], { "Content-Security-Policy":
	"script-src 'nonce-a' 'strict-dynamic'; object-src 'none'" }];
/* Matomo's own snippet, with its server on the site (INTEGRATION.md) */
pages["/counted"] = `${listens}<script>
var _paq = window._paq = window._paq || [];
_paq.push(["trackPageView"]);
(function () {
	var u = "/matomo/";
	_paq.push(["setTrackerUrl", u + "matomo.php"]);
	var d = document, g = d.createElement("script");
	g.async = true;
	g.src = u + "matomo.js";
	d.head.appendChild(g);
})();
</script>`;
pages["/matomo/matomo.js"] = `for (var [name] of _paq)
	if (name == "trackPageView") {
		document.cookie = "_pk_id.1=x";
		new Image().src = "/matomo/matomo.php?action_name=" + document.title;
	}`;
/* an application of one page, whose views come by script (INTEGRATION.md) */
pages["/app"] = pages["/app/map"] = `${listens}<main></main><script>
function show() {
	document.querySelector("main").innerHTML = location.pathname == "/app/map"
		? "<h1>Map</h1><img src=http://tracker.example/map alt=Map>"
		: "<h1>Start</h1>";
}
function visit(path) {
	history.pushState({}, "", path);
	show();
}
show();
</script>`;
/* a tag keeps what it was told until it ran */
const tag = "window.told = dataLayer.map((one) => [...one]);";
const denied = { ad_storage: "denied", ad_user_data: "denied",
	ad_personalization: "denied", analytics_storage: "denied" };
const reached = [];
/* All hosts. */
function open() {
	const server = createServer((request, answer) => {
		const host = request.headers.host.split(":")[0];
		const found = [pages[request.url.split("?")[0]] ?? ""].flat();
		const { type = "text/html", ...fields } = found[1] ?? {};
		const isPage = host === "library.example" &&
			!request.url.startsWith("/matomo/");
		if (!isPage)
			reached.push(host + request.url);
		answer.writeHead(200, { ...fields,
			"Content-Type": isPage ? type : "text/javascript" });
		answer.end(isPage && type === "text/html"
			? `<!doctype html><title>x</title>${found[0]}` : found[0] || tag);
	});
	return new Promise((done) => server.listen(0, "127.0.0.1",
		() => done(server)));
}

function startBefore(folder, port) {
	const file = join(folder, "consentd.conf");

	writeFileSync(file, `listen = "127.0.0.1:0";
upstream = "http://127.0.0.1:${port}"; site = "${site}"; workers = 1;
limits : { choices = 0; }; consent_mode : { ad_storage = "marketing";
 analytics_storage = "analytics"; }; ${policy}`);
	return startDaemon(["-c", file],
		[/listening on http:\/\/127\.0\.0\.1:(\d+)/]);
}

/* ---- words for what is done -------------------------------------------- */

let launched;

/* Runs body with the tabs of a visitor who did not choose yet. */
async function visit(name, body) {
	await check(name, async () => {
		const context = await launched.newContext();
		context.setDefaultTimeout(WAIT_MS);
		try {
			await body((path) => openTab(context, path), context);
		} finally {
			await context.close();
		}
	});
}

async function openTab(context, path) {
	const tab = await context.newPage();
	await tab.goto(site + path);
	/* is gone once the page is loaded again */
	await tab.evaluate(() => { window.mark = 1; });
	return tab;
}

const button = (tab, action) => tab.locator(
	`#consent-notice button[value="${action}"]:visible`).first();
const state = (tab) => tab.evaluate(() => consent.state);
const isSame = (tab) => tab.evaluate(() => window.mark === 1);
const notices = (tab) => tab.locator("#consent-notice").count();

/* Presses, and waits until the state says so on the page that was there. */
async function answer(tab, action) {
	await button(tab, action).click();
	await tab.waitForFunction(() => window.consent?.state.decided);
}

/* The same where the page is loaded again. */
async function answerAndLoad(tab, action) {
	const loaded = tab.waitForEvent("load");
	await button(tab, action).click();
	await loaded;
	same(await isSame(tab), false);
}

/* ---- what is checked --------------------------------------------------- */

async function script() {
	await check("the script in use is that of src/consent/consent.js", async () =>
		same(readFileSync("src/consent/consent.min.js", "utf8"),
			await shorten("src/consent/consent.js")));
	await check("so is that of src/consent/consent_mode.js", async () =>
		same(readFileSync("src/consent/consent_mode.min.js", "utf8"),
			await shorten("src/consent/consent_mode.js")));
	await check("consent.js has less than 2,048 bytes, and 1,250 as gzip", async () => {
		const text = readFileSync("src/consent/consent.min.js");
		const packed = gzipSync(text, { level: 9 }).length;
		console.log(`# ${text.length} bytes, ${packed} as gzip`);
		same([text.length < 2048, packed < 1250], [true, true]);
	});
}

async function answers() {
	await visit("a refusal closes the notice and nothing is loaded again",
		async (go) => {
			const tab = await go("/tracked");
			same(await state(tab), { decided: false, granted: ["essential"],
				denied: ["analytics", "marketing"], policy: "1", signal: "none" });
			await tab.evaluate(() => {
				consent.onchange = (now) => heard.push(`onchange ${now.granted}`);
			});
			await answer(tab, "reject");
			same([await isSame(tab), await notices(tab)], [true, 0]);
			same(await tab.evaluate(() => [document.activeElement.id,
				document.activeElement.pathname]), ["consent-control", "/.consent/"]);
			await tab.locator("#consent-said", { hasText: "saved" }).waitFor();
			same(await tab.evaluate(() => heard), ["consentready false essential",
				"consent true essential", "onchange essential"]);
			const { expires, ...rest } = await state(tab);
			same([rest, expires > new Date().toISOString()], [{ decided: true,
				granted: ["essential"], denied: ["analytics", "marketing"],
				policy: "1", signal: "none" }, true]);
			await tab.reload();
			same(await notices(tab), 0);
		});
	await visit("consent is given so where nothing was held back", async (go) => {
		const tab = await go("/plain");
		await answer(tab, "accept");
		same([await isSame(tab), await notices(tab), (await state(tab)).granted],
			[true, 0, ["essential", "analytics", "marketing"]]);
	});
	await visit("so is a choice, of just what was ticked", async (go) => {
		const tab = await go("/plain");
		await tab.locator("#consent-notice summary").first().click();
		await tab.locator('#consent-notice input[value="marketing"]').check();
		await answer(tab, "choose");
		same([await isSame(tab), (await state(tab)).granted],
			[true, ["essential", "marketing"]]);
	});
	for (const [what, path] of [["markup", "/tracked"],
		["what a script asks for", "/late"], ["a cookie", "/cookie"]])
		await visit(`${what} that was held back is loaded after consent`,
			async (go) => {
				const tab = await go(path);
				const before = reached.length;
				await answerAndLoad(tab, "accept");
				same([await notices(tab), (await state(tab)).decided], [0, true]);
				if (path !== "/cookie")
					same(reached.slice(before).length > 0, true);
			});
	for (const [what, path] of [["asks for more", "/asks"],
		["ends inside a comment", "/open"]])
		await visit(`a page that ${what} is loaded again, to be sure`,
			async (go) => answerAndLoad(await go(path), "accept"));
	await visit("a page may see to that itself", async (go) => {
		const tab = await go("/tracked");
		await tab.evaluate(() => document.addEventListener("consent",
			(e) => e.preventDefault()));
		await answer(tab, "accept");
		await tab.locator("#consent-said", { hasText: "saved" }).waitFor();
		same(await isSame(tab), true);
	});
	await visit("what takes consent back loads the page again", async (go) => {
		const tab = await go("/plain");
		await answer(tab, "accept");
		await tab.evaluate(() => consent.open());
		same([await notices(tab), await tab.locator("#consent-control").count()],
			[1, 0]);
		await answerAndLoad(tab, "reject");
		same((await state(tab)).granted, ["essential"]);
		await tab.evaluate(() => consent.open());
		await tab.waitForURL(`${site}/.consent/**`);
	});
	await visit("it is there for the page's first script, and ready once the " +
		"page is parsed", async (go) =>
		same(await (await go("/early")).evaluate(() => early),
			[false, "loading", "interactive", true]));
	await visit("XHTML is answered so, too", async (go) => {
		const tab = await go("/xhtml");
		await answer(tab, "reject");
		same([await isSame(tab), await notices(tab), await tab.evaluate(() =>
			document.activeElement.id)], [true, 0, "consent-control"]);
	});
	await visit("a page without the notice goes on to hear of choices",
		async (go) => {
			const [tab, other] = [await go("/plain"), await go("/plain")];
			await other.evaluate(() => { document.body.innerHTML = "<p>New"; });
			await answer(tab, "reject");
			await other.waitForFunction(() => heard.includes(
				"consent true essential"));
		});
	await visit("a page that is shown again looks first what holds now",
		async (go, context) => {
			const tab = await go("/plain");
			await answer(tab, "accept");
			await context.clearCookies({ name: "consent" });
			const loaded = tab.waitForEvent("load");
			await tab.evaluate(() => dispatchEvent(
				new PageTransitionEvent("pageshow", { persisted: true })));
			await loaded;
			same([(await state(tab)).granted, await notices(tab)],
				[["essential"], 1]);
		});
	await visit("what the site calls consent stays the site's", async (go) =>
		same(await (await go("/own")).evaluate(() => [consent, heard]),
			["mine", ["consentready false essential"]]));
}

/* The plain form is sent where the script cannot do it. */
async function failures() {
	for (const [what, fail] of [
		["does not get through", (route) => route.abort()],
		["is answered 503", (route) => route.fulfill({ status: 503,
			contentType: "application/json", body: "{}" })],
		["is answered 429", (route) => route.fulfill({ status: 429 })],
		["is answered by another", (route) => route.fulfill({
			contentType: "text/html", body: "<p>Who are you?" })]])
		await visit(`a choice that ${what} is sent as a form`, async (go) => {
			const tab = await go("/plain");
			await tab.route("**/.consent/choice", (route) =>
				route.request().resourceType() === "fetch" ? fail(route)
					: route.continue());
			await answerAndLoad(tab, "reject");
			same([await tab.evaluate(() => location.pathname),
				(await state(tab)).decided], ["/plain", true]);
		});
	await visit("two presses are one choice", async (go) => {
		const tab = await go("/plain");
		let sent = 0, release;
		const held = new Promise((done) => { release = done; });
		await tab.route("**/.consent/choice", async (route) => {
			sent++;
			await held;
			await route.continue();
		});
		await button(tab, "reject").click();
		await button(tab, "accept").click();
		release();
		await tab.waitForFunction(() => consent.state.decided);
		same([sent, (await state(tab)).granted], [1, ["essential"]]);
	});
}

async function tabs() {
	await visit("other tabs hear of a choice and are left alone", async (go) => {
		const [tab, other] = [await go("/plain"), await go("/tracked")];
		const before = reached.length;
		await tab.bringToFront();
		await answer(tab, "accept");
		await other.waitForFunction(() => consent.state.decided);
		same([await isSame(other), await notices(other),
			await other.evaluate(() => heard.at(-1)), reached.length - before],
		[true, 0, "consent true essential,analytics,marketing", 0]);
		same(await other.locator("#consent-control").count(), 1);
	});
	await visit("they hear of one that was made without script", async (go) => {
		const [tab, other] = [await go("/.consent/"), await go("/plain")];
		await tab.locator('button[value="accept"]').click();
		await tab.waitForURL(`${site}/`);
		await other.waitForFunction(() => consent.state.decided);
		same([await isSame(other), await notices(other)], [true, 0]);
	});
}

const told = (tab, what = "dataLayer") => tab.evaluate((name) =>
	window[name].map((one) => [...one]), what);

async function consentMode() {
	await visit("consent mode: all is denied before the page can ask, and no " +
		"tag is there", async (go) => {
		const before = reached.length;
		const tab = await go("/tagged");
		same([await told(tab), await tab.evaluate(() => first)],
			[[["consent", "default", denied]], 1]);
		same(reached.length, before);
	});
	await visit("consent mode: a tag finds what was agreed to, and no more",
		async (go) => {
			const tab = await go("/tagged");
			await tab.locator("#consent-notice summary").first().click();
			await tab.locator('#consent-notice input[value="analytics"]').check();
			await answerAndLoad(tab, "choose");
			same(await told(tab, "told"), [["consent", "default", denied],
				["consent", "update", { ...denied,
					analytics_storage: "granted" }]]);
		});
	await visit("consent mode: a choice on the page is told", async (go) => {
		const [tab, other] = [await go("/plain"), await go("/plain")];
		await answer(tab, "accept");
		await other.waitForFunction(() => consent.state.decided);
		for (const one of [tab, other])
			same((await told(one)).slice(1), [["consent", "update", { ...denied,
				ad_storage: "granted", analytics_storage: "granted" }]]);
	});
}

/* The recipes of docs/INTEGRATION.md. */
async function recipes() {
	const counts = () => reached.filter((url) => url.includes("/matomo/"));
	const cookies = async (context) => (await context.cookies())
		.map(({ name }) => name).filter((name) => name.startsWith("_pk"));

	await visit("Matomo counts nobody before consent, then each page, and " +
		"nobody after a withdrawal", async (go, context) => {
		const tab = await go("/counted");
		await tab.goto(`${site}/counted`);
		same([counts(), await cookies(context)], [[], []]);
		const counted = tab.waitForResponse(/matomo\.php/);
		await answerAndLoad(tab, "accept");
		await counted;
		same([counts(), await cookies(context)], [
			["library.example/matomo/matomo.js",
				"library.example/matomo/matomo.php?action_name=x"],
			["_pk_id.1"]]);
		await tab.goto(`${site}/.consent/`);
		await Promise.all([tab.waitForEvent("load"),
			tab.locator('button[value="withdraw"]').click()]);
		const before = counts().length;
		await tab.goto(`${site}/counted`);
		same([counts().length - before, await cookies(context)], [0, []]);
	});
	await visit("an application of one page keeps its view, and what it " +
		"holds comes with consent", async (go) => {
		const tab = await go("/app");
		const maps = () => reached.filter((url) => url.endsWith("/map")).length;
		await tab.evaluate(() => visit("/app/map"));
		same([await notices(tab), maps()], [1, 0]);
		const loaded = tab.waitForResponse("http://tracker.example/map");
		await answerAndLoad(tab, "accept");
		await loaded;
		same([await tab.locator("h1").innerText(), maps() > 0,
			await tab.evaluate(() => location.pathname)],
		["Map", true, "/app/map"]);
	});
	await visit("a refusal there disturbs nothing", async (go) => {
		const tab = await go("/app");
		await tab.evaluate(() => visit("/app/map"));
		await answer(tab, "reject");
		same([await isSame(tab), await tab.locator("h1").innerText()],
			[true, "Map"]);
	});
}

async function policies() {
	await visit("a policy lets the script in by its hash, none to fetch",
		async (go) => {
			const tab = await go("/none");
			same(await tab.evaluate(() => heard), ["ready"]);
			await answerAndLoad(tab, "reject");
			same((await state(tab)).decided, true);
		});
	await visit("so does one that heeds no addresses", async (go) => {
		const tab = await go("/strict");
		same(await tab.evaluate(() => heard), ["ready"]);
		await answer(tab, "reject");
		same(await isSame(tab), true);
	});
	await visit("it runs before a policy of the page's own markup",
		async (go) => {
			const tab = await go("/meta");
			await answer(tab, "reject");
			same([await isSame(tab), await notices(tab)], [true, 0]);
		});
}

await script();
await play(light, async (chromium) => {
	const folder = mkdtempSync(join(tmpdir(), "consentd-consent-"));
	const server = await open();
	const sink = server.address().port;
	const { found: [port], stop } = await startBefore(folder, sink);

	launched = await chromium.launch(options(light,
		[`MAP library.example:80 127.0.0.1:${port}`,
			`MAP * 127.0.0.1:${sink}`]));
	await answers();
	await failures();
	await tabs();
	await policies();
	await consentMode();
	await recipes();
	await launched.close();
	await stop();
	server.close();
	server.closeAllConnections();
	rmSync(folder, { recursive: true, force: true });
});
