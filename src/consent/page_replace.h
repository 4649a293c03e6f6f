#ifndef CONSENT_CONSENT_PAGE_REPLACE_H
#define CONSENT_CONSENT_PAGE_REPLACE_H

/*
 * What stands in the place of what was withheld: the box of an embed, and the
 * inert twin of an inline script.
 */

#include "consent/page_state.h"

/* Something that was withheld, and the tag that it is of. */
struct page_loss_of {
	struct scope *scope;
	const struct rewriter_tag *tag;
	struct gate_verdict verdict;
	struct span url; /* that was withheld */
};

/*
 * Appends the box for an embed: of its size, with the vendor's name, a link to
 * the preferences page and, where that may be, one that shows it once; without
 * links inside a link of the page. CONSENT_ENOENT: the page has no box to give,
 * or the embed stands in SVG, MathML or a select, where a box would change how
 * the page goes on; CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int page_box(const struct page_loss_of *loss, struct buf *out) CONSENT_CHECKED;

/* Marks a script element's tag as inert. CONSENT_ENOMEM, CONSENT_ELIMIT. */
int page_neutral_tag(
    const struct page_loss_of *loss, struct page_edits *edits) CONSENT_CHECKED;

/* Marks any element's tag with the category that it waits for. Likewise. */
int page_neutral_mark(
    const struct page_loss_of *loss, struct page_edits *edits) CONSENT_CHECKED;

/*
 * Appends an inline script that was held, all of it, as an inert one; goes on
 * with the scope's edits where its tag has some. CONSENT_ENOMEM,
 * CONSENT_ELIMIT.
 */
int page_neutral_script(const struct page_loss_of *loss, struct span text,
    struct buf *out) CONSENT_CHECKED;

#endif
