#include "erasing.h"

#include "base/clock.h"

static struct eraser_result
retain(struct ledger *l, int64_t before)
{
	const struct eraser_wish wish = {
	    .before = before, .why = "retention of 400 days"};
	struct eraser_result result;
	struct eraser *e = NULL;

	assert_int_equal(eraser_new("log", l, &e), CONSENT_OK);
	assert_int_equal(eraser_begin(e, &wish), CONSENT_OK);
	result = carry_out(e, l, false);
	eraser_free(e);
	assert_int_equal(result.status, CONSENT_OK);
	return result;
}

static void
r24_a_subject_is_gone_from_everywhere(void **state)
{
	static const uint64_t hers[] = {2, 3, 200, 255, 256, 511, 600, 601};
	struct eraser_result result;
	struct ledger *l = new_log(hers, 8, 602);

	(void)state;
	assert_true(files_with(alice) > 8);
	result = erase(l, alice);
	assert_int_equal(result.entries, 8);
	assert_int_equal(result.by, 602);
	assert_int_equal(files_with(alice), 0);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	expect_log(8);
	assert_int_equal(files_with(alice), 0);
	ledger_close(l);
	/* the same log goes on */
	l = open_log(SMALL);
	choose(l, other, NULL);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	expect_log(8);
	ledger_close(l);
}

static void
nothing_of_the_lines_is_left(void **state)
{
	char ids[3][RECORD_ID];
	struct ledger *l = open_log(SMALL);
	size_t i;

	(void)state;
	fixture_introduce(l);
	for (i = 0; i < 3; i++) {
		choose(l, alice, ids[i]);
		fixture_fill(l, 100);
		assert_int_equal(ledger_publish(l), CONSENT_OK);
	}
	for (i = 0; i < 3; i++)
		assert_true(files_with(ids[i]) > 0);
	(void)erase(l, alice);
	for (i = 0; i < 3; i++)
		assert_int_equal(files_with(ids[i]), 0);
	ledger_close(l);
}

/* What a full bundle with a hole leaves, and one without. */
static void
bundles_with_a_hole_are_taken_away(void **state)
{
	static const uint64_t hers[] = {300, 514};
	struct ledger *l = new_log(hers, 2, 516);

	(void)state;
	assert_int_equal(access("log/tile/entries/001", F_OK), 0);
	assert_int_equal(access("log/tile/entries/002.p/4", F_OK), 0);
	(void)erase(l, alice);
	assert_int_equal(access("log/tile/entries/000", F_OK), 0);
	assert_int_equal(access("log/tile/entries/001", F_OK), -1);
	assert_int_equal(access("log/tile/entries/002.p", F_OK), -1);
	/* the unfinished one stays away, also when it becomes full */
	fixture_fill(l, 100);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	assert_int_equal(access("log/tile/entries/002.p", F_OK), -1);
	ledger_close(l);
	l = open_log(SMALL);
	fixture_fill(l, 200);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	assert_int_equal(access("log/tile/entries/002", F_OK), -1);
	assert_int_equal(access("log/tile/entries/003.p", F_OK), 0);
	assert_int_equal(access("log/tile/0/002", F_OK), 0);
	expect_log(2);
	ledger_close(l);
}

