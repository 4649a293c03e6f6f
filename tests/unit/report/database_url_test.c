#include "report/database_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void
addresses_begin_with_their_scheme(void **state)
{
	(void)state;
	assert_true(database_url_is("postgresql:///consent"));
	assert_true(database_url_is("postgres://h/d"));
	assert_false(database_url_is("postgresql:/h/d"));
	assert_false(database_url_is("host=h dbname=d"));
	assert_false(database_url_is("/var/lib/consentd/log"));
	assert_false(database_url_is(""));
}

static void
passwords_are_crossed_out(void **state)
{
	static const char *const cases[][2] = {
	    {"postgresql://u:secret@h/d", "postgresql://u:xxxxxx@h/d"},
	    {"postgres://u:s@h:5432/d?sslmode=verify-full",
		"postgres://u:x@h:5432/d?sslmode=verify-full"},
	    {"postgresql://u@h:5432/d", "postgresql://u@h:5432/d"},
	    {"postgresql://h:5432/d", "postgresql://h:5432/d"},
	    {"postgresql:///d", "postgresql:///d"},
	    {"postgresql://", "postgresql://"},
	    /* what was not escaped as it should be is hidden, too */
	    {"postgresql://u:a/b?c@d@h/d", "postgresql://u:xxxxxxx@h/d"},
	    {"postgresql:///d?user=u&password=secret&host=h",
		"postgresql:///d?user=u&password=xxxxxx&host=h"},
	    {"postgresql:///d?sslpassword=secret",
		"postgresql:///d?sslpassword=xxxxxx"},
	    {"postgresql:///d?password", "postgresql:///d?password"},
	    {"postgresql:///d?password=", "postgresql:///d?password="},
	};
	char url[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_true(snprintf(url, sizeof url, "%s", cases[i][0]) > 0);
		database_url_hide(url);
		assert_string_equal(url, cases[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses_begin_with_their_scheme),
	    cmocka_unit_test(passwords_are_crossed_out),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(
	    "report/database_url", tests, NULL, NULL);
}
