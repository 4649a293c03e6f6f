#!/usr/bin/env node
/*
 * One embed shown once, in a browser: the box of a film, inside a form of the
 * site's own, leads to a page that asks; one press there loads that film and
 * nothing else of its vendor, and leaves no token, no consent and no cookie.
 * Writes TAP.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync }
	from "node:fs";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, light, makeCertificate, options, play, same, startDaemon }
	from "./stage.mjs";

const host = "www.library.test";
const site = `https://${host}`;
const film = "https://films.example/film?id=1&t=2";
const once = `films.example/film?id=1&t=2 from ${site}/, cookie undefined`;

const policy = `
version = "2026-11-01";
categories = ( { id = "essential"; required = true; },
  { id = "media"; action = "placeholder"; } );
resources = ( { host = "films.example"; category = "media"; } );
`;

const article = `<!DOCTYPE html><html lang="en"><title>Article</title><body>
<form action="/search"><input name="q">
<iframe src="${film.replace("&", "&amp;")}" width="400" height="300"></iframe>
<button>Search</button></form>
<script src="https://films.example/track.js"></script>
<img src="https://stats.films.example/pixel"></body></html>`;

/* What the vendor shows: it tries to take the window, and sets a cookie. */
const shown = `<!DOCTYPE html><title>Film</title><h1>The film</h1>
<script>document.cookie = "watcher=2; Secure; SameSite=None";
try { top.location = "https://films.example/taken"; } catch {}</script>`;

function listen(server) {
	return new Promise((resolve) =>
		server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}

/* The acts of the choices in the log. */
function acts(folder) {
	const entries = join(folder, "log/entries");

	return readdirSync(entries).flatMap((name) =>
		readFileSync(join(entries, name), "utf8").trim().split("\n"))
		.map((line) => JSON.parse(line))
		.filter((entry) => entry.type === "choice");
}

await play(light, async (chromium) => {
	const folder = mkdtempSync(join(tmpdir(), "consentd-embed-"));
	const { key, cert } = makeCertificate(folder, host);
	const asked = [];	/* of the vendor */
	const origin = http.createServer((request, response) =>
		response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" })
			.end(article));
	const vendor = https.createServer(
		{ key: readFileSync(key), cert: readFileSync(cert) },
		(request, response) => {
			asked.push(`${request.headers.host}${request.url} from ` +
				`${request.headers.referer}, cookie ` +
				request.headers.cookie);
			response.writeHead(200, { "Content-Type": "text/html",
				"Set-Cookie": "watcher=1; Secure; SameSite=None" })
				.end(shown);
		});
	const file = join(folder, "consentd.conf");

	writeFileSync(file, `listen = ( { address = "127.0.0.1:0"; tls : {
certificate = "${cert}"; key = "${key}"; }; } );
upstream = "http://127.0.0.1:${await listen(origin)}"; site = "${site}";
workers = 1; timeouts = { drain = 2; }; policy : {${policy}};\n`);
	const { found: [port], stop } = await startDaemon(["-c", file],
		[/listening on https:\/\/127\.0\.0\.1:(\d+)/]);
	const there = await listen(vendor);
	const browser = await chromium.launch(options(light,
		[`MAP ${host} 127.0.0.1:${port}`,
			`MAP *.example 127.0.0.1:${there}`, "MAP * ~NOTFOUND"],
		["--ignore-certificate-errors"]));
	const context = await browser.newContext({ ignoreHTTPSErrors: true });
	const tab = await context.newPage();
	const state = async () => (await (await context.request.get(
		`https://127.0.0.1:${port}/.consent/state`,
		{ headers: { Host: host } })).json()).decided;

	await check("the box's link leads to a page that asks, and no more",
		async () => {
			await tab.goto(`${site}/article?a=1`);
			await tab.click(".consent-box a:has-text('Show this once')");
			await tab.waitForLoadState("load");
			same(new URL(tab.url()).pathname, "/.consent/embed", "path");
			same(await tab.locator("iframe").count(), 0, "frames");
			same(asked, [], "the vendor");
			same(acts(folder), [], "the log");
		});
	await check("one press shows that film, and nothing else of its vendor",
		async () => {
			await Promise.all([tab.waitForEvent("load"),
				tab.click("button:has-text('Show this once')")]);
			await tab.frameLocator("iframe").locator("h1").waitFor();
			same(await tab.frameLocator("iframe").locator("h1").innerText(),
				"The film", "frame");
			same(asked, [once],
				"the vendor");
			same(new URL(tab.url()).host, host, "the window stays");
		});
	await check("the log says so, and no more than that", () => {
		same(acts(folder).map((e) => [e.act, e.embed, e.granted, e.denied,
			e.sub, e.via]), [["embed", "films.example", [], [], undefined,
			"notice"]]);
	});
	await check("no token and no consent come of it", async () => {
		same(await context.cookies(site), [], "cookies");
		same(await state(), false, "decided");
	});
	await check("the way back leads to the page, whose box is there again",
		async () => {
			await tab.click("main a:has-text('Back to the site')");
			await tab.waitForLoadState("load");
			same(tab.url(), `${site}/article?a=1`, "page");
			same(await tab.locator(".consent-box").count(), 1, "boxes");
			same(await tab.locator("iframe").count(), 0, "frames");
			same(asked.length, 1, "the vendor");
		});
	await check("shown again, the vendor does not know the visitor", async () => {
		await tab.click(".consent-box a:has-text('Show this once')");
		await Promise.all([tab.waitForEvent("load"),
			tab.click("button:has-text('Show this once')")]);
		await tab.frameLocator("iframe").locator("h1").waitFor();
		same(asked, [once, once], "the vendor");
	});
	await check("no other film can be slipped in", async () => {
		await tab.goto(`${site}/article`);
		for (const url of ["https://elsewhere.example/",
			"https://films.example@elsewhere.example/", "/article"]) {
			const status = await tab.evaluate(async (body) =>
				(await fetch("/.consent/embed", { method: "POST",
					body: new URLSearchParams({ url: body }) })).status, url);

			same(status, 400, url);
		}
		same(acts(folder).length, 2, "the log");
	});
	await browser.close();
	await stop();
	origin.close();
	vendor.close();
	rmSync(folder, { recursive: true, force: true });
});
