#include "fixture.h"

#include "growing.h"

#include <signal.h>
#include <sys/wait.h>

/*
 * No false alarm: logs of all sizes, with stops, kills and erasures, hold, and
 * so does one that grows while it is read. LOGS in the environment says how
 * many.
 */

/* What is on the disk after a loss of power is not asked here, but often. */
int
fsync(int fd)
{
	(void)fd;
	return 0;
}

int
fdatasync(int fd)
{
	(void)fd;
	return 0;
}

static void
remove_log(void)
{
	assert_int_equal(
	    nftw("log", fixture_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* The shape of a log: small ones are many, and all kinds of ends come. */
static struct growth
shape(uint64_t seed)
{
	static const uint64_t segments[] = {0, 1, 3000, 20000, 200000};

	return (struct growth){.dir = "log",
	    .ring = &fixture_ring,
	    .seed = seed,
	    .entries = seed % 10 == 0 ? seed * 97 % 3000 : seed * 31 % 700,
	    .segment_size = segments[seed % 5],
	    .round = seed % 7 == 0 ? 300 : 1 + (unsigned)(seed % 40),
	    .stops = (unsigned)(seed % 6) * 4,
	    .kills = (unsigned)(seed % 4) * 8,
	    .erasures = (unsigned)(seed % 3) * 5,
	    .ends_killed = seed % 5 == 0};
}

static void
expect_whole(uint64_t seed, const struct verify_options *options)
{
	struct verify_result result;
	int rc = verify_run("log", options, &result);

	if (rc != CONSENT_OK)
		print_message("seed %llu, %llu entries: %s:%llu: %s\n",
		    (unsigned long long)seed,
		    (unsigned long long)result.entries, result.fault.file,
		    (unsigned long long)result.fault.line, result.fault.why);
	assert_int_equal(rc, CONSENT_OK);
	assert_true(result.heads.has_newest);
	assert_true(result.heads.newest.n <= result.entries);
}

static void
r22_logs_that_grew_rightly_hold(void **state)
{
	const char *wish = getenv("LOGS");
	struct verify_options options = {.ring = &fixture_ring};
	uint64_t seed, n = 30;

	(void)state;
	if (wish != NULL)
		assert_int_equal(
		    span_to_u64(span_of(wish), 10, 1000000, &n), CONSENT_OK);
	for (seed = 1; seed <= n; seed++) {
		struct growth how = shape(seed);

		assert_int_equal(growing_run(&how), CONSENT_OK);
		expect_whole(seed, &options);
		expect_whole(seed, &(struct verify_options){.ring = NULL});
		remove_log();
	}
	print_message("# %llu logs\n", (unsigned long long)n);
}

/* Grows logs without end, until it is killed. */
static void
grow_forever(void)
{
	struct growth how = {.dir = "log",
	    .ring = &fixture_ring,
	    .seed = 5,
	    .entries = UINT32_MAX,
	    .segment_size = 30000,
	    .round = 20,
	    .erasures = 10};

	_exit(growing_run(&how) == CONSENT_OK ? 0 : 1);
}

static void
r22_a_log_at_work_raises_no_alarm(void **state)
{
	const char *wish = getenv("LOGS");
	unsigned i, n = wish == NULL ? 60 : 150;
	struct verify_options options = {.ring = &fixture_ring};
	struct verify_result result;
	uint64_t seen = 0;
	pid_t writer;

	(void)state;
	writer = fork();
	if (writer == 0)
		grow_forever();
	assert_true(writer > 0);
	for (i = 0; i < n || seen < 200;) {
		int rc = verify_run("log", &options, &result);

		/* it may not have begun, and must soon */
		i += rc != CONSENT_ENOENT && result.entries > 0;
		if (rc == CONSENT_ENOENT)
			continue;
		if (rc != CONSENT_OK)
			print_message("%u: %s:%llu: %s\n", i, result.fault.file,
			    (unsigned long long)result.fault.line,
			    result.fault.why);
		assert_int_equal(rc, CONSENT_OK);
		assert_true(result.entries >= seen);
		seen = result.entries;
	}
	assert_int_equal(kill(writer, SIGKILL), 0);
	assert_int_equal(waitpid(writer, NULL, 0), writer);
	assert_true(seen > 0);
	print_message("# %llu entries while %u times verified\n",
	    (unsigned long long)seen, n);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r22_logs_that_grew_rightly_hold),
	    TEST(r22_a_log_at_work_raises_no_alarm),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
