#ifndef CONSENT_CONSENT_PAGE_WORDS_H
#define CONSENT_CONSENT_PAGE_WORDS_H

/*
 * What of ours goes into a page: in the language that the page says it is in,
 * and in bytes that its charset has. Part of consent/page.
 */

#include "consent/page_state.h"

/* Takes what the options say over, for as long as the page says nothing. */
void page_words_init(struct page *p, const struct page_options *options);

/* Whether the page can take markup as a part of it: XML is choosy. */
bool page_words_fit(const struct page *p, struct span markup);

/* Heeds the lang of the first html element. CONSENT_ENOMEM, CONSENT_ELIMIT. */
int page_words_heed(
    struct scope *s, const struct rewriter_tag *tag) CONSENT_CHECKED;

/*
 * Sets out to words of ours as the page's charset has them: themselves, or
 * bytes in p->made. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int page_words_fit_in(
    struct page *p, struct span words, struct span *out) CONSENT_CHECKED;

/* Appends words of ours. CONSENT_ENOMEM, CONSENT_ELIMIT. */
int page_words_write(
    const struct page *p, struct span words, struct buf *out) CONSENT_CHECKED;

#endif