/* A bundle that waits to be written is forgotten. */
static void
what_is_not_published_yet_goes_too(void **state)
{
	struct ledger *l = open_log(SMALL);
	char id[RECORD_ID];

	(void)state;
	fixture_introduce(l);
	choose(l, alice, NULL);
	fixture_fill(l, 300);
	choose(l, alice, id);
	assert_int_equal(erase(l, alice).entries, 2);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	assert_int_equal(files_with(alice), 0);
	assert_int_equal(files_with(id), 0);
	assert_int_equal(access("log/tile/entries/000", F_OK), -1);
	expect_log(2);
	/* nor does it come back when all tiles are made anew */
	ledger_close(l);
	assert_int_equal(
	    nftw("log/tile", fixture_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	l = open_log(SMALL);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	assert_int_equal(access("log/tile/entries/000", F_OK), -1);
	expect_log(2);
	ledger_close(l);
}

/* A writer was killed when it wrote a bundle, and an entry of that goes. */
static void
what_a_killed_writer_left_goes_too(void **state)
{
	static const uint64_t hers[] = {5};
	struct ledger *l = new_log(hers, 1, 300);

	(void)state;
	assert_int_equal(
	    rename("log/tile/entries/000", "log/tile/entries/.000.tmp"), 0);
	assert_int_equal(mkdir("log/tile/entries/000.p", 0700), 0);
	fixture_write("log/tile/entries/000.p/.17.tmp", span_of(alice));
	(void)erase(l, alice);
	assert_int_equal(files_with(alice), 0);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	expect_log(1);
	ledger_close(l);
}

static void
an_unknown_subject_changes_nothing(void **state)
{
	struct ledger *l = new_log(NULL, 0, 20);
	uint64_t next = ledger_next(l);

	(void)state;
	assert_int_equal(erase(l, alice).entries, 0);
	assert_int_equal(ledger_next(l), next);
	expect_log(0);
	ledger_close(l);
}

static void
twice_erases_what_came_since(void **state)
{
	static const uint64_t hers[] = {5};
	struct ledger *l = new_log(hers, 1, 20);
	uint64_t next;

	(void)state;
	assert_int_equal(erase(l, alice).entries, 1);
	next = ledger_next(l);
	assert_int_equal(erase(l, alice).entries, 0);
	assert_int_equal(ledger_next(l), next);
	choose(l, alice, NULL);
	assert_int_equal(erase(l, alice).entries, 1);
	assert_int_equal(erase(l, other).entries, 17);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	expect_log(19);
	assert_int_equal(files_with(alice) + files_with(other), 0);
	ledger_close(l);
}

static void
many_need_several_entries(void **state)
{
	struct entry_fact fact = {.type = LAYOUT_CHOICE, .kid = "k1"};
	struct eraser_result result;
	struct ledger_place place;
	struct ledger *l = open_log(0);
	struct record r;
	unsigned i;

	(void)state;
	fixture_introduce(l);
	fact.record = &r;
	fixture_record(&r);
	memcpy(r.sub, alice, RECORD_ID);
	for (i = 0; i < 5000; i++) {
		assert_int_equal(digest_new_id(r.id), CONSENT_OK);
		assert_int_equal(ledger_append(l, &fact, &place), CONSENT_OK);
	}
	assert_int_equal(ledger_commit(l), CONSENT_OK);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	result = erase(l, alice);
	assert_int_equal(result.entries, 5000);
	assert_int_equal(ledger_next(l), result.by + 2);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	expect_log(5000);
	assert_int_equal(files_with(alice), 0);
	ledger_close(l);
}

/* The writer goes on between all pieces, across segments. */
static void
choices_go_on_meanwhile(void **state)
{
	static const uint64_t hers[] = {2, 40, 80, 99};
	const struct eraser_wish wish = {.subject = alice, .why = "asked"};
	struct ledger *l = new_log(hers, 4, 100);
	struct eraser_result result = {.is_over = false};
	struct verify_result verdict;
	struct eraser *e = NULL;

	(void)state;
	assert_int_equal(eraser_new("log", l, &e), CONSENT_OK);
	assert_int_equal(eraser_begin(e, &wish), CONSENT_OK);
	assert_int_equal(eraser_begin(e, &wish), CONSENT_EBUSY);
	while (eraser_is_busy(e)) {
		assert_int_equal(eraser_go_on(e, 0, &result), CONSENT_OK);
		choose(l, other, NULL);
		assert_int_equal(ledger_publish(l), CONSENT_OK);
		verify(&verdict);
		assert_true(verdict.is_live);
	}
	assert_int_equal(result.entries, 4);
	eraser_free(e);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	expect_log(4);
	assert_int_equal(files_with(alice), 0);
	ledger_close(l);
}

static void
a_wish_that_cannot_be_logged_is_refused(void **state)
{
	struct eraser_wish wish = {.subject = "short", .why = "asked"};
	struct eraser_result result = {.is_over = false};
	static const uint64_t hers[] = {3};
	struct ledger *l = new_log(hers, 1, 5);
	struct eraser *e = NULL;
	char long_why[LAYOUT_NAME + 1];

	(void)state;
	assert_int_equal(eraser_new("log", l, &e), CONSENT_OK);
	assert_int_equal(eraser_begin(e, &wish), CONSENT_EINVAL);
	wish.subject = alice;
	wish.why = "AliceAliceAliceAliceAQ asked";
	assert_int_equal(eraser_begin(e, &wish), CONSENT_EINVAL);
	memset(long_why, 'x', LAYOUT_NAME);
	long_why[LAYOUT_NAME] = '\0';
	wish.why = long_why;
	assert_int_equal(eraser_begin(e, &wish), CONSENT_EINVAL);
	/* found to be no text when it is written */
	wish.why = "\xff";
	assert_int_equal(eraser_begin(e, &wish), CONSENT_OK);
	assert_int_equal(eraser_go_on(e, 1000, &result), CONSENT_EINVAL);
	assert_true(result.is_over);
	assert_int_equal(result.status, CONSENT_EINVAL);
	assert_false(eraser_is_busy(e));
	assert_int_equal(ledger_next(l), 5);
	eraser_free(e);
	expect_log(0);
	ledger_close(l);
}

/* Until the wall clock shows another millisecond. */
static int64_t
next_moment(void)
{
	int64_t now = clock_now();

	while (clock_now() == now)
		continue;
	return now + 1;
}

static void
r24_old_segments_lose_their_choices(void **state)
{
	struct ledger *l = open_log(SMALL);
	uint64_t old;
	int64_t then;

	(void)state;
	fixture_introduce(l);
	while (ledger_next(l) < 40)
		choose(l, alice, NULL);
	ledger_close(l);
	then = next_moment();
	l = open_log(SMALL);
	while (ledger_next(l) < 80)
		choose(l, other, NULL);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	old = retain(l, then).entries;
	/* the segment in which the time falls stays as it is */
	assert_in_range(old, 40 - 2 - 12, 40 - 2);
	assert_int_equal(retain(l, then).entries, 0);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	expect_log(old);
	/* and in the end all of it, that being written too */
	then = next_moment();
	assert_int_equal(retain(l, then).entries, 78 - old);
	assert_int_equal(retain(l, then).entries, 0);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	expect_log(78);
	assert_int_equal(files_with(alice) + files_with(other), 0);
	assert_true(files_with("\"type\":\"policy\"") > 0);
	ledger_close(l);
}

static int64_t moment;

static int64_t
read_moment(void)
{
	return moment;
}

/* A clock that once was ahead keeps its segment, and no other. */
static void
r24_an_entry_of_the_future_stops_nothing(void **state)
{
	struct ledger_options day = fixture_options;
	struct ledger *l = NULL;
	uint64_t first, second;
	int i;

	(void)state;
	day.segment_ms = 1000;
	moment = INT64_C(1700000000000);
	clock_replace(read_moment);
	assert_int_equal(ledger_open("log", &day, &l), CONSENT_OK);
	fixture_introduce(l);
	for (i = 0; i < 6; i++, moment += 1000) {
		int64_t now = moment;

		choose(l, i == 2 ? other : alice, NULL);
		if (i == 2)
			moment += INT64_C(1000000000);
		choose(l, i == 2 ? other : alice, NULL);
		moment = now;
	}
	first = retain(l, moment).entries;
	second = retain(l, moment).entries;
	clock_replace(NULL);
	assert_int_equal(first, 11);
	assert_int_equal(second, 0);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	expect_log(11);
	assert_int_equal(files_with(alice), 0);
	assert_true(files_with(other) > 0);
	ledger_close(l);
}

static size_t
count_segments(void)
{
	struct reader *reader = NULL;
	char stray[LAYOUT_NAME];
	size_t n;

	assert_int_equal(reader_open("log", &reader, stray), CONSENT_OK);
	n = reader_segments(reader);
	reader_close(reader);
	return n;
}

static void
r24_a_segment_ends_by_age(void **state)
{
	struct ledger_options options = fixture_options;
	struct ledger *l = NULL;

	(void)state;
	options.segment_ms = 3600000;
	assert_int_equal(ledger_open("log", &options, &l), CONSENT_OK);
	fixture_introduce(l);
	(void)next_moment();
	choose(l, other, NULL);
	assert_int_equal(count_segments(), 1);
	ledger_close(l);
	options.segment_ms = 1;
	assert_int_equal(ledger_open("log", &options, &l), CONSENT_OK);
	(void)next_moment();
	choose(l, other, NULL);
	assert_int_equal(count_segments(), 2);
	(void)next_moment();
	choose(l, other, NULL);
	assert_int_equal(count_segments(), 3);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	expect_log(0);
	ledger_close(l);
}

/* Short segments do not make the writer forgetful. */
static void
attempts_are_known_over_short_segments(void **state)
{
	struct ledger_options options = fixture_options;
	struct ledger *l = NULL;
	char id[RECORD_ID];
	int i;

	(void)state;
	options.segment_ms = 1;
	assert_int_equal(ledger_open("log", &options, &l), CONSENT_OK);
	fixture_introduce(l);
	choose(l, other, id);
	for (i = 0; i < 5; i++) {
		(void)next_moment();
		choose(l, other, NULL);
	}
	assert_in_range(count_segments(), 5, 8);
	ledger_close(l);
	assert_int_equal(ledger_open("log", &options, &l), CONSENT_OK);
	assert_true(ledger_knows(l, id));
	choose(l, other, NULL); /* under a policy of the first segment */
	ledger_close(l);
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r24_a_subject_is_gone_from_everywhere),
	    TEST(nothing_of_the_lines_is_left),
	    TEST(bundles_with_a_hole_are_taken_away),
	    TEST(what_is_not_published_yet_goes_too),
	    TEST(what_a_killed_writer_left_goes_too),
	    TEST(an_unknown_subject_changes_nothing),
	    TEST(twice_erases_what_came_since),
	    TEST(many_need_several_entries),
	    TEST(choices_go_on_meanwhile),
	    TEST(a_wish_that_cannot_be_logged_is_refused),
	    TEST(r24_old_segments_lose_their_choices),
	    TEST(r24_an_entry_of_the_future_stops_nothing),
	    TEST(r24_a_segment_ends_by_age),
	    TEST(attempts_are_known_over_short_segments),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
