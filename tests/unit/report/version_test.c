#include "report/version.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
expect(const char *text, const char *wanted)
{
	struct version *v = NULL;
	struct buf out;

	buf_init(&out, VERSION_BYTES);
	assert_int_equal(version_read(span_of(text), &v), CONSENT_OK);
	assert_int_equal(version_lines(v, &out), CONSENT_OK);
	assert_int_equal(buf_append_byte(&out, '\0'), CONSENT_OK);
	assert_string_equal(out.p, wanted);
	version_free(v);
	buf_fini(&out);
}

static void
a_value_is_a_line(void **state)
{
	(void)state;
	expect("{}", "");
	expect("{\"version\":\"1\",\"guard\":true,\"n\":7,\"x\":null}",
	    "version: 1\nguard: yes\nn: 7\nx: nothing\n");
	expect("{\"texts\":{\"accept\":\"Yes\",\"reject\":\"No\"}}",
	    "texts.accept: Yes\ntexts.reject: No\n");
	expect("{\"languages\":[\"en\",\"tr\"],\"none\":[]}",
	    "languages: en, tr\nnone: \n");
	expect("{\"rules\":[{\"cookie\":\"_ga\",\"category\":\"analytics\"},"
	       "{\"host\":\"x.example\",\"kinds\":[1,false]}]}",
	    "rules: cookie _ga; category analytics\n"
	    "rules: host x.example; kinds 1, no\n");
}

static void
a_text_cannot_end_its_line(void **state)
{
	(void)state;
	expect("{\"a\":\"one\\nversion: 2\"}", "a: one version: 2\n");
	expect("{\"a\\nb\":{\"c\\td\":1}}", "a b.c d: 1\n");
}

static void
long_markup_is_broken_at_its_tags(void **state)
{
	(void)state;
	expect("{\"banner\":\"<p>one</p><p>two two two two two two two two two "
	       "two two two two two two two two two two two two two two two "
	       "two two two two two two two two two two two two two two</p>\"}",
	    "banner: <p>one</p>\n"
	    "banner: <p>two two two two two two two two two "
	    "two two two two two two two two two two two two two two two "
	    "two two two two two two two two two two two two two two</p>\n");
}

static void
single_texts_are_found(void **state)
{
	struct version *v = NULL;

	(void)state;
	assert_int_equal(
	    version_read(SPAN("{\"lang\":\"tr\",\"texts\":{\"ok\":\"Tamam\"},"
			      "\"categories\":[{\"id\":\"x\",\"required\":true}"
			      ",7]}"),
		&v),
	    CONSENT_OK);
	assert_string_equal(version_text(v, "lang"), "tr");
	assert_string_equal(version_text(v, "texts.ok"), "Tamam");
	assert_string_equal(version_text(v, "texts.no"), "");
	assert_string_equal(version_text(v, "lang.no"), "");
	assert_int_equal(version_count(v, "categories"), 2);
	assert_int_equal(version_count(v, "lang"), 0);
	assert_string_equal(version_item(v, "categories", 0, "id"), "x");
	assert_string_equal(version_item(v, "categories", 1, "id"), "");
	assert_true(version_item_is(v, "categories", 0, "required"));
	assert_false(version_item_is(v, "categories", 9, "required"));
	version_free(v);
}

static void
what_is_no_object_is_refused(void **state)
{
	static const char *const bad[] = {"", "x", "[]", "\"x\"", "{\"a\":1",
	    "{\"a\":\"\\u0000\"}", "{\"a\":\"\xff\"}"};
	struct version *v = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(
		    version_read(span_of(bad[i]), &v), CONSENT_EINVAL);
	version_free(v);
}

int
main(void)
{
	const struct CMUnitTest cases[] = {
	    cmocka_unit_test(a_value_is_a_line),
	    cmocka_unit_test(a_text_cannot_end_its_line),
	    cmocka_unit_test(long_markup_is_broken_at_its_tags),
	    cmocka_unit_test(single_texts_are_found),
	    cmocka_unit_test(what_is_no_object_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(cases, NULL, NULL);
}
