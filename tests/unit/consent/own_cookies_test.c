#include <libconsent/findings.h>
#include <libconsent/notice.h>

#include "html/xml.h"

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

/* Ours are told like others, in words of the language, unless the site does. */
static void
r05_our_own_cookies_are_told(void **state)
{
	static const struct notice_cookie ours[] = {
	    {"__Host-consent", NOTICE_USE_CHOICE, 185},
	    {"__Host-consent-swept", NOTICE_USE_SWEPT, 0},
	    {"session", NOTICE_USE_VARIANT, 1},
	    {"__Host-consent-language", NOTICE_USE_LANGUAGE, 0}};
	struct notice_wish german = {.explicit_tag = SPAN("de")};
	struct notice_options more = {.site = "https://www.library.example"};
	struct notice_set *other;
	struct policy *policy = fixture_usual();
	struct findings findings;
	struct buf page;
	struct span table;

	(void)state;
	findings_init(&findings);
	buf_init(&page, NOTICE_PAGE_MAX);
	more.cookies = ours;
	more.n_cookies = 4;
	assert_int_equal(
	    notice_set_new(policy, &more, &findings, &other), CONSENT_OK);
	table = notice_facts(notice_pick(other, &german))->table;
	assert_true(xml_fits(table));
	assert_true(has(table, "lang=\"de\" dir=\"ltr\""));
	assert_true(has(table, "<code dir=\"ltr\">__Host-consent</code>"));
	assert_true(has(table, "Bewahrt Ihre Auswahl"));
	assert_true(has(table, "185 Tage"));
	assert_true(has(table, "1 Stunde"));
	assert_true(has(table, "Bewahrt die Sprache auf"));
	assert_true(has(table, "Sitzung"));
	/* the policy of the test has that one, in words of its own */
	assert_int_equal(count(table, ">session<"), 1);
	assert_true(has(table, ">_an<"));
	assert_true(has(
	    notice_facts(notice_at(other, 0))->bundle, "__Host-consent-swept"));
	assert_int_equal(
	    notice_cookies(notice_at(other, 0), SPAN(""), &page), 0);
	assert_true(has(buf_span(&page), "Keeps your choice"));
	buf_clear(&page);
	assert_int_equal(notice_cookies_json(notice_at(other, 0), &page), 0);
	assert_true(has(buf_span(&page),
	    "{\"name\":\"__Host-consent\",\"category\":\"essential\","));
	assert_true(has(buf_span(&page),
	    "\"lifetime\":\"session\",\"lifetime_seconds\":null}"));
	notice_set_free(other);
	findings_fini(&findings);
	policy_free(policy);
	buf_fini(&page);
}

/* Programs get seconds of whatever the policy may say. */
static void
r05_each_lifetime_has_its_seconds(void **state)
{
	static const struct {
		const char *lifetime, *seconds;
	} rows[] = {{"185d", "15984000"}, {"2 weeks", "1209600"},
	    {"90 sec", "90"}, {"24 HOURS", "86400"}, {"now and then", "null"}};
	struct notice_options more = {.site = "https://www.library.example"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct notice_set *set;
		struct policy *policy;
		struct findings findings;
		char text[512];
		struct buf page;

		(void)snprintf(text, sizeof text,
		    "version = \"1\"; categories = ( { id = \"essential\"; "
		    "required = true; }, { id = \"analytics\"; } ); "
		    "cookies = ( { name = \"_an\"; category = "
		    "\"analytics\"; lifetime = \"%s\"; } );",
		    rows[i].lifetime);
		policy = fixture_policy(text);
		findings_init(&findings);
		buf_init(&page, NOTICE_PAGE_MAX);
		assert_int_equal(
		    notice_set_new(policy, &more, &findings, &set), CONSENT_OK);
		assert_int_equal(
		    notice_cookies_json(notice_at(set, 0), &page), 0);
		(void)snprintf(text, sizeof text,
		    "\"lifetime\":\"%s\",\"lifetime_seconds\":%s}",
		    rows[i].lifetime, rows[i].seconds);
		assert_true(has(buf_span(&page), text));
		notice_set_free(set);
		buf_fini(&page);
		findings_fini(&findings);
		policy_free(policy);
	}
}

/* From "Data goes to" on, to the end of its paragraph. */
static struct span
recipients(struct span text)
{
	text = span_sub(text, span_search(text, SPAN("Data goes to")), text.n);
	return span_sub(text, 0, span_search(text, SPAN("</p>")));
}

/* Recipients are those of the policy's rules, which ours stand before. */
static void
r13_recipients_stay_the_same_beside_ours(void **state)
{
	static const struct notice_cookie ours[] = {
	    {"__Host-consent", NOTICE_USE_CHOICE, 185},
	    {"__Host-consent-swept", NOTICE_USE_SWEPT, 0}};
	struct notice_options options = {.site = "https://www.library.example"};
	struct notice_set *without, *with;
	struct policy *policy = fixture_usual();
	struct findings findings;
	struct span told;

	(void)state;
	findings_init(&findings);
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &without), CONSENT_OK);
	options.cookies = ours;
	options.n_cookies = 2;
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &with), CONSENT_OK);
	told = recipients(notice_facts(notice_at(with, 0))->banner);
	assert_true(span_equal(
	    told, recipients(notice_facts(notice_at(without, 0))->banner)));
	assert_int_equal(count(told, ">connect.facebook.net<"), 1);
	notice_set_free(with);
	notice_set_free(without);
	findings_fini(&findings);
	policy_free(policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(r05_our_own_cookies_are_told),
	    cmocka_unit_test(r05_each_lifetime_has_its_seconds),
	    cmocka_unit_test(r13_recipients_stay_the_same_beside_ours),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
