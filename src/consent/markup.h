#ifndef CONSENT_CONSENT_MARKUP_H
#define CONSENT_CONSENT_MARKUP_H

/*
 * Writes HTML into a buf, with everything that is not markup escaped. The
 * first failure latches: callers write on and look once at the end. No state
 * but the struct.
 */

#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>

struct markup {
	struct buf *out; /* borrowed */
	int rc;		 /* CONSENT_OK, CONSENT_ENOMEM or CONSENT_ELIMIT */
};

/* What a {name} in a text stands for; a row with a NULL name ends a list. */
struct markup_value {
	const char *name;
	const char *text;
};

/* Writes markup as it is: literals of this program only. */
void markup_raw(struct markup *m, const char *literal);

/* Writes text, escaped for content and for quoted attributes. */
void markup_text(struct markup *m, const char *text);

/* The same for bytes that do not end in NUL. */
void markup_span(struct markup *m, struct span text);

/*
 * Writes a text in which {name} stands for a value; names that are not in the
 * list stay as they are. Text and values are escaped, and each value stands
 * apart from the direction of the text around it: for content, not attributes.
 */
void markup_phrase(
    struct markup *m, const char *text, const struct markup_value *values);

/* Writes a number. */
void markup_number(struct markup *m, size_t n);

/* Writes <name>text</name>; name is a literal and may have attributes. */
void markup_element(struct markup *m, const char *name, const char *text);

/* Writes a value of a query: what is left as it is means nothing in markup. */
void markup_query(struct markup *m, struct span value);

/* Writes a hidden field of a form; name is a literal. */
void markup_hidden(struct markup *m, const char *name, const char *value);

/* Writes  name="text" after a blank; name is a literal. */
void markup_attribute(struct markup *m, const char *name, const char *text);

#endif
