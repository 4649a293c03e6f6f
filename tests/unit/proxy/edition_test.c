#include "proxy/edition.h"

#include "consent/consent_mode.h"
#include "fixture.h"

#include <libconsent/guard.h>
#include <libconsent/notice.h>

/* What is configured: a change of any line makes other pages. */
struct wish {
	const char *policy; /* more of it, behind the usual text */
	const char *prefix, *second_site, *controller;
	const char *languages[2];
	size_t n_languages;
	const char *mode; /* grants a type of the consent mode, or NULL */
};

static const struct wish usual = {.policy = "",
    .prefix = "/.consent",
    .second_site = "https://second.example",
    .controller = "A library",
    .languages = {"en", "tr"},
    .n_languages = 2};

static struct policy *
policy_of(const char *more)
{
	struct loader_options options = {NULL};
	struct settings *settings = NULL;
	struct policy *policy = NULL;
	struct findings findings;
	struct buf text;

	buf_init(&text, 65536);
	findings_init(&findings);
	assert_int_equal(
	    buf_printf(&text, "%s%s", fixture_policy, more), CONSENT_OK);
	assert_int_equal(settings_parse("policy.conf", buf_span(&text),
			     &findings, &settings),
	    CONSENT_OK);
	assert_int_equal(
	    policy_load(settings_root(settings), &options, &findings, &policy),
	    CONSENT_OK);
	settings_free(settings);
	findings_fini(&findings);
	buf_fini(&text);
	return policy;
}

static struct notice_set *
notices_of(const struct wish *wish, const struct policy *policy,
    const char *const *sites)
{
	struct notice_options options = {.languages = wish->languages,
	    .n_languages = wish->n_languages,
	    .site = sites[0],
	    .sites = sites,
	    .n_sites = 2,
	    .prefix = wish->prefix,
	    .controller = wish->controller};
	struct notice_set *set = NULL;
	struct findings findings;

	findings_init(&findings);
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &set), CONSENT_OK);
	findings_fini(&findings);
	return set;
}

/* A consent mode where this category grants cookies of advertising. */
static struct consent_mode *
mode_of(const char *category)
{
	const char *const ids[CONSENT_MODE_TYPES] = {category, "", "", ""};
	struct consent_mode *mode = NULL;

	if (category != NULL)
		assert_int_equal(consent_mode_new(ids, &mode), CONSENT_OK);
	return mode;
}

static void
edition_of(const struct wish *wish, char out[SETUP_EDITION])
{
	static struct proxy_setup setup;
	struct policy *policy = policy_of(wish->policy);
	struct guard *guard = NULL;
	struct notice_set *notices;
	struct consent_mode *mode = mode_of(wish->mode);

	memset(&setup, 0, sizeof setup);
	setup.sites[0] = "https://site.example";
	setup.sites[1] = wish->second_site;
	setup.token.n_sites = 2;
	setup.prefix = wish->prefix;
	setup.policy = policy;
	notices = notices_of(wish, policy, setup.sites);
	setup.notices = notices;
	assert_int_equal(guard_new(policy, &guard), CONSENT_OK);
	setup.guard = guard;
	setup.mode = mode;
	assert_int_equal(edition_write(&setup, out), CONSENT_OK);
	assert_int_equal(strlen(out), SETUP_EDITION - 1);
	guard_free(guard);
	consent_mode_free(mode);
	notice_set_free(notices);
	policy_free(policy);
}

static void
r40_what_changes_pages_changes_the_edition(void **state)
{
	static const char *const policies[] = {"guard = false;",
	    "inline_limit = \"4M\";", "past_limit = \"pass\";",
	    "third_parties = \"unlisted\";", "csp = \"report\";",
	    "signals = { gpc = \"ignore\"; };"};
	enum {
		POLICIES = sizeof policies / sizeof policies[0],
		OTHERS = 7
	};
	struct wish wishes[1 + POLICIES + OTHERS];
	char names[1 + POLICIES + OTHERS][SETUP_EDITION];
	size_t i, j, n = sizeof wishes / sizeof wishes[0];

	(void)state;
	for (i = 0; i < n; i++)
		wishes[i] = usual;
	for (i = 0; i < POLICIES; i++)
		wishes[1 + i].policy = policies[i];
	wishes[n - 1].prefix = "/-consent";
	wishes[n - 2].second_site = "http://second.example";
	wishes[n - 3].controller = "Another library";
	wishes[n - 4].languages[1] = "ru";
	wishes[n - 5].n_languages = 1;
	wishes[n - 6].mode = "analytics";
	wishes[n - 7].mode = "";
	for (i = 0; i < n; i++) {
		edition_of(&wishes[i], names[i]);
		for (j = 0; j < i; j++)
			if (strcmp(names[i], names[j]) == 0)
				fail_msg("%zu is like %zu", i, j);
	}
}

static void
the_same_makes_the_same_edition_everywhere(void **state)
{
	char one[SETUP_EDITION], two[SETUP_EDITION];

	(void)state;
	edition_of(&usual, one);
	edition_of(&usual, two);
	assert_string_equal(one, two);
}

/* The guard's text is not in the policy: another script is another page. */
static void
r40_another_guard_is_another_edition(void **state)
{
	static struct proxy_setup setup = {.sites = {"https://site.example"},
	    .prefix = "/.consent",
	    .token = {.n_sites = 1}};
	struct policy *policy = policy_of(""),
		      *other = policy_of("guard = false;");
	char with[SETUP_EDITION], without[SETUP_EDITION], none[SETUP_EDITION];
	struct guard *guard = NULL, *empty = NULL;

	(void)state;
	setup.policy = policy;
	assert_int_equal(guard_new(policy, &guard), CONSENT_OK);
	assert_int_equal(guard_new(other, &empty), CONSENT_OK);
	assert_int_equal(edition_write(&setup, none), CONSENT_OK);
	setup.guard = guard;
	assert_int_equal(edition_write(&setup, with), CONSENT_OK);
	setup.guard = empty;
	assert_int_equal(edition_write(&setup, without), CONSENT_OK);
	assert_string_not_equal(with, without);
	assert_string_not_equal(with, none);
	guard_free(guard);
	guard_free(empty);
	policy_free(policy);
	policy_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(r40_what_changes_pages_changes_the_edition),
	    cmocka_unit_test(the_same_makes_the_same_edition_everywhere),
	    cmocka_unit_test(r40_another_guard_is_another_edition),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
