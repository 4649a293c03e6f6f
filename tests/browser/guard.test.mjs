#!/usr/bin/env node
/*
 * What scripts of a page add to it, in Chromium: each way twice, once to a
 * tracker and once to a host that no rule names. Before consent only the
 * second arrives, after consent both do. Cookies and storage likewise. Writes
 * TAP; BUILD names the folder of the programs.
 */

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync }
	from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { shorten } from "./minify.mjs";

const build = process.env.BUILD ?? "build/release";
const browser = process.env.CHROMIUM ?? "/usr/bin/chromium";
const WAIT_MS = 30000;

/* Each gets a URL and makes the browser ask for it. */
const ways = {
	script_src: (u) => add("script", { src: u }),
	script_attribute: (u) => add("script", {}, { src: u }),
	image: (u) => { new Image().src = u; },
	image_attribute: (u) => add("img", {}, { src: u }),
	image_namespace: (u) => {
		const e = document.createElement("img");
		e.setAttributeNS(null, "src", u);
		document.body.append(e);
	},
	image_srcset: (u) => add("img", { srcset: `${u} 1x` }),
	picture: (u) => put(`<picture><source srcset="${u} 1x"><img></picture>`),
	iframe: (u) => add("iframe", { src: u }),
	srcdoc: (u) => add("iframe", { srcdoc: `<img src='${u}'>` }),
	sheet: (u) => add("link", { rel: "stylesheet", href: u }),
	preload: (u) => add("link", {}, { rel: "preload", as: "fetch", href: u,
		crossorigin: "" }),
	video: (u) => add("video", { src: u, preload: "auto" }),
	poster: (u) => add("video", { poster: u }),
	audio: (u) => { new Audio(u).preload = "auto"; },
	object: (u) => add("object", { data: u }),
	embed: (u) => add("embed", { src: u }),
	track: (u) => put(`<video crossorigin src="/v"><track default src="${u}"></video>`,
		(box) => { box.firstChild.textTracks[0].mode = "showing"; }),
	input: (u) => add("input", { type: "image", src: u }),
	svg_image: (u) => {
		const e = document.createElementNS("http://www.w3.org/2000/svg", "image");
		const s = document.createElementNS("http://www.w3.org/2000/svg", "svg");
		e.setAttribute("href", u);
		s.append(e);
		document.body.append(s);
	},
	inner: (u) => put(`<img src="${u}">`),
	inner_entities: (u) => put(`<IMG SRC='${u.replace("://", ":&#x2f;&#47;")
		.replace("t", "&#116;")}'>`),
	outer: (u) => { put("<p></p>", (box) => {
		box.firstChild.outerHTML = `<img src=${u}>`; }); },
	adjacent: (u) => document.body.insertAdjacentHTML("beforeend",
		`<p><img src="${u}">`),
	fragment: (u) => document.body.append(document.createRange()
		.createContextualFragment(`<script src="${u}"></scr` + "ipt>")),
	shadow: (u) => { put("<p></p>", (box) => {
		box.firstChild.attachShadow({ mode: "open" }).innerHTML =
			`<img src="${u}">`; }); },
	fetch: (u) => fetch(u, { mode: "no-cors" }).catch(() => 0),
	fetch_request: (u) => fetch(new Request(u, { mode: "no-cors" }))
		.catch(() => 0),
	fetch_url: (u) => fetch(new URL(u), { mode: "no-cors" }).catch(() => 0),
	xhr: (u) => {
		const x = new XMLHttpRequest();
		x.open("GET", u);
		x.send();
	},
	beacon: (u) => navigator.sendBeacon(u, "x"),
	ping: (u) => put(`<a href="#here" ping="${u}">x</a>`,
		(box) => box.firstChild.click()),
	events: (u) => { new EventSource(u); },
	socket: (u) => { new WebSocket(u.replace("http", "ws")); },
	spelled: (u) => { new Image().src =
		u.replace("http://tracker", " \tHTTP:\\\\TRACKER"); },
};

/* Runs in the page. */
function act(ways, place) {
	window.add = (name, properties, attributes = {}) => {
		const e = Object.assign(document.createElement(name), properties);
		for (const [key, value] of Object.entries(attributes))
			e.setAttribute(key, value);
		document.body.append(e);
	};
	window.put = (html, then = () => 0) => {
		const box = document.createElement("div");
		document.body.append(box);
		box.innerHTML = html;
		then(box);
	};
	for (const [name, way] of Object.entries(ways))
		try {
			(0, eval)(`(${way})`)(`http://${place}/${name}`);
		} catch (error) {
			console.log(name, String(error));
		}
}

