#include "fixture.h"

#include "audit/syncer.h"

#include <errno.h>

static void
a_file_is_synced_as_often_as_asked(void **state)
{
	struct syncer *s = NULL;
	int i, fd = open("file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(syncer_new(&s), CONSENT_OK);
	for (i = 0; i < 100; i++) {
		assert_int_equal(write(fd, "x", 1), 1);
		syncer_begin(s, fd);
		assert_int_equal(syncer_end(s), CONSENT_OK);
	}
	syncer_free(s);
	assert_int_equal(close(fd), 0);
}

static void
a_failure_is_told_and_forgotten(void **state)
{
	struct syncer *s = NULL;
	int pipes[2], fd = open("file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(syncer_new(&s), CONSENT_OK);
	syncer_begin(s, pipes[1]);
	errno = 0;
	assert_int_equal(syncer_end(s), CONSENT_EIO);
	assert_int_equal(errno, EINVAL); /* a pipe is nothing to sync */
	syncer_begin(s, fd);
	assert_int_equal(syncer_end(s), CONSENT_OK);
	syncer_free(s);
	assert_int_equal(close(fd), 0);
	assert_int_equal(close(pipes[0]), 0);
	assert_int_equal(close(pipes[1]), 0);
}

static void
one_that_was_never_asked_ends(void **state)
{
	struct syncer *s = NULL;

	(void)state;
	assert_int_equal(syncer_new(&s), CONSENT_OK);
	syncer_free(s);
	syncer_free(NULL);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_file_is_synced_as_often_as_asked),
	    TEST(a_failure_is_told_and_forgotten),
	    TEST(one_that_was_never_asked_ends),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
