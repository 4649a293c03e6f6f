#ifndef CONSENT_CONSENT_PAGE_STYLE_H
#define CONSENT_CONSENT_PAGE_STYLE_H

/*
 * The URLs of style sheets and styles. Where one is withheld just its bytes
 * go: "about:invalid" stands for them, which is a network error and never a
 * fetch (CSS Values 4, 4.5.4).
 */

#include "consent/page_state.h"

/*
 * Judges the CSS in text; out, which comes empty, gets it with what is
 * withheld replaced, and stays empty when nothing is. text must be none of the
 * page's scratch. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int page_style(
    struct scope *s, struct span text, struct buf *out) CONSENT_CHECKED;

/* The same for the text of a style element. */
enum rewriter_verdict page_style_element(
    struct scope *s, struct span text, struct buf *replacement);

/* Whether a style element of this type is CSS. */
bool page_style_is_css(struct span type);

#endif
