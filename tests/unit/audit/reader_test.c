#include "fixture.h"

#include "audit/reader.h"

/* Makes a log out of two segments of these bytes. */
static struct reader *
open_log(struct span first, struct span second)
{
	struct reader *r = NULL;
	char stray[LAYOUT_NAME];

	assert_int_equal(mkdir("log", 0700), 0);
	assert_int_equal(mkdir("log/entries", 0700), 0);
	fixture_write("log/entries/000000000000.jsonl", first);
	fixture_write("log/entries/000000000002.jsonl", second);
	assert_int_equal(reader_open("log", &r, stray), CONSENT_OK);
	return r;
}

static void
expect_line(struct reader *r, const char *text, uint64_t number)
{
	struct reader_line line;
	enum reader_state state;

	assert_int_equal(reader_next(r, &state, &line), CONSENT_OK);
	assert_int_equal(state, READER_LINE);
	assert_true(span_equal(line.text, span_of(text)));
	assert_int_equal(line.line, number);
}

static void
expect_state(struct reader *r, enum reader_state expected)
{
	struct reader_line line;
	enum reader_state state;

	assert_int_equal(reader_next(r, &state, &line), CONSENT_OK);
	assert_int_equal(state, expected);
}

static void
lines_come_in_order(void **state)
{
	struct reader *r = open_log(SPAN("a\nbb\n"), SPAN("\nd\n"));

	(void)state;
	assert_int_equal(reader_segments(r), 2);
	expect_line(r, "a", 1);
	expect_line(r, "bb", 2);
	expect_line(r, "", 1);
	expect_line(r, "d", 2);
	expect_state(r, READER_END);
	assert_int_equal(reader_find(r, 1), 0);
	assert_int_equal(reader_find(r, 2), 1);
	assert_int_equal(reader_find(r, 99), 1);
	reader_seek(r, 1);
	expect_line(r, "", 1);
	reader_seek(r, 2);
	expect_state(r, READER_END);
	reader_close(r);
}

static void
only_the_last_segment_may_be_unfinished(void **state)
{
	struct reader *r = open_log(SPAN("a\n"), SPAN("b\nc"));
	char stray[LAYOUT_NAME];

	(void)state;
	expect_line(r, "a", 1);
	expect_line(r, "b", 1);
	expect_state(r, READER_PARTIAL);
	reader_close(r);
	fixture_write("log/entries/000000000000.jsonl", SPAN("a\nb"));
	assert_int_equal(reader_open("log", &r, stray), CONSENT_OK);
	expect_line(r, "a", 1);
	expect_state(r, READER_BROKEN);
	reader_close(r);
}

static void
long_lines_are_told_from_long_tails(void **state)
{
	static char big[300000];
	struct span longest = {big, LAYOUT_LINE + 1};
	struct reader *r;
	char stray[LAYOUT_NAME];
	struct reader_line line;
	enum reader_state now;

	(void)state;
	memset(big, 'x', sizeof big);
	big[LAYOUT_LINE] = '\n';
	r = open_log(longest, (struct span){big, sizeof big});
	assert_int_equal(reader_next(r, &now, &line), CONSENT_OK);
	assert_int_equal(now, READER_LINE);
	assert_int_equal(line.text.n, LAYOUT_LINE);
	assert_int_equal(reader_next(r, &now, &line), CONSENT_OK);
	assert_int_equal(now, READER_LINE);
	expect_state(r, READER_PARTIAL); /* over length, but no newline */
	reader_close(r);
	big[LAYOUT_LINE] = 'x';
	big[sizeof big - 2] = '\n';
	fixture_write(
	    "log/entries/000000000002.jsonl", (struct span){big, sizeof big});
	assert_int_equal(reader_open("log", &r, stray), CONSENT_OK);
	expect_state(r, READER_LINE);
	expect_state(r, READER_BROKEN);
	reader_close(r);
}

/* Whoever may write into the folder cannot make its readers wait for ever. */
static void
a_fifo_is_no_segment(void **state)
{
	static const char name[] = "log/entries/000000000000.jsonl";
	struct reader *r = open_log(SPAN("a\n"), SPAN("b\n"));
	struct reader_line line;
	enum reader_state now;

	(void)state;
	assert_int_equal(unlink(name), 0);
	assert_int_equal(mkfifo(name, 0600), 0);
	assert_int_equal(reader_next(r, &now, &line), CONSENT_EIO);
	reader_close(r);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(lines_come_in_order),
	    TEST(only_the_last_segment_may_be_unfinished),
	    TEST(long_lines_are_told_from_long_tails),
	    TEST(a_fifo_is_no_segment),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
