#include "wrong_cases.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libconsent/loader.h>

#include "conf/option.h"
#include "consent/texts.h"
#include "net/tls_throwaway.h"

enum {
	NAME_BYTES = 128,
	WAYS_MAX = 12,
	SEEN_MAX = 256 /* keys of policies, vendors, notices and tests */
};

/* All that is tested, and where. */
struct matrix {
	struct wrong_case cases[WRONG_MAX];
	size_t n;
	struct buf texts[WRONG_KINDS];
	struct wrong_answer answer;
	char folder[32];
	int top; /* the folder that tests are run in */
};

static struct matrix matrix;

/* ---- running ---------------------------------------------------------- */

static const struct wrong_kind *
kind_of(const struct wrong_case *it)
{
	size_t i = 0;

	while (strcmp(wrong_kinds[i].table, it->table) != 0)
		i++;
	return &wrong_kinds[i];
}

/* Writes a line with the n-th text for its $KEY, and the line of that. */
static void
fill_line(struct span line, size_t n, struct buf *out)
{
	size_t at;

	for (at = span_find(line, '$'); at < line.n;
	     at = span_find(line, '$')) {
		assert_int_equal(
		    buf_append(out, span_sub(line, 0, at)), CONSENT_OK);
		line = span_sub(line, at, line.n);
		if (span_starts(line, SPAN("$KEY")))
			assert_int_equal(
			    buf_printf(out, "%s", texts_key((enum text_id)n)),
			    CONSENT_OK);
		else
			assert_int_equal(
			    buf_printf(out, "%zu", n + 2), CONSENT_OK);
		line = span_sub(
		    line, span_starts(line, SPAN("$KEY")) ? 4 : 5, line.n);
	}
	assert_int_equal(buf_append(out, line), CONSENT_OK);
	assert_int_equal(buf_append_byte(out, '\n'), CONSENT_OK);
}

/* Lines, those with a $KEY once for each text; buf's. */
static struct span
filled(struct span text, struct buf *out)
{
	size_t i;

	out->n = 0;
	while (text.n > 0) {
		struct span line = span_cut(&text, '\n');
		bool is_each = span_search(line, SPAN("$KEY")) < line.n;

		for (i = 0; i < (is_each ? (size_t)TEXT_COUNT : 1); i++)
			fill_line(line, i, out);
	}
	return buf_span(out);
}

/* Loads a case. The kind's file is whole again behind. */
static void
case_run(const struct wrong_case *it, struct wrong_answer *answer)
{
	struct buf settings;

	buf_init(&settings, CASES_TEXT);
	kind_write(kind_of(it), filled(it->settings, &settings));
	answer_get(answer);
	kind_write(kind_of(it), SPAN(""));
	buf_fini(&settings);
}

static bool
is_for_each_text(const struct wrong_case *it)
{
	return span_search(it->subject, SPAN("$KEY")) < it->subject.n;
}

/* What is wrong with an answer, or NULL. */
static const char *
fault_of(const struct wrong_answer *answer, struct span wanted)
{
	size_t i;

	if (answer->rc == CONSENT_OK)
		return "is accepted";
	if (answer->findings.errors == 0)
		return "is refused without a word";
	for (i = 0; i < answer->findings.n; i++)
		if (answer->findings.items[i].place.file == NULL)
			return "is nowhere";
	if (!span_equal(span_of(answer->said), wanted))
		return "is told in other words";
	return NULL;
}

static size_t
case_check(const struct wrong_case *it)
{
	struct wrong_answer *answer = &matrix.answer;
	const char *fault;
	struct buf wanted;

	buf_init(&wanted, CASES_TEXT);
	case_run(it, answer);
	fault = fault_of(answer, filled(it->wanted, &wanted));
	if (fault != NULL)
		print_error("%.*s %.*s %s:\n%s", SPAN_ARG(it->subject),
		    SPAN_ARG(it->way), fault, answer->said);
	buf_fini(&wanted);
	findings_fini(&answer->findings);
	return fault != NULL;
}

static void
each_is_refused_in_its_words(void **state)
{
	size_t i, bad = 0;

	(void)state;
	for (i = 0; i < matrix.n; i++)
		bad += case_check(&matrix.cases[i]);
	if (bad > 0)
		fail_msg("%zu of the cases", bad);
}

