#ifndef CONSENT_REPORT_VERSION_H
#define CONSENT_REPORT_VERSION_H

/*
 * One version of a policy or of a notice, read from its JSON text: as lines
 * that people can read and a comparison can tell apart, and single texts in
 * it. What is no JSON is refused; what it says is believed no further than
 * that it is text. No I/O.
 */

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

struct version;

enum {
	VERSION_BYTES = 64 << 20 /* room that lines of one version need */
};

/* Reads a text. CONSENT_EINVAL: no JSON object; CONSENT_ENOMEM. */
int version_read(struct span text, struct version **out) CONSENT_CHECKED;

/* Frees; NULL is nothing. */
void version_free(struct version *v);

/*
 * The text at a path of names with dots ("texts.accept"), which lives as long
 * as v; "" when there is none.
 */
const char *version_text(const struct version *v, const char *path);

/* How many elements the list of that name has; 0 when there is none. */
size_t version_count(const struct version *v, const char *name);

/* A text of element i of a list: ("categories", 0, "id"); or "". */
const char *version_item(
    const struct version *v, const char *list, size_t i, const char *name);

/* Whether element i of a list has a member that is true. */
bool version_item_is(
    const struct version *v, const char *list, size_t i, const char *name);

/*
 * Appends it as lines: a value each, an element of a list each; markup and
 * sheets are broken where tags and rules end. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int version_lines(const struct version *v, struct buf *out) CONSENT_CHECKED;

#endif
