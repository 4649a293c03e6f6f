#ifndef CONSENT_CONSENT_PAGE_INSIDE_H
#define CONSENT_CONSENT_PAGE_INSIDE_H

/*
 * Documents inside the page, judged as the markup that they are: what stands
 * in a noscript, and what a srcdoc holds.
 */

#include "consent/page_state.h"

/*
 * Judges the text of a noscript; replacement gets what is left of it where
 * that is something else (REWRITER_EDIT).
 */
enum rewriter_verdict page_noscript(struct scope *s,
    const struct rewriter_tag *tag, struct span text, struct buf *replacement);

/*
 * Judges the document in a srcdoc; out, which comes empty, gets what is left
 * of it. *changed says whether that is something else. CONSENT_ENOMEM,
 * CONSENT_ELIMIT.
 */
int page_srcdoc(struct scope *s, const struct rewriter_tag *tag,
    struct buf *out, bool *changed) CONSENT_CHECKED;

/* A document of its own that the tag shows. */
struct page_document {
	struct scope *scope;
	const struct rewriter_tag *tag;
	struct span text; /* none of the page's scratch */
	bool is_xml;
};

/* Judges it like that of a srcdoc. CONSENT_ENOMEM, CONSENT_ELIMIT. */
int page_document(const struct page_document *d, struct buf *out,
    bool *changed) CONSENT_CHECKED;

#endif
