#!/usr/bin/env node
/*
 * Pages of every kind that could leak (enforcement/pages), in a browser before
 * a choice, after a refusal, after consent and after its withdrawal, and once
 * past the proxy. All hosts are one local sink. Without consent no tracker
 * hears anything, with it and past the proxy all do, and what is innocent is
 * always loaded. Writes TAP: a result for each page.
 *
 *	OPEN      takes those of enforcement/open, too: leaks that are not closed
 *	PAGES     takes only pages whose name holds it
 *	STATES    takes only these visits, as in "past undecided"
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Driver } from "./enforcement/driver.mjs";
import { hosts, readPages } from "./enforcement/pages.mjs";
import { Origin, Sink } from "./enforcement/sink.mjs";
import { light, options, play, sanitized, startDaemon, tap, whole } from
	"./stage.mjs";

const WAIT_MS = 30000;	/* for what must come */
const QUIET_MS = 500;	/* without a request, before a visit ends */
const SHEET = 12;	/* pages in one tab */
const TABS = 2;		/* at a time in a visit */
const VISITS = 2;	/* at a time, each with a world of its own */
/*
 * To the daemon a page is the same after a refusal as after a withdrawal, and
 * with consent it does less of what it does without; past it, nothing. So the
 * sanitizers see it all in two visits, one of them with each kind of choice.
 */
const usual = sanitized ? ["undecided", "withdrawn"] : undefined;
const site = "http://site.localhost";
const alias = "alias.site.localhost"; /* a name of the site for a tracker */
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
  { host = "${alias}"; category = "analytics"; },
  { path = "/collect*"; category = "analytics"; },
  { inline = "plantedTracker("; category = "analytics"; } );
`;

/* Sites share a process: what is asked for is the same, in half the time. */
const flags = ["--ignore-certificate-errors", "--process-per-site",
	"--disable-site-isolation-trials", "--short-reporting-delay",
	"--renderer-process-limit=2", "--disable-popup-blocking",
	"--disable-renderer-backgrounding", "--disable-background-timer-throttling",
	"--disable-backgrounding-occluded-windows", "--disable-ipc-flooding-protection",
	"--disable-dev-shm-usage", "--no-default-browser-check",
	"--disable-field-trial-config", "--disable-features=HttpsUpgrades"];

/* The daemon before the origin: a port for TLS, one without. */
function startBefore(folder, upstream) {
	const file = join(folder, "consentd.conf");

	writeFileSync(file, `listen = ( "127.0.0.1:0", { address = "127.0.0.1:0";
  tls : { certificate = "cert.pem"; key = "key.pem"; }; } );
upstream = "http://127.0.0.1:${upstream}"; site = "${site}"; workers = 1;
timeouts = { drain = 2; }; policy : {${policy}};\n`);
	return startDaemon(["-c", file], ["http", "https"].map((scheme) =>
		new RegExp(`listening on ${scheme}://127.0.0.1:(\\d+)`)));
}

/* Whether something was seen that only trackers hear. */
function isTracker(place) {
	return /^[^/]*tracker\.example\.?($|\/)|^site\/collect/.test(place) ||
		[alias, hosts.t.puny, hosts.t.v4, hosts.t.v6].some((host) =>
			place.startsWith(host));
}

/* All pages, visited in one state. */
class Visit {
	constructor(stage, state, base) {
		Object.assign(this, { ...stage, state, base, complaints: new Map() });
		this.granted = state === "past" || state === "accepted";
		this.opening = Promise.resolve();
	}

	complain(name, text) {
		this.complaints.set(name, [...this.complaints.get(name) ?? [],
			`${this.state}: ${text}`]);
	}

	missing(page) {
		const { paths } = this.seen;
		const wanted = [...page.innocents,
			...this.granted ? page.trackers : []];

		return wanted.filter((path) => !paths.has(path))
			.concat(this.granted && page.facts.connects &&
				!this.seen.has(page.facts.connects)
				? [page.facts.connects] : []);
	}

	/* Of a page that has a tab of its own. */
	address(page) {
		const base = page.facts.secure
			? this.base.replace(/^http:/, "https:") : this.base;

		return `${base}/p/${page.name}`;
	}

	/*
	 * A page in a window of its own, as what is behind another tab is not
	 * fetched ahead; one after the other, to know which is whose.
	 */
	open(url) {
		const opened = this.opening.then(async () => {
			const tab = this.driver.nextTab();

			await this.driver.first.evaluate(`void window.open(${
				JSON.stringify(url)}, "_blank", "popup,noopener")`);
			return tab;
		});

		this.opening = opened.catch(() => {});
		return opened;
	}

	/* Opens a few pages, in a tab that stays, and waits for what must come. */
	async openAll(url, pages) {
		const tab = await this.open(url);

		/* pages that refresh themselves never come to rest: no matter */
		await tab.load("location.href !== 'about:blank'", WAIT_MS);
		await this.seen.until(() => pages.every((page) =>
			this.missing(page).length === 0), WAIT_MS);
		return tab;
	}

	/*
	 * Opens one sheet after the other. A tab is closed after the next one has
	 * all that it needs, so that what it asks for late is still heard.
	 */
	async work(jobs) {
		let before = null;

		for (let job; (job = jobs.shift());) {
			const tab = await this.openAll(...job);
			await before?.close();
			before = tab;
		}
		await this.seen.quiet(QUIET_MS, WAIT_MS);
		await before?.close();
	}

