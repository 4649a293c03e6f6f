#ifndef CONSENT_UNIT_CONF_WRONG_CASES_H
#define CONSENT_UNIT_CONF_WRONG_CASES_H

/*
 * Wrong configurations from the tables in tests/ctl/wrong: how they are read,
 * put together and loaded. A table holds cases of one kind of file:
 *
 *	limits.headers below
 *		limits : { headers = 15; };
 *	> consentd.conf:1: error: limits.headers must be a whole number ...
 *
 * which are what is wrong and in which way, the settings, and all that is said
 * of them. Whatever a working file of that kind has besides stands behind the
 * settings; "# without NAME" among them leaves one out. <<TEXT*N>> is TEXT
 * repeated N times, "%" in it the number. A line with $KEY stands for one for
 * each text of a notice, $LINE is the line of that one.
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libconsent/buf.h>
#include <libconsent/findings.h>
#include <libconsent/span.h>

#include "conf/certificates.h"
#include "conf/config.h"
#include "trial/cases.h"

enum {
	WRONG_MAX = 2048,
	CASES_TEXT = 1 << 20, /* of one table */
	CASE_SAID = 65536     /* of one case */
};

struct wrong_case {
	struct span subject, way; /* "limits.headers", "below" */
	struct span settings;	  /* lines, each behind a tab */
	struct span wanted;	  /* lines, each behind "> " */
	const char *table;
};

/* A setting that a working file has. */
struct wrong_base {
	const char *name, *text;
};

/* A kind of file, and the table of its cases. */
struct wrong_kind {
	const char *table, *file;
	const struct wrong_base *base; /* ends without a name */
};

static const struct wrong_base config_base[] = {
    {"listen", "listen = \"127.0.0.1:8080\";\n"},
    {"upstream", "upstream = \"http://127.0.0.1:9000\";\n"},
    {"site", "site = \"https://library.example\";\n"},
    {"notice", "notice : { languages = ( \"en\", \"de\" );\n"
	       "  directory = \"texts\"; };\n"},
    {"policy", "policy : {\n@include \"policy.conf\"\n};\n"},
    {NULL, NULL},
};

static const struct wrong_base policy_base[] = {
    {"version", "version = \"1\";\n"},
    {"categories", "categories = ( { id = \"essential\"; required = true; },\n"
		   "  { id = \"analytics\"; } );\n"},
    {"cookies",
	"cookies = ( { name = \"_x\"; category = \"analytics\"; } );\n"},
    {"vendors", "vendors = ( \"mine\" );\n"},
    {NULL, NULL},
};

static const struct wrong_base vendor_base[] = {
    {"name", "name = \"Mine\";\n"},
    {"provider", "provider = \"Us\";\n"},
    {"category", "category = \"analytics\";\n"},
    {"purpose", "purpose = \"Counts visits\";\n"},
    {"hosts", "hosts = \"mine.example\";\n"},
    {NULL, NULL},
};

static const struct wrong_base notice_base[] = {
    {"name", "name = \"Deutsch\";\n"},
    {"texts", "texts : { accept = \"Annehmen\"; };\n"},
    {NULL, NULL},
};

static const struct wrong_base cases_base[] = {
    {"tests", "tests = ( { cookie = \"_x\"; expect = \"withheld\"; } );\n"},
    {NULL, NULL},
};

/* The kinds, each behind those that it is included by. */
static const struct wrong_kind wrong_kinds[] = {
    {"config", "consentd.conf", config_base},
    {"policy", "policy.conf", policy_base},
    {"vendor", "vendors/mine.conf", vendor_base},
    {"notice", "texts/de.conf", notice_base},
    {"cases", "cases.conf", cases_base},
};

enum {
	WRONG_KINDS = sizeof wrong_kinds / sizeof wrong_kinds[0]
};

/* What one loading said; findings are for the caller to free. */
struct wrong_answer {
	int rc;
	char said[CASE_SAID];
	struct findings findings;
};

/* ---- tables ----------------------------------------------------------- */

/* Reads all of a file. */
static void
file_read(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "re");
	char *room;

	if (file == NULL)
		fail_msg("%s cannot be read", path);
	assert_int_equal(buf_reserve(out, CASES_TEXT - 1, &room), CONSENT_OK);
	out->n += fread(room, 1, CASES_TEXT - 1, file);
	assert_int_equal(ferror(file), 0);
	(void)fclose(file); /* only read from */
}

/* Lengthens lines by one that follows them in the text. */
static void
lines_add(struct span *lines, struct span line)
{
	if (lines->n == 0)
		*lines = (struct span){line.p, 0};
	lines->n = (size_t)(line.p + line.n - lines->p) + 1;
}

