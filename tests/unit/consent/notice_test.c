#include <libconsent/notice.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/embedded.h"
#include "consent/texts.h"
#include "fixture.h"
#include "html/xml.h"

static struct policy *policy;
static struct notice_set *set;
static struct findings findings;
static struct notice_options options;
static struct buf page;

/* What the site of these tests offers. */
static const char *const offered[] = {
    "en", "tr", "ar", "de", "ru", "fr", "es", "fa", "uk", "zh"};

static int
setup(void **state)
{
	(void)state;
	policy = fixture_usual();
	options = (struct notice_options){.languages = offered,
	    .n_languages = sizeof offered / sizeof offered[0],
	    .site = "https://www.library.example",
	    .controller = "Clinic & <Sons>"};
	findings_init(&findings);
	buf_init(&page, NOTICE_PAGE_MAX);
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
	buf_fini(&page);
	return 0;
}

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

static const struct notice *
pick(const char *tag, const char *accept, const char *of_page)
{
	struct notice_wish wish = {
	    span_of(tag), span_of(accept), span_of(of_page)};

	return notice_pick(set, &wish);
}

static const struct notice_facts *
facts_of(const char *tag)
{
	return notice_facts(pick(tag, "", ""));
}

/* The preferences page of a visitor with this record, in page. */
static struct span
preferences(const struct record *record, bool gpc)
{
	struct gate_options gate_options = {
	    .policy = policy, .record = record, .gpc = gpc};
	struct notice_visitor visitor = {
	    .record = record, .return_path = SPAN("/a?b=1&c")};
	struct gate gate;

	gate_open(&gate, &gate_options);
	visitor.gate = &gate;
	buf_clear(&page);
	assert_int_equal(
	    notice_preferences(pick("en", "", ""), &visitor, &page),
	    CONSENT_OK);
	return buf_span(&page);
}

static struct record
choice(enum record_action action, category_set granted)
{
	struct record r = {.action = action,
	    .time = INT64_C(1794045296789),
	    .expires = INT64_C(1810029296789)};

	record_decide(&r, policy, granted);
	return r;
}

static void
r08_no_is_as_easy_as_yes(void **state)
{
	struct span banner = facts_of("en")->banner;

	(void)state;
	assert_true(
	    has(banner, "<button class=\"consent-button\" name=\"action\" "
			"value=\"reject\">Reject all</button>"));
	assert_true(
	    has(banner, "<button class=\"consent-button\" name=\"action\" "
			"value=\"accept\">Accept all</button>"));
	assert_true(
	    has(banner, "<summary class=\"consent-button\">Choose</summary>"));
	assert_int_equal(count(banner, "<form method=\"post\" "
				       "action=\"/.consent/choice\">"),
	    2);
	/* of one class, which alone says how they look, and none first */
	assert_int_equal(count(banner, "class=\"consent-button\""), 4);
	assert_int_equal(count(banner, "autofocus"), 0);
}

/* The part of the notice that is folded away at first. */
static struct span
selection(struct span banner)
{
	size_t from = span_search(banner, SPAN("<details>"));

	assert_true(from < banner.n);
	return span_sub(banner, from, banner.n);
}

static void
r03_switches_of_the_notice_are_off(void **state)
{
	struct span inside = selection(facts_of("en")->banner);

	(void)state;
	assert_int_equal(count(inside, "type=\"checkbox\""), 2);
	assert_int_equal(count(inside, "name=\"category\""), 2);
	assert_int_equal(count(inside, "checked"), 0);
	assert_int_equal(count(inside, "value=\"essential\""), 0);
	assert_true(has(inside, "value=\"choose\">Save my selection<"));
}

