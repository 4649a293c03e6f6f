#include "audit/form.h"

#include "base/ascii.h"
#include "base/clock.h"
#include "base/digest.h"

#include <libconsent/record.h>

#include <stdbool.h>
#include <string.h>

enum {
	SUMS = 512,    /* most rows in an enforcement entry */
	ERASED = 4096, /* most numbers in an erase entry */
	TIME_TEXT = 24 /* RFC 3339 with milliseconds */
};

/* One member of an entry: says what is wrong with its value, or NULL. */
struct member {
	const char *name;
	const char *(*check)(const json_t *value);
	bool optional;
};

static struct span
text_of(const json_t *value)
{
	return (struct span){
	    json_string_value(value), json_string_length(value)};
}

static const char *
check_seq(const json_t *value)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    (uint64_t)json_integer_value(value) > LAYOUT_SEQ_MAX)
		return "not an entry's number";
	return NULL;
}

static const char *
check_count(const json_t *value)
{
	return check_seq(value) == NULL ? NULL : "not a count";
}

/* 22 characters of base64url whose last four bits are zero. */
static const char *
check_id(const json_t *value)
{
	struct span s = text_of(value);
	size_t i;

	if (s.n != RECORD_ID - 1)
		return "not an id of 128 bits";
	for (i = 0; i < s.n; i++)
		if (!ascii_is(s.p[i], ASCII_ALNUM) && s.p[i] != '-' &&
		    s.p[i] != '_')
			return "not an id of 128 bits";
	if (strchr("AQgw", s.p[s.n - 1]) == NULL)
		return "not an id of 128 bits";
	return NULL;
}

static const char *
check_time(const json_t *value)
{
	int64_t when;

	if (json_string_length(value) != TIME_TEXT ||
	    clock_parse(text_of(value), &when) != CONSENT_OK)
		return "not a time in UTC with milliseconds";
	return NULL;
}

/* Printable ASCII that JSON needs no escape for. */
static const char *
check_name(const json_t *value)
{
	struct span s = text_of(value);
	size_t i;

	if (s.n == 0 || s.n >= LAYOUT_NAME)
		return "a name that is empty or too long";
	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 ||
		    (unsigned char)s.p[i] > 0x7e || s.p[i] == '"' ||
		    s.p[i] == '\\')
			return "a name with a strange character";
	return NULL;
}

/*
 * A sentence for people; jansson has checked that it is UTF-8. No C0 or C1
 * control (U+0080 to U+009F): terminals obey them.
 */
static const char *
check_text(const json_t *value)
{
	struct span s = text_of(value);
	size_t i;

	if (!json_is_string(value) || s.n >= LAYOUT_NAME)
		return "not a text, or too long";
	for (i = 0; i < s.n; i++)
		if (ascii_is(s.p[i], ASCII_CONTROL) ||
		    (s.p[i] == '\xc2' && (unsigned char)s.p[i + 1] < 0xa0))
			return "a text with a control character";
	return NULL;
}

static const char *
check_hash(const json_t *value)
{
	struct span s = text_of(value);
	size_t i;

	if (s.n != RECORD_HASH - 1)
		return "not a SHA-256 in hex";
	for (i = 0; i < s.n; i++)
		if (!ascii_is(s.p[i], ASCII_HEX) ||
		    ascii_is(s.p[i], ASCII_UPPER))
			return "not a SHA-256 in hex";
	return NULL;
}

/* A host as policies name it: ASCII, in lower case, or an address. */
static const char *
check_host(const json_t *value)
{
	struct span s = text_of(value);
	size_t i;

	if (s.n == 0 || s.n >= RECORD_HOST)
		return "not a host";
	for (i = 0; i < s.n; i++)
		if (!ascii_is(s.p[i], ASCII_LOWER | ASCII_DIGIT) &&
		    strchr("-._[]:", s.p[i]) == NULL)
			return "not a host";
	return NULL;
}

static const char *
check_act(const json_t *value)
{
	enum record_action action;

	if (!json_is_string(value) ||
	    record_action_of(text_of(value), &action) != CONSENT_OK)
		return "not an act";
	return NULL;
}

static const char *
check_via(const json_t *value)
{
	struct span s = text_of(value);

	if (!span_equal(s, span_of(record_via_name(RECORD_VIA_NOTICE))) &&
	    !span_equal(s, span_of(record_via_name(RECORD_VIA_PREFERENCES))) &&
	    !span_equal(s, span_of(record_via_name(RECORD_VIA_API))))
		return "not a way of choosing";
	return NULL;
}

