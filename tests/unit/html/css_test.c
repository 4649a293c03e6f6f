#include "html/css.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Walks text; the values go to out, each with a '|' behind. */
static void
walk(struct span text, struct buf *out)
{
	struct css_walk w;
	struct css_url url;
	struct buf scratch;
	int rc;

	buf_init(&scratch, 1 << 20);
	css_begin(&w, text);
	while ((rc = css_next(&w, &scratch, &url)) == CONSENT_OK) {
		assert_true(url.raw.p >= text.p);
		assert_true(url.raw.p + url.raw.n <= text.p + text.n);
		assert_int_equal(buf_append(out, url.value), 0);
		assert_int_equal(buf_append_byte(out, '|'), 0);
	}
	assert_int_equal(rc, CONSENT_ENOENT);
	buf_fini(&scratch);
}

static void
check_span(struct span text, const char *expected)
{
	struct buf out;

	buf_init(&out, 1 << 20);
	walk(text, &out);
	assert_int_equal(buf_append_byte(&out, '\0'), 0);
	assert_string_equal(out.p, expected);
	buf_fini(&out);
	if (expected[0] != '\0')
		assert_true(css_may_fetch(text));
}

/* The URLs that are told of text are these, each with a '|' behind. */
static void
check(const char *text, const char *expected)
{
	check_span(span_of(text), expected);
}

static void
urls_without_quotes_are_told(void **state)
{
	(void)state;
	check("a{background:url(x.png)}", "x.png|");
	check("a{background:URL( \t\nx.png\r\n )}", "x.png|");
	check("url(a)url(b) url(c)", "a|b|c|");
	check("url()", "|");
	check("url(a", "a|");
	check("url(a ", "a|");
	check("url(https://a.example/?b=c&d;e,f#g)",
	    "https://a.example/?b=c&d;e,f#g|");
}

static void
urls_with_quotes_are_told(void **state)
{
	(void)state;
	check("a{b:url(\"x\")}", "x|");
	check("a{b:url( 'x' )}", "x|");
	check("a{b:url(/**/\"x\")}", ""); /* that is a bad URL */
	check("a{b:url('x' crossorigin(anonymous))}", "x|");
	check("a{b:src(\"x\")}", "x|");
	check("a{b:url(\"a)b\") url('c\"d')}", "a)b|c\"d|");
	check("url(\"a", "a|");
	check("url(''", "|");
}

/* 4.3.7: hex digits and one blank, or the code point itself */
static void
escapes_are_resolved(void **state)
{
	(void)state;
	check("\\75rl(x)", "x|");
	check("\\000075 rl(x)", "x|");
	check("\\75\r\nrl(x)", "x|");
	check("u\\72 l(x)", "x|");
	check("\\u\\r\\l(x)", "x|");
	check("u\\52 L(x)", "x|");
	check("url(\\68 ttps\\3A//a)", "https://a|");
	check("url(a\\)b)", "a)b|");
	check("url(a\\ b)", "a b|");
	check("url('a\\'b')", "a'b|");
	check("url('a\\\nb\\\r\nc\\\fd')", "abcd|");
	check("url('\\e9\\20AC \\1F600 ')", "\xC3\xA9\xE2\x82\xAC"
					    "\xF0\x9F\x98\x80|");
	check("url('\\0\\D800 \\110000 ')",
	    "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD|");
	check("url('a\\", "a|"); /* the text ends */
	check("url(a\\", "a|");
	check("@\\69mport 'x'", "x|");
	check("image-\\73 et('x' 1x)", "x|");
	check_span(SPAN("url(a\0b)"), "a\xEF\xBF\xBD"
				      "b|");
}

/* 4.3.6 and 4.3.14 */
static void
bad_urls_fetch_nothing(void **state)
{
	(void)state;
	check("url(a b) url(c)", "c|");
	check("url(a'b) url(c)", "c|");
	check("url(a\"b) url(c)", "c|");
	check("url(a(b) url(c)", "c|");
	check("url(a\x01) url(c)", "c|");
	check("url(a\\\nb) url(c)", "c|");
	check("url(a b\\) url(c) url(d)", "d|");
	check("url(a b", "");
}