static void
r10_notice_offers_each_purpose_with_its_services(void **state)
{
	struct span inside = selection(facts_of("en")->banner);

	(void)state;
	assert_true(has(inside, ">Analytics</h3>"));
	assert_true(has(inside, "<code dir=\"ltr\">_an_*</code>"));
	assert_true(has(inside, "Shows &lt;b&gt;ads&lt;/b&gt;"));
	assert_true(has(inside, "Data goes to: <bdi dir=\"ltr\">"));
	assert_int_equal(count(inside, ">connect.facebook.net<"), 1);
}

/* Folded by the browser, neither seen nor in the order of Tab: no style does
 * that, and nothing of it stands open. */
static void
r39_hidden_layers_are_really_hidden(void **state)
{
	struct span banner = facts_of("en")->banner;
	size_t from = span_search(banner, SPAN("<details>"));
	struct span outside = span_sub(banner, 0, from);

	(void)state;
	assert_int_equal(count(outside, "type=\"checkbox\""), 0);
	assert_int_equal(count(banner, "<details>"), count(banner, "<details"));
	assert_int_equal(count(banner, "</details></form></div><form "), 1);
	assert_int_equal(count(banner, "tabindex"), 0);
}

static void
r09_notice_names_purposes_controller_and_policy(void **state)
{
	struct span banner = facts_of("en")->banner;

	(void)state;
	assert_true(has(banner, "<strong>Analytics</strong>"));
	assert_true(has(banner, "<strong>Marketing</strong>"));
	assert_false(has(banner, "<strong>Essential</strong>"));
	assert_true(has(banner, "Clinic &amp; &lt;Sons&gt;"));
	assert_true(has(banner, "/.consent/cookies?lang=en"));
	assert_true(has(banner, "withdraw"));
}

static void
r14_language_follows_the_visitor(void **state)
{
	(void)state;
	assert_string_equal(
	    notice_facts(pick("", "ar;q=0.5, tr", ""))->lang, "tr");
	/* the page's own goes before it, where there is a text */
	assert_string_equal(
	    notice_facts(pick("", "ar;q=0.5, tr", "en-GB"))->lang, "en");
	assert_string_equal(notice_facts(pick("", "tr", "sv"))->lang, "tr");
	assert_ptr_equal(notice_in(set, SPAN("zh-Hans")), pick("zh", "", ""));
	assert_null(notice_in(set, SPAN("sv")));
	assert_null(notice_in(set, SPAN("")));
	assert_string_equal(notice_facts(pick("ar", "tr", "en"))->lang, "ar");
	assert_string_equal(notice_facts(pick("", "xx, *", "de"))->lang, "de");
	assert_string_equal(notice_facts(pick("", "", ""))->lang, "en");
	assert_string_equal(notice_facts(pick("zz", "tr-TR", ""))->lang, "tr");
}

static void
r15_turkish_notice_names_the_controller(void **state)
{
	struct span banner = facts_of("tr")->banner;

	(void)state;
	assert_true(has(banner, "Veri sorumlusu"));
	assert_true(has(banner, "Clinic &amp; &lt;Sons&gt;"));
	assert_true(has(banner, "Açık rıza"));
	assert_true(has(banner, "lang=\"tr\" dir=\"ltr\""));
}

static void
r39_notice_is_a_labelled_region_in_its_language(void **state)
{
	struct span banner = facts_of("ar")->banner;

	(void)state;
	assert_true(has(banner, "<section id=\"consent-notice\""));
	assert_true(has(banner, "lang=\"ar\" dir=\"rtl\""));
	assert_true(has(banner, "aria-label=\""));
	assert_false(has(banner, "aria-modal"));
}

static void
no_script_and_no_inline_style(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < notice_count(set); i++) {
		const struct notice_facts *f = notice_facts(notice_at(set, i));

		assert_false(has(f->banner, "<script"));
		assert_false(has(f->banner, "style="));
		assert_false(has(f->control, "style="));
		assert_true(has(f->banner, "/.consent/notice.css?v="));
		assert_int_equal(count(f->banner, "<"), count(f->banner, ">"));
		assert_true(f->banner.n < 10240);
	}
	assert_false(has(facts_of("en")->css, "url("));
	assert_false(has(facts_of("en")->css, "@import"));
}

