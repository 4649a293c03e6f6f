#include "demo/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <event2/buffer.h>

static const char *const names[] = {"home", "travel-for-treatment",
    "cataract-surgery", "cardiac-rehabilitation", "knee-replacement",
    "diabetes-fasting", "travel-vaccination", "cookie-policy", "appointment",
    "not-found"};
static const char *const languages[] = {"en", "tr", "ar"};

static struct span
render(const struct page *page, struct evbuffer *out)
{
	struct span html;

	assert_int_equal(page_render(page, out), CONSENT_OK);
	html.n = evbuffer_get_length(out);
	html.p = (const char *)evbuffer_pullup(out, -1);
	return html;
}

static void
assert_holds(struct span html, struct span text)
{
	assert_true(span_search(html, text) < html.n);
}

static void
every_page_is_complete_in_every_language(void **state)
{
	struct evbuffer *out = evbuffer_new();
	struct span html;
	size_t i;

	(void)state;
	assert_non_null(out);
	for (i = 0; i < 3 * sizeof names / sizeof names[0]; i++) {
		struct page page = {.lang = languages[i % 3],
		    .name = span_of(names[i / 3]),
		    .collector_port = 4711,
		    .csrf = SPAN("TOKEN")};

		assert_true(page_exists(page.lang, page.name));
		html = render(&page, out);
		assert_holds(html, SPAN("</html>"));
		assert_holds(html,
		    SPAN("src=\"http://collector.localhost:4711/pulse/js"));
		assert_int_equal(span_search(html, SPAN("{{")), html.n);
		assert_true(evbuffer_drain(out, html.n) == 0);
	}
	evbuffer_free(out);
}

static void
direction_follows_the_language(void **state)
{
	struct evbuffer *out = evbuffer_new();
	struct page page = {.lang = "ar", .name = SPAN("home")};

	(void)state;
	assert_non_null(out);
	assert_holds(
	    render(&page, out), SPAN("<html lang=\"ar\" dir=\"rtl\">"));
	assert_true(evbuffer_drain(out, evbuffer_get_length(out)) == 0);
	page.lang = "tr";
	assert_holds(
	    render(&page, out), SPAN("<html lang=\"tr\" dir=\"ltr\">"));
	evbuffer_free(out);
}

static void
form_has_the_token_and_says_when_it_was_sent(void **state)
{
	struct evbuffer *out = evbuffer_new();
	struct page page = {
	    .lang = "en", .name = SPAN("appointment"), .csrf = SPAN("TOKEN")};
	struct span html;

	(void)state;
	assert_non_null(out);
	html = render(&page, out);
	assert_holds(html, SPAN("name=\"csrf\" value=\"TOKEN\""));
	assert_int_equal(span_search(html, SPAN("class=\"sent\"")), html.n);
	assert_true(evbuffer_drain(out, html.n) == 0);
	page.query = SPAN("sent=1");
	assert_holds(render(&page, out), SPAN("class=\"sent\""));
	evbuffer_free(out);
}

static void
unknown_pages_are_told_apart(void **state)
{
	struct evbuffer *out = evbuffer_new();
	struct page page = {.lang = "en", .name = SPAN("../template")};

	(void)state;
	assert_non_null(out);
	assert_false(page_exists("en", SPAN("nothing")));
	assert_int_equal(page_render(&page, out), CONSENT_ENOENT);
	assert_int_equal(evbuffer_get_length(out), 0);
	evbuffer_free(out);
}

static void
language_is_the_most_wanted_one(void **state)
{
	static const struct {
		const char *accept, *lang;
	} cases[] = {
	    {"", "en"},
	    {"tr", "tr"},
	    {"tr-TR,tr;q=0.9,en;q=0.8", "tr"},
	    {"de, ar;q=0.4, tr;q=0.6", "tr"},
	    {"en;q=0.1, AR-eg;q=0.11", "ar"},
	    {"tr;q=0, de", "en"},
	    {"*;q=1, fr", "en"},
	    {"tr;q=0.5;, ;;,ar;q=", "tr"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(
		    page_accepted_language(span_of(cases[i].accept)),
		    cases[i].lang);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_page_is_complete_in_every_language),
	    cmocka_unit_test(direction_follows_the_language),
	    cmocka_unit_test(form_has_the_token_and_says_when_it_was_sent),
	    cmocka_unit_test(unknown_pages_are_told_apart),
	    cmocka_unit_test(language_is_the_most_wanted_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
