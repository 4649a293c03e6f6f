#include "proxy/visit.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/head.h"
#include "http/request.h"
#include "proxy/home.h"
#include "proxy/inventory_text.h"
#include "proxy/key_board.h"
#include "proxy/metrics.h"
#include "proxy/mode_map.h"
#include "proxy/prefix.h"
#include "proxy/tongue_name.h"
#include "proxy/variant_name.h"

#include <libconsent/cookie.h>
#include <libconsent/notice.h>

#include <string.h>

enum {
	VISIT_COOKIE_LINES = 16,
	VISIT_URL_BYTES = 65536,
	VISIT_LOG_MS = 60000 /* between two lines about several tokens */
};

size_t
visit_cookie_lines(const struct head *head, struct span *lines, size_t room)
{
	size_t i = head_find(head, SPAN("Cookie"), 0), n = 0;

	for (; i != HEAD_NONE && n < room;
	     i = head_find(head, SPAN("Cookie"), i + 1))
		lines[n++] = head->fields[i].value;
	return n;
}

/* A browser that has several sends them with each request: now and then. */
static void
tell_several(struct home *home, size_t found, size_t valid)
{
	int64_t now = clock_monotonic();

	home->several++;
	if (home->several_at != 0 && now - home->several_at < VISIT_LOG_MS)
		return;
	log_warn("token.several", "count=%zu valid=%zu requests=%llu", found,
	    valid, (unsigned long long)home->several);
	home->several_at = now;
}

/* Checks every consent cookie that the request carries. */
static void
pick_token(struct visit *v, struct home *home, const struct head *head)
{
	struct span lines[VISIT_COOKIE_LINES];
	struct span values[TOKEN_CANDIDATES + 1];
	const struct token_options *token = &home->setup->token;
	struct span name = token_cookie_name(token);
	struct token_candidates candidates = {
	    .values = values, .site = token_issuer(token, v->site)};
	size_t n = visit_cookie_lines(head, lines, VISIT_COOKIE_LINES);
	size_t i, found = 0;

	for (i = 0; i < n; i++) {
		struct cookie_walk walk;
		struct cookie_pair pair;

		cookie_walk_init(&walk, lines[i]);
		while (found <= TOKEN_CANDIDATES && cookie_next(&walk, &pair))
			if (span_equal(pair.name, name))
				values[found++] = pair.value;
	}
	if (found == 0)
		return;
	candidates.n = found;
	key_board_follow();
	token_checker_pick(home->checker, &candidates, &v->pick);
	metrics_add(METRIC_TOKENS + NAMES_TOKEN_VALID, v->pick.n_valid);
	metrics_add(METRIC_TOKENS + NAMES_TOKEN_INVALID, v->pick.n_invalid);
	metrics_add(METRIC_TOKENS + NAMES_TOKEN_SEVERAL, found > 1);
	if (found > 1)
		tell_several(home, found, v->pick.n_valid);
}

/* Host and port of a configured origin, as Host would name them. */
static struct span
site_host(const struct proxy_setup *setup, size_t i)
{
	struct span site = span_of(setup->sites[i]);

	return span_sub(site, span_search(site, SPAN("://")) + 3, site.n);
}

/* host without a port that goes without saying. */
static struct span
drop_usual_port(struct span host, struct span scheme)
{
	struct span port =
	    span_equal(scheme, SPAN("https")) ? SPAN(":443") : SPAN(":80");

	return span_ends(host, port) ? span_sub(host, 0, host.n - port.n)
				     : host;
}

/* host without any port. */
static struct span
drop_port(struct span host)
{
	size_t end = span_starts(host, SPAN("[")) ? span_find(host, ']') + 1
						  : span_find(host, ':');

	return span_sub(host, 0, end);
}

/*
 * The configured origin that the request is for. One alone takes all: Host is
 * then what a proxy in front made of it. Of several, that of the very host
 * and port, else the only one of the host: some proxies drop the port.
 * CONSENT_ENOENT for a host of none.
 */
static int
find_site(const struct proxy_setup *setup, const struct head *head, size_t *out)
{
	struct span host = request_host(head);
	size_t n = setup->token.n_sites, found = 0, i;

	*out = 0;
	if (n < 2 || host.n == 0)
		return CONSENT_OK;
	for (i = 0; i < n; i++)
		if (span_equal_nocase(site_host(setup, i),
			drop_usual_port(host, setup->site_urls[i].scheme))) {
			*out = i;
			return CONSENT_OK;
		}
	for (i = 0; i < n; i++)
		if (span_equal_nocase(drop_port(site_host(setup, i)), host)) {
			*out = i;
			found++;
		}
	return found == 1 ? CONSENT_OK : CONSENT_ENOENT;
}

