#include "paging.h"

#include <string.h>

static void
r01_external_scripts_go_by_url(void **state)
{
	(void)state;
	check_inside(
	    "<script src=\"https://stats.example/x.js\"></script>", "");
	check_inside("<SCRIPT async SRC=//stats.example/x.js>x</SCRIPT>", "");
	check_inside(
	    "<script src='https&#58;//stats.example/x.js'></script>", "");
	check_inside("<script src=/collect.js></script>", "");
	check_inside("<script src=\"/app.js\"></script>",
	    "<script src=\"/app.js\"></script>");
	/* a type of its own does not save a named tracker */
	check_inside(
	    "<script type=text/plain src=//stats.example/></script>", "");
	assert_int_equal(counts.withheld, 1);
	assert_int_equal(counts.n, 1);
	assert_string_equal(counts.rows[0].rule->host, "stats.example");
}

static void
r01_inline_scripts_go_by_their_text(void **state)
{
	(void)state;
	check_inside("<script>var a; myTracker('x');</script>", "");
	check_inside("<script type=module>myTracker('x');</script>", "");
	check_inside("<script type=\"\">myTracker(1)</script>", "");
	check_inside("<script type=text/partytown>myTracker(1)</script>", "");
	check_inside("<script>go('x');</script>", "<script>go('x');</script>");
	check_inside(
	    "<script src=data:text/javascript,myTracker()></script>", "");
}

