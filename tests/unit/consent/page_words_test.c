#include "paging.h"

#include <stdio.h>

static const char *asked; /* the language that was asked for last */
static char asked_text[32];

/* Words in Turkish alone. */
static bool
turkish(void *ctx, struct span language, struct page_words *out)
{
	(void)ctx;
	asked = asked_text;
	(void)snprintf(
	    asked_text, sizeof asked_text, "%.*s", SPAN_ARG(language));
	if (!span_equal(language, SPAN("tr")))
		return false;
	*out = (struct page_words){.body = SPAN("<b>se\xc3\xa7</b>"),
	    .body_abroad = SPAN("<b>se\xc3\xa7!</b>"),
	    .box = SPAN("<i>{vendor} se\xc3\xa7</i>")};
	return true;
}

/* The page comes out as expected, whole and in pieces. */
static void
expect_page(const char *html, const char *notice, const char *want)
{
	static const size_t pieces[] = {0, 7, PIECES_RANDOM, 1};
	size_t i;

	for (i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		char *out = filter_pieces(html, notice, pieces[i]);

		assert_non_null(out);
		assert_string_equal(out, want);
		free(out);
	}
}

static void
expect(const char *html, const char *want)
{
	asked = NULL;
	more.words_in = turkish;
	abroad = "<b>choose!</b>";
	box = "<i>{vendor}</i>";
	expect_page(html, "<b>choose</b>", want);
	abroad = box = "";
}

static void
r14_the_page_says_the_language_of_the_notice(void **state)
{
	(void)state;
	more.is_utf8 = true;
	expect(
	    "<html lang=tr><body>x", "<html lang=tr><body><b>se\xc3\xa7</b>x");
	assert_string_equal(asked, "tr");
	expect("<!doctype html><HTML CLASS=a LANG=\"&#116;r\"><p>x",
	    "<!doctype html><HTML CLASS=a LANG=\"&#116;r\"><b>se\xc3\xa7</b>"
	    "<p>x");
	assert_string_equal(asked, "tr");
	/* in the URLs' other form, too */
	expect("<html lang=tr><base href=//cdn.example/><body>x",
	    "<html lang=tr><base href=//cdn.example/><body>"
	    "<b>se\xc3\xa7!</b>x");
}

static void
r14_other_languages_leave_the_visitors_own(void **state)
{
	(void)state;
	more.is_utf8 = true;
	expect("<html lang=de><body>x", "<html lang=de><body><b>choose</b>x");
	assert_string_equal(asked, "de");
	expect("<html lang><body>x", "<html lang><body><b>choose</b>x");
	assert_string_equal(asked, "");
	expect("<html><body>x", "<html><body><b>choose</b>x");
	assert_null(asked);
	/* the first element counts, and only before the notice is there */
	expect("<html lang=de><html lang=tr><body>x",
	    "<html lang=de><html lang=tr><body><b>choose</b>x");
	assert_string_equal(asked, "de");
	expect("<body><html lang=tr>x", "<body><b>choose</b><html lang=tr>x");
	assert_null(asked);
	/* no document inside the page speaks for it */
	expect("<body><svg><html lang=tr></svg>x",
	    "<body><b>choose</b><svg><html lang=tr></svg>x");
	assert_null(asked);
}

static void
r14_xhtml_says_it_by_xml_lang_first(void **state)
{
	(void)state;
	more.is_utf8 = true;
	kind = PAGE_XML;
	expect("<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"de\" "
	       "xml:lang=\"tr\"><body>x</body></html>",
	    "<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"de\" "
	    "xml:lang=\"tr\"><body><b>se\xc3\xa7</b>x</body></html>");
	expect("<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"tr\">"
	       "<body>x</body></html>",
	    "<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"tr\">"
	    "<body><b>se\xc3\xa7</b>x</body></html>");
}

static void
other_charsets_get_references(void **state)
{
	(void)state;
	expect("<html lang=tr><body>x", "<html lang=tr><body><b>se&#231;</b>x");
	more.words_in = NULL;
	expect_page("<body>x", "\xe4\xb8\xad\xf0\x9f\x8d\xaa\xff",
	    "<body>&#20013;&#127850;&#65533;x");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r14_the_page_says_the_language_of_the_notice),
	    TEST(r14_other_languages_leave_the_visitors_own),
	    TEST(r14_xhtml_says_it_by_xml_lang_first),
	    TEST(other_charsets_get_references),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
