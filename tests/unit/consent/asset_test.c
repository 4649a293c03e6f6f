#include "consent/asset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
names_change_with_the_text(void **state)
{
	char one[ASSET_URL], other[ASSET_URL];

	(void)state;
	assert_int_equal(
	    asset_url(one, "/.consent", "a.css", SPAN("p{}")), CONSENT_OK);
	assert_int_equal(
	    asset_url(other, "/.consent", "a.css", SPAN("p{ }")), CONSENT_OK);
	assert_int_equal(strncmp(one, "/.consent/a.css?v=", 18), 0);
	assert_int_equal(strlen(one), 18 + 16);
	assert_string_not_equal(one, other);
}

static void
a_prefix_may_be_too_long(void **state)
{
	char prefix[ASSET_URL], out[ASSET_URL];
	size_t fits = ASSET_URL - 1 - strlen("/a.css?v=") - 16;

	(void)state;
	memset(prefix, 'p', sizeof prefix);
	prefix[fits] = '\0';
	assert_int_equal(asset_url(out, prefix, "a.css", SPAN("")), CONSENT_OK);
	assert_int_equal(strlen(out), ASSET_URL - 1);
	prefix[fits] = 'p';
	prefix[fits + 1] = '\0';
	assert_int_equal(
	    asset_url(out, prefix, "a.css", SPAN("")), CONSENT_ELIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_change_with_the_text),
	    cmocka_unit_test(a_prefix_may_be_too_long),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
