#include <libconsent/host.h>

#include "base/clock.h"
#include "hosting.h"

#include <libconsent/csp.h>
#include <libconsent/record.h>
#include <libconsent/seal.h>
#include <libconsent/token.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char closed_path[64]; /* of a policy that lets nothing else in */
static struct buf token;     /* of a visitor who agreed to analytics */

/* Mints with the keys that hosts check by. */
static void
mint(struct buf *out)
{
	const char *const sites[] = {HOSTING_SITE};
	struct token_options options = {
	    .sites = sites, .n_sites = 1, .lifetime_days = 180};
	struct policy *policy = fixture_usual();
	struct record record = {.action = RECORD_CHOOSE,
	    .id = "BBBBBBBBBBBBBBBBBBBBBA",
	    .sub = "AAAAAAAAAAAAAAAAAAAAAA",
	    .site = HOSTING_SITE,
	    .time = clock_now()};
	struct seal_ring *ring = NULL;
	struct seal_error error;

	record_decide(&record, policy, ANALYTICS);
	assert_int_equal(seal_ring_open(hosting.keys, SEAL_HS256,
			     SEAL_CREATE_IF_EMPTY, &ring, &error),
	    CONSENT_OK);
	assert_int_equal(buf_append(out, SPAN("a=1; __Host-consent=")), 0);
	assert_int_equal(token_mint(ring, &options, &record, out), 0);
	seal_ring_free(ring);
	policy_free(policy);
}

static int
begin(void **state)
{
	if (hosting_begin(state) != 0)
		return -1;
	(void)snprintf(
	    closed_path, sizeof closed_path, "%s/q.conf", hosting.folder);
	buf_init(&token, 4096);
	mint(&token);
	return hosting_write(
	    closed_path, FIXTURE_POLICY("unlisted", "enforce",
			     "meta-pixel") "csp = \"report\";");
}

static int
end(void **state)
{
	buf_fini(&token);
	return hosting_end(state);
}

/* A host, or NULL and the first finding. */
static struct host *
open_host(const struct host_options *options, char *why, size_t n)
{
	struct findings findings;
	struct host *host = NULL;
	int rc;

	findings_init(&findings);
	rc = host_new(options, &findings, &host);
	why[0] = '\0';
	if (findings.n > 0) {
		const struct finding *first = &findings.items[0];
		const char *file = first->place.file;

		(void)snprintf(
		    why, n, "%s: %s", file == NULL ? "" : file, first->text);
	}
	assert_int_equal(rc == CONSENT_OK, host != NULL);
	assert_int_equal(rc == CONSENT_OK, findings.errors == 0);
	findings_fini(&findings);
	return host;
}

static struct host *
host_of(const char *policy)
{
	const struct host_options options = {
	    .policy = policy, .keys = hosting.keys, .site = HOSTING_SITE};
	char why[FINDINGS_TEXT];
	struct host *host = open_host(&options, why, sizeof why);

	assert_non_null(host);
	return host;
}

static struct host *
usual_host(void)
{
	return host_of(hosting.policy);
}

static struct host_visit *
enter(struct host *host, struct host_request *request, const char *target)
{
	struct host_visit *visit = NULL;

	request->target = span_of(target);
	assert_int_equal(host_admit(host, request, &visit), CONSENT_OK);
	return visit;
}

/* A visitor who chose, or one who did not. */
static struct host_visit *
admit(struct host *host, const char *target, bool chose)
{
	struct host_request request = {.inside = false};
	struct host_field cookie = {SPAN("cookie"), buf_span(&token)};

	if (chose)
		host_read_field(&request, &cookie);
	return enter(host, &request, target);
}

/* What becomes of a field: its value, or NULL where it goes. */
static const char *
edited(struct host_visit *visit, enum host_head head, const char *name,
    const char *value)
{
	static char text[4096];
	struct host_field field = {span_of(name), span_of(value)};
	int rc = host_edit_field(visit, head, &field);

	if (rc == CONSENT_ENOENT)
		return NULL;
	assert_int_equal(rc, CONSENT_OK);
	assert_true(span_equal(field.name, span_of(name)));
	assert_true(field.value.n < sizeof text);
	assert_int_equal(field.value.p[field.value.n], '\0');
	memcpy(text, field.value.p, field.value.n + 1);
	return text;
}

