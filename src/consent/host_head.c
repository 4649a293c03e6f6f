#include <libconsent/host.h>

#include "consent/host_state.h"
#include "html/charset.h"
#include "web/mime.h"

#include <libconsent/cookie.h>
#include <libconsent/stubs.h>

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool
is_one_of(struct span name, const struct span *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (span_equal_nocase(name, names[i]))
			return true;
	return false;
}

/* ---- what a request says ---------------------------------------------- */

void
host_read_field(struct host_request *r, const struct host_field *field)
{
	struct span name = field->name, value = field->value;

	if (span_equal_nocase(name, SPAN("Cookie"))) {
		if (r->n_cookies < HOST_COOKIE_FIELDS)
			r->cookies[r->n_cookies++] = value;
	} else if (span_equal_nocase(name, SPAN("Accept-Language")))
		r->accept_language = value;
	else if (span_equal_nocase(name, SPAN("Sec-Fetch-Dest")))
		r->dest = value;
	else if (span_equal_nocase(name, SPAN("Sec-GPC")))
		r->gpc |= gate_is_gpc(value);
	else if (span_equal_nocase(name, SPAN("DNT")))
		r->dnt |= span_equal(value, SPAN("1"));
}

/* ---- what an answer is ------------------------------------------------ */

static bool
may_be_utf8(struct span charset)
{
	return charset.n == 0 || charset_is_utf8(charset);
}

int
host_find_page(
    const struct host_answer *answer, enum page_kind *kind, const char **why)
{
	struct mime mime;
	enum mime_form form = mime_form(answer->type, &mime);
	bool has_body = !answer->is_empty && answer->status >= 200 &&
			answer->status != 204 && answer->status != 304;

	if (form == MIME_OTHER || !has_body)
		return CONSENT_ENOENT;
	if (form != MIME_HTML && form != MIME_XML)
		*why = "its type is none that is read with certainty";
	else if (!may_be_utf8(mime.charset) || !may_be_utf8(answer->charset))
		*why = "its charset is not UTF-8";
	else if (answer->coding.n > 0)
		*why = "it has a Content-Encoding";
	else if (answer->status == 206)
		*why = "it is but a part";
	else {
		*kind = form == MIME_HTML ? PAGE_HTML : PAGE_XML;
		return CONSENT_OK;
	}
	return CONSENT_ECODING;
}

/* ---- values ----------------------------------------------------------- */

/* A copy that lives as long as the visit, with a NUL behind it. */
static int
keep(struct host_visit *v, struct span text, struct span *out)
{
	struct host_value *kept = malloc(sizeof *kept + text.n + 1);

	if (kept == NULL)
		return CONSENT_ENOMEM;
	kept->next = v->values;
	v->values = kept;
	if (text.n > 0)
		memcpy(kept->text, text.p, text.n);
	kept->text[text.n] = '\0';
	*out = (struct span){kept->text, text.n};
	return CONSENT_OK;
}

struct cookie_screen {
	const struct gate *gate;
	struct span token; /* the name of the consent cookie */
};

static bool
keeps_cookie(void *ctx, const struct cookie_pair *pair)
{
	const struct cookie_screen *s = ctx;

	return span_equal(pair->name, s->token) ||
	       gate_cookie(s->gate, pair->name).answer != GATE_WITHHOLD;
}

static int
screen_cookies(struct host_visit *v, struct span *value)
{
	struct cookie_screen screen = {
	    &v->gate, token_cookie_name(&v->host->token)};
	struct cookie_choice choice = {keeps_cookie, &screen};
	struct span kept = {NULL, 0};
	struct buf scratch;
	int rc;

	buf_init(&scratch, HOST_COOKIES);
	rc = cookie_filter(*value, &choice, &scratch, &kept);
	if (rc == CONSENT_OK && kept.n == 0)
		rc = CONSENT_ENOENT;
	else if (rc == CONSENT_OK && kept.p != value->p)
		rc = keep(v, span_trim(kept), value);
	buf_fini(&scratch);
	return rc;
}

static int
screen_set_cookie(const struct host_visit *v, struct span field)
{
	struct set_cookie cookie = {.name = {NULL, 0}};
	struct span name = SPAN(""); /* what browsers refuse: nobody's name */

	if (set_cookie_parse(field, &cookie) == CONSENT_OK)
		name = cookie.name.n > 0 ? cookie.name : cookie.as_sent;
	return gate_cookie(&v->gate, name).answer == GATE_WITHHOLD
		   ? CONSENT_ENOENT
		   : CONSENT_OK;
}

/* A policy of the site's lets in what host_page puts in. */
static int
widen_csp(struct host_visit *v, struct span *value)
{
	const struct host *h = v->host;
	struct csp_edit edit = {.sheet = NULL};
	struct buf out;
	bool changed = false;
	int rc;

	if (v->alone) {
		edit.sheet = &h->sheet.url;
		edit.form = &h->forms.url;
	}
	if (v->gate.facts->guard && !gate_grants_all(&v->gate))
		edit.scripts[CSP_SCRIPT_GUARD] = span_of(h->guard_source);
	if (stubs_may_stand(&v->gate))
		edit.scripts[CSP_SCRIPT_STUBS] = span_of(h->stubs_source);
	buf_init(&out, 2 * CSP_SITE_BYTES);
	rc = csp_edit(*value, &edit, &out, &changed);
	if (rc == CONSENT_OK && changed)
		rc = keep(v, buf_span(&out), value);
	buf_fini(&out);
	return rc;
}