/*
 * Whether the answer stands in a window of its own: there the notice belongs,
 * once, and not in frames or fragments that a script fetches. A client that
 * does not say (no Sec-Fetch-Dest) is taken for such a window.
 */
static bool
is_top_page(const struct head *head)
{
	struct span dest = head_value(head, SPAN("Sec-Fetch-Dest"));

	return dest.p == NULL || span_equal(dest, SPAN("document"));
}

/*
 * Sites without TLS are not told (no Sec-Fetch-Dest); there a browser that
 * wants a picture begins its Accept with one.
 */
static enum visit_shows
shown_as(const struct head *head)
{
	static const struct span documents[] = {SPAN_INIT(""),
	    SPAN_INIT("document"), SPAN_INIT("iframe"), SPAN_INIT("frame"),
	    SPAN_INIT("fencedframe"), SPAN_INIT("nested-document")};
	struct span dest = head_value(head, SPAN("Sec-Fetch-Dest"));
	struct span accept = head_value(head, SPAN("Accept"));
	size_t i;

	if (dest.n == 0 && span_starts_nocase(accept, SPAN("image/")))
		return VISIT_PART;
	for (i = 0; i < sizeof documents / sizeof documents[0]; i++)
		if (span_equal(dest, documents[i]))
			return VISIT_DOCUMENT;
	return span_equal(dest, SPAN("object")) ||
		       span_equal(dest, SPAN("embed"))
		   ? VISIT_EMBEDDED
		   : VISIT_PART;
}

/* Whether the answer fetches by itself: it is shown, or runs on its own. */
static bool
is_context(const struct head *head)
{
	static const struct span kinds[] = {SPAN_INIT("document"),
	    SPAN_INIT("iframe"), SPAN_INIT("frame"), SPAN_INIT("object"),
	    SPAN_INIT("embed"), SPAN_INIT("worker"), SPAN_INIT("sharedworker"),
	    SPAN_INIT("serviceworker")};
	struct span dest = head_value(head, SPAN("Sec-Fetch-Dest"));
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (span_equal(dest, kinds[i]))
			return true;
	return false;
}

/*
 * Whether a browser fetches it before the visitor asks for it: Fetch has
 * Sec-Purpose, older browsers have fields of their own.
 */
static bool
is_ahead(const struct head *head)
{
	static const struct span older[] = {
	    SPAN_INIT("Purpose"), SPAN_INIT("X-Purpose"), SPAN_INIT("X-Moz")};
	size_t i, at;

	if (head_find(head, SPAN("Sec-Purpose"), 0) != HEAD_NONE)
		return true;
	for (i = 0; i < sizeof older / sizeof older[0]; i++) {
		struct span name = older[i];

		for (at = head_find(head, name, 0); at != HEAD_NONE;
		     at = head_find(head, name, at + 1)) {
			struct span value = head->fields[at].value;

			if (span_starts_nocase(value, SPAN("prefetch")) ||
			    span_starts_nocase(value, SPAN("prerender")) ||
			    span_starts_nocase(value, SPAN("preview")))
				return true;
		}
	}
	return false;
}

/*
 * The URL of the page that the visitor asks for: of a request that a server in
 * front asks about, the one that it asks about.
 */
static int
parse_page_url(struct visit *v, const struct proxy_setup *setup)
{
	struct span verified = prefix_verified(setup, v->path);
	struct span path = verified.n > 0 ? verified : v->path;
	int rc;

	buf_init(&v->url_text, VISIT_URL_BYTES);
	buf_init(&v->url_scratch, URL_SCRATCH);
	if (!span_starts(v->path, SPAN("/"))) { /* "*": the site itself */
		v->url = setup->site_urls[v->site];
		return CONSENT_OK;
	}
	rc = buf_append(&v->url_text, span_of(setup->sites[v->site]));
	if (rc == CONSENT_OK)
		rc = buf_append(&v->url_text, path);
	if (rc == CONSENT_OK && v->query.n > 0)
		rc = buf_append_byte(&v->url_text, '?');
	if (rc == CONSENT_OK)
		rc = buf_append(&v->url_text, v->query);
	if (rc == CONSENT_OK)
		rc = url_parse(
		    buf_span(&v->url_text), NULL, &v->url_scratch, &v->url);
	return rc;
}

/* Whether some Sec-GPC line has exactly the value that counts. */
static bool
has_gpc(const struct head *head)
{
	size_t i = head_find(head, SPAN("Sec-GPC"), 0);

	for (; i != HEAD_NONE; i = head_find(head, SPAN("Sec-GPC"), i + 1))
		if (gate_is_gpc(head->fields[i].value))
			return true;
	return false;
}

