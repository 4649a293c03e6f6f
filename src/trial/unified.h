#ifndef CONSENT_TRIAL_UNIFIED_H
#define CONSENT_TRIAL_UNIFIED_H

/*
 * What a rewrite changed, as a unified diff. Nothing is compared: the edits
 * are known, so the cost is that of reading the page once.
 */

#include <stdbool.h>

#include <libconsent/buf.h>
#include <libconsent/status.h>

struct rewrite;

struct unified_options {
	const char *from, *to; /* names in the head */
	bool is_colour;
	bool is_terminal; /* long lines are cut, and none does anything */
};

/*
 * Appends the diff, with three lines around each change; nothing where nothing
 * was changed. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int unified_write(const struct rewrite *r,
    const struct unified_options *options, struct buf *out) CONSENT_CHECKED;

#endif