/* All hosts: the site by what it was asked for, the sink by Host and path. */
class World {
	constructor() {
		this.seen = new Set();
		this.server = createServer((request, answer) => {
			const host = request.headers.host.split(":")[0];
			this.seen.add(host + request.url);
			answer.setHeader("Access-Control-Allow-Origin", "*");
			if (host !== "library.example")
				return answer.end();
			answer.setHeader("Content-Type", "text/html");
			answer.end(request.url === "/write" ? written : page);
		});
		this.server.on("upgrade", (request, socket) => {
			this.seen.add(request.headers.host.split(":")[0] + request.url);
			socket.destroy();
		});
	}

	open() {
		return new Promise((done) => this.server.listen(0, "127.0.0.1",
			() => done(this.server.address().port)));
	}

	of(host) {
		return [...this.seen].filter((at) => at.startsWith(`${host}/`))
			.map((at) => at.slice(host.length + 1)).sort();
	}
}

const page = "<!doctype html><title>A page</title><body><p>Text";
const written = `<!doctype html><title>x</title><body><script>
document.write("<img src=http://tracker.example/written>", "<img src=");
document.writeln("'http://innocent.example/written'>");</script>`;

const policy = `policy : { version = "1"; unknown_cookie = "analytics";
 categories = ( { id = "essential"; required = true; }, { id = "analytics"; } );
 vendors = ( "chest" );
 cookies = ( { name = "session"; category = "essential"; ground = "requested";
   purpose = "Keeps you signed in"; },
  { name = "basket_*"; category = "essential"; ground = "requested";
   purpose = "Keeps a basket"; },
  { name = "basket_spy"; category = "analytics"; } );
 resources = ( { host = "tracker.example"; category = "analytics"; },
  { host = "tracker.example"; path = "/library.js"; category = "essential"; },
  { path = "/collect"; category = "analytics"; } ); };`;
const vendor = `name = "Chest"; provider = "Chest"; category = "analytics";
purpose = "Counts"; storage = [ "chest_*", "chest" ];`;

let count = 0;
let failed = 0;
let visits = 0;

async function check(name, body) {
	let why;
	try {
		await body();
	} catch (error) {
		why = String(error.stack ?? error);
		failed++;
	}
	console.log(`${why ? "not ok" : "ok"} ${++count} - ${name}`);
	why?.split("\n").forEach((line) => console.log(`# ${line}`));
}

function same(seen, wanted) {
	const [a, b] = [JSON.stringify(seen), JSON.stringify(wanted)];
	if (a !== b)
		throw new Error(`seen ${a}, wanted ${b}`);
}

/* Until all of them came; what is missing is told. */
async function arrive(world, host, wanted) {
	const end = Date.now() + WAIT_MS;
	let missing = wanted;
	while (missing.length && Date.now() < end) {
		const now = world.of(host);
		missing = wanted.filter((name) => !now.includes(name));
		await new Promise((done) => setTimeout(done, 20));
	}
	same(missing, []);
}

