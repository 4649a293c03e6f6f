/*
 * Where every host of the world is: one port of loopback that takes plain
 * HTTP and TLS, answers whatever kind is asked for and notes each request.
 * And the site's origin, which serves the pages.
 */

import { readFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net from "node:net";
import { join } from "node:path";
import { makeCertificate } from "../stage.mjs";

const gif = Buffer.from("R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==",
	"base64");
const answers = {
	audio: ["audio/wav", ""],
	embed: ["text/html", "<!doctype html>"],
	font: ["font/woff2", ""],
	frame: ["text/html", "<!doctype html>"],
	iframe: ["text/html", "<!doctype html>"],
	image: ["image/gif", gif],
	manifest: ["application/manifest+json", "{}"],
	object: ["text/html", "<!doctype html>"],
	script: ["text/javascript", ";"],
	style: ["text/css", ""],
	track: ["text/vtt", "WEBVTT"],
	worker: ["text/javascript", ";"],
};

/* What a browser asked for, by what it means to do with it. */
export function answer(request, response) {
	const [type, body] = answers[request.headers["sec-fetch-dest"]] ??
		["text/plain", ""];

	response.writeHead(200, { "Content-Type": type,
		"Content-Length": body.length, "Cache-Control": "no-store",
		"Access-Control-Allow-Origin": request.headers.origin ?? "*",
		"Access-Control-Allow-Credentials": "true",
		"Access-Control-Allow-Headers": "*" });
	response.end(body);
}

/*
 * What was asked for: "host/path" of requests, "host" of TLS. Tells who waits
 * about each new one.
 */
export class Seen extends Set {
	constructor() {
		super();
		this.paths = new Set();	/* of all hosts, without a query */
		this.waiters = new Set();
		this.last = 0;	/* when the last one came */
	}

	add(place) {
		this.last = Date.now();
		if (this.has(place))
			return this;
		this.paths.add(place.replace(/^[^/]*(\/collect)?/, "")
			.replace(/\?.*/, ""));
		super.add(place);
		this.waiters.forEach((look) => look());
		return this;
	}

	/* Until good() is true, as far as it gets so within ms. */
	until(good, ms) {
		return new Promise((resolve) => {
			const end = () => {
				clearTimeout(timer);
				this.waiters.delete(look);
				resolve();
			};
			const look = () => good() && end();
			const timer = setTimeout(end, ms);

			this.waiters.add(look);
			look();
		});
	}

	/* Until nothing was asked for during ms, or most have passed. */
	async quiet(ms, most) {
		const end = Date.now() + most;

		for (let rest; (rest = Math.min(this.last + ms, end) - Date.now()) > 0;)
			await new Promise((resolve) => setTimeout(resolve, rest));
	}
}

function listen(server) {
	return new Promise((resolve) =>
		server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}

export class Sink {
	constructor() {
		this.seen = new Seen();
		this.sockets = new Set();
	}

	async open(folder) {
		const { key, cert } = makeCertificate(folder, "sink");
		const plain = http.createServer((q, a) => this.take(q, a));
		const secure = https.createServer({ key: readFileSync(key),
			cert: readFileSync(cert), SNICallback: (name, done) => {
				this.seen.add(name);
				done(null, null);
			} }, (q, a) => this.take(q, a));
		for (const server of [plain, secure])
			server.on("upgrade", (request, socket) => {
				this.note(request);
				socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
			}).on("clientError", (_, socket) => socket.destroy())
				.on("tlsClientError", () => {});
		this.server = net.createServer((socket) => {
			this.sockets.add(socket);
			socket.on("close", () => this.sockets.delete(socket));
			socket.on("error", () => {});
			socket.once("readable", () => {
				const first = socket.read(1);
				if (first === null)
					return;
				socket.unshift(first);
				/* 22 is a handshake of TLS */
				(first[0] === 22 ? secure : plain).emit("connection", socket);
			});
		});
		this.port = await listen(this.server);
	}

	note(request) {
		const host = (request.headers.host ?? "").replace(/:\d+$/, "");
		this.seen.add(host + request.url);
	}

	take(request, response) {
		this.note(request);
		answer(request, response);
	}

	close() {
		this.sockets.forEach((socket) => socket.destroy());
		this.server.close();
	}
}

/*
 * The site: /p/NAME are the pages, /sheet?A,B,C one with those in frames; all
 * else is noted as a request to the host "site" and answered.
 */
export class Origin {
	constructor(pages, seen) {
		this.pages = pages;
		this.seen = seen;
	}

	/* With the certificate that the sink made in folder. */
	async open(folder) {
		const [key, cert] = ["key.pem", "cert.pem"].map((name) =>
			readFileSync(join(folder, name)));

		this.plain = http.createServer((q, a) => this.take(q, a));
		this.plain.keepAliveTimeout = 60000;
		this.secure = http2.createSecureServer({ key, cert, allowHTTP1: true },
			(q, a) => this.take(q, a));
		this.sessions = new Set();
		this.secure.on("session", (session) => this.sessions.add(session));
		this.ports = { plain: await listen(this.plain),
			secure: await listen(this.secure) };
	}

	take(request, response) {
		const [, kind, name] = /^\/(p\/|sheet\?)([^?]*)/.exec(request.url) ??
			[];
		const page = this.pages.get(name);

		if (kind === "sheet?")
			this.sheet(name.split(","), response);
		else if (page)
			page.send(request, response, this.seen);
		else {
			this.seen.add(`site${request.url}`);
			answer(request, response);
		}
	}

	sheet(names, response) {
		const frames = names.map((name) => `<iframe src="/p/${name}" ` +
			`${this.pages.get(name).facts.sandbox ? "sandbox" : ""} ` +
			`style="position:fixed;top:0;left:0" title="${name}"></iframe>`);
		const body = `<!doctype html><title>Pages</title>${frames.join("\n")}`;

		response.writeHead(200, { "Content-Type": "text/html;charset=utf-8",
			"Content-Length": Buffer.byteLength(body) });
		response.end(body);
	}

	close() {
		this.plain.closeAllConnections();
		this.plain.close();
		this.sessions.forEach((session) => session.destroy());
		this.secure.close();
	}
}
