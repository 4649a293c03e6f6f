#!/usr/bin/env node
/*
 * Pages of every kind that could leak (enforcement/pages), in a browser before
 * a choice, after a refusal, after consent and after its withdrawal, and once
 * past the proxy. All hosts are one local sink. Without consent no tracker
 * hears anything, with it and past the proxy all do, and what is innocent is
 * always loaded. Writes TAP: a result for each page.
 *
 *	BUILD     the folder of the programs (build/release)
 *	CHROMIUM  the browser (/usr/bin/chromium)
 *	OPEN      takes those of enforcement/open, too: leaks that are not closed
 *	PAGES     takes only pages whose name holds it
 *	STATES    takes only these visits, as in "past undecided"
 */

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hosts, readPages } from "./enforcement/pages.mjs";
import { Origin, Sink } from "./enforcement/sink.mjs";

const daemon = join(process.env.BUILD ?? "build/release", "consentd");
const browser = process.env.CHROMIUM ?? "/usr/bin/chromium";
const START_MS = 20000;
const WAIT_MS = 30000;	/* for what must come */
const STEP_MS = 25;
const SHEET = 12;	/* pages in one tab */
const site = "http://site.localhost";
const past = "http://past.localhost"; /* the origin without the proxy */

const policy = `
version = "2026-11-01";
unknown_cookie = "analytics";
categories = ( { id = "essential"; required = true; },
  { id = "analytics"; } );
vendors = ( "google-analytics", "matomo" );
cookies = ( { name = "session"; category = "essential";
  ground = "requested"; purpose = "Keeps you signed in"; } );
resources = ( { host = "tracker.example"; category = "analytics"; },
  { host = "${hosts.t.puny}"; category = "analytics"; },
  { host = "${hosts.t.v4}"; category = "analytics"; },
  { host = "${hosts.t.v6}"; category = "analytics"; },
  { path = "/collect*"; category = "analytics"; },
  { inline = "plantedTracker("; category = "analytics"; } );
`;

let count = 0, failed = 0;

function tap(name, complaints) {
	const good = complaints.length === 0;

	console.log(`${good ? "" : "not "}ok ${++count} - ${name}`);
	complaints.forEach((line) => console.log(`# ${line}`));
	failed += good ? 0 : 1;
}

function skip(why) {
	console.log(`1..0 # SKIP ${why}`);
	process.exit(0);
}

/* The daemon before the origin, and its port. */
async function startDaemon(folder, upstream) {
	const file = join(folder, "consentd.conf");

	writeFileSync(file, `listen = "127.0.0.1:0";
upstream = "http://127.0.0.1:${upstream}"; site = "${site}"; workers = 1;
timeouts = { drain = 2; }; policy : {${policy}};\n`);
	const child = spawn(daemon, ["-c", file], { stdio: ["ignore", "pipe", "pipe"] });
	let said = "";
	const port = await new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(
			`no address within ${START_MS} ms:\n${said}`)), START_MS);
		const listen = (bytes) => {
			said += bytes;
			const found = /listening on http:\/\/127.0.0.1:(\d+)/.exec(said);
			if (found) {
				clearTimeout(timer);
				resolve(Number(found[1]));
			}
		};
		child.stdout.on("data", listen);
		child.stderr.on("data", listen);
		child.on("exit", (code) => reject(new Error(`ended: ${code}\n${said}`)));
	});
	const stop = () => new Promise((resolve) => {
		child.removeAllListeners("exit");
		child.on("exit", (code) => resolve([code, said]));
		child.kill("SIGTERM");
	});
	return { port, stop };
}

/* Whether something was seen that only trackers hear. */
function isTracker(place) {
	return /^[^/]*tracker\.example\.?($|\/)|^site\/collect/.test(place) ||
		[hosts.t.puny, hosts.t.v4, hosts.t.v6].some((host) =>
			place.startsWith(host));
}

/* All pages, visited in one state. */
class Visit {
	constructor(stage, state, base) {
		Object.assign(this, { ...stage, state, base, complaints: new Map() });
		this.granted = state === "past" || state === "accepted";
		this.seen.clear();
	}

	complain(name, text) {
		this.complaints.set(name, [...this.complaints.get(name) ?? [],
			`${this.state}: ${text}`]);
	}

	/* The paths that were asked for, of all hosts. */
	paths() {
		return new Set([...this.seen].map((place) =>
			place.replace(/^[^/]*(\/collect)?/, "").replace(/\?.*/, "")));
	}

	missing(page) {
		const paths = this.paths();
		const wanted = [...page.innocents,
			...this.granted ? page.trackers : []];

		return wanted.filter((path) => !paths.has(path))
			.concat(this.granted && page.facts.connects &&
				!this.seen.has(page.facts.connects)
				? [page.facts.connects] : []);
	}

	async open(url) {
		const tab = await this.context.newPage();

		/* pages that refresh themselves never come to rest: no matter */
		await tab.goto(url, { waitUntil: "load", timeout: WAIT_MS })
			.catch(() => {});
		return tab;
	}

	/* Opens a few pages and waits for all that must come. */
	async openAll(url, pages) {
		const tab = await this.open(url);
		const end = Date.now() + WAIT_MS;
		let late = pages;

		while ((late = late.filter((page) => this.missing(page).length > 0))
			.length > 0 && Date.now() < end)
			await new Promise((resolve) => setTimeout(resolve, STEP_MS));
		await tab.waitForLoadState("networkidle", { timeout: WAIT_MS })
			.catch(() => {});
		await tab.close();
	}

