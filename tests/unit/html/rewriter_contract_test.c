#include "html/rewriter.h"

#include "html/tokenizer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* What rewriter.h promises about errors, ceilings, flushes and references. */

/* Holds scripts. */
static enum rewriter_verdict
on_start_tag(void *ctx, struct rewriter_tag *tag, struct buf *replacement)
{
	(void)ctx;
	(void)replacement;
	return span_equal(rewriter_tag_name(tag), SPAN("script"))
		   ? REWRITER_HOLD
		   : REWRITER_KEEP;
}

static int
insert_nothing(void *ctx, struct span *insert)
{
	(void)ctx;
	(void)insert;
	return CONSENT_OK;
}

static const struct rewriter_handler handler = {
    .start_tag = on_start_tag, .body = insert_nothing, .head = insert_nothing};

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

static int
failing_write(void *ctx, struct span bytes, enum sink_mark mark)
{
	(void)ctx;
	(void)mark;
	return bytes.n > 0 ? CONSENT_EIO : CONSENT_OK;
}

static void
the_first_error_latches(void **state)
{
	struct rewriter_options options = {.start = REWRITER_PAGE};
	struct sink sink = {failing_write, NULL};
	struct rewriter *r = rewriter_new(&options, &handler, NULL, sink);

	(void)state;
	assert_non_null(r);
	assert_int_equal(
	    rewriter_write(r, SPAN("text"), SINK_MORE), CONSENT_EIO);
	assert_int_equal(rewriter_write(r, SPAN(""), SINK_LAST), CONSENT_EIO);
	rewriter_free(r);
	rewriter_free(NULL);
}

static int
refuse(void *ctx, struct span *insert)
{
	(void)ctx;
	(void)insert;
	return CONSENT_EBUSY;
}

static void
a_callback_can_refuse(void **state)
{
	const struct rewriter_handler refusing = {.body = refuse};
	const struct rewriter_job job = {
	    {.start = REWRITER_PAGE}, &refusing, NULL};
	struct buf out;

	(void)state;
	buf_init(&out, 64);
	assert_int_equal(rewriter_run(&job, SPAN("<p>"), &out), CONSENT_EBUSY);
	buf_fini(&out);
}

/* Runs page whole and bytewise with ceilings of 24 bytes a tag and 8 a text. */
static void
check_limits(struct span page, int want)
{
	struct rewriter_options options = {.tag_max = 24, .text_max = 8};
	size_t step;

	for (step = 1; step < 100; step += 49) {
		struct target t = {.flushes = 0};
		struct sink sink = {target_write, &t};
		struct rewriter *r =
		    rewriter_new(&options, &handler, NULL, sink);
		size_t at;
		int rc = 0;

		buf_init(&t.out, 4096);
		assert_non_null(r);
		for (at = 0; at < page.n && rc == 0; at += step)
			rc = rewriter_write(
			    r, span_sub(page, at, step), SINK_MORE);
		if (rc == 0)
			rc = rewriter_write(r, SPAN(""), SINK_LAST);
		if (rc != want)
			fail_msg("%.*s: %d", SPAN_ARG(page), rc);
		rewriter_free(r);
		buf_fini(&t.out);
	}
}

static void
ceilings_hold_for_every_cut(void **state)
{
	(void)state;
	check_limits(SPAN("<a b='4567890123456789'>"), 0);
	check_limits(SPAN("<a b='45678901234567890'>"), CONSENT_ELIMIT);
	check_limits(SPAN("<a b='45678901234567890"), 0);
	check_limits(SPAN("<a b='4567890123456789012"), CONSENT_ELIMIT);
	check_limits(SPAN("</a b='4567890123456789'>"), CONSENT_ELIMIT);
	check_limits(SPAN("<script>12345678</script>"), 0);
	check_limits(SPAN("<script>123456789</script>"), CONSENT_ELIMIT);
	check_limits(SPAN("<style>123456789012345678901234567890</style>"), 0);
	check_limits(SPAN("<!-- 123456789012345678901234567890 -->"), 0);
	check_limits(SPAN("<!doctype 123456789012345678901234567890>"), 0);
}

/* Drops b tags, u and script elements; u leaves something. */
static enum rewriter_verdict
leave_out(void *ctx, struct rewriter_tag *tag, struct buf *replacement)
{
	struct span name = rewriter_tag_name(tag);

	(void)ctx;
	if (span_equal(name, SPAN("b")))
		return REWRITER_DROP_TAG;
	if (span_equal(name, SPAN("script")))
		return REWRITER_HOLD;
	if (!span_equal(name, SPAN("u")))
		return REWRITER_KEEP;
	assert_int_equal(buf_append(replacement, SPAN("[x]")), 0);
	return REWRITER_REPLACE;
}