/* Of what is said to caches only the strictest stays; the rest is ours. */
static int
narrow_caching(struct span *value)
{
	struct span rest = *value;

	while (rest.p != NULL)
		if (span_equal_nocase(
			span_trim(span_cut(&rest, ',')), SPAN("no-store"))) {
			*value = SPAN("no-store");
			return CONSENT_OK;
		}
	return CONSENT_ENOENT;
}

/* The page is UTF-8 to browsers as it was to us, whatever it says inside. */
static int
tell_charset(struct host_visit *v, struct span *value)
{
	struct mime mime;
	struct buf out;
	int rc;

	(void)mime_form(*value, &mime);
	if (mime.charset.n > 0)
		return CONSENT_OK;
	buf_init(&out, HOST_TARGET);
	rc = buf_append(&out, *value);
	if (rc == CONSENT_OK)
		rc = buf_append(&out, SPAN("; charset=utf-8"));
	if (rc == CONSENT_OK)
		rc = keep(v, buf_span(&out), value);
	buf_fini(&out);
	return rc;
}

/* ---- fields ----------------------------------------------------------- */

static int
edit_request(struct host_visit *v, struct host_field *field)
{
	static const struct span conditions[] = {SPAN_INIT("If-None-Match"),
	    SPAN_INIT("If-Modified-Since"), SPAN_INIT("If-Match"),
	    SPAN_INIT("If-Unmodified-Since"), SPAN_INIT("If-Range"),
	    SPAN_INIT("Range")};

	if (span_equal_nocase(field->name, SPAN("Cookie")))
		return screen_cookies(v, &field->value);
	/* only we may say what was consented to */
	if (span_equal_nocase(field->name, SPAN("Consent")) ||
	    span_starts_nocase(field->name, SPAN("Consent-")) ||
	    span_starts_nocase(field->name, SPAN("X-Consent")))
		return CONSENT_ENOENT;
	return v->may_be_page &&
		       is_one_of(field->name, conditions, COUNT(conditions))
		   ? CONSENT_ENOENT
		   : CONSENT_OK;
}

/* What is of the page as it was, or lets caches give this one to others. */
static bool
is_stale(struct span name)
{
	static const struct span names[] = {SPAN_INIT("Content-Length"),
	    SPAN_INIT("ETag"), SPAN_INIT("Last-Modified"),
	    SPAN_INIT("Accept-Ranges"), SPAN_INIT("Content-MD5"),
	    SPAN_INIT("Digest"), SPAN_INIT("Content-Digest"),
	    SPAN_INIT("Repr-Digest"), SPAN_INIT("Expires"), SPAN_INIT("Age"),
	    SPAN_INIT("Pragma"), SPAN_INIT("Surrogate-Control"),
	    SPAN_INIT("Edge-Control")};
	struct span targeted = SPAN("-Cache-Control"); /* RFC 9213 */

	return is_one_of(name, names, COUNT(names)) ||
	       (name.n > targeted.n &&
		   span_equal_nocase(
		       span_sub(name, name.n - targeted.n, targeted.n),
		       targeted));
}

static int
edit_page(struct host_visit *v, struct host_field *field)
{
	static const struct span policies[] = {
	    SPAN_INIT("Content-Security-Policy"),
	    SPAN_INIT("Content-Security-Policy-Report-Only")};

	if (is_one_of(field->name, policies, COUNT(policies)))
		return widen_csp(v, &field->value);
	if (span_equal_nocase(field->name, SPAN("Content-Type")))
		return tell_charset(v, &field->value);
	if (span_equal_nocase(field->name, SPAN("Cache-Control")))
		return narrow_caching(&field->value);
	return is_stale(field->name) ? CONSENT_ENOENT : CONSENT_OK;
}

int
host_edit_field(
    struct host_visit *visit, enum host_head head, struct host_field *field)
{
	if (head == HOST_REQUEST)
		return edit_request(visit, field);
	if (span_equal_nocase(field->name, SPAN("Set-Cookie")))
		return screen_set_cookie(visit, field->value);
	return head == HOST_PAGE ? edit_page(visit, field) : CONSENT_OK;
}

/* ---- fields of ours --------------------------------------------------- */

static int
add_granted(struct host_visit *v, struct host_field *field)
{
	struct buf granted;
	int rc;

	field->name = SPAN("Consent");
	buf_init(&granted, HOST_GRANTED);
	rc = gate_write_granted(&v->gate, &granted);
	if (rc == CONSENT_OK)
		rc = keep(v, buf_span(&granted), &field->value);
	buf_fini(&granted);
	return rc;
}

/* The library's own policy, where the site's wants one beside its own. */
static int
add_csp(struct host_visit *v, struct host_field *field)
{
	enum csp_force force = csp_for(v->host->csp, &v->gate);
	struct buf text;
	int rc;

	if (force == CSP_NONE)
		return CONSENT_ENOENT;
	field->name = force == CSP_ENFORCE
			  ? SPAN("Content-Security-Policy")
			  : SPAN("Content-Security-Policy-Report-Only");
	buf_init(&text, CSP_BYTES);
	rc = csp_write(v->host->csp, &v->gate, &text);
	if (rc == CONSENT_OK)
		rc = keep(v, buf_span(&text), &field->value);
	buf_fini(&text);
	return rc;
}

int
host_add_field(struct host_visit *visit, enum host_head head, size_t i,
    struct host_field *field)
{
	if (head == HOST_REQUEST && i == 0)
		return add_granted(visit, field);
	if (head == HOST_PAGE && i == 0) {
		*field = (struct host_field){
		    SPAN("Cache-Control"), SPAN("private, no-cache")};
		return CONSENT_OK;
	}
	return head == HOST_PAGE && i == 1 ? add_csp(visit, field)
					   : CONSENT_ENOENT;
}
