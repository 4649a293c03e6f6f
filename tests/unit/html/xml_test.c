#include "html/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "html/attribute.h"

#define HTML "xmlns=\"http://www.w3.org/1999/xhtml\""
#define SVG "xmlns=\"http://www.w3.org/2000/svg\""
#define XLINK "xmlns:xlink=\"http://www.w3.org/1999/xlink\""

/*
 * A handler that goes by URLs and texts with "bad" in them: elements with such
 * a URL go, in a title attribute the attribute goes, held texts go.
 */
static bool
is_bad(struct rewriter_tag *tag, const char *name)
{
	struct buf scratch;
	struct span value;
	bool bad;

	buf_init(&scratch, 1 << 20);
	bad = rewriter_tag_attribute(tag, span_of(name), &scratch, &value) ==
		  CONSENT_OK &&
	      span_search(value, SPAN("bad")) < value.n;
	buf_fini(&scratch);
	return bad;
}

static enum rewriter_verdict
on_start_tag(void *ctx, struct rewriter_tag *tag, struct buf *replacement)
{
	struct attribute_change change = {.name = SPAN("title")};
	struct span name = rewriter_tag_name(tag);

	(void)ctx;
	if (is_bad(tag, "src") || is_bad(tag, "href") ||
	    is_bad(tag, "xlink:href"))
		return REWRITER_DROP_ELEMENT;
	if (is_bad(tag, "data")) /* replaced, by XML or not */
		return buf_append(replacement, is_bad(tag, "type")
						   ? SPAN("<br>")
						   : SPAN("<b>box</b>")) ==
			       CONSENT_OK
			   ? REWRITER_REPLACE
			   : REWRITER_FAIL;
	if (is_bad(tag, "title")) {
		assert_int_equal(attribute_edit(rewriter_tag_raw(tag), &change,
				     1, replacement),
		    CONSENT_OK);
		return REWRITER_EDIT;
	}
	return span_equal(name, SPAN("script")) ||
		       span_equal(name, SPAN("style")) ||
		       span_equal(name, SPAN("noscript"))
		   ? REWRITER_HOLD
		   : REWRITER_KEEP;
}

static enum rewriter_verdict
on_element(void *ctx, struct rewriter_tag *tag, struct span text,
    struct buf *replacement)
{
	(void)ctx;
	(void)tag;
	if (span_search(text, SPAN("edit")) < text.n)
		return buf_append(replacement, SPAN("a<b")) == CONSENT_OK
			   ? REWRITER_EDIT
			   : REWRITER_FAIL;
	return span_search(text, SPAN("bad")) < text.n ? REWRITER_DROP_ELEMENT
						       : REWRITER_KEEP;
}

static int
on_body(void *ctx, struct span *insert)
{
	(void)ctx;
	*insert = SPAN("<b>B</b>");
	return 0;
}

static int
on_head(void *ctx, struct span *insert)
{
	(void)ctx;
	*insert = SPAN("<b>H</b>");
	return 0;
}

static int
on_out(void *ctx, struct span bytes, enum sink_mark mark)
{
	(void)mark;
	return buf_append(ctx, bytes);
}

/* One that is called essential may be of any length. */
static enum rewriter_verdict
on_too_long(void *ctx, struct rewriter_tag *tag)
{
	struct attribute a;

	(void)ctx;
	return attribute_find(rewriter_tag_raw(tag), SPAN("essential"), &a)
		   ? REWRITER_KEEP
		   : REWRITER_FAIL;
}

static const struct rewriter_handler handler = {
    on_start_tag, on_element, on_body, on_head, on_too_long, NULL, NULL};

/* Rewrites in pieces of step bytes, or at random for 0, to out. */
static int
run(struct span in, size_t step, struct buf *out)
{
	static unsigned seed = 1;
	struct rewriter_options options = {
	    .tag_max = 4096, .text_max = 8192, .start = REWRITER_PAGE};
	struct xml *x =
	    xml_new(&options, &handler, NULL, (struct sink){on_out, out});
	int rc = CONSENT_OK;

	assert_non_null(x);
	while (rc == CONSENT_OK && in.n > 0) {
		size_t n = step;
		struct span piece;
		char *copy;

		seed = seed * 1103515245u + 12345u;
		if (step == 0)
			n = (seed >> 16) % 16 + 1;
		piece = span_sub(in, 0, n);
		copy = malloc(piece.n);
		assert_non_null(copy);
		memcpy(copy, piece.p, piece.n);
		rc = xml_write(x, (struct span){copy, piece.n}, SINK_MORE);
		free(copy);
		in = span_sub(in, piece.n, in.n);
	}
	if (rc == CONSENT_OK)
		rc = xml_write(x, SPAN(""), SINK_LAST);
	xml_free(x);
	return rc;
}

