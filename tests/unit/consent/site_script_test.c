#include "consent/site_script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "consent/script.h"

static void
it_is_small_and_named_by_its_hash(void **state)
{
	struct site_script *script = NULL;
	char hash[SCRIPT_HASH];
	struct buf out;
	struct span element;

	(void)state;
	buf_init(&out, 4096);
	assert_int_equal(site_script_new("/prefix", &script), CONSENT_OK);
	assert_true(site_script_text(script).n < 2048);
	assert_int_equal(
	    script_hash(site_script_text(script), hash), CONSENT_OK);
	assert_string_equal(site_script_hash(script), hash);
	assert_int_equal(
	    site_script_write(script, SPAN("{\"a\":\"<&'\"}"), &out),
	    CONSENT_OK);
	element = buf_span(&out);
	assert_true(span_starts(
	    element, SPAN("<script defer=\"\" src=\"/prefix/consent.js?v=")));
	assert_true(span_search(element, span_of(hash)) < element.n);
	assert_true(span_ends(element,
	    SPAN(" data-state=\"{&quot;a&quot;:&quot;&lt;&amp;&#39;&quot;}\">"
		 "</script>")));
	site_script_free(script);
	buf_fini(&out);
}

static void
what_does_not_fit_is_refused(void **state)
{
	struct site_script *script = NULL;
	char prefix[600];
	struct buf out;

	(void)state;
	memset(prefix, 'x', sizeof prefix);
	prefix[0] = '/';
	prefix[sizeof prefix - 1] = '\0';
	assert_int_equal(site_script_new(prefix, &script), CONSENT_ELIMIT);
	assert_null(script);
	assert_int_equal(site_script_new("/.consent", &script), CONSENT_OK);
	buf_init(&out, 64);
	assert_int_equal(
	    site_script_write(script, SPAN("{}"), &out), CONSENT_ELIMIT);
	/* without it nothing is written */
	buf_clear(&out);
	assert_int_equal(site_script_write(NULL, SPAN("{}"), &out), CONSENT_OK);
	assert_int_equal(out.n, 0);
	site_script_free(script);
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_is_small_and_named_by_its_hash),
	    cmocka_unit_test(what_does_not_fit_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
