#include "cmd/ctl_log_filter.h"

#include "base/ascii.h"
#include "base/spelling.h"

#include <libconsent/record.h>

#include <string.h>

/* The member of each filter, as it stands in a line. */
static const struct {
	struct span front; /* what a line has before the value */
	bool prefix;	   /* the beginning of a value will do */
} fields[LOG_FIELDS] = {
    [LOG_FIELD_SUBJECT] = {{"\"sub\":\"", 7}, false},
    [LOG_FIELD_ACTION] = {{"\"act\":\"", 7}, false},
    [LOG_FIELD_TYPE] = {{"\"type\":\"", 8}, false},
    [LOG_FIELD_LANG] = {{"\"lang\":\"", 8}, false},
    [LOG_FIELD_SIGNAL] = {{"\"signal\":\"", 10}, false},
    [LOG_FIELD_WAY] = {{"\"via\":\"", 7}, false},
    [LOG_FIELD_POLICY] = {{"", 0}, true},
    [LOG_FIELD_NOTICE] = {{"", 0}, true},
};

/* What is wrong with a value, or NULL. */
static const char *
check(enum log_field field, struct span value)
{
	enum record_action action;
	enum layout_type type;

	if (value.n == 0 || value.n >= LAYOUT_NAME)
		return "no value, or one that is too long";
	if (field == LOG_FIELD_SUBJECT && value.n != RECORD_ID - 1)
		return "a subject has 22 characters";
	if (field == LOG_FIELD_ACTION &&
	    record_action_of(value, &action) != CONSENT_OK)
		return "no action";
	if (field == LOG_FIELD_TYPE &&
	    layout_type_of(value, &type) != CONSENT_OK)
		return "no type of entry";
	if (fields[field].prefix &&
	    !spelling_is_all(value, ASCII_LOWER | ASCII_DIGIT))
		return "not how a hash begins";
	return NULL;
}

const char *
log_filter_add(
    struct log_filter *filter, enum log_field field, const char *list)
{
	struct log_values *values = &filter->fields[field];
	struct span rest = span_of(list);

	while (rest.p != NULL) {
		struct span value = span_cut(&rest, ',');
		const char *why = check(field, value);

		if (why != NULL)
			return why;
		if (values->n == LOG_VALUES)
			return "more than 16 values";
		values->values[values->n++] = value;
	}
	return NULL;
}

/* Whether the line has the member with that value, its quote and all. */
static bool
holds(struct span line, struct span front, struct span value)
{
	char needle[LAYOUT_NAME + 16];
	size_t n = front.n + value.n;

	if (n + 1 > sizeof needle)
		return true;
	memcpy(needle, front.p, front.n);
	memcpy(needle + front.n, value.p, value.n);
	needle[n++] = '"';
	return memmem(line.p, line.n, needle, n) != NULL;
}

static bool
may_have(
    enum log_field field, const struct log_values *values, struct span line)
{
	size_t i;

	for (i = 0; i < values->n; i++) {
		struct span value = values->values[i];

		if (fields[field].prefix
			? memmem(line.p, line.n, value.p, value.n) != NULL
			: holds(line, fields[field].front, value))
			return true;
		if (field == LOG_FIELD_TYPE &&
		    span_starts(value, SPAN("erased")))
			return true; /* it has no member of that name */
	}
	return values->n == 0;
}

bool
log_filter_may_pass(const struct log_filter *filter, struct span line)
{
	enum log_field field;

	for (field = LOG_FIELD_SUBJECT; field < LOG_FIELDS; field++)
		if (!may_have(field, &filter->fields[field], line))
			return false;
	return true;
}

/* What the entry has where the filter looks. */
static struct span
value_of(enum log_field field, const struct entry *entry)
{
	switch (field) {
	case LOG_FIELD_SUBJECT:
		return entry->sub;
	case LOG_FIELD_ACTION:
		return entry->act;
	case LOG_FIELD_TYPE:
		return span_of(layout_type_name(entry->type));
	case LOG_FIELD_LANG:
		return entry->lang;
	case LOG_FIELD_SIGNAL:
		return entry->signal;
	case LOG_FIELD_WAY:
		return entry->via;
	case LOG_FIELD_POLICY:
		return entry->type == LAYOUT_POLICY ? entry->hash
						    : entry->policy;
	case LOG_FIELD_NOTICE:
		return entry->type == LAYOUT_NOTICE ? entry->hash
						    : entry->notice;
	case LOG_FIELDS:
		break;
	}
	return SPAN("");
}

static bool
is_among(
    enum log_field field, const struct log_values *values, struct span value)
{
	size_t i;

	for (i = 0; i < values->n; i++)
		if (fields[field].prefix ? span_starts(value, values->values[i])
					 : span_equal(value, values->values[i]))
			return true;
	return values->n == 0;
}

bool
log_filter_passes(const struct log_filter *filter, const struct entry *entry)
{
	enum log_field field;

	/* what was erased has no time any more */
	if (entry->type == LAYOUT_ERASED
		? filter->since != INT64_MIN || filter->until != INT64_MAX
		: entry->time < filter->since || entry->time >= filter->until)
		return false;
	for (field = LOG_FIELD_SUBJECT; field < LOG_FIELDS; field++) {
		const struct log_values *values = &filter->fields[field];

		if (values->n > 0 &&
		    !is_among(field, values, value_of(field, entry)))
			return false;
	}
	return true;
}
