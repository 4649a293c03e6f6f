#ifndef CONSENT_CONF_OPTIONS_H
#define CONSENT_CONF_OPTIONS_H

/*
 * Fills a struct from settings by a table: one row an option with its name,
 * type, range, default and help. The table is also what the documentation is
 * written from, so that neither can know an option that the other does not.
 * Knows no option by itself; reports everything wrong before it gives up.
 */

#include <libconsent/buf.h>
#include <libconsent/status.h>

#include "conf/option.h"

struct findings;
struct setting;

enum {
	OPTIONS_NAME = 64,    /* longest name with its group, and NUL */
	OPTIONS_OF_GROUP = 48 /* most options of one group */
};

/*
 * Reads every option of the table from the group root into target, which holds
 * zeros or values of the table; folder is what paths count from. What is left
 * out gets its default. Unknown keys, wrong types and values out of range go
 * into findings, all of them, and count as left out. CONSENT_EINVAL when there
 * was any, CONSENT_ENOMEM.
 */
int options_read(const struct option *table, const struct setting *root,
    const char *folder, struct findings *findings,
    void *target) CONSENT_CHECKED;

/* Frees every value that target owns by the table, and zeroes these. */
void options_free(const struct option *table, void *target);

/* The setting of that name ("token.cookie") below root, or NULL. */
const struct setting *options_setting(
    const struct setting *root, const char *name);

/* path, or FOLDER/path when it is relative; the caller frees it. NULL: no
 * memory. */
char *options_path(const char *folder, const char *path);

/* Appends the table as a reference in Markdown. CONSENT_ENOMEM, _ELIMIT. */
int options_markdown(
    const struct option *table, struct buf *out) CONSENT_CHECKED;

#endif
