#include "consent/json_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The strings of text, each as key=value with a '|' behind. */
static void
check(const char *text, const char *expected)
{
	struct json_string string;
	struct json_walk w;
	struct buf out;

	buf_init(&out, 4096);
	assert_int_equal(json_walk_check(span_of(text)), CONSENT_OK);
	json_walk_begin(&w, span_of(text));
	while (json_walk_next(&w, &string)) {
		assert_int_equal(buf_append(&out, string.key), 0);
		assert_int_equal(buf_append_byte(&out, '='), 0);
		assert_int_equal(json_walk_decode(string.raw, &out), 0);
		assert_int_equal(buf_append_byte(&out, '|'), 0);
	}
	assert_int_equal(buf_append_byte(&out, '\0'), 0);
	assert_string_equal(out.p, expected);
	buf_fini(&out);
}

static void
strings_are_told_with_their_keys(void **state)
{
	(void)state;
	check("\"a\"", "=a|");
	check(" { \"k\" : \"v\" , \"l\":[\"a\",[\"b\"],{\"m\":\"c\"},\"d\"]}\n",
	    "k=v|l=a|l=b|m=c|l=d|");
	check("[1,-0.5e+3,true,false,null,{},[],\"\"]", "=|");
	check("{}", "");
	check("0", "");
}

static void
escapes_are_resolved(void **state)
{
	(void)state;
	check("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "=\"\\/\b\f\n\r\t|");
	check("\"\\v\"", "=\v|");
	check("\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"",
	    "=A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80|");
	check("\"\\ud83d\\u0041\\ude00\"", "=\xEF\xBF\xBD"
					   "A\xEF\xBF\xBD|");
}

static void
what_is_no_json_has_no_strings(void **state)
{
	static const char *const bad[] = {"", " ", "{", "}", "[1,]", "{\"a\"}",
	    "{\"a\":}", "{\"a\":1,}", "{a:1}", "[1 2]", "\"a", "\"\\x\"",
	    "\"\\u12g4\"", "\"a\nb\"", "01", "1.", ".5", "-", "1e", "+1", "tru",
	    "'a'", "[}", "{]", "{\"a\":1]", "1 2", "[1]]", "{\"a\" 1}", "/**/1",
	    "\xEF\xBB\xBF{}", "{,}", "[,]"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (json_walk_check(span_of(bad[i])) != CONSENT_EINVAL)
			fail_msg("%s", bad[i]);
	assert_int_equal(json_walk_check(SPAN("\"a\0b\"")), CONSENT_EINVAL);
}

static void
depth_is_bounded(void **state)
{
	char text[2 * JSON_WALK_DEPTH + 3];
	size_t n;

	(void)state;
	for (n = JSON_WALK_DEPTH; n <= JSON_WALK_DEPTH + 1; n++) {
		size_t i;

		for (i = 0; i < n; i++) {
			text[i] = '[';
			text[n + i] = ']';
		}
		assert_int_equal(json_walk_check((struct span){text, 2 * n}),
		    n > JSON_WALK_DEPTH ? CONSENT_ELIMIT : CONSENT_OK);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(strings_are_told_with_their_keys),
	    cmocka_unit_test(escapes_are_resolved),
	    cmocka_unit_test(what_is_no_json_has_no_strings),
	    cmocka_unit_test(depth_is_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
