#include "consent/page_cookies.h"

#include "consent/page_words.h"

/* What says that an element was filled. */
#define FILLED SPAN("data-consent-filled")

/*
 * Not in a document inside the page, nor where its markup would not be taken
 * as it is.
 */
bool
page_cookies_wanted(struct scope *s, const struct rewriter_tag *tag)
{
	struct attribute a;

	return s->page->shown.table.n > 0 && s == &s->page->document &&
	       rewriter_tag_space(tag) == REWRITER_HTML &&
	       span_equal(rewriter_tag_name(tag), SPAN("consent-cookies")) &&
	       (rewriter_tag_around(tag) & ~(unsigned)REWRITER_IN_LINK) == 0 &&
	       !attribute_find(rewriter_tag_raw(tag), FILLED, &a);
}

enum rewriter_verdict
page_cookies_fill(
    struct scope *s, const struct rewriter_tag *tag, struct buf *replacement)
{
	struct page *page = s->page;
	struct span table = page->shown.table;
	int rc;

	buf_clear(replacement);
	if (page->xml != NULL) {
		rc = page_words_write(page, table, replacement);
		return rc == CONSENT_OK ? REWRITER_REPLACE : REWRITER_FAIL;
	}
	rc = page_edits_set(&s->edits, FILLED, SPAN(""));
	if (rc == CONSENT_OK)
		rc = page_edits_apply(
		    &s->edits, rewriter_tag_raw(tag), replacement);
	if (rc == CONSENT_OK)
		rc = page_words_write(page, table, replacement);
	return rc == CONSENT_OK ? REWRITER_EDIT : REWRITER_FAIL;
}
