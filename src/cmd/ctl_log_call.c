#include "cmd/ctl_log_call.h"

#include "base/clock.h"
#include "cmd/ctl_log_filter.h"
#include "report/database_url.h"

#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_DIR "/var/lib/consentd/log"

enum {
	TAIL = 10 /* entries that tail shows */
};

enum {
	OPT_DIR = 256,
	OPT_JSON,
	OPT_FORMAT,
	OPT_SINCE,
	OPT_UNTIL,
	OPT_SUBJECT,
	OPT_ACTION,
	OPT_TYPE,
	OPT_POLICY,
	OPT_NOTICE,
	OPT_LANG,
	OPT_SIGNAL,
	OPT_VIA,
	OPT_LIMIT,
	OPT_REVERSE,
	OPT_BY,
	OPT_ALL,
	OPT_TITLE,
	OPT_KEY,
	OPT_RECEIPT,
	OPT_FROM,
	OPT_LOG
};

static const struct option options[] = {
    {"dir", required_argument, NULL, OPT_DIR},
    {"json", no_argument, NULL, OPT_JSON},
    {"format", required_argument, NULL, OPT_FORMAT},
    {"since", required_argument, NULL, OPT_SINCE},
    {"until", required_argument, NULL, OPT_UNTIL},
    {"subject", required_argument, NULL, OPT_SUBJECT},
    {"action", required_argument, NULL, OPT_ACTION},
    {"type", required_argument, NULL, OPT_TYPE},
    {"policy", required_argument, NULL, OPT_POLICY},
    {"notice", required_argument, NULL, OPT_NOTICE},
    {"lang", required_argument, NULL, OPT_LANG},
    {"signal", required_argument, NULL, OPT_SIGNAL},
    {"via", required_argument, NULL, OPT_VIA},
    {"limit", required_argument, NULL, OPT_LIMIT},
    {"lines", required_argument, NULL, 'n'},
    {"reverse", no_argument, NULL, OPT_REVERSE},
    {"follow", no_argument, NULL, 'f'},
    {"by", required_argument, NULL, OPT_BY},
    {"all", no_argument, NULL, OPT_ALL},
    {"output", required_argument, NULL, 'o'},
    {"title", required_argument, NULL, OPT_TITLE},
    {"key", required_argument, NULL, OPT_KEY},
    {"receipt", required_argument, NULL, OPT_RECEIPT},
    {"from", required_argument, NULL, OPT_FROM},
    {"log", required_argument, NULL, OPT_LOG},
    {NULL, 0, NULL, 0},
};

static bool CONSENT_PRINTF(2, 3)
    complain(const struct log_call *call, const char *format, ...)
{
	va_list args;

	(void)fprintf(stderr, "consentctl log %s: ", call->command);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr); /* nothing is left to tell when it fails */
	return false;
}

/* A time as the log spells it, or a date: its first moment in UTC. */
static bool
read_time(const struct log_call *call, const char *text, int64_t *out)
{
	char moment[CLOCK_TEXT];

	if (clock_parse(span_of(text), out) == CONSENT_OK)
		return true;
	if (strlen(text) == 10) {
		(void)snprintf(moment, sizeof moment, "%sT00:00:00.000Z", text);
		if (clock_parse(span_of(moment), out) == CONSENT_OK)
			return true;
	}
	return complain(call,
	    "%s: not a time such as 2026-11-01 or 2026-11-01T10:00:00Z", text);
}

static bool
read_format(struct log_call *call, const char *text)
{
	if (strcmp(text, "csv") != 0 && strcmp(text, "jsonl") != 0)
		return complain(call, "%s: the formats are csv, jsonl", text);
	call->format = text;
	return true;
}

static bool
read_period(struct log_call *call, const char *text)
{
	static const char *const names[] = {"day", "week", "month"};
	unsigned i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(text, names[i]) == 0) {
			call->period = (enum summary_period)i;
			return true;
		}
	return complain(call, "%s: the periods are day, week, month", text);
}

static bool
read_limit(struct log_call *call, const char *text)
{
	if (span_to_u64(span_of(text), 10, LAYOUT_SEQ_MAX, &call->limit) ==
	    CONSENT_OK)
		return true;
	return complain(call, "%s: not a number of entries", text);
}

/* The options that filter by a member. */
static bool
read_field(struct log_call *call, int option, const char *text)
{
	static const int order[LOG_FIELDS] = {OPT_SUBJECT, OPT_ACTION, OPT_TYPE,
	    OPT_LANG, OPT_SIGNAL, OPT_VIA, OPT_POLICY, OPT_NOTICE};
	enum log_field field = LOG_FIELD_SUBJECT;
	const char *why;

	while (order[field] != option)
		field++;
	why = log_filter_add(&call->filter, field, text);
	return why == NULL || complain(call, "%s: %s", text, why);
}

/* The option's groups, as the commands name what they take. */
static unsigned
group_of(int option)
{
	switch (option) {
	case OPT_DIR:
		return ~0u;
	case OPT_JSON:
		return LOG_JSON;
	case OPT_FORMAT:
		return LOG_FORMAT;
	case OPT_KEY:
		return LOG_KEY | LOG_SIGNED;
	case OPT_RECEIPT:
		return LOG_SIGNED;
	case OPT_SINCE:
		return LOG_FILTERS | LOG_SIGNED | LOG_TIMES;
	case OPT_UNTIL:
		return LOG_FILTERS | LOG_TIMES;
	case OPT_SUBJECT:
		return LOG_FILTERS | LOG_WHICH;
	case OPT_ALL:
		return LOG_WHICH;
	case OPT_LIMIT:
	case OPT_REVERSE:
		return LOG_ORDER;
	case OPT_BY:
		return LOG_PERIOD;
	case OPT_TITLE:
	case 'o':
		return LOG_OUTPUT;
	case 'n':
	case 'f':
		return LOG_FOLLOW;
	case OPT_FROM:
	case OPT_LOG:
		return LOG_FROM;
	default:
		return LOG_FILTERS;
	}
}

