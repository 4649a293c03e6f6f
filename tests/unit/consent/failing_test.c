#include "../failing.h"

#include "hosting.h"

#include <libconsent/host.h>

#include <string.h>

/* A host, when memory ends at any point: a no stays one. */

static struct host *host;

static int
begin(void **state)
{
	struct host_options options = {.site = HOSTING_SITE};
	struct findings findings;
	int rc;

	if (hosting_begin(state) != 0)
		return -1;
	options.policy = hosting.policy;
	options.keys = hosting.keys;
	findings_init(&findings);
	rc = host_new(&options, &findings, &host);
	findings_fini(&findings);
	return rc;
}

static int
end(void **state)
{
	host_free(host);
	return hosting_end(state);
}

/* What goes on of a field has nothing in it that is withheld. */
static bool
edits(struct host_visit *visit, enum host_head head, struct host_field field)
{
	struct span all = field.value;
	int rc = host_edit_field(visit, head, &field);

	if (rc == CONSENT_OK)
		assert_int_equal(
		    span_search(field.value, SPAN("_an=")), field.value.n);
	else if (rc != CONSENT_ENOENT)
		assert_int_equal(rc, CONSENT_ENOMEM);
	if (rc == CONSENT_ENOMEM)
		assert_true(span_equal(field.value, all));
	return rc != CONSENT_ENOMEM;
}

/* What is said is no more than was granted. */
static bool
tells(struct host_visit *visit)
{
	struct host_field field;
	int rc = host_add_field(visit, HOST_REQUEST, 0, &field);

	if (rc == CONSENT_OK)
		assert_true(span_equal(field.value, SPAN("essential")));
	else
		assert_int_equal(rc, CONSENT_ENOMEM);
	return rc == CONSENT_OK;
}

/* What came of a page by the end has no tracker in it, whole or cut. */
static bool
filters(struct host_visit *visit)
{
	static const char html[] =
	    "<html><body><p>Loans</p><img src=//stats.example/p.gif>"
	    "<script>myTracker()</script></body></html>";
	struct span made = {NULL, 0}, bytes = {html, sizeof html - 1};
	int rc = host_page(visit, PAGE_HTML);

	if (rc == CONSENT_OK)
		rc = host_write(visit, bytes, SINK_LAST, &made);
	if (rc != CONSENT_OK)
		assert_int_equal(rc, CONSENT_ENOMEM);
	assert_int_equal(span_search(made, SPAN("<img")), made.n);
	assert_int_equal(span_search(made, SPAN("myTracker()")), made.n);
	return rc == CONSENT_OK && made.n > 0;
}

static bool
serves_a_visit(void)
{
	const struct host_field cookie = {
	    SPAN("Cookie"), SPAN("_an=1; session=2")};
	const struct host_field set = {SPAN("Set-Cookie"), SPAN("_an=1")};
	const struct host_field policy = {
	    SPAN("Content-Security-Policy"), SPAN("script-src 'self'")};
	const struct host_field type = {
	    SPAN("Content-Type"), SPAN("text/html")};
	struct host_request request = {.target = SPAN("/")};
	struct host_visit *visit = NULL;
	bool well;

	host_read_field(&request, &cookie);
	if (host_admit(host, &request, &visit) != CONSENT_OK)
		return false;
	well = edits(visit, HOST_REQUEST, cookie) & tells(visit) &
	       edits(visit, HOST_PAGE, set) & edits(visit, HOST_PAGE, policy) &
	       edits(visit, HOST_PAGE, type) & filters(visit);
	host_leave(visit);
	return well;
}

static void
serves_a_visit_without_memory(void **state)
{
	(void)state;
	failing_scenario(serves_a_visit);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(serves_a_visit_without_memory),
	};

	return failing_run_between(
	    tests, sizeof tests / sizeof *tests, begin, end);
}
