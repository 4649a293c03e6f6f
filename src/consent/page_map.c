#include "consent/page_map.h"

#include "consent/json_walk.h"
#include "consent/page_count.h"
#include "consent/page_rules.h"
#include "html/charset_trail.h"

/* Whether a string of the text is a URL that is withheld. */
static int
judge(struct scope *s, struct span raw, bool *is_withheld)
{
	struct page *page = s->page;
	int rc;

	buf_clear(&page->words);
	rc = json_walk_decode(raw, &page->words);
	if (rc == CONSENT_OK)
		*is_withheld = !page_settle(
		    page, gate_url(page->gate, buf_span(&page->words), s->url,
			      &page->parsing));
	return rc;
}

/*
 * In a map every value is a URL; rules name theirs in lists of "urls". A name
 * with an escape in it may be any.
 */
static bool
is_url(enum page_script kind, const struct json_string *string)
{
	return kind == PAGE_SCRIPT_MAP ||
	       span_equal(string->key, SPAN("urls")) ||
	       span_find(string->key, '\\') < string->key.n;
}

static int
rewrite(
    struct scope *s, enum page_script kind, struct span text, struct buf *out)
{
	struct json_walk walk;
	struct json_string string;
	size_t done = 0;
	int rc = CONSENT_OK;

	json_walk_begin(&walk, text);
	while (rc == CONSENT_OK && json_walk_next(&walk, &string)) {
		size_t at = (size_t)(string.raw.p - text.p);
		bool is_withheld = false;

		if (!is_url(kind, &string))
			continue;
		rc = judge(s, string.raw, &is_withheld);
		if (rc != CONSENT_OK || !is_withheld)
			continue;
		rc = buf_append(out, span_sub(text, done, at - done));
		if (rc == CONSENT_OK)
			rc = buf_append(out, SPAN("about:invalid"));
		done = at + string.raw.n;
	}
	if (rc == CONSENT_OK && done > 0)
		rc = buf_append(out, span_sub(text, done, text.n));
	return rc;
}

/*
 * Whether text, as an encoding pairs its bytes, is JSON that names something
 * which is withheld, and did not as its bytes stand.
 */
static int
hides(struct scope *s, enum page_script kind, enum charset_pairs pairs,
    struct span text)
{
	struct buf masked, made;
	struct span read;
	int rc;

	buf_init(&masked, text.n);
	buf_init(&made, text.n * sizeof "about:invalid");
	rc = charset_trail_mask(pairs, text, &masked);
	read = buf_span(&masked);
	if (rc == CONSENT_OK && !span_equal(read, text))
		rc = json_walk_check(read);
	else if (rc == CONSENT_OK)
		rc = CONSENT_EINVAL; /* reads alike */
	if (rc == CONSENT_OK && kind == PAGE_SCRIPT_RULES &&
	    !page_rules_stay_here(s, read))
		rc = CONSENT_ELIMIT;
	if (rc == CONSENT_OK)
		rc = rewrite(s, kind, read, &made);
	if (rc == CONSENT_OK && made.n > 0)
		rc = CONSENT_EDENIED;
	buf_fini(&masked);
	buf_fini(&made);
	return rc == CONSENT_EINVAL ? CONSENT_OK : rc;
}

/*
 * A browser may take a backslash for half a character: what is withheld in a
 * text that only it reads so takes the whole of it along.
 */
static enum rewriter_verdict
read_in_pairs(struct scope *s, enum page_script kind, struct span text,
    enum rewriter_verdict verdict)
{
	int rc = hides(s, kind, CHARSET_PAIRS_SHIFT_JIS, text);

	if (rc == CONSENT_OK)
		rc = hides(s, kind, CHARSET_PAIRS_CHINESE, text);
	if (rc == CONSENT_ELIMIT)
		page_doubt(s->page);
	if (rc == CONSENT_ELIMIT || rc == CONSENT_EDENIED)
		return REWRITER_DROP_ELEMENT;
	return rc == CONSENT_OK ? verdict : REWRITER_FAIL;
}

static enum rewriter_verdict
read_bytes(struct scope *s, enum page_script kind, struct span text,
    struct buf *replacement)
{
	int rc = json_walk_check(text);

	if (rc == CONSENT_EINVAL)
		return REWRITER_KEEP; /* inert */
	if (rc == CONSENT_ELIMIT ||
	    (kind == PAGE_SCRIPT_RULES && !page_rules_stay_here(s, text))) {
		page_doubt(s->page);
		return REWRITER_DROP_ELEMENT;
	}
	rc = rewrite(s, kind, text, replacement);
	if (rc != CONSENT_OK)
		return REWRITER_FAIL;
	if (replacement->n == 0)
		return REWRITER_KEEP;
	/* its end was told by what may have gone (HTML 13.2.5.20) */
	return span_search(text, SPAN("<!--")) < text.n ? REWRITER_DROP_ELEMENT
							: REWRITER_EDIT;
}

enum rewriter_verdict
page_map(struct scope *s, enum page_script kind, struct span text,
    struct buf *replacement)
{
	enum rewriter_verdict verdict = read_bytes(s, kind, text, replacement);

	if ((verdict != REWRITER_KEEP && verdict != REWRITER_EDIT) ||
	    !charset_trail_may_hide(text))
		return verdict;
	if (replacement->n > 0)
		text = buf_span(replacement);
	return read_in_pairs(s, kind, text, verdict);
}