/* Each URL of a piece that goes into pages is under this origin. */
static void
check_origin(struct span html, const char *origin)
{
	char needle[128];
	/* vendors say themselves where their own pages are */
	size_t urls = count(html, "href=\"") + count(html, "action=\"") -
		      count(html, "<a rel=\"noreferrer\" href=\"https://");

	assert_true(urls > 0);
	(void)snprintf(needle, sizeof needle, "=\"%s/", origin);
	assert_int_equal(count(html, needle), urls);
}

static void
r01_inserts_name_the_origin_of_each_site(void **state)
{
	static const char *const sites[] = {
	    "https://www.library.example", "https://b.example:8443"};
	struct notice_set *other = NULL;
	size_t i, k;

	(void)state;
	options.sites = sites;
	options.n_sites = 2;
	options.policy_url = "/privacy";
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &other), CONSENT_OK);
	for (i = 0; i < notice_count(other); i++) {
		const struct notice *n = notice_at(other, i);

		for (k = 0; k < 2; k++) {
			check_origin(notice_insert(n, k).banner, sites[k]);
			check_origin(notice_insert(n, k).control, sites[k]);
			check_origin(notice_insert(n, k).box, sites[k]);
		}
		check_origin(notice_insert(n, 2).banner, "");
		check_origin(notice_insert(n, 2).control, "");
		check_origin(notice_insert(n, 2).box, "");
		assert_false(has(notice_facts(n)->bundle, "b.example"));
	}
	notice_set_free(other);
	/* a policy that stands elsewhere stays there */
	options.policy_url = "https://law.example/privacy";
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &other), CONSENT_OK);
	assert_true(has(notice_insert(notice_at(other, 0), 1).banner,
	    "=\"https://law.example/privacy\""));
	notice_set_free(other);
}

static void
the_box_of_an_embed_names_its_vendor_in_each_language(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < notice_count(set); i++) {
		struct span text = notice_facts(notice_at(set, i))->box;

		assert_int_equal(count(text, "{vendor}"), 1);
		assert_int_equal(count(text, "<a "), 2);
		assert_int_equal(count(text, "{once}"), 1);
		assert_int_equal(count(text, "{/once}"), 1);
		assert_int_equal(count(text, "<form"), 0);
		assert_int_equal(count(text, " style="), 0);
		assert_int_equal(count(text, "<script"), 0);
	}
	assert_true(has(notice_facts(notice_at(set, 0))->box,
	    "Content from {vendor} is shown here once you agree to it. "
	    "<a target=\"_top\" href=\"/.consent/?lang=en\">Cookie choices"
	    "</a>{once} <a target=\"_top\" href=\"/.consent/embed?lang=en&amp;"
	    "{embed}\">Show this once</a>{/once}</span>"));
}

/* One name in the notice and where the choices are, in each language. */
static void
r09_notice_and_choices_name_one_controller(void **state)
{
	struct gate_options gate_options = {.policy = policy};
	struct notice_visitor visitor = {.return_path = SPAN("/")};
	struct gate gate;
	size_t i;

	(void)state;
	gate_open(&gate, &gate_options);
	visitor.gate = &gate;
	for (i = 0; i < notice_count(set); i++) {
		const struct notice *n = notice_at(set, i);
		struct span lead, words;

		buf_clear(&page);
		assert_int_equal(
		    notice_preferences(n, &visitor, &page), CONSENT_OK);
		words = buf_span(&page);
		lead = span_sub(
		    words, span_search(words, SPAN("consent-lead")), words.n);
		lead = span_sub(lead, 0, span_search(lead, SPAN("</p>")));
		assert_true(has(lead, "Clinic &amp; &lt;Sons&gt;"));
		assert_false(has(lead, "library.example"));
		assert_true(
		    has(notice_facts(n)->banner, "Clinic &amp; &lt;Sons&gt;"));
	}
}