static enum rewriter_verdict
leave_text_out(void *ctx, struct rewriter_tag *tag, struct span text,
    struct buf *replacement)
{
	(void)ctx;
	(void)tag;
	if (!span_equal(text, SPAN("box")))
		return REWRITER_DROP_ELEMENT;
	assert_int_equal(buf_append(replacement, SPAN("[y]")), 0);
	return REWRITER_REPLACE;
}

static enum rewriter_verdict
let_pass(void *ctx, struct rewriter_tag *tag)
{
	*(unsigned *)ctx += 1;
	assert_true(span_starts(rewriter_tag_raw(tag), SPAN("<script")));
	return REWRITER_KEEP;
}

static const struct rewriter_handler leaving = {
    .start_tag = leave_out, .element = leave_text_out, .too_long = let_pass};

/* Rewrites page, whole and in pieces; how often a text was too long. */
static void
check_leaving(const char *page, const char *expected, unsigned longs)
{
	static const struct rewriter_options options = {.text_max = 8};
	size_t step;

	for (step = 1; step < 100; step += 7) {
		struct span rest = span_of(page);
		struct target t = {.flushes = 0};
		unsigned n = 0;
		struct rewriter *r = rewriter_new(
		    &options, &leaving, &n, (struct sink){target_write, &t});

		buf_init(&t.out, 4096);
		assert_non_null(r);
		for (; rest.n > 0; rest = span_sub(rest, step, rest.n))
			assert_int_equal(
			    rewriter_write(
				r, span_sub(rest, 0, step), SINK_MORE),
			    0);
		assert_int_equal(rewriter_write(r, SPAN(""), SINK_LAST), 0);
		assert_int_equal(buf_append_byte(&t.out, '\0'), 0);
		assert_string_equal(t.out.p, expected);
		assert_int_equal(n, longs);
		rewriter_free(r);
		buf_fini(&t.out);
	}
}

static void
what_is_left_out_may_be_replaced(void **state)
{
	(void)state;
	check_leaving("a<u>b<u>c</u>d</u>e", "a[x]e", 0);
	check_leaving("a<script>box</script>e", "a[y]e", 0);
}

/* Else the '<' would begin a tag with the text that follows. */
static void
what_is_left_out_joins_no_tag(void **state)
{
	(void)state;
	check_leaving("a<<b>img src=x>", "a<</>img src=x>", 0);
	check_leaving("a<<b>/p>", "a<</>/p>", 0);
	check_leaving("a<<script>x</script>img>", "a<</>img>", 0);
	check_leaving("a<<b><b>img>", "a<</>img>", 0);
	check_leaving("a<<u>x</u>img>", "a<[x]img>", 0);
	check_leaving("a< <b>img>", "a< img>", 0);
}

static void
a_text_that_is_too_long_may_pass(void **state)
{
	(void)state;
	check_leaving("a<script>12345678</script>b", "ab", 0);
	check_leaving("a<script>123456789</script>b<b>",
	    "a<script>123456789</script>b", 1);
	check_leaving("<script x>123456789<b></script>b<script>1</script>",
	    "<script x>123456789<b></script>b", 1);
	check_leaving("a<script>123456789", "a<script>123456789", 1);
}

static void
nesting_is_bounded(void **state)
{
	struct rewriter_job job = {
	    {.nesting = REWRITER_NESTING_MAX}, &handler, NULL};
	struct buf out;

	(void)state;
	buf_init(&out, 64);
	assert_int_equal(rewriter_run(&job, SPAN("x"), &out), 0);
	job.options.nesting++;
	assert_int_equal(rewriter_run(&job, SPAN("x"), &out), CONSENT_ELIMIT);
	assert_true(span_equal(buf_span(&out), SPAN("x")));
	buf_fini(&out);
}

static void
a_flush_holds_nothing_decided(void **state)
{
	struct rewriter_options options = {.start = REWRITER_PAGE};
	struct target t = {.flushes = 0};
	struct sink sink = {target_write, &t};
	struct rewriter *r = rewriter_new(&options, &handler, NULL, sink);

	(void)state;
	buf_init(&t.out, 4096);
	assert_non_null(r);
	assert_int_equal(
	    rewriter_write(r, SPAN("<p>ab<!-- c <b"), SINK_FLUSH), 0);
	assert_true(span_equal(buf_span(&t.out), SPAN("<p>ab<!-- c <b")));
	assert_int_equal(rewriter_write(r, SPAN("--"), SINK_FLUSH), 0);
	assert_int_equal(t.out.n, 14);
	assert_int_equal(rewriter_write(r, SPAN("> d <a"), SINK_FLUSH), 0);
	assert_true(span_equal(buf_span(&t.out), SPAN("<p>ab<!-- c <b--> d ")));
	assert_int_equal(t.flushes, 3);
	assert_int_equal(t.lasts, 0);
	rewriter_free(r);
	buf_fini(&t.out);
}

