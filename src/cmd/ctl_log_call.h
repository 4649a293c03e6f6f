#ifndef CONSENT_CMD_CTL_LOG_CALL_H
#define CONSENT_CMD_CTL_LOG_CALL_H

/*
 * What a `consentctl log` command was asked: its options, checked, and which
 * entries they let through. Complaints go to stderr.
 */

#include <stdbool.h>
#include <stdint.h>

#include "cmd/ctl_log_filter.h"
#include "report/summary.h"

/* The options that a command takes, as a mask. */
enum log_option {
	LOG_FILTERS = 1u << 0, /* --since --until --subject and so on */
	LOG_FORMAT = 1u << 1,
	LOG_JSON = 1u << 2,
	LOG_SEQ = 1u << 3,     /* the first argument is an entry's number */
	LOG_SIGNED = 1u << 4,  /* --since FILE --receipt */
	LOG_ORDER = 1u << 5,   /* --limit --reverse */
	LOG_FOLLOW = 1u << 6,  /* -n -f */
	LOG_PERIOD = 1u << 7,  /* --by */
	LOG_TIMES = 1u << 8,   /* --since --until */
	LOG_WHICH = 1u << 9,   /* the first argument: SEQ or SUBJECT; --all */
	LOG_OUTPUT = 1u << 10, /* -o --title */
	LOG_KEY = 1u << 11,
	LOG_FROM = 1u << 12 /* --from --log */
};

enum {
	LOG_URL = 2048 /* longest address of a database and its NUL */
};

struct log_call {
	const char *command; /* for messages */
	unsigned takes;	     /* mask of enum log_option */
	const char *dir;
	const char *format;  /* csv, jsonl or NULL */
	const char *output;  /* -o, or NULL */
	const char *title;   /* or NULL */
	const char *key;     /* a public key or its file, or NULL */
	const char *kept;    /* the file of a checkpoint, or NULL */
	const char *receipt; /* the file of a receipt, or NULL */
	char from[LOG_URL];  /* the database instead of dir, or "" */
	const char *log;     /* the log in it, or NULL: all */
	bool json, reverse, follow, all;
	enum summary_period period;
	uint64_t limit; /* UINT64_MAX: none */
	uint64_t seq;	/* unless there is a subject in the filter */
	struct log_filter filter;
};

/*
 * Reads the arguments after the command's name, which is argv[0]. command and
 * takes of call are set before. False after a complaint.
 */
bool log_call_read(struct log_call *call, int argc, char **argv);

#endif
