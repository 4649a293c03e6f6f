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

static int
setup(void **state)
{
	(void)state;
	policy = fixture_usual();
	options = (struct notice_options){.site = "https://www.library.example",
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
	assert_int_equal(count(banner, "</details></form></div><nav "), 1);
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
r14_the_first_layer_has_a_switch(void **state)
{
	struct span banner = facts_of("ar")->banner;
	struct span insert = notice_insert(pick("ar", "", ""), 0).banner;

	(void)state;
	assert_true(has(banner, "<nav class=\"consent-languages\" "
				"aria-label=\"اللغة\">"));
	assert_int_equal(count(banner, " hreflang=\""), 10);
	assert_true(has(banner, "<a href=\"/.consent/?lang=zh\" lang=\"zh\" "
				"hreflang=\"zh\">简体中文</a>"));
	assert_true(has(banner, "hreflang=\"ar\" aria-current=\"true\">"
				"العربية</a>"));
	assert_true(has(insert, "<a href=\"https://www.library.example/"
				".consent/?lang=tr\" lang=\"tr\""));
	/* not before the answers: those take no more keys for it */
	assert_true(span_search(banner, SPAN("value=\"reject\"")) <
		    span_search(banner, SPAN("<nav")));
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
	    "<a id=\"consent-control\" class=\"consent-ui\" lang=\"en\" "
	    "dir=\"ltr\" href=\"/.consent/?lang=en#consent-state\">"
	    "Cookie choices</a>"));
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
	assert_false(has(text, "/receipt"));
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
bundle_is_what_the_hash_is_of(void **state)
{
	const struct notice_facts *en = facts_of("en"), *tr = facts_of("tr");
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
bundle_changes_with_what_is_shown(void **state)
{
	struct notice_set *other = NULL;
	const struct notice_facts *again;

	(void)state;
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &other), CONSENT_OK);
	again = notice_facts(notice_at(other, 0));
	assert_string_equal(again->hash, facts_of("en")->hash);
	assert_true(span_equal(again->banner, facts_of("en")->banner));
	notice_set_free(other);
	options.controller = "Another";
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &other), CONSENT_OK);
	again = notice_facts(notice_at(other, 0));
	assert_string_not_equal(again->hash, facts_of("en")->hash);
	notice_set_free(other);
}

static void
cookie_table_is_the_policy(void **state)
{
	(void)state;
	assert_int_equal(notice_cookies(pick("tr", "", ""), &page), CONSENT_OK);
	assert_true(has(buf_span(&page), "<code dir=\"ltr\">_an</code>"));
	assert_true(has(buf_span(&page), "Ziyaretçileri birbirinden ayırır"));
	assert_true(has(buf_span(&page), "1 yıl"));
	assert_true(has(buf_span(&page), "Talep ettiğiniz hizmet"));
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

static void
check_phrase(const struct texts *texts, const char *phrase)
{
	if (phrase == NULL || strcmp(texts_phrase(texts, phrase), phrase) != 0)
		return;
	print_error("%s: %s\n", texts_language(texts), phrase);
	fail();
}

static void
check_lifetime(const struct texts *texts, const char *lifetime)
{
	char out[WORDING_TEXT];

	/* "session" and "2 minutes" are French, too */
	if (lifetime == NULL || strcmp(lifetime, "session") == 0 ||
	    strstr(lifetime, "minute") != NULL)
		return;
	assert_string_not_equal(texts_lifetime(texts, lifetime, out), lifetime);
}

static void
c16_shipped_phrases_are_translated(void **state)
{
	static const char *const tags[] = {
	    "tr", "ar", "de", "ru", "fr", "es", "fa", "uk", "zh"};
	static const char all[] =
	    "version = \"1\"; categories = ( { id = \"essential\"; required = "
	    "true; }, { id = \"analytics\"; }, { id = \"marketing\"; } );\n"
	    "vendors = ( \"clarity\", \"google-analytics\", "
	    "\"google-tag-manager\", \"hotjar\", \"matomo\", \"meta-pixel\", "
	    "\"yandex-metrica\", \"demo-footfall\", \"demo-heatlens\", "
	    "\"demo-metrikabay\", \"demo-pulse\", \"demo-replaylight\", "
	    "\"demo-socialpixel\", \"demo-tagharbor\" );";
	struct texts_source source = {NULL, NULL};
	struct policy *shipped = fixture_policy(all);
	const struct policy_facts *facts = policy_facts(shipped);
	size_t i, k;

	(void)state;
	assert_int_equal(facts->n_vendors, embedded_vendors_count);
	for (i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		struct texts *texts = NULL;

		assert_int_equal(
		    texts_new(tags[i], &source, &findings, &texts), CONSENT_OK);
		for (k = 0; k < facts->n_vendors; k++)
			check_phrase(texts, facts->vendors[k].purpose);
		for (k = 0; k < facts->n_rules; k++) {
			check_phrase(texts, facts->rules[k].purpose);
			check_lifetime(texts, facts->rules[k].lifetime);
		}
		texts_free(texts);
	}
	policy_free(shipped);
}

/* Each language's, as it goes into pages, is well-formed XML as well. */
static void
notices_fit_into_xhtml(void **state)
{
	static const char *const tags[] = {
	    "en", "tr", "ar", "de", "ru", "fr", "es", "fa", "uk", "zh"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		assert_true(xml_fits(facts_of(tags[i])->banner));
		assert_true(xml_fits(facts_of(tags[i])->control));
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
	    TEST(r14_the_first_layer_has_a_switch),
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
	    TEST(bundle_is_what_the_hash_is_of),
	    TEST(bundle_changes_with_what_is_shown),
	    TEST(cookie_table_is_the_policy),
	    TEST(missing_language_is_an_error),
	    TEST(c16_shipped_phrases_are_translated),
	    TEST(notices_fit_into_xhtml),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
