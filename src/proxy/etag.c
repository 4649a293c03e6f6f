#include "proxy/etag.h"

#include "base/digest.h"
#include "http/head.h"
#include "http/head_edit.h"
#include "proxy/setup.h"
#include "proxy/visit.h"

#include <libconsent/notice.h>

#include <stdio.h>

#define PREFIX "consent."

enum {
	VARIANT_TEXT = ETAG_VARIANT - 1,
	LIST_MAX = 8192,
	KIND_ETAG = 'e',
	KIND_MODIFIED = 'm'
};

/* ---- variants --------------------------------------------------------- */

/* Puts so many bytes of a text there, filled up, and '-'; where to go on. */
static char *
put_text(char *at, const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		at[i] = *text != '\0' ? *text++ : '-';
	at[n] = '-';
	return at + n + 1;
}

/* The same with the low bytes of a number, as hexadecimal digits. */
static char *
put_number(char *at, uint64_t number, size_t bytes)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 2 * bytes; i > 0; i--, number >>= 4)
		at[i - 1] = digits[number & 0xf];
	at[2 * bytes] = '-';
	return at + 2 * bytes + 1;
}

void
etag_variant(const struct visit *v, const struct proxy_setup *setup,
    char out[ETAG_VARIANT])
{
	static const struct notice_facts none = {.hash = ""};
	const struct notice_facts *notice =
	    v->notice == NULL ? &none : notice_facts(v->notice);
	const bool flags[] = {v->names_site, v->wants_notice,
	    gate_asks(&v->gate), v->gate.sensitive, v->shows == VISIT_PART,
	    v->shows == VISIT_EMBEDDED, v->gate.again, v->has_tongue};
	const struct gate *gate = &v->gate;
	/* who is asked again is told what of */
	uint64_t told = (uint64_t)(gate->again ? gate->decided : 0) << 32;
	/* what is another mode for a while makes another page */
	uint64_t toggled = (uint64_t)(gate->reported ^ gate->facts->reported)
			   << 48;
	uint64_t bits = 0;
	size_t i;

	for (i = 0; i < sizeof flags / sizeof flags[0]; i++)
		bits |= (uint64_t)flags[i] << i;
	out = put_text(out, setup->edition, SETUP_EDITION - 1);
	out = put_text(out, notice->hash, ETAG_NOTICE);
	out = put_number(out, gate->agreed | told | toggled, sizeof(uint64_t));
	out = put_number(out, bits, 1);
	out = put_number(out, v->site & 0xff, 1);
	out[-1] = '\0';
}

/* ---- responses -------------------------------------------------------- */

/* Whether a value is an entity tag (RFC 9110 8.8.3). */
static bool
is_tag(struct span s)
{
	if (span_starts(s, SPAN("W/")))
		s = span_sub(s, 2, s.n);
	return s.n >= 2 && s.p[0] == '"' &&
	       span_find(span_sub(s, 1, s.n), '"') == s.n - 2;
}

static int
put_tag(const char *variant, char kind, struct span validator, struct buf *out)
{
	int rc = buf_printf(out, "W/\"" PREFIX "%s.%c", variant, kind);

	if (rc == CONSENT_OK)
		rc = digest_base64url(validator, out);
	return rc == CONSENT_OK ? buf_append_byte(out, '"') : rc;
}

int
etag_tell(struct head *h, const char variant[ETAG_VARIANT])
{
	struct span tag = span_trim(head_value(h, SPAN("ETag")));
	struct span date = span_trim(head_value(h, SPAN("Last-Modified")));
	struct span validator = is_tag(tag) ? tag : date;
	struct buf text;
	int rc;

	if (validator.n == 0 || validator.n > ETAG_VALIDATOR_MAX) {
		head_drop_all(h, SPAN("ETag"));
		head_drop_all(h, SPAN("Last-Modified"));
		return CONSENT_OK;
	}
	buf_init(&text, LIST_MAX);
	rc = put_tag(
	    variant, is_tag(tag) ? KIND_ETAG : KIND_MODIFIED, validator, &text);
	head_drop_all(h, SPAN("Last-Modified"));
	if (rc == CONSENT_OK)
		rc = head_set(h, SPAN("ETag"), buf_span(&text));
	buf_fini(&text);
	return rc;
}

/* ---- requests --------------------------------------------------------- */

/* Takes the next member off a list of entity tags, which may hold commas. */
static struct span
take_member(struct span *rest)
{
	bool quoted = false;
	struct span member;
	size_t n = 0;

	for (; n < rest->n && (quoted || rest->p[n] != ','); n++)
		if (rest->p[n] == '"')
			quoted = !quoted;
	member = span_trim(span_sub(*rest, 0, n));
	*rest = n < rest->n ? span_sub(*rest, n + 1, rest->n)
			    : (struct span){NULL, 0};
	return member;
}

/*
 * What a tag of ours carries, appended to out, and its kind; 0 when it is not
 * ours, or not of the variant (NULL: any). CONSENT_ENOMEM.
 */