	async run() {
		const all = [...this.pages.values()];
		const rest = all.filter((page) => !page.facts.top);
		const jobs = all.filter((page) => page.facts.top)
			.map((page) => [this.address(page), [page]]);

		for (let i = 0; i < rest.length; i += SHEET) {
			const some = rest.slice(i, i + SHEET);
			jobs.push([`${this.base}/sheet?${
				some.map((page) => page.name).join(",")}`, some]);
		}
		await Promise.all(Array.from({ length: TABS }, () => this.work(jobs)));
		for (const page of all)
			this.judge(page);
		this.judgeRest();
		await this.judgeCookies();
	}

	judge(page) {
		const missing = this.missing(page);

		if (missing.length > 0)
			this.complain(page.name, `not reached: ${missing.join(" ")}`);
		const heard = [...this.seen].filter((place) => isTracker(place) &&
			(place.includes(`/n/${page.name}/`) || !this.granted &&
				(place.includes(`/t/${page.name}/`) ||
					place === page.facts.connects)));
		if (heard.length > 0)
			this.complain(page.name, `heard: ${heard.join(" ")}`);
	}

	/* What a tracker heard that belongs to no page. */
	judgeRest() {
		const heard = this.granted ? [] : [...this.seen].filter((place) =>
			isTracker(place) && place.includes("/") &&
			![...this.pages.keys()].some((name) =>
				/\/[tn]\/([^/]*)\//.exec(place)?.[1] === name));
		tap(`${this.state}: no tracker heard anything else`, heard);
	}

	async judgeCookies() {
		const names = (await this.driver.cookies())
			.map(({ name }) => name).filter((name) => name.startsWith("_t_"));

		for (const page of this.pages.values()) {
			const cookie = page.facts.cookie;
			if (cookie && names.includes(cookie) !== this.granted)
				this.complain(page.name, `cookies: ${names}`);
		}
	}
}

/* Makes a choice on the preferences page, of which a new token comes. */
async function choose(driver, action) {
	const { first } = driver;
	const token = async () => (await driver.cookies())
		.find(({ name }) => name === "consent")?.value;
	const before = await token();

	await first.go(`${site}/.consent/`, WAIT_MS);
	await first.evaluate(`window.before = true; document.querySelector(
		'button[name="action"][value="${action}"]').click()`);
	const loaded = await first.load("window.before === undefined", WAIT_MS);
	if (!loaded || await token() === before)
		throw new Error(`${action} came to nothing`);
	await first.go("about:blank", WAIT_MS);
}

/*
 * What a visit has of its own: a sink, the origin and the daemon before it, so
 * that several can be under way.
 */
class World {
	async open(folder, pages) {
		this.folder = folder;
		this.sink = new Sink();
		this.seen = this.sink.seen;
		this.origin = new Origin(pages, this.seen);
		await this.sink.open(folder);
		await this.origin.open(folder);
		this.daemon = await startBefore(folder, this.origin.ports.plain);
	}

	/* Launches a browser, with a profile: others fetch nothing ahead. */
	async launch(browser) {
		const [plain, secure] = this.daemon.found;
		const { ports } = this.origin;
		const driver = new Driver(options(browser, [
			`MAP site.localhost:80 127.0.0.1:${plain}`,
			`MAP site.localhost:443 127.0.0.1:${secure}`,
			`MAP past.localhost:80 127.0.0.1:${ports.plain}`,
			`MAP past.localhost:443 127.0.0.1:${ports.secure}`,
			`MAP * 127.0.0.1:${this.sink.port}`], flags),
		join(this.folder, "profile"));

		await driver.open();
		return driver;
	}

	async close() {
		await this.daemon.stop();
		this.sink.close();
		this.origin.close();
	}
}

/* One visit by a browser; complaints for each page. */
async function visit(pages, folder, [browser, state, ...actions]) {
	const world = new World();
	const start = Date.now();

	await world.open(folder, pages);
	const driver = await world.launch(browser);
	const ready = Date.now();
	for (const action of actions)
		await choose(driver, action);
	const done = new Visit({ driver, pages, seen: world.seen }, state,
		state === "past" ? past : site);
	await done.run();
	await driver.close();
	await world.close();
	console.log(`# ${state}: ${Date.now() - start} ms, ${ready - start} of ` +
		`them to begin; ${world.seen.size} places were reached`);
	return done.complaints;
}

/* All visits, each by a browser of its own; complaints for each page. */
async function visitAll(pages, folder) {
	const wanted = process.env.STATES?.split(" ") ?? usual;
	const states = [["past"], ["accepted", "accept"], ["undecided"],
		["rejected", "reject"], ["withdrawn", "accept", "withdraw"]]
		.filter(([state]) => !wanted || wanted.includes(state));
	/* a page goes to the browser that fetches all of it */
	const halves = [light, whole].map((browser) => [browser, new Map(
		[...pages].filter(([, page]) =>
			!page.facts.whole === (browser === light)))])
		.filter(([, some]) => some.size > 0);
	const visits = halves.flatMap(([browser, some]) =>
		states.map((state) => [some, [browser, ...state]]));
	const complaints = new Map();

	await Promise.all(Array.from({ length: VISITS }, async () => {
		for (let next; (next = visits.shift());) {
			const found = await visit(next[0],
				mkdtempSync(join(folder, "world-")), next[1]);
			for (const [name, lines] of found)
				complaints.set(name, [...complaints.get(name) ?? [], ...lines]);
		}
	}));
	return complaints;
}

await play([light, whole], async () => {
	const folder = mkdtempSync(join(tmpdir(), "consentd-enforcement-"));
	const pages = readPages(process.env.PAGES,
		process.env.OPEN ? ["pages", "open"] : ["pages"]);
	const complaints = await visitAll(pages, folder);

	for (const name of pages.keys())
		tap(name, complaints.get(name) ?? []);
	rmSync(folder, { recursive: true, force: true, maxRetries: 9 });
});
