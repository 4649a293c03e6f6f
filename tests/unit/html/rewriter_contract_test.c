#include "html/rewriter.h"

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
insert_nothing(void *ctx, struct buf *insert)
{
	(void)ctx;
	(void)insert;
	return CONSENT_OK;
}

static const struct rewriter_handler handler = {
    on_start_tag, NULL, insert_nothing, insert_nothing};

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
refuse(void *ctx, struct buf *insert)
{
	(void)ctx;
	(void)insert;
	return CONSENT_EBUSY;
}

static void
a_callback_can_refuse(void **state)
{
	const struct rewriter_handler refusing = {NULL, NULL, refuse, NULL};
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
	uint64_t offset;
	enum rewriter_space space;
	bool self_closing;
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
	s->offset = rewriter_tag_offset(tag);
	s->space = rewriter_tag_space(tag);
	s->self_closing = rewriter_tag_self_closing(tag);
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
	const struct rewriter_handler seeing = {see, NULL, NULL, NULL};
	struct seen seen;
	const struct rewriter_job job = {
	    {.start = REWRITER_PAGE}, &seeing, &seen};
	struct buf out;

	(void)state;
	buf_init(&out, 256);
	assert_int_equal(
	    rewriter_run(&job, SPAN("<p>ab<svg><IMAGE x/></svg>"), &out), 0);
	assert_int_equal(seen.offset, 10);
	assert_int_equal(seen.space, REWRITER_SVG);
	assert_true(seen.self_closing);
	assert_string_equal(seen.raw, "<IMAGE x/>");
	assert_string_equal(seen.name, "image");
	assert_int_equal(rewriter_run(&job, SPAN("<IMAGE x>"), &out), 0);
	assert_string_equal(seen.name, "img");
	assert_int_equal(seen.space, REWRITER_HTML);
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_error_latches),
	    cmocka_unit_test(a_callback_can_refuse),
	    cmocka_unit_test(ceilings_hold_for_every_cut),
	    cmocka_unit_test(nesting_is_bounded),
	    cmocka_unit_test(a_flush_holds_nothing_decided),
	    cmocka_unit_test(untouched_bytes_are_not_copied),
	    cmocka_unit_test(tags_tell_about_themselves),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
