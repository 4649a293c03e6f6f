#ifndef CONSENT_CMD_CTL_LOG_CALL_H
#define CONSENT_CMD_CTL_LOG_CALL_H

/*
 * What a `consentctl log` command was asked: its options, checked, and which
 * entries they let through. Complaints go to stderr.
 */

#include <stdbool.h>
#include <stdint.h>

#include "audit/entry.h"

/* The options that a command takes, as a mask. */
enum log_option {
	LOG_FILTERS = 1u << 0, /* --since --until --subject and so on */
	LOG_FORMAT = 1u << 1,
	LOG_JSON = 1u << 2,
	LOG_SEQ = 1u << 3,   /* the first argument is an entry's number */
	LOG_SIGNED = 1u << 4 /* --key --since FILE --receipt: refused */
};

/* Each filter that is NULL or out of range lets everything through. */
struct log_filter {
	int64_t since, until; /* ms; until is not included */
	const char *subject, *action, *policy, *lang;
	int type; /* enum layout_type, or -1 */
};

struct log_call {
	const char *command; /* for messages */
	unsigned takes;	     /* mask of enum log_option */
	const char *dir;
	const char *format; /* csv, jsonl or NULL */
	bool json;
	uint64_t seq;
	struct log_filter filter;
};

/*
 * Reads the arguments after the command's name, which is argv[0]. command and
 * takes of call are set before. False after a complaint.
 */
bool log_call_read(struct log_call *call, int argc, char **argv);

/* Whether an entry passes all filters. */
bool log_filter_passes(
    const struct log_filter *filter, const struct entry *entry);

#endif
