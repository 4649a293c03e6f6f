#ifndef CONSENT_SETTINGS_FINDINGS_H
#define CONSENT_SETTINGS_FINDINGS_H

/*
 * What is wrong with a configuration, in the order in which it was found:
 * lines of "file:line: error|warning: text". Text is copied; the list is
 * bounded, the counts go on. Never prints by itself.
 */

#include <stddef.h>
#include <stdio.h>

#include <libconsent/status.h>

enum {
	FINDINGS_KEPT = 256, /* findings whose text is kept */
	FINDINGS_TEXT = 320  /* longest text; the rest is cut off */
};

enum finding_level {
	FINDING_ERROR,
	FINDING_WARNING
};

/* Where something stands. line 0: the file as a whole; file NULL: nowhere. */
struct place {
	const char *file;
	unsigned line;
};

struct finding {
	enum finding_level level;
	struct place place; /* of the list */
	char *text;
};

struct findings {
	struct finding *items; /* the kept ones, in order */
	size_t n;
	size_t errors, warnings; /* all, kept or not */
};

/* Makes f empty. */
void findings_init(struct findings *f);

/* Frees the findings and leaves f empty. */
void findings_fini(struct findings *f);

/* Adds an error; the counts rise even where there is no memory for it. */
void findings_error(struct findings *f, struct place place, const char *format,
    ...) CONSENT_PRINTF(3, 4);

/* Adds a warning, likewise. */
void findings_warn(struct findings *f, struct place place, const char *format,
    ...) CONSENT_PRINTF(3, 4);

/* "error" or "warning"; static. */
const char *findings_level_name(enum finding_level level);

/* Prints the kept findings, a line each, and how many were not kept. */
void findings_print(const struct findings *f, FILE *out);

#endif
