#include "settings/values.h"

#include <libconsent/settings.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
durations_have_units(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {{"250ms", 250}, {"10s", 10000}, {"5m", 300000},
	    {"5 min", 300000}, {"1h", 3600000}, {"185d", 15984000000},
	    {"2w", 1209600000}, {"0s", 0}};
	static const char *const bad[] = {
	    "", "s", "10", "-1s", "1.5h", "1 fortnight", " 1s", "1s1s"};
	int64_t ms = -1;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_int_equal(
		    settings_duration(span_of(good[i].text), &ms), 0);
		assert_true(ms == good[i].ms);
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_not_equal(
		    settings_duration(span_of(bad[i]), &ms), 0);
	assert_int_equal(
	    settings_duration(SPAN("99999999999999w"), &ms), CONSENT_ELIMIT);
}

static void
sizes_have_units(void **state)
{
	int64_t n = 0;

	(void)state;
	assert_int_equal(settings_size(SPAN("64M"), &n), 0);
	assert_true(n == 64 << 20);
	assert_int_equal(settings_size(SPAN("64kb"), &n), 0);
	assert_true(n == 64 << 10);
	assert_int_equal(settings_size(SPAN("17"), &n), 0);
	assert_true(n == 17);
	assert_int_equal(settings_size(SPAN("17T"), &n), CONSENT_EINVAL);
	assert_int_equal(
	    settings_size(SPAN("9999999999999G"), &n), CONSENT_ELIMIT);
}

static void
nearest_is_near(void **state)
{
	static const char *const keys[] = {
	    "listen", "upstream", "site", "admin", "tls", NULL};

	(void)state;
	assert_string_equal(settings_nearest("lisen", keys), "listen");
	assert_string_equal(settings_nearest("upsteram", keys), "upstream");
	assert_string_equal(settings_nearest("stie", keys), "site");
	assert_string_equal(settings_nearest("Site", keys), "site");
	assert_string_equal(settings_nearest("upst", keys), "upstream");
	assert_null(settings_nearest("workers", keys));
	assert_null(settings_nearest("", keys));
}

static void
one_value_is_a_list(void **state)
{
	struct settings *s = NULL;
	struct findings f;
	const struct setting *root;
	int64_t ms;

	(void)state;
	findings_init(&f);
	assert_int_equal(
	    settings_parse("x",
		SPAN("a = \"1\"; b = [ \"1\", \"2\" ];\nlisen = ( 3 );"
		     "t = 10; u = \"10m\"; w = -1;"),
		&f, &s),
	    0);
	root = settings_root(s);
	assert_int_equal(setting_items(setting_member(root, "a")), 1);
	assert_string_equal(
	    setting_string(setting_item(setting_member(root, "a"), 0)), "1");
	assert_null(setting_item(setting_member(root, "a"), 1));
	assert_int_equal(setting_items(setting_member(root, "b")), 2);
	assert_string_equal(
	    setting_string(setting_item(setting_member(root, "b"), 1)), "2");
	assert_int_equal(
	    setting_duration(setting_member(root, "t"), 1000, &ms), 0);
	assert_true(ms == 10000);
	assert_int_equal(
	    setting_duration(setting_member(root, "u"), 1000, &ms), 0);
	assert_true(ms == 600000);
	assert_int_equal(setting_duration(setting_member(root, "w"), 1, &ms),
	    CONSENT_EINVAL);
	settings_check_keys(root,
	    (const char *const[]){"a", "b", "listen", "t", "u", "w", NULL}, &f);
	assert_int_equal(f.errors, 1);
	assert_int_equal(f.items[0].place.line, 2);
	assert_string_equal(
	    f.items[0].text, "unknown key `lisen`, did you mean `listen`?");
	settings_free(s);
	findings_fini(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(durations_have_units),
	    cmocka_unit_test(sizes_have_units),
	    cmocka_unit_test(nearest_is_near),
	    cmocka_unit_test(one_value_is_a_list),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
