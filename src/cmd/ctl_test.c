#include "base/utf8.h"
#include "cmd/ctl.h"
#include "cmd/ctl_json.h"
#include "cmd/ctl_load.h"
#include "cmd/ctl_trial.h"
#include "trial/cases.h"
#include "trial/outcome.h"
#include "trial/visitor.h"
#include "trial/words.h"

#include <libconsent/findings.h>

#include <jansson.h>

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	TEST_PATH = 4096,
	TEST_SHOWN = 60 /* bytes of a subject, and of a name */
};

struct tests {
	const char *file; /* the configuration */
	bool has_file;	  /* one was named */
	struct ctl_loaded loaded;
	bool is_loaded;
	json_t *rows; /* with --json */
	size_t files, passed, failed;
	bool broken; /* something could not be read */
	bool is_colour;
};

/* A sign of the terminal's around a word, where colours are shown. */
static const char *
sign(const struct tests *t, const char *code)
{
	return t->is_colour ? code : "";
}

/* A text of a file of tests, in quotes: short, and harmless on a terminal. */
static void
show_text(const char *text, FILE *out)
{
	char shown[TEST_SHOWN];
	size_t n = strnlen(text, sizeof shown);

	memcpy(shown, text, n);
	utf8_tame(shown, n);
	(void)fprintf(
	    out, "\"%.*s%s\"", (int)n, shown, strlen(text) > n ? "..." : "");
}

static void
show_fault(const struct tests *t, const struct outcome *o, size_t i,
    const struct policy_facts *facts)
{
	struct buf because;

	(void)printf("    %sexpected%s  %.*s\n", sign(t, "\33[32m"),
	    sign(t, "\33[0m"), SPAN_ARG(outcome_expected(o, i)));
	(void)printf("    %sgot%s       %.*s\n", sign(t, "\33[31m"),
	    sign(t, "\33[0m"), SPAN_ARG(outcome_got(o, i)));
	if (o->faults[i].rule == NULL)
		return;
	buf_init(&because, TEST_PATH);
	words_rule_placed(facts, o->faults[i].rule, &because);
	(void)printf("    because   %.*s\n", SPAN_ARG(buf_span(&because)));
	buf_fini(&because);
}

static void
show_failed(const struct tests *t, const struct test_case *test,
    struct outcome *o, const struct policy_facts *facts)
{
	size_t i;

	(void)printf("%s%s:%u: FAILED%s %s", sign(t, "\33[1;31m"),
	    test->place.file, test->place.line, sign(t, "\33[0m"),
	    question_kind_name(test->question.kind));
	(void)putchar(' ');
	show_text(test->subject, stdout);
	if (test->name != NULL)
		(void)printf(": %s", test->name);
	(void)putchar('\n');
	if (o->text.n > 0)
		utf8_tame(o->text.p, o->text.n);
	for (i = 0; i < o->n; i++)
		show_fault(t, o, i, facts);
}

static json_t *
fault_json(const struct outcome *o, size_t i)
{
	const struct policy_rule *rule = o->faults[i].rule;
	json_t *row = json_object();
	struct buf text;

	(void)json_object_set_new(
	    row, "expected", ctl_json_span(outcome_expected(o, i)));
	(void)json_object_set_new(row, "got", ctl_json_span(outcome_got(o, i)));
	if (rule == NULL)
		return row;
	buf_init(&text, TEST_PATH);
	words_rule(rule, &text);
	(void)json_object_set_new(row, "rule", ctl_json_span(buf_span(&text)));
	(void)json_object_set_new(row, "file", json_string(rule->file));
	(void)json_object_set_new(row, "line", json_integer(rule->line));
	buf_fini(&text);
	return row;
}

static void
add_row(struct tests *t, const struct test_case *test, const struct outcome *o)
{
	json_t *row = json_pack("{s:o, s:i, s:s, s:o, s:s*, s:b}", "file",
	    ctl_json_span(span_of(test->place.file)), "line",
	    (int)test->place.line, "kind",
	    question_kind_name(test->question.kind), "subject",
	    ctl_json_span(span_of(test->subject)), "name", test->name, "passed",
	    o->n == 0);
	json_t *faults = json_array();
	size_t i;

	for (i = 0; i < o->n; i++)
		(void)json_array_append_new(faults, fault_json(o, i));
	(void)json_object_set_new(row, "faults", faults);
	(void)json_array_append_new(t->rows, row);
}

/* Why a test could not be run at all. */
static void
report_broken(struct tests *t, const struct test_case *test, int rc)
{
	const char *why = rc == CONSENT_EINVAL ? "no browser would load this"
			  : rc == CONSENT_EIO  ? "its page cannot be read"
					       : status_text(rc);

	(void)fprintf(stderr, "%s:%u: error: %s ", test->place.file,
	    test->place.line, question_kind_name(test->question.kind));
	show_text(test->subject, stderr);
	(void)fprintf(stderr, ": %s\n", why);
	t->broken = true;
}

