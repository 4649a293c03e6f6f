#include "paging.h"

/* What stands in the place of what went, by the policy's action. */

static const char policy_text[] =
    "version = \"1\"; unknown_cookie = \"media\";\n"
    "categories = ( { id = \"essential\"; required = true; },\n"
    " { id = \"media\"; action = \"placeholder\"; },\n"
    " { id = \"ads\"; action = \"neutralise\"; } );\n"
    "vendors = ( { name = \"hotjar\"; category = \"media\"; } );\n"
    "resources = ( { host = \"maps.example\"; category = \"media\"; },\n"
    " { host = \"ads.example\"; category = \"ads\"; },\n"
    " { host = \"gone.example\"; category = \"ads\"; action = \"remove\"; },\n"
    " { inline = \"myAds(\"; category = \"ads\"; },\n"
    " { inline = \"myMaps(\"; category = \"media\"; } );\n";

static int
setup_actions(void **state)
{
	(void)setup(state);
	use_policy(policy_text);
	box = "<i>{vendor} waits</i>";
	return 0;
}

static int
teardown_actions(void **state)
{
	box = "";
	return teardown(state);
}

#define BOX(size, name)                                                        \
	"<span class=\"consent-box\"><svg "                                    \
	"xmlns=\"http://www.w3.org/2000/svg\" aria-hidden=\"true\"" size       \
	"></svg><i><bdi>" name "</bdi> waits</i></span>"

static void
embeds_become_a_box(void **state)
{
	(void)state;
	check_inside("<iframe width=560 height=\"315\" class=a "
		     "src=//maps.example/x>y</iframe>",
	    BOX(" width=\"560\" height=\"315\"", "maps.example"));
	check_inside("<iframe width='100%' src=//script.hotjar.com/></iframe>",
	    BOX(" width=\"100%\"", "Hotjar"));
	check_inside("<embed src=//maps.example/x height=10px>",
	    BOX(" height=\"10px\"", "maps.example"));
	check_inside(
	    "<noscript><iframe src=//maps.example/></iframe></noscript>",
	    "<noscript>" BOX("", "maps.example") "</noscript>");
	assert_int_equal(counts.withheld, 1);
	/* a length that is none would be markup of another kind */
	check_inside(
	    "<iframe width='1\"' height=x src=//maps.example/></iframe>",
	    BOX("", "maps.example"));
}

#define ONCE "<i>{vendor}</i>{once}<a href=\"/e?{embed}\">once</a>{/once}{x"
#define ONCE_BOX(query)                                                        \
	"<span class=\"consent-box\"><svg "                                    \
	"xmlns=\"http://www.w3.org/2000/svg\" aria-hidden=\"true\"></svg>"     \
	"<i><bdi>maps.example</bdi></i>" query "{x</span>"
#define ONCE_LINK(query) ONCE_BOX("<a href=\"/e?" query "\">once</a>")

/* A link, for inside a form of the site's a form would be none. */
static void
a_box_leads_to_its_embed_shown_once(void **state)
{
	static char html[4096];
	int n;

	(void)state;
	box = ONCE;
	check_inside("<iframe src='//maps.example/a b?c=1&amp;d=\"<&#39;'>"
		     "</iframe>",
	    ONCE_LINK("url=https%3A%2F%2Fmaps.example%2Fa%2520b%3Fc%3D1%26d%3D"
		      "%2522%253C%2527"));
	/* nothing beyond a length that a query has room for */
	n = snprintf(html, sizeof html,
	    "<iframe src=\"//maps.example/%02100d\"></iframe>", 0);
	assert_true(n > 2100 && (size_t)n < sizeof html);
	check_inside(html, ONCE_BOX(""));
	/* nor what a rule does not name, and nothing on a sensitive page */
	check_inside("<iframe src=//maps.example:7/></iframe>",
	    ONCE_LINK("url=https%3A%2F%2Fmaps.example%3A7%2F"));
	gate.sensitive = true;
	check_inside("<iframe src=//maps.example/></iframe>", ONCE_BOX(""));
	gate.sensitive = false;
}

