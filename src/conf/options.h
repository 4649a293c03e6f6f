#ifndef CONSENT_CONF_OPTIONS_H
#define CONSENT_CONF_OPTIONS_H

/*
 * Fills a struct from settings by a table: one row an option with its name,
 * type, range, default and help. The table is also what the documentation is
 * written from, so that neither can know an option that the other does not.
 * Knows no option by itself; reports everything wrong before it gives up.
 */

#include <stddef.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/status.h>

struct findings;
struct setting;

enum {
	OPTION_NAME = 64,     /* longest name with its group, and NUL */
	OPTION_TEXT = 4096,   /* longest string */
	OPTION_ITEMS = 64,    /* most members of a list */
	OPTION_OF_GROUP = 48, /* most options of one group */
	OPTION_CHOICES = 8    /* most words of a choice */
};

enum option_type {
	OPTION_STRING,	 /* char *, owned */
	OPTION_PATH,	 /* char *, owned; made to count from a folder */
	OPTION_LIST,	 /* struct option_list of strings, owned */
	OPTION_NUMBER,	 /* unsigned */
	OPTION_SIZE,	 /* uint64_t bytes */
	OPTION_DURATION, /* int64_t milliseconds; plain numbers are seconds */
	OPTION_FLAG,	 /* bool */
	OPTION_CHOICE,	 /* int: which of the words in choices */
	OPTION_SECTION,	 /* a group of options named after it; no value */
	OPTION_ELSEWHERE /* known here, read by somebody else; no value */
};

struct option_list {
	const char **items; /* n of them, and NULL */
	size_t n;
};

/* A row; a table ends with a row without a name. */
struct option {
	const char *name; /* "token.lifetime_days" */
	enum option_type type;
	size_t offset;	     /* of the value in the struct */
	const char *initial; /* as it would be written; NULL: must be given */
	int64_t min, max;    /* numbers; strings and lists: their length */
	const char *choices; /* "HS256 ES256" */
	const char *help;    /* one sentence in Markdown */
};

/*
 * Reads every option of the table from the group root into target, which holds
 * zeros or an earlier default; folder is what paths count from. What is left
 * out gets its default. Unknown keys, wrong types and values out of range go
 * into findings, all of them, and the value is left as it was. CONSENT_EINVAL
 * when there was any, CONSENT_ENOMEM.
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
