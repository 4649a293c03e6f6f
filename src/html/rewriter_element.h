#ifndef CONSENT_HTML_REWRITER_ELEMENT_H
#define CONSENT_HTML_REWRITER_ELEMENT_H

/*
 * Elements that are held or dropped: how they begin, go on and end. At most
 * one at a time; what stands inside it belongs to it. Inside html/ only.
 */

#include "html/rewriting.h"

/* Keeps, holds or drops bytes, as what goes on says. CONSENT_ELIMIT. */
int element_pass(struct rewriter *r, struct span raw) CONSENT_CHECKED;

/*
 * Takes a tag out and, unless it is void, all through its end tag: what
 * follows it, that is. CONSENT_ELIMIT.
 */
int element_drop(struct rewriter *r, const struct rewriter_tag *tag,
    const struct context_effect *effect) CONSENT_CHECKED;

/* Holds an element whose text can be held; keeps the tag of others. */
int element_hold(struct rewriter *r, const struct rewriter_tag *tag,
    const struct context_effect *effect) CONSENT_CHECKED;

/*
 * A start tag while something is held or dropped. Afterwards the passage is
 * PASS_KEEP if the tag ended it, and the tag is to be asked about.
 */
int element_inner_start(
    struct rewriter *r, const struct rewriter_tag *tag) CONSENT_CHECKED;

/* An end tag, of that name, while something is held or dropped. */
int element_inner_end(struct rewriter *r, struct span name,
    const struct tokenizer_event *event) CONSENT_CHECKED;

/*
 * The page has ended: what is held is asked about. CONSENT_ELIMIT when the
 * end of what is dropped should have been seen, what the callback returned.
 */
int element_finish(struct rewriter *r) CONSENT_CHECKED;

#endif
