#include "paging.h"

#include <string.h>

#include "base/embedded.h"

#include <libconsent/stubs.h>

/* What stands where a vendor's script was: the functions that pages call. */

static const char policy_text[] =
    "version = \"1\"; unknown_cookie = \"ads\";\n"
    "categories = ( { id = \"essential\"; required = true; },\n"
    " { id = \"ads\"; } );\n"
    "vendors = ( { name = \"meta-pixel\"; category = \"ads\"; },\n"
    " { name = \"matomo\"; category = \"ads\"; },\n"
    " { name = \"hotjar\"; category = \"ads\"; action = \"neutralise\"; },\n"
    " { name = \"clarity\"; category = \"ads\"; stubs = [ ]; } );\n"
    "resources = ( { host = \"ads.example\"; category = \"ads\"; } );\n";

static int
setup_stubs(void **state)
{
	(void)setup(state);
	use_policy(policy_text);
	return 0;
}

#define STUBS(f) cmocka_unit_test_setup_teardown(f, setup_stubs, teardown)

#define FBQ "<script src=//connect.facebook.net/x/fbevents.js>a</script>"
#define PAQ "<script>_paq.push(['trackPageView'])</script>"

/* The script with the text of a file, in a few rotating buffers. */
static const char *
script(const char *tag, const char *before, const char *after)
{
	static char texts[4][4096];
	static unsigned next;
	struct span text = span_trim(embedded_span(embedded_find(
	    embedded_scripts, embedded_scripts_count, SPAN("stubs.min.js"))));
	char *out = texts[next++ % 4];

	assert_true(snprintf(out, sizeof texts[0], "%s%s%.*s()%s</script>", tag,
			before, SPAN_ARG(text), after) < (int)sizeof texts[0]);
	return out;
}

static const char *
html(const char *names)
{
	char tag[128];

	(void)snprintf(
	    tag, sizeof tag, "<script data-consent-stubs=\"%s\">", names);
	return script(tag, "", "");
}

/* Page text of up to three parts, with b in the place of the marks. */
static const char *
join(const char *a, const char *b, const char *c)
{
	static char texts[4][8192];
	static unsigned next;
	char *out = texts[next++ % 4];

	assert_true(snprintf(out, sizeof texts[0], "%s%s%s", a, b, c) <
		    (int)sizeof texts[0]);
	return out;
}

static void
a_script_leaves_what_pages_call(void **state)
{
	(void)state;
	check_inside(FBQ, html("fbq"));
	check_inside(PAQ, html("_paq.push _mtm.push"));
	check_inside("<script src=data:,fbq('init')></script>", html("fbq"));
	check_inside("<table><script>fbq('init')</script><tr><td>x</table>",
	    join("<table>", html("fbq"), "<tr><td>x</table>"));
	check_inside("<select><script>fbq('init')</script><option>x</select>",
	    join("<select>", html("fbq"), "<option>x</select>"));
	assert_int_equal(counts.withheld, 1);
	/* nobody's, or of one without functions */
	check_inside("<script src=//ads.example/x></script>", "");
	check_inside("<script src=//www.clarity.ms/tag/x></script>", "");
}

static void
a_document_has_them_once(void **state)
{
	(void)state;
	check_inside(FBQ "<p>" FBQ PAQ FBQ PAQ,
	    join(html("fbq"), "<p>", html("_paq.push _mtm.push")));
}

/* A frame's document has a window of its own. */
static void
documents_inside_have_their_own(void **state)
{
	const char *mark = "data-consent-stubs=";
	char *out = filter_pieces(
	    "<body>" FBQ "<iframe srcdoc=\"" FBQ FBQ "\"></iframe>" FBQ, "", 0);
	const char *outer, *inner;

	(void)state;
	assert_non_null(out);
	outer = strstr(out, mark);
	assert_non_null(outer);
	inner = strstr(outer + 1, mark);
	assert_non_null(inner);
	assert_true(inner > strstr(out, "srcdoc="));
	assert_null(strstr(inner + 1, mark));
	free(out);
}

