#ifndef CONSENT_CONSENT_PAGE_TAG_H
#define CONSENT_CONSENT_PAGE_TAG_H

/*
 * What becomes of each start tag: its attributes are judged by the tables of
 * consent/page_table, and elements whose text matters are held.
 */

#include "consent/page_state.h"

/* A start tag, for a rewriter's handler; ctx is the scope. */
enum rewriter_verdict page_start_tag(
    void *ctx, struct rewriter_tag *tag, struct buf *replacement);

/* The tags that it has to see, for the same handler. */
struct skim_wish page_tag_wishes(struct span name);

/* The same where all is granted: it judges no attribute. */
struct skim_wish page_tag_granted(struct span name);

#endif