/* ---- is any missing? -------------------------------------------------- */

static bool
is_covered(const char *subject, const char *way)
{
	size_t i;

	for (i = 0; i < matrix.n; i++)
		if (span_equal(matrix.cases[i].subject, span_of(subject)) &&
		    span_equal(matrix.cases[i].way, span_of(way)))
			return true;
	return false;
}

/* How many of the ways have no case. */
static size_t
count_missing(const char *subject, const char *const *ways)
{
	size_t bad = 0;

	for (; *ways != NULL; ways++)
		if (!is_covered(subject, *ways)) {
			print_error("%s has no case of: %s\n", subject, *ways);
			bad++;
		}
	return bad;
}

/* Options whose text may be anything, or which are made where missing. */
static bool
is_free(const char *name)
{
	static const char *const names[] = {"notice.controller",
	    "notice.address", "notice.jurisdiction", "notice.control_link",
	    "token.keys", "log.directory"};
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* The ways in which an option can be wrong, by its row. */
static void
list_ways(const char *name, const struct option *row, const char **ways)
{
	bool is_text = row->type == OPTION_STRING || row->type == OPTION_PATH ||
		       row->type == OPTION_LIST;
	bool is_number = row->type == OPTION_NUMBER ||
			 row->type == OPTION_SIZE ||
			 row->type == OPTION_DURATION;

	*ways++ = "type";
	*ways++ = "name";
	*ways++ = "syntax";
	if (is_number || (is_text && row->min > 0))
		*ways++ = "below";
	if (is_number || is_text)
		*ways++ = "above";
	if (is_text)
		*ways++ = "encoding";
	if (is_text && !is_free(name))
		*ways++ = "value";
	if (is_number && row->type != OPTION_NUMBER)
		*ways++ = "unit";
	if (row->type == OPTION_CHOICE)
		*ways++ = "word";
	if (row->type != OPTION_SECTION && row->initial == NULL)
		*ways++ = "missing";
	*ways = NULL;
}

static size_t
check_table(const char *prefix, const struct option *row)
{
	const char *ways[WAYS_MAX];
	char name[NAME_BYTES];
	size_t bad = 0;

	for (; row->name != NULL; row++) {
		(void)snprintf(name, sizeof name, "%s%s", prefix, row->name);
		list_ways(name, row, ways);
		bad += count_missing(name, ways);
	}
	return bad;
}

static void
each_option_has_each_way(void **state)
{
	size_t bad = check_table("", config_options());

	(void)state;
	bad += check_table("listen.", config_listener_options());
	bad += check_table(
	    "listen.tls.certificates.", config_certificate_options());
	bad += check_table("upstream.", config_upstream_options());
	if (bad > 0)
		fail_msg("%zu cases are missing in tests/ctl/wrong", bad);
}

/* What keys of policies, vendors, notices and tests are: which ways that has.
 */
#define NAME_TYPE_SYNTAX "name", "type", "syntax"
#define WORD NAME_TYPE_SYNTAX, "empty"
#define TEXT WORD, "encoding"
#define LONG TEXT, "above"

static const struct {
	const char *key;
	const char *ways[WAYS_MAX];
} keys[] = {
    {"policy.version", {LONG, "missing"}},
    {"policy.unknown_cookie", {LONG, "reference", "value"}},
    {"policy.third_parties", {NAME_TYPE_SYNTAX, "word"}},
    {"policy.csp", {NAME_TYPE_SYNTAX, "word", "value"}},
    {"policy.guard", {NAME_TYPE_SYNTAX}},
    {"policy.inline_limit", {NAME_TYPE_SYNTAX, "below", "above", "unit"}},
    {"policy.past_limit", {NAME_TYPE_SYNTAX, "word"}},
    {"policy.signals", {NAME_TYPE_SYNTAX}},
    {"policy.signals.gpc", {NAME_TYPE_SYNTAX, "word"}},
    {"policy.signals.dnt", {NAME_TYPE_SYNTAX, "word"}},
    {"policy.categories",
	{NAME_TYPE_SYNTAX, "missing", "below", "above", "value"}},
    {"policy.categories.id", {LONG, "missing", "value", "twice"}},
    {"policy.categories.required", {NAME_TYPE_SYNTAX}},
    {"policy.categories.mode", {NAME_TYPE_SYNTAX, "word"}},
    {"policy.categories.action", {NAME_TYPE_SYNTAX, "word"}},
    {"policy.categories.revision", {NAME_TYPE_SYNTAX, "below", "above"}},
    {"policy.vendors", {NAME_TYPE_SYNTAX, "above"}},
    {"policy.vendors.name", {LONG, "missing", "reference", "value", "twice"}},
    {"policy.vendors.category", {LONG, "reference"}},
    {"policy.vendors.ground", {NAME_TYPE_SYNTAX, "word", "missing"}},
    {"policy.vendors.purpose", {LONG, "missing"}},
    {"policy.vendors.provider", {LONG}},
    {"policy.vendors.privacy_url", {LONG, "value"}},
    {"policy.vendors.action", {NAME_TYPE_SYNTAX, "word"}},
    {"policy.vendors.mode", {NAME_TYPE_SYNTAX, "word"}},
    {"policy.vendors.stubs", {LONG, "value"}},
    {"policy.cookies", {NAME_TYPE_SYNTAX, "value"}},
    {"policy.cookies.mode", {NAME_TYPE_SYNTAX, "word"}},
    {"policy.cookies.name", {LONG, "missing", "value", "twice"}},
    {"policy.cookies.category", {LONG, "missing", "reference"}},
    {"policy.cookies.ground", {NAME_TYPE_SYNTAX, "word", "missing"}},
    {"policy.cookies.purpose", {LONG, "missing"}},
    {"policy.cookies.lifetime", {LONG}},
    {"policy.resources", {NAME_TYPE_SYNTAX, "value"}},
    {"policy.resources.host", {LONG, "missing", "value", "twice"}},
    {"policy.resources.path", {LONG, "value", "twice"}},
    {"policy.resources.inline", {LONG, "value", "twice"}},
    {"policy.resources.method", {NAME_TYPE_SYNTAX, "word", "below", "value"}},
    {"policy.resources.category", {LONG, "missing", "reference"}},
    {"policy.resources.ground", {NAME_TYPE_SYNTAX, "word"}},
    {"policy.resources.purpose", {LONG}},
    {"policy.resources.action", {NAME_TYPE_SYNTAX, "word"}},
    {"policy.resources.mode", {NAME_TYPE_SYNTAX, "word"}},
    {"policy.resources.hosts", {LONG, "below", "value"}},
    {"policy.sensitive", {NAME_TYPE_SYNTAX, "above"}},
    {"policy.sensitive.path", {LONG, "missing", "value"}},
    {"vendor.name", {LONG}},
    {"vendor.provider", {LONG, "missing"}},
    {"vendor.category", {LONG, "missing", "reference"}},
    {"vendor.privacy_url", {LONG, "value"}},
    {"vendor.purpose", {LONG, "missing"}},
    {"vendor.ground", {NAME_TYPE_SYNTAX, "word", "missing"}},
    {"vendor.hosts", {LONG, "missing", "value"}},
    {"vendor.paths", {LONG, "value"}},
    {"vendor.inline", {LONG, "value"}},
    {"vendor.stubs", {LONG, "value"}},
    {"vendor.cookies", {LONG, "value"}},
    {"vendor.cookies.name", {LONG, "missing", "value"}},
    {"vendor.cookies.purpose", {LONG}},
    {"vendor.cookies.lifetime", {LONG}},
    {"vendor.storage", {LONG, "value"}},
    {"vendor.action", {NAME_TYPE_SYNTAX, "word"}},
    {"vendor.mode", {NAME_TYPE_SYNTAX, "word"}},
    {"texts.name", {TEXT, "missing"}},
    {"texts.texts", {NAME_TYPE_SYNTAX, "missing"}},
    {"texts.texts.$KEY", {TEXT, "value"}},
    {"texts.numbers", {NAME_TYPE_SYNTAX}},
    {"texts.numbers.digits", {TEXT, "below", "above"}},
    {"texts.numbers.date", {TEXT, "value"}},
    {"texts.numbers.month", {TEXT, "value"}},
    {"texts.numbers.months_in_dates", {TEXT, "below", "above"}},
    {"texts.numbers.months_alone", {TEXT, "below", "above"}},
    {"texts.numbers.minutes", {NAME_TYPE_SYNTAX, "missing"}},
    {"texts.numbers.minutes.one", {TEXT, "missing", "value"}},
    {"texts.numbers.minutes.other", {TEXT, "missing", "value"}},
    {"texts.numbers.hours", {NAME_TYPE_SYNTAX, "missing"}},
    {"texts.numbers.days", {NAME_TYPE_SYNTAX, "missing"}},
    {"texts.numbers.months", {NAME_TYPE_SYNTAX, "missing"}},
    {"texts.numbers.years", {NAME_TYPE_SYNTAX, "missing"}},
    {"texts.categories", {NAME_TYPE_SYNTAX, "above"}},
    {"texts.categories.id", {TEXT, "missing"}},
    {"texts.categories.name", {TEXT, "missing"}},
    {"texts.categories.purpose", {TEXT, "missing"}},
    {"texts.phrases", {NAME_TYPE_SYNTAX, "above"}},
    {"texts.phrases.text", {TEXT, "missing"}},
    {"texts.phrases.means", {TEXT, "missing"}},
    {"cases.vendor", {WORD, "reference", "value"}},
    {"cases.tests", {NAME_TYPE_SYNTAX, "missing", "below", "above", "value"}},
    {"cases.tests.name", {WORD}},
    {"cases.tests.cookie", {WORD, "missing", "twice"}},
    {"cases.tests.url", {WORD}},
    {"cases.tests.inline", {WORD}},
    {"cases.tests.page", {WORD}},
    {"cases.tests.method", {WORD, "value"}},
    {"cases.tests.at", {WORD}},
    {"cases.tests.consent", {WORD, "reference"}},
    {"cases.tests.gpc", {NAME_TYPE_SYNTAX}},
    {"cases.tests.expect", {WORD, "missing", "word"}},
    {"cases.tests.expect.answer", {WORD, "word"}},
    {"cases.tests.expect.category", {WORD, "reference"}},
    {"cases.tests.expect.rule", {WORD}},
    {"cases.tests.expect.vendor", {WORD}},
    {"cases.tests.expect.clean", {NAME_TYPE_SYNTAX}},
    {"cases.tests.expect.removed", {NAME_TYPE_SYNTAX, "below", "above"}},
    {"cases.tests.expect.absent", {WORD, "above"}},
    {"cases.tests.expect.present", {WORD, "above"}},
    {"cases.tests.expect.counts", {NAME_TYPE_SYNTAX, "above"}},
    {"cases.tests.expect.counts.rule", {WORD, "missing"}},
    {"cases.tests.expect.counts.n",
	{NAME_TYPE_SYNTAX, "missing", "below", "above"}},
};

enum {
	KEYS = sizeof keys / sizeof keys[0]
};

static void
each_key_has_each_way(void **state)
{
	size_t i, bad = 0;

	(void)state;
	for (i = 0; i < KEYS; i++)
		bad += count_missing(keys[i].key, keys[i].ways);
	if (bad > 0)
		fail_msg("%zu cases are missing in tests/ctl/wrong", bad);
}

static bool
is_key(const char *name)
{
	size_t i;

	for (i = 0; i < KEYS; i++)
		if (strcmp(keys[i].key, name) == 0)
			return true;
	return false;
}

/* Looks up what the loader says that it takes where a key is unknown. */
static size_t
check_taken(struct span group, const struct findings *f)
{
	char name[NAME_BYTES];
	size_t i, bad = 0;

	for (i = 0; i < f->n; i++) {
		struct span rest = span_of(f->items[i].wanted);

		if (f->items[i].kind != FINDING_UNKNOWN_KEY)
			continue;
		while (rest.n > 0) {
			struct span word = span_trim(span_cut(&rest, ','));

			(void)snprintf(name, sizeof name, "%.*s.%.*s",
			    SPAN_ARG(group), SPAN_ARG(word));
			if (is_key(name))
				continue;
			print_error("%s is taken, and not in keys\n", name);
			bad++;
		}
	}
	return bad;
}

/* The loader's own lists of keys, as it tells them, are those up there. */
static void
no_key_is_left_out(void **state)
{
	struct wrong_answer *answer = &matrix.answer;
	size_t i, bad = 0, dot;

	(void)state;
	for (i = 0; i < matrix.n; i++) {
		const struct wrong_case *it = &matrix.cases[i];

		dot = it->subject.n;
		while (dot > 0 && it->subject.p[dot - 1] != '.')
			dot--;
		if (!span_equal(it->way, SPAN("name")) ||
		    strcmp(it->table, "config") == 0 || is_for_each_text(it))
			continue;
		case_run(it, answer);
		bad += check_taken(
		    span_sub(it->subject, 0, dot - 1), &answer->findings);
		findings_fini(&answer->findings);
	}
	if (bad > 0)
		fail_msg("%zu keys have no row", bad);
}

/* How often text is in a file below src. */
static size_t
count_in(const char *path, struct span text)
{
	struct buf all;
	struct span rest;
	size_t n = 0, at;

	assert_int_equal(fchdir(matrix.top), 0);
	buf_init(&all, CASES_TEXT);
	file_read(path, &all);
	rest = buf_span(&all);
	for (at = span_search(rest, text); at < rest.n;
	     at = span_search(rest, text)) {
		rest = span_sub(rest, at + text.n, rest.n);
		n++;
	}
	buf_fini(&all);
	assert_int_equal(chdir(matrix.folder), 0);
	return n;
}

/* A group with keys that nobody has looked at would have no row up there. */
static void
no_group_is_left_out(void **state)
{
	static const struct {
		const char *file;
		size_t groups;
	} readers[] = {
	    {"src/policy/load_policy.c", 3},  /* root, categories, signals */
	    {"src/policy/load_rules.c", 3},   /* members, sensitive, hosts */
	    {"src/policy/load_vendors.c", 3}, /* in policy, file, its cookies */
	    {"src/policy/load.c", 0},
	    {"src/consent/texts.c", 4},	  /* root, texts, categories, phrases */
	    {"src/consent/wording.c", 2}, /* numbers, forms */
	    {"src/consent/notice.c", 0},
	    {"src/trial/cases.c", 2},	     /* root, tests */
	    {"src/trial/cases_expect.c", 3}, /* things, pages, counts */
	};
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof readers / sizeof readers[0]; i++) {
		n = count_in(readers[i].file, SPAN("settings_check_keys("));
		if (n != readers[i].groups)
			fail_msg("%s reads %zu groups: has each its rows in "
				 "keys?",
			    readers[i].file, n);
	}
}

