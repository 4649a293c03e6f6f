#ifndef CONSENT_SETTINGS_SETTING_H
#define CONSENT_SETTINGS_SETTING_H

/*
 * One node of a settings tree: read only, borrowed, good until settings_free.
 * Functions that look for something below a node give NULL where the node is
 * of another type, so that a missing and a misplaced value look alike.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/findings.h>
#include <libconsent/status.h>

CONSENT_BEGIN

struct setting;

enum setting_type {
	SETTING_STRING,
	SETTING_INT,
	SETTING_FLOAT,
	SETTING_BOOL,
	SETTING_GROUP, /* { name = value; } */
	SETTING_ARRAY, /* [ ] scalars of one type */
	SETTING_LIST   /* ( ) anything */
};

/* The type of s. */
enum setting_type setting_type(const struct setting *s);

/* What s is, in words for a message: "a string", "a group"; static. */
const char *setting_type_name(const struct setting *s);

/* The name of s, or NULL for the root and for members of a list. */
const char *setting_name(const struct setting *s);

/*
 * Where s stands: the value of a scalar and of a member of a list, otherwise
 * its name.
 */
struct place setting_place(const struct setting *s);

/*
 * The same without column and text, whose cost grows with the line: for what
 * is kept of each of many.
 */
struct place setting_line(const struct setting *s);

/* Where the name of s stands; without one as above. */
struct place setting_name_place(const struct setting *s);

/* How many members a group, array or list has; 0 for a scalar. */
size_t setting_count(const struct setting *s);

/* Member i in the order of the file, or NULL. */
const struct setting *setting_at(const struct setting *s, size_t i);

/* The member of that name of a group, or NULL. */
const struct setting *setting_member(const struct setting *s, const char *name);

/* The text of a string, or NULL when s is none or not there (NULL). */
const char *setting_string(const struct setting *s);

/* The value of an integer. CONSENT_EINVAL when s is none. */
int setting_int(const struct setting *s, int64_t *out) CONSENT_CHECKED;

/* The value of a bool. CONSENT_EINVAL when s is none. */
int setting_bool(const struct setting *s, bool *out) CONSENT_CHECKED;

CONSENT_END

#endif
