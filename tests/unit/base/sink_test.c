#include <libconsent/buf.h>
#include <libconsent/sink.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Notes the last call and answers as it is told. */
struct note {
	struct span bytes;
	enum sink_mark mark;
	size_t calls;
	int answer;
};

static int
on_bytes(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct note *note = ctx;

	note->bytes = bytes;
	note->mark = mark;
	note->calls++;
	return note->answer;
}

static void
a_write_reaches_the_function_as_it_is(void **state)
{
	static const enum sink_mark marks[] = {
	    SINK_MORE, SINK_FLUSH, SINK_LAST};
	struct note note = {.calls = 0};
	struct sink sink = {on_bytes, &note};
	struct span bytes = SPAN("bytes");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		assert_int_equal(
		    sink_write(&sink, bytes, marks[i]), CONSENT_OK);
		assert_ptr_equal(note.bytes.p, bytes.p);
		assert_int_equal(note.bytes.n, bytes.n);
		assert_int_equal(note.mark, marks[i]);
		assert_int_equal(note.calls, i + 1);
	}
}

static void
an_empty_write_is_one_too(void **state)
{
	struct note note = {.calls = 0};
	struct sink sink = {on_bytes, &note};

	(void)state;
	assert_int_equal(
	    sink_write(&sink, (struct span){NULL, 0}, SINK_LAST), CONSENT_OK);
	assert_int_equal(note.calls, 1);
	assert_int_equal(note.mark, SINK_LAST);
}

static void
a_failure_comes_back(void **state)
{
	struct note note = {.answer = CONSENT_ECODING};
	struct sink sink = {on_bytes, &note};

	(void)state;
	assert_int_equal(
	    sink_write(&sink, SPAN("x"), SINK_MORE), CONSENT_ECODING);
	note.answer = CONSENT_ELIMIT;
	assert_int_equal(
	    sink_write(&sink, SPAN("x"), SINK_MORE), CONSENT_ELIMIT);
}

static void
nowhere_takes_all(void **state)
{
	(void)state;
	assert_int_equal(
	    sink_write(&sink_nowhere, SPAN("bytes"), SINK_MORE), CONSENT_OK);
	assert_int_equal(
	    sink_write(&sink_nowhere, SPAN(""), SINK_LAST), CONSENT_OK);
}

static void
into_a_buf_all_is_kept(void **state)
{
	struct buf out;
	struct sink sink;

	(void)state;
	buf_init(&out, 4);
	sink = sink_into(&out);
	assert_int_equal(sink_write(&sink, SPAN("ab"), SINK_MORE), CONSENT_OK);
	assert_int_equal(sink_write(&sink, SPAN("cd"), SINK_LAST), CONSENT_OK);
	assert_true(span_equal(buf_span(&out), SPAN("abcd")));
	assert_int_equal(
	    sink_write(&sink, SPAN("e"), SINK_MORE), CONSENT_ELIMIT);
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_write_reaches_the_function_as_it_is),
	    cmocka_unit_test(an_empty_write_is_one_too),
	    cmocka_unit_test(a_failure_comes_back),
	    cmocka_unit_test(nowhere_takes_all),
	    cmocka_unit_test(into_a_buf_all_is_kept),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
