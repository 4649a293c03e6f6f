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
	// has consentHeld once something was held back
	var held = script ? script.dataset : {};
	var site = origin.replace(/.*\//, "");
	var inert = "data:text/javascript,";
	var end = "<!--/-->";
	var guarded = new WeakSet();
	var blobs = new Map();
	var describe = Object.getOwnPropertyDescriptor;
	var makeUrl = URL.createObjectURL;
	var element = script && Object.getOwnPropertyDescriptors(Element.prototype);
	// Attributes with addresses; the last are those of animations
	var names = "src attributionSrc data poster ping srcset imageSrcset srcdoc background href";
	var named = `${names} style to values`.replace(/ /g, "|");
	var attributes = RegExp(`^(.*:)?(${named})$`, "i");
	var texts = "style,script";
	var late = `${texts},link,iframe,frame,object,embed`;
	var carriers = `[${named.replace(/\|/g, "],[")}],[*|href]:not(a),${texts},template`;
	// what markup has that has any of them, but for links
	var carrier = RegExp(`[\\s"'/:](${named.replace("href|", "")})\\s*=|[<:](link|svg|image|use|fe|${
		texts.replace(",", "|")})`, "i");
	// Comments, strings and what stands in brackets, in a style
	var tokens = /\/\*[^]*?(?:\*\/|$)|(["'])((?:\\[^]|(?!\1)[^\\\n])*)\1|\(\s*((?:\\[^]|[^\\\s"'()])+)\s*\)/g;

	// Makes of rules a function that says whether one bars any of the texts
	function bar(rules, lead) {
		var rows = rules.map(([category, globs]) => [category, RegExp(
			`^${lead}(${globs.replace(/[^\w* ]/g, "\\$&")
				.replace(/\*/g, "[^]*").replace(/ /g, "|")})$`)]);
		return (...texts) => {
			for (var [category, fits] of rows)
				if (texts.some((text) => fits.test(text)))
					return !(allowed >> category & 1 || (held.consentHeld = ""));
		};
	}
	var barsCookie = bar(cookies, "");
	var barsKey = bar(keys, "");
	var barsAddress = bar(addresses, "[^/]*");

	// Hosts that any rule names, and what was said of addresses
	var hosts = new Set(addresses.map(([, globs]) => globs.match(/\S[^ /]*/g)).flat());
	var verdicts = new Map();

	function judge(address, base) {
		try {
			var url = new URL(address, base);
			var host = "." + url.hostname.replace(/\.$/, "");
			var own = url.host == site && hosts.has("~");
			for (var above = host; above && !hosts.has(above);)
				above = above.replace(/^.[^.]*/, "");
			return (above || own) && barsAddress(
				...[url.pathname, url.pathname + url.search]
					.flatMap((path) => [host + path, own && "~" + path]));
		} catch (e) {
			// no browser fetches it
		}
	}
	function bars(address) {
		// of these none is fetched
		if (/^(data|blob|about|javascript):/i.test(address)) return;
		var base = /^\w+:\/\//.test(address) ? "about:" : script
			? document.baseURI : location;
		var key = `${address} ${base}`;
		if (!verdicts.has(key)) {
			if (verdicts.size > 999) verdicts.clear();
			verdicts.set(key, judge(address, base));
		}
		return verdicts.get(key);
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
		if (/^\s*{/.test(text)) try {
			// Rules that pick among links are for those to the site; without
			// a condition, and that is what is left of them, they are void
			text = JSON.stringify(JSON.parse(text, (key, part) => {
				if (part != "document") return key == "where"
					? { and: [part, { href_matches: "/*" }] } : part;
			}));
		} catch (e) {
			// a style
		}
		return /["'(]/.test(text) ? `${text}`.replace(tokens,
			(whole, quote, string, token) => (token = string || token) &&
				bars(token.replace(/\\(?:([\da-f]{1,6})\s?|\r?\n|([^]))/gi,
					(all, code, letter) => code
						? String.fromCharCode("0x" + code) : letter || ""))
				? whole.replace(token, inert) : whole) : text;
	}
	var isStyle = (node) => node && (node.localName == "style" ||
		node.localName == "script" && /rules$|tmap$/i.test(node.type));

	// What may stand in an attribute
	function value(node, name, text) {
		var kind = attributes.test(name) && node.localName + " " + name;
		return !kind || /^(a|area|base) (.*:)?href$/i.test(kind) ||
			/^(?!set|anim).* (to|values)$/i.test(kind) ? text
			: /style$/i.test(name) ? style(text)
			// once, but judged again: the guard of the page around may have
			// seen to the markup that this one looked at
			: /srcdoc$/i.test(name)
				? inDocument + markup(`${text}`.replace(inDocument, ""))
			: (/set$|nsrc$|ping|values/i.test(name) ? `${text}`.split(/[,;]?\s+|;/)
				: [text]).some(bars) ? inert
			: /^(i?frame|object|embed) /.test(kind) ? led(text, inDocument)
			: text;
	}

	// Cleans what stands in a tree and says whether there was anything to do
	function clean(root, among = carriers) {
		var changed;
		if (root && root.querySelectorAll)
			for (var node of [root, ...root.querySelectorAll(among)]) {
				if (node.localName == "template" && clean(node.content))
					changed = 1;
				if (isStyle(node)) {
					var text = style(node.textContent);
					if (text != node.textContent) {
						node.textContent = text;
						changed = 1;
					}
				}
				for (var name of node.localName
					? element.getAttributeNames.value.call(node) : []) {
					text = element.getAttribute.value.call(node, name);
					var now = value(node, name, text);
					if (now != text) {
						element.setAttribute.value.call(node, name, now);
						changed = 1;
					}
				}
			}
		return changed;
	}

	// Markup without what is barred; the very same where nothing is
	function markup(text, context) {
		if (isStyle(context)) return style(text);
		if (!carrier.test(text)) return text;
		var blank = document.implementation.createHTMLDocument();
		var copy = context && context.localName ? blank.createElementNS(
			context.namespaceURI, context.localName)
			: blank.createElement("template");
		var { get, set } = element.innerHTML;
		set.call(copy, text);
		if (!clean(copy.content || copy)) return text;
		// once more, to know what was open at the end
		set.call(copy, text + end);
		clean(copy.content || copy);
		return get.call(copy).split(end)[0];
	}

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
		var count = describe(page, "length");

		// Lets functions, constructors and setters of some interfaces see
		// other arguments, or answers for them, and looks at what comes out
		function hook(interfaces, members, before, after) {
			for (var one of interfaces.split(" "))
				for (var owner of [page[one], (page[one] || 0).prototype])
					for (var name of members.split(" "))
						hookOne(owner, name, before, after);
		}
		function hookOne(owner, name, before, after) {
			var d = owner && describe(owner, name);
			var kind = d && (d.set ? "set" : d.get ? "get" : "value");
			var own = d && d[kind];
			if (!own) return;
			d[kind] = new Proxy(own, {
				apply(own, self, given) {
					var answer = before && before(given, self, name);
					answer = answer ? answer[0] : Reflect.apply(own, self, given);
					if (after) after(answer, given);
					return answer;
				},
				construct(own, given, type) {
					before(given);
					return Reflect.construct(own, given, type);
				}
			});
			// not that of elements: Audio shares theirs
			if ((own.prototype || 0).constructor == own)
				own.prototype.constructor = d[kind];
			Object.defineProperty(owner, name, d);
		}
		var each = (judge) => (given, self) => given.forEach((text, i) => {
			given[i] = judge(text, self);
		});

		hook("self WorkerGlobalScope", "fetch fetchLater", ([what], self, name) =>
			bars((what || 0).url || what) &&
			[name[5] ? { activated: false }
				: Promise.reject(TypeError())]);
		hook("self WorkerGlobalScope", "importScripts EventSource Audio",
			each(address));
		hook("XMLHttpRequest Worklet SVGAnimatedString", "open addModule baseVal",
			each(address));
		hook("self", "WebSocket", each((what) =>
			bars(what) ? "wss://consent.invalid" : what));
		hook("self", "WebTransport", each((what) =>
			bars(what) ? "https://consent.invalid" : what));
		// peers are sought with the help of servers
		hook("self RTCPeerConnection", "RTCPeerConnection setConfiguration",
			each((what) => what && what.iceServers ? {
				...what,
				iceServers: [...what.iceServers].filter(({ urls }) =>
					![urls].flat().some((url) => bars(`${url}`.replace(":", "://")
						.replace(/^\w+/, "http"))))
			} : what));
		hook("self", "Worker SharedWorker", (given) => {
			given[0] = bars(given[0]) ? inert : led(given[0], inWorker);
		});
		hook("URL", "createObjectURL", 0, (url, [blob]) => {
			blobs.set(url, blob);
		});
		hook("URL", "revokeObjectURL", ([url]) => {
			blobs.delete(`${url}`);
		});
		hook("Navigator", "sendBeacon", ([what]) => bars(what) && [true]);
		hook("CookieStore", "set", ([what]) => what &&
			barsCookie(what.name || what) && [Promise.resolve()]);
		if (!script) return;

		// Attributes
		hook(("Image Script IFrame Frame Embed Object Media Video Source Track " +
			"Input Link Body Anchor Area").replace(/\w+/g, "HTML$&Element"), names,
			(given, node, name) => {
				given[0] = value(node, name, given[0]);
			});
		hook("Element", "setAttribute setAttributeNS", (given, node) => {
			var i = given.length - 1;
			if (i) given[i] = value(node, given[i - 1], given[i]);
		});
		hook("Element NamedNodeMap", "setAttributeNode setAttributeNodeNS " +
			"setNamedItem setNamedItemNS", ([attribute], node) => {
			if (attribute) attribute.value =
				value(node, attribute.name, attribute.value);
		});

		// Texts, also of attributes
		hook("Node Attr HTMLElement HTMLScriptElement CharacterData",
			"textContent nodeValue value innerText text data appendData " +
			"insertData replaceData", (given, node) => {
				if (isStyle(node) || node.nodeType == 3 && isStyle(node.parentNode))
					each(style)(given);
				if (node.nodeType == 2)
					given[0] = value(node.ownerElement || node, node.name, given[0]);
			});

		// Nodes and markup, and frames that come with them
		var frames = () => {
			for (var i = count.get.call(page); i--;) enter(page[i]);
		};
		hook("Node Element CharacterData DocumentFragment Document Range",
			"appendChild insertBefore replaceChild append prepend before after " +
			"replaceWith replaceChildren moveBefore insertAdjacentElement " +
			"insertNode importNode adoptNode", (given, node) => given.forEach((one, i) => {
				// what is of this document was judged as it was made
				if (!isStyle(node))
					(one || 0).ownerDocument != node.ownerDocument ? clean(one)
						: node.isConnected && clean(one, late);
				else if ((one || 0).nodeType) one.textContent = style(one.textContent);
				else given[i] = style(one);
			}), frames);
		hook("Element ShadowRoot", "innerHTML setHTMLUnsafe setHTML", each(markup),
			frames);
		hook("Element Range Document", "outerHTML insertAdjacentHTML " +
			"createContextualFragment execCommand", each((text) => markup(text)),
		frames);
		// a tag may come in pieces: what is not whole yet waits for the rest
		hook("Document", "write writeln", (given) => {
			var [, whole, rest = ""] = /^([^]*?)(<[/!\w][^>]*)?$/.exec(
				held + given.join(""));
			held = rest;
			given.splice(0, given.length, markup(whole));
		}, frames);

		hook("XSLTProcessor", "transformToFragment", 0, (tree) => clean(tree));

		// Frames and windows, as they are touched
		hook("HTMLIFrameElement HTMLFrameElement HTMLObjectElement HTMLEmbedElement",
			"contentWindow contentDocument getSVGDocument", 0, (inner) =>
				inner && enter(inner.defaultView || inner));
		hook("self", "open", 0, enter);
		page.document.addEventListener("load", frames, true);

		// Styles
		hook("CSSStyleSheet CSSGroupingRule CSSKeyframesRule CSSStyleDeclaration " +
			"StylePropertyMap", "insertRule addRule replace replaceSync appendRule " +
			"cssText setProperty set append", each(style));
		hook("self", "FontFace", each(style));
		hook("self Element KeyframeEffect", "KeyframeEffect animate setKeyframes",
			(given) => given.forEach((frames, i) => {
				var text = JSON.stringify(frames);
				var now = JSON.stringify(frames, (key, part) =>
					typeof part == "string" ? style(part) : part);
				if (now != text) given[i] = JSON.parse(now);
			}));
		// browsers have no setters for these, or ones of their own
		("background backgroundImage borderImage borderImageSource content cursor " +
			"listStyle listStyleImage mask maskImage webkitMask webkitMaskImage " +
			"webkitMaskBoxImage webkitBorderImage filter backdropFilter clipPath " +
			"shapeOutside src").split(" ").forEach((property) => {
			var dashed = property.replace(/[A-Z]/g, "-$&").toLowerCase()
				.replace(/^webkit/, "-webkit");
			for (var name of [property, dashed])
				Object.defineProperty(Object.getPrototypeOf(
					page.document.documentElement.style), name, {
					configurable: true,
					enumerable: true,
					get() {
						return this.getPropertyValue(dashed);
					},
					set(text) {
						this.setProperty(dashed, text);
					}
				});
		});

		hook("Document", "cookie", ([text]) => barsCookie(
			(/^([^;=]*)=|/.exec(text)[1] || "").trim()) && [0]);
		hook("Storage", "setItem", ([name]) => barsKey(name) && [0]);
	}

	// What the rules of storage bar, also where it came past the functions
	function sweep() {
		try {
			[localStorage, sessionStorage].forEach((store) => Object.keys(store)
				.forEach((name) => barsKey(name) && store.removeItem(name)));
			indexedDB.databases().then((all) => all.forEach(({ name }) =>
				barsKey(name) && indexedDB.deleteDatabase(name)));
		} catch (e) {
			// nothing is kept for this page
		}
	}

	enter(self);
	if (keys[0]) {
		sweep();
		if (script) for (var moment of ["pagehide", "visibilitychange"])
			addEventListener(moment, sweep);
	}
})