static void
none_stands_where_no_script_runs(void **state)
{
	(void)state;
	check_inside("<noscript>" FBQ "</noscript>", "<noscript></noscript>");
	check_inside("<noscript><iframe srcdoc=\"" FBQ
		     "\"></iframe></noscript>" FBQ,
	    join("<noscript><iframe srcdoc=\"\"></iframe></noscript>",
		html("fbq"), ""));
	check_inside("<template>" FBQ "</template>" FBQ,
	    join("<template></template>", html("fbq"), ""));
	check_inside("<img src=//www.facebook.com/tr?x><link rel=preload "
		     "href=//connect.facebook.net/x/fbevents.js>"
		     "<a onclick=\"fbq('init')\">x</a>" FBQ,
	    join("<a >x</a>", html("fbq"), ""));
}

/* The site's own script starts what is only inert, as if nothing was there. */
static void
what_is_neutralised_has_none(void **state)
{
	char *out;

	(void)state;
	out = filter_pieces("<body><script src=//static.hotjar.com/c/hotjar-1>"
			    "</script><script>_hjSettings</script>",
	    "", 0);
	assert_non_null(out);
	assert_null(strstr(out, "data-consent-stubs"));
	assert_non_null(strstr(out, "text/plain"));
	free(out);
}

static void
the_nonce_is_that_of_the_script(void **state)
{
	(void)state;
	check_inside("<script nonce='a&quot;b' src=//www.facebook.com/tr>"
		     "</script>",
	    script("<script nonce=\"a&quot;b\" data-consent-stubs=\"fbq\">", "",
		""));
	check_inside("<script NONCE=x>fbq('init')</script>",
	    script("<script nonce=\"x\" data-consent-stubs=\"fbq\">", "", ""));
}

static void
svg_reads_its_text_as_markup(void **state)
{
	(void)state;
	check_inside("<svg><script href=//www.facebook.com/tr /><path/></svg>",
	    join("<svg>",
		script(
		    "<script data-consent-stubs=\"fbq\">", "<![CDATA[", "]]>"),
		"<path/></svg>"));
	check_inside("<svg><script>fbq('init')</script></svg>",
	    join("<svg>",
		script(
		    "<script data-consent-stubs=\"fbq\">", "<![CDATA[", "]]>"),
		"</svg>"));
	check_inside("<math><script>fbq('init')</script></math>",
	    "<math><script>fbq('init')</script></math>");
}

#define XML_SCRIPT                                                             \
	script("<script xmlns=\"http://www.w3.org/1999/xhtml\" "               \
	       "data-consent-stubs=\"fbq\">",                                  \
	    "<![CDATA[", "]]>")

static void
xml_gets_it_in_its_own_words(void **state)
{
	const char *svg = "<svg xmlns=\"http://www.w3.org/2000/svg\">";
	const char *h = "<h:html xmlns:h=\"http://www.w3.org/1999/xhtml\">";

	(void)state;
	kind = PAGE_XML;
	check(
	    join(svg, "<script href=\"//www.facebook.com/tr\"/><g/></svg>", ""),
	    join(svg, XML_SCRIPT, "<g/></svg>"));
	check(join(h, "<h:body><h:script>fbq('init')</h:script></h:body>",
		  "</h:html>"),
	    join(h, "<h:body>", join(XML_SCRIPT, "</h:body>", "</h:html>")));
	check(join("<html xmlns=\"http://www.w3.org/1999/xhtml\"><head>",
		  "<template><script>fbq('init')</script></template>",
		  "<script>fbq('init')</script></head></html>"),
	    join("<html xmlns=\"http://www.w3.org/1999/xhtml\"><head>"
		 "<template></template>",
		XML_SCRIPT, "</head></html>"));
}

static void
consent_leaves_the_page_as_it_is(void **state)
{
	(void)state;
	assert_true(stubs_may_stand(&gate));
	grant(3);
	check_stays(FBQ PAQ);
	assert_false(stubs_may_stand(&gate));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STUBS(a_script_leaves_what_pages_call),
	    STUBS(a_document_has_them_once),
	    STUBS(documents_inside_have_their_own),
	    STUBS(none_stands_where_no_script_runs),
	    STUBS(what_is_neutralised_has_none),
	    STUBS(the_nonce_is_that_of_the_script),
	    STUBS(svg_reads_its_text_as_markup),
	    STUBS(xml_gets_it_in_its_own_words),
	    STUBS(consent_leaves_the_page_as_it_is),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
