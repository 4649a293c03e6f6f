/*
 * How a page's text becomes the bytes of a response: charset, codings, the
 * type that is told, and the pace.
 */

import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from
	"node:zlib";

/* A frame of zstd whose one block is stored as it is (RFC 8878, 3.1.1). */
function zstdSync(bytes) {
	const head = Buffer.alloc(4 + 1 + 4 + 3);

	head.writeUInt32LE(0xfd2fb528, 0);
	head[4] = 0xa0; /* a single segment, its size in four bytes */
	head.writeUInt32LE(bytes.length, 5);
	head.writeUIntLE(bytes.length << 3 | 1, 9, 3); /* raw, the last one */
	return Buffer.concat([head, bytes]);
}

const codings = {
	gzip: gzipSync,
	"x-gzip": gzipSync,
	deflate: deflateSync,
	raw: deflateRawSync, /* called deflate, too */
	br: brotliCompressSync,
	zstd: zstdSync,
};

const charsets = {
	"utf-8": (text) => Buffer.from(text, "utf8"),
	latin1: (text) => Buffer.from(text, "latin1"),
	"windows-1251": (text) => Buffer.from(text.replace(/[А-я]/g,
		(c) => String.fromCharCode(c.charCodeAt(0) - 0x350)), "latin1"),
	/* of its characters three: one whose second byte is a backslash, and
	   letters that are those of a host once they are read */
	shift_jis: (text) => Buffer.from(text.replaceAll("表", "\x95\\")
		.replaceAll("ｔ", "\x82\x94").replaceAll("ｗ", "\x82\x97"),
		"latin1"),
	"utf-16le": (text) => Buffer.from(`\ufeff${text}`, "utf16le"),
	"utf-16be": (text) => Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
};

/* In pieces that end where the next tick comes. */
function burst(response, bytes, n) {
	if (bytes.length <= n)
		return response.end(bytes);
	return response.write(bytes.subarray(0, n), () =>
		setImmediate(() => burst(response, bytes.subarray(n), n)));
}

/* Sends a page as its facts say. */
export function encode(page, request, response) {
	const { facts } = page;
	let bytes = charsets[facts.charset ?? "utf-8"](page.text);
	const names = (facts.coding ?? "").split(", ").filter((name) => name);

	for (const name of names)
		bytes = codings[name](bytes);
	response.sendDate = false;
	response.statusCode = Number(facts.status ?? 200);
	if (facts.type !== "none")
		response.setHeader("Content-Type",
			facts.type ?? "text/html; charset=utf-8");
	for (const [name] of facts.headers)
		response.setHeader(name, facts.headers
			.filter(([other]) => other === name).map(([, value]) => value));
	if (names.length > 0)
		response.setHeader("Content-Encoding",
			names.map((name) => name === "raw" ? "deflate" : name).join(", "));
	if (facts.burst)
		burst(response, bytes, Number(facts.burst));
	else
		response.end(bytes);
}
