#include "proxy/verify.h"

#include "http/head_edit.h"
#include "stage.h"

static struct stage s;

static int
setup(void **state)
{
	(void)state;
	stage_open(&s);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stage_close(&s);
	return 0;
}

/* Asks about a visitor: the answer is in s. */
static void
ask(const char *line, const char *fields)
{
	const struct head *request = stage_admit(&s, line, fields);

	verify_answer(&s.answer, &s.f.visit, &s.f.setup, request);
	assert_int_equal(s.answer.rc, CONSENT_OK);
	assert_int_equal(s.answer.body.n, 0);
}

/* The same for one with this choice. */
static void
ask_with(const char *line, category_set granted, const char *fields)
{
	struct buf lines;

	buf_init(&lines, 4096);
	stage_cookie(&s, granted, &lines);
	assert_int_equal(buf_append(&lines, span_of(fields)), CONSENT_OK);
	assert_int_equal(buf_append_byte(&lines, '\0'), CONSENT_OK);
	ask(line, lines.p);
	buf_fini(&lines);
}

static void
says(const char *name, const char *value)
{
	struct span found = head_value(&s.answer.head, span_of(name));

	assert_true(span_equal(found, span_of(value)));
}

static void
everyone_may_go_on(void **state)
{
	static const char *const visitors[] = {"", "Cookie: a=1\r\n",
	    "Cookie: __Host-consent=eyJ.forged.token\r\n", "Sec-GPC: 1\r\n"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof visitors / sizeof visitors[0]; i++) {
		ask("GET /.consent/verify", visitors[i]);
		assert_int_equal(s.answer.head.status, 200);
		says("Consent", "essential");
		says("Cache-Control", "no-store");
		assert_int_equal(
		    head_find(&s.answer.head, SPAN("Set-Cookie"), 0),
		    HEAD_NONE);
	}
}

static void
a_choice_is_told(void **state)
{
	(void)state;
	ask_with("GET /.consent/verify", ~(category_set)0, "");
	says("Consent", "essential, analytics");
	ask_with("HEAD /.consent/verify", ~(category_set)0, "");
	says("Consent", "essential, analytics");
	ask_with("GET /.consent/verify", 0, "");
	says("Consent", "essential");
	/* given without the signal it yields when that appears */
	ask_with("GET /.consent/verify", ~(category_set)0, "Sec-GPC: 1\r\n");
	says("Consent", "essential");
}

static void
r33_the_path_that_is_asked_about_counts(void **state)
{
	static const struct {
		const char *line, *consent;
	} cases[] = {
	    {"GET /.consent/verify/", "essential, analytics"},
	    {"GET /.consent/verify/loans?x=/account", "essential, analytics"},
	    {"GET /.consent/verify/account", "essential"},
	    {"GET /.consent/verify/account/x?y", "essential"},
	    {"GET /.consent/verify/a/../account", "essential"},
	    {"GET /.consent/verify/../account", "essential"},
	    {"GET /.consent/verify//account", "essential"},
	    {"POST /.consent/verify/account", "essential"},
	    {"POST /.consent/verify/loans", "essential, analytics"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ask_with(cases[i].line, ~(category_set)0, "");
		assert_int_equal(s.answer.head.status, 200);
		says("Consent", cases[i].consent);
	}
}

static void
other_methods_are_refused(void **state)
{
	static const char *const lines[] = {"POST /.consent/verify",
	    "PUT /.consent/verify", "OPTIONS /.consent/verify"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		ask(lines[i], "");
		assert_int_equal(s.answer.head.status, 405);
		says("Allow", "GET, HEAD");
		assert_int_equal(
		    head_find(&s.answer.head, SPAN("Consent"), 0), HEAD_NONE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		everyone_may_go_on, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_choice_is_told, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		r33_the_path_that_is_asked_about_counts, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		other_methods_are_refused, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
