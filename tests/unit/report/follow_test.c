#include "report/follow.h"

#include "../audit/fixture.h"

enum {
	SEGMENT_BYTES = 1500 /* a few entries */
};

static struct follow *
begin(void)
{
	struct follow *f = NULL;

	assert_int_equal(follow_new("log", &f), CONSENT_OK);
	return f;
}

/* The number that the next line begins with, or what went wrong. */
static int64_t
next(struct follow *f)
{
	struct reader_line line;
	struct entry_peek peek;
	const char *why = "";
	int rc = follow_next(f, &line, &why);

	if (rc != CONSENT_OK)
		return rc;
	assert_true(entry_peek(line.text, &peek));
	assert_int_equal(line.first + line.line - 1, peek.seq);
	return (int64_t)peek.seq;
}

static struct ledger *
open_small(void)
{
	struct ledger_options options = fixture_options;
	struct ledger *l = NULL;

	options.segment_size = SEGMENT_BYTES;
	assert_int_equal(ledger_open("log", &options, &l), CONSENT_OK);
	return l;
}

static void
what_is_written_is_followed_over_segments(void **state)
{
	struct follow *f = begin();
	struct ledger *l;
	int64_t seq = 0;
	int i;

	(void)state;
	assert_int_equal(next(f), CONSENT_EIO);
	l = open_small();
	fixture_introduce(l);
	for (i = 0; i < 40; i++) {
		fixture_fill(l, (size_t)i % 3);
		while (seq < (int64_t)ledger_next(l))
			assert_int_equal(next(f), seq++);
		assert_int_equal(next(f), CONSENT_ENOENT);
	}
	ledger_close(l);
	follow_free(f);
}

static void
a_place_is_found_again(void **state)
{
	struct follow *f = begin();
	struct ledger *l = open_small();
	struct follow_place place;
	int64_t i;

	(void)state;
	fixture_introduce(l);
	fixture_fill(l, 30);
	ledger_close(l);
	for (i = 31; i >= 0; i--) {
		place = follow_entry((uint64_t)i);
		follow_go(f, &place);
		assert_int_equal(next(f), i);
		place = follow_tell(f);
		assert_int_equal(next(f), i < 31 ? i + 1 : CONSENT_ENOENT);
		follow_go(f, &place);
		assert_int_equal(next(f), i < 31 ? i + 1 : CONSENT_ENOENT);
	}
	follow_free(f);
}

/* Writes the only segment anew, with its first n entries made shorter. */
static void
shorten(int n)
{
	struct buf whole;
	struct span rest;
	FILE *file = fopen("log/entries/.draft", "we");

	assert_non_null(file);
	fixture_read("log/entries/000000000000.jsonl", &whole);
	rest = span_sub(buf_span(&whole), 0, whole.n - 1);
	while (rest.p != NULL) {
		struct span line = span_cut(&rest, '\n');
		struct entry_peek peek;

		assert_true(entry_peek(line, &peek));
		if (n-- > 0)
			assert_true(
			    fprintf(file, "{\"seq\":%llu,\"erased\":\"00\"}\n",
				(unsigned long long)peek.seq) > 0);
		else
			assert_true(
			    fprintf(file, "%.*s\n", SPAN_ARG(line)) > 0);
	}
	assert_int_equal(fclose(file), 0);
	assert_int_equal(
	    rename("log/entries/.draft", "log/entries/000000000000.jsonl"), 0);
	buf_fini(&whole);
}

static void
a_segment_that_was_written_anew_is_counted_anew(void **state)
{
	struct follow *f = begin();
	struct follow_place place;
	FILE *file;
	int64_t i;

	(void)state;
	fixture_log("log", 10);
	for (i = 0; i < 12; i++)
		assert_int_equal(next(f), i);
	assert_int_equal(next(f), CONSENT_ENOENT);
	shorten(5);
	file = fopen("log/entries/000000000000.jsonl", "ae");
	assert_non_null(file);
	assert_true(fputs("{\"seq\":12,\"erased\":\"00\"}\n", file) > 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(next(f), 12);
	/* while it is open, it reads on in what it has opened, and then looks
	 */
	place = follow_entry(7);
	follow_go(f, &place);
	assert_int_equal(next(f), 7);
	shorten(9);
	for (i = 8; i < 13; i++)
		assert_int_equal(next(f), i);
	assert_int_equal(next(f), CONSENT_ENOENT);
	follow_free(f);
}

static void
what_is_no_line_is_refused(void **state)
{
	struct follow *f = begin();
	struct reader_line line;
	const char *why = "";
	FILE *file;
	int i;

	(void)state;
	fixture_log("log", 1);
	file = fopen("log/entries/000000000000.jsonl", "ae");
	assert_non_null(file);
	for (i = 0; i <= LAYOUT_LINE; i++)
		assert_int_equal(fputc('a', file), 'a');
	assert_int_equal(fclose(file), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(next(f), i);
	for (i = 0; i < 2; i++) {
		assert_int_equal(follow_next(f, &line, &why), CONSENT_EINVAL);
		assert_string_equal(why, "a line that is too long");
		assert_int_equal(line.line, 4);
	}
	follow_free(f);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_is_written_is_followed_over_segments),
	    TEST(a_place_is_found_again),
	    TEST(a_segment_that_was_written_anew_is_counted_anew),
	    TEST(what_is_no_line_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("report/follow", tests, NULL, NULL);
}
