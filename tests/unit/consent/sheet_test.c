#include "consent/sheet.h"

#include <libconsent/findings.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* What is found in a sheet; errors come with their line. */
static struct findings found;

static int
check(const char *text)
{
	findings_fini(&found);
	findings_init(&found);
	return sheet_check(span_of(text), "own", &found);
}

static void
a_sheet_of_its_own_site_is_taken(void **state)
{
	static const char *const sheets[] = {"", "p { color: red }",
	    "a { background: url(/pictures/a.png) }",
	    "a { background: url(\"a.png\") }",
	    "a { background: url(data:image/gif;base64,R0lGODlhAQ) }",
	    "a { filter: url(#blur) }", "/* https://elsewhere.example/ */",
	    "a { content: \"https://elsewhere.example/\" }"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof sheets / sizeof sheets[0]; i++)
		if (check(sheets[i]) != CONSENT_OK)
			fail_msg("refused: %s", sheets[i]);
	assert_int_equal(found.errors, 0);
	findings_fini(&found);
}

static void
a_sheet_asks_no_other_host(void **state)
{
	static const char *const sheets[] = {
	    "@import \"https://fonts.example/css\";", "@import url(/more.css);",
	    "@IMPORT 'x.css';",
	    "a { background: url(https://elsewhere.example/a) }",
	    "a { background: url('//elsewhere.example/a') }",
	    "a { background: u\\72l(//elsewhere.example/a) }",
	    "@font-face { src: url(http://fonts.example/f.woff2) }",
	    "a { background: image-set('https://elsewhere.example/a' 1x) }",
	    "a { --b: 'https://elsewhere.example/a' }"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof sheets / sizeof sheets[0]; i++)
		if (check(sheets[i]) != CONSENT_EINVAL || found.errors != 1)
			fail_msg("taken: %s", sheets[i]);
	findings_fini(&found);
}

static void
every_mistake_is_told_with_its_line(void **state)
{
	(void)state;
	assert_int_equal(check("@import 'a';\np { }\n"
			       "a { background: url(//b.example/c) }\n"),
	    CONSENT_EINVAL);
	assert_int_equal(found.errors, 2);
	assert_int_equal(found.items[0].place.line, 1);
	assert_string_equal(found.items[0].place.file, "own");
	assert_non_null(strstr(found.items[0].text, "imports \"a\""));
	assert_int_equal(found.items[1].place.line, 3);
	assert_non_null(
	    strstr(found.items[1].text, "fetches \"//b.example/c\""));
	findings_fini(&found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_sheet_of_its_own_site_is_taken),
	    cmocka_unit_test(a_sheet_asks_no_other_host),
	    cmocka_unit_test(every_mistake_is_told_with_its_line),
	};

	findings_init(&found);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