static int
read_ours(struct span tag, const char *variant, struct buf *out, char *kind)
{
	struct span s = tag;
	size_t at = out->n;

	*kind = 0;
	if (span_starts(s, SPAN("W/")))
		s = span_sub(s, 2, s.n);
	if (!is_tag(s) || !span_starts(s, SPAN("\"" PREFIX)))
		return CONSENT_OK;
	s = span_sub(s, sizeof PREFIX, s.n - sizeof PREFIX - 1);
	if (s.n < VARIANT_TEXT + 2 || s.p[VARIANT_TEXT] != '.' ||
	    (variant != NULL &&
		!span_equal(span_sub(s, 0, VARIANT_TEXT), span_of(variant))))
		return CONSENT_OK;
	if (digest_from_base64url(span_sub(s, VARIANT_TEXT + 2, s.n), out) !=
		CONSENT_OK ||
	    out->n - at > ETAG_VALIDATOR_MAX)
		return CONSENT_OK;
	*kind = s.p[VARIANT_TEXT + 1];
	return CONSENT_OK;
}

/* The conditions that the origin is asked with. */
struct conditions {
	struct buf tags; /* its own, in a list */
	struct buf date; /* or a date */
	bool other;	 /* what was left out is ours, of another variant */
};

static int
add_condition(struct conditions *c, struct span validator, char kind)
{
	int rc = CONSENT_OK;

	if (kind == KIND_ETAG && is_tag(validator)) {
		if (c->tags.n > 0)
			rc = buf_append(&c->tags, SPAN(", "));
		return rc == CONSENT_OK ? buf_append(&c->tags, validator) : rc;
	}
	if (kind == KIND_MODIFIED && c->date.n == 0)
		return buf_append(&c->date, validator);
	return CONSENT_OK;
}

static int
read_conditions(struct conditions *c, const struct head *h, const char *variant)
{
	struct span name = SPAN("If-None-Match");
	size_t i = head_find(h, name, 0);
	struct buf validator;
	int rc = CONSENT_OK;

	buf_init(&validator, LIST_MAX);
	for (; i != HEAD_NONE && rc == CONSENT_OK;
	     i = head_find(h, name, i + 1)) {
		struct span rest = h->fields[i].value;

		while (rest.p != NULL && rc == CONSENT_OK) {
			struct span member = take_member(&rest);
			char kind = 0;

			buf_clear(&validator);
			rc = read_ours(member, variant, &validator, &kind);
			if (rc == CONSENT_OK && kind == 0) {
				rc = read_ours(member, NULL, &validator, &kind);
				c->other = c->other || kind != 0;
				continue;
			}
			if (rc == CONSENT_OK)
				rc = add_condition(
				    c, buf_span(&validator), kind);
		}
	}
	buf_fini(&validator);
	return rc;
}

int
etag_ask(
    struct head *h, const char variant[ETAG_VARIANT], struct etag_held *held)
{
	struct conditions c = {.other = false};
	int rc;

	buf_init(&c.tags, LIST_MAX);
	buf_init(&c.date, LIST_MAX);
	rc = read_conditions(&c, h, variant);
	head_drop_all(h, SPAN("If-None-Match"));
	head_drop_all(h, SPAN("If-Modified-Since"));
	if (rc == CONSENT_OK && c.tags.n > 0)
		rc = head_set(h, SPAN("If-None-Match"), buf_span(&c.tags));
	else if (rc == CONSENT_OK && c.date.n > 0)
		rc = head_set(h, SPAN("If-Modified-Since"), buf_span(&c.date));
	if (rc == CONSENT_OK)
		*held =
		    (struct etag_held){c.tags.n > 0 || c.date.n > 0, c.other};
	buf_fini(&c.tags);
	buf_fini(&c.date);
	return rc;
}

/* Rewrites one list; *changed when a tag of ours was in it. */
static int
rewrite_list(struct span list, struct buf *out, bool *changed)
{
	int rc = CONSENT_OK;

	while (list.p != NULL && rc == CONSENT_OK) {
		struct span member = take_member(&list);
		struct buf validator;
		char kind = 0;

		buf_init(&validator, LIST_MAX);
		rc = read_ours(member, NULL, &validator, &kind);
		if (kind == KIND_ETAG) {
			member = buf_span(&validator);
			*changed = true;
		}
		if (rc == CONSENT_OK && out->n > 0)
			rc = buf_append(out, SPAN(", "));
		if (rc == CONSENT_OK)
			rc = buf_append(out, member);
		buf_fini(&validator);
	}
	return rc;
}

int
etag_change(struct head *h)
{
	struct span name = SPAN("If-Match");
	size_t i = head_find(h, name, 0);
	int rc = CONSENT_OK;

	for (; i != HEAD_NONE && rc == CONSENT_OK;
	     i = head_find(h, name, i + 1)) {
		bool changed = false;
		struct buf list;

		buf_init(&list, LIST_MAX);
		rc = rewrite_list(h->fields[i].value, &list, &changed);
		if (rc == CONSENT_OK && changed)
			rc = head_replace(h, i, buf_span(&list));
		buf_fini(&list);
	}
	return rc;
}
