#include "fixture.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#define SEGMENT "log/entries/000000000000.jsonl"

static struct ledger *
reopen(void)
{
	struct ledger *l = NULL;

	assert_int_equal(ledger_open("log", &fixture_options, &l), CONSENT_OK);
	return l;
}

static void
expect_whole(uint64_t entries)
{
	struct verify_result result;
	int rc = verify_run("log", NULL, &result);

	if (rc != CONSENT_OK)
		print_message("%s:%llu: %s\n", result.fault.file,
		    (unsigned long long)result.fault.line, result.fault.why);
	assert_int_equal(rc, CONSENT_OK);
	assert_int_equal(result.entries, entries);
}

static void
modes_are_private(void **state)
{
	static const char *const folders[] = {
	    "log", "log/entries", "log/policies", "log/notices"};
	struct stat st;
	size_t i;

	(void)state;
	fixture_log("log", 1);
	for (i = 0; i < 4; i++) {
		assert_int_equal(stat(folders[i], &st), 0);
		assert_int_equal(st.st_mode & 0777, 0700);
	}
	assert_int_equal(stat(SEGMENT, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	expect_whole(3);
}

static int
look_at_mode(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	mode_t wanted = kind == FTW_F ? 0640 : 0750;

	(void)at;
	if ((st->st_mode & 0777) == wanted)
		return 0;
	print_message("%s has mode %o\n", path, (unsigned)st->st_mode);
	return -1;
}

static void
who_may_read_the_log_may_go_on(void **state)
{
	mode_t mask = umask(0027);
	struct stat st;

	(void)state;
	assert_int_equal(mkdir("log", 0750), 0);
	fixture_log("log", 300);
	(void)umask(mask);
	assert_int_equal(stat("log/tile/0/000", &st), 0);
	assert_int_equal(nftw("log", look_at_mode, 16, FTW_PHYS), 0);
}

static void
second_writer_is_refused(void **state)
{
	struct ledger *l, *other = NULL;

	(void)state;
	l = reopen();
	assert_int_equal(
	    ledger_open("log", &fixture_options, &other), CONSENT_EBUSY);
	assert_null(other);
	ledger_close(l);
	ledger_close(reopen());
}

static void
torn_tail_is_cut(void **state)
{
	struct ledger *first = NULL;
	struct buf whole;
	size_t last, n;

	(void)state;
	first = reopen();
	fixture_introduce(first);
	fixture_fill(first, 2);
	ledger_close(first);
	fixture_read(SEGMENT, &whole);
	for (last = whole.n - 1; whole.p[last - 1] != '\n';)
		last--;
	for (n = last; n < whole.n; n++) {
		struct ledger *l;

		fixture_write(SEGMENT, span_sub(buf_span(&whole), 0, n));
		l = reopen();
		assert_int_equal(ledger_facts(l).cut, n - last);
		assert_int_equal(ledger_next(l), 3);
		ledger_close(l);
		expect_whole(3);
	}
	buf_fini(&whole);
}

static void
zeros_at_the_end_are_cut(void **state)
{
	static const char zeros[200000];
	struct buf whole;
	struct ledger *l;
	size_t n;

	(void)state;
	fixture_log("log", 2);
	fixture_read(SEGMENT, &whole);
	n = whole.n;
	assert_int_equal(
	    buf_append(&whole, (struct span){zeros, sizeof zeros}), CONSENT_OK);
	fixture_write(SEGMENT, buf_span(&whole));
	l = reopen();
	assert_int_equal(ledger_facts(l).cut, whole.n - n);
	fixture_fill(l, 1);
	ledger_close(l);
	expect_whole(5);
	buf_fini(&whole);
}

static void
damage_before_the_end_is_left_alone(void **state)
{
	struct buf whole, after;
	struct ledger *l = NULL;

	(void)state;
	fixture_log("log", 3);
	fixture_read(SEGMENT, &whole);
	whole.p[1] = 'x'; /* the first line is no entry any more */
	fixture_write(SEGMENT, buf_span(&whole));
	assert_int_equal(
	    ledger_open("log", &fixture_options, &l), CONSENT_EINVAL);
	fixture_read(SEGMENT, &after);
	assert_true(span_equal(buf_span(&whole), buf_span(&after)));
	buf_fini(&whole);
	buf_fini(&after);
}

static void
failed_commit_takes_all_back(void **state)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct rlimit old, tight;
	struct ledger *l;
	struct record r;
	struct entry_fact fact = {.type = LAYOUT_CHOICE, .kid = "k1"};
	struct ledger_place place, first;
	struct stat before, st;

	(void)state;
	assert_int_equal(sigaction(SIGXFSZ, &ignore, NULL), 0);
	l = reopen();
	fixture_introduce(l);
	fixture_fill(l, 1);
	assert_int_equal(stat(SEGMENT, &before), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	tight = old;
	tight.rlim_cur = (rlim_t)before.st_size + 100; /* a part fits */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	fixture_record(&r);
	fact.record = &r;
	assert_int_equal(ledger_append(l, &fact, &first), CONSENT_OK);
	assert_int_equal(ledger_commit(l), CONSENT_EIO);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(stat(SEGMENT, &st), 0);
	assert_int_equal(st.st_size, before.st_size);
	assert_int_equal(ledger_next(l), 3);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	/* the same attempt again is a new one, under the same number */
	assert_int_equal(ledger_append(l, &fact, &place), CONSENT_OK);
	assert_false(place.again);
	assert_int_equal(place.seq, first.seq);
	assert_int_equal(ledger_commit(l), CONSENT_OK);
	ledger_close(l);
	expect_whole(4);
}

static void
on_written(void *ctx)
{
	struct stat st;
	off_t *size = ctx;

	/* what it may rely on: all of it is written */
	assert_int_equal(stat(SEGMENT, &st), 0);
	assert_true(st.st_size > *size);
	*size = st.st_size;
}

static void
a_commit_calls_while_the_disk_syncs(void **state)
{
	struct ledger_options options = fixture_options;
	struct ledger *l;
	off_t size = 0, before;

	(void)state;
	options.on_written = on_written;
	options.ctx = &size;
	assert_int_equal(ledger_open("log", &options, &l), CONSENT_OK);
	assert_int_equal(ledger_commit(l), CONSENT_OK);
	assert_int_equal(size, 0); /* there was nothing to write */
	fixture_introduce(l);
	before = size;
	fixture_fill(l, 1);
	assert_true(size > before);
	before = size;
	fixture_fill(l, LEDGER_MANY + 5);
	assert_true(size > before);
	ledger_close(l);
	expect_whole(2 + 1 + LEDGER_MANY + 5);
}

static void
segments_rotate(void **state)
{
	struct ledger_options options = fixture_options;
	struct verify_result result;
	struct ledger *l = NULL;
	int i;

	(void)state;
	options.segment_size = 1000;
	assert_int_equal(ledger_open("log", &options, &l), CONSENT_OK);
	fixture_introduce(l);
	for (i = 0; i < 20; i++)
		fixture_fill(l, 1);
	ledger_close(l);
	assert_int_equal(verify_run("log", NULL, &result), CONSENT_OK);
	assert_int_equal(result.entries, 22);
	assert_true(result.segments > 4);
	l = NULL;
	assert_int_equal(ledger_open("log", &options, &l), CONSENT_OK);
	assert_int_equal(ledger_next(l), 22);
	fixture_introduce(l);
	fixture_fill(l, 1);
	ledger_close(l);
	assert_int_equal(verify_run("log", NULL, &result), CONSENT_OK);
}

static void
attempts_are_logged_once(void **state)
{
	struct entry_fact fact = {.type = LAYOUT_CHOICE, .kid = "k1"};
	struct ledger_place place, again;
	struct ledger *l;
	struct record r;
	int round;

	(void)state;
	l = reopen();
	fixture_introduce(l);
	fixture_record(&r);
	fact.record = &r;
	assert_int_equal(ledger_append(l, &fact, &place), CONSENT_OK);
	for (round = 0; round < 3; round++) { /* open, committed, anew */
		assert_int_equal(ledger_append(l, &fact, &again), CONSENT_OK);
		assert_true(again.again);
		assert_int_equal(again.seq, place.seq);
		assert_true(again.time == place.time);
		assert_int_equal(ledger_commit(l), CONSENT_OK);
		if (round > 0) {
			ledger_close(l);
			l = reopen();
		}
	}
	r.categories[1].granted = true;
	assert_int_equal(ledger_append(l, &fact, &again), CONSENT_EDENIED);
	ledger_close(l);
	expect_whole(3);
}

static void
choices_need_their_texts(void **state)
{
	struct entry_fact fact = {.type = LAYOUT_CHOICE, .kid = "k1"};
	struct ledger_place place;
	struct ledger *l;
	struct record r;

	(void)state;
	l = reopen();
	fixture_record(&r);
	fact.record = &r;
	assert_int_equal(ledger_append(l, &fact, &place), CONSENT_ENOENT);
	assert_int_equal(
	    ledger_record_text(l, LAYOUT_POLICY, r.policy, SPAN("other")),
	    CONSENT_EINVAL);
	fixture_introduce(l);
	fixture_introduce(l); /* known: nothing is added */
	assert_int_equal(ledger_next(l), 2);
	assert_int_equal(ledger_append(l, &fact, &place), CONSENT_OK);
	ledger_close(l); /* not committed */
	expect_whole(2);
}

static void
policies_come_back_into_force(void **state)
{
	char other[DIGEST_HEX];
	struct ledger *l;

	(void)state;
	assert_int_equal(digest_sha256_hex(SPAN("{}"), other), CONSENT_OK);
	l = reopen();
	fixture_introduce(l);
	assert_int_equal(
	    ledger_record_text(l, LAYOUT_POLICY, other, SPAN("{}")),
	    CONSENT_OK);
	assert_int_equal(ledger_commit(l), CONSENT_OK);
	ledger_close(l);
	l = reopen();
	fixture_introduce(l);
	assert_int_equal(ledger_next(l), 4);
	ledger_close(l);
	expect_whole(4);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(modes_are_private),
	    TEST(who_may_read_the_log_may_go_on),
	    TEST(second_writer_is_refused),
	    TEST(torn_tail_is_cut),
	    TEST(zeros_at_the_end_are_cut),
	    TEST(damage_before_the_end_is_left_alone),
	    TEST(failed_commit_takes_all_back),
	    TEST(a_commit_calls_while_the_disk_syncs),
	    TEST(segments_rotate),
	    TEST(attempts_are_logged_once),
	    TEST(choices_need_their_texts),
	    TEST(policies_come_back_into_force),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
