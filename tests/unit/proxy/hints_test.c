#include "proxy/hints.h"

#include "fixture.h"

#include <stdio.h>

static struct fixture f;
static bool varies; /* some link that was looked at */

static int
setup(void **state)
{
	(void)state;
	fixture_open(&f, "/");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fixture_close(&f);
	return 0;
}

#define BEGIN "HTTP/1.1 200 OK\r\n"
#define END "\r\n"

/* The Link fields, as lines, after they were screened. */
static void
expect(const char *in, const char *out)
{
	char text[2048];
	struct head *h;

	(void)snprintf(text, sizeof text, BEGIN "%s" END, in);
	h = fixture_read(&f, CODEC_READS_RESPONSES, text);
	assert_int_equal(hints_screen(h, &f.visit, &varies), CONSENT_OK);
	(void)snprintf(text, sizeof text, BEGIN "%s" END, out);
	assert_string_equal(fixture_text(&f), text);
	fixture_unread(&f);
}

static void
expect_same(const char *lines)
{
	expect(lines, lines);
}

static void
r01_hints_to_trackers_go(void **state)
{
	static const char *const rels[] = {"preload", "modulepreload",
	    "prefetch", "prerender", "preconnect", "dns-prefetch", "stylesheet",
	    "icon", "PreLoad", "\"preload\"", "\"x  Preconnect y\"",
	    "\"x\tprefetch\""};
	char line[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rels / sizeof rels[0]; i++) {
		(void)snprintf(line, sizeof line,
		    "Link: <https://a.tracker.example/x>; rel=%s\r\n", rels[i]);
		expect(line, "");
	}
}

static void
what_only_names_stays(void **state)
{
	(void)state;
	expect_same("Link: <https://tracker.example/>; rel=license\r\n");
	expect_same("Link: <https://tracker.example/>; rel=preloaded\r\n");
	expect_same("Link: <https://tracker.example/>\r\n");
	expect_same("Link: <https://tracker.example/>; title=\"rel=preload\""
		    "\r\n");
	expect_same("link: </a.css>; rel=preload;as=style\r\n"
		    "LINK: <https://cdn.example/a>;rel=preconnect\r\n");
}

static void
other_fields_are_not_touched(void **state)
{
	(void)state;
	expect("Server: x\r\n"
	       "Link: <https://tracker.example/>; rel=preload\r\n"
	       "X-Link: <https://tracker.example/>; rel=preload\r\n",
	    "Server: x\r\n"
	    "X-Link: <https://tracker.example/>; rel=preload\r\n");
}

static void
one_of_several_goes_and_the_rest_stays(void **state)
{
	(void)state;
	expect(
	    "Link: </a>; rel=preload , "
	    "<https://tracker.example/1>; rel=preload,,"
	    "</b>; rel=next\r\n"
	    "Link: <https://tracker.example/2>; rel=icon, </c>; rel=icon\r\n",
	    "Link: </a>; rel=preload, </b>; rel=next\r\n"
	    "Link: </c>; rel=icon\r\n");
}

static void
untouched_lines_stay_byte_for_byte(void **state)
{
	(void)state;
	expect_same("Link: </a>;rel=preload,</b>;  rel = \"icon\" ,, </c>\r\n");
	expect_same("Link: , </a>; rel=preload,\r\n");
}

static void
commas_divide_only_outside_of_urls_and_quotes(void **state)
{
	(void)state;
	expect(
	    "Link: <https://tracker.example/a,b;rel=x>; rel=preload\r\n", "");
	expect_same("Link: </a,<b>; rel=preload, </c>; rel=icon\r\n");
	expect_same("Link: </a>; title=\"x, <y>, \\\", z\"; rel=icon\r\n");
	expect("Link: </a>; title=\"x,\\\\\", "
	       "<https://tracker.example/>; rel=icon\r\n",
	    "Link: </a>; title=\"x,\\\\\"\r\n");
}

