#include "cmd/ctl.h"
#include "cmd/ctl_log_command.h"
#include "cmd/ctl_log_published.h"
#include "cmd/ctl_log_walk.h"

#include "base/clock.h"

#include <libconsent/record.h>

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum {
	NAME_WIDTH = 12,
	HASH_SHOWN = 12 /* digits that tell policies apart */
};

/* All that is told, and of how much of the log a checkpoint tells. */
struct stats {
	const struct log_call *call;
	struct summary summary;
	uint64_t covered, entries;
};

static const char *const states[] = {"undecided", "denied", "granted", NULL};
static const char *const answers[] = {"granted", "denied", NULL};
static const char *const reports[] = {"times", "entries", NULL};
static const char *const periods[] = {"day", "week", "month"};

/* ---- for people ------------------------------------------------------- */

static void
print_time(const char *name, int64_t when)
{
	char text[CLOCK_TEXT];

	clock_format(when, text);
	printf("%-*s %s\n", NAME_WIDTH, name, text);
}

static void
print_number(const char *name, uint64_t n)
{
	printf("%-*s %" PRIu64 "\n", NAME_WIDTH, name, n);
}

static void
print_share(uint64_t part, uint64_t whole)
{
	if (whole == 0)
		(void)fputs("       -", stdout);
	else
		printf(" %5.1f %%", 100.0 * (double)part / (double)whole);
}

static int
width_of(const struct tally *t, size_t most)
{
	size_t i, width = NAME_WIDTH;

	for (i = 0; i < t->n; i++)
		if (strlen(t->rows[i].text) > width)
			width = strlen(t->rows[i].text);
	return (int)(width < most ? width : most);
}

/* Rows of choices: a column for each act, and what was answered in shares. */
static void
print_choices(const char *title, const struct tally *t, size_t most)
{
	int width = width_of(t, most);
	unsigned act;
	size_t i;

	printf("\n%-*s", width, title);
	for (act = 0; act < SUMMARY_ACTS; act++)
		printf(" %9s", record_action_name(act));
	(void)fputs("     total  accept  reject  choose\n", stdout);
	for (i = 0; i < t->n; i++) {
		const uint64_t *n = t->rows[i].counts;
		uint64_t asked =
		    n[RECORD_ACCEPT] + n[RECORD_REJECT] + n[RECORD_CHOOSE];

		printf("%-*.*s", width, width, t->rows[i].text);
		for (act = 0; act < SUMMARY_ACTS; act++)
			printf(" %9" PRIu64, n[act]);
		printf(" %9" PRIu64, tally_sum(&t->rows[i]));
		print_share(n[RECORD_ACCEPT], asked);
		print_share(n[RECORD_REJECT], asked);
		print_share(n[RECORD_CHOOSE], asked);
		putchar('\n');
	}
}

/* The name behind the numbers: it may be long. */
static void
print_name(const char *text)
{
	const char *part = strchr(text, '\n');

	if (part == NULL)
		printf("  %s\n", text);
	else
		printf("  %-*s %.*s\n", NAME_WIDTH, part + 1,
		    (int)(part - text), text);
}

static void
print_counts(
    const char *title, const struct tally *t, const char *const *columns)
{
	unsigned column;
	size_t i;

	if (t->n == 0)
		return;
	putchar('\n');
	for (column = 0; columns[column] != NULL; column++)
		printf("%s%9s", column == 0 ? "" : " ", columns[column]);
	printf("  %s\n", title);
	for (i = 0; i < t->n; i++) {
		for (column = 0; columns[column] != NULL; column++)
			printf("%s%9" PRIu64, column == 0 ? "" : " ",
			    t->rows[i].counts[column]);
		print_name(t->rows[i].text);
	}
}

static void
print_head(const struct stats *stats)
{
	const struct summary *s = &stats->summary;
	unsigned type;

	print_number("entries", s->entries);
	if (s->entries > 0)
		printf("%-*s %" PRIu64 " to %" PRIu64 "\n", NAME_WIDTH,
		    "numbers", s->first, s->last);
	if (s->last_time != 0) {
		print_time("first", s->first_time);
		print_time("last", s->last_time);
	}
	for (type = 0; type <= LAYOUT_ERASED; type++)
		if (s->types[type] > 0)
			print_number(layout_type_name(type), s->types[type]);
	if (stats->covered == 0)
		printf("%-*s none\n", NAME_WIDTH, "checkpoint");
	else
		printf("%-*s %" PRIu64 " entries, %" PRIu64 " behind it\n",
		    NAME_WIDTH, "checkpoint", stats->covered,
		    stats->entries > stats->covered
			? stats->entries - stats->covered
			: 0);
}

static void
print_enforcement(const struct summary *s)
{
	if (s->types[LAYOUT_ENFORCEMENT] == 0)
		return;
	putchar('\n');
	print_time("withheld", s->since);
	print_time("until", s->until);
	print_number("screened", s->screened);
	print_number("confirmed", s->confirmed);
	print_number("unconfirmed", s->unconfirmed);
	print_counts("category", &s->withheld, states);
	print_counts("category     rule", &s->rules, states);
}

