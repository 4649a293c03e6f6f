#include "html/rewriter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * The pages of these tests say themselves what is to be done: the attribute
 * "do" of a tag is the verdict, the text of a held element what becomes of
 * it. {H} and {B} stand where head and body begin.
 */
struct site {
	enum rewriter_start start;
	bool marks; /* insert {H} and {B} */
	bool ends;  /* insert {E} */
};

static const struct {
	const char *word;
	enum rewriter_verdict verdict;
} verdicts[] = {
    {"tag", REWRITER_DROP_TAG},
    {"element", REWRITER_DROP_ELEMENT},
    {"hold", REWRITER_HOLD},
    {"swap", REWRITER_HOLD},
    {"edit", REWRITER_EDIT},
    {"fail", REWRITER_FAIL},
};

static enum rewriter_verdict
on_start_tag(void *ctx, struct rewriter_tag *tag, struct buf *replacement)
{
	struct span value;
	size_t i;

	(void)ctx;
	if (rewriter_tag_attribute(tag, SPAN("do"), replacement, &value) != 0)
		return REWRITER_KEEP;
	for (i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
		if (!span_equal(value, span_of(verdicts[i].word)))
			continue;
		if (verdicts[i].verdict == REWRITER_EDIT ||
		    span_equal(value, SPAN("swap")))
			assert_int_equal(buf_printf(replacement, "<%.*s new>",
					     SPAN_ARG(rewriter_tag_name(tag))),
			    0);
		return verdicts[i].verdict;
	}
	return REWRITER_KEEP;
}

static int run_nested(
    void *ctx, struct rewriter_tag *tag, struct span text, struct buf *out);

static enum rewriter_verdict
on_element(void *ctx, struct rewriter_tag *tag, struct span text,
    struct buf *replacement)
{
	if (span_search(text, SPAN("tracker")) < text.n)
		return REWRITER_DROP_ELEMENT;
	if (span_equal(rewriter_tag_name(tag), SPAN("noscript")))
		return run_nested(ctx, tag, text, replacement) == 0
			   ? REWRITER_EDIT
			   : REWRITER_FAIL;
	if (span_search(text, SPAN("editme")) == text.n)
		return REWRITER_KEEP;
	assert_int_equal(buf_append(replacement, SPAN("EDITED")), 0);
	return REWRITER_EDIT;
}

static int
on_body(void *ctx, struct span *insert)
{
	const struct site *site = ctx;

	if (site->marks)
		*insert = SPAN("{B}");
	return 0;
}

static int
on_head(void *ctx, struct span *insert)
{
	const struct site *site = ctx;

	if (site->marks)
		*insert = SPAN("{H}");
	return 0;
}

static int
on_end(void *ctx, struct span *insert)
{
	const struct site *site = ctx;

	if (site->ends)
		*insert = SPAN("{E}");
	return 0;
}

static const struct rewriter_handler handler = {.start_tag = on_start_tag,
    .element = on_element,
    .body = on_body,
    .head = on_head,
    .end = on_end};

static int
run_nested(
    void *ctx, struct rewriter_tag *tag, struct span text, struct buf *out)
{
	const struct rewriter_job job = {
	    rewriter_tag_nested(tag, REWRITER_FRAGMENT), &handler, ctx};

	return rewriter_run(&job, text, out);
}

/* A sink that appends, and counts the marks. */
struct target {
	struct buf out;
	unsigned flushes;
	unsigned lasts;
};

static int
target_write(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct target *t = ctx;

	t->flushes += mark == SINK_FLUSH;
	t->lasts += mark == SINK_LAST;
	return buf_append(&t->out, bytes);
}

/* The size of the next piece: step, or 1 to 16 at random for step 0. */
static size_t
next_step(size_t step, unsigned *seed)
{
	if (step > 0)
		return step;
	*seed = *seed * 1664525u + 1013904223u;
	return 1 + (*seed >> 24) % 16;
}

/*
 * Rewrites a page in pieces, each in memory of its own, so that a reference
 * to bytes that are gone is found by the sanitizers.
 */
static int
rewrite(struct site *site, struct span page, size_t step, struct target *t)
{
	struct rewriter_options options = {.start = site->start};
	struct sink sink = {target_write, t};
	struct rewriter *r = rewriter_new(&options, &handler, site, sink);
	unsigned seed = 7;
	int rc = 0;

	assert_non_null(r);
	while (page.n > 0 && rc == 0) {
		struct span piece = span_sub(page, 0, next_step(step, &seed));
		char *copy = malloc(piece.n);

		assert_non_null(copy);
		memcpy(copy, piece.p, piece.n);
		rc = rewriter_write(r, (struct span){copy, piece.n}, SINK_MORE);
		free(copy);
		page = span_sub(page, piece.n, page.n);
	}
	if (rc == 0)
		rc = rewriter_write(r, SPAN(""), SINK_LAST);
	rewriter_free(r);
	return rc;
}