static const char *
check_signal(const json_t *value)
{
	struct span s = text_of(value);

	if (!span_equal(s, SPAN("none")) && !span_equal(s, SPAN("gpc")))
		return "not a signal";
	return NULL;
}

/* The characters of RFC 5646. */
static const char *
check_lang(const json_t *value)
{
	struct span s = text_of(value);
	size_t i;

	if (s.n == 0 || s.n >= RECORD_LANG)
		return "not a language tag";
	for (i = 0; i < s.n; i++)
		if (!ascii_is(s.p[i], ASCII_ALNUM) && s.p[i] != '-')
			return "not a language tag";
	return NULL;
}

/* A key of RFC 9651, 3.1.2. */
static const char *
check_category(const json_t *value)
{
	struct span s = text_of(value);
	size_t i;

	if (s.n == 0 || s.n >= RECORD_NAME ||
	    (!ascii_is(s.p[0], ASCII_LOWER) && s.p[0] != '*'))
		return "not a category";
	for (i = 0; i < s.n; i++)
		if (!ascii_is(s.p[i], ASCII_LOWER | ASCII_DIGIT) &&
		    strchr("_-.*", s.p[i]) == NULL)
			return "not a category";
	return NULL;
}

static bool
is_among(const json_t *list, size_t n, const json_t *value)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (json_equal(json_array_get(list, i), value))
			return true;
	return false;
}

static const char *
check_categories(const json_t *value)
{
	size_t i;

	if (!json_is_array(value) || json_array_size(value) > POLICY_CATEGORIES)
		return "not a list of categories";
	for (i = 0; i < json_array_size(value); i++) {
		const json_t *id = json_array_get(value, i);

		if (check_category(id) != NULL)
			return "not a category";
		if (is_among(value, i, id))
			return "a category that is named twice";
	}
	return NULL;
}

static const char *
check_entries(const json_t *value)
{
	size_t i;

	if (!json_is_array(value) || json_array_size(value) == 0 ||
	    json_array_size(value) > ERASED)
		return "not a list of entries";
	for (i = 0; i < json_array_size(value); i++) {
		const json_t *seq = json_array_get(value, i);

		if (check_seq(seq) != NULL)
			return "not a list of entries";
		if (i > 0 &&
		    json_integer_value(seq) <=
			json_integer_value(json_array_get(value, i - 1)))
			return "a list of entries that does not ascend";
	}
	return NULL;
}

/* Of the visitors that something was removed for. */
static const char *
check_state(const json_t *value)
{
	struct span s = text_of(value);

	if (!span_equal(s, SPAN("undecided")) &&
	    !span_equal(s, SPAN("denied")) && !span_equal(s, SPAN("granted")))
		return "not a state of consent";
	return NULL;
}

static const char *check_sums(const json_t *value);

#define END                                                                    \
	{                                                                      \
		NULL, NULL, false                                              \
	}

static const struct member head_members[] = {{"seq", check_seq, false},
    {"id", check_id, false}, {"time", check_time, false},
    {"type", check_text, false}, {"node", check_name, false},
    {"version", check_name, false}, END};

static const struct member choice_members[] = {{"sub", check_id, true},
    {"act", check_act, false}, {"embed", check_host, true},
    {"granted", check_categories, false}, {"denied", check_categories, false},
    {"policy", check_hash, false}, {"notice", check_hash, false},
    {"lang", check_lang, false}, {"signal", check_signal, false},
    {"via", check_via, false}, {"kid", check_name, false}, END};

static const struct member text_members[] = {{"hash", check_hash, false}, END};

static const struct member run_members[] = {
    {"what", check_text, false}, {"why", check_text, false}, END};

static const struct member key_members[] = {{"kid", check_name, false},
    {"alg", check_name, false}, {"what", check_text, false},
    {"why", check_text, false}, END};

static const struct member enforcement_members[] = {
    {"since", check_time, false}, {"until", check_time, false},
    {"screened", check_count, false}, {"removed", check_sums, false},
    {"confirmed", check_count, false}, {"unconfirmed", check_count, false},
    END};

static const struct member sum_members[] = {{"rule", check_text, false},
    {"category", check_category, false}, {"state", check_state, false},
    {"count", check_count, false}, END};

static const struct member incident_members[] = {{"what", check_text, false},
    {"since", check_time, false}, {"count", check_count, false}, END};

static const struct member erase_members[] = {
    {"entries", check_entries, false}, {"why", check_text, false}, END};

