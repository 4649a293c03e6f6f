/*
 * Stand-ins for what a vendor's script would have defined, had it not been
 * withheld: stands where that was, so that the page's own code can go on
 * calling it. Names are those of the attribute data-consent-stubs, separated
 * by blanks: "gtag", "_paq.push", "Matomo.getTracker". What is there already
 * stays. The text is the same for all, so that a site's CSP can name its hash.
 *
 * Pages wait for some calls to be answered (gtag's event_callback, ga's
 * hitCallback, before they follow a link): these are called back soon.
 */
(function () {
	"use strict";
	var script = document.currentScript;
	if (!script) return;
	var has = (object, key) =>
		Object.prototype.hasOwnProperty.call(object, key);

	// Whatever is called, made or asked of it is itself, and empty as a text
	var empty = () => "";
	var known = { then: undefined, length: 0, toString: empty, valueOf: empty,
		toJSON: empty, [Symbol.toPrimitive]: empty,
		[Symbol.iterator]: () => [][Symbol.iterator]() };
	// bound: can be made with new, and has no prototype of its own to show
	var any = new Proxy(Object.bind(), {
		get: (_, key) => has(known, key) ? known[key] : any,
		set: () => true,
		apply: (_, self, given) => {
			answer(given, 4);
			return any;
		},
		construct: (_, given) => {
			answer(given, 4);
			return any;
		},
	});

	// Calls what stands in a list, or under the name of a callback
	function answer(what, depth) {
		if (typeof what == "function")
			what == any || setTimeout(() => what.call(any, any));
		else if (what && typeof what == "object" && depth)
			for (var key of Object.keys(what).slice(0, 64))
				if (/^\d+$|callback$/i.test(key)) answer(what[key], depth - 1);
	}

	// A list takes what is pushed, as its own would
	function listen(list) {
		list.push = (...given) => {
			answer(given, 4);
			return Array.prototype.push.apply(list, given);
		};
		answer(list, 4);
	}

	// Of the window its own only: an element's id is no function
	function define(name) {
		var path = name.split("."), last = path.pop(), at = window;
		var is = (key) => (at != window || has(at, key)) && at[key] != null;
		path.forEach((key, i) => {
			if (!is(key))
				at[key] = last == "push" && i == path.length - 1 ? [] : any;
			at = at[key];
		});
		if (last == "push" && Array.isArray(at) && !has(at, last)) listen(at);
		else if (!is(last)) at[last] = any;
	}
	for (var name of script.dataset.consentStubs.split(" "))
		try {
			define(name);
		} catch (e) {
			// the page does not let it be set
		}
	script.remove();
})
