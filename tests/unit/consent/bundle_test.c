#include <libconsent/notice.h>

#include <string.h>

#include "base/digest.h"
#include "fixture.h"

static struct policy *policy;
static struct notice_set *set;
static struct findings findings;
static struct notice_options options;

static const char *const offered[] = {"en", "tr"};

static int
setup(void **state)
{
	(void)state;
	policy = fixture_usual();
	options = (struct notice_options){.languages = offered,
	    .n_languages = 2,
	    .site = "https://www.library.example",
	    .controller = "Clinic & <Sons>"};
	findings_init(&findings);
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &set), CONSENT_OK);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	notice_set_free(set);
	policy_free(policy);
	findings_fini(&findings);
	return 0;
}

static bool
has(struct span text, const char *needle)
{
	return span_search(text, span_of(needle)) < text.n;
}

static const struct notice_facts *
facts_of(size_t language)
{
	return notice_facts(notice_at(set, language));
}

static void
bundle_is_what_the_hash_is_of(void **state)
{
	const struct notice_facts *en = facts_of(0), *tr = facts_of(1);
	char hash[DIGEST_HEX];

	(void)state;
	assert_int_equal(digest_sha256_hex(en->bundle, hash), CONSENT_OK);
	assert_string_equal(hash, en->hash);
	assert_string_not_equal(en->hash, tr->hash);
	assert_true(has(en->banner, en->hash));
	assert_false(has(en->bundle, en->hash));
	assert_true(has(en->bundle, "\"banner\":\""));
	assert_true(has(en->bundle, "\"css\":\""));
	assert_true(has(en->bundle, "Reject all"));
}

static void
r26_the_bundle_says_what_a_record_needs(void **state)
{
	const struct notice_terms terms = {.address = "1 Long Street",
	    .jurisdiction = "EU TR",
	    .lifetime_days = 185,
	    .retain_days = 400};
	struct notice_options more = options;
	struct notice_set *other = NULL;
	const struct notice_facts *facts;

	(void)state;
	assert_false(has(facts_of(0)->bundle, "\"terms\""));
	more.terms = &terms;
	more.contact = "mailto:privacy@library.example";
	assert_int_equal(
	    notice_set_new(policy, &more, &findings, &other), CONSENT_OK);
	facts = notice_facts(notice_at(other, 0));
	assert_true(has(facts->bundle,
	    "\"terms\":{\"address\":\"1 Long Street\","
	    "\"basis\":\"consent\",\"jurisdiction\":\"EU TR\","
	    "\"lifetime_days\":185,\"retain_days\":400,"
	    "\"withdraw\":\"/.consent\"}"));
	assert_true(has(
	    facts->bundle, "\"contact\":\"mailto:privacy@library.example\""));
	assert_true(has(facts->bundle, "\"controller\":\""));
	assert_true(has(facts->bundle, "\"policy_url\":\""));
	/* and shows none of it that it did not show before */
	assert_false(has(facts->banner, "Long Street"));
	notice_set_free(other);
}

static void
bundle_changes_with_what_is_shown(void **state)
{
	struct notice_set *other = NULL;
	const struct notice_facts *again;

	(void)state;
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &other), CONSENT_OK);
	again = notice_facts(notice_at(other, 0));
	assert_string_equal(again->hash, facts_of(0)->hash);
	assert_true(span_equal(again->banner, facts_of(0)->banner));
	notice_set_free(other);
	options.controller = "Another";
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &other), CONSENT_OK);
	again = notice_facts(notice_at(other, 0));
	assert_string_not_equal(again->hash, facts_of(0)->hash);
	notice_set_free(other);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(bundle_is_what_the_hash_is_of),
	    TEST(r26_the_bundle_says_what_a_record_needs),
	    TEST(bundle_changes_with_what_is_shown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
