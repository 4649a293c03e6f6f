#ifndef CONSENT_AUDIT_STOCK_H
#define CONSENT_AUDIT_STOCK_H

/*
 * Which files lie under a log's tile/: tiles and entry bundles by level,
 * number and width. Only their names are read. Hidden files are left-overs of
 * a writer that was killed, and passed over; what vanishes meanwhile is, too.
 */

#include <stddef.h>
#include <stdint.h>

#include "audit/tile.h"

#include <libconsent/status.h>

enum {
	STOCK_MOST = 1 << 24, /* files */
	STOCK_PATH = 256      /* longest path and its NUL */
};

/* All zero: empty. */
struct stock {
	struct tile *at; /* by level, number and width */
	size_t n, cap;
};

/*
 * Lists the files of the log whose directory is open as dir; no folder is no
 * files. CONSENT_EINVAL: one is no tile, stray is its path in printable ASCII;
 * CONSENT_ELIMIT; CONSENT_EIO; CONSENT_ENOMEM. Give it back with stock_fini
 * either way.
 */
int stock_take(
    int dir, struct stock *out, char stray[STOCK_PATH]) CONSENT_CHECKED;

/* Frees what it holds. */
void stock_fini(struct stock *s);

/*
 * The place of the first file of a tile's level and number that is not
 * narrower; n when there is none.
 */
size_t stock_find(const struct stock *s, const struct tile *tile);

#endif