static void
check_step(struct site *site, struct span page, size_t step, const char *want)
{
	struct target t = {.flushes = 0};
	int rc;

	buf_init(&t.out, 1 << 20);
	rc = rewrite(site, page, step, &t);
	if (want == NULL) {
		if (rc != CONSENT_ELIMIT)
			fail_msg("%.*s by %zu is placed: %.*s", SPAN_ARG(page),
			    step, SPAN_ARG(buf_span(&t.out)));
		assert_int_equal(t.lasts, 0);
	} else {
		if (rc != 0 || !span_equal(buf_span(&t.out), span_of(want)))
			fail_msg("%.*s by %zu: %d %.*s", SPAN_ARG(page), step,
			    rc, SPAN_ARG(buf_span(&t.out)));
		assert_int_equal(t.lasts, 1);
	}
	buf_fini(&t.out);
}

struct row {
	const char *page;
	const char *want; /* NULL: cannot be placed */
};

static void
check(struct site site, const struct row *rows, size_t n)
{
	static const size_t steps[] = {1 << 20, 1, 2, 0};
	size_t i;
	size_t k;

	for (i = 0; i < n; i++)
		for (k = 0; k < sizeof steps / sizeof steps[0]; k++)
			check_step(&site, span_of(rows[i].page), steps[k],
			    rows[i].want);
}

#define CHECK(site, rows) check(site, rows, sizeof(rows) / sizeof(rows)[0])

static const struct site plain = {REWRITER_PAGE, false, false};
static const struct site marked = {REWRITER_PAGE, true, false};
static const struct site ended = {REWRITER_PAGE, false, true};
static const struct site fragment = {REWRITER_FRAGMENT, true, true};

static void
untouched_pages_stay_the_same(void **state)
{
	static const char *const pages[] = {
	    "",
	    "text only & more < < </",
	    "<!DOCTYPE html><html lang=en><head><title>a<b></title>"
	    "<script>if (a<b) '<!--<script></script>-->';</script></head>"
	    "<body><!-- c --><p CLASS='x'y>\r\n&amp;\0</p></body></html>",
	    "<a href=\"",
	    "<script>never closed",
	    "<!-- never closed --",
	    "<svg><![CDATA[ <b> ]]><g/></svg><math><mi>x</mi></math>",
	    "<textarea></textare></textarea><xmp><b></xmp><plaintext></b>",
	    "</><//><!><?php echo '<b>' ?><!doctype>",
	    "\xEF\xBB\xBF<p>\xE4\xB8\xAD</p>\xFF\xFE",
	};
	struct row row;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		row.page = row.want = pages[i];
		check(plain, &row, 1);
	}
}

static void
tags_are_dropped_and_edited(void **state)
{
	static const struct row rows[] = {
	    {"a<img do=element>b", "ab"},
	    {"a<IMG DO = 'element' x>b", "ab"},
	    {"a<img/do=&#101;lement>b", "ab"},
	    {"a<img do=edit>b<image do=edit>", "a<img new>b<img new>"},
	    {"<p do=tag>x</p>", "x</p>"},
	    {"<video do=element>a<img>b</video>c", "c"},
	    {"<video do=element><video></video>b</VIDEO >c", "c"},
	    {"<video do=element><script></video></script></video>c", "c"},
	    {"<video do=element><!--</video>--></video>c", "c"},
	    {"<object do=element><svg><object/></svg></object>c", "c"},
	    {"<video do=element />a</video>b", "b"},
	    {"<script do=element>a<b></script >b", "b"},
	    {"<iframe do=element><p></iframe>b", "b"},
	    {"<script do=tag>a</script>b", "b"},
	    {"<script do=element>a<!--<script></script>--></script>b", "b"},
	    {"<select do=tag><option></select>b", "b"},
	    {"<template do=element><p><template></template></template>b", "b"},
	    {"<p>a<img do=element", "<p>a<img do=element"},
	    {"<script do=element>a", ""},
	    {"<p do=fail>", NULL},
	    /* the end of these is not known */
	    {"<video do=element>a", NULL},
	    {"<video do=element><svg></video>", NULL},
	};

	(void)state;
	CHECK(plain, rows);
}

