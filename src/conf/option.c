#include "conf/option.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "settings/values.h"

#include <libconsent/setting.h>

enum {
	SECOND_MS = 1000, /* what a plain number of a duration counts */
	OPTION_WORDS = 8, /* most words of a choice */
	OPTION_WORD = 32  /* longest of them */
};

/* How one type of option is read; parsers give 0 or a negative status. */
struct kind {
	int (*from_setting)(const struct option *row, const struct setting *s,
	    struct option_value *value);
	int (*from_text)(const struct option *row, struct span text,
	    struct option_value *value);
	void (*store)(void *at, const struct option_value *value);
};

static int
in_range(const struct option *row, int64_t n)
{
	return n < row->min || n > row->max ? CONSENT_ELIMIT : CONSENT_OK;
}

/* Whether text can be shown anywhere: UTF-8 without control characters. */
static bool
is_plain(struct span text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7F)
			return false;
	return utf8_is_all(text);
}

static int
string_from_text(
    const struct option *row, struct span text, struct option_value *value)
{
	int64_t most = row->max != 0 ? row->max : OPTION_TEXT;

	if (!is_plain(text))
		return CONSENT_ECODING;
	if (text.n > (size_t)most || text.n < (size_t)row->min)
		return CONSENT_ELIMIT;
	value->text = malloc(text.n + 1);
	if (value->text == NULL)
		return CONSENT_ENOMEM;
	if (text.n != 0)
		memcpy(value->text, text.p, text.n);
	value->text[text.n] = '\0';
	return CONSENT_OK;
}

static int
string_from_setting(const struct option *row, const struct setting *s,
    struct option_value *value)
{
	const char *text = setting_string(s);

	if (text == NULL)
		return CONSENT_EINVAL;
	return string_from_text(row, span_of(text), value);
}

static void
string_store(void *at, const struct option_value *value)
{
	memcpy(at, &value->text, sizeof value->text);
}

/* Adds a string to the list, which has room. */
static int
list_add(struct option_list *list, struct span text)
{
	char *copy;

	if (text.n == 0 || text.n > OPTION_TEXT)
		return CONSENT_EINVAL;
	if (!is_plain(text))
		return CONSENT_ECODING;
	copy = malloc(text.n + 1);
	if (copy == NULL)
		return CONSENT_ENOMEM;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	list->items[list->n++] = copy;
	return CONSENT_OK;
}

static int
list_reserve(struct option_list *list, size_t n)
{
	list->items = calloc(n + 1, sizeof *list->items);
	return list->items == NULL ? CONSENT_ENOMEM : CONSENT_OK;
}

static int
list_from_text(
    const struct option *row, struct span text, struct option_value *value)
{
	int rc = list_reserve(&value->list, OPTION_ITEMS);

	(void)row; /* the table's own defaults are in range */
	while (rc == CONSENT_OK && text.n != 0)
		rc = list_add(&value->list, span_cut(&text, ' '));
	return rc;
}

static int
list_from_setting(const struct option *row, const struct setting *s,
    struct option_value *value)
{
	size_t i, n = setting_items(s);
	int rc;

	if (n > (size_t)row->max || n < (size_t)row->min)
		return CONSENT_ELIMIT;
	rc = list_reserve(&value->list, n);
	for (i = 0; rc == CONSENT_OK && i < n; i++) {
		const char *text = setting_string(setting_item(s, i));

		rc = text == NULL ? CONSENT_EINVAL
				  : list_add(&value->list, span_of(text));
	}
	return rc;
}

static void
list_store(void *at, const struct option_value *value)
{
	memcpy(at, &value->list, sizeof value->list);
}

static int
number_from_text(
    const struct option *row, struct span text, struct option_value *value)
{
	uint64_t n;
	int rc = span_to_u64(text, 10, INT64_MAX, &n);

	if (rc != CONSENT_OK)
		return rc;
	value->number = (int64_t)n;
	return in_range(row, value->number);
}

static int
number_from_setting(const struct option *row, const struct setting *s,
    struct option_value *value)
{
	int rc = setting_int(s, &value->number);

	return rc != CONSENT_OK ? rc : in_range(row, value->number);
}

static void
number_store(void *at, const struct option_value *value)
{
	unsigned n = (unsigned)value->number;

	memcpy(at, &n, sizeof n);
}

static int
size_from_text(
    const struct option *row, struct span text, struct option_value *value)
{
	int rc = settings_size(text, &value->number);

	return rc != CONSENT_OK ? rc : in_range(row, value->number);
}

static int
size_from_setting(const struct option *row, const struct setting *s,
    struct option_value *value)
{
	int rc = setting_size(s, &value->number);

	return rc != CONSENT_OK ? rc : in_range(row, value->number);
}

static int
duration_from_text(
    const struct option *row, struct span text, struct option_value *value)
{
	int rc = settings_duration(text, &value->number);

	return rc != CONSENT_OK ? rc : in_range(row, value->number);
}

