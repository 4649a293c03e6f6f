#include "cmd/ctl_log_call.h"

#include "base/clock.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_DIR "/var/lib/consentd/log"

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
	OPT_LANG,
	OPT_KEY,
	OPT_RECEIPT
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
    {"lang", required_argument, NULL, OPT_LANG},
    {"key", required_argument, NULL, OPT_KEY},
    {"receipt", required_argument, NULL, OPT_RECEIPT},
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
read_type(struct log_call *call, const char *text)
{
	enum layout_type type;

	if (layout_type_of(span_of(text), &type) != CONSENT_OK)
		return complain(call, "%s: no type of entry", text);
	call->filter.type = (int)type;
	return true;
}

static bool
read_action(struct log_call *call, const char *text)
{
	enum record_action action;

	if (record_action_of(span_of(text), &action) != CONSENT_OK)
		return complain(call, "%s: no action", text);
	call->filter.action = record_action_name(action);
	return true;
}

static bool
read_format(struct log_call *call, const char *text)
{
	if (strcmp(text, "csv") != 0 && strcmp(text, "jsonl") != 0)
		return complain(call, "%s: the formats are csv, jsonl", text);
	call->format = text;
	return true;
}

/* What takes signed checkpoints; a promise not kept would be worse. */
static bool
refuse_signed(const struct log_call *call, const char *option)
{
	return complain(call,
	    "%s needs signed checkpoints, which this log does not have; "
	    "only inner consistency can be checked",
	    option);
}

static bool
read_filter(struct log_call *call, int option, const char *text)
{
	struct log_filter *filter = &call->filter;

	if (option == OPT_SINCE)
		return read_time(call, text, &filter->since);
	if (option == OPT_UNTIL)
		return read_time(call, text, &filter->until);
	if (option == OPT_ACTION)
		return read_action(call, text);
	if (option == OPT_TYPE)
		return read_type(call, text);
	if (option == OPT_SUBJECT)
		filter->subject = text;
	else if (option == OPT_POLICY)
		filter->policy = text;
	else
		filter->lang = text;
	return true;
}

/* The option's group, as the commands name what they take. */
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
	case OPT_RECEIPT:
		return LOG_SIGNED;
	case OPT_SINCE:
		return LOG_FILTERS | LOG_SIGNED;
	default:
		return LOG_FILTERS;
	}
}

static bool
read_option(struct log_call *call, int option, const char *name)
{
	if ((call->takes & group_of(option)) == 0)
		return complain(call, "--%s is not for this command", name);
	if ((call->takes & LOG_SIGNED) != 0 &&
	    (option == OPT_KEY || option == OPT_RECEIPT || option == OPT_SINCE))
		return refuse_signed(call, name);
	if (option == OPT_DIR)
		call->dir = optarg;
	else if (option == OPT_JSON)
		call->json = true;
	else if (option == OPT_FORMAT)
		return read_format(call, optarg);
	else
		return read_filter(call, option, optarg);
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
	if (i < argc) {
		if (call->dir != NULL)
			return complain(call, "--dir and DIR are the same");
		call->dir = argv[i++];
	}
	if (i < argc)
		return complain(call, "%s: one argument too many", argv[i]);
	if (call->dir == NULL)
		call->dir = DEFAULT_DIR;
	return true;
}

bool
log_call_read(struct log_call *call, int argc, char **argv)
{
	int option, which = 0;

	call->filter = (struct log_filter){
	    .since = INT64_MIN, .until = INT64_MAX, .type = -1};
	optind = 0; /* glibc's way to begin anew, with another argv */
	opterr = 0;
	while ((option = getopt_long(argc, argv, "", options, &which)) != -1) {
		if (option == '?')
			return complain(call,
			    "%s: unknown, or without its value",
			    argv[optind - 1]);
		if (!read_option(call, option, options[which].name))
			return false;
	}
	return read_arguments(call, argc, argv);
}

static bool
is_same(const char *wanted, const char *value)
{
	return wanted == NULL || strcmp(wanted, value) == 0;
}

bool
log_filter_passes(const struct log_filter *filter, const struct entry *entry)
{
	const char *policy =
	    entry->type == LAYOUT_POLICY ? entry->hash : entry->policy;

	if (filter->type >= 0 && filter->type != (int)entry->type)
		return false;
	/* what was erased has no time any more */
	if (entry->type == LAYOUT_ERASED
		? filter->since != INT64_MIN || filter->until != INT64_MAX
		: entry->time < filter->since || entry->time >= filter->until)
		return false;
	/* the beginning of a hash will do */
	if (filter->policy != NULL &&
	    !span_starts(span_of(policy), span_of(filter->policy)))
		return false;
	return is_same(filter->subject, entry->sub) &&
	       is_same(filter->action, entry->act) &&
	       is_same(filter->lang, entry->lang);
}