static void
foreign_elements_are_dropped(void **state)
{
	static const struct row rows[] = {
	    {"<svg do=element><g><path/></g>t</svg>b", "b"},
	    {"<svg do=element><style><b></svg>b", "<b></svg>b"},
	    {"<svg do=element />b", "b"},
	    {"<svg do=element><svg></svg></svg>b", "b"},
	    {"<p><svg do=element><g></p>b", "<p></p>b"},
	    {"<svg><image do=element /><use/></svg>", "<svg><use/></svg>"},
	    {"<svg><a do=tag>x</a></svg>", "<svg></svg>"},
	    /* whether the drawing is still open there is not known */
	    {"<svg></path><desc><img do=tag>x", "<svg></path><desc><meta>x"},
	    {"<svg><desc><div do=element>x</div>y</desc></svg>",
		"<svg><desc>y</desc></svg>"},
	    {"<math do=element><mi><p>x</p></mi></math>b", "b"},
	    {"<svg do=element><![CDATA[</svg>]]></svg>b", "b"},
	    {"<div><svg do=element></div>b", NULL},
	};

	(void)state;
	CHECK(plain, rows);
}

static void
raw_text_is_held(void **state)
{
	static const struct row rows[] = {
	    {"<script do=hold>ok</script>b", "<script do=hold>ok</script>b"},
	    {"a<script do=hold>tracker()</script>b", "ab"},
	    {"a<SCRIPT do=hold>trac</scrip>ker</SCRIPT\n>b",
		"a<SCRIPT do=hold>trac</scrip>ker</SCRIPT\n>b"},
	    {"<script do=hold>x<!--<script>tracker</script>--></script>b", "b"},
	    {"<script do=hold>editme</script>b",
		"<script do=hold>EDITED</script>b"},
	    {"<script do=swap>ok</script>b", "<script new>ok</script>b"},
	    {"<script do=swap>editme</script>", "<script new>EDITED</script>"},
	    {"<script do=swap>tracker</script>b", "b"},
	    {"<script do=hold></script>b", "<script do=hold></script>b"},
	    {"<style do=hold>editme</style><title do=hold>tracker</title>",
		"<style do=hold>EDITED</style>"},
	    {"<script do=hold>ok", "<script do=hold>ok"},
	    {"a<script do=hold>tracker", "a"},
	    {"<script do=hold>tracker</script", ""},
	    /* nothing to hold: kept */
	    {"<p do=hold>tracker</p>", "<p do=hold>tracker</p>"},
	    {"<frameset><script do=hold>tracker</script>",
		"<frameset><script do=hold>tracker</script>"},
	};

	(void)state;
	CHECK(plain, rows);
}

static void
foreign_text_is_held_decoded(void **state)
{
	static const struct row rows[] = {
	    {"<svg><script do=hold>tr&#97;cker</script>b", "<svg>b"},
	    {"<svg><script do=hold>tr<![CDATA[ack]]>er</script>b", "<svg>b"},
	    {"<svg><script do=hold>ok</script>b",
		"<svg><script do=hold>ok</script>b"},
	    {"<svg><script do=hold />tracker",
		"<svg><script do=hold />tracker"},
	    {"<svg><style do=hold>editme<!-- x --></style>b",
		"<svg><style do=hold>EDITED</style>b"},
	    {"<svg><g do=hold>tracker</g></svg>",
		"<svg><g do=hold>tracker</g></svg>"},
	    /* a tag ends it early, and is asked about itself */
	    {"<svg><style do=hold>x<img do=element>b",
		"<svg><style do=hold>x</style></svg>b"},
	    {"<svg><style do=hold>tracker<img do=element>b",
		"<svg></style></svg>b"},
	    /* text around what is inside cannot be told from text */
	    {"<svg><script do=hold>trac<g/>ker</script>", NULL},
	    /* its comments are none of its text, whatever they say */
	    {"<svg><script do=hold>trac<!-- -->ker</script>b", "<svg>b"},
	    {"<svg><script do=hold>a<!--</script>-->tracker</script>b",
		"<svg>b"},
	    {"<svg><script do=hold>a<!--tracker--><?b></script>c",
		"<svg><script do=hold>a<!--tracker--><?b></script>c"},
	};

	(void)state;
	CHECK(plain, rows);
}

static void
noscript_is_a_page_inside(void **state)
{
	static const struct row rows[] = {
	    {"<noscript do=hold><img do=element><p></noscript>b",
		"<noscript do=hold><p></noscript>b"},
	    {"<noscript do=hold>a<img do=element>", "<noscript do=hold>a"},
	    {"<head><noscript do=hold><img do=element></noscript><body>",
		"<head><noscript do=hold></noscript><body>"},
	    /* what ends inside would read on behind it without scripting */
	    {"<noscript do=hold><!-- </noscript>b", NULL},
	    {"<noscript do=hold><style></noscript>b", NULL},
	    {"<noscript do=hold><svg></noscript>b", NULL},
	    {"<noscript do=hold><select></noscript>b", NULL},
	    {"<noscript do=hold><a </noscript>b", NULL},
	    {"<noscript do=hold>a </</noscript>b", NULL},
	};

	(void)state;
	CHECK(plain, rows);
}

