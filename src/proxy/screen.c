#include "proxy/screen.h"

#include "http/head.h"
#include "http/head_edit.h"
#include "net/lane.h"
#include "proxy/hints.h"
#include "proxy/metrics.h"
#include "proxy/setup.h"
#include "proxy/visit.h"
#include "web/mime.h"

#include <libconsent/cookie.h>

enum {
	SCREEN_SCRATCH = 65536 /* longest Cookie line that is rewritten */
};

/* ---- requests --------------------------------------------------------- */

struct cookie_screen {
	const struct gate *gate;
	struct span token; /* our own cookie's name */
	bool forward_token;
};

static bool
keeps_cookie(void *ctx, const struct cookie_pair *pair)
{
	const struct cookie_screen *screen = ctx;

	if (span_equal(pair->name, screen->token))
		return screen->forward_token;
	if (gate_cookie(screen->gate, pair->name).answer != GATE_WITHHOLD)
		return true;
	metrics_add(METRIC_COOKIES + NAMES_TO_ORIGIN, 1);
	return false;
}

/* Leaves in each Cookie line what may pass, byte for byte, in order. */
static int
screen_cookies(
    struct head *h, const struct visit *v, const struct proxy_setup *setup)
{
	struct cookie_screen screen = {
	    &v->gate, token_cookie_name(&setup->token), setup->forward_token};
	struct cookie_choice choice = {keeps_cookie, &screen};
	struct buf scratch;
	size_t i = head_find(h, SPAN("Cookie"), 0);
	int rc = CONSENT_OK;

	buf_init(&scratch, SCREEN_SCRATCH);
	for (; i != HEAD_NONE && rc == CONSENT_OK;
	     i = head_find(h, SPAN("Cookie"), i + 1)) {
		struct span field = h->fields[i].value, kept;

		rc = cookie_filter(field, &choice, &scratch, &kept);
		if (rc != CONSENT_OK)
			break;
		if (kept.n == 0)
			head_drop(h, i);
		else if (kept.p != field.p || kept.n != field.n)
			rc = head_replace(h, i, kept);
	}
	buf_fini(&scratch);
	return rc;
}

/* Only we may say what was consented to. */
static void
drop_consent(struct head *h)
{
	size_t i;

	for (i = 0; i < h->count; i++) {
		struct span name = h->fields[i].name;

		if (h->fields[i].live &&
		    (span_equal_nocase(name, SPAN("Consent")) ||
			span_starts_nocase(name, SPAN("Consent-")) ||
			span_starts_nocase(name, SPAN("X-Consent"))))
			head_drop(h, i);
	}
}

static int
write_consent(struct head *h, const struct visit *v)
{
	struct buf granted;
	int rc;

	drop_consent(h);
	buf_init(&granted, 1024);
	rc = gate_write_granted(&v->gate, &granted);
	if (rc == CONSENT_OK)
		rc = head_add(h, SPAN("Consent"), buf_span(&granted));
	buf_fini(&granted);
	return rc;
}

void
screen_trailers(struct head *trailers)
{
	drop_consent(trailers);
}

/* Whether the browser means to show the answer. */
static bool
wants_page(const struct head *h)
{
	static const char *const shown[] = {
	    "document", "iframe", "frame", "object", "embed"};
	struct span dest = head_value(h, SPAN("Sec-Fetch-Dest"));
	struct span accept = head_value(h, SPAN("Accept"));
	size_t i;

	for (i = 0; i < sizeof shown / sizeof shown[0]; i++)
		if (span_equal(dest, span_of(shown[i])))
			return true;
	return span_search(accept, SPAN("text/html")) < accept.n;
}

