#include "proxy/caching.h"

#include "http/head.h"
#include "http/head_edit.h"
#include "proxy/etag.h"
#include "proxy/variant.h"
#include "proxy/visit.h"

#include <stddef.h>

/* ---- requests --------------------------------------------------------- */

/* Whether the browser means to show the answer. */
static bool
wants_page(const struct head *h)
{
	static const struct span shown[] = {SPAN_INIT("document"),
	    SPAN_INIT("iframe"), SPAN_INIT("frame"), SPAN_INIT("object"),
	    SPAN_INIT("embed")};
	struct span dest = head_value(h, SPAN("Sec-Fetch-Dest"));
	struct span accept = head_value(h, SPAN("Accept"));
	size_t i;

	for (i = 0; i < sizeof shown / sizeof shown[0]; i++)
		if (span_equal(dest, shown[i]))
			return true;
	return span_search(accept, SPAN("text/html")) < accept.n;
}

/* Whether a path ends like those of files that are never pages. */
static bool
is_named_like_a_file(struct span path)
{
	static const struct span ends[] = {SPAN_INIT(".css"), SPAN_INIT(".js"),
	    SPAN_INIT(".mjs"), SPAN_INIT(".json"), SPAN_INIT(".map"),
	    SPAN_INIT(".txt"), SPAN_INIT(".wasm"), SPAN_INIT(".png"),
	    SPAN_INIT(".jpg"), SPAN_INIT(".jpeg"), SPAN_INIT(".gif"),
	    SPAN_INIT(".webp"), SPAN_INIT(".avif"), SPAN_INIT(".ico"),
	    SPAN_INIT(".woff"), SPAN_INIT(".woff2"), SPAN_INIT(".ttf"),
	    SPAN_INIT(".mp3"), SPAN_INIT(".mp4"), SPAN_INIT(".webm"),
	    SPAN_INIT(".pdf"), SPAN_INIT(".zip"), SPAN_INIT(".gz")};
	size_t i;

	for (i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (span_ends(path, ends[i]))
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
 * A copy of a page that the client kept may be of another choice, and a 304
 * does not say that it is about a page: only tags that we gave for just this
 * variant are asked about. A part of one cannot be screened.
 */
int
caching_request(
    struct head *h, struct visit *v, const struct proxy_setup *setup)
{
	char variant[ETAG_VARIANT];
	struct etag_held held = {false, false};
	int rc;

	v->holds_page = false;
	v->holds_other = false;
	if (!span_equal(h->method, SPAN("GET")) && !v->is_head)
		return etag_change(h);
	if (wants_page(h)) {
		head_drop_all(h, SPAN("Range"));
		head_drop_all(h, SPAN("If-Range"));
	}
	if (!may_be_page(h, v->path))
		return CONSENT_OK;
	etag_variant(v, setup, variant);
	rc = etag_ask(h, variant, &held);
	v->holds_page = held.same;
	v->holds_other = held.other && !held.same;
	return rc;
}

/* ---- responses -------------------------------------------------------- */

/*
 * Drops what tells caches on the way something else than Cache-Control does:
 * targeted fields (RFC 9213) and their forerunners.
 */
static void
drop_targeted_caching(struct head *h)
{
	static const struct span older[] = {SPAN_INIT("Edge-Control"),
	    SPAN_INIT("Surrogate-Control"), SPAN_INIT("X-Accel-Expires")};
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
		head_drop_all(h, older[i]);
}

/*
 * Nobody may store the response for others, and it is always asked for again
 * . What forbids more stays.
 */
int
caching_private(struct head *h)
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

int
caching_page(
    struct head *h, const struct visit *v, const struct proxy_setup *setup)
{
	uint64_t seconds = variant_lifetime(h);
	bool fits = false;
	int rc = variant_fits(v, setup, &fits);

	if (rc != CONSENT_OK)
		return rc;
	if (!fits || seconds == 0)
		return caching_private(h);
	head_drop_all(h, SPAN("Expires"));
	head_drop_all(h, SPAN("Pragma"));
	drop_targeted_caching(h);
	return variant_share(h, setup, seconds);
}

bool
caching_is_page(const struct head *h, const struct visit *v, bool page)
{
	return page || (h->status == 304 && v->holds_page);
}

/* What the origin said of the body's bytes no longer holds. */
int
caching_rewritten(
    struct head *h, const struct visit *v, const struct proxy_setup *setup)
{
	static const struct span stale[] = {SPAN_INIT("Accept-Ranges"),
	    SPAN_INIT("Content-MD5"), SPAN_INIT("Digest"),
	    SPAN_INIT("Repr-Digest"), SPAN_INIT("Content-Digest"),
	    SPAN_INIT("Want-Repr-Digest")};
	char variant[ETAG_VARIANT];
	size_t i;

	for (i = 0; i < sizeof stale / sizeof stale[0]; i++)
		head_drop_all(h, stale[i]);
	etag_variant(v, setup, variant);
	return etag_tell(h, variant);
}
