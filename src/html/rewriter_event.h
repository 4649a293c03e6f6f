#ifndef CONSENT_HTML_REWRITER_EVENT_H
#define CONSENT_HTML_REWRITER_EVENT_H

/*
 * Decides about the tokenizer's events one by one: asks the handler about
 * tags, calls back where head and body begin, and tells the tokenizer how to
 * read on. Inside html/ only.
 */

#include "html/rewriting.h"

/* Decides about one event. The codes of rewriter_write. */
int event_take(
    struct rewriter *r, const struct tokenizer_event *event) CONSENT_CHECKED;

/* Calls back what begins when the page ends. What the callbacks return. */
int event_begin_last(struct rewriter *r) CONSENT_CHECKED;

/* Calls back that it has ended. Likewise. */
int event_end(struct rewriter *r) CONSENT_CHECKED;

#endif
