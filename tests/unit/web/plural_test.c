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

/* All the numbers have that form; no samples, and the form is not there. */
static void
hold_samples(struct span language, enum plural form, const char *samples)
{
	struct span rest = span_of(samples), number;
	uint64_t n;

	if (plural_has(language, form) != (samples != NULL))
		fail_msg("%.*s: %s", SPAN_ARG(language), plural_name(form));
	while (rest.p != NULL) {
		number = span_cut(&rest, ' ');
		assert_int_equal(
		    span_to_u64(number, 10, UINT64_MAX, &n), CONSENT_OK);
		if (plural_of(language, n) != form)
			fail_msg("%.*s: %.*s is not %s", SPAN_ARG(language),
			    SPAN_ARG(number), plural_name(form));
	}
}

/*
 * Each language with its forms, and for every form the whole numbers that
 * CLDR gives as samples: none of them has another.
 */
static void
every_form_has_the_samples_of_cldr(void **state)
{
	static const struct {
		const char *languages;
		const char *samples[PLURAL_COUNT]; /* NULL: no such form */
	} cases[] = {
	    {"az bg da de el en es et fi hu it nb nl pt-PT sq sv tr ur xx",
		{[PLURAL_ONE] = "1",
		    [PLURAL_OTHER] = "0 2 3 11 16 21 100 101 1000 1000000"}},
	    {"am bn fa fr hi pt pt-BR",
		{[PLURAL_ONE] = "0 1",
		    [PLURAL_OTHER] = "2 17 21 100 101 1000"}},
	    {"id ja ko ms th vi zh zh-Hant",
		{[PLURAL_OTHER] = "0 1 2 15 100 1000 1000000"}},
	    {"ru uk be",
		{[PLURAL_ONE] = "1 21 31 41 51 61 71 81 101 1001",
		    [PLURAL_FEW] = "2 3 4 22 24 32 34 62 102 1002",
		    [PLURAL_MANY] = "0 5 19 100 1000 11 12 14 111 112"}},
	    {"pl", {[PLURAL_ONE] = "1",
		       [PLURAL_FEW] = "2 3 4 22 24 32 34 62 102 1002",
		       [PLURAL_MANY] = "0 5 19 21 100 101 1000 12 14 112"}},
	    {"cs sk", {[PLURAL_ONE] = "1",
			  [PLURAL_FEW] = "2 3 4",
			  [PLURAL_OTHER] = "0 5 19 22 24 100 102 1000"}},
	    {"sl", {[PLURAL_ONE] = "1 101 201 301 701 1001",
		       [PLURAL_TWO] = "2 102 202 302 702 1002",
		       [PLURAL_FEW] = "3 4 103 104 203 204 703 1003",
		       [PLURAL_OTHER] = "0 5 19 21 22 23 100 111 112 1000"}},
	    {"hr sr bs sr-Latn",
		{[PLURAL_ONE] = "1 21 31 41 101 1001",
		    [PLURAL_FEW] = "2 3 4 22 24 32 34 62 102 1002",
		    [PLURAL_OTHER] = "0 5 19 100 1000 11 12 14 111 112"}},
	    {"ro", {[PLURAL_ONE] = "1",
		       [PLURAL_FEW] = "0 2 16 19 101 102 119 1001",
		       [PLURAL_OTHER] = "20 35 100 120 1000 1000000"}},
	    {"lt", {[PLURAL_ONE] = "1 21 31 41 101 1001",
		       [PLURAL_FEW] = "2 9 22 29 32 39 102 1002",
		       [PLURAL_OTHER] = "0 10 11 12 19 20 30 100 111 1000"}},
	    {"lv", {[PLURAL_ZERO] = "0 10 11 12 19 20 30 100 111 1000",
		       [PLURAL_ONE] = "1 21 31 41 101 1001",
		       [PLURAL_OTHER] = "2 9 22 29 32 39 102 1002"}},
	    {"he", {[PLURAL_ONE] = "1",
		       [PLURAL_TWO] = "2",
		       [PLURAL_OTHER] = "0 3 10 17 20 100 102 1000"}},
	};
	size_t i;
	int form;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct span rest = span_of(cases[i].languages);

		while (rest.p != NULL) {
			struct span language = span_cut(&rest, ' ');

			for (form = 0; form < PLURAL_COUNT; form++)
				hold_samples(language, (enum plural)form,
				    cases[i].samples[form]);
		}
	}
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
	    cmocka_unit_test(every_form_has_the_samples_of_cldr),
	    cmocka_unit_test(a_language_tells_its_forms),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
