/*
 * The pages of enforcement/pages and enforcement/open, filled in. A page is a text with
 *
 *	{{page KEY=VALUE | …}}	facts, on the first line: see Page
 *	{{t NAME}} {{i NAME}}	the URL of a tracker, of an innocent thing
 *	{{n NAME}}		the URL of a tracker that no browser follows
 *	{{own NAME}}		the path of a tracker on the site itself
 *	{{each}}…{{end}}	once for each spelling, tracker and innocent thing
 *	{{few}}…{{end}}	the same for some spellings; {{few -NAME}} without one
 *	{{attribute NAME}}	in it: that attribute with the URL, spelled so
 *	{{url}}		in it: the bare URL, without the spellings that only an
 *			attribute can have
 *	{{name}}	in it: a word for this one
 *
 * What a page is to reach is told by its text: each "/t/PAGE/NAME" in it, even
 * in a comment, is a tracker's, each "/i/PAGE/NAME" is innocent, and nobody
 * ever asks for a "/n/PAGE/NAME".
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { encode } from "./transport.mjs";

const HINT_MS = 5000;	/* for what is hinted at, before its page */
const AGAIN = "<!doctype html><title>Again</title><script>location.reload()" +
	"</script>";
const here = dirname(fileURLToPath(import.meta.url));

/* Names of trackers and of innocent hosts, in pairs that are spelled alike. */
export const hosts = {
	t: { name: "t.tracker.example", idna: "zähler.example",
		puny: "xn--zhler-gra.example", v4: "203.0.113.7",
		number: "3405803783", v6: "[2001:db8::7]",
		long6: "[2001:DB8:0:0:0:0:0:7]" },
	i: { name: "i.innocent.example", idna: "bücher.example",
		puny: "xn--bcher-kva.example", v4: "198.51.100.7",
		number: "3325256711", v6: "[2001:db8::8]",
		long6: "[2001:DB8:0:0:0:0:0:8]" },
};

/* How a URL can be written; host is a row of the above. */
const urls = {
	plain: (h, p) => `http://${h.name}${p}`,
	secure: (h, p) => `https://${h.name}${p}`,
	no_scheme: (h, p) => `//${h.name}${p}`,
	upper: (h, p) => `HTTP://${h.name.toUpperCase()}${p}`,
	port: (h, p) => `http://${h.name}:8081${p}`,
	default_port: (h, p) => `http://${h.name}:080${p}`,
	slashes: (h, p) => `http:////${h.name}${p}`,
	no_slashes: (h, p) => `https:${h.name}${p}`,
	dots: (h, p) => `http://${h.name}/a/../%2e${p}`,
	percent: (h, p) => `http://%74rue%2e${h.name.replace(".", "%2E")}${p}`,
	idna: (h, p) => `http://${h.idna}${p}`,
	idna_upper: (h, p) => `http://${h.idna.toUpperCase()}${p}`,
	punycode: (h, p) => `http://${h.puny}${p}`,
	wide_dots: (h, p) => `http://${h.name.replace(".", "。")}${p}`,
	wide_letters: (h, p) => `http://ｗ.${h.name}${p}`,
	hyphen: (h, p) => `http://${h.name.replace("e", "\u00ade")}${p}`,
	final_dot: (h, p) => `http://${h.name}.${p}`,
	ipv4: (h, p) => `http://${h.v4}${p}`,
	ipv4_number: (h, p) => `http://${h.number}${p}`,
	ipv4_parts: (h, p) =>
		`http://0x${Number(h.v4.split(".")[0]).toString(16)}.` +
		`${h.v4.split(".").slice(1).join(".")}${p}`,
	ipv6: (h, p) => `http://${h.v6}${p}`,
	ipv6_long: (h, p) => `http://${h.long6}${p}`,
};

/* Those that want an attribute around them: of its raw value. */
const values = {
	backslashes: (h, p) => `http:\\\\${h.name}${p}`,
	backslash: (h, p) => `/\\${h.name}${p}`,
	blanks: (h, p) => ` \t\r\n http://${h.name}${p} \n`,
	tabs: (h, p) => `ht\ttp:/\n/${h.name.replace(".", "\r\n.")}${p}`,
	controls: (h, p) => `&#1;&#x1F; http://${h.name}${p}`,
	decimal: (h, p) => `&#104;&#116;tp&#58;//${h.name}${p}`,
	hexadecimal: (h, p) => `http:/&#x2f;&#X74rue.${h.name}${p}`,
	named: (h, p) =>
		`http&colon;&sol;&sol;${h.name.replace(".", "&period;")}${p}`,
	named_blanks: (h, p) => `ht&NewLine;tp:/&Tab;/${h.name}${p}`,
	named_hyphen: (h, p) => `http:/&sol;${h.name.replace("e", "&shye")}${p}`,
};