/* The i-th field of ours, as it stands in a head; NULL: there is none. */
static const char *
added(struct host_visit *visit, enum host_head head, size_t i)
{
	static char text[CSP_BYTES];
	struct host_field field;
	int rc = host_add_field(visit, head, i, &field);

	if (rc == CONSENT_ENOENT)
		return NULL;
	assert_int_equal(rc, CONSENT_OK);
	(void)snprintf(text, sizeof text, "%.*s: %.*s", SPAN_ARG(field.name),
	    SPAN_ARG(field.value));
	return text;
}

static void
the_token_opens_the_gate(void **state)
{
	struct host *host = usual_host();
	static const struct {
		const char *target;
		bool chose;
		category_set granted;
	} cases[] = {
	    {"/", false, 1},
	    {"/", true, 1 | ANALYTICS},
	    {"/?/account", true, 1 | ANALYTICS},
	    {"/account", true, 1}, /* sensitive */
	    {"/a/../account", true, 1},
	    {"//stats.example/", true, 1 | ANALYTICS},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct host_visit *visit =
		    admit(host, cases[i].target, cases[i].chose);

		assert_int_equal(host_gate(visit)->granted, cases[i].granted);
		host_leave(visit);
	}
	host_free(host);
}

static void
cookies_go_by_the_gate(void **state)
{
	static const char sent[] = "_an=1; session=2; __Host-consent=3; x=4";
	struct host *host = usual_host();
	struct host_visit *visit = admit(host, "/", false);

	(void)state;
	assert_string_equal(edited(visit, HOST_REQUEST, "Cookie", sent),
	    "session=2; __Host-consent=3");
	assert_null(edited(visit, HOST_REQUEST, "cookie", "_an=1"));
	assert_null(edited(visit, HOST_REQUEST, "Cookie", ""));
	assert_null(edited(visit, HOST_ANSWER, "Set-Cookie", "_an=1; Path=/"));
	assert_null(edited(visit, HOST_PAGE, "set-cookie", "_an=1"));
	assert_null(edited(visit, HOST_ANSWER, "Set-Cookie", "\x01"));
	assert_string_equal(
	    edited(visit, HOST_ANSWER, "Set-Cookie", "session=1"), "session=1");
	host_leave(visit);
	visit = admit(host, "/", true);
	assert_string_equal(
	    edited(visit, HOST_ANSWER, "Set-Cookie", "_an=1"), "_an=1");
	assert_string_equal(
	    edited(visit, HOST_REQUEST, "Cookie", "_an=1; b=2; x=4"), "_an=1");
	host_leave(visit);
	host_free(host);
}

/* A Cookie field beyond what is screened must not go on, whole or in part. */
static void
cookies_that_are_too_long_do_not_go_on(void **state)
{
	struct host *host = usual_host();
	struct host_visit *visit = admit(host, "/", false);
	struct host_field field = {.name = SPAN("Cookie")};
	struct buf value;

	(void)state;
	buf_init(&value, 4 * HOST_COOKIES);
	while (value.n < 2 * HOST_COOKIES)
		assert_int_equal(buf_append(&value, SPAN("session=2; ")), 0);
	assert_int_equal(buf_append(&value, SPAN("_an=1")), 0);
	field.value = buf_span(&value);
	assert_int_equal(
	    host_edit_field(visit, HOST_REQUEST, &field), CONSENT_ELIMIT);
	buf_fini(&value);
	host_leave(visit);
	host_free(host);
}

static void
back_ends_are_told_by_us_alone(void **state)
{
	struct host *host = usual_host();
	struct host_visit *visit = admit(host, "/", false);

	(void)state;
	assert_null(edited(visit, HOST_REQUEST, "consent", "analytics"));
	assert_null(edited(visit, HOST_REQUEST, "Consent-Id", "a"));
	assert_null(edited(visit, HOST_REQUEST, "X-Consent", "a"));
	assert_string_equal(
	    edited(visit, HOST_REQUEST, "Accept", "*/*"), "*/*");
	assert_string_equal(
	    added(visit, HOST_REQUEST, 0), "Consent: essential");
	assert_null(added(visit, HOST_REQUEST, 1));
	assert_null(added(visit, HOST_ANSWER, 0));
	host_leave(visit);
	visit = admit(host, "/", true);
	assert_string_equal(
	    added(visit, HOST_REQUEST, 0), "Consent: essential, analytics");
	host_leave(visit);
	host_free(host);
}