function startDaemon(folder, port) {
	writeFileSync(join(folder, "consentd.conf"), `listen = "127.0.0.1:0";
upstream = "http://127.0.0.1:${port}"; site = "http://library.example";
workers = 1; token : { keys = "keys"; };
log : { directory = "log"; name = "library.example/guard"; };
vendor_directory = "."; ${policy}`);
	writeFileSync(join(folder, "chest.conf"), vendor);
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

async function choose(page, action) {
	await page.goto("http://library.example/.consent/");
	await page.locator(`button[name="action"][value="${action}"]`).first()
		.click();
	await page.waitForLoadState("load");
}

/* All the ways on a new page; whether trackers are reached as wanted. */
async function visit(world, page, reaches) {
	const text = Object.fromEntries(Object.entries(ways).map(
		([name, way]) => [name, String(way)]));
	world.seen.clear();
	await page.goto("http://library.example/");
	/* new addresses each time: nothing comes out of a cache */
	const visit = `v${++visits}`;
	for (const host of ["tracker.example", "innocent.example"])
		await page.evaluate(
			`(${act})(${JSON.stringify(text)}, "${host}/${visit}")`);
	const names = Object.keys(ways).map((name) => `${visit}/${name}`);
	await arrive(world, "innocent.example", names);
	if (reaches)
		await arrive(world, "tracker.example", names);
	else /* they were asked for first, so they would be here */
		same(world.of("tracker.example"), []);
}

const keep = `(async () => {
	document.cookie = "session=1"; document.cookie = "basket_a=1";
	document.cookie = "basket_spy=1"; document.cookie = " _spy = 1; path=/";
	document.cookie = "nameless"; localStorage.setItem("chest_1", 1);
	localStorage.setItem("other", 1); sessionStorage.setItem("chest", 1);
	await new Promise((done) => {
		indexedDB.open("chest").onsuccess = (e) => {
			e.target.result.close();
			done();
		};
	});
	await cookieStore.set("tracked", "1");
	await cookieStore.set({ name: "basket_b", value: "1" });
})()`;
const kept = `(async () => ({ cookies: document.cookie.split("; ").sort(),
	local: Object.keys(localStorage).sort(),
	session: Object.keys(sessionStorage),
	databases: (await indexedDB.databases()).map((d) => d.name) }))()`;

async function stores(page, wanted) {
	await page.goto("http://library.example/");
	await page.evaluate(keep);
	same(await page.evaluate(kept), wanted);
}

async function main() {
	await check("the script in use is that of src/consent/guard.js", async () =>
		same(readFileSync("src/consent/guard.min.js", "utf8"),
			await shorten("src/consent/guard.js")));
	if (!existsSync(browser))
		throw new Error(`no browser at ${browser}`);
	const { chromium } = await import("playwright-core");
	const folder = mkdtempSync(join(tmpdir(), "consentd-guard-"));
	const world = new World();
	const sink = await world.open();
	const daemon = await startDaemon(folder, sink);
	const context = await chromium.launchPersistentContext(
		join(folder, "profile"), { executablePath: browser, args: ["--headless",
			"--no-sandbox", "--disable-gpu", "--disable-background-networking",
			"--disable-component-update", "--autoplay-policy=no-user-gesture-required",
			/* as if it were secure, or there is no cookieStore */
			"--unsafely-treat-insecure-origin-as-secure=http://library.example",
			`--host-resolver-rules=MAP library.example:80 127.0.0.1:${daemon.port},`
			+ `MAP * 127.0.0.1:${sink}`] });
	const page = await context.newPage();
	const errors = [];
	page.on("pageerror", (error) => errors.push(error.message));

	await check("nothing reaches a tracker before a choice", () =>
		visit(world, page, false));
	await check("what document.write writes is judged, in pieces too", async () => {
		world.seen.clear();
		await page.goto("http://library.example/write");
		await arrive(world, "innocent.example", ["written"]);
		same(world.of("tracker.example"), []);
	});
	await check("an exception passes, a path of the site does not", async () => {
		world.seen.clear();
		await page.goto("http://library.example/");
		await page.evaluate(`new Image().src = "/collect?x=1";
			new Image().src = "http://sub.tracker.example/deep";
			new Image().src = "http://nottracker.example/near";
			new Image().src = "http://tracker.example/library.js?v=1"; 0`);
		await arrive(world, "tracker.example", ["library.js?v=1"]);
		await arrive(world, "nottracker.example", ["near"]);
		same(world.of("library.example").includes("collect?x=1"), false);
		same(world.of("sub.tracker.example"), []);
	});
	await check("only what may stay is stored", () => stores(page, {
		cookies: ["basket_a=1", "basket_b=1", "session=1"], local: ["other"],
		session: [], databases: ["chest"] }));
	await check("nothing reaches a tracker after a refusal", async () => {
		await choose(page, "reject");
		await visit(world, page, false);
	});
	await check("everything does after consent", async () => {
		await choose(page, "accept");
		await visit(world, page, true);
	});
	await check("everything is stored then", () => stores(page, {
		cookies: ["_spy=1", "basket_a=1", "basket_b=1", "basket_spy=1",
			"nameless", "session=1", "tracked=1"],
		local: ["chest_1", "other"], session: ["chest"],
		databases: ["chest"] }));
	await check("nothing reaches a tracker after withdrawal", async () => {
		await choose(page, "withdraw");
		await visit(world, page, false);
	});
	await check("what was stored is gone after withdrawal", async () => {
		await page.waitForFunction(
			"indexedDB.databases().then((all) => all.length === 0)");
		const { cookies, local, session } = await page.evaluate(kept);
		same([cookies, local, session],
			[["basket_a=1", "basket_b=1", "session=1"], ["other"], []]);
	});
	await check("no script of ours complains", async () => same(errors, []));

	await context.close();
	daemon.child.removeAllListeners("exit");
	const ended = new Promise((done) => daemon.child.on("exit", done));
	daemon.child.kill("SIGTERM");
	await check("the daemon ends cleanly", async () => same(await ended, 0));
	world.server.close();
	world.server.closeAllConnections();
	rmSync(folder, { recursive: true, force: true });
	console.log(`1..${count}`);
	process.exit(failed ? 1 : 0);
}

main().catch((error) => {
	console.log(`not ok ${++count} - the test itself`);
	String(error.stack ?? error).split("\n").forEach((l) => console.log(`# ${l}`));
	console.log(`1..${count}`);
	process.exit(1);
});
