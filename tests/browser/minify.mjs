#!/usr/bin/env node
/*
 * Writes IN.js as OUT.min.js: what browsers need of it and no more.
 *
 *	minify IN.js [OUT.min.js]	on standard output without OUT
 *
 * IN is one function in brackets; who puts it into a page calls it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { minify } from "terser";

export async function shorten(path) {
	const text = readFileSync(path, "utf8");
	/* stands for the call, or what is done with arguments would go */
	const call = /^\(function \w*(\(.*?\))/m.exec(text)?.[1].toUpperCase()
		.replaceAll(" ", "");
	const { code } = await minify(text + call, {
		ecma: 2020,
		compress: { passes: 3, negate_iife: false, unsafe_arrows: true },
	});
	const end = code.lastIndexOf(call);
	if (end < 0 || !code.startsWith("("))
		throw new Error(`${path} is not one function in brackets`);
	return code.slice(0, end) + "\n";
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const [input, output] = process.argv.slice(2);
	if (!input) {
		console.error("usage: minify IN.js [OUT.min.js]");
		process.exit(2);
	}
	writeFileSync(output ?? 1, await shorten(input));
}