/* 4.3.5: a newline ends it, and what follows is read on */
static void
bad_strings_fetch_nothing(void **state)
{
	(void)state;
	check("a{b:'x\n') url(c)}", "");
	check("a{b:url('x\n) url(c)}", "c|");
	check("@import 'x\n; @import 'y';", "y|");
}

static void
names_are_whole(void **state)
{
	(void)state;
	check("xurl(a)", "");
	check("-url(a)", "");
	check("--url(a)", "");
	check("1url(a)", "");
	check("1e3url(a)", "");
	check("1.5-url(a)", "");
	check("#url(a)", "");
	check("@url(a)", "");
	check("url (a)", "");
	check("\xC3\xA9url(a)", "");
	/* a number that ends before the dot, a delimiter */
	check("1.url(a)", "a|");
	check("+url(a)", "a|");
	check("1%url(a)", "a|");
	check("1e+url(a)", "a|");
	check("-->url(a)", "a|");
	check("<!--url(a)-->", "a|");
	check("U+26url(a)", "");
	check("!url(a)", "a|");
	check("$url(a)/url(b)", "a|b|");
}

static void
imports_are_told(void **state)
{
	(void)state;
	check("@import \"x\";", "x|");
	check("@IMPORT 'x' layer(a) supports(b:c) screen;", "x|");
	check("@import/**/ /**/'x'", "x|");
	check("@import url(x);", "x|");
	check("@import url('x');", "x|");
	check("@import'x';@import\"y\"", "x|y|");
	check("@import foo 'x';", "");
	check("@important 'x';", "");
	check("@charset \"utf-8\";@import 'x'", "x|");
}

static void
sets_of_images_are_told(void **state)
{
	(void)state;
	check("a{b:image-set(\"x\" 1x, 'y' 2x)}", "x|y|");
	check("a{b:-WEBKIT-image-set('x' 1x)}", "x|");
	check("a{b:image-set('x' type('image/avif') 1x, url(y) 2x)}", "x|y|");
	check("a{b:image('x', red)}", "x|");
	check("a{b:cross-fade(image('x'), 'y')}", "x|y|");
	check("a{b:image-set(var(--c, 'x') 1x)}", "x|");
	check("a{b:image-set(('x') 1x)}", "x|");
	check("a{b:image-set(linear-gradient(red) 1x);content:'z'}", "");
	check("@font-face{src:url(x) format('woff2'),local('A')}", "x|");
}

static void
custom_properties_carry_absolute_urls(void **state)
{
	(void)state;
	check("a{--b:'https://x'}", "https://x|");
	check("a{--b : \"//x/y\"; content:'https://y'}", "//x/y|");
	check("a{--b/**/:f({;'HTTP://x'}) '\\\\\\\\y'}", "HTTP://x|\\\\y|");
	check("--b:'https://x';--c:'plain'", "https://x|");
	check("a{--b:url(x)}", "x|");
	check("a{--b:'x';c:d}e{content:'https://x'}", "");
	check("a{content:'https://x'}", "");
	check("a{content:var(--b)'https://x'}", "");
	check("@property --b{syntax:'<string>';initial-value:'//x'}", "//x|");
	check("@function --f(){result:'//x'}a{content:'//y'}", "//x|");
}

static void
what_fetches_nothing_is_not_told(void **state)
{
	(void)state;
	check("/* url(x) @import 'x' */", "");
	check("/* url(x)", "");
	check("/*/ url(x) */url(y)", "y|");
	check("a{content:\"url(x)\"}", "");
	check("a[href='http://x']{}", "");
	check("a[href=\"url(x)\"]::before{content:'@import \"x\"'}", "");
	check("@namespace svg url(http://x);@import 'y'", "y|");
	check("@namespace url('http://x') 'z';a{b:url(y)}", "y|");
	check("@namespace \"http://x\";", "");
	check("@-moz-document url(x){a{b:url(y)}}", "y|");
	check("url", "");
	check("", "");
	assert_false(css_may_fetch(SPAN("color:red;margin:0 auto")));
}

