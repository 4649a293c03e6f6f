#include <libconsent/host.h>

#include "consent/host_state.h"

#include <libconsent/cookie.h>
#include <libconsent/findings.h>
#include <libconsent/guard.h>
#include <libconsent/loader.h>
#include <libconsent/notice.h>
#include <libconsent/seal_public.h>
#include <libconsent/settings.h>
#include <libconsent/stubs.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the start -------------------------------------------------------- */

static int
load_policy(struct host *h, const char *path, struct findings *findings)
{
	const struct loader_options options = {.vendors = NULL};
	const struct setting *root, *group;
	struct settings *settings = NULL;
	int rc = settings_load(path, findings, &settings);

	if (rc != CONSENT_OK)
		return rc;
	root = settings_root(settings);
	group = setting_member(root, "policy");
	rc = policy_load(
	    group == NULL ? root : group, &options, findings, &h->policy);
	settings_free(settings);
	return rc;
}

static int
refuse_site(const char *site, struct findings *findings)
{
	findings_error(findings, (struct place){.file = NULL},
	    FINDING_BAD_VALUE,
	    "%s is no origin: write https://host, no slash behind", site);
	return CONSENT_EINVAL;
}

/* An origin as browsers write it: tokens have no other. */
static int
load_site(struct host *h, const char *site, struct findings *findings)
{
	struct buf origin;
	int rc;

	h->origin = strdup(site);
	h->site = h->origin;
	if (h->origin == NULL)
		return CONSENT_ENOMEM;
	h->token = (struct token_options){
	    .sites = &h->site, .n_sites = 1, .lifetime_days = TOKEN_DAYS_MAX};
	buf_init(&origin, HOST_TARGET);
	rc = url_parse(span_of(h->origin), NULL, &h->url_text, &h->url);
	if (rc == CONSENT_OK)
		rc = url_write_origin(&h->url, &origin);
	if (rc == CONSENT_OK && !span_equal(buf_span(&origin), span_of(site)))
		rc = CONSENT_EINVAL;
	if (rc != CONSENT_OK && rc != CONSENT_ENOMEM)
		rc = refuse_site(site, findings);
	buf_fini(&origin);
	return rc;
}

/* Keys of the one algorithm or else of the other. */
static int
load_keys(struct host *h, const char *folder, struct findings *findings)
{
	struct seal_error error;
	int rc = seal_ring_open(
	    folder, SEAL_HS256, SEAL_KEYS_REQUIRED, &h->ring, &error);

	if (rc == CONSENT_ENOENT)
		rc = seal_ring_open(
		    folder, SEAL_ES256, SEAL_KEYS_REQUIRED, &h->ring, &error);
	if (rc != CONSENT_OK && rc != CONSENT_ENOMEM) {
		findings_error(findings, (struct place){.file = folder},
		    FINDING_UNREADABLE, "%s", error.text);
		return CONSENT_EINVAL;
	}
	if (rc == CONSENT_OK)
		rc = seal_ring_drop_private(h->ring);
	return rc == CONSENT_OK
		   ? token_checker_new(h->ring, &h->token, &h->checker)
		   : rc;
}

static void
own_url_init(struct own_url *own)
{
	buf_init(&own->path, HOST_TARGET);
	buf_init(&own->scratch, URL_SCRATCH);
}

static void
own_url_fini(struct own_url *own)
{
	buf_fini(&own->path);
	buf_fini(&own->scratch);
}

static int
own_url_find(struct own_url *own, const struct host *h, const char *prefix,
    const char *name)
{
	int rc = buf_printf(&own->path, "%s/%s", prefix, name);

	return rc == CONSENT_OK ? url_parse(buf_span(&own->path), &h->url,
				      &own->scratch, &own->url)
				: rc;
}

