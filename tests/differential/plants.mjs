/*
 * Trackers to plant into pages: what is put in, and what of it stays. A plant
 * of which all stays is a mere mention.
 */

import { places, same, words } from "./tree.mjs";

const at = "https://planted.example/";

const gone = [
	`<script src="${at}a.js"></script>`,
	`<SCRIPT async SRC='//planted.example/b.js' defer>ignored</SCRIPT >`,
	`<script src=https://planted.example/c.js></script>`,
	`<script\n\ttype="module" src="https:&#x2F;&#x2F;planted.example/d.js"\n></script>`,
	`<script>plantedTracker(1, "<!-- </b>");</script>`,
	`<script type="text/javascript">\n<!--\nplantedTracker(2)\n//-->\n</script>`,
	`<script>/*<![CDATA[*/ if (a<b) plantedTracker("<script>") /*]]>*/</script>`,
	`<script>plantedTracker(3); // <!-- <script> </script> --></script>`,
	`<img src="${at}e.gif">`,
	`<img alt="a > b" width=1 height=1 src=//planted.example/f.gif/>`,
	`<IMG SRC='${at}g.gif' srcset="${at}h.gif 2x">`,
	`<iframe src="${at}i"></iframe>`,
	`<iframe title='x' src="${at}j"><p>no <b>frames</iframe>`,
	`<embed src="${at}k.swf">`,
	`<link rel=stylesheet href="${at}l.css">`,
	`<link rel="preload" as="script" href="${at}m.js"/>`,
];

/* the element stays, without what was the tracker's */
const partly = [
	[`<noscript><img src="${at}n.gif"></noscript>`, "<noscript></noscript>"],
	[`<noscript><p>a</p><img src="${at}o.gif"/>b</noscript>`,
		"<noscript><p>a</p>b</noscript>"],
];

const mentions = [
	`<!-- <script src="${at}kept-p.js"></script> -->`,
	`see https://planted.example/kept and plantedTracker( `,
	`<a href="${at}kept-q">q</a>`,
	`<pre>&lt;script src="${at}kept-r.js"&gt;</pre>`,
	`<textarea><script src="${at}kept-s.js"></script></textarea>`,
	`<script type="application/ld+json">{"x": "plantedTracker(kept)"}</script>`,
	`<script type="text/template"><img src="${at}kept-t.gif"></script>`,
];

export const kinds = [
	...gone.map((text) => ({ text, rest: "" })),
	...partly.map(([text, rest]) => ({ text, rest })),
	...mentions.map((text) => ({ text, rest: text })),
];

/* A stream of numbers in [0, n) that a seed decides (xorshift). */
export function random(seed) {
	let x = (seed * 2654435761 + 1013904223) >>> 0 || 1;

	return (n) => {
		x ^= x << 13;
		x ^= x >>> 17;
		x ^= x << 5;
		x >>>= 0;
		return x % n;
	};
}

function put(html, plants, part) {
	let out = "", from = 0;

	for (const plant of plants) {
		out += html.slice(from, plant.at) + plant.kind[part];
		from = plant.at;
	}
	return out + html.slice(from);
}

function choose(offsets, pick, n) {
	const plants = [];

	for (let i = 0; i < n; i++)
		plants.push({ kind: kinds[pick(kinds.length)],
			at: offsets[pick(offsets.length)] });
	return plants.sort((a, b) => a.at - b.at);
}

/*
 * A mention that was put into a tag or a script can be what it mentions: only
 * as text, and as a link, it never is.
 */
function isLive(tree) {
	let name = "", isCode = false;

	return tree.some((word) => {
		const start = /^<\S* (\S+) /.exec(word);
		if (start) {
			name = start[1];
			isCode = name === "script";
		} else if (/^:type=(application\/ld\+json|text\/template)/.test(word))
			isCode = false;
		return (name !== "a" && /^\w*:[^"]*planted\.example\//.test(word)) ||
			(isCode && /^".*plantedTracker\(/s.test(word));
	});
}

/*
 * Plants some into a page, where parse5 sees that nothing around them is read
 * otherwise: the planted page, the page that is to come out, and its trees
 * with scripting and, where that holds too, without. null where none of a few
 * tries held.
 */
export function plant(html, pick) {
	const offsets = places(html, pick);
	const most = 1 + pick(8);

	for (const n of [most, (most >> 1) + 1, 1, 1, 1]) {
		const plants = choose(offsets, pick, n);
		const input = put(html, plants, "text");
		const wanted = put(html, plants, "rest");
		const trees = [true, false].map((scripting) =>
			({ scripting, tree: words(wanted, { scripting }) }))
			.filter(({ scripting, tree }) =>
				same(tree, words(input, { scripting, plants: false })));
		if (trees[0]?.scripting && !isLive(trees[0].tree))
			return { input, wanted, plants, trees };
	}
	return null;
}
