#ifndef CONSENT_CMD_CTL_LOG_FILTER_H
#define CONSENT_CMD_CTL_LOG_FILTER_H

/*
 * Which entries a `consentctl log` command is about: the values of its
 * filters, and whether a line passes them. No I/O.
 */

#include <stdbool.h>
#include <stdint.h>

#include "audit/entry.h"

#include <libconsent/span.h>

/* The members that a filter may ask for by their value. */
enum log_field {
	LOG_FIELD_SUBJECT,
	LOG_FIELD_ACTION,
	LOG_FIELD_TYPE,
	LOG_FIELD_LANG,
	LOG_FIELD_SIGNAL,
	LOG_FIELD_WAY,
	LOG_FIELD_POLICY, /* how its hash begins */
	LOG_FIELD_NOTICE, /* the same */
	LOG_FIELDS
};

enum {
	LOG_VALUES = 16 /* most values of one filter */
};

struct log_values {
	size_t n;
	struct span values[LOG_VALUES];
};

/* Each filter without a value, or out of range, lets everything through. */
struct log_filter {
	int64_t since, until; /* ms; until is not included */
	struct log_values fields[LOG_FIELDS];
};

/*
 * Adds the values of a list with commas to a filter. NULL, or in static words
 * what is wrong with one.
 */
const char *log_filter_add(
    struct log_filter *filter, enum log_field field, const char *list);

/*
 * Whether a line that was not read yet may pass: true where in doubt, and much
 * faster than reading it.
 */
bool log_filter_may_pass(const struct log_filter *filter, struct span line);

/* Whether an entry that entry_read has passed goes through. */
bool log_filter_passes(
    const struct log_filter *filter, const struct entry *entry);

#endif
