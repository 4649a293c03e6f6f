#ifndef CONSENT_SETTINGS_FINDINGS_H
#define CONSENT_SETTINGS_FINDINGS_H

/*
 * What is wrong with a configuration. Text is copied; the list is bounded, the
 * counts go on. Never prints by itself.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <libconsent/finding_kind.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

CONSENT_BEGIN

enum {
	FINDINGS_KEPT = 256,	/* findings whose text is kept */
	FINDINGS_TEXT = 320,	/* longest text; the rest is cut off */
	FINDINGS_WANTED = 2048, /* of what was expected, likewise */
	FINDINGS_LINE = 512	/* longest line of a file that is shown */
};

enum finding_level {
	FINDING_ERROR,
	FINDING_WARNING
};

/*
 * Where something stands. line 0: the file as a whole; file NULL: nowhere.
 * Column and length count bytes of that line, from 1; 0: not known.
 */
struct place {
	const char *file;
	unsigned line;
	unsigned column, length;
	struct span text; /* the line itself, or nothing */
};

/* All of it is the list's. */
struct finding {
	enum finding_level level;
	enum finding_kind kind;
	struct place place;
	char *text;
	char *wanted; /* what is taken there, or NULL */
	char *fix;    /* what to write at the place instead, or NULL */
};

struct findings {
	struct finding *items; /* the kept ones, as found until sorted */
	size_t n;
	size_t errors, warnings; /* all, kept or not */
	bool is_last_kept;
};

/* Makes f empty. */
void findings_init(struct findings *f);

/* Frees the findings and leaves f empty. */
void findings_fini(struct findings *f);

/*
 * Where the n bytes from offset at of a file's text stand in their line, which
 * is borrowed from text; what goes on in the next line is left out. File and
 * line are for the caller to fill in.
 */
struct place place_within(struct span text, size_t at, size_t n);

/* Adds an error; the counts rise even where there is no memory for it. */
void findings_error(struct findings *f, struct place place,
    enum finding_kind kind, const char *format, ...) CONSENT_PRINTF(4, 5);

/* Adds a warning, likewise. */
void findings_warn(struct findings *f, struct place place,
    enum finding_kind kind, const char *format, ...) CONSENT_PRINTF(4, 5);

/* Says of the last one what is taken in its place: words, NULL at the end. */
void findings_wanted(struct findings *f, const char *const *words);

/*
 * Says of the last one what is best written in its place, as it is or as a
 * string in quotes; nothing where text is NULL.
 */
void findings_fix(struct findings *f, const char *text);
void findings_fix_string(struct findings *f, const char *text);

/* Brings them into the order of each file, these in the order of finding. */
void findings_sort(struct findings *f);

/* "error" or "warning"; static. */
const char *findings_level_name(enum finding_level level);

/*
 * Prints the kept findings in order, and how many were not kept: each begins
 * with "file:line: error|warning: text", and the line that it is about follows
 * with a mark under the place. In colours where out is a terminal.
 */
void findings_print(struct findings *f, FILE *out);

CONSENT_END

#endif