/* The address of a database: kept here, without its password there. */
static bool
read_from(struct log_call *call, char *text)
{
	if (!database_url_is(text))
		return complain(call, "--from takes postgresql://...");
	if ((size_t)snprintf(call->from, sizeof call->from, "%s", text) >=
	    sizeof call->from)
		return complain(call, "--from: the address is too long");
	database_url_hide(text);
	return true;
}

/* The options with a value of their own kind. */
static bool
read_value(struct log_call *call, int option, char *text)
{
	switch (option) {
	case OPT_FROM:
		return read_from(call, text);
	case OPT_LOG:
		call->log = text;
		return true;
	case OPT_DIR:
		call->dir = text;
		return true;
	case OPT_KEY:
		call->key = text;
		return true;
	case OPT_TITLE:
		call->title = text;
		return true;
	case 'o':
		call->output = text;
		return true;
	case 'n':
	case OPT_LIMIT:
		return read_limit(call, text);
	case OPT_FORMAT:
		return read_format(call, text);
	case OPT_BY:
		return read_period(call, text);
	case OPT_RECEIPT:
		call->receipt = text;
		return true;
	case OPT_SINCE:
		if ((call->takes & LOG_SIGNED) == 0)
			return read_time(call, text, &call->filter.since);
		call->kept = text;
		return true;
	case OPT_UNTIL:
		return read_time(call, text, &call->filter.until);
	default:
		return read_field(call, option, text);
	}
}

static bool
read_option(struct log_call *call, int option, const char *name)
{
	if ((call->takes & group_of(option)) == 0)
		return complain(call, "%s is not for this command", name);
	if (option == OPT_JSON)
		call->json = true;
	else if (option == OPT_REVERSE)
		call->reverse = true;
	else if (option == OPT_ALL)
		call->all = true;
	else if (option == 'f')
		call->follow = true;
	else
		return read_value(call, option, optarg);
	return true;
}

/* The first argument of receipt: an entry, or all of a subject. */
static bool
read_which(struct log_call *call, const char *text)
{
	const char *why;

	if (span_to_u64(span_of(text), 10, LAYOUT_SEQ_MAX, &call->seq) ==
	    CONSENT_OK)
		return true;
	why = log_filter_add(&call->filter, LOG_FIELD_SUBJECT, text);
	return why == NULL ||
	       complain(
		   call, "%s: neither an entry's number nor a subject", text);
}

/* A receipt is checked with a key and nothing else. */
static bool
check_receipt(const struct log_call *call)
{
	if (call->key == NULL)
		return complain(call, "--receipt needs --key");
	if (call->dir != NULL || call->kept != NULL || call->json)
		return complain(call, "--receipt goes with --key alone");
	return true;
}

/* A log is read from one place. */
static bool
check_from(const struct log_call *call)
{
	if (call->log != NULL && call->from[0] == '\0')
		return complain(call, "--log names a log of --from");
	if (call->dir != NULL && call->from[0] != '\0')
		return complain(call, "give a directory or --from");
	return true;
}

/* The arguments that are no options: SEQ where one is due, then DIR. */
static bool
read_arguments(struct log_call *call, int argc, char **argv)
{
	int i = optind;

	if ((call->takes & LOG_SEQ) != 0) {
		if (i == argc || span_to_u64(span_of(argv[i]), 10,
				     LAYOUT_SEQ_MAX, &call->seq) != CONSENT_OK)
			return complain(call, "give the number of an entry");
		i++;
	}
	if ((call->takes & LOG_WHICH) != 0 &&
	    call->filter.fields[LOG_FIELD_SUBJECT].n == 0) {
		if (i == argc)
			return complain(
			    call, "give the number of an entry or a subject");
		if (!read_which(call, argv[i++]))
			return false;
	}
	if (i < argc) {
		if (call->dir != NULL)
			return complain(call, "--dir and DIR are the same");
		call->dir = argv[i++];
	}
	if (i < argc)
		return complain(call, "%s: one argument too many", argv[i]);
	if (call->receipt != NULL && !check_receipt(call))
		return false;
	if (!check_from(call))
		return false;
	if (call->dir == NULL)
		call->dir = DEFAULT_DIR;
	return true;
}

bool
log_call_read(struct log_call *call, int argc, char **argv)
{
	int option, which = -1;

	call->filter =
	    (struct log_filter){.since = INT64_MIN, .until = INT64_MAX};
	call->limit = (call->takes & LOG_FOLLOW) != 0 ? TAIL : UINT64_MAX;
	optind = 0; /* glibc's way to begin anew, with another argv */
	opterr = 0;
	while ((option = getopt_long(argc, argv, "n:fo:", options, &which)) !=
	       -1) {
		char name[32] = {'-', (char)option};

		if (option == '?')
			return complain(call,
			    "%s: unknown, or without its value",
			    argv[optind - 1]);
		if (option > UCHAR_MAX)
			(void)snprintf(
			    name, sizeof name, "--%s", options[which].name);
		if (!read_option(call, option, name))
			return false;
	}
	return read_arguments(call, argc, argv);
}