/* 5.4.8: a block ends at its own bracket only */
static void
brackets_are_matched(void **state)
{
	(void)state;
	check("a{b:image-set(]}'x' 1x)}c{content:'y'}", "x|");
	check("a{b:f(image-set('x' 1x) 'y')}", "x|");
	check("}})image-set('x'){content:'y'}", "x|");
	check("a{b:image-set([ 'x' ) ] 'y')}c{content:'z'}", "x|y|");
}

static void
no_depth_hides_a_url(void **state)
{
	struct buf text, scratch;
	struct css_walk w;
	struct css_url url;
	size_t i;

	(void)state;
	buf_init(&text, 1 << 20);
	buf_init(&scratch, 1 << 10);
	for (i = 0; i < CSS_DEPTH + 10; i++)
		assert_int_equal(buf_append(&text, SPAN("f(")), 0);
	assert_int_equal(
	    buf_append(&text, SPAN("image-set('x' 1x) url(y)")), 0);
	css_begin(&w, buf_span(&text));
	assert_int_equal(css_next(&w, &scratch, &url), 0);
	assert_true(span_equal(url.value, SPAN("x")));
	assert_int_equal(css_next(&w, &scratch, &url), 0);
	assert_true(span_equal(url.value, SPAN("y")));
	assert_int_equal(css_next(&w, &scratch, &url), CONSENT_ENOENT);
	buf_fini(&text);
	buf_fini(&scratch);
}

/* The bytes to replace are those between quotes or brackets, no others. */
static void
raw_is_what_stands_in_the_text(void **state)
{
	static const char text[] = "url( \\61 ) url(' b\\62 ')";
	struct css_walk w;
	struct css_url url;
	struct buf scratch;

	(void)state;
	buf_init(&scratch, 1 << 10);
	css_begin(&w, span_of(text));
	assert_int_equal(css_next(&w, &scratch, &url), 0);
	assert_true(span_equal(url.raw, SPAN("\\61 ")));
	assert_true(span_equal(url.value, SPAN("a")));
	assert_int_equal(css_next(&w, &scratch, &url), 0);
	assert_true(span_equal(url.raw, SPAN(" b\\62 ")));
	assert_true(span_equal(url.value, SPAN(" bb")));
	buf_fini(&scratch);
}

static void
a_value_over_the_ceiling_is_said(void **state)
{
	struct css_walk w;
	struct css_url url;
	struct buf scratch;

	(void)state;
	buf_init(&scratch, 4);
	css_begin(&w, SPAN("url(\\61 bcdef)"));
	assert_int_equal(css_next(&w, &scratch, &url), CONSENT_ELIMIT);
	buf_fini(&scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(urls_without_quotes_are_told),
	    cmocka_unit_test(urls_with_quotes_are_told),
	    cmocka_unit_test(escapes_are_resolved),
	    cmocka_unit_test(bad_urls_fetch_nothing),
	    cmocka_unit_test(bad_strings_fetch_nothing),
	    cmocka_unit_test(names_are_whole),
	    cmocka_unit_test(imports_are_told),
	    cmocka_unit_test(sets_of_images_are_told),
	    cmocka_unit_test(custom_properties_carry_absolute_urls),
	    cmocka_unit_test(what_fetches_nothing_is_not_told),
	    cmocka_unit_test(brackets_are_matched),
	    cmocka_unit_test(no_depth_hides_a_url),
	    cmocka_unit_test(raw_is_what_stands_in_the_text),
	    cmocka_unit_test(a_value_over_the_ceiling_is_said),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