/* ---- the whole -------------------------------------------------------- */

/* Writes what was said last; of each text, what was said of the first. */
static void
said_write(const struct wrong_case *it, FILE *out)
{
	struct span said = span_of(matrix.answer.said), line;
	struct span first = span_of(texts_key((enum text_id)0));
	size_t at, key;

	if (!is_for_each_text(it) ||
	    span_search(it->settings, SPAN("$KEY")) == it->settings.n) {
		(void)fprintf(out, "%.*s", SPAN_ARG(said));
		return;
	}
	line = span_cut(&said, '\n');
	at = span_search(line, SPAN(":2:"));
	(void)fprintf(out, "%.*s:$LINE:", (int)at, line.p);
	line = span_sub(line, at + 3, line.n);
	for (key = span_search(line, first); key < line.n;
	     key = span_search(line, first)) {
		(void)fprintf(out, "%.*s$KEY", (int)key, line.p);
		line = span_sub(line, key + first.n, line.n);
	}
	(void)fprintf(out, "%.*s\n", SPAN_ARG(line));
}

/* UPDATE_CASES=1 writes what is said now into the tables, to be read. */
static void
table_update(const struct wrong_kind *kind, struct span text, FILE *out)
{
	const struct wrong_case *it = matrix.cases, *last = NULL;
	struct wrong_answer *answer = &matrix.answer;

	while (
	    it < matrix.cases + matrix.n && strcmp(it->table, kind->table) != 0)
		it++;
	while (text.n > 0) {
		struct span line = span_cut(&text, '\n');
		bool is_head = line.n > 0 && strchr("#\t>", line.p[0]) == NULL;

		if ((line.n == 0 || is_head) && last != NULL) {
			said_write(last, out);
			last = NULL;
		}
		if (is_head) {
			last = it++;
			case_run(last, answer);
			findings_fini(&answer->findings);
		}
		if (!span_starts(line, SPAN("> ")) &&
		    (line.n > 0 || text.n > 0))
			(void)fprintf(out, "%.*s\n", SPAN_ARG(line));
	}
	if (last != NULL)
		said_write(last, out);
}

