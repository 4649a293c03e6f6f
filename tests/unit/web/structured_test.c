#include "web/structured.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* All members as "key|value|parameters/", and "!" where reading broke. */
static const char *
members(
    const char *text, int (*next)(struct span *rest, struct structured *out))
{
	static char out[1024];
	struct span rest = span_of(text);
	struct structured m;
	size_t n = 0;
	int rc;

	out[0] = '\0';
	while ((rc = next(&rest, &m)) == CONSENT_OK)
		n += (size_t)snprintf(out + n, sizeof out - n,
		    "%.*s|%.*s|%.*s/", SPAN_ARG(m.key), SPAN_ARG(m.value),
		    SPAN_ARG(m.parameters));
	if (rc != CONSENT_ENOENT)
		(void)snprintf(out + n, sizeof out - n, "!");
	return out;
}

struct sample {
	const char *text, *members;
};

static void
dictionaries_are_read(void **state)
{
	static const struct sample cases[] = {
	    {"", ""},
	    {"   ", ""},
	    {"a=1", "a|1|/"},
	    {"a=1,b=\"x, y\" \t,\t c", "a|1|/b|\"x, y\"|/c||/"},
	    {"a=(1 \"b\";q=2 c);r, *k.-_*=:aGk=:;s=?1",
		"a|(1 \"b\";q=2 c)|;r/*k.-_*|:aGk=:|;s=?1/"},
	    {"a=-1.5, b=@-7, c=%\"f%c3%bc\", d=tok/en:*",
		"a|-1.5|/b|@-7|/c|%\"f%c3%bc\"|/d|tok/en:*|/"},
	    {"a;x=1;  y", "a||;x=1;  y/"},
	    {"a=()", "a|()|/"},
	    {"a=\"\\\"\\\\\"", "a|\"\\\"\\\\\"|/"},
	    {"A=1", "!"},
	    {"a=1,", "a|1|/!"}, /* told with the member before it */
	    {"a=1 b=2", "!"},
	    {"a=\"x", "!"},
	    {"a=\"\\x\"", "!"},
	    {"a=\"\xc3\xbc\"", "!"},
	    {"a=(1 2", "!"},
	    {"a=(1(2))", "!"},
	    {"a=(1\"b\")", "!"},
	    {"a=:a b:", "!"},
	    {"a=?2", "!"},
	    {"a=1.", "!"},
	    {"a=-", "!"},
	    {"a=1234567890123456", "!"},
	    {"a=-123456789012345", "a|-123456789012345|/"},
	    {"a=123456789012.125", "a|123456789012.125|/"},
	    {"a=1234567890123.1", "!"},
	    {"a=1.1234", "!"},
	    {"a=.5", "!"},
	    {"a=@1.5", "!"},
	    {"a=@", "!"},
	    {"a=", "!"},
	    {"a=;x", "!"},
	    {"a;", "!"},
	    {"=1", "!"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *got = members(cases[i].text, structured_dictionary);
		const char *want = cases[i].members;

		/* where a text breaks, the members before it do not count */
		if (want[strlen(want) == 0 ? 0 : strlen(want) - 1] == '!')
			assert_non_null(strchr(got, '!'));
		else
			assert_string_equal(got, want);
	}
}

static void
lists_are_read(void **state)
{
	static const struct sample cases[] = {
	    {"\"a\", b;q=1, (c d)", "|\"a\"|/|b|;q=1/|(c d)|/"},
	    {"a=1", "!"},
	    {"a,,b", "|a|/!"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(
		    members(cases[i].text, structured_list), cases[i].members);
}

static void
inner_lists_are_read(void **state)
{
	struct span value = SPAN("( self \"https://a.example\";x=1  * )");
	struct span inside = structured_open(value);
	char text[128];

	(void)state;
	assert_true(structured_is_inner(value));
	assert_false(structured_is_inner(SPAN("*")));
	(void)snprintf(text, sizeof text, "%.*s", SPAN_ARG(inside));
	assert_string_equal(members(text, structured_inner),
	    "|self|/|\"https://a.example\"|;x=1/|*|/");
	assert_string_equal(members("", structured_inner), "");
}

static void
strings_lose_their_escapes(void **state)
{
	struct span text;
	struct buf scratch;

	(void)state;
	buf_init(&scratch, 64);
	assert_int_equal(
	    structured_string(SPAN("\"plain\""), &scratch, &text), CONSENT_OK);
	assert_true(span_equal(text, SPAN("plain")));
	assert_int_equal(
	    structured_string(SPAN("\"a\\\\b\\\"\""), &scratch, &text),
	    CONSENT_OK);
	assert_true(span_equal(text, SPAN("a\\b\"")));
	assert_int_equal(
	    structured_string(SPAN("token"), &scratch, &text), CONSENT_EINVAL);
	assert_int_equal(
	    structured_string(SPAN(""), &scratch, &text), CONSENT_EINVAL);
	buf_fini(&scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(dictionaries_are_read),
	    cmocka_unit_test(lists_are_read),
	    cmocka_unit_test(inner_lists_are_read),
	    cmocka_unit_test(strings_lose_their_escapes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
