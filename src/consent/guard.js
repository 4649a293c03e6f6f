/*
 * The guard: stands first in the head of a page and keeps its scripts from
 * fetching and storing what the visitor did not agree to. What stands in the
 * markup was judged by the server; this is for what scripts add to it, also in
 * frames, windows and workers that they write themselves.
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
 * the text is the same for all and a site's CSP can name its hash. Workers
 * have no such attribute: they are given the bits as granted.
 */
(function guard(addresses, cookies, keys, granted) {
	var script = self.document && document.currentScript;
	var allowed = script ? script.dataset.consent : granted;
	// what goes in front of workers, and of documents, that scripts write
	var inWorker = `(${guard})(${JSON.stringify(
		[addresses, cookies, keys, allowed]).slice(1, -1)});`;
	var inDocument = script && `<script data-consent="${allowed}">${
		script.text}</script>`;
	var site = origin.replace(/.*\//, "");
	var inert = "data:text/javascript,";
	var guarded = new WeakSet();
	var blobs = new Map();
	var describe = Object.getOwnPropertyDescriptor;
	var makeUrl = URL.createObjectURL;
	var names = "src data poster ping srcset imageSrcset srcdoc background " +
		"href attributionSrc";
	var attributes = RegExp(`^(.*:)?(to|from|values|style|${
		names.replace(/ /g, "|")})$`, "i");
	// Elements that may carry an address, and text that may hold such
	var carriers = "[src],[srcset],[imagesrcset],[srcdoc],[data],[poster]," +
		"[ping],[background],[attributionsrc],[style],[to],[from],[values]," +
		"[*|href]:not(a),style,script,template";
	var carrier = /src|ping|poster|background|style|data\s*=|<(link|image|use|fe|set|anim|script)/i;
	// Comments, strings and what stands in brackets, in a style
	var tokens = /\/\*[^]*?(?:\*\/|$)|(["'])((?:\\[^]|(?!\1)[^\\\n])*)\1|\(\s*((?:\\[^]|[^\\\s"'()])+)\s*\)/g;
	var escape = /\\(?:([\da-f]{1,6})\s?|\r?\n|([^]))/gi;

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
			var url = new URL(address, (script ? document.baseURI : location));
			var rest = [url.pathname, url.pathname + url.search];
			return barsAddress(...rest.map((path) => `.${url.hostname}${path}`),
				...rest.map((path) => url.host == site && "~" + path));
		} catch (e) {
			// no browser fetches it
		}
	}
	var address = (text) => bars(text) ? inert : text;

	// The address of what a script wrote itself, with the guard in front
	function led(text, lead) {
		var known = blobs.get(text = `${text}`);
		if (known && known.size >= 0)
			blobs.set(text, known = makeUrl.call(URL,
				new Blob([lead, known], { type: known.type })));
		return known || text.replace(/^\s*data:[^,]*?(;\s*base64\s*)?,/i,
			(head, coded) => head + (coded
				? btoa(lead + " ".repeat(2 - (lead.length + 2) % 3))
				: encodeURIComponent(lead)));
	}

	// A style, or rules and maps in JSON, without addresses that are barred
	function style(text) {
		return /["'(]/.test(text) ? `${text}`.replace(tokens,
			(whole, quote, string, token) => (token = string || token) &&
				bars(token.replace(escape, (all, code, letter) => code
					? String.fromCharCode("0x" + code) : letter || ""))
				? whole.replace(token, inert) : whole) : text;
	}
	var hasStyle = (element) =>
		/^style |rules$|tmap$/i.test(`${element.localName} ${element.type}`);

	// What may stand in an attribute
	function value(element, name, text) {
		var kind = attributes.test(name) && `${element.localName} ${name}`;
		return !kind || /^(a|area|base) (.*:)?href$/i.test(kind) ||
			/^(?!set|animate).* (to|from|values)$/i.test(kind) ? text
			: /style$/i.test(name) ? style(text)
			: /srcdoc$/i.test(name) ? `${text}`.startsWith(inDocument)
				? text : inDocument + markup(text)
			: (/set$|ping|attr|values/i.test(name)
				? `${text}`.split(/[,;]?\s+|;/) : [text]).some(bars) ? inert
			: /^(i?frame|object|embed) /.test(kind) ? led(text, inDocument)
			: text;
	}

	// Cleans elements in place and says whether there was anything to do
	function clean(root) {
		var changed, node = Element.prototype;
		var all = [...root.querySelectorAll(carriers)];
		if (root.localName && node.matches.call(root, carriers)) all.push(root);
		for (var element of all) {
			if (element.localName == "template") changed |= clean(element.content);
			if (hasStyle(element)) {
				var text = style(element.textContent);
				if (text != element.textContent)
					changed = element.textContent = text;
			}
			for (var name of node.getAttributeNames.call(element)) {
				var was = node.getAttribute.call(element, name);
				var now = value(element, name, was);
				if (now != was) {
					node.setAttribute.call(element, name, now);
					changed = 1;
				}
			}
		}
		return changed;
	}

	// Markup without what is barred; the very same where nothing is
	function markup(text, context) {
		if (context && hasStyle(context)) return style(text);
		if (!carrier.test(text)) return text;
		var blank = document.implementation.createHTMLDocument("");
		var copy = context && context.localName ? blank.createElementNS(
			context.namespaceURI, context.localName)
			: blank.createElement("template");
		parse.call(copy, text);
		return clean(copy.content || copy) ? copy.innerHTML : text;
	}
	var parse = script && describe(Element.prototype, "innerHTML").set;

	// Guards a window unless it is guarded, or of another origin
	function enter(page) {
		try {
			if (!guarded.has(page.Function)) {
				guarded.add(page.Function);
				guardRealm(page);
			}
		} catch (e) {
			// nothing of it can be used from here
		}
	}

	function guardRealm(page) {
		var held = "";
		var proto = (name) => page[name] && page[name].prototype;

		// Lets functions, constructors and setters see other arguments, or
		// answers for them, and looks at what comes out
		function hook(owner, called, before, after) {
			called.split(" ").forEach((name) => {
				var d = owner && describe(owner, name);
				var kind = d && (d.set ? "set" : d.get ? "get" : "value");
				var own = d && d[kind];
				if (!own) return;
				d[kind] = new Proxy(own, {
					apply(own, self, given) {
						var answer = before && before(given, self, name);
						answer = answer ? answer[0]
							: Reflect.apply(own, self, given);
						if (after) after(answer, given);
						return answer;
					},
					construct(own, given, type) {
						before(given);
						return Reflect.construct(own, given, type);
					}
				});
				if (own.prototype) own.prototype.constructor = d[kind];
				Object.defineProperty(owner, name, d);
			});
		}
		var nth = (i, judge) => (given, self) => {
			if (i in given) given[i] = judge(given[i], self);
		};
		var each = (judge) => (given) => given.forEach((text, i) => {
			given[i] = judge(text);
		});

		[page, proto("WorkerGlobalScope")].forEach((owner) => {
			hook(owner, "fetch fetchLater", ([what]) =>
				bars(what && what.url || what) &&
				[Promise.reject(TypeError("no consent"))]);
			hook(owner, "importScripts", each(address));
		});
		hook(page, "Worker SharedWorker", nth(0, (what) => bars(what) ? inert
			: led(what, inWorker)));
		hook(page, "EventSource Audio", nth(0, address));
		hook(page, "WebSocket WebTransport", nth(0, (what) => bars(what)
			? "wss://consent.invalid" : what));
		hook(page, "FontFace", nth(1, style));
		hook(proto("Worklet"), "addModule", nth(0, address));
		hook(proto("Navigator"), "sendBeacon", ([what]) => bars(what) && [true]);
		hook(page.URL, "createObjectURL", 0, (url, [blob]) => {
			blobs.set(url, blob);
		});
		hook(page.URL, "revokeObjectURL", ([url]) => {
			blobs.delete(`${url}`);
		});
		hook(proto("CookieStore"), "set", ([what]) => what &&
			barsCookie(what.name || what) && [Promise.resolve()]);

		var request = proto("XMLHttpRequest");
		hook(request, "open", nth(1, address));
		if (!page.document) return;

		var found = (answer) => {
			if (answer && answer.querySelectorAll) clean(answer);
		};
		hook(request, "response responseXML", 0, found);
		hook(proto("DOMParser"), "parseFromString", 0, found);
		hook(proto("XSLTProcessor"), "transformToFragment transformToDocument",
			0, found);
		hook(page.Document, "parseHTMLUnsafe parseHTML", 0, found);

		// Attributes
		var node = proto("Element");
		Object.getOwnPropertyNames(page).forEach((name) => /^HTML/.test(name) &&
			hook(proto(name), names, (given, element, name) => {
				given[0] = value(element, name, given[0]);
			}));
		hook(node, "setAttribute setAttributeNS", (given, element) => {
			var i = given.length - 1;
			if (i) given[i] = value(element, given[i - 1], given[i]);
		});
		var attribute = ([attr], element) => {
			if (attr) attr.value = value(element, attr.name, attr.value);
		};
		hook(node, "setAttributeNode setAttributeNodeNS", attribute);
		hook(proto("NamedNodeMap"), "setNamedItem setNamedItemNS", attribute);
		hook(proto("Attr"), "value", (given, attr) => {
			given[0] = value(attr.ownerElement || attr, attr.name, given[0]);
		});
		hook(proto("SVGAnimatedString"), "baseVal", nth(0, address));

		// Text, nodes and markup; frames that came with them
		var frames = () => {
			for (var i = 0; i < count.call(page); i++) enter(page[i]);
		};
		var count = describe(page, "length").get;
		var text = (given, self) => {
			var parent = self.nodeType == 3 ? self.parentNode : self;
			if (parent && hasStyle(parent)) each(style)(given);
			if (self.nodeType == 2)
				given[0] = value(self.ownerElement || self, self.name, given[0]);
		};
		hook(proto("Node"), "textContent nodeValue", text);
		hook(proto("HTMLElement"), "innerText", text);
		hook(proto("HTMLScriptElement"), "text", text);
		hook(proto("CharacterData"), "data appendData insertData replaceData",
			text);
		var put = (given, self) => given.forEach((one, i) => {
			if (hasStyle(self))
				one && one.nodeType ? one.textContent = style(one.textContent)
					: given[i] = style(one);
			else if (self.isConnected != false && one && one.querySelectorAll)
				clean(one);
		});
		hook(proto("Node"), "appendChild insertBefore replaceChild", put, frames);
		["Element", "CharacterData", "DocumentFragment", "Document", "Range"]
			.forEach((name) => hook(proto(name), "append prepend before after " +
				"replaceWith replaceChildren moveBefore insertAdjacentElement " +
				"insertAdjacentText insertNode", put, frames));
		hook(node, "innerHTML setHTMLUnsafe setHTML", nth(0, markup), frames);
		hook(proto("ShadowRoot"), "innerHTML setHTMLUnsafe setHTML",
			nth(0, markup), frames);
		hook(node, "outerHTML", nth(0, (text, self) =>
			markup(text, self.parentNode)), frames);
		hook(node, "insertAdjacentHTML", (given, self) =>
			nth(1, (text) => markup(text, /^(beforeb|aftere)/i.test(given[0])
				? self.parentNode : self))(given), frames);
		hook(proto("Range"), "createContextualFragment", nth(0, (text, range) =>
			markup(text, range.startContainer)));
		hook(proto("Document"), "execCommand", nth(2, markup), frames);
		// a tag may come in pieces: what is not whole yet waits for the rest
		hook(proto("Document"), "write writeln", (given) => {
			var [, whole, rest] = /^([^]*?)(<[/!\w][^>]*)?$/.exec(
				held + given.join(""));
			held = rest || "";
			given.splice(0, given.length, markup(whole));
		}, frames);

		// Frames and windows, as they are touched
		["HTMLIFrameElement", "HTMLFrameElement", "HTMLObjectElement",
			"HTMLEmbedElement"].forEach((name) => hook(proto(name),
			"contentWindow contentDocument getSVGDocument", 0, (inner) =>
				inner && enter(inner.defaultView || inner)));
		hook(page, "open", 0, enter);
		page.addEventListener("load", frames, true);

		// Styles
		hook(proto("CSSStyleSheet"), "insertRule addRule replace replaceSync",
			each(style));
		hook(proto("CSSGroupingRule"), "insertRule", each(style));
		hook(proto("CSSKeyframesRule"), "appendRule", each(style));
		hook(proto("StylePropertyMap"), "set append", each(style));
		var declared = page.document.documentElement.style;
		var styles = Object.getPrototypeOf(declared);
		hook(proto("CSSStyleDeclaration"), "cssText setProperty", each(style));
		// browsers have no setters for these, or ones of their own
		for (var name in declared)
			if (/mage|ackground$|^(content|cursor|listStyle|fill|stroke|src)$|ask$|ilter$|Path$|^marker|Outside$/.test(name))
				property(name, name.replace(/[A-Z]/g, "-$&").toLowerCase()
					.replace(/^webkit/, "-webkit"));
		function property(name, dashed) {
			var d = {
				configurable: true,
				enumerable: true,
				get() {
					return this.getPropertyValue(dashed);
				},
				set(text) {
					this.setProperty(dashed, text);
				}
			};
			Object.defineProperty(styles, name, d);
			Object.defineProperty(styles, dashed, d);
		}

		hook(proto("Document"), "cookie", ([text]) => text != null &&
			barsCookie((/^([^;=]*)=|/.exec(text)[1] || "").trim()) && [0]);
		hook(proto("Storage"), "setItem", ([name]) => barsKey(name) && [0]);
	}

	guardRealm(self);
	guarded.add(Function);
	try {
		[localStorage, sessionStorage].forEach((store) => Object.keys(store)
			.forEach((name) => barsKey(name) && store.removeItem(name)));
		indexedDB.databases().then((all) => all.forEach(({ name }) =>
			barsKey(name) && indexedDB.deleteDatabase(name)));
	} catch (e) {
		// nothing is kept for this page
	}
})