/* The same however it is cut; out NULL: the page is cut. */
static void
expect(const char *in, const char *out)
{
	static const size_t steps[] = {SIZE_MAX, 1, 2, 3, 0, 0, 0, 0, 0, 0};
	size_t i;

	for (i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		struct buf got;
		int rc;

		buf_init(&got, 1 << 20);
		rc = run(span_of(in), steps[i], &got);
		if (rc != (out == NULL ? CONSENT_ELIMIT : CONSENT_OK))
			fail_msg("%d for %s", rc, in);
		if (out != NULL && !span_equal(buf_span(&got), span_of(out)))
			fail_msg("%s\ninto %.*s\nnot  %s", in,
			    SPAN_ARG(buf_span(&got)), out);
		buf_fini(&got);
	}
}

static void
expect_same(const char *in)
{
	expect(in, in);
}

static void
what_is_innocent_stays_byte_for_byte(void **state)
{
	(void)state;
	expect_same("<a/>");
	expect_same("\xEF\xBB\xBF<?xml version='1.0'?>\n<a />\n<!-- e -->\n");
	expect_same("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
		    "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\"\n"
		    " \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">\n"
		    "<svg " SVG " viewBox='0 0 1 1'><g><path d = \"M0\"/></g>"
		    "<style>a &gt; b {}</style><![CDATA[<bad src='bad'>]]>"
		    "</svg>");
	expect_same("<!DOCTYPE a [<!ELEMENT a ANY> <!-- > ] --><?x > ]?>"
		    "<!ATTLIST a b CDATA #IMPLIED><!ENTITY e \"x>]y\">]>"
		    "<a b='&e;'>&e; text > ] &amp; &#60;script&#62;</a>");
	expect_same("<p:a xmlns:p='urn:x'><p:b p:c='>'/>\xC3\xA9</p:a >");
	expect_same("<rss><item><src>bad</src><link>http://bad/</link></item>"
		    "</rss>");
	expect_same("<script src='bad'/>"); /* of no namespace */
	expect_same("<h " HTML "><SCRIPT>bad</SCRIPT><x><img SRC='bad'/></x>"
		    "</h>");
	expect_same("");
}

static void
what_is_not_stays_out(void **state)
{
	(void)state;
	expect("<svg " SVG "><image href='bad.png'/><g/></svg>",
	    "<svg " SVG "><g/></svg>");
	expect("<svg " SVG " " XLINK "><use xlink:href='bad'><a><b/></a></use>x"
	       "</svg>",
	    "<svg " SVG " " XLINK ">x</svg>");
	/* whatever the prefixes are called */
	expect("<s:svg xmlns:s='http://www.w3.org/2000/svg' "
	       "xmlns:z='http://www.w3.org/1999/xlink'>"
	       "<s:script z:href='b&#97;d'/><s:g z:title='bad'/></s:svg>",
	    "<s:svg xmlns:s='http://www.w3.org/2000/svg' "
	    "xmlns:z='http://www.w3.org/1999/xlink'>"
	    "<s:g z:title='bad'/></s:svg>");
	expect("<r><h:img xmlns:h='http://www.w3.org/1999/xht&#x6d;l' "
	       "src = \"bad\"></h:img><img src='bad'/></r>",
	    "<r><img src='bad'/></r>");
	/* a prefix ends with its element */
	expect("<a xmlns:p='urn:p'><b xmlns:p='http://www.w3.org/2000/svg'>"
	       "<p:image href='bad'/></b><p:image href='bad'/></a>",
	    "<a xmlns:p='urn:p'><b xmlns:p='http://www.w3.org/2000/svg'>"
	    "</b><p:image href='bad'/></a>");
	/* capitals make another attribute */
	expect("<img " HTML " SRC='x' src='bad'/>", "");
	/* entities are what they say */
	expect("<!DOCTYPE a [<!ENTITY e 'ba'><!ENTITY e 'no'>"
	       "<!ENTITY h \"http://www.w3.org/1999/xhtml\">]>"
	       "<a xmlns='&h;'><img src='x&e;d'/></a>",
	    "<!DOCTYPE a [<!ENTITY e 'ba'><!ENTITY e 'no'>"
	    "<!ENTITY h \"http://www.w3.org/1999/xhtml\">]>"
	    "<a xmlns='&h;'></a>");
}

