#include "audit/idset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct span
name(uint64_t i, char text[24])
{
	(void)snprintf(text, 24, "%llu", (unsigned long long)i);
	return span_of(text);
}

static void
grows_and_finds_all(void **state)
{
	uint64_t i, value = 0;
	struct idset s;
	char text[24];

	(void)state;
	assert_int_equal(idset_init(&s), CONSENT_OK);
	assert_int_equal(idset_find(&s, SPAN("0"), &value), CONSENT_ENOENT);
	for (i = 0; i < 5000; i++) {
		assert_int_equal(
		    idset_add(&s, name(i, text), i * 3), CONSENT_OK);
		assert_int_equal(
		    idset_add(&s, name(i, text), 1), CONSENT_EBUSY);
	}
	for (i = 0; i < 5000; i++) {
		assert_int_equal(
		    idset_find(&s, name(i, text), &value), CONSENT_OK);
		assert_true(value == i * 3);
	}
	assert_int_equal(
	    idset_find(&s, name(5000, text), &value), CONSENT_ENOENT);
	assert_int_equal(idset_count(&s, 0), 5000);
	assert_int_equal(idset_count(&s, 3), 4999);
	assert_int_equal(idset_count(&s, 4999 * 3), 1);
	assert_int_equal(idset_count(&s, 5000 * 3), 0);
	idset_fini(&s);
}

static void
long_texts_are_refused(void **state)
{
	char text[IDSET_TEXT + 1];
	struct idset s;

	(void)state;
	memset(text, 'x', sizeof text);
	assert_int_equal(idset_init(&s), CONSENT_OK);
	assert_int_equal(
	    idset_add(&s, (struct span){text, sizeof text}, 0), CONSENT_ELIMIT);
	assert_int_equal(
	    idset_add(&s, (struct span){text, IDSET_TEXT}, 0), CONSENT_OK);
	assert_int_equal(idset_add(&s, SPAN(""), 0), CONSENT_OK);
	idset_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(grows_and_finds_all),
	    cmocka_unit_test(long_texts_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
