#include "proxy/post.h"

#include "proxy/pulse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>

#include <cmocka.h>

static struct post posts[POST_MOST];
static struct pulse *pulses;

static int
setup(void **state)
{
	(void)state;
	pulses = pulse_map(POST_MOST);
	return pulses == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < POST_MOST; i++)
		if (posts[i].used)
			post_close(&posts[i]);
	pulse_unmap(pulses, POST_MOST);
	return 0;
}

static size_t
count_used(void)
{
	size_t n = 0, i;

	for (i = 0; i < POST_MOST; i++)
		n += posts[i].used;
	return n;
}

static void
all_are_opened_or_none(void **state)
{
	struct post_plan plan = {1, SETUP_WORKERS, pulses};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(post_open_all(posts, &plan), CONSENT_OK);
	plan.n = 2;
	assert_int_equal(post_open_all(posts, &plan), CONSENT_OK);
	plan.n = SETUP_WORKERS;
	assert_int_equal(post_open_all(posts, &plan), CONSENT_EBUSY);
	assert_int_equal(count_used(), 3 * SETUP_WORKERS + 2);
	assert_int_equal(posts[3 * SETUP_WORKERS + 1].slot, 1);
}

/* Only the notary that knows a post can have said something there. */
static void
the_first_word_is_heard_and_stays(void **state)
{
	const struct post_plan plan = {1, 2, pulses};
	const struct post *post;
	char word;

	(void)state;
	assert_null(post_awaited(posts));
	assert_false(post_hears(NULL, 0));
	assert_int_equal(post_open_all(posts, &plan), CONSENT_OK);
	posts[0].leaving = true; /* of an older generation */
	post = post_awaited(posts);
	assert_ptr_equal(post, &posts[1]);
	assert_false(post_hears(post, 0));
	assert_int_equal(send(post->notary_end, "x", 1, 0), 1);
	assert_true(post_hears(post, 0));
	assert_true(post_hears(post, 0));
	/* it is for the worker that comes */
	assert_int_equal(recv(post->worker_end, &word, 1, 0), 1);
	posts[1].child.pid = 1;
	assert_null(post_awaited(posts));
	posts[1].child.pid = 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(all_are_opened_or_none),
	    TEST(the_first_word_is_heard_and_stays),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
