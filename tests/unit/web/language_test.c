#include "web/language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char *const tags[] = {"en", "tr", "ar", "de", "zh-Hant"};

static int
best(const char *accept)
{
	return language_best(
	    span_of(accept), tags, sizeof tags / sizeof tags[0]);
}

static void
the_best_is_found(void **state)
{
	static const struct {
		const char *accept;
		int want;
	} cases[] = {
	    {"", -1},
	    {"de", 3},
	    {"DE-at", 3},
	    {"fr, tr;q=0.5, en;q=0.9", 0},
	    {"tr-TR,tr;q=0.9,en-US;q=0.8", 1},
	    {"en;q=0.1,de;q=0.1", 0},
	    {"en;q=0,en-GB", -1},
	    {"*", -1},
	    {"*,ar;q=0.2", 2},
	    {"zh-Hant-TW", 4},
	    {"zh", -1},
	    {"de-a-x-b", 3},
	    {"de ; Q=0.3 , tr ; q=0.4", 1},
	    {"de;q=2", -1},
	    {"de;q=0.0001", -1},
	    {"de;q=1.001,en;q=0.001", 0},
	    {"de;q=.5", -1},
	    {",,;;=,de", 3},
	    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,en", 0},
	    {"a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,"
	     "en",
		-1},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(best(cases[i].accept), cases[i].want);
}

/* Scripts of one language: Simplified and Traditional Chinese. */
static void
r14_scripts_are_told_apart(void **state)
{
	static const char *const simplified[] = {"en", "zh"};
	static const char *const both[] = {"zh", "en", "zh-Hant", "sr-Latn"};
	static const struct {
		const char *accept;
		int simplified, both;
	} cases[] = {
	    {"zh", 1, 0},
	    {"zh-CN", 1, 0},
	    {"ZH-hans-cn", 1, 0},
	    {"zh-SG,en;q=0.9", 1, 0},
	    {"zh-TW", 1, 2},
	    {"zh-HK,en;q=0.5", 0, 2},
	    {"zh-Hant,en;q=0.5", 0, 2},
	    {"zh-hant-mo,zh;q=0.9,en;q=0.8", 1, 2},
	    {"zh-TW;q=0.5,zh-CN;q=0.4", 1, 2},
	    {"zh-Hant, fr", 1, 2},
	    {"zh-Hans-TW", 1, 0},
	    {"zh-CN, zh;q=0, en;q=0.1", 0, 1},
	    {"zh-Hant, zh-Hant;q=0", 1, 0},
	    {"sr", -1, -1},
	    {"sr-Latn-RS, en", 0, 3},
	    {"sr-Cyrl, en;q=0.1", 0, 1},
	    {"zh-x-Hant", 1, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct span accept = span_of(cases[i].accept);

		assert_int_equal(
		    language_best(accept, simplified, 2), cases[i].simplified);
		assert_int_equal(language_best(accept, both, 4), cases[i].both);
	}
}

/* Codes of one language, and languages that are read alike. */
static void
r14_kin_languages_stand_in(void **state)
{
	static const char *const there[] = {"en", "nb", "he", "hr", "sr", "pt"};
	static const char *const others[] = {"en", "no", "sr", "ro"};
	static const struct {
		const char *accept;
		int there, others;
	} cases[] = {
	    {"no", 1, 1},
	    {"nn-NO,nn;q=0.9,en;q=0.8", 1, 1},
	    {"nb-NO,en;q=0.5", 1, 1},
	    {"NO-no;q=0.5,en;q=0.4", 1, 1},
	    {"no,nb;q=0,en;q=0.1", 0, 1},
	    {"en,no;q=0.9", 0, 0},
	    {"iw-IL,en;q=0.5", 2, 0},
	    {"bs-BA,bs;q=0.9,en;q=0.7", 3, 2},
	    {"bs-Latn-BA", 3, 2},
	    {"sh,en;q=0.5", 3, 2},
	    {"sh,hr;q=0", 4, 2},
	    {"sr-Latn-RS,en;q=0.5", 4, 2},
	    {"sr-Cyrl,hr;q=0.5", 4, 2},
	    {"hr,sr;q=0.5,en;q=0.1", 3, 2},
	    {"mo,en;q=0.5", 0, 3},
	    {"pt-BR,en;q=0.5", 5, 0},
	    {"pt-PT", 5, -1},
	    {"nbs,non", -1, -1},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct span accept = span_of(cases[i].accept);

		assert_int_equal(
		    language_best(accept, there, 6), cases[i].there);
		assert_int_equal(
		    language_best(accept, others, 4), cases[i].others);
	}
}

static void
tags_are_checked(void **state)
{
	(void)state;
	assert_true(language_is_tag(SPAN("en")));
	assert_true(language_is_tag(SPAN("zh-Hant-TW")));
	assert_true(language_is_tag(SPAN("de-1996")));
	assert_false(language_is_tag(SPAN("")));
	assert_false(language_is_tag(SPAN("1996")));
	assert_false(language_is_tag(SPAN("en-")));
	assert_false(language_is_tag(SPAN("en_US")));
	assert_false(language_is_tag(SPAN("../../etc")));
	assert_false(language_is_tag(SPAN("abcdefghi")));
	assert_true(language_is_rtl(SPAN("ar")));
	assert_true(language_is_rtl(SPAN("he-IL")));
	assert_true(language_is_rtl(SPAN("ur")));
	assert_true(language_is_rtl(SPAN("ur-Arab-PK")));
	assert_false(language_is_rtl(SPAN("arn")));
	assert_false(language_is_rtl(SPAN("tr")));
	assert_false(language_is_rtl(SPAN("az")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_best_is_found),
	    cmocka_unit_test(r14_scripts_are_told_apart),
	    cmocka_unit_test(r14_kin_languages_stand_in),
	    cmocka_unit_test(tags_are_checked),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
