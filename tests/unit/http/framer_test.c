#include "http/framer.h"

#include "http/head_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Frames one piece and appends what is to be written. */
static int
frame(struct framer *f, struct span data, struct buf *out)
{
	char scratch[FRAMER_SCRATCH];
	struct span parts[FRAMER_PARTS];
	int rc = framer_piece(f, data, parts, scratch), i;

	for (i = 0; rc == CONSENT_OK && i < FRAMER_PARTS; i++)
		rc = buf_append(out, parts[i]);
	return rc;
}

static void
assert_out(struct buf *out, const char *expected)
{
	assert_true(span_equal(buf_span(out), span_of(expected)));
	buf_clear(out);
}

static void
writes_chunks(void **state)
{
	struct framer f;
	struct head trailers;
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	head_init(&trailers, NULL);
	framer_begin(&f, BODY_CHUNKED, 0);
	assert_int_equal(frame(&f, SPAN("hello, world, 17b"), &out), 0);
	assert_int_equal(frame(&f, SPAN(""), &out), 0);
	assert_int_equal(frame(&f, SPAN("x"), &out), 0);
	assert_int_equal(framer_end(&f, NULL, &out), 0);
	assert_out(&out, "11\r\nhello, world, 17b\r\n1\r\nx\r\n0\r\n\r\n");
	assert_int_equal(framer_end(&f, NULL, &out), CONSENT_EINVAL);
	assert_int_equal(frame(&f, SPAN("x"), &out), CONSENT_EINVAL);

	framer_begin(&f, BODY_CHUNKED, 0);
	assert_int_equal(
	    head_add(&trailers, SPAN("X-Sum"), SPAN("1")), CONSENT_OK);
	assert_int_equal(framer_end(&f, &trailers, &out), 0);
	assert_out(&out, "0\r\nX-Sum: 1\r\n\r\n");
	head_fini(&trailers);
	buf_fini(&out);
}

static void
spells_any_size(void **state)
{
	char scratch[FRAMER_SCRATCH];
	struct span parts[FRAMER_PARTS];
	struct framer f;

	(void)state;
	framer_begin(&f, BODY_CHUNKED, 0);
	assert_int_equal(
	    framer_piece(&f, (struct span){"", SIZE_MAX}, parts, scratch), 0);
	assert_true(span_equal(parts[0], SPAN("ffffffffffffffff\r\n")));
	assert_int_equal(
	    framer_piece(&f, (struct span){"", 0x10}, parts, scratch), 0);
	assert_true(span_equal(parts[0], SPAN("10\r\n")));
}

static void
holds_to_the_length(void **state)
{
	struct framer f;
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	framer_begin(&f, BODY_LENGTH, 5);
	assert_int_equal(frame(&f, SPAN("abc"), &out), 0);
	assert_int_equal(framer_end(&f, NULL, &out), CONSENT_EINVAL);
	assert_int_equal(frame(&f, SPAN("def"), &out), CONSENT_ELIMIT);
	assert_int_equal(frame(&f, SPAN("de"), &out), 0);
	assert_int_equal(framer_end(&f, NULL, &out), 0);
	assert_out(&out, "abcde");

	framer_begin(&f, BODY_LENGTH, 0);
	assert_int_equal(framer_end(&f, NULL, &out), 0);
	framer_begin(&f, BODY_NONE, 9);
	assert_int_equal(frame(&f, SPAN("a"), &out), CONSENT_ELIMIT);
	assert_int_equal(framer_end(&f, NULL, &out), 0);
	framer_begin(&f, BODY_UNTIL_CLOSE, 0);
	assert_int_equal(frame(&f, SPAN("a"), &out), 0);
	assert_int_equal(framer_end(&f, NULL, &out), 0);
	assert_out(&out, "a");
	buf_fini(&out);
}

static void
announces_the_framing(void **state)
{
	static const struct {
		enum body_kind kind;
		uint64_t length;
		const char *head;
	} kinds[] = {
	    {BODY_NONE, 1, ""},
	    {BODY_LENGTH, 0, "Content-Length: 0\r\n"},
	    {BODY_LENGTH, UINT64_MAX,
		"Content-Length: 18446744073709551615\r\n"},
	    {BODY_CHUNKED, 1, "Transfer-Encoding: chunked\r\n"},
	    {BODY_UNTIL_CLOSE, 1, ""},
	};
	struct framer f;
	struct head h;
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 4096);
	head_init(&h, NULL);
	for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		framer_begin(&f, kinds[i].kind, kinds[i].length);
		assert_int_equal(
		    head_add(&h, SPAN("content-length"), SPAN("7")), 0);
		assert_int_equal(
		    head_add(&h, SPAN("transfer-encoding"), SPAN("x")), 0);
		assert_int_equal(framer_announce(&f, &h), 0);
		assert_int_equal(head_write_fields(&h, &out), 0);
		out.n -= 2;
		assert_out(&out, kinds[i].head);
		head_clear(&h);
	}
	head_fini(&h);
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(writes_chunks),
	    cmocka_unit_test(spells_any_size),
	    cmocka_unit_test(holds_to_the_length),
	    cmocka_unit_test(announces_the_framing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
