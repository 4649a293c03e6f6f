#include "cmd/ctl_log_print.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A sentence without its escapes. */
static void
print_text(struct span text)
{
	char plain[LAYOUT_NAME];

	(void)form_plain(text, plain); /* its length is that of plain */
	(void)fputs(plain, stdout);
}

static void
print_time(int64_t ms)
{
	char text[CLOCK_TEXT];

	clock_format(ms, text);
	(void)fputs(text, stdout);
}

/* The categories of a list, each behind a mark. */
static void
print_categories(struct span list, const char *mark)
{
	struct span id;

	while (form_next_category(&list, &id))
		printf("%s%.*s", mark, SPAN_ARG(id));
}

static void
print_choice(const struct entry *entry)
{
	printf("%-8.*s", SPAN_ARG(entry->act));
	if (entry->embed.n > 0)
		printf(" %.*s", SPAN_ARG(entry->embed));
	print_categories(entry->granted, " +");
	print_categories(entry->denied, " -");
	printf(
	    " lang=%.*s via=%.*s", SPAN_ARG(entry->lang), SPAN_ARG(entry->via));
	if (!span_equal(entry->signal, SPAN("none")))
		printf(" signal=%.*s", SPAN_ARG(entry->signal));
	if (entry->sub.n > 0)
		printf(" subject=%.*s", SPAN_ARG(entry->sub));
}

/* What happened and why. */
static void
print_run(const struct entry *entry)
{
	print_text(entry->what);
	(void)fputs(": ", stdout);
	print_text(entry->why);
}

static void
print_gist(const struct entry *entry)
{
	switch (entry->type) {
	case LAYOUT_CHOICE:
		print_choice(entry);
		break;
	case LAYOUT_POLICY:
	case LAYOUT_NOTICE:
		printf("%.*s", SPAN_ARG(entry->hash));
		break;
	case LAYOUT_ERASED:
		printf("by %" PRIu64, entry->by);
		break;
	case LAYOUT_KEY:
		printf("%.*s ", SPAN_ARG(entry->kid));
		print_run(entry);
		break;
	case LAYOUT_START:
	case LAYOUT_STOP:
		print_run(entry);
		break;
	case LAYOUT_ERASE:
		print_text(entry->why);
		break;
	case LAYOUT_INCIDENT:
		print_text(entry->what);
		(void)fputs(" since ", stdout);
		print_time(entry->since);
		printf(" (%" PRIu64 ")", entry->count);
		break;
	case LAYOUT_ENFORCEMENT:
		print_time(entry->since);
		(void)fputs(" to ", stdout);
		print_time(entry->until);
		printf(" screened=%" PRIu64, entry->screened);
		break;
	}
}

void
log_print_line(const struct entry *entry)
{
	char when[CLOCK_TEXT] = "-";

	if (entry->type != LAYOUT_ERASED)
		clock_format(entry->time, when);
	printf("%8" PRIu64 "  %-24s  %-11s  ", entry->seq, when,
	    layout_type_name(entry->type));
	print_gist(entry);
	putchar('\n');
}

/* A text between its quotes. */
static struct span
inside(const struct form_value *value)
{
	return span_sub(value->raw, 1, value->raw.n - 2);
}

void
log_print_members(struct span line)
{
	struct form_value value;

	while (form_next_member(&line, &value)) {
		printf("%-8.*s ", SPAN_ARG(value.name));
		if (value.is_text)
			print_text(inside(&value));
		else
			printf("%.*s", SPAN_ARG(value.raw));
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

/* With each quote twice, as a cell in quotes has them. */
static void
print_doubled(struct span text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			putchar('"');
		putchar(text.p[i]);
	}
}

static void
print_cell(struct span text)
{
	/* what spreadsheets take for the start of a formula (OWASP) */
	const char *guard =
	    text.n > 0 && strchr("=+-@\t\r", text.p[0]) != NULL ? "'" : "";

	/* control characters are in no entry */
	if (span_find(text, '"') == text.n && span_find(text, ',') == text.n) {
		printf("%s%.*s", guard, SPAN_ARG(text));
		return;
	}
	printf("\"%s", guard);
	print_doubled(text);
	putchar('"');
}

/* A list's categories with a blank between; they need no quotes. */
static void
print_list(struct span list)
{
	struct span id;
	const char *blank = "";

	for (; form_next_category(&list, &id); blank = " ")
		printf("%s%.*s", blank, SPAN_ARG(id));
}

static void
print_column(const struct form_value *value)
{
	char plain[LAYOUT_NAME];

	if (!value->is_text && value->raw.p[0] == '[') {
		print_list(inside(value));
	} else if (!value->is_text) {
		printf("%.*s", SPAN_ARG(value->raw));
	} else {
		size_t n = form_plain(inside(value), plain);

		print_cell((struct span){plain, n});
	}
}

/* The place of a member's column; COLUMNS when it has none. */
static size_t
column_of(struct span name)
{
	size_t i;

	for (i = 0; i < COLUMNS; i++)
		if (span_equal(name, span_of(columns[i])))
			break;
	return i;
}

/* The members without a column, as one JSON object. */
static void
print_rest(struct span line)
{
	const char *before = "\"{";
	struct form_value value;

	while (form_next_member(&line, &value)) {
		if (column_of(value.name) < COLUMNS)
			continue;
		printf("%s\"\"%.*s\"\":", before, SPAN_ARG(value.name));
		print_doubled(value.raw);
		before = ",";
	}
	if (before[0] == ',')
		(void)fputs("}\"", stdout);
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
log_print_csv(struct span line)
{
	struct span rest = line;
	struct form_value value;
	size_t at = 0;

	/* members come in the order of the columns */
	while (form_next_member(&rest, &value)) {
		size_t column = column_of(value.name);

		if (column == COLUMNS)
			continue;
		for (; at < column; at++)
			putchar(',');
		print_column(&value);
	}
	for (; at < COLUMNS; at++)
		putchar(',');
	print_rest(line);
	(void)fputs("\r\n", stdout);
}