static int
duration_from_setting(const struct option *row, const struct setting *s,
    struct option_value *value)
{
	int rc = setting_duration(s, SECOND_MS, &value->number);

	return rc != CONSENT_OK ? rc : in_range(row, value->number);
}

static void
wide_store(void *at, const struct option_value *value)
{
	memcpy(at, &value->number, sizeof value->number);
}

static int
flag_from_text(
    const struct option *row, struct span text, struct option_value *value)
{
	(void)row; /* a flag has no range */
	value->number = span_equal(text, SPAN("true"));
	return CONSENT_OK;
}

static int
flag_from_setting(const struct option *row, const struct setting *s,
    struct option_value *value)
{
	bool flag;
	int rc = setting_bool(s, &flag);

	(void)row; /* a flag has no range */
	if (rc == CONSENT_OK)
		value->number = flag;
	return rc;
}

static void
flag_store(void *at, const struct option_value *value)
{
	bool flag = value->number != 0;

	memcpy(at, &flag, sizeof flag);
}

static int
choice_from_text(
    const struct option *row, struct span text, struct option_value *value)
{
	struct span rest = span_of(row->choices);
	int64_t i;

	for (i = 0; rest.p != NULL; i++)
		if (span_equal(span_cut(&rest, ' '), text)) {
			value->number = i;
			return CONSENT_OK;
		}
	return CONSENT_EINVAL;
}

static int
choice_from_setting(const struct option *row, const struct setting *s,
    struct option_value *value)
{
	const char *text = setting_string(s);

	if (text == NULL)
		return CONSENT_EINVAL;
	return choice_from_text(row, span_of(text), value);
}

static void
choice_store(void *at, const struct option_value *value)
{
	int n = (int)value->number;

	memcpy(at, &n, sizeof n);
}

static const struct kind kinds[] = {
    [OPTION_STRING] = {string_from_setting, string_from_text, string_store},
    [OPTION_PATH] = {string_from_setting, string_from_text, string_store},
    [OPTION_LIST] = {list_from_setting, list_from_text, list_store},
    [OPTION_NUMBER] = {number_from_setting, number_from_text, number_store},
    [OPTION_SIZE] = {size_from_setting, size_from_text, wide_store},
    [OPTION_DURATION] = {duration_from_setting, duration_from_text, wide_store},
    [OPTION_FLAG] = {flag_from_setting, flag_from_text, flag_store},
    [OPTION_CHOICE] = {choice_from_setting, choice_from_text, choice_store},
    [OPTION_ELSEWHERE] = {NULL, NULL, NULL},
};

bool
option_has_value(const struct option *row)
{
	return kinds[row->type].store != NULL;
}

int
option_from_setting(const struct option *row, const struct setting *s,
    struct option_value *value)
{
	int rc;

	*value = (struct option_value){0};
	rc = kinds[row->type].from_setting(row, s, value);
	if (rc != CONSENT_OK)
		option_value_fini(value);
	return rc;
}

int
option_from_initial(const struct option *row, struct option_value *value)
{
	int rc;

	*value = (struct option_value){0};
	rc = kinds[row->type].from_text(row, span_of(row->initial), value);
	if (rc != CONSENT_OK)
		option_value_fini(value);
	return rc;
}

void
option_store(const struct option *row, struct option_value *value, void *target)
{
	kinds[row->type].store((char *)target + row->offset, value);
	*value = (struct option_value){0};
}

void
option_clear(const struct option *row, void *target)
{
	struct option_value value = {0};
	char *at = (char *)target + row->offset;

	if (row->type == OPTION_LIST)
		memcpy(&value.list, at, sizeof value.list);
	else if (row->type == OPTION_STRING || row->type == OPTION_PATH)
		memcpy(&value.text, at, sizeof value.text);
	option_value_fini(&value);
	kinds[row->type].store(at, &value);
}

void
option_value_fini(struct option_value *value)
{
	size_t i;

	free(value->text);
	for (i = 0; i < value->list.n; i++) {
		char *item;

		memcpy(&item, &value->list.items[i], sizeof item);
		free(item);
	}
	free(value->list.items);
	*value = (struct option_value){0};
}

/* Writes n in the largest unit that it is a whole number of. */
static void
write_size(int64_t n, char *out, size_t room)
{
	static const char *const units[] = {"", "K", "M", "G"};
	size_t i = 0;

	while (i < 3 && n != 0 && n % 1024 == 0) {
		n /= 1024;
		i++;
	}
	(void)snprintf(out, room, "%" PRId64 "%s", n, units[i]); /* fits */
}

static void
write_duration(int64_t ms, char *out, size_t room)
{
	static const struct {
		int64_t ms;
		const char *name;
	} units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"},
	    {1, "ms"}};
	size_t i = 0;

	while (i < 4 && (ms % units[i].ms != 0 || ms < units[i].ms))
		i++;
	(void)snprintf(out, room, "%" PRId64 "%s", ms / units[i].ms,
	    units[i].name); /* fits */
}

