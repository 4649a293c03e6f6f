#ifndef CONSENT_CONSENT_BUNDLE_H
#define CONSENT_CONSENT_BUNDLE_H

/*
 * What is kept of a notice: all that a visitor is shown in one language, and
 * what a record of consent has to say beside that (ISO/IEC TS 27560). JSON
 * whose SHA-256 is the notice's hash, so it is the same for the same input.
 */

#include <stdbool.h>

#include "consent/view.h"

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

/* Borrowed for the call. */
struct bundle_parts {
	const struct view *view;
	bool has_terms; /* else the next four are not kept */
	const char *address, *jurisdiction; /* NULL: not known */
	unsigned lifetime_days, retain_days;
	struct span banner, control, box; /* as they are shown */
	struct span css, table;
};

/* Appends the bundle. CONSENT_ENOMEM, CONSENT_ELIMIT. */
int bundle_write(
    const struct bundle_parts *parts, struct buf *out) CONSENT_CHECKED;

#endif