static void
head_and_body_get_their_insertions(void **state)
{
	static const struct row rows[] = {
	    {"<html><head><title>t</title></head><body class=a>x",
		"<html><head>{H}<title>t</title></head><body class=a>{B}x"},
	    {" \n<p>x", " \n{H}{B}<p>x"},
	    {"<!doctype html> \n text", "<!doctype html> \n {H}{B}text"},
	    {"<title>t</title> \n x", "{H}<title>t</title> \n {B}x"},
	    {"<head></head><noscript>", "<head>{H}</head>{B}<noscript>"},
	    {"<html><head></head>", "<html><head>{H}</head>{B}"},
	    {"<html>", "<html>{H}{B}"},
	    {" <!-- only a comment --> ", " <!-- only a comment --> "},
	    {"", ""},
	    {"<body do=edit>x", "{H}<body new>{B}x"},
	    {"<head></head><svg do=element></svg>x", "<head>{H}</head>{B}x"},
	    {"<head></head><img do=element>x", "<head>{H}</head>{B}x"},
	    {"<html><frameset><frame></frameset>",
		"<html>{H}<frameset><frame></frameset>"},
	    /* a byte order mark is no text, half of one is */
	    {"\xEF\xBB\xBF<html><head>", "\xEF\xBB\xBF<html><head>{H}{B}"},
	    {"\xEF\xBB\xBF\xEF\xBB\xBF", "\xEF\xBB\xBF{H}{B}\xEF\xBB\xBF"},
	    {"\xEF\xBB<p>", "{H}{B}\xEF\xBB<p>"},
	    {"\xEF", "{H}{B}\xEF"},
	    /* what would be swallowed is not inserted */
	    {"<html><head><script>x", "<html><head>{H}<script>x"},
	    {"<html><!-- x", "<html><!-- x"},
	    {"<html><head", "<html><head"},
	    {"<head><template>", "<head>{H}<template>"},
	};
	static const struct row inside[] = {{"<p>x", "<p>x"}, {"x", "x"}};

	(void)state;
	CHECK(marked, rows);
	CHECK(fragment, inside);
}

static void
the_end_gets_its_insertion_where_it_is_markup(void **state)
{
	static const struct row rows[] = {
	    {"<p>x</p></body></html>\n", "<p>x</p></body></html>\n{E}"},
	    {"<p>x", "<p>x{E}"},
	    {"", "{E}"},
	    {"<!-- c -->", "<!-- c -->{E}"},
	    {"a <img do=element>", "a {E}"},
	    {"<frameset>", "<frameset>{E}"},
	    {"<script>x", "<script>x"},
	    {"<textarea>x</textarea", "<textarea>x</textarea"},
	    {"<plaintext>x", "<plaintext>x"},
	    {"<!-- x", "<!-- x"},
	    {"x<", "x<"},
	    {"<a b", "<a b"},
	    {"<template>x", "<template>x"},
	    {"<svg>x", "<svg>x"},
	};

	(void)state;
	CHECK(ended, rows);
}

static void
the_place_is_told_like_a_browser(void **state)
{
	static const struct row rows[] = {
	    {"<svg><style><img do=element>x", "<svg><style></style></svg>x"},
	    {"<style><img do=element></style>",
		"<style><img do=element></style>"},
	    {"<svg><title><style><img do=element></style>",
		"<svg><title><style><img do=element></style>"},
	    {"<textarea><img do=element></textarea>",
		"<textarea><img do=element></textarea>"},
	    {"<plaintext><img do=element>", "<plaintext><img do=element>"},
	    {"<iframe><img do=element></iframe>",
		"<iframe><img do=element></iframe>"},
	    {"<!-- <img do=element> -->", "<!-- <img do=element> -->"},
	    {"<![CDATA[<img do=element>]]>", "<![CDATA[<img do=element>]]>"},
	    {"<svg><![CDATA[<img do=element>]]>x",
		"<svg><![CDATA[<img do=element>]]>x"},
	    {"<select><style><img do=element>", NULL},
	    {"<div><svg></div><style>", NULL},
	    {"<p><frameset>", NULL},
	};

	(void)state;
	CHECK(plain, rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(untouched_pages_stay_the_same),
	    cmocka_unit_test(tags_are_dropped_and_edited),
	    cmocka_unit_test(foreign_elements_are_dropped),
	    cmocka_unit_test(raw_text_is_held),
	    cmocka_unit_test(foreign_text_is_held_decoded),
	    cmocka_unit_test(noscript_is_a_page_inside),
	    cmocka_unit_test(head_and_body_get_their_insertions),
	    cmocka_unit_test(the_end_gets_its_insertion_where_it_is_markup),
	    cmocka_unit_test(the_place_is_told_like_a_browser),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