/*
 * Whether the visitor is where v->site says, as far as Host can tell: it may
 * be what a proxy in front made of it, and it does not tell http from https.
 */
static bool
names_one_site(const struct proxy_setup *setup, const struct head *head)
{
	struct span host = request_host(head);
	size_t n = 0, i;

	for (i = 0; i < setup->token.n_sites; i++)
		n += span_equal_nocase(site_host(setup, i),
		    drop_usual_port(host, setup->site_urls[i].scheme));
	return n == 1;
}

/* What a page or a head shows. */
static void
show(const struct visit *v, enum inventory_kind kind, struct span name)
{
	visit_note(v, kind, name);
	if (v->on_note != NULL)
		v->on_note(v->note_ctx, kind, name);
}

/* What a page or a head names and no rule does. */
static void
on_unnamed(void *ctx, const struct url *url)
{
	show(ctx, INVENTORY_HOST, url->host);
}

static void
on_script(void *ctx, struct span text)
{
	char label[INVENTORY_NAME];
	size_t n = inventory_label(text, label);

	show(ctx, INVENTORY_INLINE, (struct span){label, n});
}

void
visit_note(const struct visit *v, enum inventory_kind kind, struct span name)
{
	visit_note_times(v, kind, name, 1);
}

void
visit_note_times(const struct visit *v, enum inventory_kind kind,
    struct span name, size_t times)
{
	inventory_note_times(
	    kind, name, v->gate.sensitive ? SPAN("") : v->url.path, times);
}

/* The language that was chosen goes before all that only hints at one. */
static void
pick_notice(
    struct visit *v, const struct proxy_setup *setup, const struct head *head)
{
	struct notice_wish wish = {.explicit_tag = variant_language(v->variant),
	    .accept = head_value(head, SPAN("Accept-Language"))};

	v->notices = setup->notices;
	v->notice = tongue_chosen(head, v->scheme, setup->notices);
	v->has_tongue = v->notice != NULL;
	if (!v->has_tongue)
		v->notice = notice_pick(setup->notices, &wish);
}

int
visit_admit(struct visit *v, struct home *home, const struct head *head)
{
	const struct proxy_setup *setup = home->setup;
	struct request_target target;
	const struct mode_sets modes = mode_map_read();
	struct gate_options options;
	size_t at;
	int rc;

	if (request_target(head, &target) != CONSENT_OK)
		return CONSENT_EINVAL;
	rc = find_site(setup, head, &v->site);
	if (rc != CONSENT_OK)
		return rc;
	v->names_site = names_one_site(setup, head);
	v->scheme = setup->site_urls[v->site].scheme;
	at = span_find(target.path, '?');
	v->path = span_sub(target.path, 0, at);
	if (v->path.n == 0) /* an absolute form of host and query alone */
		v->path = SPAN("/");
	v->query = at < target.path.n
		       ? span_sub(target.path, at + 1, target.path.n)
		       : SPAN("");
	v->is_head = span_equal(head->method, SPAN("HEAD"));
	v->wants_notice = is_top_page(head);
	v->shows = shown_as(head);
	v->is_service_worker = span_equal(
	    head_value(head, SPAN("Service-Worker")), SPAN("script"));
	v->is_context = v->is_service_worker || is_context(head);
	v->is_ahead = is_ahead(head);
	rc = parse_page_url(v, setup);
	if (rc != CONSENT_OK)
		return rc;
	pick_token(v, home, head);
	options = (struct gate_options){
	    .policy = setup->policy,
	    .record = visit_record(v),
	    .sites = setup->site_urls,
	    .n_sites = setup->token.n_sites,
	    .path = v->url.path, /* as a browser means it, no dots left */
	    .gpc = has_gpc(head),
	    .dnt = span_equal(head_value(head, SPAN("DNT")), SPAN("1")),
	    .on_unnamed = on_unnamed,
	    .on_script = on_script,
	    .ctx = v,
	};
	options.reporting = modes.reporting;
	options.enforcing = modes.enforcing;
	gate_open(&v->gate, &options);
	v->variant = variant_named(head, setup);
	pick_notice(v, setup, head);
	v->guard = setup->guard;
	v->mode = setup->mode;
	v->script = v->wants_notice ? setup->script : NULL;
	v->preludes = home->preludes;
	return CONSENT_OK;
}

struct span
visit_site_host(const struct visit *v, const struct proxy_setup *setup)
{
	return site_host(setup, v->site);
}

void
visit_fini(struct visit *v)
{
	buf_fini(&v->url_text);
	buf_fini(&v->url_scratch);
}

const struct record *
visit_record(const struct visit *v)
{
	return v->pick.n_valid > 0 ? &v->pick.record : NULL;
}
