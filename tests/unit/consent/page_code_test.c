#include "paging.h"

#include <string.h>

#include "consent/page_code.h"

/* Inline scripts as they are found on real pages. */

/* The plain form of code is this; NULL: just what it was. */
static void
check_plain(const char *code, const char *plain)
{
	struct buf out;
	bool changed;

	buf_init(&out, 4096);
	assert_int_equal(
	    page_code_plain(span_of(code), &out, &changed), CONSENT_OK);
	assert_int_equal(changed, plain != NULL);
	assert_int_equal(buf_append_byte(&out, '\0'), 0);
	assert_string_equal(out.p, plain != NULL ? plain : code);
	buf_fini(&out);
}

static void
pieces_are_joined(void **state)
{
	(void)state;
	check_plain("a('b' + \"c\")", "a('bc\")");
	check_plain("'a'+'b'\n+\n`c`", "'abc`");
	check_plain("'a' + b + 'c'", NULL);
	check_plain("a+b; 'c' 'd'", NULL);
	check_plain("'a' +", NULL);
	check_plain("'", NULL);
}

static void
escapes_are_resolved(void **state)
{
	(void)state;
	check_plain("'%3Cscript%3e'", "'<script>'");
	check_plain("'\\x3cb\\u003E%u0041'", "'<b>A'");
	check_plain("'<\\/scr'+'ipt>'", "'</script>'");
	check_plain("'a\\'b'", "'a'b'");
	check_plain("100%; 5%x '\\n\\xzz\\u12' %", NULL);
	check_plain("'\\xe9\\u20ac%ff'", NULL);
	check_plain("\\", NULL);
}

static void
r01_hosts_in_pieces_are_found(void **state)
{
	(void)state;
	/* without what would stand in their place */
	use_policy(FIXTURE_POLICY("listed", "enforce",
	    "google-analytics\"; stubs = [ ]; provider = \"G"));
	check_inside("<script>var h=('https:'==document.location.protocol)?"
		     "'https://ssl':'http://www';document.write(unescape(\""
		     "%3Cscript src='\"+h+\".google-analytics.com/ga.js' "
		     "type='text/javascript'%3E%3C/script%3E\"));</script>",
	    "");
	check_inside("<script>s.src=\"https://www.google-ana\" + \"lytics.com/"
		     "analytics.js\"</script>",
	    "");
	check_inside("<script>document.write('<scr'+'ipt src=\"//www.google"
		     "tagmanager.com\\/gtag\\/js?id=G\"><\\/scr'+'ipt>')"
		     "</script>",
	    "");
	check_inside("<script>eval(unescape('%67%74ag(%27config%27)'))"
		     "</script>",
	    "");
	check_stays("<script>eval(unescape('%67%74ag(%27other%27)'))</script>");
}

static void
r01_wrappers_hide_nothing(void **state)
{
	static const char *const wrapped[] = {
	    "<script><!--\nmyTracker()\n//--></script>",
	    "<script>//<![CDATA[\nmyTracker()\n//]]></script>",
	    "<script>/* <![CDATA[ */myTracker()/* ]]> */</script>",
	    "<script><!-- <script>a</script> myTracker() --></script>",
	    "<svg><script><![CDATA[myTracker()]]></script></svg>",
	    "<svg><script>myTracker&#40;)</script></svg>",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof wrapped / sizeof wrapped[0]; i++)
		check_inside(wrapped[i],
		    wrapped[i][1] == 's' && wrapped[i][2] == 'v' ? "<svg></svg>"
								 : "");
	check_stays("<script><!--\ngo()\n//--></script>");
	check_stays("<script>//<![CDATA[\ngo()\n//]]></script>");
}

/* An inline script of n bytes whose last words are a tracker's. */
static char *
long_script(size_t n)
{
	static const char start[] = "<body><script>";
	static const char end[] = "myTracker()</script>z";
	char *html = malloc(n + sizeof start + sizeof end);
	size_t fill = n - strlen("myTracker()");

	assert_non_null(html);
	memcpy(html, start, sizeof start - 1);
	memset(html + sizeof start - 1, ' ', fill);
	memcpy(html + sizeof start - 1 + fill, end, sizeof end);
	return html;
}