/* A sink that remembers where bytes came from. */
struct origin {
	struct span page;
	size_t by_reference;
	unsigned writes;
};

static int
origin_write(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct origin *o = ctx;

	(void)mark;
	o->writes += bytes.n > 0;
	if (bytes.p >= o->page.p && bytes.p < o->page.p + o->page.n)
		o->by_reference += bytes.n;
	return CONSENT_OK;
}

static void
untouched_bytes_are_not_copied(void **state)
{
	struct rewriter_options options = {.start = REWRITER_PAGE};
	struct origin o = {SPAN("<html><p>a<script>b</script>c</html>"), 0, 0};
	struct sink sink = {origin_write, &o};
	struct rewriter *r = rewriter_new(&options, &handler, NULL, sink);

	(void)state;
	assert_non_null(r);
	assert_int_equal(rewriter_write(r, o.page, SINK_LAST), 0);
	assert_int_equal(o.by_reference, o.page.n);
	assert_int_equal(o.writes, 1);
	rewriter_free(r);
}

struct seen {
	bool has_x, has_b;
	enum rewriter_space space;
	char raw[32];
	char name[16];
};

static enum rewriter_verdict
see(void *ctx, struct rewriter_tag *tag, struct buf *replacement)
{
	struct seen *s = ctx;
	struct span raw = rewriter_tag_raw(tag);
	struct span name = rewriter_tag_name(tag);

	(void)replacement;
	s->has_x = rewriter_tag_may_have(tag, tokenizer_letter('x'));
	s->has_b = rewriter_tag_may_have(tag, tokenizer_letter('b'));
	s->space = rewriter_tag_space(tag);
	assert_true(raw.n < sizeof s->raw && name.n < sizeof s->name);
	memcpy(s->raw, raw.p, raw.n);
	s->raw[raw.n] = 0;
	memcpy(s->name, name.p, name.n);
	s->name[name.n] = 0;
	return REWRITER_KEEP;
}

static void
tags_tell_about_themselves(void **state)
{
	const struct rewriter_handler seeing = {.start_tag = see};
	/* wherever an attribute can begin */
	static const char *const with_b[] = {"<p b>", "<p a b>", "<p a\nB=1>",
	    "<p a=x b>", "<p a='x'b>", "<p a=\"x\"b>", "<p/b>", "<p a/b>",
	    "<p a='x'/b>", "<p/ b>", "<p a =c b>", "<p =x b>", "<p a= c b/>"};
	struct seen seen;
	size_t i;
	const struct rewriter_job job = {
	    {.start = REWRITER_PAGE}, &seeing, &seen};
	struct buf out;

	(void)state;
	buf_init(&out, 256);
	assert_int_equal(
	    rewriter_run(&job, SPAN("<p>ab<svg><IMAGE x/></svg>"), &out), 0);
	assert_true(seen.has_x);
	assert_false(seen.has_b);
	assert_int_equal(seen.space, REWRITER_SVG);
	assert_string_equal(seen.raw, "<IMAGE x/>");
	assert_string_equal(seen.name, "image");
	assert_int_equal(rewriter_run(&job, SPAN("<IMAGE x>"), &out), 0);
	assert_string_equal(seen.name, "img");
	assert_int_equal(seen.space, REWRITER_HTML);
	for (i = 0; i < sizeof with_b / sizeof with_b[0]; i++) {
		assert_int_equal(
		    rewriter_run(&job, span_of(with_b[i]), &out), 0);
		if (!seen.has_b || seen.has_x)
			fail_msg("%s", with_b[i]);
	}
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_error_latches),
	    cmocka_unit_test(a_callback_can_refuse),
	    cmocka_unit_test(ceilings_hold_for_every_cut),
	    cmocka_unit_test(what_is_left_out_may_be_replaced),
	    cmocka_unit_test(what_is_left_out_joins_no_tag),
	    cmocka_unit_test(a_text_that_is_too_long_may_pass),
	    cmocka_unit_test(nesting_is_bounded),
	    cmocka_unit_test(a_flush_holds_nothing_decided),
	    cmocka_unit_test(untouched_bytes_are_not_copied),
	    cmocka_unit_test(tags_tell_about_themselves),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
