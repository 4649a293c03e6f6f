#!/usr/bin/env node
/*
 * What no script can hook, in Chromium: import() of a module. With third
 * parties unlisted it reaches neither a tracker nor a host that no rule names
 * before consent, and both after it; a host that a rule lets pass is reached
 * every time. Writes TAP.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, light, options, play, same, startDaemon } from "./stage.mjs";

const WAIT_MS = 30000;
const site = "http://library.example";
/* the last is innocent, so that the others would be here before it */
const page = `<!doctype html><title>x</title><script>
for (const host of ["tracker", "unnamed", "fonts"])
	import("http://" + host + ".example/module" + location.search)
		.catch(() => {});</script>`;
const policy = `policy : { version = "1"; third_parties = "unlisted";
 categories = ( { id = "essential"; required = true; }, { id = "analytics"; } );
 resources = ( { host = "fonts.example"; category = "essential"; },
  { host = "tracker.example"; category = "analytics"; } ); };`;
const seen = new Set();

/* All hosts. */
function open() {
	const server = createServer((request, answer) => {
		const host = request.headers.host.split(":")[0];
		seen.add(host + request.url);
		answer.setHeader("Access-Control-Allow-Origin", "*");
		answer.setHeader("Content-Type", host === "library.example"
			? "text/html" : "text/javascript");
		answer.end(host === "library.example" ? page : "");
	});
	return new Promise((done) => server.listen(0, "127.0.0.1",
		() => done(server)));
}

function startBefore(folder, port) {
	const file = join(folder, "consentd.conf");

	writeFileSync(file, `listen = "127.0.0.1:0";
upstream = "http://127.0.0.1:${port}"; site = "${site}"; workers = 1; ${policy}`);
	return startDaemon(["-c", file],
		[/listening on http:\/\/127\.0\.0\.1:(\d+)/]);
}

/* The hosts that a visit reached, once all of wanted came or time is up. */
async function visit(tab, name, wanted) {
	const end = Date.now() + WAIT_MS;
	const hosts = () => ["tracker", "unnamed", "fonts"].filter((host) =>
		seen.has(`${host}.example/module?${name}`));

	await tab.goto(`${site}/?${name}`, { waitUntil: "networkidle" });
	while (Date.now() < end && !wanted.every((host) => hosts().includes(host)))
		await new Promise((done) => setTimeout(done, 20));
	return hosts();
}

async function visitAll(tab) {
	const all = ["tracker", "unnamed", "fonts"];

	await check("import() of a tracker is stopped before a choice", async () =>
		same(await visit(tab, "undecided", ["fonts"]), ["fonts"]));
	await tab.goto(`${site}/.consent/`);
	await tab.locator('button[name="action"][value="accept"]').first().click();
	await tab.waitForLoadState("load");
	await check("it reaches everybody after consent", async () =>
		same(await visit(tab, "accepted", all), all));
}

await play(light, async (chromium) => {
	const folder = mkdtempSync(join(tmpdir(), "consentd-wall-"));
	const server = await open();
	const sink = server.address().port;
	const { found: [port], stop } = await startBefore(folder, sink);
	const browser = await chromium.launch(options(light,
		[`MAP library.example:80 127.0.0.1:${port}`,
			`MAP * 127.0.0.1:${sink}`]));

	await visitAll(await browser.newPage());
	await browser.close();
	await stop();
	server.close();
	server.closeAllConnections();
	rmSync(folder, { recursive: true, force: true });
});