/* Where these end only the tree tells: so nothing rests on it. */
static void
a_box_stands_before_what_has_content(void **state)
{
	(void)state;
	check_inside("<object data=//maps.example/a><p>b<object>c</object>"
		     "<param name=movie value=//maps.example/a></object>d",
	    BOX("", "maps.example") "<object hidden=\"\" ><p>b<object>c"
				    "</object></object>d");
	check_inside(
	    "<video src=//maps.example/a width=\"1\" AUTOPLAY>x</video>",
	    BOX(" width=\"1\"",
		"maps.example") "<video hidden=\"\"  width=\"1\" >x</video>");
	check_inside("<div><video src=//maps.example/a hidden=x poster=/own>"
		     "<source src=//gone.example/b>x</div>y",
	    "<div>" BOX("", "maps.example") "<video  hidden=\"\" poster=/own>x"
					    "</div>y");
	assert_int_equal(counts.withheld, 2);
	/* never closed, or by no tag of its own */
	check_inside("<div><object data=//maps.example/a>x</div>y",
	    "<div>" BOX("", "maps.example") "<object hidden=\"\" >x</div>y");
	check_inside("<p><video src=//maps.example/a><table><tr><td></video>",
	    "<p>" BOX("",
		"maps.example") "<video hidden=\"\" ><table><tr><td></video>");
	check_inside("<noscript><object data=//maps.example/a></noscript>z",
	    "<noscript>" BOX("", "maps.example") "<object hidden=\"\" >"
						 "</noscript>z");
}

/* How these go on hangs on what is open in them, which a box would change. */
static void
no_box_stands_where_it_would_tell(void **state)
{
	(void)state;
	check_inside("<math><mi><table><object data=//maps.example/a>",
	    "<math><mi><table><object >");
	check_inside("<svg><foreignObject><a><video src=//maps.example/a "
		     "autoplay>x</video></a></foreignObject></svg>y",
	    "<svg><foreignObject><a><video  autoplay>x</video></a>"
	    "</foreignObject></svg>y");
	check_inside("<svg><desc><p><iframe src=//maps.example/a></iframe>x"
		     "</p></desc></svg>y",
	    "<svg><desc><p>x</p></desc></svg>y");
	assert_int_equal(counts.withheld, 1);
	check_inside("<svg><desc><noscript><embed src=//maps.example/a>"
		     "</noscript></desc></svg>",
	    "<svg><desc><noscript></noscript></desc></svg>");
	check_inside("<select><video src=//maps.example/a><textarea>x"
		     "</textarea>",
	    "<select><video ><textarea>x</textarea>");
	/* what ends the drawing is outside of it, and so is what follows */
	check_inside("<svg><g><embed src=//maps.example/a>x",
	    "<svg><g>" BOX("", "maps.example") "x");
	check_inside("<svg><g></g></svg><object data=//maps.example/a>",
	    "<svg><g></g></svg>" BOX(
		"", "maps.example") "<object hidden=\"\" >");
}

/* A link inside a link would end the one around it. */
static void
inside_a_link_a_box_has_none(void **state)
{
	(void)state;
	box = "<i>{vendor} waits</i><a href=/p>c</a>";
	check_inside("<a href=/own><embed src=//maps.example/x>y</a>",
	    "<a href=/own>" BOX("", "maps.example") "y</a>");
	check_inside("<a href=/own><noscript><embed src=//maps.example/x>"
		     "</noscript></a>",
	    "<a href=/own><noscript>" BOX(
		"", "maps.example") "</noscript></a>");
	check_inside("<A name=open><p><svg><a></a></svg>"
		     "<embed src=//maps.example/x>",
	    "<A name=open><p><svg><a></a></svg>" BOX("", "maps.example"));
	check_inside("<a>x</a><svg><a>y</a></svg><embed src=//maps.example/x>",
	    "<a>x</a><svg><a>y</a></svg>"
	    "<span class=\"consent-box\">"
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" aria-hidden=\"true\">"
	    "</svg><i><bdi>maps.example</bdi> waits</i><a "
	    "href=/p>c</a></span>");
}

static void
what_is_no_embed_is_removed(void **state)
{
	(void)state;
	check_inside("<img src=//maps.example/p><script src=//maps.example/>"
		     "</script><script>myMaps()</script>",
	    "");
	check_inside("<video poster=//maps.example/p src=/a></video>",
	    "<video  src=/a></video>");
	check_inside("<b onclick=myMaps() style='a:url(//maps.example/)'>x</b>",
	    "<b  style=\"a:url(about:invalid)\">x</b>");
	/* without a box there is none */
	box = "";
	check_inside("<iframe src=//maps.example/></iframe>", "");
	check_inside("<video src=//maps.example/a>x", "<video >x");
}

