#include "cmd/ctl_import_report.h"

#include <stdlib.h>
#include <unistd.h>

/* The reasons that occur, the most frequent first. */
static size_t
sort_reasons(const struct skips *skips, enum skip order[SKIPS])
{
	size_t n = 0, i, k;

	for (i = 0; i < SKIPS; i++) {
		if (skips->of[i].n == 0)
			continue;
		for (k = n; k > 0 && skips->of[order[k - 1]].n < skips->of[i].n;
		     k--)
			order[k] = order[k - 1];
		order[k] = (enum skip)i;
		n++;
	}
	return n;
}

static void
print_reason(
    const struct skip_count *count, enum skip why, bool is_colour, FILE *out)
{
	size_t i;

	(void)fprintf(out, "%10zu  %s%s%s\n", count->n,
	    is_colour ? "\33[1m" : "", skip_why(why),
	    is_colour ? "\33[0m" : "");
	for (i = 0; i < count->n && i < SKIP_EXAMPLES; i++)
		(void)fprintf(out, "            %sline %zu:%s %s\n",
		    is_colour ? "\33[2m" : "", count->examples[i].line,
		    is_colour ? "\33[0m" : "", count->examples[i].text);
}

static const char *
plural(size_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

void
import_report_print(const struct listing *l, const char *file, FILE *out)
{
	bool is_colour = isatty(fileno(out)) == 1 && getenv("NO_COLOR") == NULL;
	enum skip order[SKIPS];
	size_t n = sort_reasons(&l->skips, order), i;

	(void)fprintf(out, "%s: %zu %s: %zu taken, as %zu %s; %zu left out%s\n",
	    file, l->entries, plural(l->entries, "entry", "entries"), l->taken,
	    l->n, plural(l->n, "rule", "rules"), l->skips.n,
	    n > 0 ? ", since each of these" : "");
	for (i = 0; i < n; i++)
		print_reason(&l->skips.of[order[i]], order[i], is_colour, out);
}

static json_t *
reason_json(const struct skip_count *count, enum skip why)
{
	json_t *row = json_pack("{s:s, s:I, s:s, s:[]}", "reason", skip_id(why),
	    "n", (json_int_t)count->n, "why", skip_why(why), "examples");
	size_t i;

	for (i = 0; i < count->n && i < SKIP_EXAMPLES; i++)
		(void)json_array_append_new(json_object_get(row, "examples"),
		    json_pack("{s:I, s:s}", "line",
			(json_int_t)count->examples[i].line, "text",
			count->examples[i].text));
	return row;
}

json_t *
import_report_json(
    const struct listing *l, const char *format, const char *file)
{
	enum skip order[SKIPS];
	size_t n = sort_reasons(&l->skips, order), i, passes = 0;
	json_t *list = json_array();

	for (i = 0; i < l->n; i++)
		passes += l->rules[i].passes;
	for (i = 0; i < n; i++)
		(void)json_array_append_new(
		    list, reason_json(&l->skips.of[order[i]], order[i]));
	return json_pack(
	    "{s:s, s:s, s:s*, s:s*, s:s*, s:I, s:I, s:I, s:I, s:I, s:o}",
	    "format", format, "source", file, "title", l->head.title, "version",
	    l->head.version, "terms", l->head.licence, "entries",
	    (json_int_t)l->entries, "taken", (json_int_t)l->taken, "rules",
	    (json_int_t)l->n, "exceptions", (json_int_t)passes, "left_out",
	    (json_int_t)l->skips.n, "reasons", list);
}