/* Whether a path ends like those of files that are never pages. */
static bool
is_named_like_a_file(struct span path)
{
	static const char *const ends[] = {".css", ".js", ".mjs", ".json",
	    ".map", ".txt", ".wasm", ".png", ".jpg", ".jpeg", ".gif", ".webp",
	    ".avif", ".ico", ".woff", ".woff2", ".ttf", ".mp3", ".mp4", ".webm",
	    ".pdf", ".zip", ".gz"};
	size_t i;

	for (i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (span_ends(path, span_of(ends[i])))
			return true;
	return false;
}

/*
 * Whether a page may be the answer, for all that the request says: the client
 * names no use for it and takes anything, and so does the path.
 */
static bool
may_be_page(const struct head *h, struct span path)
{
	struct span accept = head_value(h, SPAN("Accept"));

	if (wants_page(h))
		return true;
	return head_value(h, SPAN("Sec-Fetch-Dest")).p == NULL &&
	       (accept.n == 0 || span_search(accept, SPAN("*/*")) < accept.n) &&
	       !is_named_like_a_file(path);
}

/*
 * A copy of a page that the client kept may be from before we were here, or
 * of another choice, and a 304 does not say that it is about a page: then the
 * page itself is asked for. A part of one cannot be screened.
 */
static void
drop_conditions(struct head *h, struct span path)
{
	if (wants_page(h)) {
		head_drop_all(h, SPAN("Range"));
		head_drop_all(h, SPAN("If-Range"));
	}
	if (may_be_page(h, path)) {
		head_drop_all(h, SPAN("If-None-Match"));
		head_drop_all(h, SPAN("If-Modified-Since"));
	}
}

int
screen_request(
    struct head *h, const struct visit *v, const struct proxy_setup *setup)
{
	int rc = screen_cookies(h, v, setup);

	if (rc == CONSENT_OK)
		rc = write_consent(h, v);
	if (rc == CONSENT_OK)
		rc = coding_narrow_accept(h);
	drop_conditions(h, v->path);
	return rc;
}

/* ---- the plan --------------------------------------------------------- */

static void
plan_length(struct screen_plan *plan, struct lane *origin)
{
	const struct head *h = lane_head(origin);
	struct span length = head_value(h, SPAN("Content-Length"));

	plan->kind = lane_body_kind(origin);
	plan->length = lane_body_length(origin);
	if (plan->kind == BODY_UNTIL_CLOSE)
		plan->kind = BODY_CHUNKED;
	if (plan->kind != BODY_NONE)
		return;
	/* an answer to HEAD, or a 304: its length is told, not sent */
	if (span_to_u64(length, 10, UINT64_MAX, &plan->length) == CONSENT_OK)
		plan->kind = BODY_LENGTH;
	else
		plan->kind = h->status == 204 || h->status == 304
				 ? BODY_NONE
				 : BODY_CHUNKED;
}

/*
 * Leaves one Content-Type of several: the last that is one, as browsers read
 * them (Fetch, "extract a MIME type"). Then nobody can read another.
 */
static void
settle_type(struct head *h)
{
	struct span name = SPAN("Content-Type");
	size_t first = head_find(h, name, 0), kept = first, i;
	struct mime mime;

	for (i = first; i != HEAD_NONE; i = head_find(h, name, i + 1))
		if (mime_parse(h->fields[i].value, &mime) == CONSENT_OK)
			kept = i;
	for (i = first; i != HEAD_NONE; i = head_find(h, name, i + 1))
		if (i != kept)
			head_drop(h, i);
}

/* Whether a browser takes the body for a page, or may after a look at it. */
static bool
plan_type(struct screen_plan *plan, const struct head *h)
{
	struct span type = head_value(h, SPAN("Content-Type"));
	struct span sniff = head_value(h, SPAN("X-Content-Type-Options"));
	struct mime mime;

	if (mime_is_unknown(type)) {
		plan->sniff = true;
		return !span_equal_nocase(sniff, SPAN("nosniff"));
	}
	if (mime_parse(type, &mime) != CONSENT_OK || !mime_is_html(&mime))
		return false;
	plan->charset = mime.charset;
	return true;
}

int
screen_plan(
    struct screen_plan *plan, const struct visit *v, struct lane *origin)
{
	struct head *h = lane_head(origin);
	enum body_kind kind = lane_body_kind(origin);

	settle_type(h);
	*plan = (struct screen_plan){.charset = SPAN("")};
	plan_length(plan, origin);
	plan->page = h->status != 304 && plan_type(plan, h);
	if (!plan->page)
		return CONSENT_OK;
	if (h->status == 206)
		return CONSENT_EBUSY;
	plan->coding = coding_of(h);
	plan->rewrite = kind != BODY_NONE &&
			(v->wants_notice || !gate_grants_all(&v->gate));
	if (plan->rewrite && plan->coding == CODING_UNKNOWN)
		return CONSENT_ECODING;
	if (plan->rewrite || v->is_head)
		plan->kind = BODY_CHUNKED;
	return CONSENT_OK;
}

/* ---- responses -------------------------------------------------------- */

/*
 * Drops what the visitor did not agree to have set. *varies becomes true
 * where another visitor would get other lines.
 */
static void
screen_set_cookies(
    struct head *h, const struct visit *v, struct span token, bool *varies)
{
	size_t i = head_find(h, SPAN("Set-Cookie"), 0);

	for (; i != HEAD_NONE; i = head_find(h, SPAN("Set-Cookie"), i + 1)) {
		struct set_cookie cookie = {.name = {NULL, 0}};
		struct gate_verdict verdict;
		struct span name = SPAN("");

		/* what browsers refuse counts as a name that nobody knows */
		if (set_cookie_parse(h->fields[i].value, &cookie) == CONSENT_OK)
			name = cookie.name.n > 0 ? cookie.name : cookie.as_sent;
		verdict = gate_cookie(&v->gate, name);
		if (gate_varies(&v->gate, verdict))
			*varies = true;
		if (verdict.answer == GATE_WITHHOLD)
			metrics_add(METRIC_COOKIES + NAMES_TO_CLIENT, 1);
		if (span_equal(name, token) || verdict.answer == GATE_WITHHOLD)
			head_drop(h, i);
	}
}

/*
 * Drops what tells caches on the way something else than Cache-Control does:
 * targeted fields (RFC 9213) and their forerunners.
 */
static void
drop_targeted_caching(struct head *h)
{
	static const char *const older[] = {
	    "Edge-Control", "Surrogate-Control", "X-Accel-Expires"};
	struct span target = SPAN("-Cache-Control");
	size_t i;

	for (i = 0; i < h->count; i++) {
		struct span name = h->fields[i].name;

		if (h->fields[i].live && name.n > target.n &&
		    span_equal_nocase(
			span_sub(name, name.n - target.n, target.n), target))
			head_drop(h, i);
	}
	for (i = 0; i < sizeof older / sizeof older[0]; i++)
		head_drop_all(h, span_of(older[i]));
}

/*
 * Nobody may store the response for others, and it is always asked for again
 * . What forbids more stays.
 */
static int
screen_caching(struct head *h)
{
	bool no_store = head_lists(h, SPAN("Cache-Control"), SPAN("no-store"));
	bool no_transform =
	    head_lists(h, SPAN("Cache-Control"), SPAN("no-transform"));
	static const struct span values[2][2] = {
	    {{"private, no-cache", 17},
		{"private, no-cache, no-transform", 31}},
	    {{"private, no-store", 17},
		{"private, no-store, no-transform", 31}}};

	head_drop_all(h, SPAN("Expires"));
	head_drop_all(h, SPAN("Age"));
	head_drop_all(h, SPAN("Pragma"));
	drop_targeted_caching(h);
	return head_set(
	    h, SPAN("Cache-Control"), values[no_store][no_transform]);
}

/* What the origin said of the body's bytes no longer holds. */
static void
drop_validators(struct head *h)
{
	static const char *const stale[] = {"ETag", "Last-Modified",
	    "Accept-Ranges", "Content-MD5", "Digest", "Repr-Digest",
	    "Content-Digest", "Want-Repr-Digest"};
	size_t i;

	for (i = 0; i < sizeof stale / sizeof stale[0]; i++)
		head_drop_all(h, span_of(stale[i]));
}

int
screen_interim(
    struct head *h, const struct visit *v, const struct proxy_setup *setup)
{
	bool varies = false; /* nobody stores an interim response */

	screen_set_cookies(h, v, token_cookie_name(&setup->token), &varies);
	return hints_screen(h, v, &varies);
}

int
screen_response(struct head *h, const struct visit *v,
    const struct screen_plan *plan, const struct proxy_setup *setup)
{
	bool varies = plan->page;
	int rc;

	screen_set_cookies(h, v, token_cookie_name(&setup->token), &varies);
	rc = hints_screen(h, v, &varies);
	if (plan->page)
		drop_validators(h);
	if (rc == CONSENT_OK && varies)
		rc = screen_caching(h);
	return rc;
}
