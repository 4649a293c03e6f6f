#!/usr/bin/env node
/*
 * What scripts of a page add to it, in Chromium: each way twice, once to a
 * tracker and once to a host that no rule names. Before consent only the
 * second arrives, after consent both do. Cookies and storage likewise. Writes
 * TAP.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { shorten } from "./minify.mjs";
import { check, light, options, play, same, startDaemon } from "./stage.mjs";

const WAIT_MS = 30000;
const GZIP_BYTES = 3800;	/* of the script without rules */

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

	final_dot: (u) => { new Image().src = u.replace(".localhost", ".localhost."); },

	/* attributes by their nodes, and other ways around */
	attribute_node: (u) => {
		const e = document.createElement("img");
		const attribute = document.createAttribute("src");
		attribute.value = u;
		e.setAttributeNode(attribute);
	},
	named_item: (u) => {
		const e = document.createElement("img");
		const attribute = document.createAttribute("src");
		attribute.value = u;
		e.attributes.setNamedItem(attribute);
	},
	attribute_value: (u) => {
		const e = document.createElement("img");
		e.setAttribute("src", "/none");
		e.attributes[0].value = u;
	},
	attribute_text: (u) => {
		const e = document.createElement("img");
		e.setAttribute("src", "/none");
		e.attributes.src.nodeValue = u;
	},
	upper_attribute: (u) => add("iframe", {}, { SRCDOC: `<img src="${u}">` }),
	xlink: (u) => put("<svg><image/></svg>", (box) =>
		box.querySelector("image").setAttributeNS(
			"http://www.w3.org/1999/xlink", "x:href", u)),
	base_val: (u) => put("<svg><image href='/none'/></svg>", (box) => {
		box.querySelector("image").href.baseVal = u; }),
	svg_inner: (u) => put("<svg></svg>", (box) => {
		box.firstChild.innerHTML = `<image href="${u}"/>`; }),
	svg_set: (u) => put(`<svg><image><set attributeName="href" to="${u}"/>` +
		"</image></svg>"),
	svg_values: (u) => put(`<svg><image><animate attributeName="href" dur="1s"
		values="/none;${u}" repeatCount="indefinite"/></image></svg>`),
	rel_list: (u) => {
		const e = document.createElement("link");
		e.href = u;
		document.head.append(e);
		e.relList.add("stylesheet");
	},
	cell: (u) => put(`<table><tr><td background="${u}"></table>`),

	/* nodes that were parsed elsewhere */
	parser: (u) => document.body.append(new DOMParser()
		.parseFromString(`<img src="${u}">`, "text/html").body.firstChild),
	parser_import: (u) => document.body.append(document.importNode(
		new DOMParser().parseFromString(`<p><img src="${u}">`, "text/html")
			.body.firstChild, true)),
	parser_xml: (u) => document.body.append(new DOMParser().parseFromString(
		`<x:img xmlns:x="http://www.w3.org/1999/xhtml" src="${u}"/>`,
		"text/xml").documentElement),
	parse_unsafe: (u) => document.body.append(
		Document.parseHTMLUnsafe(`<img src="${u}">`).body.firstChild),
	set_unsafe: (u) => put("<p></p>", (box) =>
		box.setHTMLUnsafe(`<p><template shadowrootmode="open"><img src="${u}">` +
			"</template></p>")),
	set_html: (u) => put("<p></p>", (box) => box.setHTML(`<img src="${u}">`,
		{ sanitizer: {} })),
	blank_document: (u) => {
		const other = document.implementation.createHTMLDocument("");
		other.body.innerHTML = `<img src="${u}">`;
		document.body.append(other.body.firstChild);
	},
	request_document: (u) => {
		const x = new XMLHttpRequest();
		x.open("GET", `data:text/html,<img src="${u}">`);
		x.responseType = "document";
		x.onload = () => document.body.append(x.response.body.firstChild);
		x.send();
	},
	transformed: (u) => {
		const xml = (text) => new DOMParser().parseFromString(text, "text/xml");
		const x = new XSLTProcessor();
		x.importStylesheet(xml(`<s:stylesheet version="1.0"
			xmlns:s="http://www.w3.org/1999/XSL/Transform">
			<s:template match="/"><img><s:attribute name="src">${
				u.slice(0, 9)}<s:text>${u.slice(9)}</s:text></s:attribute>
			</img></s:template></s:stylesheet>`));
		document.body.append(x.transformToFragment(xml("<x/>"), document));
	},
	template: (u) => put(`<template><p><img src="${u}"></template>`, (box) =>
		document.body.append(box.firstChild.content.cloneNode(true))),
	template_inner: (u) => {
		const e = document.createElement("template");
		e.innerHTML = `<template><img src="${u}"></template>`;
		document.body.append(e.content.firstChild.content);
	},
	range_insert: (u) => {
		const range = document.createRange();
		range.selectNodeContents(document.body);
		range.insertNode(new DOMParser().parseFromString(
			`<img src="${u}">`, "text/html").body.firstChild);
	},
	command: (u) => put("<p contenteditable>x</p>", (box) => {
		box.firstChild.focus();
		getSelection().selectAllChildren(box.firstChild);
		document.execCommand("insertHTML", false, `<img src="${u}">`);
	}),
	clobbered: (u) => put(`<form><input name="attributes"><input
		name="getAttributeNames"><img src="${u}"></form>`),

	/* functions by other names */
	constructor_of: (u) => { new EventSource.prototype.constructor(u); },
	subclass: (u) => { new (class extends EventSource {})(u); },
	reflected: (u) => Reflect.apply(fetch, window, [u, { mode: "no-cors" }])
		.catch(() => 0),
	spelled_fetch: (u) => fetch({ toString: () => u }, { mode: "no-cors" })
		.catch(() => 0),

	/* modules and what is fetched ahead or later */
	worklet: (u) => CSS.paintWorklet.addModule(u).catch(() => 0),
	map: (u) => {
		add("script", { type: "importmap",
			textContent: JSON.stringify({ imports: { [`of ${u}`]: u } }) });
		import(`of ${u}`).catch(() => 0);
	},
	map_later: (u) => {
		const e = document.createElement("script");
		e.append(JSON.stringify({ imports: { [`later ${u}`]: u } }));
		e.type = "importmap";
		document.body.append(e);
		import(`later ${u}`).catch(() => 0);
	},
	fetch_later: (u) => fetchLater(u, { activateAfter: 0 }),

	/* frames that scripts write, whose functions are their own */
	frame_fetch: (u) => add("iframe").contentWindow
		.fetch(u, { mode: "no-cors" }).catch(() => 0),
	frame_index: (u) => {
		document.body.insertAdjacentHTML("beforeend", "<iframe></iframe>");
		new window[window.length - 1].Image().src = u;
	},
	frame_document: (u) => {
		const inner = add("iframe").contentDocument;
		inner.body.append(Object.assign(inner.createElement("img"), { src: u }));
	},
	frame_write: (u) => add("iframe").contentDocument
		.write(`<script>new Image().src = "${u}"</scr` + "ipt>"),
	frame_inner: (u) => add("iframe").contentWindow.eval(`document.body
		.append(document.createElement("iframe"));
		new window[0].Image().src = "${u}"`),
	frame_shadow: (u) => {
		const root = add("p").attachShadow({ mode: "closed" });
		root.innerHTML = "<iframe></iframe>";
		new root.firstChild.contentWindow.Image().src = u;
	},
	frame_object: (u) => new (add("object", { data: "about:blank" })
		.contentWindow ?? window).Image().src = u,
	frame_method: (u) => {
		const clean = add("iframe").contentWindow;
		clean.Element.prototype.setAttribute.call(
			document.createElement("img"), "src", u);
	},
	frame_srcdoc: (u) => add("iframe", { srcdoc:
		`<script>new Image().src = "${u}"</scr` + "ipt>" }),
	frame_srcdoc_later: (u) => {
		const e = add("iframe");
		setTimeout(() => { e.srcdoc =
			`<script>new Image().src = "${u}"</scr` + "ipt>"; }, 100);
	},
	frame_blob: (u) => {
		const e = add("iframe");
		setTimeout(() => { e.src = URL.createObjectURL(new Blob(
			[`<script>new Image().src = "${u}"</scr` + "ipt>"],
			{ type: "text/html" })); }, 100);
	},
	frame_data: (u) => add("iframe", { src: `data:text/html,${
		encodeURIComponent(`<script>new Image().src = "${u}"</scr` + "ipt>")}` }),
	frame_data_coded: (u) => add("iframe", { src: `data:text/html;base64,${
		btoa(`<script>new Image().src = "${u}"</scr` + "ipt>")}` }),
	frame_javascript: (u) => add("iframe",
		{ src: `javascript:void(new Image().src = "${u}")` }),
	frame_again: (u) => {
		const e = add("iframe", { name: u });
		e.onload = () => {
			e.onload = () => { new window[u].Image().src = u; };
			e.src = "about:blank";
		};
		setTimeout(() => { e.src = "about:blank"; }, 100);
	},

	/* styles that scripts write */
	style_property: (u) => { add("p").style.backgroundImage = `url(${u})`; },
	style_dashed: (u) => {
		add("li").style["list-style-image"] = `url("${u}")`; },
	style_text: (u) => { add("p").style.cssText = `background:url('${u}')`; },
	style_forward: (u) => { add("p").style = `background:url(${u})`; },
	style_set: (u) => add("p").style.setProperty("background-image", `url(${u})`),
	style_variable: (u) => {
		const e = add("p");
		e.style.setProperty("--at", `url("${u}")`);
		e.style.background = "var(--at)";
	},
	style_attribute: (u) => add("p", {}, { style: `background:url(${u})` }),
	style_assigned: (u) => Object.assign(add("p").style,
		{ border: "1px solid", borderImage: `url(${u}) 1` }),
	style_content: (u) => { add("p").style.content = `url(${u})`; },
	style_mask: (u) => {
		Object.assign(add("p", { textContent: "x" }).style,
			{ maskImage: `url(${u})` });
	},
	style_escaped: (u) => add("style", { textContent: `@import "${
		u.replace("t", "\\74 ").replace("//", "\\2f\\/")}";` }),
	style_named: (u) => put(`<style>/* it's */ .named { background: \\75rl(${u}) }
		/* it's */</style><p class="named">x</p>`),
	style_appended: (u) => add("style").append(`@import "${u}";`),
	style_node: (u) => {
		const e = document.createElement("style");
		e.appendChild(document.createTextNode(`@import url(${u});`));
		document.head.append(e);
	},
	style_data: (u) => {
		const e = add("style", { textContent: "p {}" });
		e.firstChild.data = `@import url(${u});`;
	},
	style_inner: (u) => { add("style").innerHTML = `@import '${u}';`; },
	style_rule: (u) => {
		add("p", { className: "style_rule" });
		add("style").sheet.insertRule(`.style_rule { background: url(${u}) }`);
	},
	style_nested: (u) => {
		add("p", { className: "style_nested" });
		const sheet = add("style", { textContent: "@media all {}" }).sheet;
		sheet.cssRules[0].insertRule(`.style_nested { background: url(${u}) }`);
	},
	style_ruled: (u) => {
		add("p", { className: "style_ruled" });
		const sheet = add("style", { textContent: ".style_ruled {}" }).sheet;
		sheet.cssRules[0].style.backgroundImage = `url(${u})`;
	},
	style_added: (u) => {
		add("p", { className: "style_added" });
		add("style").sheet.addRule(".style_added", `background: url(${u})`);
	},
	style_adopted: (u) => {
		add("p", { className: "style_adopted" });
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(`.style_adopted { background: url(${u}) }`);
		document.adoptedStyleSheets.push(sheet);
	},
	style_typed: (u) => add("p").attributeStyleMap.set("background-image",
		`url(${u})`),
	style_animated: (u) => add("p").animate({ backgroundImage: [`url(${u})`,
		"none"] }, 100000),
	style_keyframes: (u) => {
		const effect = new KeyframeEffect(add("p"), null, 100000);
		effect.setKeyframes([{ backgroundImage: `url(${u})` }, {}]);
		new Animation(effect).play();
	},
	font: (u) => new FontFace("Some", `url(${u})`).load().catch(() => 0),

	/* workers that scripts write */
	worker: (u) => { keepAlive(new Worker(
		blob(fetching(u)))); },
	worker_import: (u) => { keepAlive(new Worker(blob(`importScripts("${u}")`))); },
	worker_request: (u) => { keepAlive(new Worker(
		blob(`x = new XMLHttpRequest(); x.open("GET", "${u}"); x.send()`))); },
	worker_revoked: (u) => {
		const url = blob(fetching(u));
		keepAlive(new Worker(url));
		URL.revokeObjectURL(url);
	},
	worker_module: (u) => { keepAlive(new Worker(
		blob(fetching(u)), { type: "module" })); },
	worker_data: (u) => { keepAlive(new Worker(
		`data:text/javascript,${fetching(u)}`)); },
	worker_shared: (u) => { keepAlive(new SharedWorker(
		blob(fetching(u)))); },
	worker_inner: (u) => { keepAlive(new Worker(blob(`new Worker(URL
		.createObjectURL(new Blob(['${fetching(u)}'])))`))); },
};