	async run() {
		const all = [...this.pages.values()];
		const rest = all.filter((page) => !page.facts.top);
		const jobs = all.filter((page) => page.facts.top)
			.map((page) => [`${this.base}/p/${page.name}`, [page]]);

		for (let i = 0; i < rest.length; i += SHEET) {
			const some = rest.slice(i, i + SHEET);
			jobs.push([`${this.base}/sheet?${
				some.map((page) => page.name).join(",")}`, some]);
		}
		/* two tabs at a time */
		await Promise.all([0, 1].map(async () => {
			for (let job; (job = jobs.shift());)
				await this.openAll(...job);
		}));
		for (const page of all)
			this.judge(page);
		this.judgeRest();
		await this.judgeCookies();
	}

	judge(page) {
		const missing = this.missing(page);

		if (missing.length > 0)
			this.complain(page.name, `not reached: ${missing.join(" ")}`);
		if (this.granted)
			return;
		const heard = [...this.seen].filter((place) => isTracker(place) &&
			(place.includes(`/t/${page.name}/`) ||
				place === page.facts.connects));
		if (heard.length > 0)
			this.complain(page.name, `heard: ${heard.join(" ")}`);
	}

	/* What a tracker heard that belongs to no page. */
	judgeRest() {
		const heard = this.granted ? [] : [...this.seen].filter((place) =>
			isTracker(place) && place.includes("/") &&
			![...this.pages.keys()].some((name) =>
				place.includes(`/t/${name}/`)));
		tap(`${this.state}: no tracker heard anything else`, heard);
	}

	async judgeCookies() {
		const names = (await this.context.cookies())
			.map(({ name }) => name).filter((name) => name.startsWith("_t_"));

		for (const page of this.pages.values()) {
			const cookie = page.facts.cookie;
			if (cookie && names.includes(cookie) !== this.granted)
				this.complain(page.name, `cookies: ${names}`);
		}
	}
}

/* Makes a choice on the preferences page. */
async function choose(context, action) {
	const tab = await context.newPage();

	await tab.goto(`${site}/.consent/`);
	await Promise.all([
		tab.waitForResponse((response) =>
			response.url() === `${site}/.consent/choice` &&
			response.status() === 303),
		tab.locator(`button[name="action"][value="${action}"]`).first().click(),
	]);
	await tab.waitForLoadState("load");
	await tab.close();
}

/* All visits, each by a browser of its own; complaints for each page. */
async function visitAll(chromium, stage, ports) {
	const visits = [["past"], ["undecided"], ["rejected", "reject"],
		["accepted", "accept"], ["withdrawn", "accept", "withdraw"]];
	const wanted = process.env.STATES?.split(" ");
	const complaints = new Map();

	for (const [state, ...actions] of visits) {
		if (wanted && !wanted.includes(state))
			continue;
		const instance = await chromium.launch({ executablePath: browser,
			args: ["--headless", "--no-sandbox", "--disable-gpu",
				"--disable-background-networking", "--disable-component-update",
				"--disable-sync", "--no-first-run", "--ignore-certificate-errors",
				"--host-resolver-rules=" +
				`MAP site.localhost 127.0.0.1:${ports.daemon},` +
				`MAP past.localhost 127.0.0.1:${ports.origin},` +
				`MAP * 127.0.0.1:${ports.sink}`] });
		const context = await instance.newContext({ ignoreHTTPSErrors: true });
		const start = Date.now();
		for (const action of actions)
			await choose(context, action);
		const visit = new Visit({ ...stage, context }, state,
			state === "past" ? past : site);
		await visit.run();
		await instance.close();
		console.log(`# ${state}: ${Date.now() - start} ms, ` +
			`${visit.seen.size} places were reached`);
		for (const [name, lines] of visit.complaints)
			complaints.set(name, [...complaints.get(name) ?? [], ...lines]);
	}
	return complaints;
}

async function main() {
	if (!existsSync(daemon))
		skip(`no ${daemon}`);
	if (!existsSync(browser))
		skip(`no ${browser}`);
	const playwright = await import("playwright-core").catch(() => null);
	if (playwright === null)
		skip("playwright-core is not installed");

	const folder = mkdtempSync(join(tmpdir(), "consentd-enforcement-"));
	const pages = readPages(process.env.PAGES,
		process.env.OPEN ? ["pages", "open"] : ["pages"]);
	const sink = new Sink();
	const origin = new Origin(pages, sink.seen);
	await sink.open(folder);
	await origin.open();
	const proxy = await startDaemon(folder, origin.port);
	try {
		const complaints = await visitAll(playwright.chromium,
			{ pages, seen: sink.seen },
			{ daemon: proxy.port, origin: origin.port, sink: sink.port });
		for (const name of pages.keys())
			tap(name, complaints.get(name) ?? []);
	} catch (error) {
		tap("the pages can be visited", [error.stack]);
	}
	const [code, said] = await proxy.stop();
	tap("the daemon ends cleanly", code === 0 ? [] : [`${code}: ${said}`]);
	sink.close();
	origin.close();
	rmSync(folder, { recursive: true, force: true });
	console.log(`1..${count}`);
	process.exitCode = failed === 0 ? 0 : 1;
}

await main();
