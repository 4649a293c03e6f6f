#!/usr/bin/env node
/*
 * What no script can hook, in Chromium: import() of a module. With third
 * parties unlisted it reaches neither a tracker nor a host that no rule names
 * before consent, and both after it; a host that a rule lets pass is reached
 * every time. Writes TAP; BUILD names the folder of the programs.
 */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const build = process.env.BUILD ?? "build/release";
const browser = process.env.CHROMIUM ?? "/usr/bin/chromium";
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
let count = 0, failed = 0;

function check(name, found, wanted) {
	const [a, b] = [found, wanted].map((list) => JSON.stringify([...list].sort()));
	const good = a === b;

	console.log(`${good ? "" : "not "}ok ${++count} - ${name}`);
	if (!good)
		console.log(`# seen ${a}, wanted ${b}`);
	failed += good ? 0 : 1;
}

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

function startDaemon(folder, port) {
	writeFileSync(join(folder, "consentd.conf"), `listen = "127.0.0.1:0";
upstream = "http://127.0.0.1:${port}"; site = "${site}"; workers = 1; ${policy}`);
	const child = spawn(join(build, "consentd"),
		["-c", join(folder, "consentd.conf")]);
	let said = "";
	return new Promise((done, fail) => {
		const listen = (bytes) => {
			said += bytes;
			const at = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(said);
			if (at)
				done({ child, port: at[1] });
		};
		child.stdout.on("data", listen);
		child.stderr.on("data", listen);
		child.on("exit", (code) => fail(new Error(`ended: ${code}\n${said}`)));
	});
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

async function main() {
	const { chromium } = await import("playwright-core");
	const folder = mkdtempSync(join(tmpdir(), "consentd-wall-"));
	const server = await open();
	const sink = server.address().port;
	const daemon = await startDaemon(folder, sink);
	const launched = await chromium.launch({ executablePath: browser, args: [
		"--headless", "--no-sandbox", "--disable-gpu",
		"--disable-background-networking",
		`--host-resolver-rules=MAP library.example:80 127.0.0.1:${daemon.port},`
		+ `MAP * 127.0.0.1:${sink}`] });
	const tab = await launched.newPage();

	check("import() of a tracker is stopped before a choice",
		await visit(tab, "undecided", ["fonts"]), ["fonts"]);
	await tab.goto(`${site}/.consent/`);
	await tab.locator('button[name="action"][value="accept"]').first().click();
	await tab.waitForLoadState("load");
	const all = ["tracker", "unnamed", "fonts"];
	check("it reaches everybody after consent", await visit(tab, "accepted", all), all);
	await launched.close();

	daemon.child.removeAllListeners("exit");
	const ended = new Promise((done) => daemon.child.on("exit", done));
	daemon.child.kill("SIGTERM");
	check("the daemon ends cleanly", [await ended], [0]);
	server.close();
	server.closeAllConnections();
	rmSync(folder, { recursive: true, force: true });
	console.log(`1..${count}`);
	process.exitCode = failed ? 1 : 0;
}

main().catch((error) => {
	console.log(`not ok ${++count} - the test itself`);
	String(error.stack ?? error).split("\n").forEach((l) => console.log(`# ${l}`));
	console.log(`1..${count}`);
	process.exit(1);
});