/* What a page can tell of the functions that the guard stands before. */
function manners() {
	const wrong = [];
	const test = (name, body) => {
		let good;
		try {
			good = body();
		} catch (error) {
			good = String(error);
		}
		if (good !== true)
			wrong.push(`${name}: ${good}`);
	};
	const fails = (kind, body) => {
		try {
			body();
		} catch (error) {
			return error instanceof kind || error.name;
		}
		return "no error";
	};
	const div = document.createElement("div");
	document.body.append(div);

	test("text", () => /native code/.test(fetch) &&
		/native code/.test(Element.prototype.setAttribute));
	test("name and length", () => fetch.name === "fetch" && fetch.length === 1 &&
		Element.prototype.setAttribute.length === 2);
	test("members", () => WebSocket.OPEN === 1);
	test("instances", () => new Audio() instanceof Audio &&
		new Audio() instanceof HTMLAudioElement &&
		new Audio().constructor === HTMLAudioElement);
	test("constructor", () => EventSource.prototype.constructor === EventSource);
	test("subclass", () => {
		class Mine extends FontFace { }
		const mine = new Mine("Some", "local(none)");
		return mine instanceof Mine && mine instanceof FontFace;
	});
	test("without new", () => fails(TypeError, () => WebSocket("ws://a")));
	test("no arguments", () => fails(TypeError, () => div.setAttribute()));
	test("one argument", () => fails(TypeError, () => div.setAttribute("src")));
	test("no address", () => fails(TypeError, () => new XMLHttpRequest().open()));
	test("no node", () => fails(TypeError, () => div.appendChild("text")));
	test("no window", () => fails(TypeError, () =>
		Element.prototype.setAttribute.call({}, "a", "b")));
	test("wrong rule", () => fails(DOMException, () =>
		new CSSStyleSheet().insertRule("none")));
	test("wrong name", () => fails(DOMException, () => div.setAttribute("=", "")));
	test("a frame of its own", () => {
		const frame = document.createElement("iframe");
		div.append(frame);
		return frame.contentWindow === window[window.length - 1] &&
			frame.contentDocument.defaultView === frame.contentWindow;
	});
	test("a node is returned", () => {
		const p = document.createElement("p");
		return div.appendChild(p) === p && div.insertBefore(p, null) === p;
	});
	test("markup", () => {
		div.innerHTML = "<p title=\"it's\">a &amp; b<td><b>c";
		return div.innerHTML === "<p title=\"it's\">a &amp; b<b>c</b></p>";
	});
	test("links stay", () => {
		div.innerHTML = "<a href='http://tracker.localhost/'>x</a><img src=x>";
		return div.firstChild.href === "http://tracker.localhost/";
	});
	test("code stays", () => {
		const script = document.createElement("script");
		script.type = "text/plain";
		script.innerHTML = "if (1 && 2) x('<img src=\"http://tracker.localhost\">')";
		return script.text.includes("1 && 2") && script.text.includes("tracker");
	});
	test("what is barred goes alone", () => {
		div.innerHTML = "<table><tr><td id=a><img src=http://tracker.localhost/>" +
			"<td>b</table><svg><image href='/x'/></svg>";
		return div.querySelectorAll("tr > td").length === 2 &&
			div.querySelector("image").getAttribute("href") === "/x" &&
			div.querySelector("img").src.startsWith("data:");
	});
	test("rows", () => {
		div.innerHTML = "<table><tbody></table>";
		div.querySelector("tbody").insertAdjacentHTML("beforeend",
			"<tr><td><img src=http://tracker.localhost/>b");
		return div.querySelector("tbody > tr > td").textContent === "b";
	});
	test("styles", () => {
		div.style.backgroundImage = "url(/x)";
		div.style.cssText += ";color: red";
		div.style.listStyle = null;
		const was = div.style.backgroundImage === 'url("/x")' &&
			div.style["background-image"] === 'url("/x")' &&
			div.style.color === "red";
		div.style.backgroundImage = "";
		return was && div.getAttribute("style") === "color: red;";
	});
	test("other text of a rule stays", () => {
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(`a::after { content: "(b) 'c'"; color: rgb(1 2 3);
			background: url(http://tracker.localhost/x), url("/y") }`);
		return sheet.cssRules[0].style.content === `"(b) 'c'"` &&
			sheet.cssRules[0].style.color === "rgb(1, 2, 3)" &&
			/data:.*\/y/.test(sheet.cssRules[0].cssText);
	});
	test("rules lose an address", () => {
		const script = Object.assign(document.createElement("script"),
			{ type: "speculationrules" });
		script.text = JSON.stringify({ prefetch: [{ source: "list",
			urls: ["http://tracker.localhost/x", "/y"] }] });
		return !script.text.includes("tracker") &&
			JSON.parse(script.text).prefetch[0].urls[1] === "/y";
	});
	test("rules for links are for those to the site", () => {
		const read = (prefetch, type = "speculationrules") => {
			const script = Object.assign(document.createElement("script"),
				{ type });
			script.append(` ${JSON.stringify({ prefetch })}`);
			return JSON.stringify(JSON.parse(script.text).prefetch);
		};
		const mine = { href_matches: "/*" };
		const where = { selector_matches: ".a" };
		const bound = JSON.stringify([{ where: { and: [where, mine] } }]);
		return read([{ where }]) === bound &&
			read([{ source: "document", where }]) === bound &&
			read([{ source: "document" }]) === "[{}]" &&
			read([{ source: "list", urls: ["/a"] }]) ===
				'[{"source":"list","urls":["/a"]}]';
	});
	test("a style that begins like rules stays", () => {
		const sheet = document.createElement("style");
		sheet.textContent = ' { "where": 1 } a { content: "b" } ';
		return sheet.textContent === ' { "where": 1 } a { content: "b" } ';
	});
	test("peers", () => {
		const servers = [{ urls: "stun:tracker.localhost:3478" },
			{ urls: ["turn:a.tracker.localhost"], username: "a", credential: "b" },
			{ urls: "stun:innocent.localhost" }];
		const peer = new RTCPeerConnection({ iceServers: servers,
			iceTransportPolicy: "relay" });
		const left = () => peer.getConfiguration().iceServers
			.map(({ urls }) => urls).join();
		const first = left();
		const policy = peer.getConfiguration().iceTransportPolicy;
		peer.setConfiguration({ iceServers: servers });
		const second = left();
		peer.close();
		new RTCPeerConnection().close();
		return policy === "relay" && first === "stun:innocent.localhost" &&
			second === first || `${policy} ${first} ${second}`;
	});
	test("attribution", () => {
		const image = document.createElement("img");
		image.setAttribute("attributionsrc", "/x http://tracker.localhost/y");
		return image.getAttribute("attributionsrc").startsWith("data:");
	});
	test("keyframes", () => {
		const animation = div.animate([{ opacity: 0 }, { opacity: 1 }], 10);
		return animation.effect.getKeyframes().length === 2 &&
			div.animate(null, 10) instanceof Animation;
	});
	return wrong;
}