/* How an attribute can be written. */
const attributes = {
	single: (n, u) => `${n}='${u}'`,
	bare: (n, u) => `${n}=${u} `,
	bare_ends: (n, u) => `${n}=${u}`,
	upper_name: (n, u) => `${n.toUpperCase()}="${u}"`,
	spaced: (n, u) => `\n${n} \t=\n"${u}"\n`,
	slash: (n, u) => `/${n}="${u}"/`,
	glued: (n, u) => `data-a="x"${n}="${u}"data-b='>'`,
	twice: (n, u) => `${n}="${u}" ${n}="about:blank"`,
	twice_mixed: (n, u) => `${n.toUpperCase()}='${u}' ${n}=/x`,
	junk: (n, u) => `" '=a <= b ${n}="${u}"`,
};

/* The rows of a spelling: an attribute with a URL, and the bare URL or null. */
function spell(name, kind, path) {
	const h = hosts[kind];
	const plain = urls.plain(h, path);

	if (name in urls) {
		const url = urls[name](h, path);
		return { attribute: (n) => `${n}="${url}"`, url };
	}
	if (name in values)
		return { attribute: (n) => `${n}="${values[name](h, path)}"` };
	return { attribute: (n) => attributes[name](n, plain) };
}

const whole = [...Object.keys(urls), ...Object.keys(values),
	...Object.keys(attributes)];

const some = ["plain", "upper", "percent", "idna", "ipv6", "backslashes", "tabs",
	"decimal", "bare", "upper_name", "twice", "junk"];

/* One block for all spellings, or some, that can stand there. */
function each(which, without, block, page) {
	const names = (which === "each" ? whole : some)
		.filter((name) => name !== without &&
			(!block.includes("{{url}}") || name in urls));
	const row = (name, kind) => {
		const spelled = spell(name, kind, `/${kind}/${page}/${name}`);
		return block.replace(/\{\{attribute ([\w:-]+)\}\}/g,
			(_, n) => spelled.attribute(n))
			.replaceAll("{{url}}", spelled.url)
			.replaceAll("{{name}}", `${kind}-${name}`);
	};

	return names.flatMap((name) => [row(name, "t"), row(name, "i")])
		.join("\n");
}

function fill(text, page) {
	return text
		.replace(/\{\{(each|few)(?: -(\w+))?\}\}(.*?)\{\{end\}\}/gs,
			(_, which, without, block) => each(which, without, block, page))
		.replace(/\{\{([tin]) ([\w-]+)\}\}/g, (_, kind, name) =>
			`http://${(hosts[kind] ?? hosts.t).name}/${kind}/${page}/${name}`)
		.replace(/\{\{own ([\w-]+)\}\}/g, (_, name) =>
			`/collect/t/${page}/${name}`);
}

/*
 * One page. facts: top (it wants a tab of its own), whole (and a browser that
 * fetches icons and manifests, connects ahead and sends reports), secure (and
 * TLS, and HTTP/2), early (a Link of a 103), sandbox (a frame without scripts),
 * type (its Content-Type), coding, charset, how (of transport.mjs), status,
 * header (a line, several times), connects (a host that TLS is spoken to, no
 * more), cookie (a name that it sets).
 */
export class Page {
	constructor(name, text) {
		const [, facts, rest] = /^(?:\{\{page ([^\n]*)\}\}\n)?(.*)$/s.exec(text);

		this.name = name;
		this.facts = { headers: [] };
		for (const fact of (facts ?? "").split(" | ").filter((f) => f)) {
			const [, key, value] = /^(\w+)=(.*)$/s.exec(fact);
			if (key === "header")
				this.facts.headers.push(fill(value, name).split(/: /));
			else
				this.facts[key] = fill(value, name);
		}
		this.text = fill(rest, name);
		this.wants();
	}

	/* Reads what is to be reached. */
	wants() {
		const all = this.text + JSON.stringify(this.facts);
		const found = (kind) => [...new Set([...all.matchAll(
			new RegExp(`/${kind}/${this.name}/[\\w-]+`, "g"))].map(([m]) => m))];

		this.trackers = found("t");
		this.innocents = found("i");
	}

	/* Gives early hints; whether what is innocent of them was asked for. */
	async hint(response, seen) {
		const hinted = this.innocents.filter((path) =>
			this.facts.early.includes(path));
		const heard = () => hinted.every((path) => seen.paths.has(path));

		response.writeEarlyHints({ link: this.facts.early.split(", ") });
		await seen.until(heard, HINT_MS);
		return heard();
	}

	/*
	 * Answers with the page, behind its early hints. A browser may leave those
	 * alone, as Chromium does once in a while: then it is made to ask again.
	 */
	async send(request, response, seen) {
		if (!this.facts.early || await this.hint(response, seen)) {
			encode(this, request, response);
			return;
		}
		response.setHeader("Content-Type", "text/html");
		response.end(AGAIN);
	}
}

/* All pages of the folders by name, or those whose name holds word. */
export function readPages(word = "", folders = ["pages"]) {
	const rows = folders.flatMap((folder) => readdirSync(join(here, folder))
		.map((file) => [file.replace(/\.\w+$/, ""), join(here, folder, file)]));

	return new Map(rows.sort().filter(([name]) => name.includes(word))
		.map(([name, file]) =>
			[name, new Page(name, readFileSync(file, "utf8"))]));
}