static void
data_blocks_are_never_judged(void **state)
{
	static const char *const blocks[] = {
	    "<script type=application/ld+json>{\"a\":\"myTracker(\"}</script>",
	    "<script type=application/json>myTracker(</script>",
	    "<script type=text/template>myTracker(</script>",
	    "<script type=text/html>myTracker(</script>",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
		check_inside(blocks[i], blocks[i]);
}

static void
r04_pictures_and_frames_go(void **state)
{
	(void)state;
	check_inside("<img src=https://stats.example/p.gif alt=x>", "");
	check_inside("<img src=a.png srcset='a.png 1x, //ads.example/b 2x'>",
	    "<img src=a.png >");
	check_inside("<img src=a.png srcset='a.png 1x, b.png 2x'>",
	    "<img src=a.png srcset='a.png 1x, b.png 2x'>");
	check_inside("<image src=//stats.example/p.gif>", "");
	check_inside("<iframe src=//social.example/tr></iframe>", "");
	check_inside("<iframe src=//social.example/x></iframe>",
	    "<iframe src=//social.example/x></iframe>");
	check_inside("<embed src=//stats.example/>", "");
	check_inside(
	    "<object data=//stats.example/>f</object>", "<object >f</object>");
	check_inside("<video poster=//stats.example/ src=v></video>",
	    "<video  src=v></video>");
	check_inside("<a href=//stats.example/ ping=/collect>l</a>",
	    "<a href=//stats.example/ >l</a>");
	check_inside(
	    "<input type=image src=//stats.example/p>", "<input type=image >");
}

static void
links_go_when_they_fetch(void **state)
{
	(void)state;
	check_inside("<link rel=preload as=script href=//stats.example/x>", "");
	check_inside("<link rel=preconnect href=//stats.example>", "");
	check_inside("<link rel='x DNS-Prefetch' href=//stats.example>", "");
	check_inside("<link rel=stylesheet href=//ads.example/x.css>", "");
	check_inside(
	    "<link rel=compression-dictionary href=//stats.example/d>", "");
	check_inside(
	    "<link rel=preload as=image imagesrcset='/collect 1x'>", "");
	check_inside("<table><colgroup background=//stats.example/><col "
		     "background=//stats.example/>",
	    "<table><colgroup ><col >");
	check_inside("<table><thead background=//stats.example/><tr "
		     "background=//stats.example/><td>a</table>",
	    "<table><thead ><tr ><td>a</table>");
	check_inside("<link rel=canonical href=//stats.example/>",
	    "<link rel=canonical href=//stats.example/>");
	check_inside("<link rel=stylesheet href=/a.css>",
	    "<link rel=stylesheet href=/a.css>");
}

/* Where two of us stand in a row, the page has one guard. */
static void
the_guard_goes_in_once(void **state)
{
	const char *page = "<head><script data-consent=1>x</script><script>y"
			   "</script></head><body>";

	(void)state;
	first = "<script data-consent=1>x</script>";
	check("<head><script>y</script></head><body>", page);
	check(page, page);
	first = "";
	check(page, page);
}

static void
base_says_what_relative_urls_mean(void **state)
{
	(void)state;
	check("<head><base href=https://safe.example/x/><base href=/>"
	      "<img src=/collect></head><body>",
	    "<head><base href=https://safe.example/x/><base href=/>"
	    "<img src=/collect></head><body>");
	check("<head><base href=https://stats.example/x/><base href=/>"
	      "<img src=a><img src=/collect></head><body>",
	    "<head><base href=/><img src=a></head><body>");
	check("<head><base href='//www.library.example/collect/'></head>"
	      "<body><img src=p>",
	    "<head></head><body><img src=p>");
	check("<head><base href='//www.library.example/x/'></head>"
	      "<body><img src=../collect><img src=../x/collect>",
	    "<head><base href='//www.library.example/x/'></head>"
	    "<body><img src=../x/collect>");
	check("<head><base target=_top></head><body><img src=p>",
	    "<head><base target=_top></head><body><img src=p>");
	check("<head><base href='data:x'></head><body><img src=/collect>",
	    "<head><base href='data:x'></head><body>");
}

static void
r01_bases_to_trackers_go(void **state)
{
	(void)state;
	/* what stands before them may be read when they are there */
	check_inside("<video poster=a></video><base href=//stats.example/>",
	    "<video poster=a></video>");
	assert_int_equal(counts.withheld, 1);
	check_inside("<base href=/><base href=//stats.example/><img src=p>",
	    "<base href=/><img src=p>");
	check_inside(
	    "<noscript><base href=//stats.example/></noscript><img src=p>",
	    "<noscript></noscript><img src=p>");
	check_inside("<template><base href=//stats.example/></template>",
	    "<template></template>");
}

static void
bases_outside_of_the_tree_count_for_nothing(void **state)
{
	(void)state;
	check_inside("<template><base href=//safe.example/></template>"
		     "<img src=/collect>",
	    "<template><base href=//safe.example/></template>");
	check_inside("<template><b></b></template><base href=//safe.example/>"
		     "<img src=/collect>",
	    "<template><b></b></template><base href=//safe.example/>"
	    "<img src=/collect>");
	check("<frameset><base href=//safe.example/><frame src=/collect>",
	    "<frameset><base href=//safe.example/><frame >");
	check_inside("<svg><base href=//safe.example/></svg><img src=/collect>",
	    "<svg><base href=//safe.example/></svg>");
}

static void
noscript_is_markup_to_somebody(void **state)
{
	(void)state;
	check_inside("<noscript>n<img src=//stats.example/p>m</noscript>",
	    "<noscript>nm</noscript>");
	check_inside(
	    "<noscript><p>on</p></noscript>", "<noscript><p>on</p></noscript>");
	check_inside(
	    "<noscript><iframe src=//ads.example/></iframe></noscript>",
	    "<noscript></noscript>");
}

static void
a_noscript_that_does_not_end_level_goes(void **state)
{
	(void)state;
	check_inside("a<noscript><iframe src=/own></noscript>b", "ab");
	assert_int_equal(counts.withheld, 1);
	check_inside("a<noscript><!-- </noscript>b", "ab");
}

static void
srcdoc_is_a_page_of_its_own(void **state)
{
	(void)state;
	check_inside("<iframe srcdoc=\"&lt;p>a&lt;img "
		     "src='//stats.example/p'>b\"></iframe>",
	    "<iframe srcdoc=\"<p>ab\"></iframe>");
	check_inside("<iframe srcdoc='<p>hello'></iframe>",
	    "<iframe srcdoc='<p>hello'></iframe>");
	check_inside("<iframe srcdoc='<script>myTracker()</script>'></iframe>",
	    "<iframe srcdoc=\"\"></iframe>");
}

static void
svg_is_looked_at(void **state)
{
	(void)state;
	check_inside("<svg><script href=//stats.example/x></script></svg>",
	    "<svg></svg>");
	check_inside("<svg><script xlink:href=//stats.example/x /></svg>",
	    "<svg></svg>");
	check_inside("<svg><script>myTracker()</script></svg>", "<svg></svg>");
	check_inside("<svg><image href=//stats.example/p /></svg>",
	    "<svg><image  /></svg>");
}

static void
what_is_not_markup_stays(void **state)
{
	static const char *const texts[] = {
	    "<!-- <script src=//stats.example/x.js></script> -->",
	    "<textarea><img src=//stats.example/p></textarea>",
	    "<p title='<img src=//stats.example/p>'>x</p>",
	    "&lt;script src=//stats.example/x.js>",
	    "<template-x data-src=//stats.example/x></template-x>",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++)
		check_inside(texts[i], texts[i]);
}

static void
r06_consented_page_is_as_it_came(void **state)
{
	static const char page[] =
	    "<!DOCTYPE html>\r\n<HTML><head><base href='/x/'>"
	    "<link rel=preload href=//stats.example/x>"
	    "<script>myTracker('a &amp; b')</script></head>\n"
	    "<body onload=go()><img srcset='//ads.example/a 1x'>"
	    "<noscript><img src=//ads.example/p></noscript>"
	    "<iframe srcdoc=\"&lt;img src=//ads.example/>\"></iframe>"
	    "<svg><image xlink:href='/collect'/></svg></body></HTML>\n";

	(void)state;
	grant(ANALYTICS | MARKETING);
	check(page, page);
	assert_int_equal(counts.withheld, 0);
}

static void
report_mode_counts_and_keeps(void **state)
{
	static const char page[] =
	    "<!DOCTYPE html><body><img src=//stats.example/p>"
	    "<img src=//stats.example/q><script>myTracker()</script>"
	    "<noscript><img src=//stats.example/p></noscript>";

	(void)state;
	policy_free(policy);
	policy =
	    fixture_policy(FIXTURE_POLICY("listed", "report", "meta-pixel"));
	grant(0);
	check(page, page);
	assert_int_equal(counts.withheld, 0);
	assert_int_equal(counts.reported, 4);
	assert_int_equal(counts.n, 2);
	assert_int_equal(counts.rows[0].n, 3);
	assert_int_equal(counts.rows[0].answer, GATE_REPORT);
}

static void
r38_notice_stands_where_the_body_begins(void **state)
{
	char *out = filter_pieces("<!DOCTYPE html><title>T</title><p>text",
	    "<section>notice</section>", 1);

	(void)state;
	assert_string_equal(out,
	    "<!DOCTYPE html><title>T</title><section>notice</section><p>text");
	free(out);
	out = filter_pieces("<html><head></head><body class=x><p>text",
	    "<section>notice</section>", 0);
	assert_string_equal(out,
	    "<html><head></head><body class=x><section>notice</section>"
	    "<p>text");
	free(out);
}

/* The notice is [p] with paths for URLs, [u] with an origin in each. */
static void
check_notice(const char *html, const char *expected)
{
	static const size_t pieces[] = {0, 1};
	size_t i;

	abroad = "[u]";
	for (i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		char *out = filter_pieces(html, "[p]", pieces[i]);

		assert_non_null(out);
		assert_string_equal(out, expected);
		free(out);
	}
	abroad = "";
}

#define FOREIGN "<base href=\"//tracker.example/\">"

static void
r01_a_foreign_base_gets_the_notice_with_origins(void **state)
{
	(void)state;
	check_notice("<head>" FOREIGN "</head><body>a",
	    "<head>" FOREIGN "</head><body>[u]a");
	check_notice("<base href=http://www.library.example/><body>",
	    "<base href=http://www.library.example/><body>[u]");
	check_notice("<noscript>" FOREIGN "</noscript><body>",
	    "<noscript>" FOREIGN "</noscript><body>[u]");
	/* these take paths nowhere else */
	check_notice("<base href=/x/>" FOREIGN "<body>",
	    "<base href=/x/>" FOREIGN "<body>[p]");
	check_notice("<base href=//www.library.example:443/y><body>",
	    "<base href=//www.library.example:443/y><body>[p]");
	check_notice(
	    "<base href='data:x'><body>", "<base href='data:x'><body>[p]");
}

static void
r01_no_foreign_base_follows_a_notice_of_paths(void **state)
{
	char *out;

	(void)state;
	check_notice("<body>a" FOREIGN "<img src=/collect>b", "<body>[p]ab");
	check_notice("<body><noscript>" FOREIGN "a</noscript>",
	    "<body>[p]<noscript>a</noscript>");
	/* a document of its own has a base of its own */
	check_notice("<body><iframe srcdoc='" FOREIGN "a'></iframe>",
	    "<body>[p]<iframe srcdoc='" FOREIGN "a'></iframe>");
	check_notice(
	    "<base href=/><body>" FOREIGN, "<base href=/><body>[p]" FOREIGN);
	check_notice(FOREIGN "<body>" FOREIGN, FOREIGN "<body>[u]" FOREIGN);
	/* and one that suits everywhere is safe from all of them */
	out = filter_pieces("<body>" FOREIGN, "[u]", 0);
	assert_string_equal(out, "<body>[u]" FOREIGN);
	free(out);
}

static void
a_tag_without_end_cuts_the_page(void **state)
{
	struct buf html;
	int i;

	(void)state;
	buf_init(&html, 1 << 22);
	assert_int_equal(buf_append(&html, SPAN("<body><img alt='")), 0);
	for (i = 0; i < 1 << 21; i += 64)
		assert_int_equal(
		    buf_append(&html, SPAN("0123456789abcdef0123456789abcdef"
					   "0123456789abcdef0123456789abcdef")),
		    0);
	assert_int_equal(buf_append_byte(&html, '\0'), 0);
	assert_null(filter_pieces(html.p, "", 0));
	buf_fini(&html);
}

static void
many_rules_are_counted_in_bounded_room(void **state)
{
	struct buf html;
	size_t i;

	(void)state;
	policy_free(policy);
	policy =
	    fixture_policy(FIXTURE_POLICY("unlisted", "enforce", "meta-pixel"));
	grant(0);
	buf_init(&html, 1 << 20);
	for (i = 0; i < 100; i++)
		assert_int_equal(
		    buf_printf(&html, "<img src=//t%zu.example/>", i), 0);
	assert_int_equal(buf_append_byte(&html, '\0'), 0);
	free(filter_pieces(html.p, "", 0));
	assert_int_equal(counts.withheld, 100);
	/* no rule names them: one row */
	assert_int_equal(counts.n, 1);
	assert_null(counts.rows[0].rule);
	buf_fini(&html);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r01_external_scripts_go_by_url),
	    TEST(r01_inline_scripts_go_by_their_text),
	    TEST(data_blocks_are_never_judged),
	    TEST(r04_pictures_and_frames_go),
	    TEST(links_go_when_they_fetch),
	    TEST(the_guard_goes_in_once),
	    TEST(base_says_what_relative_urls_mean),
	    TEST(r01_bases_to_trackers_go),
	    TEST(bases_outside_of_the_tree_count_for_nothing),
	    TEST(noscript_is_markup_to_somebody),
	    TEST(a_noscript_that_does_not_end_level_goes),
	    TEST(srcdoc_is_a_page_of_its_own),
	    TEST(svg_is_looked_at),
	    TEST(what_is_not_markup_stays),
	    TEST(r06_consented_page_is_as_it_came),
	    TEST(report_mode_counts_and_keeps),
	    TEST(r38_notice_stands_where_the_body_begins),
	    TEST(r01_a_foreign_base_gets_the_notice_with_origins),
	    TEST(r01_no_foreign_base_follows_a_notice_of_paths),
	    TEST(a_tag_without_end_cuts_the_page),
	    TEST(many_rules_are_counted_in_bounded_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