/* All that visitors are given of ours. */
static int
make_words(struct host *h, const char *prefix, struct findings *findings)
{
	struct notice_options notices = {.site = h->origin, .prefix = prefix};
	struct csp_options csp = {
	    .policy = h->policy, .sites = &h->url, .n_sites = 1};
	char hash[CSP_HASH];
	int rc = notice_set_new(h->policy, &notices, findings, &h->notices);

	if (rc == CONSENT_OK)
		rc = guard_new(h->policy, &h->guard);
	if (rc == CONSENT_OK)
		rc = csp_new(&csp, &h->csp);
	if (rc == CONSENT_OK)
		rc = stubs_hash(hash);
	if (rc != CONSENT_OK)
		return rc;
	(void)snprintf(h->guard_source, sizeof h->guard_source, "'%s'",
	    guard_hash(h->guard));
	(void)snprintf(h->stubs_source, sizeof h->stubs_source, "'%s'", hash);
	return CONSENT_OK;
}

int
host_new(const struct host_options *options, struct findings *findings,
    struct host **out)
{
	const char *prefix =
	    options->prefix == NULL ? "/.consent" : options->prefix;
	struct host *h = calloc(1, sizeof *h);
	int rc;

	if (h == NULL)
		return CONSENT_ENOMEM;
	buf_init(&h->url_text, URL_SCRATCH);
	own_url_init(&h->sheet);
	own_url_init(&h->forms);
	rc = load_site(h, options->site, findings);
	if (rc == CONSENT_OK)
		rc = load_policy(h, options->policy, findings);
	if (rc == CONSENT_OK)
		rc = load_keys(h, options->keys, findings);
	if (rc == CONSENT_OK)
		rc = own_url_find(&h->sheet, h, prefix, "notice.css");
	if (rc == CONSENT_OK)
		rc = own_url_find(&h->forms, h, prefix, "");
	if (rc == CONSENT_OK)
		rc = make_words(h, prefix, findings);
	if (rc == CONSENT_OK)
		*out = h;
	else
		host_free(h);
	return rc;
}

void
host_free(struct host *h)
{
	if (h == NULL)
		return;
	csp_free(h->csp);
	guard_free(h->guard);
	notice_set_free(h->notices);
	token_checker_free(h->checker);
	seal_ring_free(h->ring);
	policy_free(h->policy);
	buf_fini(&h->url_text);
	own_url_fini(&h->sheet);
	own_url_fini(&h->forms);
	free(h->origin);
	free(h);
}

/* ---- a request -------------------------------------------------------- */

/* The consent cookies among those of a request. */
static size_t
find_tokens(const struct host *h, const struct host_request *request,
    struct span values[TOKEN_CANDIDATES + 1])
{
	struct span name = token_cookie_name(&h->token);
	struct cookie_walk walk;
	struct cookie_pair pair;
	size_t i, n = 0;

	for (i = 0; i < request->n_cookies; i++) {
		cookie_walk_init(&walk, request->cookies[i]);
		while (n <= TOKEN_CANDIDATES && cookie_next(&walk, &pair))
			if (span_equal(pair.name, name))
				values[n++] = pair.value;
	}
	return n;
}

static void
open_gate(struct host_visit *v, const struct host_request *request)
{
	struct host *h = v->host;
	struct span values[TOKEN_CANDIDATES + 1];
	struct token_candidates candidates = {.values = values,
	    .n = find_tokens(h, request, values),
	    .site = h->origin};
	struct token_pick pick = {.n_valid = 0};
	struct gate_options options = {.policy = h->policy,
	    .sites = &h->url,
	    .n_sites = 1,
	    .path = v->url.path,
	    .gpc = request->gpc,
	    .dnt = request->dnt};

	if (candidates.n > 0)
		token_checker_pick(h->checker, &candidates, &pick);
	options.record = pick.n_valid > 0 ? &pick.record : NULL;
	gate_open(&v->gate, &options);
}

/* Behind the origin, so that "//host" is a path as it is for the site. */
static int
parse_target(struct host_visit *v, struct span target)
{
	int rc;

	if (!span_starts(target, SPAN("/")))
		return CONSENT_EINVAL;
	rc = buf_append(&v->target, span_of(v->host->origin));
	if (rc == CONSENT_OK)
		rc = buf_append(&v->target, target);
	return rc == CONSENT_OK ? url_parse(buf_span(&v->target), NULL,
				      &v->url_text, &v->url)
				: rc;
}

/* A browser that does not say is taken for one that opens a window. */
static bool
is_document(struct span dest)
{
	return dest.n == 0 || span_equal(dest, SPAN("document"));
}

