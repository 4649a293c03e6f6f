#include "html/skim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "html/element.h"
#include "html/tokenizer.h"

/* Names that begin with s; links that may be code; no tag of an img. */
static struct skim_wish
wishes(struct span name)
{
	struct skim_wish wish = {tokenizer_letter('s'), tokenizer_letter('h')};

	if (span_equal(name, SPAN("img")))
		wish.letters = UINT32_MAX;
	return wish;
}

/* The first part of a text is passed over, and nothing behind it. */
static void
check(const char *passed, const char *stops)
{
	char text[256];
	bool in_link = false;
	struct skim s;
	int n = snprintf(text, sizeof text, "%s%s", passed, stops);

	assert_true(n >= 0 && (size_t)n < sizeof text);
	skim_begin(&s, wishes);
	assert_int_equal(skim(&s, span_of(text), &in_link), span_of(passed).n);
	/* the second time it knows the names */
	assert_int_equal(skim(&s, span_of(text), &in_link), span_of(passed).n);
}

static void
passes_over_text_and_plain_tags(void **state)
{
	(void)state;
	check("", "");
	check("text", "");
	check("a <b>b</b> c", "");
	check("<p class=a id='b' title=\"<>\" x>", "");
	check("<p class=\"a\"title='b'>", "");
	check("<br/><br />", "");
	check("<p a=b/>", "");
	check("<x-y></x-y></h1></script>", "");
	check("<a href=\"/x\">", "");
	check("<a href=\"\">", "");
}

static void
stops_where_it_is_not_sure(void **state)
{
	(void)state;
	check("a", "<");
	check("a", "<p");
	check("a", "<p class");
	check("a", "<p class=");
	check("a", "<p class='");
	check("a", "<p class='a>");
	check("a", "<p class='a'");
	check("a", "<p class='a'/");
	check("a", "</p");
	check("a", "</p >");
	check("a", "</p:x>");
	check("a", "</>");
	check("a", "<!-- c -->");
	check("a", "<?x>");
	check("a", "< p>");
	check("a", "<P>");
	check("a", "<pX>");
	check("a", "<p:x>");
	check("a", "<p_x>");
	check("a", "<p\x01x>");
	check("a", "<p / x>");
	check("a", "<p = x>");
	check("a", "<p x =y>");
	check("a", "<p x= y>");
	check("a", "<p x= 'y>'>");
	check("a", "<p x=>");
	check("a", "<p \"x>");
}

static void
stops_at_what_is_wished_for(void **state)
{
	(void)state;
	check("<b>", "<img>");
	check("<b>", "<b src=x>");
	check("<b>", "<b a SRC=x>");
	check("<b>", "<b a='b'style='x'>");
	check("<b>", "<a href=\"javascript:x\">");
	check("<b>", "<a href='J'>");
	check("<b>", "<a href='\tj'>");
	check("<b>", "<a href='&#106;'>");
	check("<b>", "<a href=/x>");
}

static void
stops_at_tags_that_change_the_reading(void **state)
{
	static const char *const tags[] = {"<frameset>", "<iframe>", "<image>",
	    "<math>", "<noembed>", "<noframes>", "<noscript>", "<plaintext>",
	    "<script>", "<select>", "<style>", "<svg>", "<template>",
	    "<textarea>", "<title>", "<xmp>"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof tags / sizeof tags[0]; i++)
		check("a", tags[i]);
}

/* All names of three letters and less, and the known ones, by the table. */
static void
plain_names_are_those_of_the_table(void **state)
{
	static const char *const longer[] = {"frameset", "iframe", "math",
	    "noembed", "noframes", "noscript", "plaintext", "script", "select",
	    "style", "template", "textarea", "title", "blockquote", "summary",
	    "section", "input", "table", "track", "param", "details", "meta"};
	char name[3];
	struct element e;
	struct span s;
	size_t i, n;

	(void)state;
	for (i = 0; i < (size_t)26 * 26 * 26; i++) {
		name[0] = (char)('a' + i % 26);
		name[1] = (char)('a' + i / 26 % 26);
		name[2] = (char)('a' + i / 26 / 26);
		for (n = 1; n <= 3; n++) {
			s = (struct span){name, n};
			e = element_find(s);
			assert_int_equal(element_is_plain(s),
			    e.text == TOKENIZER_DATA &&
				(e.flags & ELEMENT_STEERS) == 0);
		}
	}
	for (i = 0; i < sizeof longer / sizeof longer[0]; i++) {
		e = element_find(span_of(longer[i]));
		assert_int_equal(element_is_plain(span_of(longer[i])),
		    e.text == TOKENIZER_DATA &&
			(e.flags & ELEMENT_STEERS) == 0);
	}
	assert_false(element_is_plain(SPAN("image")));
}

static void
tells_of_links(void **state)
{
	bool in_link = true;
	struct skim s;

	(void)state;
	skim_begin(&s, wishes);
	(void)skim(&s, SPAN("<b></b>text"), &in_link);
	assert_true(in_link);
	(void)skim(&s, SPAN("<a><b></a><b>"), &in_link);
	assert_false(in_link);
	(void)skim(&s, SPAN("<b></b><a src=x>"), &in_link);
	assert_false(in_link);
	(void)skim(&s, SPAN("</a><a href='/'>text</b>"), &in_link);
	assert_true(in_link);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(passes_over_text_and_plain_tags),
	    cmocka_unit_test(stops_where_it_is_not_sure),
	    cmocka_unit_test(stops_at_what_is_wished_for),
	    cmocka_unit_test(stops_at_tags_that_change_the_reading),
	    cmocka_unit_test(plain_names_are_those_of_the_table),
	    cmocka_unit_test(tells_of_links),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
