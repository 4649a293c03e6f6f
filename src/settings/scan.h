#ifndef CONSENT_SETTINGS_SCAN_H
#define CONSENT_SETTINGS_SCAN_H

/*
 * Reads the text of one settings file ahead of libconfig: finds the includes,
 * reports what libconfig would swallow in silence (integers that do not fit,
 * a comment without an end), and remembers the first thing that it will
 * stumble over, since it only ever says "syntax error". No I/O, no memory.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/findings.h>
#include <libconsent/span.h>

enum {
	SCAN_INCLUDES = 32, /* in one file */
	SCAN_NESTING = 64,  /* of brackets */
	SCAN_NAMES = 4096,  /* in one group: libconfig compares each with all */
	SCAN_HINT = 160,    /* text of the hint */
	SCAN_FIX = 80	    /* what to write instead */
};

/* One line @include "path". */
struct scan_include {
	size_t from, to;  /* offsets of "@" and behind the closing quote */
	struct span path; /* between the quotes */
	struct place place;
	bool in_group; /* settings stand here, not members of a list */
};

struct scan {
	struct scan_include includes[SCAN_INCLUDES];
	size_t n_includes;
	bool unreadable;      /* must not be given to libconfig at all */
	struct place hint_at; /* line 0: nothing suspicious seen */
	char hint[SCAN_HINT]; /* what is wrong there */
	char fix[SCAN_FIX];   /* what to write instead, or "" */
};

/*
 * Scans text, which stands in the file called name, and fills *out. What is
 * surely wrong goes into findings at once; the hint is for the caller to use
 * once libconfig has failed at its line or below.
 */
void scan_text(const char *name, struct span text, struct findings *findings,
    struct scan *out);

#endif