static void
neutral_elements_keep_what_they_would_load(void **state)
{
	(void)state;
	check_inside("<script async src='//ads.example/a?b&amp;c' "
		     "type=module></script>",
	    "<script data-consent-src=\"//ads.example/a?b&amp;c\" "
	    "data-consent-type=\"module\" data-consent-category=\"ads\" async  "
	    "type=\"text/plain\"></script>");
	check_inside("<script src=//ads.example/></script>",
	    "<script data-consent-src=\"//ads.example/\" type=\"text/plain\" "
	    "data-consent-category=\"ads\" ></script>");
	check_inside("<iframe src=//ads.example/ width=1></iframe>",
	    "<iframe data-consent-src=\"//ads.example/\" "
	    "data-consent-category=\"ads\"  width=1></iframe>");
	check_inside("<img src=//ads.example/ srcset='/a, //ads.example/b 2x'>",
	    "<img data-consent-src=\"//ads.example/\" "
	    "data-consent-category=\"ads\" data-consent-srcset=\"/a, "
	    "//ads.example/b 2x\"  >");
	assert_int_equal(counts.withheld, 2);
	/* what is noted is not what was read inside of it */
	check_inside("<iframe src=\"data:text/html,&lt;img alt='a&amp;amp;b' "
		     "src=//ads.example/>&amp;amp;\"></iframe>",
	    "");
	check_inside("<script src=//gone.example/></script>", "");
	check_inside("<svg><image href=//ads.example/ /></svg>",
	    "<svg><image  /></svg>");
	check_inside("<b style='a:url(//ads.example)' onclick=myAds()>x</b>",
	    "<b style=\"a:url(about:invalid)\" >x</b>");
}

static void
neutral_scripts_keep_their_text(void **state)
{
	(void)state;
	check_inside("<script>myAds(\"<!-- &amp;\")</SCRIPT >x",
	    "<script type=\"text/plain\" data-consent-category=\"ads\">"
	    "myAds(\"<!-- &amp;\")</script>x");
	check_inside("<script type=text/javascript id=a>myAds()</script>",
	    "<script data-consent-type=\"text/javascript\" "
	    "data-consent-category=\"ads\" type=\"text/plain\" id=a>"
	    "myAds()</script>");
	check_inside("<iframe srcdoc='<script>myAds()</script>' "
		     "onload=myAds()></iframe>",
	    "<iframe srcdoc=\"<script type=&quot;text/plain&quot; "
	    "data-consent-category=&quot;ads&quot;>myAds()</script>\" "
	    "></iframe>");
	check_inside("<svg><script>myAds()</script></svg>", "<svg></svg>");
	/* what its tag lost by itself stays lost */
	check_inside(
	    "<script attributionsrc=//gone.example/ id=a>myAds()</script>",
	    "<script type=\"text/plain\" data-consent-category=\"ads\"  id=a>"
	    "myAds()</script>");
	check_inside("<script attributionsrc=//ads.example/>myAds()</script>",
	    "<script data-consent-attributionsrc=\"//ads.example/\" "
	    "type=\"text/plain\" data-consent-category=\"ads\" >"
	    "myAds()</script>");
	check_inside("<script attributionsrc=//gone.example/>a()</script>"
		     "<script>myAds()</script>",
	    "<script >a()</script><script type=\"text/plain\" "
	    "data-consent-category=\"ads\">myAds()</script>");
}

#define ACTION_TEST(f)                                                         \
	cmocka_unit_test_setup_teardown(f, setup_actions, teardown_actions)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ACTION_TEST(embeds_become_a_box),
	    ACTION_TEST(a_box_leads_to_its_embed_shown_once),
	    ACTION_TEST(a_box_stands_before_what_has_content),
	    ACTION_TEST(no_box_stands_where_it_would_tell),
	    ACTION_TEST(inside_a_link_a_box_has_none),
	    ACTION_TEST(what_is_no_embed_is_removed),
	    ACTION_TEST(neutral_elements_keep_what_they_would_load),
	    ACTION_TEST(neutral_scripts_keep_their_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