static const struct member erased_members[] = {{"seq", check_seq, false},
    {"erased", check_hash, false}, {"by", check_seq, false}, END};

static const struct member *const type_members[] = {
    [LAYOUT_CHOICE] = choice_members,
    [LAYOUT_POLICY] = text_members,
    [LAYOUT_NOTICE] = text_members,
    [LAYOUT_START] = run_members,
    [LAYOUT_STOP] = run_members,
    [LAYOUT_KEY] = key_members,
    [LAYOUT_ENFORCEMENT] = enforcement_members,
    [LAYOUT_INCIDENT] = incident_members,
    [LAYOUT_ERASE] = erase_members,
    [LAYOUT_ERASED] = erased_members,
};

/* Walks members and the table together; *iter stays where the table ends. */
static const char *
check_members(json_t *object, void **iter, const struct member *members)
{
	const char *why;

	for (; members->name != NULL; members++) {
		if (*iter == NULL ||
		    strcmp(json_object_iter_key(*iter), members->name) != 0) {
			if (members->optional)
				continue;
			return "members are missing, foreign or out of order";
		}
		why = members->check(json_object_iter_value(*iter));
		if (why != NULL)
			return why;
		*iter = json_object_iter_next(object, *iter);
	}
	return NULL;
}

/* An object that has these members and no more. */
static const char *
check_object(const json_t *value, const struct member *members)
{
	/* jansson's iterators want a pointer without const; none writes */
	json_t *object = (json_t *)(uintptr_t)value;
	void *iter = json_object_iter(object);
	const char *why = check_members(object, &iter, members);

	if (why == NULL && iter != NULL)
		why = "a member that does not belong there";
	return why;
}

static const char *
check_sums(const json_t *value)
{
	size_t i;

	if (!json_is_array(value) || json_array_size(value) > SUMS)
		return "not a list of sums";
	for (i = 0; i < json_array_size(value); i++) {
		const char *why =
		    check_object(json_array_get(value, i), sum_members);

		if (why != NULL)
			return why;
	}
	return NULL;
}

/* What the members of a choice mean together. */
static const char *
check_choice(const json_t *entry)
{
	const json_t *granted = json_object_get(entry, "granted");
	const json_t *denied = json_object_get(entry, "denied");
	const json_t *sub = json_object_get(entry, "sub");
	struct span act = text_of(json_object_get(entry, "act"));
	size_t i, n = json_array_size(granted);

	if (span_equal(act, SPAN("embed")) !=
	    (json_object_get(entry, "embed") != NULL))
		return "an embed that is not named, or no embed that is";
	if (span_equal(act, SPAN("embed")) && n + json_array_size(denied) > 0)
		return "an embed that decides about categories";
	for (i = 0; i < n; i++)
		if (is_among(denied, json_array_size(denied),
			json_array_get(granted, i)))
			return "a category both granted and denied";
	if (n > 0 && sub == NULL)
		return "a grant without a subject";
	if (span_equal(act, SPAN("reject")) && (n > 0 || sub != NULL))
		return "a refusal that grants or has a subject";
	if (span_equal(act, SPAN("withdraw")) && n > 0)
		return "a withdrawal that grants";
	if (span_equal(act, SPAN("accept")) && json_array_size(denied) > 0)
		return "an acceptance that denies";
	return NULL;
}

static const char *
check_erased(const json_t *entry)
{
	if (json_integer_value(json_object_get(entry, "by")) <=
	    json_integer_value(json_object_get(entry, "seq")))
		return "erased by an entry that came before";
	return check_object(entry, erased_members);
}

const char *
form_check(const json_t *entry, enum layout_type *type)
{
	json_t *object = (json_t *)(uintptr_t)entry; /* as in check_object */
	void *iter = json_object_iter(object);
	const char *why;

	if (!json_is_object(entry))
		return "not an object";
	if (json_object_get(entry, "erased") != NULL) {
		*type = LAYOUT_ERASED;
		return check_erased(entry);
	}
	why = check_members(object, &iter, head_members);
	if (why != NULL)
		return why;
	if (layout_type_of(text_of(json_object_get(entry, "type")), type) !=
		CONSENT_OK ||
	    *type == LAYOUT_ERASED)
		return "an unknown type of entry";
	why = check_members(object, &iter, type_members[*type]);
	if (why == NULL && iter != NULL)
		why = "a member that does not belong there";
	if (why == NULL && *type == LAYOUT_CHOICE)
		why = check_choice(entry);
	return why;
}