/* Runs in the page. */
function act(ways, place) {
	window.add = (name, properties, attributes = {}) => {
		const e = Object.assign(document.createElement(name), properties);
		for (const [key, value] of Object.entries(attributes))
			e.setAttribute(key, value);
		document.body.append(e);
		return e;
	};
	window.blob = (text) => URL.createObjectURL(new Blob([text],
		{ type: "text/javascript" }));
	window.fetching = (u) =>
		`fetch("${u}", { mode: "no-cors" }).catch(() => 0)`;
	window.keepAlive = (worker) => (window.workers ??= []).push(worker);
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
			const host = request.headers.host.split(":")[0].replace(/\.$/, "");
			this.seen.add(host + request.url);
			answer.setHeader("Access-Control-Allow-Origin", "*");
			if (host !== "library.localhost") {
				answer.setHeader("Content-Type", "text/javascript");
				return answer.end();
			}
			answer.setHeader("Content-Type", "text/html");
			answer.end({ "/framed": framed, "/write": written, "/pieces": pieces }[request.url] ??
				page);
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
document.write("<img src=http://tracker.localhost/written>", "<img src=");
document.writeln("'http://innocent.localhost/written'>");</script>`;
/* the window of a frame is guarded by both pages */
const framed = `<!doctype html><title>x</title><body><script>
document.body.append(Object.assign(document.createElement("iframe"),
	{ src: "/" }));</script>`;
const pieces = `<!doctype html><title>x</title><body><script>
document.write("<div id=a><img src=http://tracker.localhost/piece><b>");
document.write("in</b></div>out");</script>`;

const policy = `policy : { version = "1"; unknown_cookie = "analytics";
 categories = ( { id = "essential"; required = true; }, { id = "analytics"; } );
 vendors = ( "chest" );
 cookies = ( { name = "session"; category = "essential"; ground = "requested";
   purpose = "Keeps you signed in"; },
  { name = "basket_*"; category = "essential"; ground = "requested";
   purpose = "Keeps a basket"; },
  { name = "basket_spy"; category = "analytics"; } );
 resources = ( { host = "tracker.localhost"; category = "analytics"; },
  { host = "tracker.localhost"; path = "/library.js"; category = "essential"; },
  { path = "/collect"; category = "analytics"; } ); };`;
const vendor = `name = "Chest"; provider = "Chest"; category = "analytics";
purpose = "Counts"; storage = [ "chest_*", "chest" ];`;

let visits = 0;

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

function startBefore(folder, port) {
	const file = join(folder, "consentd.conf");

	writeFileSync(file, `listen = "127.0.0.1:0";
upstream = "http://127.0.0.1:${port}"; site = "http://library.localhost";
workers = 1; token : { keys = "keys"; };
log : { directory = "log"; name = "library.localhost/guard"; };
vendor_directory = "."; ${policy}`);
	writeFileSync(join(folder, "chest.conf"), vendor);
	return startDaemon(["-c", file],
		[/listening on http:\/\/127\.0\.0\.1:(\d+)/]);
}

async function choose(page, action) {
	await page.goto("http://library.localhost/.consent/");
	await page.locator(`button[name="action"][value="${action}"]`).first()
		.click();
	await page.waitForLoadState("load");
}

/* All the ways on a new page; whether trackers are reached as wanted. */
async function visit(world, page, reaches, path = "/") {
	const text = Object.fromEntries(Object.entries(ways).map(
		([name, way]) => [name, String(way)]));
	world.seen.clear();
	await page.goto(`http://library.localhost${path}`);
	/* new addresses each time: nothing comes out of a cache */
	const visit = `v${++visits}`;
	for (const host of ["tracker.localhost", "innocent.localhost"])
		await page.frames().at(path === "/" ? 0 : 1).evaluate(
			`(${act})(${JSON.stringify(text)}, "${host}/${visit}")`);
	const names = Object.keys(ways).map((name) => `${visit}/${name}`);
	await arrive(world, "innocent.localhost", names);
	if (reaches)
		await arrive(world, "tracker.localhost", names);
	else /* they were asked for first, so they would be here */
		same(world.of("tracker.localhost"), []);
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
	await page.goto("http://library.localhost/");
	await page.evaluate(keep);
	same(await page.evaluate(kept), wanted);
}

