/*
 * window.consent: what the visitor chose, for scripts of the site, and the
 * notice answered without leaving the page. It stands in the head, before all
 * scripts of the page. Nothing hangs on it: where it does not run, forms and
 * links do what they say.
 *
 *	consent.state	    as PREFIX/state tells it, but for expires, which a
 *			    page does not know before a choice was made on it
 *	consent.onchange    a function that is called with the new state
 *	consent.open()	    shows the notice, or goes to the preferences
 *
 * The document gets an event "consentready" once it is parsed, and "consent"
 * whenever the state changes, here or in another tab; its detail is the state.
 * Where the page is about to be loaded again, preventDefault() leaves that to
 * the site.
 *
 * State and prefix stand in attributes, so that the text is the same for all
 * and a site's CSP can name its hash.
 */
(function () {
	var page = document, told = page.currentScript.dataset;
	var on = addEventListener;
	var path = told.base, base = location.origin + path;
	var find = (name) => page.getElementById("consent-" + name);
	var state = JSON.parse(told.state);
	state.signal = navigator.globalPrivacyControl ? "gpc" : "none";
	var notice, closed, waits, plain, channel;
	var key = () => state.decided + "" + state.granted;

	var consent = {
		get state() {
			return state;
		},
		onchange: null,
		open() {
			closed = closed?.replaceWith(notice);
			notice = find("notice");
			if (notice) notice.querySelector("button").focus();
			else location = find("control")?.href || base;
		},
	};
	// what the site calls so is the site's
	if (!("consent" in self)) self.consent = consent;

	function fire(name, cancelable) {
		return page.dispatchEvent(
			new CustomEvent(name, { detail: state, bubbles: true, cancelable }));
	}

	// Puts what is there after a choice in the place of the notice
	function close(mine) {
		// looked for now: the site may have thrown it away
		var box = find("closed");
		if (closed || !box || !(notice = find("notice"))) return;
		var focused = mine || notice.contains(page.activeElement);
		closed = box.content.firstChild.cloneNode(true);
		var said = closed.lastChild, text = said.textContent;
		said.textContent = "";
		notice.replaceWith(closed);
		if (focused) find("control")?.focus();
		// what is in a live region from the start is not read out
		if (mine) setTimeout(() => said.textContent = text, 99);
	}

	// Whether it is sure that nothing was held back: by the server, which
	// says so at the end, by the guard, or in what the page asked for
	function isWhole() {
		return page.evaluate("//comment()='consent:whole'", page).booleanValue &&
			!page.querySelector("[data-consent-held]") &&
			!performance.getEntries().some((entry) =>
				!entry.name.startsWith(base) &&
				// fetch, frames, XHR, beacons, object, embed
				/^(f|x|if|be|ob|e)/.test(entry.initiatorType));
	}

	// Takes a state over. how: 2 chosen here, 1 the page was left and is back,
	// 0 chosen in another tab; then nothing is loaded under the reader's hands
	function take(now, how) {
		var before = state, was = key();
		state = now;
		if (how < 2 && was == key()) return;
		if (now.decided) close(how > 1);
		if (how) tell();
		var lacks = (one, other) =>
			one.granted.some((category) => !other.granted.includes(category));
		if (fire("consent", how) && how &&
			(lacks(before, now) || lacks(now, before) && !isWhole()))
			location.reload();
	}
	function look(how) {
		fetch(base + "state").then((answer) => answer.json())
			.then((now) => take(now, how), () => {});
	}

	// Other tabs are told that there is something to look at
	function tell() {
		channel?.postMessage(key());
	}
	function listen() {
		channel = new BroadcastChannel("consent");
		channel.onmessage = ({ data }) => data == key() || look(0);
	}

	// Answers the notice in the background; whatever goes wrong, the form goes
	// its plain way, and the server's page says what it was
	on("submit", (event) => {
		var form = event.target, button = event.submitter;
		var to = base + "choice";
		if (form == plain || event.defaultPrevented || !button ||
			!form.requestSubmit || ![to, path + "choice"]
			.includes(form.getAttribute("action"))) return;
		event.preventDefault();
		if (waits) return;
		waits = 1;
		var body = new URLSearchParams(new FormData(form));
		body.set(button.name, button.value);
		fetch(to, { method: "POST", body, headers: { Accept: "application/json" },
			signal: AbortSignal.timeout?.(9e3) })
			.then((answer) => answer.ok ? answer.json() : Promise.reject())
			.finally(() => waits = 0)
			// later: while one submission is told, another counts for nothing
			.then((now) => take(now, 2), () => setTimeout(() => {
				plain = form;
				form.requestSubmit(button);
				plain = 0;
			}));
	});

	on("consent", () => {
		consent.onchange?.(state);
	});
	// no page with an open channel is kept to go back to
	on("pagehide", () => channel?.close());
	on("pageshow", ({ persisted }) => {
		if (!persisted) return;
		look(1);
		listen();
	});
	// of another tab nothing is heard before the notice is there
	function start() {
		fire("consentready");
		listen();
		tell();
	}
	if (page.readyState == "loading") on("DOMContentLoaded", start);
	else start();
})