static void
boxes_stand_where_xml_takes_them(void **state)
{
	(void)state;
	expect("<a " HTML "><object data='bad'>x</object>y</a>",
	    "<a " HTML "><b>box</b>y</a>");
	expect("<a " HTML "><object data='bad'/>y</a>",
	    "<a " HTML "><b>box</b>y</a>");
	/* no XML, another namespace, instead of the root */
	expect("<a " HTML "><object data='bad' type='bad'/>y</a>",
	    "<a " HTML ">y</a>");
	expect("<svg " SVG "><h:object xmlns:h='http://www.w3.org/1999/xhtml' "
	       "data='bad'/></svg>",
	    "<svg " SVG "></svg>");
	expect("<object " HTML " data='bad'/>", "");
}

static void
tags_are_edited_in_their_own_names(void **state)
{
	(void)state;
	expect("<h:p xmlns:h='http://www.w3.org/1999/xhtml' title='bad' "
	       "id='a&amp;b' viewBox='q\"' xml:lang='x'>t</h:p>",
	    "<h:p xmlns:h=\"http://www.w3.org/1999/xhtml\" "
	    "id=\"a&amp;b\" viewBox=\"q&quot;\" xml:lang=\"x\">t</h:p>");
	expect("<br " HTML " title='bad'\n/>", "<br " HTML "/>");
}

static void
scripts_are_read_as_the_tree_has_them(void **state)
{
	(void)state;
	expect(
	    "<a " HTML "><script>b&#97;d</script>x</a>", "<a " HTML ">x</a>");
	expect("<a " HTML "><script>b<![CDATA[ad]]></script>x</a>",
	    "<a " HTML ">x</a>");
	expect("<a " HTML "><script>b<!-- bad -->a</script></a>",
	    "<a " HTML "><script>b<!-- bad -->a</script></a>");
	expect("<a " HTML "><style type='x'>edit &lt;</style></a>",
	    "<a " HTML "><style type='x'>a&lt;b</style></a>");
	expect("<svg " SVG "><script>//<![CDATA[\nbad()//]]></script></svg>",
	    "<svg " SVG "></svg>");
	expect_same("<a " HTML "><script>a &amp;&amp; b</script></a>");
	/* markup inside is none of the script, and none for a browser */
	expect("<a " HTML "><script>x<b/></script></a>", NULL);
	/* a noscript is ordinary content */
	expect("<a " HTML "><noscript><img src='bad'/>t</noscript></a>",
	    "<a " HTML "><noscript>t</noscript></a>");
}

static void
style_sheets_are_asked_about(void **state)
{
	(void)state;
	expect("<?xml-stylesheet type='text/css' href='http://bad/x'?><a/>",
	    "<a/>");
	expect("<?xml-stylesheet href=\"b&#97;d.xsl\" type=\"text/xsl\"?><a/>",
	    "<a/>");
	expect_same("<?xml-stylesheet type='text/css' href='good.css'?><a/>");
	expect_same("<?xml-stylesheet title='bad'?><a/>");
	expect_same("<?other href='bad'?><a/>");
	/* what a style sheet writes */
	expect("<t:transform xmlns:t='http://www.w3.org/1999/XSL/Transform'>"
	       "<t:template match='/'><html><script src='bad'/></html>"
	       "</t:template></t:transform>",
	    "<t:transform xmlns:t='http://www.w3.org/1999/XSL/Transform'>"
	    "<t:template match='/'><html></html>"
	    "</t:template></t:transform>");
}

static void
head_and_body_begin_in_xhtml(void **state)
{
	(void)state;
	expect("<html " HTML "><head><title/></head><body class='x'>t</body>"
	       "</html>",
	    "<html " HTML "><head><b>H</b><title/></head><body class='x'>"
	    "<b>B</b>t</body></html>");
	/* not elsewhere, and not where it would be of another namespace */
	expect_same("<html " HTML "><body/></html>");
	expect_same("<html " HTML "><div><body>x</body></div></html>");
	expect_same("<svg " SVG "><body>x</body></svg>");
	expect_same("<h:html xmlns:h='http://www.w3.org/1999/xhtml'><h:body>"
		    "</h:body></h:html>");
}