/* What a request says is read from its fields, in any case of letters. */
static void
a_request_is_read_field_by_field(void **state)
{
	static const struct host_field fields[] = {
	    {SPAN_INIT("accept-language"), SPAN_INIT("de")},
	    {SPAN_INIT("SEC-FETCH-DEST"), SPAN_INIT("iframe")},
	    {SPAN_INIT("Sec-GPC"), SPAN_INIT("1")},
	    {SPAN_INIT("Sec-GPC"), SPAN_INIT("0")},
	    {SPAN_INIT("dnt"), SPAN_INIT("1")},
	    {SPAN_INIT("Host"), SPAN_INIT("a.example")}};
	const struct host_field cookie = {SPAN("Cookie"), SPAN("a=1")};
	struct host_request request = {.inside = false};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof fields / sizeof fields[0]; i++)
		host_read_field(&request, &fields[i]);
	assert_true(span_equal(request.accept_language, SPAN("de")));
	assert_true(span_equal(request.dest, SPAN("iframe")));
	assert_true(request.gpc);
	assert_true(request.dnt);
	assert_int_equal(request.n_cookies, 0);
	for (i = 0; i < 2 * HOST_COOKIE_FIELDS; i++)
		host_read_field(&request, &cookie);
	assert_int_equal(request.n_cookies, HOST_COOKIE_FIELDS);
}

/* The page that a visitor gets, written byte by byte; NUL behind it. */
static void
filter(struct host_visit *visit, const char *html, struct buf *out)
{
	struct span made;

	buf_clear(out);
	assert_int_equal(host_page(visit, PAGE_HTML), CONSENT_OK);
	for (; *html != '\0'; html++) {
		assert_int_equal(
		    host_write(visit, (struct span){html, 1}, SINK_MORE, &made),
		    CONSENT_OK);
		assert_int_equal(buf_append(out, made), CONSENT_OK);
	}
	assert_int_equal(
	    host_write(visit, SPAN(""), SINK_LAST, &made), CONSENT_OK);
	assert_int_equal(buf_append(out, made), CONSENT_OK);
	assert_int_equal(buf_append_byte(out, '\0'), CONSENT_OK);
}

static void
pages_go_by_the_gate(void **state)
{
	static const char html[] =
	    "<html lang=de><body><p>Buch</p>"
	    "<img src=//stats.example/p.gif></body></html>";
	struct host *host = usual_host();
	struct host_visit *visit = admit(host, "/", false);
	struct buf out;

	(void)state;
	buf_init(&out, 1 << 20);
	filter(visit, html, &out);
	assert_null(strstr(out.p, "<img"));
	assert_non_null(strstr(out.p, "<p>Buch</p>"));
	assert_non_null(strstr(out.p, "data-consent="));
	/* the notice, in the page's language */
	assert_non_null(strstr(out.p, "class=\"consent-ui\" lang=\"de\""));
	host_leave(visit);
	visit = admit(host, "/", true);
	filter(visit, html, &out);
	assert_non_null(strstr(out.p, "<img src=//stats.example/p.gif>"));
	host_leave(visit);
	buf_fini(&out);
	host_free(host);
}

/* The notice stands in documents alone, not in what goes into another. */
static void
the_notice_goes_where_it_is_seen(void **state)
{
	static const struct {
		const char *dest;
		bool inside, seen;
	} cases[] = {{"", false, true}, {"document", false, true},
	    {"iframe", false, false}, {"empty", false, false},
	    {"document", true, false}};
	struct host *host = usual_host();
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 1 << 20);
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct host_request request = {
		    .inside = cases[i].inside, .dest = span_of(cases[i].dest)};
		struct host_visit *visit = enter(host, &request, "/");

		filter(visit, "<html><body><p>a</p></body></html>", &out);
		assert_int_equal(
		    strstr(out.p, "consent-notice") != NULL, cases[i].seen);
		host_leave(visit);
	}
	buf_fini(&out);
	host_free(host);
}

/* UTF-16 says so by its first bytes, whatever the head says. */
static void
a_page_that_is_not_utf8_is_cut(void **state)
{
	struct host *host = usual_host();
	struct host_visit *visit = admit(host, "/", false);
	struct span made = SPAN("untouched");

	(void)state;
	assert_int_equal(host_page(visit, PAGE_HTML), CONSENT_OK);
	assert_int_equal(host_write(visit, SPAN("\xff\xfe<"), SINK_MORE, &made),
	    CONSENT_ECODING);
	assert_int_equal(
	    host_write(visit, SPAN("<p>"), SINK_LAST, &made), CONSENT_ECODING);
	assert_true(span_equal(made, SPAN("untouched")));
	/* another, such as one that says why */
	assert_int_equal(host_page(visit, PAGE_HTML), CONSENT_OK);
	assert_int_equal(
	    host_write(visit, SPAN("<p>a"), SINK_LAST, &made), CONSENT_OK);
	assert_true(made.n > 0);
	host_leave(visit);
	host_free(host);
}