static void
r17_control_leads_to_the_choices(void **state)
{
	(void)state;
	assert_true(has(facts_of("en")->control,
	    "<section id=\"consent-way\" class=\"consent-ui\" lang=\"en\" "
	    "dir=\"ltr\" aria-label=\"Cookie consent\">"
	    "<a id=\"consent-control\" class=\"consent-ui\" "
	    "href=\"/.consent/?lang=en#consent-state\">"
	    "Cookie choices</a></section>"));
}

static void
r03_toggles_off_first(void **state)
{
	struct span text = preferences(NULL, false);

	(void)state;
	assert_int_equal(count(text, "type=\"checkbox\""), 2);
	assert_int_equal(count(text, " checked"), 0);
	assert_true(has(text, "You have not chosen yet."));
	assert_false(has(text, "value=\"withdraw\""));
	assert_int_equal(count(text, "value=\"essential\""), 0);
}

static void
preferences_show_the_choice(void **state)
{
	struct record r = choice(RECORD_CHOOSE, ANALYTICS);
	struct span text = preferences(&r, false);

	(void)state;
	assert_int_equal(count(text, " checked"), 1);
	assert_true(has(text, "value=\"analytics\" aria-labelledby="
			      "\"consent-allow-1 consent-name-1\" checked"));
	assert_true(has(text, "<a download href=\"/.consent/receipt\">"
			      "My consent receipt</a>"));
	assert_true(has(text, "7 November 2026"));
	assert_true(has(text, "11 May 2027"));
	assert_true(has(text, "2026-11-01"));
	assert_true(has(text, "value=\"withdraw\""));
	assert_true(has(text, "name=\"return\" value=\"/a?b=1&amp;c\""));
	assert_true(has(text, "value=\"reject\""));
	assert_true(has(text, "value=\"accept\""));
	assert_true(has(text, "<code dir=\"ltr\">_an_*</code>"));
	assert_true(has(text, "Shows &lt;b&gt;ads&lt;/b&gt;"));
	assert_false(has(text, "<b>"));
}

static void
r25_refusal_shows_its_month_alone(void **state)
{
	struct record r = choice(RECORD_REJECT, 0);
	struct span text = preferences(&r, false);

	(void)state;
	assert_true(has(text, "<bdi>November 2026</bdi>"));
	assert_false(has(text, "7 November"));
	assert_false(has(text, "value=\"withdraw\""));
	assert_false(has(text, "/receipt")); /* it has no handle to it */
}

static void
r31_honoured_signal_is_told(void **state)
{
	struct record r = choice(RECORD_ACCEPT, ANALYTICS | MARKETING);

	(void)state;
	assert_true(has(preferences(NULL, true), "It is honoured"));
	assert_false(has(preferences(NULL, false), "Global Privacy"));
	r.gpc = true;
	assert_true(has(preferences(&r, true), "so your choice counts"));
}

static void
return_never_leaves_the_site(void **state)
{
	static const char *const bad[] = {
	    "//evil.example", "/\\evil.example", "https://evil.example", ""};
	struct gate_options gate_options = {.policy = policy};
	struct notice_visitor visitor = {.record = NULL};
	struct gate gate;
	size_t i;

	(void)state;
	gate_open(&gate, &gate_options);
	visitor.gate = &gate;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		visitor.return_path = span_of(bad[i]);
		buf_clear(&page);
		assert_int_equal(
		    notice_preferences(notice_at(set, 0), &visitor, &page),
		    CONSENT_OK);
		assert_false(has(buf_span(&page), "evil"));
		assert_true(
		    has(buf_span(&page), "name=\"return\" value=\"/\""));
	}
}