/* Whether a destination (Fetch, 2.2.5) never shows what it gets as a page. */
static bool
is_part(struct span dest)
{
	static const struct span parts[] = {SPAN_INIT("script"),
	    SPAN_INIT("style"), SPAN_INIT("image"), SPAN_INIT("font"),
	    SPAN_INIT("audio"), SPAN_INIT("video"), SPAN_INIT("track"),
	    SPAN_INIT("manifest")};
	size_t i;

	for (i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (span_equal(dest, parts[i]))
			return true;
	return false;
}

int
host_admit(struct host *host, const struct host_request *request,
    struct host_visit **out)
{
	struct notice_wish wish = {.accept = request->accept_language};
	struct host_visit *v = calloc(1, sizeof *v);
	int rc;

	if (v == NULL)
		return CONSENT_ENOMEM;
	v->host = host;
	v->alone = !request->inside && is_document(request->dest);
	v->may_be_page = !is_part(request->dest);
	buf_init(&v->target, HOST_TARGET + RECORD_SITE);
	buf_init(&v->url_text, URL_SCRATCH);
	buf_init(&v->head, GUARD_MAX);
	buf_init(&v->made, HOST_MADE);
	rc = parse_target(v, request->target);
	if (rc != CONSENT_OK) {
		host_leave(v);
		return rc;
	}
	open_gate(v, request);
	v->notice = notice_pick(host->notices, &wish);
	*out = v;
	return CONSENT_OK;
}

void
host_leave(struct host_visit *v)
{
	if (v == NULL)
		return;
	page_free(v->page);
	while (v->values != NULL) {
		struct host_value *next = v->values->next;

		free(v->values);
		v->values = next;
	}
	buf_fini(&v->target);
	buf_fini(&v->url_text);
	buf_fini(&v->head);
	buf_fini(&v->made);
	free(v);
}

const struct gate *
host_gate(const struct host_visit *visit)
{
	return &visit->gate;
}

/* ---- pages ------------------------------------------------------------ */

static void
fill_words(const struct host_visit *v, const struct notice *notice,
    struct page_words *out)
{
	struct notice_insert insert = notice_insert(notice, 0);

	*out = (struct page_words){.box = insert.box,
	    .box_abroad = insert.box,
	    .table = notice_facts(notice)->table};
	if (v->alone)
		out->body = out->body_abroad =
		    gate_asks(&v->gate) ? insert.banner : insert.control;
}

static bool
words_in(void *ctx, struct span language, struct page_words *out)
{
	const struct host_visit *v = ctx;
	const struct notice *notice = notice_in(v->host->notices, language);

	if (notice != NULL)
		fill_words(v, notice, out);
	return notice != NULL;
}

int
host_page(struct host_visit *visit, enum page_kind kind)
{
	struct page_options options = {.kind = kind,
	    .gate = &visit->gate,
	    .url = &visit->url,
	    .is_utf8 = true,
	    .words_in = words_in,
	    .words_ctx = visit};
	int rc;

	page_free(visit->page);
	visit->page = NULL;
	visit->has_begun = visit->is_wide = false;
	buf_clear(&visit->head);
	rc = guard_write(visit->host->guard, &visit->gate,
	    kind == PAGE_XML ? GUARD_XML : GUARD_HTML, &visit->head);
	if (rc != CONSENT_OK)
		return rc;
	options.head = buf_span(&visit->head);
	fill_words(visit, visit->notice, &options.words);
	return page_new(&options, sink_into(&visit->made), &visit->page);
}

/*
 * A mark of UTF-16 counts more to browsers than what the head says (Encoding,
 * 6, "decode"), and no text in UTF-8 has its first byte.
 */
static bool
begins_wide(struct span bytes)
{
	return ((unsigned char)bytes.p[0] & 0xfe) == 0xfe;
}

int
host_write(struct host_visit *visit, struct span bytes, enum sink_mark mark,
    struct span *made)
{
	int rc;

	if (!visit->has_begun && bytes.n > 0) {
		visit->has_begun = true;
		visit->is_wide = begins_wide(bytes);
	}
	if (visit->is_wide)
		return CONSENT_ECODING;
	buf_clear(&visit->made);
	rc = page_write(visit->page, bytes, mark);
	if (rc == CONSENT_OK)
		*made = buf_span(&visit->made);
	return rc;
}
