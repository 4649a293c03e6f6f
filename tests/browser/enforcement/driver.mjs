/*
 * A browser that is driven by its own debugger, with no more of it than is used
 * here: whoever listens to all that thousands of requests are reported with
 * doubles what they cost.
 */

import { spawn } from "node:child_process";

const STEP_MS = 10;
/* Waits for a page to have been loaded, in the page. */
const loaded = `new Promise((done) => document.readyState === "complete"
	? done() : addEventListener("load", () => done()))`;

export class Driver {
	/* With its profile in folder; command is that of options() of stage.mjs. */
	constructor({ executablePath, args }, folder) {
		this.child = spawn(executablePath, [...args, "--remote-debugging-pipe",
			`--user-data-dir=${folder}`, "about:blank"],
		{ stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
		this.gone = new Promise((done) => this.child.on("exit", done));
		this.gone.then(() => this.calls.forEach(([, fail]) =>
			fail(new Error("the browser is gone"))));
		this.calls = new Map();		/* by id, who waits for its answer */
		this.expected = [];		/* who waits for the next tabs, in order */
		this.rest = "";
		this.id = 0;
		this.child.stdio[4].setEncoding("utf8");
		this.child.stdio[4].on("data", (text) => this.read(text));
	}

	/* Once it is there: its first tab. */
	async open() {
		const tab = this.nextTab();

		await this.call("Target.setDiscoverTargets", { discover: true });
		this.first = await tab;
	}

	async close() {
		await this.call("Browser.close").catch(() => {});
		await this.gone;
	}

	read(text) {
		const messages = (this.rest + text).split("\0");

		this.rest = messages.pop();
		for (const { id, method, params, result, error } of
			messages.map((message) => JSON.parse(message))) {
			const [done, fail] = this.calls.get(id) ?? [];

			this.calls.delete(id);
			if (error)
				fail?.(new Error(error.message));
			else
				done?.(result);
			/* what is drawn ahead is a page, too, of a kind of its own */
			if (method === "Target.targetCreated" &&
				params.targetInfo.type === "page" &&
				params.targetInfo.subtype === undefined)
				this.expected.shift()?.(params.targetInfo.targetId);
		}
	}

	call(method, params = {}, sessionId = undefined) {
		const id = ++this.id;

		this.child.stdio[3].write(
			`${JSON.stringify({ id, method, params, sessionId })}\0`);
		return new Promise((...who) => this.calls.set(id, who));
	}

	/* The next tab that is made. */
	async nextTab() {
		const targetId = await new Promise((done) => this.expected.push(done));
		const { sessionId } = await this.call("Target.attachToTarget",
			{ targetId, flatten: true });

		return new DrivenTab(this, targetId, sessionId);
	}

	async cookies() {
		return (await this.call("Storage.getCookies")).cookies;
	}
}

class DrivenTab {
	constructor(driver, targetId, sessionId) {
		Object.assign(this, { driver, targetId, sessionId });
	}

	close() {
		return this.driver.call("Target.closeTarget", { targetId: this.targetId });
	}

	/* What an expression of JavaScript comes to. */
	async evaluate(expression) {
		const { result, exceptionDetails } = await this.driver.call(
			"Runtime.evaluate", { expression, awaitPromise: true,
				returnByValue: true, userGesture: true }, this.sessionId);

		if (exceptionDetails)
			throw new Error(exceptionDetails.exception.description);
		return result.value;
	}

	/* Until a page for which good holds is loaded; whether it is within ms. */
	async load(good, ms) {
		const end = Date.now() + ms;

		while (Date.now() < end) {
			/* a page that goes takes the question with it */
			const there = await Promise.race([this.evaluate(loaded)
				.then(() => this.evaluate(good)).catch(() => false),
			new Promise((done) => setTimeout(done, end - Date.now()).unref())]);
			if (there === true)
				return true;
			await new Promise((done) => setTimeout(done, STEP_MS));
		}
		return false;
	}

	async go(url, ms) {
		await this.driver.call("Page.navigate", { url }, this.sessionId);
		if (!await this.load(`location.href === ${JSON.stringify(url)}`, ms))
			throw new Error(`${url} was not loaded`);
	}
}