static void
run_case(struct tests *t, const struct cases *cases, size_t i, const char *path)
{
	const struct test_case *test = &cases->items[i];
	struct visitor_place place = {.policy = cases->policy};
	struct outcome o;
	int rc;

	if (cases->vendor == NULL) {
		place.sites = t->loaded.sites;
		place.n_sites = t->loaded.n_sites;
	}
	outcome_init(&o);
	rc = outcome_run(&o, test, &place, path);
	if (rc != CONSENT_OK) {
		report_broken(t, test, rc);
	} else {
		*(o.n == 0 ? &t->passed : &t->failed) += 1;
		if (t->rows != NULL)
			add_row(t, test, &o);
		else if (o.n > 0)
			show_failed(t, test, &o, policy_facts(cases->policy));
	}
	outcome_fini(&o);
}

/* The configuration is read where a file of tests asks for it. */
static int
load_policy(struct tests *t)
{
	struct findings findings;
	int rc;

	if (t->is_loaded)
		return CONSENT_OK;
	findings_init(&findings);
	rc = ctl_load(t->file, &findings, &t->loaded);
	t->is_loaded = rc == CONSENT_OK;
	if (rc != CONSENT_OK)
		findings_print(&findings, stderr);
	findings_fini(&findings);
	return rc;
}

static int
load_cases(struct tests *t, const char *path, struct cases *cases)
{
	struct findings findings;
	int rc;

	findings_init(&findings);
	rc = cases_load(path, t->loaded.policy, &findings, cases);
	if (rc == CONSENT_ENOENT) {
		cases_free(cases);
		rc = load_policy(t);
		if (rc == CONSENT_OK)
			rc = cases_load(
			    path, t->loaded.policy, &findings, cases);
	}
	if (rc != CONSENT_OK)
		findings_print(&findings, stderr);
	if (rc == CONSENT_ENOMEM || rc == CONSENT_ELIMIT)
		(void)fprintf(stderr, "%s: %s\n", path, status_text(rc));
	findings_fini(&findings);
	return rc;
}

static void
run_file(struct tests *t, const char *path)
{
	struct cases cases = {.n = 0};
	size_t i;
	int rc = load_cases(t, path, &cases);

	t->files++;
	if (rc != CONSENT_OK)
		t->broken = true;
	for (i = 0; rc == CONSENT_OK && i < cases.n; i++)
		run_case(t, &cases, i, path);
	cases_free(&cases);
}

static int
is_tests(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot != NULL &&
	       strcmp(dot, ".conf") == 0;
}

/* All files of tests in a folder, by their names. */
static void
run_folder(struct tests *t, const char *path)
{
	size_t end = strlen(path);
	struct dirent **entries;
	char file[TEST_PATH];
	int n = scandir(path, &entries, is_tests, alphasort), i;

	if (n <= 0) {
		(void)fprintf(stderr, "%s: %s\n", path,
		    n == 0 ? "there are no tests in this folder"
			   : strerror(errno));
		t->broken = true;
	}
	for (i = 0; i < n; i++) {
		int rc = snprintf(file, sizeof file, "%s%s%s", path,
		    end > 0 && path[end - 1] == '/' ? "" : "/",
		    entries[i]->d_name);

		if (rc > 0 && (size_t)rc < sizeof file)
			run_file(t, file);
		else
			t->broken = true;
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

static void
run_path(struct tests *t, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		run_folder(t, path);
	else
		run_file(t, path);
}

/* Without a name: the folder `tests` beside the configuration. */
static void
run_beside(struct tests *t)
{
	const char *slash = strrchr(t->file, '/');
	char folder[TEST_PATH];
	int n = snprintf(folder, sizeof folder, "%.*stests",
	    slash == NULL ? 0 : (int)(slash - t->file) + 1, t->file);

	if (n > 0 && (size_t)n < sizeof folder)
		run_folder(t, folder);
	else
		t->broken = true;
}

static int
finish(struct tests *t)
{
	int rc = t->broken ? CTL_FAILED : t->failed > 0 ? CTL_NO : CTL_YES;

	if (t->rows != NULL)
		return ctl_json_print(
		    json_pack("{s:o, s:i, s:i, s:i}", "tests", t->rows, "files",
			(int)t->files, "passed", (int)t->passed, "failed",
			(int)t->failed),
		    rc);
	(void)printf("%s%zu passed, %zu failed%s in %zu file%s\n",
	    sign(t, t->failed > 0 ? "\33[31m" : "\33[32m"), t->passed,
	    t->failed, sign(t, "\33[0m"), t->files, t->files == 1 ? "" : "s");
	return rc;
}

int
ctl_test(int argc, char **argv)
{
	static const struct option options[] = {
	    {"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
	struct tests t = {.file = CTL_FILE};
	int c, i, rc;

	while ((c = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (c == 'j' && t.rows == NULL)
			t.rows = json_array();
		else if (c == 'c')
			t.file = optarg;
		else if (c == '?')
			return CTL_FAILED;
	}
	t.is_colour = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == NULL;
	if (optind == argc)
		run_beside(&t);
	for (i = optind; i < argc; i++)
		run_path(&t, argv[i]);
	rc = finish(&t);
	ctl_unload(&t.loaded);
	return rc;
}
