#include "consent/view.h"

#include <libconsent/notice.h>

#include "fixture.h"

static bool
has(struct span text, const char *needle)
{
	return span_search(text, span_of(needle)) < text.n;
}

static size_t
count(struct span text, const char *needle)
{
	struct span what = span_of(needle);
	size_t n = 0, at;

	while ((at = span_search(text, what)) < text.n) {
		text = span_sub(text, at + what.n, text.n);
		n++;
	}
	return n;
}

static const char *const tags[] = {"ar", "de", "fr", "en", "zh"};

/* The notices in n of these languages; free them, and the policy. */
static struct notice_set *
speak(size_t n, struct policy **policy)
{
	struct notice_options options = {.site = "https://www.library.example",
	    .languages = tags,
	    .n_languages = n};
	struct notice_set *set;
	struct findings findings;

	*policy = fixture_usual();
	findings_init(&findings);
	assert_int_equal(
	    notice_set_new(*policy, &options, &findings, &set), CONSENT_OK);
	findings_fini(&findings);
	return set;
}

static void
r14_the_first_layer_has_a_switch(void **state)
{
	struct policy *policy;
	struct notice_set *set = speak(5, &policy);
	struct span banner = notice_facts(notice_at(set, 0))->banner;
	struct span insert = notice_insert(notice_at(set, 0), 0).banner;

	(void)state;
	assert_true(
	    has(banner, "<form class=\"consent-languages\" method=\"post\" "
			"action=\"/.consent/language\" aria-label=\"اللغة\">"
			"<details><summary>العربية</summary>"));
	assert_true(has(banner, "<button name=\"lang\" value=\"zh\" "
				"lang=\"zh\">简体中文</button>"));
	assert_true(has(banner, "lang=\"ar\" aria-current=\"true\">"
				"العربية</button>"));
	assert_true(has(insert, "action=\"https://www.library.example/"
				".consent/language\""));
	/* the page that it is on says where it leads back to */
	assert_false(has(banner, "name=\"return\""));
	/* not before the answers: those take no more keys for it */
	assert_true(span_search(banner, SPAN("value=\"reject\"")) <
		    span_search(banner, SPAN("consent-languages")));
	notice_set_free(set);
	policy_free(policy);
}

/* A few languages are one press away, many are two, one is none. */
static void
r14_the_switch_is_as_long_as_it_must_be(void **state)
{
	size_t n;

	(void)state;
	for (n = 1; n <= 5; n++) {
		struct policy *policy;
		struct notice_set *set = speak(n, &policy);
		struct span banner = notice_facts(notice_at(set, 0))->banner;

		assert_int_equal(
		    count(banner, "<button name=\"lang\""), n == 1 ? 0 : n);
		assert_int_equal(count(banner, "consent-languages"), n > 1);
		assert_int_equal(count(banner, "<details><summary>العربية<"),
		    n > VIEW_LANGUAGES);
		notice_set_free(set);
		policy_free(policy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(r14_the_first_layer_has_a_switch),
	    cmocka_unit_test(r14_the_switch_is_as_long_as_it_must_be),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
