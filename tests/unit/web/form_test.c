#include "web/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
fields_are_decoded(void **state)
{
	static const struct {
		const char *body;
		const char *fields[9]; /* name, value ... NULL */
	} cases[] = {
	    {"", {NULL}},
	    {"&&", {NULL}},
	    {"a=1&b=2", {"a", "1", "b", "2", NULL}},
	    {"a+b=c%20d&e", {"a b", "c d", "e", "", NULL}},
	    {"=x&a==", {"", "x", "a", "=", NULL}},
	    {"a=%zz%4&b=%41%", {"a", "%zz%4", "b", "A%", NULL}},
	    {"a=%26%3D&category=x&category=y",
		{"a", "&=", "category", "x", "category", "y", NULL}},
	    {"\xC3\xA4=%C3%A4", {"\xC3\xA4", "\xC3\xA4", NULL}},
	};
	struct buf scratch;
	struct form form;
	struct span name, value;
	size_t i, k;

	(void)state;
	buf_init(&scratch, 100);
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		form_init(&form, span_of(cases[i].body), &scratch);
		for (k = 0; cases[i].fields[k] != NULL; k += 2) {
			assert_int_equal(form_next(&form, &name, &value), 0);
			assert_true(
			    span_equal(name, span_of(cases[i].fields[k])));
			assert_true(
			    span_equal(value, span_of(cases[i].fields[k + 1])));
		}
		assert_int_equal(
		    form_next(&form, &name, &value), CONSENT_ENOENT);
	}
	buf_fini(&scratch);
}

static void
fields_are_bounded(void **state)
{
	char body[2 * (FORM_FIELDS + 1)];
	struct buf scratch;
	struct form form;
	struct span name, value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof body; i++)
		body[i] = (i & 1) == 0 ? 'a' : '&';
	buf_init(&scratch, 1);
	form_init(&form, (struct span){body, sizeof body}, &scratch);
	for (i = 0; i < FORM_FIELDS; i++)
		assert_int_equal(form_next(&form, &name, &value), 0);
	assert_int_equal(form_next(&form, &name, &value), CONSENT_ELIMIT);
	form_init(&form, SPAN("ab"), &scratch);
	assert_int_equal(form_next(&form, &name, &value), CONSENT_ELIMIT);
	buf_fini(&scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields_are_decoded),
	    cmocka_unit_test(fields_are_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
