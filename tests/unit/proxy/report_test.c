#include "proxy/report.h"

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
	report_desk_free(s.home.reports);
	s.home.reports = NULL;
	stage_close(&s);
	return 0;
}

#define OLD "Content-Type: application/csp-report\r\n"
#define NEW "Content-Type: application/reports+json; charset=utf-8\r\n"

/* Sends a report: the status of the answer. */
static unsigned
send_report(const char *fields, const char *body)
{
	assert_int_equal(
	    stage_ask(&s, "POST /.consent/report", fields, body), CALL_READY);
	assert_int_equal(s.answer.rc, CONSENT_OK);
	return s.answer.head.status;
}

static void
reports_of_both_forms_are_taken(void **state)
{
	(void)state;
	assert_int_equal(
	    send_report(OLD, "{\"csp-report\":{\"blocked-uri\":"
			     "\"https://stats.example/x\","
			     "\"violated-directive\":\"img-src 'self'\"}}"),
	    204);
	assert_int_equal(
	    send_report(NEW, "[{\"type\":\"csp-violation\",\"body\":{"
			     "\"blockedURL\":\"https://stats.example/x\","
			     "\"effectiveDirective\":\"img-src\","
			     "\"disposition\":\"report\"}},"
			     "{\"type\":\"deprecation\",\"body\":{}}]"),
	    204);
	assert_int_equal(
	    send_report(OLD, "{\"csp-report\":{\"blocked-uri\":\"inline\"}}"),
	    204);
	assert_int_equal(s.answer.body.n, 0);
}

static void
what_is_no_report_is_refused(void **state)
{
	(void)state;
	assert_int_equal(send_report("", "{}"), 415);
	assert_int_equal(
	    send_report("Content-Type: application/json\r\n", "{}"), 415);
	assert_int_equal(send_report(OLD, ""), 400);
	assert_int_equal(send_report(OLD, "{\"csp-report\":1}"), 400);
	assert_int_equal(send_report(OLD, "{\"csp-report\":{}}"), 400);
	assert_int_equal(send_report(OLD, "[1]"), 400);
	assert_int_equal(send_report(NEW, "1"), 400);
	assert_int_equal(send_report(NEW, "[1, {}, {\"body\":[]}]"), 204);
	assert_int_equal(send_report(OLD "Sec-Fetch-Site: cross-site\r\n",
			     "{\"csp-report\":{\"blocked-uri\":\"inline\"}}"),
	    403);
	assert_int_equal(
	    stage_ask(&s, "GET /.consent/report", "", ""), CALL_READY);
	assert_int_equal(s.answer.head.status, 405);
}

static void
one_address_has_its_share(void **state)
{
	unsigned i, taken = 0;

	(void)state;
	assert_int_equal(report_desk_new(&s.home.reports), CONSENT_OK);
	s.client.key[0] = 7;
	for (i = 0; i < 2 * REPORT_EACH_MINUTE; i++)
		taken += send_report(NEW, "[]") == 204;
	/* the clock may give one or two more meanwhile */
	assert_true(taken >= REPORT_EACH_MINUTE);
	assert_true(taken <= REPORT_EACH_MINUTE + 5);
	assert_true(stage_has(&s, "Retry-After: 60"));
	s.client.key[0] = 8;
	assert_int_equal(send_report(NEW, "[]"), 204);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(reports_of_both_forms_are_taken),
	    TEST(what_is_no_report_is_refused),
	    TEST(one_address_has_its_share),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
