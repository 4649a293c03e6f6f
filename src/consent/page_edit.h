#ifndef CONSENT_CONSENT_PAGE_EDIT_H
#define CONSENT_CONSENT_PAGE_EDIT_H

/*
 * The changes that one start tag is to get, gathered while its attributes are
 * judged and made all at once. Names and values are copied, so that scratch
 * may change in between. Memory is kept from tag to tag.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "html/attribute.h"

struct page_edit {
	size_t name, name_n;   /* in the list's bytes */
	size_t value, value_n; /* the same */
	bool removes;
};

struct page_edits {
	struct buf bytes;
	size_t n;
	struct page_edit list[ATTRIBUTE_CHANGES_MAX];
};

/* Makes e empty, with a ceiling for the bytes of all values. */
void page_edits_init(struct page_edits *e, size_t max);

/* Frees the bytes. */
void page_edits_fini(struct page_edits *e);

/* Forgets all changes. */
void page_edits_clear(struct page_edits *e);

/*
 * Takes an attribute away; gives it a value, or adds it. The last word on a
 * name counts. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int page_edits_remove(struct page_edits *e, struct span name) CONSENT_CHECKED;
int page_edits_set(
    struct page_edits *e, struct span name, struct span value) CONSENT_CHECKED;

/* Moves an attribute to "data-consent-" and its name. Codes likewise. */
int page_edits_park(
    struct page_edits *e, struct span name, struct span value) CONSENT_CHECKED;

/* Appends tag with the changes made. Codes likewise. */
int page_edits_apply(const struct page_edits *e, struct span tag,
    struct buf *out) CONSENT_CHECKED;

#endif
