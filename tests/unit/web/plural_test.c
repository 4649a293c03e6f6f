#include "web/plural.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The samples that CLDR gives for each language and form. */
static void
numbers_have_the_forms_of_cldr(void **state)
{
	static const struct {
		const char *language;
		uint64_t n;
		const char *want;
	} cases[] = {
	    {"en", 0, "other"},
	    {"en", 1, "one"},
	    {"en", 21, "other"},
	    {"de-AT", 1, "one"},
	    {"tr", 1, "one"},
	    {"tr", 13, "other"},
	    {"es", 2, "other"},
	    {"fr", 0, "one"},
	    {"fr", 1, "one"},
	    {"fr", 2, "other"},
	    {"fa", 0, "one"},
	    {"fa", 13, "other"},
	    {"zh", 1, "other"},
	    {"zh-Hant", 100, "other"},
	    {"ar", 0, "zero"},
	    {"ar", 1, "one"},
	    {"ar", 2, "two"},
	    {"ar", 3, "few"},
	    {"ar", 10, "few"},
	    {"ar", 11, "many"},
	    {"ar", 99, "many"},
	    {"ar", 100, "other"},
	    {"ar", 102, "other"},
	    {"ar", 103, "few"},
	    {"ar", 365, "many"},
	    {"ru", 1, "one"},
	    {"ru", 2, "few"},
	    {"ru", 4, "few"},
	    {"ru", 5, "many"},
	    {"ru", 0, "many"},
	    {"ru", 11, "many"},
	    {"ru", 12, "many"},
	    {"ru", 14, "many"},
	    {"ru", 21, "one"},
	    {"ru", 24, "few"},
	    {"ru", 111, "many"},
	    {"uk", 22, "few"},
	    {"uk", 112, "many"},
	    {"uk", 101, "one"},
	    {"pl", 21, "many"},
	    {"pl", 22, "few"},
	    {"cs", 22, "other"},
	    {"cs", 3, "few"},
	    {"he", 2, "two"},
	    {"ro", 119, "few"},
	    {"ro", 120, "other"},
	    {"ro", 0, "few"},
	    {"xx", 1, "one"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(
		    plural_name(
			plural_of(span_of(cases[i].language), cases[i].n)),
		    cases[i].want);
}

static void
a_language_tells_its_forms(void **state)
{
	(void)state;
	assert_true(plural_has(SPAN("ar"), PLURAL_ZERO));
	assert_true(plural_has(SPAN("ar"), PLURAL_OTHER));
	assert_true(plural_has(SPAN("uk"), PLURAL_MANY));
	assert_false(plural_has(SPAN("uk"), PLURAL_OTHER));
	assert_false(plural_has(SPAN("zh"), PLURAL_ONE));
	assert_false(plural_has(SPAN("en"), PLURAL_FEW));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_have_the_forms_of_cldr),
	    cmocka_unit_test(a_language_tells_its_forms),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