static void
cookie_table_is_the_policy(void **state)
{
	(void)state;
	assert_int_equal(
	    notice_cookies(pick("tr", "", ""), SPAN("/a?b&c"), &page),
	    CONSENT_OK);
	assert_true(has(buf_span(&page), "<code dir=\"ltr\">_an</code>"));
	assert_true(has(buf_span(&page), "Ziyaretçileri birbirinden ayırır"));
	assert_true(has(buf_span(&page), "1 yıl"));
	assert_true(has(buf_span(&page), "Talep ettiğiniz hizmet"));
	assert_true(has(buf_span(&page), "<a href=\"/a?b&amp;c\">"));
	/* in another language it leads back there, too */
	assert_true(has(buf_span(&page),
	    "name=\"return\" "
	    "value=\"/.consent/cookies?return=%2Fa%3Fb%26c\"/>"));
	buf_clear(&page);
	assert_int_equal(
	    notice_cookies_json(pick("en", "", ""), &page), CONSENT_OK);
	assert_true(has(buf_span(&page),
	    "{\"name\":\"_an\",\"category\":\"analytics\",\"service\":null,"
	    "\"purpose\":\"Tells visitors apart\",\"lifetime\":\"1 year\","
	    "\"lifetime_seconds\":31536000}"));
	assert_true(has(buf_span(&page), "\"policy\":\"2026-11-01\""));
}

static void
missing_language_is_an_error(void **state)
{
	static const char *const languages[] = {"en", "xx", "../en"};
	struct notice_set *other = NULL;

	(void)state;
	options.languages = languages;
	options.n_languages = 3;
	assert_int_equal(notice_set_new(policy, &options, &findings, &other),
	    CONSENT_EINVAL);
	assert_null(other);
	assert_int_equal(findings.errors, 2);
	assert_non_null(strstr(findings.items[0].text, "\"xx\""));
}

/* In place of what is offered, all that is built in, English first. */
static void
offer_all(void)
{
	notice_set_free(set);
	options.n_languages = 0;
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &set), CONSENT_OK);
	assert_int_equal(notice_count(set), embedded_notices_count - 1);
}

static void
r39_right_to_left_is_told(void **state)
{
	static const char *const tags[] = {"ar", "fa", "he", "ur"};
	size_t i;

	(void)state;
	offer_all();
	for (i = 0; i < sizeof tags / sizeof tags[0]; i++)
		assert_true(has(facts_of(tags[i])->banner, "dir=\"rtl\""));
	assert_false(has(facts_of("az")->banner, "dir=\"rtl\""));
}

/* Each language's, as it goes into pages, is well-formed XML as well. */
static void
notices_fit_into_xhtml(void **state)
{
	size_t i;

	(void)state;
	offer_all();
	for (i = 0; i < notice_count(set); i++) {
		const struct notice_facts *facts =
		    notice_facts(notice_at(set, i));

		assert_true(xml_fits(facts->banner));
		assert_true(xml_fits(facts->control));
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r08_no_is_as_easy_as_yes),
	    TEST(r09_notice_names_purposes_controller_and_policy),
	    TEST(r03_switches_of_the_notice_are_off),
	    TEST(r10_notice_offers_each_purpose_with_its_services),
	    TEST(r39_hidden_layers_are_really_hidden),
	    TEST(r14_language_follows_the_visitor),
	    TEST(r15_turkish_notice_names_the_controller),
	    TEST(r39_notice_is_a_labelled_region_in_its_language),
	    TEST(no_script_and_no_inline_style),
	    TEST(r01_inserts_name_the_origin_of_each_site),
	    TEST(the_box_of_an_embed_names_its_vendor_in_each_language),
	    TEST(r09_notice_and_choices_name_one_controller),
	    TEST(r17_control_leads_to_the_choices),
	    TEST(r03_toggles_off_first),
	    TEST(preferences_show_the_choice),
	    TEST(r25_refusal_shows_its_month_alone),
	    TEST(r31_honoured_signal_is_told),
	    TEST(return_never_leaves_the_site),
	    TEST(cookie_table_is_the_policy),
	    TEST(missing_language_is_an_error),
	    TEST(r39_right_to_left_is_told),
	    TEST(notices_fit_into_xhtml),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