static void
a_script_up_to_the_limit_is_judged(void **state)
{
	char *html = long_script(POLICY_INLINE_LIMIT);
	char *out;

	(void)state;
	check_pieces(html, "<body>z", 0);
	check_pieces(html, "<body>z", 16384);
	free(html);
	html = long_script(POLICY_INLINE_LIMIT + 1);
	assert_null(filter_pieces(html, "", 0));
	assert_null(filter_pieces(html, "", 16384));
	free(html);
	/* nothing can be withheld: nothing need be held */
	html = long_script(POLICY_INLINE_LIMIT + 1);
	grant(ANALYTICS | MARKETING);
	out = filter_pieces(html, "", 16384);
	assert_string_equal(out, html);
	free(out);
	free(html);
}

static void
a_script_past_the_limit_may_pass(void **state)
{
	char *html = long_script((64 << 10) + 1);
	size_t piece;

	(void)state;
	use_policy(
	    "inline_limit = \"64K\"; past_limit = \"pass\";" FIXTURE_POLICY(
		"listed", "enforce", "meta-pixel"));
	for (piece = 0; piece <= 16384; piece += 8192) {
		check_pieces(html, html, piece);
		assert_int_equal(counts.unjudged, 1);
		assert_int_equal(counts.withheld, 0);
	}
	free(html);
	html = long_script(64 << 10);
	check_pieces(html, "<body>z", 8192);
	assert_int_equal(counts.unjudged, 0);
	free(html);
}

static void
mixed_scripts_are_reported_with_both_rules(void **state)
{
	static const char text[] =
	    "version = \"1\"; categories = ( { id = \"essential\"; required = "
	    "true; }, { id = \"analytics\"; } );\n"
	    "resources = ( { inline = \"myTracker(\"; category = "
	    "\"analytics\"; },\n"
	    "{ inline = \"openMenu(\"; category = \"essential\"; } );\n";

	(void)state;
	use_policy(text);
	check_inside("<script>myTracker(1)</script><script>\nopenMenu();\n"
		     "\nmyTracker(2)</script><script>openMenu()</script>",
	    "<script>openMenu()</script>");
	assert_int_equal(counts.withheld, 2);
	assert_int_equal(counts.mixed, 1);
	assert_int_equal(counts.n, 2);
	assert_null(counts.rows[0].beside);
	assert_int_equal(counts.rows[1].n, 1);
	assert_string_equal(counts.rows[1].rule->name, "myTracker(");
	assert_int_equal(counts.rows[1].rule->line, 2);
	assert_string_equal(counts.rows[1].beside->name, "openMenu(");
	assert_int_equal(counts.rows[1].beside->line, 3);
	assert_int_equal(counts.rows[1].line, 4);
	assert_int_equal(counts.rows[1].beside_line, 2);
	assert_int_equal(counts.rows[0].line, 0);
}

static void
r01_maps_and_rules_lose_their_urls(void **state)
{
	(void)state;
	check_inside("<script type=importmap>{ \"imports\": {\"a\": "
		     "\"https://stats.example/a.js\", \"b\" : \"./b.js\"},"
		     "\"scopes\":{\"/x/\":{\"c\":\"https:\\/\\/ads.example\"}}}"
		     "</script>",
	    "<script type=importmap>{ \"imports\": {\"a\": \"about:invalid\", "
	    "\"b\" : \"./b.js\"},\"scopes\":{\"/x/\":{\"c\":\"about:invalid\"}"
	    "}}</script>");
	check_inside("<script type=speculationrules>{\"prefetch\":[{\"source\":"
		     "\"list\",\"urls\":[\"/collect\",\"/own\"]}]}</script>",
	    "<script type=speculationrules>{\"prefetch\":[{\"source\":"
	    "\"list\",\"urls\":[\"about:invalid\",\"/own\"]}]}</script>");
	assert_int_equal(counts.withheld, 1);
	check_inside("<script type=speculationrules>{\"prefetch\":[{"
		     "\"\\u0075rls\":[\"/collect\"]}]}</script>",
	    "<script type=speculationrules>{\"prefetch\":[{"
	    "\"\\u0075rls\":[\"about:invalid\"]}]}</script>");
	check_inside("<script type=importmap>{\"a\":\"/collect\",\"b\":"
		     "\"\\v\"}</script>",
	    "<script type=importmap>{\"a\":\"about:invalid\",\"b\":"
	    "\"\\v\"}</script>");
	/* not JSON: inert */
	check_stays("<script type=importmap>{\"imports\":{\"a\":"
		    "\"https://stats.example/\",}}</script>");
	check_stays("<script type=speculationrules>{\"a\":\"/collect\"}"
		    "</script>");
	/* its end was told by what would go */
	check_inside("<script type=importmap>{\"a\":\"/collect<!--<script>\","
		     "\"b\":\"</script>\"}</script>",
	    "");
}