static void
print_text(const struct stats *stats)
{
	const struct summary *s = &stats->summary;

	print_head(stats);
	if (s->types[LAYOUT_CHOICE] > 0) {
		print_choices(periods[s->period], &s->periods, NAME_WIDTH);
		print_choices("language", &s->languages, RECORD_LANG);
		print_choices("policy", &s->policies, HASH_SHOWN);
		print_choices("signal", &s->signals, NAME_WIDTH);
		print_choices("via", &s->ways, NAME_WIDTH);
		print_counts("category of choices", &s->categories, answers);
	}
	print_enforcement(s);
	print_counts("incident", &s->incidents, reports);
}

/* ---- for programs ----------------------------------------------------- */

/* A list of rows; name is the member of the text. */
static json_t *
rows_json(const char *name, const struct tally *t, const char *const *columns)
{
	json_t *list = json_array();
	unsigned column;
	size_t i;

	for (i = 0; i < t->n; i++) {
		const char *text = t->rows[i].text;
		const char *part = strchr(text, '\n');
		json_t *row = json_object();
		int bad = json_object_set_new(row, name,
		    part == NULL ? json_string(text)
				 : json_stringn(text, (size_t)(part - text)));

		if (part != NULL)
			bad |= json_object_set_new(
			    row, "category", json_string(part + 1));
		for (column = 0; columns[column] != NULL; column++)
			bad |= json_object_set_new(row, columns[column],
			    json_integer(
				(json_int_t)t->rows[i].counts[column]));
		if (json_array_append_new(list, row) != 0 || bad != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *
time_json(int64_t when)
{
	char text[CLOCK_TEXT];

	clock_format(when, text);
	return when == 0 ? json_null() : json_string(text);
}

static json_t *
types_json(const struct summary *s)
{
	json_t *types = json_object();
	unsigned type;

	for (type = 0; type <= LAYOUT_ERASED; type++)
		if (json_object_set_new(types, layout_type_name(type),
			json_integer((json_int_t)s->types[type])) != 0) {
			json_decref(types);
			return NULL;
		}
	return types;
}

static json_t *
choices_json(const struct summary *s)
{
	const char *acts[SUMMARY_ACTS + 1] = {NULL};
	unsigned act;

	for (act = 0; act < SUMMARY_ACTS; act++)
		acts[act] = record_action_name(act);
	return json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "total",
	    (json_int_t)s->types[LAYOUT_CHOICE], "period", periods[s->period],
	    "periods", rows_json("since", &s->periods, acts), "languages",
	    rows_json("lang", &s->languages, acts), "policies",
	    rows_json("policy", &s->policies, acts), "signals",
	    rows_json("signal", &s->signals, acts), "ways",
	    rows_json("via", &s->ways, acts), "categories",
	    rows_json("category", &s->categories, answers));
}

static json_t *
enforcement_json(const struct summary *s)
{
	return json_pack("{s:o, s:o, s:I, s:I, s:I, s:o, s:o}", "since",
	    time_json(s->since), "until", time_json(s->until), "screened",
	    (json_int_t)s->screened, "confirmed", (json_int_t)s->confirmed,
	    "unconfirmed", (json_int_t)s->unconfirmed, "categories",
	    rows_json("category", &s->withheld, states), "rules",
	    rows_json("rule", &s->rules, states));
}

static int
print_json(const struct stats *stats)
{
	const struct summary *s = &stats->summary;
	json_t *out = json_pack("{s:I, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o}",
	    "entries", (json_int_t)s->entries, "first",
	    time_json(s->first_time), "last", time_json(s->last_time), "types",
	    types_json(s), "covered", (json_int_t)stats->covered, "uncovered",
	    (json_int_t)(stats->entries > stats->covered
			     ? stats->entries - stats->covered
			     : 0),
	    "choices", choices_json(s), "enforcement", enforcement_json(s),
	    "incidents", rows_json("what", &s->incidents, reports));
	int bad = out == NULL ? -1 : json_dumpf(out, stdout, JSON_INDENT(2));

	json_decref(out);
	putchar('\n');
	return bad == 0 ? CTL_YES : log_complain(stats->call, CONSENT_ENOMEM);
}

static int
visit(struct log_walk *w, const struct entry *entry, struct span line)
{
	int rc = summary_add(w->ctx, entry, line);

	return rc == CONSENT_OK ? CTL_YES : log_complain(w->call, rc);
}

int
log_stats(const struct log_call *call)
{
	struct stats stats = {.call = call};
	struct log_walk w = {call, visit, &stats.summary, 0};
	int rc = summary_init(&stats.summary, call->period);
	int code = rc == CONSENT_OK ? CTL_YES : log_complain(call, rc);

	if (code == CTL_YES)
		code = log_walk(&w);
	if (code == CTL_YES)
		code = log_count(call, &stats.covered, &stats.entries);
	if (code == CTL_YES) {
		summary_sort(&stats.summary);
		if (call->json)
			code = print_json(&stats);
		else
			print_text(&stats);
	}
	summary_fini(&stats.summary);
	return code;
}
