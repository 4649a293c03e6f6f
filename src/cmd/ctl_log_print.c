#include "cmd/ctl_log_print.h"

#include "base/clock.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *
member(const struct entry *entry, const char *name)
{
	const char *text =
	    json_string_value(json_object_get(entry->root, name));

	return text != NULL ? text : "";
}

/* The categories of a list, each behind a mark. */
static void
print_categories(const struct entry *entry, const char *name, const char *mark)
{
	const json_t *list = json_object_get(entry->root, name);
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		printf(
		    "%s%s", mark, json_string_value(json_array_get(list, i)));
}

static void
print_choice(const struct entry *entry)
{
	printf("%-8s", entry->act);
	if (member(entry, "embed")[0] != '\0')
		printf(" %s", member(entry, "embed"));
	print_categories(entry, "granted", " +");
	print_categories(entry, "denied", " -");
	printf(" lang=%s via=%s", entry->lang, member(entry, "via"));
	if (strcmp(member(entry, "signal"), "none") != 0)
		printf(" signal=%s", member(entry, "signal"));
	if (entry->sub[0] != '\0')
		printf(" subject=%s", entry->sub);
	putchar('\n');
}

void
log_print_line(const struct entry *entry)
{
	printf("%8" PRIu64 "  %-24s  %-11s  ", entry->seq,
	    entry->type == LAYOUT_ERASED ? "-" : member(entry, "time"),
	    layout_type_name(entry->type));
	switch (entry->type) {
	case LAYOUT_CHOICE:
		print_choice(entry);
		break;
	case LAYOUT_POLICY:
	case LAYOUT_NOTICE:
		printf("%s\n", entry->hash);
		break;
	case LAYOUT_ERASED:
		printf("by %" PRIu64 "\n", entry->by);
		break;
	case LAYOUT_KEY:
		printf("%s %s: %s\n", member(entry, "kid"),
		    member(entry, "what"), member(entry, "why"));
		break;
	case LAYOUT_START:
	case LAYOUT_STOP:
		printf("%s: %s\n", member(entry, "what"), member(entry, "why"));
		break;
	case LAYOUT_ERASE:
		printf("%s\n", member(entry, "why"));
		break;
	case LAYOUT_INCIDENT:
		printf("%s since %s\n", member(entry, "what"),
		    member(entry, "since"));
		break;
	case LAYOUT_ENFORCEMENT:
		printf("%s to %s\n", member(entry, "since"),
		    member(entry, "until"));
		break;
	}
}

/* A value that is no text, as compact JSON. */
static void
print_value(const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	(void)fputs(text != NULL ? text : "?", stdout);
	free(text);
}

void
log_print_members(const struct entry *entry)
{
	const char *name;
	json_t *value;

	json_object_foreach(entry->root, name, value)
	{
		printf("%-9s", name);
		if (json_is_string(value))
			(void)fputs(json_string_value(value), stdout);
		else
			print_value(value);
		putchar('\n');
	}
}

/* The columns with a member each; "" would be the rest. */
static const char *const columns[] = {"seq", "id", "time", "type", "node",
    "version", "sub", "act", "embed", "granted", "denied", "policy", "notice",
    "lang", "signal", "via", "kid"};

enum {
	COLUMNS = sizeof columns / sizeof columns[0]
};

static void
print_cell(const char *text)
{
	/* what spreadsheets take for the start of a formula (OWASP) */
	const char *guard =
	    text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL ? "'" : "";

	if (strpbrk(text, "\",\r\n") == NULL) {
		printf("%s%s", guard, text);
		return;
	}
	printf("\"%s", guard);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	putchar('"');
}

static void
print_column(const json_t *value)
{
	size_t i;

	if (json_is_string(value))
		print_cell(json_string_value(value));
	else if (json_is_integer(value))
		printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	/* category ids need neither quotes nor guards */
	for (i = 0; i < json_array_size(value); i++)
		printf("%s%s", i == 0 ? "" : " ",
		    json_string_value(json_array_get(value, i)));
}

static bool
has_column(const char *name)
{
	size_t i;

	for (i = 0; i < COLUMNS; i++)
		if (strcmp(columns[i], name) == 0)
			return true;
	return false;
}

/* The members without a column, as one JSON object. */
static void
print_rest(const struct entry *entry)
{
	json_t *value, *rest = json_object();
	const char *name;
	char *text = NULL;

	json_object_foreach(entry->root, name, value)
	{
		if (!has_column(name) &&
		    json_object_set(rest, name, value) != 0)
			goto out;
	}
	if (json_object_size(rest) > 0)
		text = json_dumps(rest, JSON_COMPACT);
	if (text != NULL)
		print_cell(text);
out:
	free(text);
	json_decref(rest);
}

void
log_print_csv_header(void)
{
	size_t i;

	for (i = 0; i < COLUMNS; i++)
		printf("%s,", columns[i]);
	(void)fputs("other\r\n", stdout);
}

void
log_print_csv(const struct entry *entry)
{
	size_t i;

	for (i = 0; i < COLUMNS; i++) {
		print_column(json_object_get(entry->root, columns[i]));
		putchar(',');
	}
	print_rest(entry);
	(void)fputs("\r\n", stdout);
}
