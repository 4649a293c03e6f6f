#include "conf/schema.h"

#include <stddef.h>

#define AT(member) offsetof(struct config, member)

enum {
	SECOND = 1000,
	DAY = 86400 * SECOND,
	KIB = 1024,
	MIB = 1024 * KIB
};

_Static_assert(
    sizeof(enum token_scope) == sizeof(int), "a choice is stored as an int");

/* clang-format off: a table is read by its columns */
static const struct option table[] = {
    {"listen", OPTION_ELSEWHERE, 0, NULL, 1, CONFIG_LISTENERS,
	"an address or a list of them",
	"Where visitors connect: `address:port`, `[v6]:port` or `unix:PATH`, "
	"each of them as it is or in a group with more. Port 0 picks one and "
	"prints it."},
    {"upstream", OPTION_ELSEWHERE, 0, NULL, 0, 0, "an address or a group",
	"The site behind: `http://host:port`, `https://host:port` or "
	"`unix:PATH`, or a group with one; or `none`: then only what is below "
	"`prefix` is served, for a server that enforces by itself (see "
	"INTEGRATION.md)."},
    {"site", OPTION_LIST, AT(sites), NULL, 1, CONFIG_SITES, NULL,
	"The public origin as visitors see it, such as "
	"`https://library.example`, or a list of them. Choices are only taken "
	"from pages of these. With one site every request is for it, with "
	"several `Host` tells which; for another host the answer is 421."},
    {"trusted", OPTION_LIST, AT(trusted_text), "", 0, NETWORK_MEMBERS, NULL,
	"Addresses and networks (`10.0.0.0/8`) of proxies in front, whose "
	"PROXY header and `Forwarded` or `X-Forwarded-*` fields are believed; "
	"`unix:` is whoever connects by a unix socket."},
    {"user", OPTION_STRING, AT(user), "", 0, 64, NULL,
	"User that all processes but the first change to."},
    {"group", OPTION_STRING, AT(group), "", 0, 64, NULL,
	"Group likewise; left out, that of `user`."},
    {"sandbox", OPTION_FLAG, AT(sandbox), "true", 0, 0, NULL,
	"Whether processes give up all system calls and files that they do "
	"not need. To find out what goes wrong, it can be taken away."},
    {"admin", OPTION_STRING, AT(admin_text), "", 0, 0, NULL,
	"Address for health checks and metrics, which only answers GET."},
    {"admin_public", OPTION_FLAG, AT(admin_public), "false", 0, 0, NULL,
	"Whether `admin` may be an address that is not loopback."},
    {"control", OPTION_PATH, AT(control), "", 0, 0, NULL,
	"Path of the control socket, made with mode 0600."},
    {"inventory", OPTION_PATH, AT(inventory), "", 0, 0, NULL,
	"File that keeps the inventory over restarts, written by the parent "
	"once a minute at most, in a folder that is there. Left out, the "
	"inventory goes with the daemon."},
    {"prefix", OPTION_STRING, AT(prefix), "/.consent", 2, CONFIG_PREFIX, NULL,
	"Where our own pages are on the site."},
    {"cdn_variant", OPTION_STRING, AT(cdn_variant), "", 0, CONFIG_PREFIX, NULL,
	"Request field by which a shared cache in front names the variant "
	"that its visitor gets, such as `Consent-Variant`: pages may then be "
	"kept by that name (see OPERATIONS.md). Left out, no shared cache "
	"may keep a page."},
    {"workers", OPTION_NUMBER, AT(workers), "0", 0, CONFIG_WORKERS, NULL,
	"Processes that serve visitors; 0 is one for each processor."},
    {"memo_bytes", OPTION_SIZE, AT(memo_bytes), "64M", 0, (int64_t)1 << 36,
	NULL,
	"Memory of each worker for pages that it remembers, to rewrite none "
	"twice: the bytes that the site sent and those that went out for them. "
	"Each answer of the site is compared whole before a page is used. 0 "
	"remembers nothing (see BODIES.md)."},
    {"forward_token", OPTION_FLAG, AT(forward_token), "false", 0, 0, NULL,
	"Whether the origin gets our own cookie, too. It always gets the "
	"`Consent` header."},
    {"clear_storage", OPTION_FLAG, AT(clear_storage), "false", 0, 0, NULL,
	"Whether a withdrawal also empties all that scripts of the site stored "
	"(`Clear-Site-Data: \"storage\"`): web storage, databases, service "
	"workers, those of the site's own among them."},
    {"upgrade", OPTION_LIST, AT(upgrades), "*", 0, CONFIG_UPGRADES, NULL,
	"Paths of the site, as globs (`/socket/*`), where `Upgrade` may pass, "
	"as for WebSocket; an empty list is none."},
    {"vendor_directory", OPTION_PATH, AT(vendor_directory), "vendors", 0, 0,
	NULL,
	"Folder whose `NAME.conf` files come before the built-in vendors."},
    {"policy", OPTION_ELSEWHERE, 0, NULL, 0, 0, NULL,
	"The rules: which cookie, host, path or script belongs to which "
	"category. Usually an `@include` of `policy.conf`."},

    {"token", OPTION_SECTION, 0, NULL, 0, 0, NULL,
	"The visitor's choice as a signed cookie."},
    {"token.algorithm", OPTION_CHOICE, AT(algorithm), "HS256", 0, 0,
	"HS256 ES256",
	"HS256 is fast; with ES256 other services can check a token by the "
	"public key, and a worker cannot make one."},
    {"token.keys", OPTION_PATH, AT(keys), "keys", 1, 0, NULL,
	"Folder of the signing keys, mode 0700. A first key is made in it."},
    {"token.lifetime_days", OPTION_NUMBER, AT(token.lifetime_days), "185", 1,
	TOKEN_DAYS_MAX, NULL,
	"How long a choice holds, yes and no alike; a no for half a year "
	"at least."},
    {"token.cookie", OPTION_STRING, AT(token.cookie), "", 0, 64, NULL,
	"Name of the cookie. Left out, it is `__Host-consent` (with scope "
	"`site` `__Secure-consent`), and `consent` where a site is plain "
	"http."},
    {"token.scope", OPTION_CHOICE, AT(token.scope), "host", 0, 0, "host site",
	"`host`: the choice holds for this host. `site`: for all hosts below "
	"the registrable domain."},

    {"access", OPTION_SECTION, 0, NULL, 0, 0, NULL,
	"A line about each request: method, path without its query, status, "
	"bytes, time, id; never an address, a cookie or a query."},
    {"access.to", OPTION_CHOICE, AT(access_to), "log", 0, 0,
	"log none stdout file syslog",
	"`log`: the event `access` among the other lines on stderr. `none`: "
	"nowhere. The others get lines in a format of their own."},
    {"access.format", OPTION_CHOICE, AT(access_form), "json", 0, 0,
	"json common",
	"`json`: one object a line. `common`: the Common Log Format of web "
	"servers, without a host."},
    {"access.file", OPTION_PATH, AT(access_file), "", 0, 0, NULL,
	"The file, which SIGUSR1 has opened anew; with `syslog` its socket, "
	"`/dev/log` if left out."},
    {"access.sample", OPTION_NUMBER, AT(access_sample), "1", 1, 1000000, NULL,
	"One of so many requests gets a line."},

    {"log", OPTION_SECTION, 0, NULL, 0, 0, NULL,
	"The record of choices that can be proved to be whole."},
    {"log.directory", OPTION_PATH, AT(log_directory), "log", 1, 0, NULL,
	"Folder of the log; one daemon writes to it."},
    {"log.name", OPTION_STRING, AT(log_name), "", 0, 128, NULL,
	"Its name, unique for each log: the origin line of checkpoints. Left "
	"out, it is the first site's host and `/consent`."},
    {"log.summary", OPTION_DURATION, AT(log_summary), "1h", SECOND, DAY, NULL,
	"How often the log gets the sums of what was withheld, and what could "
	"not be."},
    {"log.retain_days", OPTION_NUMBER, AT(log_retain_days), "0", 0, 7300, NULL,
	"How long the log keeps choices; then they are erased, a segment at a "
	"time, and their hashes stay. At least 30 days more than a choice "
	"holds (`token.lifetime_days`); `0`: for ever."},

    {"notice", OPTION_SECTION, 0, NULL, 0, 0, NULL, "What visitors are shown."},
    {"notice.languages", OPTION_LIST, AT(languages),
	"en tr ar de ru fr es fa uk zh", 1, NOTICE_LANGUAGES, NULL,
	"Languages of the notice; the first is for those who want another."},
    {"notice.policy_url", OPTION_STRING, AT(policy_url), "", 0, 1024, NULL,
	"The site's cookie policy, a path or a URL. Left out, the table that "
	"is made from the rules."},
    {"notice.controller", OPTION_STRING, AT(controller), "", 0, 256, NULL,
	"Who is responsible. Left out, the first site's host."},
    {"notice.contact", OPTION_STRING, AT(contact), "", 0, 256, NULL,
	"Where to reach them: a `mailto:` or `https:` URL."},
    {"notice.address", OPTION_STRING, AT(address), "", 0, 256, NULL,
	"Their postal address. It is not shown but recorded with each notice, "
	"for whoever reads the log."},
    {"notice.jurisdiction", OPTION_STRING, AT(jurisdiction), "", 0, 128, NULL,
	"Whose law the notice is made for, such as `EU TR`. Recorded, too."},
    {"notice.directory", OPTION_PATH, AT(notice_directory), "", 0, 0, NULL,
	"Folder whose `TAG.conf` texts come before the built-in ones."},
    {"notice.position", OPTION_CHOICE, AT(look.position), "bottom", 0, 0,
	"bottom top corner",
	"Where the notice stands; `corner` is below, where lines end. On "
	"narrow screens it is as wide as they are."},
    {"notice.accent", OPTION_STRING, AT(look.accent), "", 0, 7, NULL,
	"Colour of links and of all three buttons, `#rrggbb`; their labels "
	"become white or black. Contrasts are checked: text has at least "
	"4.5:1, the edges of controls 3:1."},
    {"notice.accent_dark", OPTION_STRING, AT(look.accent_dark), "", 0, 7, NULL,
	"The same for visitors who like it dark. Left out, `accent` as light "
	"as it must be."},
    {"notice.ground", OPTION_STRING, AT(look.ground), "", 0, 7, NULL,
	"Colour behind the words."},
    {"notice.ground_dark", OPTION_STRING, AT(look.ground_dark), "", 0, 7, NULL,
	"The same in the dark."},
    {"notice.ink", OPTION_STRING, AT(look.ink), "", 0, 7, NULL,
	"Colour of the words; the greys are mixed from it and `ground`."},
    {"notice.ink_dark", OPTION_STRING, AT(look.ink_dark), "", 0, 7, NULL,
	"The same in the dark."},
    {"notice.radius", OPTION_NUMBER, AT(look.radius), "10", 0, 32, NULL,
	"Radius of buttons' corners in CSS pixels."},
    {"notice.font", OPTION_STRING, AT(look.font), "", 0, 256, NULL,
	"Families that the site has or visitors have, such as `Inter, "
	"sans-serif`: letters, digits, `-` and blanks, separated by commas."},
    {"notice.logo", OPTION_STRING, AT(look.logo), "", 0, 256, NULL,
	"Path of a small square picture on the site, such as "
	"`/assets/logo.svg`."},
    {"notice.control", OPTION_CHOICE, AT(look.control), "start", 0, 0,
	"start end none",
	"Where the small control stands that reopens the choices: below, where "
	"lines begin or end. Its text is `control` in the texts. `none` is for "
	"sites with a link of their own, which `control_link` says."},
    {"notice.control_link", OPTION_STRING, AT(look.control_link), "", 0, 256,
	NULL,
	"With `control = \"none\"`: where each page has its own link to "
	"`/.consent/`, such as `in the footer`. Without one there is always "
	"the control."},

    {"consent_mode", OPTION_SECTION, 0, NULL, 0, 0, NULL,
	"Google's consent mode, the basic kind: for each of Google's types the "
	"category whose consent grants it. A type that is left out stays "
	"denied; without any there is no consent mode (see INTEGRATION.md)."},
    {"consent_mode.ad_storage", OPTION_STRING,
	AT(consent_mode[CONSENT_MODE_AD_STORAGE]), "", 0, 64, NULL,
	"What grants cookies of advertising."},
    {"consent_mode.ad_user_data", OPTION_STRING,
	AT(consent_mode[CONSENT_MODE_AD_USER_DATA]), "", 0, 64, NULL,
	"What grants sending data of visitors to Google for advertising."},
    {"consent_mode.ad_personalization", OPTION_STRING,
	AT(consent_mode[CONSENT_MODE_AD_PERSONALIZATION]), "", 0, 64, NULL,
	"What grants personal advertising."},
    {"consent_mode.analytics_storage", OPTION_STRING,
	AT(consent_mode[CONSENT_MODE_ANALYTICS_STORAGE]), "", 0, 64, NULL,
	"What grants cookies of analytics."},

    {"limits", OPTION_SECTION, 0, NULL, 0, 0, NULL,
	"Ceilings. What passes one is refused with a status that says so."},
    {"limits.header_bytes", OPTION_SIZE, AT(limits.header_bytes), "32K", KIB,
	MIB, NULL, "Bytes of a message head, its start line included."},
    {"limits.headers", OPTION_NUMBER, AT(limits.headers), "128", 16, 4096, NULL,
	"Fields of a message head."},
    {"limits.request_body", OPTION_SIZE, AT(limits.request_body), "64M", 0,
	(int64_t)1 << 50, NULL, "Bytes of a request body; 0 is no limit."},
    {"limits.connections", OPTION_NUMBER, AT(limits.connections), "20000", 1,
	1000000, NULL, "Connections of visitors at a time, to each worker."},
    {"limits.address_connections", OPTION_NUMBER,
	AT(limits.address_connections), "0", 0, 1000000, NULL,
	"Those of them that come from one address, that of the PROXY header "
	"where there is one, of IPv6 from one /64; one more is closed. 0 is no "
	"limit, and there is none for `trusted` addresses."},
    {"limits.upstream_connections", OPTION_NUMBER,
	AT(limits.upstream_connections), "256", 1, 65535, NULL,
	"Connections to the origin at a time, of each worker; this was "
	"called `connections` once."},
    {"limits.queue", OPTION_NUMBER, AT(limits.queue), "1024", 1, 65535, NULL,
	"Requests that wait for such a connection, in each worker; one more "
	"is answered 503."},
    {"limits.tunnels", OPTION_NUMBER, AT(limits.tunnels), "128", 1, 65535, NULL,
	"Upgraded connections (WebSocket) at a time in each worker, besides "
	"`upstream_connections`; one more is answered 503."},
    {"limits.streams", OPTION_NUMBER, AT(limits.streams), "128", 1, 1000, NULL,
	"Requests at a time on one HTTP/2 connection."},
    {"limits.body_rate", OPTION_SIZE, AT(limits.body_rate), "500", 0,
	(int64_t)1 << 30, NULL,
	"Bytes a second that a visitor must send of a request body, on the "
	"average of `timeouts.body`, over HTTP/2 of all bodies of the "
	"connection; less is answered 408. 0 is no limit: a byte before each "
	"end of `timeouts.body` keeps the request open."},
    {"limits.send_rate", OPTION_SIZE, AT(limits.send_rate), "500", 0,
	(int64_t)1 << 30, NULL,
	"Bytes a second that a visitor must take of an answer that waits, "
	"likewise by `timeouts.send`; less and the connection, over HTTP/2 "
	"the stream, is cut. 0 is no limit."},
    {"limits.choices", OPTION_NUMBER, AT(limits.choices), "30", 0, 100000, NULL,
	"Choices a minute from one address; 0 is no limit."},

    {"timeouts", OPTION_SECTION, 0, NULL, 0, 0, NULL,
	"How long is waited. A plain number counts seconds."},
    {"timeouts.header", OPTION_DURATION, AT(timeouts.header), "10s",
	SECOND / 10, DAY, NULL,
	"For a whole request head, a PROXY header and a TLS handshake."},
    {"timeouts.body", OPTION_DURATION, AT(timeouts.body), "30s", SECOND / 10,
	DAY, NULL,
	"Between two reads of a request body; see `limits.body_rate`."},
    {"timeouts.send", OPTION_DURATION, AT(timeouts.send), "30s", SECOND / 10,
	DAY, NULL,
	"For a visitor who takes nothing of the answer; see "
	"`limits.send_rate`."},
    {"timeouts.idle", OPTION_DURATION, AT(timeouts.idle), "60s", SECOND / 10,
	DAY, NULL, "On a connection without a request."},
    {"timeouts.half_closed", OPTION_DURATION, AT(timeouts.half_closed), "1s",
	SECOND / 10, DAY, NULL,
	"For a visitor who sends no more (a FIN), which may mean that nobody "
	"is there: how long nothing may go to it before its request is given "
	"up, with its place in the queue and its connection to the origin."},
    {"timeouts.upstream_connect", OPTION_DURATION,
	AT(timeouts.upstream_connect), "5s", SECOND / 10, DAY, NULL,
	"For a connection to the origin."},
    {"timeouts.upstream", OPTION_DURATION, AT(timeouts.upstream), "60s",
	SECOND / 10, DAY, NULL,
	"For the origin to begin its answer once it has the request, and then "
	"between two reads of it: between bytes, not for all of them."},
    {"timeouts.upstream_idle", OPTION_DURATION, AT(timeouts.upstream_idle),
	"4s", SECOND / 10, DAY, NULL,
	"How long a connection to the origin is kept for another request; "
	"best a little less than the origin keeps it."},
    {"timeouts.resolve", OPTION_DURATION, AT(timeouts.resolve), "30s", SECOND,
	DAY, NULL,
	"How long the addresses of the origin's name are good before they are "
	"asked for again."},
    {"timeouts.queue", OPTION_DURATION, AT(timeouts.queue), "10s", SECOND / 10,
	DAY, NULL, "Of a request that waits for a connection to the origin."},
    {"timeouts.tunnel", OPTION_DURATION, AT(timeouts.tunnel), "300s",
	SECOND / 10, DAY, NULL,
	"On an upgraded connection that is silent in both directions."},
    {"timeouts.grace", OPTION_DURATION, AT(timeouts.grace), "0s", 0,
	300 * SECOND, NULL,
	"When the daemon stops, how long it still accepts after `/readyz` "
	"says that it is not ready, for balancers to see that."},
    {"timeouts.drain", OPTION_DURATION, AT(timeouts.drain), "30s", 0, DAY, NULL,
	"For what is under way when the daemon stops."},
    {NULL, OPTION_SECTION, 0, NULL, 0, 0, NULL, NULL},
};
/* clang-format on */

const struct option *
config_options(void)
{
	return table;
}
