/*
 * What must hold for a page and what becomes of it. Each check returns a
 * complaint, or null.
 */

import { difference, same, words } from "./tree.mjs";
import { plant } from "./plants.mjs";
import { OK } from "./filter.mjs";

/* A page without trackers comes out as it went in, whatever was granted. */
export async function checkClean(filter, html, pick) {
	for (const options of [{}, { chunk: 1 + pick(5000) }, { grants: "all" }]) {
		const { status, text, withheld } = await filter.run(html, options);
		if (status !== OK)
			return `is cut: ${status}`;
		if (withheld !== 0)
			return `${withheld} withheld from a page without trackers`;
		if (text !== html)
			return "does not come out byte for byte";
	}
	return null;
}

/* The tree is that of the page without what was planted. */
function checkTrees(text, { wanted, trees }) {
	if (text === wanted)
		return null;
	for (const { scripting, tree } of trees) {
		const found = words(text, { scripting });
		if (!same(tree, found))
			return `${scripting ? "" : "without scripting: "}` +
				difference(tree, found);
	}
	return null;
}

/*
 * A page with trackers: the tree, a second pass, other pieces and consent.
 * sums, if given, counts what was seen.
 */
export async function checkPlanted(filter, html, pick, sums = {}) {
	const planted = plant(html, pick);
	const count = (name, n = 1) => sums[name] = (sums[name] ?? 0) + n;

	if (planted === null) {
		count("unplanted");
		return null;
	}
	count("plants", planted.plants.length);
	const first = await filter.run(planted.input);
	if (first.status !== OK)
		return `is cut: ${first.status}`;
	count("withheld", first.withheld);
	count("bytes", first.text === planted.wanted ? 1 : 0);
	const complaint = checkTrees(first.text, planted);
	if (complaint)
		return complaint;
	const second = await filter.run(first.text);
	if (second.status !== OK || second.withheld !== 0 ||
		second.text !== first.text)
		return `a second pass changes it: ${second.withheld} withheld`;
	const parts = await filter.run(planted.input, { chunk: 1 + pick(300) });
	if (parts.text !== first.text)
		return "comes out otherwise in pieces";
	const granted = await filter.run(planted.input, { grants: "all" });
	if (granted.text !== planted.input)
		return "changes though all is granted";
	return null;
}
