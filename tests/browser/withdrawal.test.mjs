#!/usr/bin/env node
/*
 * A browser's whole jar, read by its own debugger, before and after a
 * withdrawal: cookies of each kind, place and spelling are planted while there
 * is consent, by the site and by scripts. After it nothing but what is
 * essential is left, within a few pages. Writes TAP.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync }
	from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { light, makeCertificate, options, play, startDaemon, tap } from
	"./stage.mjs";

const host = "www.library.test";
const site = `https://${host}`;
const page = "/shop/cart/pay.html";
const PAGES = 30;	/* most that it may take */
const MANY = 60;

const policy = `
version = "2026-11-01";
unknown_cookie = "analytics";
categories = ( { id = "essential"; required = true; },
  { id = "analytics"; } );
cookies = ( { name = "session"; category = "essential";
    ground = "requested"; purpose = "Keeps you signed in"; },
  { name = "lang"; category = "essential";
    ground = "requested"; purpose = "Keeps your language"; },
  { name = "_ga*"; category = "analytics"; } );
`;

/* What the site sets on its page. */
const essential = ["session=1; Path=/; HttpOnly; Secure",
	"lang=tr; Domain=library.test; Path=/; Secure"];
const planted = [
	"_ga=host; Path=/",
	"_ga=parent; Path=/; Domain=library.test",
	"_ga=self; Path=/; Domain=www.library.test",
	"_ga=folder; Path=/shop; HttpOnly",
	"_ga=slash; Path=/shop/",
	"_ga_default=1",
	"_ga_deep=1; Path=/shop/cart/; Domain=library.test; HttpOnly; Secure",
	`_ga_page=1; Path=${page}`,
	"_ga_apart=1; Path=/; Secure; SameSite=None; Partitioned; HttpOnly",
	"_ga_apart=2; Path=/shop; Secure; SameSite=None; Partitioned",
	"_ga_apart=3; Path=/; Domain=library.test; Secure; SameSite=None; Partitioned",
	"__Host-_ga=1; Path=/; Secure; HttpOnly",
	"__Host-_ga_apart=1; Path=/; Secure; SameSite=None; Partitioned",
	"__Secure-_ga=1; Path=/shop; Domain=library.test; Secure",
	"_ga_strict=1; Path=/; SameSite=Strict",
	"odd name=1; Path=/",
	"\"quoted\"=1; Path=/",
	"$Version=1; Path=/",
	"_GA=1; Path=/",
	"%5Fga=1; Path=/",
	"\xC3\xA4=1; Path=/",
	"[a],{b}=\"x y\"; Path=/shop",
	"lonely; Path=/shop",
	"_ga_other=1; Path=/other/place",
];
/* and its scripts */
const script = ["_ga_script=1", "_ga_script=2;path=/",
	"_ga_script=3;path=/;domain=library.test", "odd script=1;path=/shop"];

class Origin {
	async open() {
		this.server = http.createServer((request, response) =>
			this.answer(request, response));
		await new Promise((resolve) =>
			this.server.listen(0, "127.0.0.1", resolve));
		this.cookies = [];	/* of requests, in order */
		this.plants = true;
		return this.server.address().port;
	}

	answer(request, response) {
		const many = Array.from({ length: MANY }, (_, i) =>
			`_ga_many_${i}=1; Path=/; Domain=library.test`);

		this.cookies.push(`${request.url} ${request.headers.cookie ?? ""}`);
		response.writeHead(200, { "Content-Type": "text/html",
			"Set-Cookie": this.plants && request.url === page
				? [...essential, ...planted, ...many] : [] });
		response.end(`<!doctype html><title>Page</title>
<link rel=icon href="data:,"><p>Text<script>
if (location.search === "?plant") ${JSON.stringify(script)}.forEach((c) => {
	document.cookie = c; });</script>`);
	}
}

/* The daemon with TLS before the origin. */
function startBefore(folder, upstream) {
	const file = join(folder, "consentd.conf");
	const { key, cert } = makeCertificate(folder, host);

	writeFileSync(file, `listen = ( { address = "127.0.0.1:0"; tls : {
certificate = "${cert}"; key = "${key}"; }; } );
upstream = "http://127.0.0.1:${upstream}"; site = "${site}"; workers = 1;
timeouts = { drain = 2; }; log = { summary = "1s"; }; policy : {${policy}};\n`);
	return startDaemon(["-c", file],
		[/listening on https:\/\/127\.0\.0\.1:(\d+)/]);
}

/* All that the jar has, as "name=value in place". */
async function readJar(session) {
	const { cookies } = await session.send("Network.getAllCookies");

	return cookies.map((c) => `${c.name}=${c.value} in ${c.domain}${c.path}` +
		(c.partitionKey ? " apart" : ""));
}