static void
what_is_not_well_formed_is_cut(void **state)
{
	static const char *const broken[] = {"x", "<a>", "<a></b>", "<a/><b/>",
	    "<a/>x", "<a", "<a b></a>", "<a b=c/>", "<a b='<'/>",
	    "<a b='1'c='2'/>", "<a><!-- -- --></a>", "<a><!-- x---></a>",
	    "< a/>", "<a><></></a>", "<a>&lt;</a", " <?xml version='1.0'?><a/>",
	    "<a><?xml version='1.0'?></a>", "<!x><a/>", "<a><!DOCTYPE a></a>",
	    "<a:b:c/>", "<:a/>", "</a>", "<![CDATA[x]]>",
	    "<a><script " HTML ">&nope;</script></a>",
	    "<img " HTML " src='&nope;'/>", "<a " HTML "><script>bad",
	    "<a b='&unfinished'/>"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof broken / sizeof broken[0]; i++)
		expect(broken[i], NULL);
}

/* What may bring markup or attributes of its own. */
static void
declarations_that_hide_markup_are_cut(void **state)
{
	static const char *const subsets[] = {"%p;",
	    "<!ENTITY % p \"<!ENTITY e 'x'>\">", "<!ENTITY e SYSTEM 'e.xml'>",
	    "<!ENTITY e \"<script/>\">", "<!ENTITY e '&#60;script/>'>",
	    "<!ENTITY e '&f;'>", "<!ATTLIST a xlink:href CDATA 'bad'>",
	    "<!ATTLIST a b CDATA #FIXED \"c\">", "<!ENTITY e>",
	    "<?xml-stylesheet href='bad'?>", "<![INCLUDE[]]>", "x",
	    "<!ENTITY e 'x' NDATA y>"};
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof subsets / sizeof subsets[0]; i++) {
		(void)snprintf(
		    text, sizeof text, "<!DOCTYPE a [%s]><a/>", subsets[i]);
		expect(text, NULL);
	}
}

static void
ceilings_cut(void **state)
{
	struct buf in, out;
	int i;

	(void)state;
	buf_init(&in, 1 << 20);
	buf_init(&out, 1 << 20);
	for (i = 0; i < 3000; i++)
		assert_int_equal(buf_append(&in, SPAN("<a>")), CONSENT_OK);
	assert_int_equal(run(buf_span(&in), 100, &out), CONSENT_ELIMIT);
	buf_clear(&in);
	assert_int_equal(buf_printf(&in, "<a b='%05000d'/>", 0), CONSENT_OK);
	assert_int_equal(run(buf_span(&in), 100, &out), CONSENT_ELIMIT);
	buf_clear(&in);
	assert_int_equal(
	    buf_printf(&in, "<a " HTML "><script>%09000d</script></a>", 0),
	    CONSENT_OK);
	assert_int_equal(run(buf_span(&in), 100, &out), CONSENT_ELIMIT);
	buf_clear(&in);
	buf_clear(&out);
	assert_int_equal(buf_printf(&in,
			     "<a " HTML "><script essential='1'>%09000d"
			     "</script></a>",
			     0),
	    CONSENT_OK);
	assert_int_equal(run(buf_span(&in), 100, &out), CONSENT_OK);
	assert_true(span_equal(buf_span(&in), buf_span(&out)));
	/* text has none */
	buf_clear(&in);
	assert_int_equal(buf_printf(&in, "<a>%0100000d</a>", 0), CONSENT_OK);
	buf_clear(&out);
	assert_int_equal(run(buf_span(&in), 777, &out), CONSENT_OK);
	assert_true(span_equal(buf_span(&in), buf_span(&out)));
	buf_fini(&in);
	buf_fini(&out);
}

static void
content_fits_or_not(void **state)
{
	(void)state;
	assert_true(xml_fits(SPAN("")));
	assert_true(xml_fits(SPAN("text <b>x</b><br/> &amp;")));
	assert_false(xml_fits(SPAN("<br>")));
	assert_false(xml_fits(SPAN("<p hidden>x</p>")));
	assert_false(xml_fits(SPAN("</p><p>")));
	assert_false(xml_fits(SPAN("<p>")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_innocent_stays_byte_for_byte),
	    cmocka_unit_test(what_is_not_stays_out),
	    cmocka_unit_test(boxes_stand_where_xml_takes_them),
	    cmocka_unit_test(tags_are_edited_in_their_own_names),
	    cmocka_unit_test(scripts_are_read_as_the_tree_has_them),
	    cmocka_unit_test(style_sheets_are_asked_about),
	    cmocka_unit_test(head_and_body_begin_in_xhtml),
	    cmocka_unit_test(what_is_not_well_formed_is_cut),
	    cmocka_unit_test(declarations_that_hide_markup_are_cut),
	    cmocka_unit_test(ceilings_cut),
	    cmocka_unit_test(content_fits_or_not),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
