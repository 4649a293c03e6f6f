#include "census/frontier.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <setjmp.h>

#include <cmocka.h>

static int
add(struct frontier *f, const char *url, bool *is_new)
{
	return frontier_add(f, span_of(url), 0, is_new);
}

static void
each_url_comes_once_in_its_order(void **state)
{
	struct frontier f = {.n = 0};
	bool is_new = false;

	(void)state;
	assert_int_equal(add(&f, "http://a/", &is_new), CONSENT_OK);
	assert_true(is_new);
	assert_int_equal(add(&f, "http://b/", &is_new), CONSENT_OK);
	assert_int_equal(add(&f, "http://a/", &is_new), CONSENT_OK);
	assert_false(is_new);
	assert_int_equal(frontier_waiting(&f), 2);
	assert_string_equal(frontier_take(&f)->url, "http://a/");
	assert_string_equal(frontier_take(&f)->url, "http://b/");
	assert_null(frontier_take(&f));
	assert_int_equal(add(&f, "http://a/", &is_new), CONSENT_OK);
	assert_false(is_new);
	frontier_fini(&f);
}

/* A page of millions of links must not take minutes. */
static void
a_full_one_is_quick(void **state)
{
	struct frontier f = {.n = 0};
	clock_t begin = clock();
	char url[64], longest[FRONTIER_URL + 2];
	bool is_new;
	unsigned i;

	(void)state;
	for (i = 0; i < 500000; i++) {
		(void)snprintf(url, sizeof url, "http://a/%u", i);
		assert_int_equal(add(&f, url, &is_new),
		    i < FRONTIER_KNOWN ? CONSENT_OK : CONSENT_ELIMIT);
	}
	assert_int_equal(add(&f, "http://a/7", &is_new), CONSENT_OK);
	assert_false(is_new);
	/* a fifth of a second; it was a quarter of a minute */
	assert_true(clock() - begin < 3 * CLOCKS_PER_SEC);
	frontier_fini(&f);
	memset(longest, 'a', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	assert_int_equal(add(&f, longest, &is_new), CONSENT_ELIMIT);
	assert_int_equal(add(&f, longest + 1, &is_new), CONSENT_OK);
	frontier_fini(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_url_comes_once_in_its_order),
	    cmocka_unit_test(a_full_one_is_quick),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
