#include "proxy/admin_pages.h"

#include "fixture.h"
#include "proxy/answer.h"
#include "proxy/metrics.h"

static struct fixture f;
static struct metrics *m;
static struct answer a;

static int
setup(void **state)
{
	(void)state;
	fixture_open(&f, "/");
	m = metrics_map();
	if (m == NULL)
		return 1;
	metrics_join(m, METRICS_PARENT);
	metrics_set(METRIC_PARENT_AT, 1);
	metrics_set(METRIC_WORKERS_SERVING, 1);
	metrics_set(METRIC_LEDGER_STATE, METRICS_LEDGER_READY);
	metrics_set(METRIC_ORIGIN_GOOD_AT, 1);
	answer_init(&a);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	answer_fini(&a);
	metrics_join(NULL, 0);
	metrics_unmap(m);
	fixture_close(&f);
	return 0;
}

/* Asks with a request line; the status. */
static unsigned
ask(const char *line)
{
	const struct admin_page page = {m, &f.setup, 1};
	char text[256];

	(void)snprintf(
	    text, sizeof text, "%s HTTP/1.1\r\nHost: a\r\n\r\n", line);
	admin_answer(&page, fixture_read(&f, CODEC_READS_REQUESTS, text), &a);
	fixture_unread(&f);
	assert_int_equal(a.rc, CONSENT_OK);
	return a.head.status;
}

static bool
says(const char *body)
{
	return span_equal(buf_span(&a.body), span_of(body));
}

static void
readiness_names_each_check(void **state)
{
	(void)state;
	assert_int_equal(ask("GET /readyz"), 200);
	assert_true(says("{\"ready\":true,\"checks\":{\"serving\":\"ok\","
			 "\"workers\":\"ok\",\"ledger\":\"ok\","
			 "\"origin\":\"ok\"}}\n"));
	metrics_set(METRIC_LEDGER_STATE, METRICS_LEDGER_FAILING);
	metrics_set(METRIC_DRAINING, 1);
	assert_int_equal(ask("GET /readyz"), 503);
	assert_true(says("{\"ready\":false,\"checks\":{"
			 "\"serving\":\"a stop has begun\",\"workers\":\"ok\","
			 "\"ledger\":\"it cannot be written\","
			 "\"origin\":\"ok\"}}\n"));
}

static void
health_is_of_the_processes(void **state)
{
	(void)state;
	assert_int_equal(ask("GET /healthz"), 200);
	assert_true(says("{\"healthy\":true,\"processes\":\"ok\"}\n"));
	metrics_set(METRIC_WORKERS_SERVING, 0);
	assert_int_equal(ask("GET /healthz"), 503);
	assert_true(
	    says("{\"healthy\":false,\"processes\":\"no worker runs\"}\n"));
}

static void
metrics_say_which_format_they_are(void **state)
{
	(void)state;
	assert_int_equal(ask("GET /metrics?x=y"), 200);
	assert_true(span_equal(head_value(&a.head, SPAN("Content-Type")),
	    SPAN("text/plain; version=0.0.4; charset=utf-8")));
	assert_true(span_search(buf_span(&a.body),
			SPAN("consentd_policy_info{version=\"2026-11-01\"")) <
		    a.body.n);
}

static void
nothing_else_is_answered(void **state)
{
	static const char *const others[] = {
	    "POST /metrics", "PUT /readyz", "get /healthz", "OPTIONS *"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof others / sizeof others[0]; i++) {
		assert_int_equal(ask(others[i]), 405);
		assert_true(span_equal(
		    head_value(&a.head, SPAN("Allow")), SPAN("GET, HEAD")));
	}
	assert_int_equal(ask("HEAD /metrics"), 200);
	assert_int_equal(ask("GET /"), 404);
	assert_int_equal(ask("GET /metricsx"), 404);
	assert_int_equal(ask("GET /metrics/"), 404);
	assert_int_equal(ask("GET //metrics"), 404);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		readiness_names_each_check, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		health_is_of_the_processes, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		metrics_say_which_format_they_are, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		nothing_else_is_answered, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
