#ifndef CONSENT_SETTINGS_EXPAND_H
#define CONSENT_SETTINGS_EXPAND_H

/*
 * Puts a settings file and all that it includes together into one text, and
 * knows for each line of it where it came from. libconfig's own includes say
 * too little when something is missing or goes round in circles.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/findings.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "settings/scan.h"

/* One file that was read. */
struct source {
	char *path;
	struct buf text; /* as it stands in the file, without a BOM */
	struct scan scan;
	bool settings; /* consists of settings, so it can be read alone */
};

/* From this line of the whole on, lines come from there. */
struct origin {
	unsigned first;	 /* line of the whole */
	unsigned source; /* index */
	unsigned line;	 /* in that source */
	size_t at, from; /* offsets in the whole and in that source */
};

struct expansion {
	struct buf whole; /* ends in NUL, which n does not count */
	struct source *sources;
	size_t n_sources;
	struct origin *origins;
	size_t n_origins;
	unsigned lines; /* of the whole, so far */
};

/* Makes e empty. */
void expand_init(struct expansion *e);

/* Frees everything. */
void expand_fini(struct expansion *e);

/*
 * Reads path and its includes into e; what is wrong goes into findings.
 * CONSENT_EIO: path cannot be read; CONSENT_EINVAL: something else cannot;
 * CONSENT_ENOMEM.
 */
int expand_load(struct expansion *e, const char *path,
    struct findings *findings) CONSENT_CHECKED;

/* The same for a text in memory; includes are errors. */
int expand_text(struct expansion *e, const char *name, struct span text,
    struct findings *findings) CONSENT_CHECKED;

/* Where a line of the whole came from, without a column. */
struct place expand_place(const struct expansion *e, unsigned line);

/* Where n bytes from offset at of the whole came from, on that line of it. */
struct place expand_spot(
    const struct expansion *e, unsigned line, size_t at, size_t n);

#endif
