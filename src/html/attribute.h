#ifndef CONSENT_HTML_ATTRIBUTE_H
#define CONSENT_HTML_ATTRIBUTE_H

/*
 * The attributes of one raw start tag, read on demand: a cursor over the
 * tag's bytes that agrees with the tokenizer's attribute states (HTML
 * 13.2.5.32-40). Nothing is copied; spans point into the tag. Names are as
 * spelled (compare without case), values raw (references unresolved).
 */

#include <stdbool.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	ATTRIBUTE_CHANGES_MAX = 32 /* changes in one attribute_edit */
};

struct attribute {
	struct span raw;   /* name, equals sign, value and its quotes */
	struct span name;  /* as spelled */
	struct span value; /* raw, without quotes; empty when there is none */
};

struct attribute_cursor {
	const char *p;	 /* next byte */
	const char *end; /* the tag's last byte, '>' */
};

/* What to make of one attribute; see attribute_edit. */
struct attribute_change {
	struct span name;  /* in lower case */
	struct span value; /* decoded new value; a NULL pointer removes it */
};

/* The name of a start or end tag as spelled. tag is "<...>" whole. */
struct span attribute_tag_name(struct span tag);

/* A cursor before the first attribute of tag ("<...>", start or end). */
struct attribute_cursor attribute_begin(struct span tag);

/* Reads the next attribute, duplicates too; false when there is none. */
bool attribute_next(struct attribute_cursor *c, struct attribute *out);

/*
 * Finds the attribute that counts: the first of that name (lower case is
 * folded). False when there is none; *out is written on success only.
 */
bool attribute_find(struct span tag, struct span name, struct attribute *out);

/*
 * Appends the value of a as the tree will have it: references resolved,
 * newlines normalised, NUL replaced. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int attribute_decode(
    const struct attribute *a, struct buf *out) CONSENT_CHECKED;

/*
 * Appends tag to out with n changes made: attributes of a changed name are
 * taken out (duplicates too), new values stand where the first stood, quoted
 * and escaped; one that the tag did not have is added. All other bytes stay.
 * CONSENT_ENOMEM, CONSENT_ELIMIT (also over ATTRIBUTE_CHANGES_MAX).
 */
int attribute_edit(struct span tag, const struct attribute_change *changes,
    size_t n, struct buf *out) CONSENT_CHECKED;

#endif