/* Reads the cases of a table behind those that are there already. */
static size_t
cases_read(struct span text, const char *table, struct wrong_case *cases)
{
	struct wrong_case *at = NULL;
	size_t n = 0;

	while (text.n > 0) {
		struct span line = span_cut(&text, '\n');

		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (line.p[0] == '\t' && at != NULL) {
			lines_add(&at->settings, line);
		} else if (span_starts(line, SPAN("> ")) && at != NULL) {
			lines_add(&at->wanted, line);
		} else {
			assert_true(n < WRONG_MAX);
			at = &cases[n++];
			*at = (struct wrong_case){.table = table};
			at->way = line;
			at->subject = span_cut(&at->way, ' ');
		}
	}
	return n;
}

/* ---- files ------------------------------------------------------------ */

/* Writes a piece once more, its number for a "%". */
static void
piece_write(struct span piece, uint64_t number, FILE *out)
{
	size_t at = span_find(piece, '%');

	(void)fprintf(out, "%.*s", (int)at, piece.p);
	if (at < piece.n)
		(void)fprintf(out, "%" PRIu64 "%.*s", number,
		    (int)(piece.n - at - 1), piece.p + at + 1);
}

/* Writes a line of settings, what is repeated in it written out. */
static void
line_write(struct span line, FILE *out)
{
	size_t open = span_search(line, SPAN("<<"));

	while (open < line.n) {
		size_t end = span_search(line, SPAN(">>")), star = end;
		struct span piece;
		uint64_t i, n;

		(void)fprintf(out, "%.*s", (int)open, line.p);
		while (line.p[star] != '*')
			star--;
		assert_int_equal(
		    span_to_u64(span_sub(line, star + 1, end - star - 1), 10,
			CASES_TEXT, &n),
		    CONSENT_OK);
		piece = span_sub(line, open + 2, star - open - 2);
		for (i = 1; i <= n; i++)
			piece_write(piece, i, out);
		line = span_sub(line, end + 2, line.n);
		open = span_search(line, SPAN("<<"));
	}
	(void)fprintf(out, "%.*s\n", SPAN_ARG(line));
}

/* Whether the settings have one of that name, or say that none is to be. */
static bool
is_given(struct span settings, const char *name)
{
	struct span given = span_of(name), word;

	while (settings.n > 0) {
		struct span line = span_cut(&settings, '\n');

		line = span_trim(line);
		if (span_starts(line, SPAN("# without ")) &&
		    span_equal(span_sub(line, 10, line.n), given))
			return true;
		word = span_sub(line, 0, span_find(line, ' '));
		if (span_equal(word, given))
			return true;
	}
	return false;
}

/* A file of a kind: the settings of a case, and what else it needs. */
static void
kind_write(const struct wrong_kind *kind, struct span settings)
{
	FILE *out = fopen(kind->file, "we");
	struct span rest = settings;
	const struct wrong_base *base;

	assert_non_null(out);
	while (rest.n > 0) {
		struct span line = span_cut(&rest, '\n');

		line_write(span_sub(line, 1, line.n), out);
	}
	for (base = kind->base; base->name != NULL; base++)
		if (!is_given(settings, base->name))
			(void)fputs(base->text, out);
	assert_int_equal(fclose(out), 0);
}

/* ---- loading ---------------------------------------------------------- */

/* Texts that are left out are taken from elsewhere: that is no mistake. */
static bool
is_left_out(const struct finding *it)
{
	return it->kind == FINDING_MISSING_TEXT && it->level == FINDING_WARNING;
}

/* Writes the findings as a table has them. */
static void
answer_write(struct wrong_answer *answer)
{
	const struct findings *f = &answer->findings;
	struct buf said = {
	    .p = answer->said, .cap = CASE_SAID, .max = CASE_SAID};
	size_t i;

	for (i = 0; i < f->n; i++) {
		const struct finding *it = &f->items[i];
		const char *file = it->place.file;

		if (is_left_out(it))
			continue;
		assert_int_equal(
		    buf_printf(&said, "> %s", file == NULL ? "" : file), 0);
		if (it->place.line > 0)
			assert_int_equal(
			    buf_printf(&said, ":%u", it->place.line), 0);
		assert_int_equal(buf_printf(&said, ": %s: %s\n",
				     findings_level_name(it->level), it->text),
		    0);
	}
	assert_int_equal(buf_append_byte(&said, '\0'), CONSENT_OK);
}

/* Loads consentd.conf as `check` does, and the tests of its policy. */
static void
answer_get(struct wrong_answer *answer)
{
	struct certificates certificates;
	struct config *config = NULL;
	struct cases cases;

	*answer = (struct wrong_answer){.rc = CONSENT_OK};
	findings_init(&answer->findings);
	answer->rc = config_load("consentd.conf", &answer->findings, &config);
	if (answer->rc == CONSENT_OK) {
		answer->rc =
		    certificates_load(config, &answer->findings, &certificates);
		certificates_free(&certificates);
	}
	if (answer->rc == CONSENT_OK) {
		answer->rc = cases_load(
		    "cases.conf", config->policy, &answer->findings, &cases);
		cases_free(&cases);
	}
	config_free(config);
	findings_sort(&answer->findings);
	answer_write(answer);
}

#endif