function nonEssential(jar) {
	return jar.filter((line) =>
		!/^(session|lang|__Host-consent(-swept)?)=/.test(line));
}

/* Posts a choice from a page of the site, as a form does. */
async function choose(tab, action) {
	await Promise.all([
		tab.waitForResponse((r) => r.url().endsWith("/.consent/choice")),
		tab.waitForEvent("load"),
		tab.evaluate(([name, back]) => {
			const form = document.createElement("form");
			form.method = "post";
			form.action = "/.consent/choice";
			for (const [n, value] of [["action", name], ["return", back]]) {
				const input = document.createElement("input");
				input.name = n;
				input.value = value;
				form.append(input);
			}
			document.body.append(form);
			form.submit();
		}, [action, page]),
	]);
}

/* Opens a page until the jar is clean; how often, or what is left. */
async function sweep(tab, session, path) {
	for (let i = 0; i <= PAGES; i++) {
		const left = nonEssential(await readJar(session))
			.filter((line) => path !== page || !line.includes("/other/"));
		if (left.length === 0)
			return [i, []];
		await tab.goto(site + path, { waitUntil: "load" });
	}
	return [PAGES, nonEssential(await readJar(session))];
}

/* The sums of the log: confirmed and unconfirmed. */
function readSums(folder) {
	const entries = join(folder, "log/entries");
	const sums = readdirSync(entries).flatMap((name) =>
		readFileSync(join(entries, name), "utf8").trim().split("\n"))
		.map((line) => JSON.parse(line))
		.filter((entry) => entry.type === "enforcement");

	return ["confirmed", "unconfirmed"].map((key) =>
		sums.reduce((sum, entry) => sum + entry[key], 0));
}

async function withdraw(tab, session, origin) {
	await tab.goto(`${site}/`);
	await choose(tab, "accept");
	await tab.goto(`${site}${page}`);
	await tab.goto(`${site}/shop/cart/?plant`);
	await tab.goto(`${site}${page}`);
	const before = nonEssential(await readJar(session));
	const names = new Set(before.map((line) => line.split("=")[0]));
	const wanted = planted.length + script.length + MANY;
	tap(`with consent the jar holds all ${wanted} of them`,
		before.length === wanted ? [] : [`${before.length}`, ...before]);
	origin.cookies.length = 0;
	await tab.goto(`${site}${page}`);
	tap("and the site gets those of its page", ["_ga=host", "_ga=parent",
		"_ga=slash", "__Host-_ga=1", "odd name=1", "_ga_many_7=1"]
		.filter((pair) => !origin.cookies.join().includes(` ${pair};`)));

	origin.cookies.length = 0;
	await choose(tab, "withdraw");
	const first = nonEssential(await readJar(session));
	const [pages, left] = await sweep(tab, session, page);
	console.log(`# ${before.length} cookies, ${first.length} after the ` +
		`withdrawal, none after ${pages} more pages`);
	tap("after a withdrawal nothing is left of what the page is sent", left);
	const [, rest] = await sweep(tab, session, "/other/place/x");
	tap("nor elsewhere, once one comes there", rest);
	tap("the site gets what is essential alone", origin.cookies.filter((line) =>
		!/^\S+ (; |(session|lang)=\w+)*$/.test(line)));
	const kept = (await readJar(session)).map((line) => line.split("=")[0]);
	tap("what is essential stays", ["session", "lang", "__Host-consent"]
		.filter((name) => !kept.includes(name)));
	await tab.goto(`${site}/other/place/x`);
	await tab.goto(`${site}${page}`);
	tap("our own cookie goes when its work is done",
		(await readJar(session)).filter((line) => line.includes("-swept")));
	return names.size;
}

await play(light, async (chromium) => {
	const folder = mkdtempSync(join(tmpdir(), "consentd-withdrawal-"));
	const origin = new Origin();
	const { found: [port], stop } =
		await startBefore(folder, await origin.open());
	const browser = await chromium.launch(options(light,
		[`MAP ${host} 127.0.0.1:${port}`, "MAP * ~NOTFOUND"],
		["--ignore-certificate-errors"]));
	const context = await browser.newContext({ ignoreHTTPSErrors: true });
	const tab = await context.newPage();
	const names = await withdraw(tab, await context.newCDPSession(tab), origin);

	await browser.close();
	await stop();
	const [confirmed, unconfirmed] = readSums(folder);
	console.log(`# ${names} names: ${confirmed} confirmed, ` +
		`${unconfirmed} unconfirmed`);
	tap("the log has the figures", confirmed >= names ? []
		: [`${confirmed} of ${names}`]);
	origin.server.close();
	rmSync(folder, { recursive: true, force: true });
});