static void
write_number(int64_t n, char *out, size_t room)
{
	(void)snprintf(out, room, "%" PRId64, n); /* fits */
}

/* "WHAT from MIN to MAX" in the spelling of the type. */
static void
write_range(const struct option *row, const char *what,
    void (*write)(int64_t, char *, size_t), char out[OPTION_WANTED])
{
	char min[32], max[32];

	write(row->min, min, sizeof min);
	write(row->max, max, sizeof max);
	(void)snprintf(out, OPTION_WANTED, "%s from %s to %s", what, min, max);
}

/* "a string of 2 to 64 bytes", as far as there is a limit to be told. */
static void
write_length(
    const struct option *row, const char *what, char out[OPTION_WANTED])
{
	if (row->min > 1 && row->max > 0)
		(void)snprintf(out, OPTION_WANTED,
		    "%s of %" PRId64 " to %" PRId64 " bytes", what, row->min,
		    row->max);
	else if (row->max > 0)
		(void)snprintf(out, OPTION_WANTED,
		    "%s of at most %" PRId64 " bytes", what, row->max);
	else
		(void)snprintf(out, OPTION_WANTED, "%s%s", what,
		    row->min > 0 ? " that is not empty" : "");
}

/* The nearest of the words of a choice, in quotes. */
static bool
fix_word(const struct option *row, const char *text, char out[OPTION_WANTED])
{
	const char *words[OPTION_WORDS + 1] = {NULL}, *near;
	struct span rest = span_of(row->choices), word;
	char copies[OPTION_WORDS][OPTION_WORD];
	size_t n;

	for (n = 0; n < OPTION_WORDS && rest.p != NULL; n++) {
		word = span_cut(&rest, ' ');
		(void)snprintf(
		    copies[n], OPTION_WORD, "%.*s", SPAN_ARG(word)); /* fits */
		words[n] = copies[n];
	}
	near = settings_nearest(text, words);
	if (near == NULL)
		return false;
	(void)snprintf(out, OPTION_WANTED, "\"%s\"", near);
	return true;
}

/* A value in quotes that the option would take without them. */
static bool
fix_quotes(const struct option *row, const char *text, char out[OPTION_WANTED])
{
	struct option_value value = {0};
	struct span span = span_of(text);
	bool good;

	if (row->type == OPTION_FLAG)
		good = span_equal(span, SPAN("true")) ||
		       span_equal(span, SPAN("false"));
	else
		good =
		    kinds[row->type].from_text(row, span, &value) == CONSENT_OK;
	if (good)
		(void)snprintf(out, OPTION_WANTED, "%s", text);
	return good;
}

bool
option_fix(
    const struct option *row, const struct setting *s, char out[OPTION_WANTED])
{
	const char *text = setting_string(s);
	int64_t n;
	bool flag;

	if (row->type == OPTION_CHOICE && text != NULL)
		return fix_word(row, text, out);
	if ((row->type == OPTION_NUMBER || row->type == OPTION_FLAG) &&
	    text != NULL)
		return fix_quotes(row, text, out);
	if (row->type != OPTION_STRING && row->type != OPTION_PATH)
		return false;
	if (setting_int(s, &n) == CONSENT_OK)
		(void)snprintf(out, OPTION_WANTED, "\"%" PRId64 "\"", n);
	else if (setting_bool(s, &flag) == CONSENT_OK)
		(void)snprintf(
		    out, OPTION_WANTED, "\"%s\"", flag ? "true" : "false");
	else
		return false;
	return true;
}

void
option_wanted(const struct option *row, char out[OPTION_WANTED])
{
	static const char *const words[] = {
	    [OPTION_STRING] = "a string",
	    [OPTION_PATH] = "a path",
	    [OPTION_FLAG] = "true or false",
	    [OPTION_CHOICE] = "one of: ",
	    [OPTION_SECTION] = "a group",
	    [OPTION_ELSEWHERE] = "a group",
	};

	if (row->type == OPTION_NUMBER)
		write_range(row, "a whole number", write_number, out);
	else if (row->type == OPTION_SIZE)
		write_range(row, "a size", write_size, out);
	else if (row->type == OPTION_DURATION)
		write_range(row, "a time", write_duration, out);
	else if (row->type == OPTION_STRING || row->type == OPTION_PATH)
		write_length(row, words[row->type], out);
	else if (row->type == OPTION_LIST)
		(void)snprintf(out, OPTION_WANTED,
		    "a string or a list of %" PRId64 " to %" PRId64 " of them",
		    row->min, row->max);
	else if (row->type == OPTION_ELSEWHERE && row->choices != NULL)
		(void)snprintf(out, OPTION_WANTED, "%s", row->choices);
	else
		(void)snprintf(out, OPTION_WANTED, "%s%s", words[row->type],
		    row->choices != NULL ? row->choices : "");
}
