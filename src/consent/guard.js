/*
 * The guard: stands first in the head of a page and keeps its scripts from
 * fetching and storing what the visitor did not agree to. What stands in the
 * markup was judged by the server; this is for what scripts add to it.
 *
 * Rules are rows [category, "glob glob ..."], the most specific first; the
 * first row with a glob that fits decides.
 *
 *	addresses   ".host/path" of that host and all below it, "~/path" of the
 *		    site itself; a query is compared where the glob has one
 *	cookies	    names; the last row is "*" for those that no rule names
 *	keys	    of storage, and names of databases
 *
 * The attribute data-consent has a bit for each category that may pass, so
 * the text is the same for all and a site's CSP can name its hash.
 */
(function (addresses, cookies, keys) {
	var allowed = document.currentScript.dataset.consent;
	var page = window;
	var node = Element.prototype;
	var describe = Object.getOwnPropertyDescriptor;
	var parse = describe(node, "innerHTML").set;
	var inert = "data:,";
	var held = "";
	var names = "src data poster ping srcset imageSrcset srcdoc background href";
	var attributes = RegExp(`^(xlink:)?(${names.replace(/ /g, "|")})$`, "i");

	// Makes of rules a function that says whether one bars any of the texts
	function bar(rules, lead) {
		var rows = rules.map(([category, globs]) => [category, RegExp(
			`^${lead}(${globs.replace(/[^\w* ]/g, "\\$&")
				.replace(/\*/g, "[^]*").replace(/ /g, "|")})$`)]);
		return (...texts) => {
			for (var [category, fits] of rows)
				if (texts.some((text) => fits.test(text)))
					return !(allowed >> category & 1);
		};
	}
	var barsCookie = bar(cookies, "");
	var barsKey = bar(keys, "");
	var barsAddress = bar(addresses, "[^/]*");

	function bars(address) {
		try {
			var url = new URL(address, document.baseURI);
			var rest = [url.pathname, url.pathname + url.search];
			return barsAddress(...rest.map((path) => `.${url.hostname}${path}`),
				...rest.map((path) => url.host == location.host && "~" + path));
		} catch (e) {
			// no browser fetches it
		}
	}

	// What may stand in an attribute
	function value(element, name, text) {
		return /srcdoc/.test(name) ? markup(text) : attributes.test(name) &&
			!/^(a|area|base) .*href/.test(element.localName + " " + name) &&
			(/set|ping/i.test(name) ? `${text}`.split(/,?\s+/) : [text])
				.some(bars) ? inert : text;
	}

	// Markup without what is barred; the very same where nothing is
	function markup(text) {
		if (!/[sc=]/.test(text)) return text;
		var copy = document.createElement("template"), changed;
		parse.call(copy, text);
		for (var element of copy.content.querySelectorAll("*"))
			for (var a of element.attributes) {
				var now = value(element, a.name, a.value);
				if (now != a.value) changed = a.value = now;
			}
		return changed ? copy.innerHTML : text;
	}

	// Lets functions and setters see other arguments, or answers for them
	var hook = (owner, called, change) => called.split(" ").forEach((name) => {
		var d = owner && describe(owner, name);
		var kind = d && d.set ? "set" : "value";
		var own = d && d[kind];
		if (!own) return;
		d[kind] = function (...given) {
			var answer = change(given, this, name);
			return answer ? answer[0] : own.apply(this, given);
		};
		Object.defineProperty(owner, name, d);
	});
	var clean = (i, judge) => (given) => {
		given[i] = judge(given[i]);
	};
	var address = (text) => bars(text) ? inert : text;
	var proto = (name) => page[name] && page[name].prototype;

	Object.getOwnPropertyNames(page).forEach((name) => /^HTML/.test(name) &&
		hook(proto(name), names, (given, element, name) => {
			given[0] = value(element, name, given[0]);
		}));
	hook(node, "setAttribute setAttributeNS", (given, element) => {
		var i = given.length - 1;
		given[i] = value(element, given[i - 1], given[i]);
	});
	hook(node, "innerHTML outerHTML setHTMLUnsafe", clean(0, markup));
	hook(node, "insertAdjacentHTML", clean(1, markup));
	hook(proto("ShadowRoot"), "innerHTML setHTMLUnsafe", clean(0, markup));
	hook(proto("Range"), "createContextualFragment", clean(0, markup));
	// a tag may come in pieces: what is not whole yet waits for the rest
	hook(proto("Document"), "write writeln", (given) => {
		var [, whole, rest] = /^([^]*?)(<[/!\w][^>]*)?$/.exec(
			held + given.join(""));
		held = rest || "";
		given.splice(0, given.length, markup(whole));
	});
	hook(proto("XMLHttpRequest"), "open", clean(1, address));
	hook(page, "fetch", ([what]) => bars(what && what.url || what) &&
		[Promise.reject(TypeError("no consent"))]);
	hook(proto("Navigator"), "sendBeacon", ([what]) => bars(what) && [true]);
	"WebSocket EventSource Worker SharedWorker Audio".split(" ").forEach((name) => {
		if (page[name]) page[name] = new Proxy(page[name], {
			construct(target, [what, ...more], type) {
				return Reflect.construct(target, [bars(what) ?
					name > "WebS" ? "wss://consent.invalid" : inert
					: what, ...more], type);
			}
		});
	});

	hook(proto("Document"), "cookie", ([text]) =>
		barsCookie((/^([^;=]*)=|/.exec(text)[1] || "").trim()) && [0]);
	hook(proto("CookieStore"), "set", ([what]) =>
		barsCookie(what.name || what) && [Promise.resolve()]);
	hook(proto("Storage"), "setItem", ([name]) => barsKey(name) && [0]);
	try {
		[localStorage, sessionStorage].forEach((store) => Object.keys(store)
			.forEach((name) => barsKey(name) && store.removeItem(name)));
		indexedDB.databases().then((all) => all.forEach(({ name }) =>
			barsKey(name) && indexedDB.deleteDatabase(name)));
	} catch (e) {
		// nothing is kept for this page
	}
})
