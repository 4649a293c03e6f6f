#ifndef CONSENT_CONSENT_PAGE_CONTENT_H
#define CONSENT_CONSENT_PAGE_CONTENT_H

/*
 * What becomes of what stands inside an element that was held: scripts,
 * styles, noscripts.
 */

#include "consent/page_state.h"

/* A held element, for a rewriter's handler; ctx is the scope. */
enum rewriter_verdict page_element(void *ctx, struct rewriter_tag *tag,
    struct span text, struct buf *replacement);

/* One that is too long to be held. */
enum rewriter_verdict page_too_long(void *ctx, struct rewriter_tag *tag);

#endif