static void
tables_update(void)
{
	char path[NAME_BYTES];
	size_t i;

	for (i = 0; i < WRONG_KINDS; i++) {
		FILE *out;
		int fd;

		(void)snprintf(path, sizeof path, "tests/ctl/wrong/%s.txt",
		    wrong_kinds[i].table);
		fd = openat(matrix.top, path, O_WRONLY | O_TRUNC | O_CLOEXEC);
		assert_true(fd >= 0);
		out = fdopen(fd, "w");
		assert_non_null(out);
		table_update(&wrong_kinds[i], buf_span(&matrix.texts[i]), out);
		assert_int_equal(fclose(out), 0);
	}
}

static void
read_tables(void)
{
	char path[NAME_BYTES];
	size_t i;

	for (i = 0; i < WRONG_KINDS; i++) {
		(void)snprintf(path, sizeof path, "tests/ctl/wrong/%s.txt",
		    wrong_kinds[i].table);
		buf_init(&matrix.texts[i], CASES_TEXT);
		file_read(path, &matrix.texts[i]);
		matrix.n += cases_read(buf_span(&matrix.texts[i]),
		    wrong_kinds[i].table, matrix.cases + matrix.n);
	}
}

/* As many vendors as make too many. */
static void
write_vendors(void)
{
	char path[NAME_BYTES];
	size_t i;

	for (i = 1; i <= LOADER_VENDORS + 1; i++) {
		FILE *out;

		(void)snprintf(path, sizeof path, "vendors/v%zu.conf", i);
		out = fopen(path, "we");
		assert_non_null(out);
		(void)fprintf(out,
		    "provider = \"V\"; category = \"analytics\";\n"
		    "purpose = \"Counts\"; hosts = \"v%zu.example\";\n",
		    i);
		assert_int_equal(fclose(out), 0);
	}
}

