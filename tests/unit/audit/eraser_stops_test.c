#include "erasing.h"

#include "audit/rewrite.h"

#include <sys/wait.h>

static const uint64_t few[] = {2, 9, 30};

/* In a child: erases, ended before the n-th call that changes a file. */
static bool
is_killed_at(unsigned long n)
{
	pid_t child = fork();
	int status = 0;

	assert_true(child >= 0);
	if (child == 0) {
		struct ledger *l = open_log(SMALL);

		filing_begin(0, n);
		(void)erase(l, alice);
		filing.on = false;
		if (ledger_publish(l) != CONSENT_OK)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 9);
	return WEXITSTATUS(status) == 9;
}

/* What was begun is completed by whoever opens the log next. */
static uint64_t
complete(void)
{
	struct ledger *l = open_log(SMALL);
	struct eraser_result result = {.entries = 0};
	struct eraser *e = NULL;

	assert_int_equal(eraser_new("log", l, &e), CONSENT_OK);
	if (eraser_is_busy(e))
		result = carry_out(e, l, false);
	eraser_free(e);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	ledger_close(l);
	return result.entries;
}

/* 0 or 3 are erased, nothing between, and what is said to be is. */
static void
expect_all_or_nothing(void)
{
	struct verify_result result;
	unsigned left = files_with(alice);

	verify(&result);
	assert_true(result.erased == 0 ? left > 0 : left == 0);
	expect_log(result.erased == 0 ? 0 : 3);
}

static void
whenever_it_is_killed_it_is_completed(void **state)
{
	struct verify_result result;
	unsigned long n = 0;
	bool killed;

	(void)state;
	do {
		ledger_close(new_log(few, 3, 40));
		killed = is_killed_at(++n);
		verify(&result); /* half done is no fault */
		(void)complete();
		expect_all_or_nothing();
		assert_int_equal(complete(), 0);
		assert_int_equal(
		    nftw("log", fixture_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	} while (killed);
	(void)printf("# killed before each of %lu calls\n", n - 1);
	assert_true(n > 20);
}

/* The disk fails once, at the n-th call; the next try goes on. */
static bool
fails_at(unsigned long n)
{
	const struct eraser_wish wish = {.subject = alice, .why = "asked"};
	struct ledger *l = new_log(few, 3, 40);
	struct eraser_result result = {.is_over = false};
	struct eraser *e = NULL;
	bool failed;

	assert_int_equal(eraser_new("log", l, &e), CONSENT_OK);
	assert_int_equal(eraser_begin(e, &wish), CONSENT_OK);
	filing_begin(n, 0);
	while (eraser_is_busy(e)) {
		int rc;

		filing.on = true;
		rc = eraser_go_on(e, 0, &result);
		filing.on = false;
		assert_true(rc == CONSENT_OK || filing.failed);
		choose(l, other, NULL);
	}
	failed = filing.failed;
	assert_true(result.is_over);
	assert_int_equal(result.status, CONSENT_OK);
	assert_int_equal(result.entries, 3);
	eraser_free(e);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	ledger_close(l);
	assert_int_equal(files_with(alice), 0);
	expect_log(3);
	return failed;
}

static void
a_failing_disk_is_tried_again(void **state)
{
	unsigned long n = 0;
	bool failed;

	(void)state;
	do {
		failed = fails_at(++n);
		assert_int_equal(
		    nftw("log", fixture_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	} while (failed);
	(void)printf("# each of %lu calls failed\n", n - 1);
}

/* No draft is begun where the log itself could not go on. */
static void
a_full_disk_is_left_alone(void **state)
{
	const struct eraser_wish wish = {.subject = alice, .why = "asked"};
	struct ledger *l = new_log(few, 3, 40);
	struct eraser_result result = {.is_over = false};
	struct eraser *e = NULL;
	int i, rc;

	(void)state;
	assert_int_equal(eraser_new("log", l, &e), CONSENT_OK);
	assert_int_equal(eraser_begin(e, &wish), CONSENT_OK);
	filing.room = REWRITE_SPARE;
	do
		rc = eraser_go_on(e, 0, &result);
	while (rc == CONSENT_OK);
	assert_int_equal(rc, CONSENT_EIO);
	assert_int_equal(errno, ENOSPC);
	for (i = 0; i < 3; i++)
		assert_int_equal(eraser_go_on(e, 0, &result), CONSENT_EIO);
	choose(l, other, NULL);
	filing.room = 0;
	assert_int_equal(carry_out(e, l, false).entries, 3);
	eraser_free(e);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	ledger_close(l);
	assert_int_equal(files_with(alice), 0);
	expect_log(3);
}

/* A mark that nobody can read tells of the whole log. */
static void
a_broken_mark_is_no_way_out(void **state)
{
	static const char *const marks[] = {
	    "", "x\n", "2", "99999999999999999999999999999999999999\n"};
	unsigned i;

	(void)state;
	for (i = 0; i < 4; i++) {
		ledger_close(new_log(few, 3, 40));
		/* behind the erase entry, before the segments */
		assert_true(is_killed_at(9));
		assert_int_equal(access("log/" ERASE_MARK, F_OK), 0);
		fixture_write("log/" ERASE_MARK, span_of(marks[i]));
		assert_int_equal(complete(), 3);
		expect_log(3);
		assert_int_equal(
		    nftw("log", fixture_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	}
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(whenever_it_is_killed_it_is_completed),
	    TEST(a_failing_disk_is_tried_again),
	    TEST(a_full_disk_is_left_alone),
	    TEST(a_broken_mark_is_no_way_out),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