await play(light, async (chromium) => {
	await check("the script in use is that of src/consent/guard.js", async () =>
		same(readFileSync("src/consent/guard.min.js", "utf8"),
			await shorten("src/consent/guard.js")));
	await check("it travels in less than 3,800 bytes", async () =>
		same(gzipSync(readFileSync("src/consent/guard.min.js"), { level: 9 })
			.length < GZIP_BYTES, true));
	const folder = mkdtempSync(join(tmpdir(), "consentd-guard-"));
	const world = new World();
	const sink = await world.open();
	const { found: [port], stop } = await startBefore(folder, sink);
	const context = await chromium.launchPersistentContext(
		join(folder, "profile"), options(light,
			[`MAP library.localhost:80 127.0.0.1:${port}`,
				`MAP * 127.0.0.1:${sink}`],
			["--autoplay-policy=no-user-gesture-required"]));
	const page = await context.newPage();
	const errors = [];
	page.on("pageerror", (error) => errors.push(error.message));

	await check("nothing reaches a tracker before a choice", () =>
		visit(world, page, false));
	await check("nor from a page in a frame of another", () =>
		visit(world, page, false, "/framed"));
	await check("what document.write writes is judged, in pieces too", async () => {
		world.seen.clear();
		await page.goto("http://library.localhost/write");
		await arrive(world, "innocent.localhost", ["written"]);
		same(world.of("tracker.localhost"), []);
	});
	await check("an exception passes, a path of the site does not", async () => {
		world.seen.clear();
		await page.goto("http://library.localhost/");
		await page.evaluate(`new Image().src = "/collect?x=1";
			new Image().src = "http://sub.tracker.localhost/deep";
			new Image().src = "http://nottracker.localhost/near";
			new Image().src = "http://tracker.localhost/library.js?v=1"; 0`);
		await arrive(world, "tracker.localhost", ["library.js?v=1"]);
		await arrive(world, "nottracker.localhost", ["near"]);
		same(world.of("library.localhost").includes("collect?x=1"), false);
		same(world.of("sub.tracker.localhost"), []);
	});
	await check("a window that a script opens is guarded", async () => {
		world.seen.clear();
		await page.evaluate(`other = open();
			new other.Image().src = "http://tracker.localhost/opened";
			new other.Image().src = "http://innocent.localhost/opened"; 0`);
		await arrive(world, "innocent.localhost", ["opened"]);
		same(world.of("tracker.localhost"), []);
		await page.evaluate("other.close()");
	});
	await check("transports go to nobody who is withheld", async () => {
		const debug = await context.newCDPSession(page);
		const urls = [];
		debug.on("Network.webTransportCreated", ({ url }) => urls.push(url));
		await debug.send("Network.enable");
		await page.evaluate(`Promise.allSettled(["tracker", "innocent"].map(
			(name) => new WebTransport("https://" + name + ".localhost:9/x").ready))`);
		await debug.detach();
		same(urls, ["https://consent.invalid/", "https://innocent.localhost:9/x"]);
	});
	await check("functions behave as before", async () => {
		await page.goto("http://library.localhost/");
		same(await page.evaluate(manners), []);
	});
	await check("pieces are written where they belong", async () => {
		await page.goto("http://library.localhost/pieces");
		same(await page.evaluate(`a.outerHTML.replace(/data:[^"]*/, "") +
			a.nextSibling.data`),
		'<div id="a"><img src=""><b>in</b></div>out');
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
	await check("a key that became a property goes with its page", async () => {
		await page.evaluate("localStorage.chest_2 = sessionStorage.chest = 1");
		/* a page of ours, which has no guard */
		await page.goto("http://library.localhost/.consent/");
		same(await page.evaluate(`document.scripts.length +
			Object.keys(sessionStorage).concat(Object.keys(localStorage))
				.join()`), "0other");
	});
	await check("docs/ENFORCEMENT.md says how many ways there are", () => {
		const number = `${Object.keys(ways).length} ways`;
		same(readFileSync("docs/ENFORCEMENT.md", "utf8").match(/\d+ ways/)[0],
			number);
	});
	await check("no script of ours complains", async () => same(errors, []));

	await context.close();
	await stop();
	world.server.close();
	world.server.closeAllConnections();
	rmSync(folder, { recursive: true, force: true });
});