/* What works stands in a folder of its own, where names are the same. */
static int
open_folder(void **state)
{
	struct wrong_answer *answer = &matrix.answer;
	size_t i;

	(void)state;
	read_tables();
	matrix.top = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	(void)snprintf(
	    matrix.folder, sizeof matrix.folder, "/tmp/wrong-XXXXXX");
	assert_non_null(mkdtemp(matrix.folder));
	assert_int_equal(chdir(matrix.folder), 0);
	assert_int_equal(mkdir("vendors", 0700), 0);
	assert_int_equal(mkdir("texts", 0700), 0);
	write_vendors();
	assert_int_equal(tls_throwaway_write("own.pem", "own.key"), CONSENT_OK);
	for (i = 0; i < WRONG_KINDS; i++)
		kind_write(&wrong_kinds[i], SPAN(""));
	answer_get(answer);
	assert_string_equal(answer->said, "");
	assert_int_equal(answer->rc, CONSENT_OK);
	findings_fini(&answer->findings);
	if (getenv("UPDATE_CASES") != NULL)
		tables_update();
	return 0;
}

static int
remove_entry(
    const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path);
}

static int
close_folder(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(fchdir(matrix.top), 0);
	assert_int_equal(close(matrix.top), 0);
	assert_int_equal(
	    nftw(matrix.folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
	for (i = 0; i < WRONG_KINDS; i++)
		buf_fini(&matrix.texts[i]);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_is_refused_in_its_words),
	    cmocka_unit_test(each_option_has_each_way),
	    cmocka_unit_test(each_key_has_each_way),
	    cmocka_unit_test(no_key_is_left_out),
	    cmocka_unit_test(no_group_is_left_out),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_folder, close_folder);
}
