#ifndef CONSENT_CONF_OPTION_H
#define CONSENT_CONF_OPTION_H

/*
 * One option of a configuration: its row in a table, and how a value of its
 * type is read, kept, and described in words. Knows no option by name and
 * reports nothing: that is conf/options.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

struct setting;

enum {
	OPTION_TEXT = 4096, /* longest string */
	OPTION_ITEMS = 64,  /* most members of a list */
	OPTION_WANTED = 256 /* room for option_wanted */
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
	const char *choices; /* "HS256 ES256"; elsewhere: what is taken */
	const char *help;    /* one sentence in Markdown */
};

/* A value on its way from the file to a struct; owns text and list. */
struct option_value {
	int64_t number;
	char *text;
	struct option_list list;
};

/* Whether the option keeps a value at its offset. */
bool option_has_value(const struct option *row);

/*
 * Reads the value of an option. CONSENT_EINVAL: another type or no such word;
 * CONSENT_ELIMIT: out of range; CONSENT_ECODING: text that is not UTF-8 on one
 * line; CONSENT_ENOMEM. On success the caller owns
 * what is in *value.
 */
int option_from_setting(const struct option *row, const struct setting *s,
    struct option_value *value) CONSENT_CHECKED;

/* The same for the row's initial value, which must not be NULL. */
int option_from_initial(
    const struct option *row, struct option_value *value) CONSENT_CHECKED;

/* Moves the value to its place in target; what was there is not freed. */
void option_store(
    const struct option *row, struct option_value *value, void *target);

/* Frees what the option keeps in target, and zeroes it. */
void option_clear(const struct option *row, void *target);

/* Frees what value owns, and zeroes it. */
void option_value_fini(struct option_value *value);

/* Writes what the option takes: "a whole number from 1 to 400". */
void option_wanted(const struct option *row, char out[OPTION_WANTED]);

/*
 * Writes what was meant by a value that the option does not take: "185" for a
 * string of that number, the nearest of its words. False where that is open.
 */
bool option_fix(
    const struct option *row, const struct setting *s, char out[OPTION_WANTED]);

#endif
