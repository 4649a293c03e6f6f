/*
 * Trees by parse5, as lists of words that can be compared: a word for each
 * start, attribute, text, comment and end. Text of neighbours is one word.
 */

import { defaultTreeAdapter as adapter, html, parse } from "parse5";

/* What a planted tracker has and a mere mention has not. */
const MARK = /\/\/planted\.example\/(?!kept)|plantedTracker\((?!kept)/;

const planted = new Set(["embed", "iframe", "img", "link", "script"]);

/* Of HTML, or a script's text in SVG: the others fetch nothing. */
function isPlanted(node) {
	const isHtml = node.namespaceURI === html.NS.HTML;

	return (isHtml && planted.has(node.tagName) &&
		node.attrs.some(({ value }) => MARK.test(value))) ||
		(node.tagName === "script" && node.namespaceURI !== html.NS.MATHML &&
			node.childNodes.some(({ value }) => MARK.test(value)));
}

/* What may stand where a tag went that had closed a drawing: it does no more. */
function isNothing(node) {
	return node.tagName === "meta" && node.attrs.length === 0;
}

/*
 * The words of a page. Without plants: nodes that are planted are left out
 * with all that is in them.
 */
export function words(page, { scripting = true, plants = true } = {}) {
	const list = [];
	let text = null;
	const put = (word) => {
		if (text !== null)
			list.push(`"${text}`);
		text = null;
		list.push(word);
	};
	/* a stack of our own: pages may be deeper than the language's */
	const stack = [parse(page, { scriptingEnabled: scripting })];

	while (stack.length > 0) {
		const node = stack.pop();
		if (typeof node === "string")
			put(node);
		else if (adapter.isTextNode(node))
			text = (text ?? "") + node.value;
		else if (adapter.isCommentNode(node))
			put(`!${node.data}`);
		else if (adapter.isDocumentTypeNode(node))
			put(`doctype ${node.name} ${node.publicId} ${node.systemId}`);
		else if (!isNothing(node) && (plants || !isPlanted(node))) {
			put(`<${node.namespaceURI ?? ""} ${node.nodeName}` +
				` ${node.mode ?? ""}`);
			for (const { prefix, name, value } of node.attrs ?? [])
				put(`${prefix ?? ""}:${name}=${value}`);
			stack.push(`>${node.nodeName}`);
			if (node.content)
				stack.push(node.content);
			for (let i = node.childNodes.length; i-- > 0;)
				stack.push(node.childNodes[i]);
		}
	}
	put("end");
	return list;
}

export function same(a, b) {
	return a.length === b.length && a.every((word, i) => word === b[i]);
}

/* Where two lists part, for people. */
export function difference(a, b) {
	const i = a.findIndex((word, at) => word !== b[at]);
	const at = i < 0 ? a.length : i;
	const show = (list) => JSON.stringify(
		list.slice(Math.max(0, at - 2), at + 3).map((w) => w.slice(0, 200)));

	return `at word ${at}: wanted ${show(a)}, found ${show(b)}`;
}

/*
 * Where something could stand in a page: offsets of the borders of its nodes
 * and tags, and others that pick chooses. Not in a select: browsers have come
 * to read other elements there than before, and what cannot be told is cut.
 */
export function places(page, pick) {
	const offsets = new Set([0, page.length]), closed = [];
	const stack = [parse(page, { sourceCodeLocationInfo: true })];

	while (stack.length > 0) {
		const node = stack.pop();
		const place = node.sourceCodeLocation;
		for (const part of [place, place?.startTag, place?.endTag]) {
			if (part) {
				offsets.add(part.startOffset);
				offsets.add(part.endOffset);
			}
		}
		if (node.tagName === "select" && place)
			closed.push(place);
		if (node.content)
			stack.push(node.content);
		stack.push(...(node.childNodes ?? []));
	}
	for (let n = offsets.size >> 3; n >= 0; n--)
		offsets.add(pick(page.length + 1));
	return [...offsets].filter((at) => !closed.some(
		({ startOffset, endOffset }) => at > startOffset && at < endOffset));
}
