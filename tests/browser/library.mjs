/*
 * A small site and consentd before it, for tests that look at what visitors
 * are shown: a page in each language, /tr/ and so on, with links and an embed,
 * and /tr/cookies with the table of cookies in a page of the site.
 */

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startDaemon } from "./stage.mjs";

/* those that are built in */
export const languages = readdirSync("conf/notices").sort()
	.filter((name) => name.endsWith(".conf"))
	.map((name) => name.replace(/\.conf$/, ""));
/* and those that a site offers where it does not say which */
export const usual = ["en", "tr", "ar", "de", "ru", "fr", "es", "fa", "uk", "zh"];
export const base = "http://library.example";
const rightToLeft = ["ar", "fa", "he", "ur"];

const policy = `
version = "2026-11-01";
unknown_cookie = "analytics";
categories = ( { id = "essential"; required = true; }, { id = "analytics"; },
  { id = "marketing"; }, { id = "media"; action = "placeholder"; } );
vendors = ( "measure", "meta-pixel", "video" );
cookies = ( { name = "session"; category = "essential"; ground = "requested";
  purpose = "Keeps you signed in"; lifetime = "session"; } );
`;
/* with the longest name of a cookie that the vendors of conf/ have */
const measure = `
name = "Measure";
provider = "Measure Limited, Measure International Incorporated";
category = "analytics";
privacy_url = "https://measure.example/privacy";
purpose = "Counts visits and shows which pages are read";
hosts = [ "measure.example", "cdn.measure.example" ];
cookies = ( { name = "_measure_*"; purpose = "Tells visitors apart";
  lifetime = "2 years"; },
  { name = "_hjAbsoluteSessionInProgress"; purpose = "Finds a first visit";
  lifetime = "30 minutes"; } );
`;
const video = `
name = "Tube of Videos";
provider = "Tube Limited";
category = "media";
privacy_url = "https://video.example/privacy";
purpose = "Shows videos";
hosts = [ "video.example" ];
cookies = ( { name = "tube"; purpose = "Remembers the volume";
  lifetime = "6 months"; } );
`;

const PARTS = 8;
/* the words of each page, whatever its language: room is what matters */
export const article = `<h1>Fasting with diabetes</h1>
${Array.from({ length: PARTS }, (_, i) => `<h2 id="part${i}">Part ${i + 1}</h2>
<p>Whoever fasts for long measures more often, drinks enough and knows when to
stop. <a href="#part${i}">What stopping means</a> is told by the team that
knows the whole of the story.</p>`).join("\n")}`;

const pages = {
	"": `${article}<iframe title="A video" width="560" height="315"
src="https://video.example/embed/1"></iframe>`,
	cookies: "<h1>Cookie policy</h1><consent-cookies></consent-cookies>",
};

export function isRightToLeft(lang) {
	return rightToLeft.includes(lang);
}

/* A page of the site, with head where something else asks for consent. */
export function pageOf(lang, body = pages[""], head = "") {
	return `<!doctype html>
<html lang="${lang}" dir="${isRightToLeft(lang) ? "rtl" : "ltr"}"><head>
<meta charset="utf-8"><title>Library</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,"><style>
body { margin: 0 auto; max-width: 44rem; padding: 1rem;
	font: 1.0625rem/1.6 system-ui, sans-serif; }
h1, h2 { line-height: 1.2; }
a { color: light-dark(#053f50, #86d3e8); }
:root { color-scheme: light dark; color: light-dark(#111111, #eeeeee);
	background: light-dark(#ffffff, #121212); }
iframe { border: 0; max-width: 100%; }
</style>${head}</head><body><header><nav aria-label="Site">
<a href="/${lang}/">Home</a> <a href="/${lang}/cookies">Cookies</a></nav></header>
<main>${body}</main></body></html>`;
}

function answer(request, response) {
	const [, lang, name] = /^\/([\w-]+)\/(\w*)/.exec(request.url) ?? [];
	const body = pages[name];

	response.writeHead(body === undefined ? 404 : 200,
		{ "Content-Type": "text/html" });
	response.end(body === undefined ? "" : pageOf(lang, body));
}

/*
 * Opens the site, at a place other than base if one is given, with the notice
 * in the languages that are offered, for a browser that is launched with these
 * rules, for which there is no other host. pid is that of the daemon; close()
 * ends it.
 */
export async function openLibrary(respond = answer, site = base,
	settings = "limits = { choices = 0; };", offered = usual) {
	const folder = mkdtempSync(join(tmpdir(), "consentd-library-"));
	const server = http.createServer(respond);
	await new Promise((done) => server.listen(0, "127.0.0.1", done));
	const file = join(folder, "consentd.conf");

	for (const [name, text] of Object.entries({ measure, video }))
		writeFileSync(join(folder, `${name}.conf`), text);
	writeFileSync(file, `listen = "127.0.0.1:0"; workers = 1; site = "${site}";
upstream = "http://127.0.0.1:${server.address().port}";
vendor_directory = "."; timeouts = { drain = 2; }; ${settings}
notice : { controller = "Library of Health";
languages = ( ${offered.map((lang) => `"${lang}"`).join(", ")} ); }; policy : {${policy}};\n`);
	const daemon = await startDaemon(["-c", file],
		[/listening on http:\/\/127\.0\.0\.1:(\d+)/]);
	return {
		rules: [`MAP ${new URL(site).host}:80 127.0.0.1:${daemon.found[0]}`,
			"MAP * ~NOTFOUND"],
		origin: server.address().port,
		pid: daemon.pid,
		async close() {
			await daemon.stop();
			server.close();
			server.closeAllConnections();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