static void
the_sites_policy_is_widened(void **state)
{
	struct host *host = usual_host();
	struct host_visit *visit = admit(host, "/", false);
	static const char policy[] =
	    "script-src 'self'; style-src a.example; form-action a.example";
	static const char *const names[] = {
	    "Content-Security-Policy", "content-security-policy-report-only"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *out = edited(visit, HOST_PAGE, names[i], policy);

		assert_non_null(strstr(out, "script-src 'self' 'sha256-"));
		assert_non_null(
		    strstr(out, HOSTING_SITE "/.consent/notice.css"));
		assert_non_null(strstr(out, HOSTING_SITE "/.consent/"));
		/* of what is no page it stays */
		assert_string_equal(
		    edited(visit, HOST_ANSWER, names[i], policy), policy);
	}
	host_leave(visit);
	host_free(host);
}

static void
a_page_has_no_head_of_before(void **state)
{
	static const struct {
		const char *name, *value, *page;
	} cases[] = {
	    {"Content-Length", "9", NULL},
	    {"etag", "\"a\"", NULL},
	    {"Last-Modified", "Fri, 31 Dec 1999 00:00:00 GMT", NULL},
	    {"Accept-Ranges", "bytes", NULL},
	    {"Repr-Digest", "sha-256=:a:", NULL},
	    {"Expires", "0", NULL},
	    {"CDN-Cache-Control", "max-age=9", NULL},
	    {"Surrogate-Control", "max-age=9", NULL},
	    {"Cache-Control", "public, max-age=9", NULL},
	    {"Cache-Control", "max-age=0, No-Store", "no-store"},
	    {"Content-Type", "text/html", "text/html; charset=utf-8"},
	    {"Content-Type", "text/html; charset=utf8",
		"text/html; charset=utf8"},
	    {"X-Frame-Options", "DENY", "DENY"},
	};
	struct host *host = usual_host();
	struct host_visit *visit = admit(host, "/", false);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *page =
		    edited(visit, HOST_PAGE, cases[i].name, cases[i].value);

		if (cases[i].page == NULL)
			assert_null(page);
		else
			assert_string_equal(page, cases[i].page);
		assert_string_equal(
		    edited(visit, HOST_ANSWER, cases[i].name, cases[i].value),
		    cases[i].value);
	}
	assert_string_equal(
	    added(visit, HOST_PAGE, 0), "Cache-Control: private, no-cache");
	host_leave(visit);
	host_free(host);
}

/* Our own policy goes out where the policy wants it, as that says. */
static void
our_policy_is_added(void **state)
{
	static const char name[] = "Content-Security-Policy-Report-Only: ";
	struct host *host = host_of(closed_path);
	struct host_visit *visit = admit(host, "/", false);
	const char *ours = added(visit, HOST_PAGE, 1);

	(void)state;
	assert_non_null(ours);
	assert_int_equal(strncmp(ours, name, sizeof name - 1), 0);
	assert_null(added(visit, HOST_PAGE, 2));
	host_leave(visit);
	host_free(host);
	host = usual_host();
	visit = admit(host, "/", false);
	assert_null(added(visit, HOST_PAGE, 1));
	host_leave(visit);
	host_free(host);
}

/* A browser may hold a page as it was for another choice. */
static void
pages_are_asked_for_whole(void **state)
{
	static const char *const names[] = {"if-none-match",
	    "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range",
	    "Range"};
	static const struct {
		const char *dest;
		bool stays;
	} cases[] = {{"", false}, {"document", false}, {"empty", false},
	    {"embed", false}, {"image", true}, {"video", true}};
	struct host *host = usual_host();
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct host_request request = {.dest = span_of(cases[i].dest)};
		struct host_visit *visit = enter(host, &request, "/");

		for (k = 0; k < sizeof names / sizeof names[0]; k++)
			assert_int_equal(
			    edited(visit, HOST_REQUEST, names[k], "a") != NULL,
			    cases[i].stays);
		host_leave(visit);
	}
	host_free(host);
}

static void
targets_of_no_site_are_refused(void **state)
{
	static const char *const targets[] = {"", "*", "https://a.example/"};
	struct host *host = usual_host();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof targets / sizeof targets[0]; i++) {
		struct host_request request = {.target = span_of(targets[i])};
		struct host_visit *visit = NULL;

		assert_int_equal(
		    host_admit(host, &request, &visit), CONSENT_EINVAL);
		assert_null(visit);
	}
	host_free(host);
}