static void
semicolons_in_quotes_hide_no_rel(void **state)
{
	(void)state;
	expect("Link: <https://tracker.example/>; title=\"; rel=x\"; "
	       "rel=preload\r\n",
	    "");
	expect("Link: <https://tracker.example/>; title=\"a\\\"; rel=x\"; "
	       "rel=preload\r\n",
	    "");
	expect_same("Link: <https://tracker.example/>; "
		    "title=\"; rel=preload;\"\r\n");
}

static void
any_rel_counts(void **state)
{
	(void)state;
	expect("Link: <https://tracker.example/>; rel=license; rel=preload\r\n",
	    "");
	expect("Link: <https://tracker.example/>; REL = preload\r\n", "");
	expect("Link: <https://tracker.example/>; rel='preload'\r\n", "");
	/* a quoted pair: whatever it spells, nobody needs it */
	expect("Link: <https://tracker.example/>; rel=\"pre\\load\"\r\n", "");
}

static void
pictures_for_several_sizes_are_judged_too(void **state)
{
	(void)state;
	expect("Link: </a.png>; rel=preload; as=image; imagesrcset="
	       "\"/a.png 1x, https://tracker.example/p 2x\"\r\n",
	    "");
	expect("Link: </a.png>; imagesrcset=\"https:\\//tracker.example/p\"; "
	       "rel=preload\r\n",
	    "");
	expect_same("Link: </a.png>; rel=preload; imagesrcset="
		    "\"/a.png 1x, https://cdn.example/p 2x\"\r\n");
}

static void
lines_that_cannot_be_read_go_whole(void **state)
{
	static const char *const broken[] = {"https://site.example/; rel=icon",
	    "</a>; rel=icon, <https://tracker.example/; rel=preload",
	    "</a>; rel=icon, \"x", "</a>; title=\"open",
	    "</a>; title=\"open, <https://tracker.example/>; rel=preload",
	    "</a>; title=\"open\\", "</a>; x=<, </b>; rel=icon",
	    "</a>; x=>, </b>; rel=icon", "</a> <https://tracker.example/>"};
	char line[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		(void)snprintf(line, sizeof line,
		    "Link: %s\r\nLink: </next>; rel=icon\r\n", broken[i]);
		expect(line, "Link: </next>; rel=icon\r\n");
	}
}

static void
urls_are_read_as_a_browser_does(void **state)
{
	(void)state;
	expect("Link: <//tracker.example/x>; rel=preload\r\n", "");
	expect("Link: < HTTPS:\\\\TRACKER.example/x >; rel=preload\r\n", "");
	expect("Link: <https://%74racker.example/>; rel=preconnect\r\n", "");
	expect_same("Link: <tracker.example/x>; rel=preload\r\n");
	expect_same("Link: <>; rel=preload\r\n");
}

static void
with_consent_all_hints_stay(void **state)
{
	(void)state;
	fixture_grant(&f, "/");
	expect_same("Link: <https://tracker.example/a>;rel=preload,"
		    "<https://tracker.example/b> ; rel=icon\r\n"
		    "Link: </a.png>; rel=preload; imagesrcset="
		    "\"https://tracker.example/p 2x\"\r\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r01_hints_to_trackers_go),
	    TEST(what_only_names_stays),
	    TEST(other_fields_are_not_touched),
	    TEST(one_of_several_goes_and_the_rest_stays),
	    TEST(untouched_lines_stay_byte_for_byte),
	    TEST(commas_divide_only_outside_of_urls_and_quotes),
	    TEST(semicolons_in_quotes_hide_no_rel),
	    TEST(any_rel_counts),
	    TEST(pictures_for_several_sizes_are_judged_too),
	    TEST(lines_that_cannot_be_read_go_whole),
	    TEST(urls_are_read_as_a_browser_does),
	    TEST(with_consent_all_hints_stay),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
