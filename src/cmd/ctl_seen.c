#include "cmd/ctl_seen.h"

#include "census/propose.h"
#include "cmd/ctl.h"
#include "trial/known.h"

#include <libconsent/buf.h>

#include <stdio.h>
#include <string.h>

enum {
	DAY = 10,   /* of "2026-11-01T10:00:00.000Z", the date */
	MINUTE = 16 /* and with hours and minutes */
};

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "-";
}

/* "2026-11-01 10:00" of a time. */
static void
print_time(const char *time)
{
	if (strlen(time) < MINUTE)
		(void)printf("  %-16s", time);
	else
		(void)printf(
		    "  %.*s %.*s", DAY, time, MINUTE - DAY - 1, time + DAY + 1);
}

static int
path_width(const json_t *rows)
{
	size_t widest = strlen("example"), i, n;
	json_t *row;

	json_array_foreach(rows, i, row)
	{
		n = strlen(text_of(row, "path"));
		if (n > widest)
			widest = n;
	}
	return (int)(widest > 32 ? 32 : widest);
}

static void
print_rows(const json_t *rows)
{
	int width = path_width(rows);
	json_t *row;
	size_t i;

	(void)printf("%-10s  %8s  %-16s  %-16s  %-*s  %s\n", "kind", "count",
	    "first", "last", width, "example", "name");
	json_array_foreach(rows, i, row)
	{
		(void)printf("%-10s  %8lld", text_of(row, "kind"),
		    (long long)json_integer_value(
			json_object_get(row, "count")));
		print_time(text_of(row, "first"));
		print_time(text_of(row, "last"));
		(void)printf("  %-*s  %s\n", width, text_of(row, "path"),
		    text_of(row, "name"));
	}
}

void
ctl_seen_print(json_t *seen)
{
	const json_t *rows = json_object_get(seen, "rows");
	json_t *forgotten = json_object_get(seen, "forgotten"), *n;
	const char *kind;

	if (json_array_size(rows) == 0)
		(void)printf("nothing was seen that no rule names\n");
	else
		print_rows(rows);
	json_object_foreach(forgotten, kind, n)
	{
		if (json_integer_value(n) > 0)
			(void)printf("%-10s  %8lld found no room\n", kind,
			    (long long)json_integer_value(n));
	}
}

int
ctl_seen_propose(const json_t *seen)
{
	const char *category =
	    json_string_value(json_object_get(seen, "category"));
	struct propose_options options = {.category = category};
	struct known known;
	struct buf out;
	int rc = known_open(&known);

	buf_init(&out, PROPOSE_TEXT);
	options.known = known.policy;
	if (rc == CONSENT_OK)
		rc = category == NULL ? CONSENT_EINVAL
				      : propose_write(seen, &options, &out);
	if (rc == CONSENT_OK)
		(void)printf("%.*s", SPAN_ARG(buf_span(&out)));
	else
		(void)fprintf(
		    stderr, "consentctl: no proposal: %s\n", status_text(rc));
	buf_fini(&out);
	known_close(&known);
	return rc == CONSENT_OK ? CTL_YES : CTL_FAILED;
}