static void
only_pages_that_can_be_read_are_pages(void **state)
{
	static const struct {
		struct host_answer answer;
		int rc;
		enum page_kind kind;
	} cases[] = {
	    {{200, false, .type = SPAN_INIT("text/html")}, CONSENT_OK,
		PAGE_HTML},
	    {{404, false, .type = SPAN_INIT("text/HTML ; charset=\"UTF-8\"")},
		CONSENT_OK, PAGE_HTML},
	    {{200, false, .type = SPAN_INIT("image/svg+xml")}, CONSENT_OK,
		PAGE_XML},
	    {{200, false, .type = SPAN_INIT("text/html"),
		 .charset = SPAN_INIT("utf8")},
		CONSENT_OK, PAGE_HTML},
	    {{200, false, .type = SPAN_INIT("text/html"),
		 .charset = SPAN_INIT("shift_jis")},
		CONSENT_ECODING, PAGE_HTML},
	    {{200, false, .type = SPAN_INIT("text/html; charset=shift_jis")},
		CONSENT_ECODING, PAGE_HTML},
	    {{200, false, .type = SPAN_INIT("text/html; charset=utf-16"),
		 .charset = SPAN_INIT("utf-8")},
		CONSENT_ECODING, PAGE_HTML},
	    {{200, false, .type = {"", 0}}, CONSENT_ECODING, PAGE_HTML},
	    {{200, false,
		 .type = SPAN_INIT("multipart/x-mixed-replace; boundary=a")},
		CONSENT_ECODING, PAGE_HTML},
	    {{200, false, .type = SPAN_INIT("text/html"),
		 .coding = SPAN_INIT("br")},
		CONSENT_ECODING, PAGE_HTML},
	    {{206, false, .type = SPAN_INIT("text/html")}, CONSENT_ECODING,
		PAGE_HTML},
	    {{200, false, .type = SPAN_INIT("image/png"),
		 .coding = SPAN_INIT("br")},
		CONSENT_ENOENT, PAGE_HTML},
	    {{200, true, .type = SPAN_INIT("text/html")}, CONSENT_ENOENT,
		PAGE_HTML},
	    {{101, false, .type = {"", 0}}, CONSENT_ENOENT, PAGE_HTML},
	    {{204, false, .type = {"", 0}}, CONSENT_ENOENT, PAGE_HTML},
	    {{304, false, .type = SPAN_INIT("text/html")}, CONSENT_ENOENT,
		PAGE_HTML},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum page_kind kind = PAGE_HTML;
		const char *why = NULL;

		assert_int_equal(
		    host_find_page(&cases[i].answer, &kind, &why), cases[i].rc);
		assert_int_equal(kind, cases[i].kind);
		assert_int_equal(why != NULL, cases[i].rc == CONSENT_ECODING);
	}
}

static void
a_start_says_what_is_wrong(void **state)
{
	static const struct {
		struct host_options options;
		const char *why;
	} cases[] = {
	    {{hosting.policy, hosting.keys, HOSTING_SITE "/", NULL},
		"is no origin"},
	    {{hosting.policy, hosting.keys, "library", NULL}, "is no origin"},
	    {{"/nowhere.conf", hosting.keys, HOSTING_SITE, NULL},
		"/nowhere.conf"},
	    {{hosting.policy, "/nowhere", HOSTING_SITE, NULL}, "/nowhere"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char why[FINDINGS_TEXT];

		assert_null(open_host(&cases[i].options, why, sizeof why));
		assert_non_null(strstr(why, cases[i].why));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_token_opens_the_gate),
	    cmocka_unit_test(cookies_go_by_the_gate),
	    cmocka_unit_test(cookies_that_are_too_long_do_not_go_on),
	    cmocka_unit_test(back_ends_are_told_by_us_alone),
	    cmocka_unit_test(a_request_is_read_field_by_field),
	    cmocka_unit_test(pages_go_by_the_gate),
	    cmocka_unit_test(the_notice_goes_where_it_is_seen),
	    cmocka_unit_test(a_page_that_is_not_utf8_is_cut),
	    cmocka_unit_test(the_sites_policy_is_widened),
	    cmocka_unit_test(a_page_has_no_head_of_before),
	    cmocka_unit_test(our_policy_is_added),
	    cmocka_unit_test(pages_are_asked_for_whole),
	    cmocka_unit_test(targets_of_no_site_are_refused),
	    cmocka_unit_test(only_pages_that_can_be_read_are_pages),
	    cmocka_unit_test(a_start_says_what_is_wrong),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end);
}
