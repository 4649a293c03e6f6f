#include "conf/options.h"

#include <libconsent/findings.h>
#include <libconsent/settings.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct box {
	char *name, *path;
	struct option_list list;
	unsigned count;
	uint64_t size;
	int64_t time;
	bool flag;
	int word;
};

#define AT(member) offsetof(struct box, member)

/* clang-format off: a table is read by its columns */
static const struct option table[] = {
    {"name", OPTION_STRING, AT(name), "", 0, 8, NULL, "N."},
    {"path", OPTION_PATH, AT(path), "here", 0, 0, NULL, "P."},
    {"list", OPTION_LIST, AT(list), "a b", 1, 3, NULL, "L."},
    {"count", OPTION_NUMBER, AT(count), NULL, 1, 9, NULL, "C."},
    {"more", OPTION_SECTION, 0, NULL, 0, 0, NULL, "More of it."},
    {"more.size", OPTION_SIZE, AT(size), "1K", 1, 1 << 20, NULL, "S."},
    {"more.time", OPTION_DURATION, AT(time), "10s", 0, 86400000, NULL, "T."},
    {"more.flag", OPTION_FLAG, AT(flag), "true", 0, 0, NULL, "F."},
    {"more.word", OPTION_CHOICE, AT(word), "two", 0, 0, "one two", "W."},
    {"other", OPTION_ELSEWHERE, 0, NULL, 0, 0, NULL, "O."},
    {NULL, OPTION_SECTION, 0, NULL, 0, 0, NULL, NULL},
};
/* clang-format on */

/* Reads text into box; what was found is written to said, a line each. */
static int
read_text(const char *text, struct box *box, char said[2048])
{
	struct settings *settings = NULL;
	struct findings findings;
	size_t i, used = 0;
	int rc;

	findings_init(&findings);
	rc = settings_parse("box.conf", span_of(text), &findings, &settings);
	assert_int_equal(rc, CONSENT_OK);
	rc = options_read(
	    table, settings_root(settings), "/etc/box", &findings, box);
	said[0] = '\0';
	for (i = 0; i < findings.n; i++) {
		used += (size_t)snprintf(said + used, 2048 - used, "%u %s\n",
		    findings.items[i].place.line, findings.items[i].text);
		assert_true(used < 2048);
	}
	findings_fini(&findings);
	settings_free(settings);
	return rc;
}

static void
fills_in_the_defaults(void **state)
{
	struct box box = {0};
	char said[2048];

	(void)state;
	assert_int_equal(read_text("count = 3;", &box, said), CONSENT_OK);
	assert_string_equal(said, "");
	assert_string_equal(box.name, "");
	assert_string_equal(box.path, "/etc/box/here");
	assert_int_equal(box.list.n, 2);
	assert_string_equal(box.list.items[1], "b");
	assert_null(box.list.items[2]);
	assert_int_equal(box.count, 3);
	assert_int_equal(box.size, 1024);
	assert_int_equal(box.time, 10000);
	assert_true(box.flag);
	assert_int_equal(box.word, 1);
	options_free(table, &box);
	assert_null(box.name);
	assert_int_equal(box.list.n, 0);
}

static void
takes_every_spelling(void **state)
{
	static const char text[] =
	    "name = \"x\"; path = \"/abs\"; list = \"one\"; count = 9;\n"
	    "other : { whatever = 1; };\n"
	    "more : { size = \"64K\"; time = 5; flag = false; "
	    "word = \"one\"; };";
	struct box box = {0};
	char said[2048];

	(void)state;
	assert_int_equal(read_text(text, &box, said), CONSENT_OK);
	assert_string_equal(box.name, "x");
	assert_string_equal(box.path, "/abs");
	assert_int_equal(box.list.n, 1);
	assert_string_equal(box.list.items[0], "one");
	assert_int_equal(box.size, 65536);
	assert_int_equal(box.time, 5000);
	assert_false(box.flag);
	assert_int_equal(box.word, 0);
	options_free(table, &box);
}

static void
names_all_mistakes_at_once(void **state)
{
	static const char text[] =
	    "name = 1;\n"
	    "conut = 3;\n"
	    "count = 10;\n"
	    "list = ( \"a\", 2 );\n"
	    "more : { size = \"2M\";\n"
	    "wrod = 1;\n"
	    "time = \"soon\"; flag = \"yes\"; word = \"three\"; };\n"
	    "other = 2;";
	static const char *const expected[] = {
	    "1 name must be a string of at most 8 bytes\n",
	    "2 ",
	    "conut",
	    "3 count must be a whole number from 1 to 9\n",
	    "4 each of list must be a string that is not empty\n",
	    "5 more.size must be a size from 1 to 1M\n",
	    "6 ",
	    "wrod",
	    "7 more.time must be a time from 0",
	    "7 more.flag must be true or false\n",
	    "7 more.word must be one of: one two\n",
	    "8 other must be a group\n",
	};
	struct box box = {0};
	char said[2048];
	size_t i;

	(void)state;
	assert_int_equal(read_text(text, &box, said), CONSENT_EINVAL);
	for (i = 0; i < sizeof expected / sizeof *expected; i++)
		if (strstr(said, expected[i]) == NULL)
			fail_msg("no \"%s\" in:\n%s", expected[i], said);
	/* checks that follow find a whole struct */
	assert_string_equal(box.name, "");
	assert_int_equal(box.list.n, 2);
	options_free(table, &box);
}

static void
says_what_is_missing(void **state)
{
	struct box box = {0};
	char said[2048];

	(void)state;
	assert_int_equal(
	    read_text("name = \"x\";", &box, said), CONSENT_EINVAL);
	assert_non_null(strstr(said, "count is missing"));
	options_free(table, &box);
}

static void
writes_a_reference(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1 << 16);
	assert_int_equal(options_markdown(table, &out), CONSENT_OK);
	assert_int_equal(buf_append_byte(&out, '\0'), CONSENT_OK);
	assert_non_null(strstr(
	    out.p, "| `count` | a whole number from 1 to 9 | must be given"));
	assert_non_null(strstr(out.p, "\n## `more`\n\nMore of it.\n"));
	assert_non_null(
	    strstr(out.p, "| `time` | a time from 0ms to 1d | `10s` | T. |\n"));
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fills_in_the_defaults),
	    cmocka_unit_test(takes_every_spelling),
	    cmocka_unit_test(names_all_mistakes_at_once),
	    cmocka_unit_test(says_what_is_missing),
	    cmocka_unit_test(writes_a_reference),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
