#include "conf/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libconsent/buf.h>

#include "conf/options.h"

#define DOCUMENT "docs/CONFIG.md"

static const char opening[] =
    "# Configuration of consentd\n"
    "\n"
    "Written from the program's own table of options by `make docs`; a test\n"
    "compares the two. `conf/consentd.conf` is a sample with comments and\n"
    "`conf/policy.conf` one of the group `policy`.\n"
    "\n"
    "The file is in libconfig's syntax. Relative paths, includes too, count\n"
    "from its folder. Where a list is meant, one string, an array `[ ]` and\n"
    "a list `( )` are all taken. Times are strings with a unit (`\"250ms\"`,\n"
    "`\"10s\"`, `\"5m\"`, `\"1h\"`, `\"185d\"`, `\"2w\"`) or whole seconds;\n"
    "sizes are bytes or strings with `K`, `M` or `G`. An unknown key is an\n"
    "error. `consentctl check FILE` says everything that is wrong with a\n"
    "file, each with its place; `consentd` refuses to start from such a file\n"
    "and, on SIGHUP, goes on with what it has.\n"
    "\n";

static void
buf_read(struct buf *out, const char *path)
{
	FILE *file = fopen(path, "re");
	char *room;

	assert_non_null(file);
	assert_int_equal(buf_reserve(out, 1 << 16, &room), CONSENT_OK);
	out->n += fread(room, 1, 1 << 16, file);
	(void)fclose(file); /* only read from */
}

/* UPDATE_DOCS=1 (make docs) writes the document instead. */
static void
is_documented_as_it_is(void **state)
{
	struct buf wanted, found;

	(void)state;
	buf_init(&wanted, 1 << 17);
	buf_init(&found, 1 << 17);
	assert_int_equal(buf_append(&wanted, SPAN(opening)), CONSENT_OK);
	assert_int_equal(config_markdown(&wanted), CONSENT_OK);
	if (getenv("UPDATE_DOCS") != NULL) {
		FILE *file = fopen(DOCUMENT, "we");

		assert_non_null(file);
		assert_int_equal(fwrite(wanted.p, 1, wanted.n, file), wanted.n);
		assert_int_equal(fclose(file), 0);
	}
	buf_read(&found, DOCUMENT);
	if (!span_equal(buf_span(&wanted), buf_span(&found)))
		fail_msg("%s differs from the table: make docs", DOCUMENT);
	buf_fini(&wanted);
	buf_fini(&found);
}

static bool
is_among_defaults(const struct option *row)
{
	struct option_value value = {0};
	int rc = option_from_initial(row, &value);

	option_value_fini(&value);
	return rc == CONSENT_OK;
}

/* A default that its own row would refuse could never be written down. */
static void
defaults_are_in_range(void **state)
{
	const struct option *row = config_options();

	(void)state;
	for (; row->name != NULL; row++) {
		assert_non_null(row->help);
		if (row->initial == NULL || !option_has_value(row))
			continue;
		if (!is_among_defaults(row))
			fail_msg("%s has a bad default", row->name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(is_documented_as_it_is),
	    cmocka_unit_test(defaults_are_in_range),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