/* Rules of one kind in a page. */
static const char *
rules(const char *json)
{
	static char text[1024];

	assert_true((size_t)snprintf(text, sizeof text,
			"<script type=speculationrules>%s</script>",
			json) < sizeof text);
	return text;
}

static void
rules_for_links_of_the_site_stay(void **state)
{
	(void)state;
	check_stays(rules("{\"prefetch\":[{\"source\":\"document\","
			  "\"where\":{\"href_matches\":\"\\/*\"}}]}"));
	check_stays(
	    rules("{\"prefetch\":[{\"source\":\"document\","
		  "\"where\":{\"and\":[{\"href_matches\":\"/*\"},"
		  "{\"not\":{\"href_matches\":[\"/wp-*.php\",\"/*\\\\?\"]"
		  "}},{\"not\":{\"selector_matches\":\".no\"}}]},"
		  "\"eagerness\":\"conservative\"}]}"));
	check_stays(rules("{\"prerender\":[{\"where\":{\"or\":[{"
			  "\"href_matches\":[\"/a\",\"/b\"]},{\"href_matches\":"
			  "\"/c\"}]}}]}"));
	check_stays(rules("{\"prefetch\":[{\"urls\":[\"/document\"]}]}"));
	check_stays(rules("{\"prefetch\":[{\"source\":\"document\",}]}"));
}

static void
r01_rules_that_may_pick_any_link_go(void **state)
{
	static const char *const some[] = {
	    "{\"prefetch\":[{\"source\":\"document\"}]}",
	    "{\"prefetch\":[{\"source\":\"\\u0064ocument\"}]}",
	    "{\"later\":[{\"where\":{\"selector_matches\":\"a\"}}]}",
	    "{\"prefetch\":[{\"where\":{\"href_matches\":\"*\"}}]}",
	    "{\"prefetch\":[{\"where\":{\"href_matches\":\"//*/\"}}]}",
	    "{\"prefetch\":[{\"where\":{\"href_matches\":[\"/a\","
	    "{\"hostname\":\"stats.example\"}]}}]}",
	    "{\"prefetch\":[{\"where\":{\"or\":[{\"href_matches\":\"/a\"},"
	    "{\"selector_matches\":\"b\"}]}}]}",
	    "{\"prefetch\":[{\"where\":{\"not\":{\"href_matches\":\"/a\"}}}]}",
	    "{\"prefetch\":[{\"where\":{\"href_matches\":\"/a\"},"
	    "\"where\":{}}]}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof some / sizeof some[0]; i++) {
		check_inside(rules(some[i]), "");
		assert_int_equal(counts.withheld, 1);
	}
	/* paths are those of the base URL */
	check_inside("<base href=https://cdn.example/><script "
		     "type=speculationrules>{\"prefetch\":[{\"where\":{"
		     "\"href_matches\":\"/*\"}}]}</script>",
	    "<base href=https://cdn.example/>");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pieces_are_joined),
	    cmocka_unit_test(escapes_are_resolved),
	    TEST(r01_hosts_in_pieces_are_found),
	    TEST(r01_wrappers_hide_nothing),
	    TEST(a_script_up_to_the_limit_is_judged),
	    TEST(a_script_past_the_limit_may_pass),
	    TEST(mixed_scripts_are_reported_with_both_rules),
	    TEST(r01_maps_and_rules_lose_their_urls),
	    TEST(rules_for_links_of_the_site_stay),
	    TEST(r01_rules_that_may_pick_any_link_go),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
