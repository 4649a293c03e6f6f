#include <libconsent/host.h>

#include "base/clock.h"
#include "fixture.h"

#include <libconsent/record.h>
#include <libconsent/seal.h>
#include <libconsent/token.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SITE "https://library.example"

static char folder[] = "/tmp/consent-host-XXXXXX";
static char policy_path[64], keys_path[64];
static struct buf token; /* of a visitor who agreed to analytics */

/* Mints with the keys that hosts check by. */
static void
mint(struct buf *out)
{
	const char *const sites[] = {SITE};
	struct token_options options = {
	    .sites = sites, .n_sites = 1, .lifetime_days = 180};
	struct policy *policy = fixture_usual();
	struct record record = {.action = RECORD_CHOOSE,
	    .id = "BBBBBBBBBBBBBBBBBBBBBA",
	    .sub = "AAAAAAAAAAAAAAAAAAAAAA",
	    .site = SITE,
	    .time = clock_now()};
	struct seal_ring *ring = NULL;
	struct seal_error error;

	record_decide(&record, policy, ANALYTICS);
	assert_int_equal(seal_ring_open(keys_path, SEAL_HS256,
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
	FILE *file;

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	(void)snprintf(policy_path, sizeof policy_path, "%s/p.conf", folder);
	(void)snprintf(keys_path, sizeof keys_path, "%s/keys", folder);
	file = fopen(policy_path, "w");
	if (file == NULL)
		return -1;
	(void)fputs("listen = \"127.0.0.1:0\"; policy : {", file);
	(void)fputs(FIXTURE_POLICY("listed", "enforce", "meta-pixel"), file);
	(void)fputs("};", file);
	buf_init(&token, 4096);
	mint(&token);
	return fclose(file);
}

static int
remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static int
end(void **state)
{
	(void)state;
	buf_fini(&token);
	return nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
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
usual_host(void)
{
	const struct host_options options = {
	    .policy = policy_path, .keys = keys_path, .site = SITE};
	char why[FINDINGS_TEXT];
	struct host *host = open_host(&options, why, sizeof why);

	assert_non_null(host);
	return host;
}

static struct host_visit *
admit(struct host *host, const char *target, bool chose)
{
	struct span cookies = buf_span(&token);
	struct host_request request = {.target = span_of(target),
	    .cookies = &cookies,
	    .n_cookies = chose,
	    .alone = true};
	struct host_visit *visit = NULL;

	assert_int_equal(host_admit(host, &request, &visit), CONSENT_OK);
	return visit;
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
	struct host *host = usual_host();
	struct host_visit *visit = admit(host, "/", false);
	struct buf scratch;
	struct span kept;

	(void)state;
	buf_init(&scratch, HOST_COOKIES);
	assert_int_equal(host_screen_cookies(visit,
			     SPAN("_an=1; session=2; __Host-consent=3; x=4"),
			     &scratch, &kept),
	    CONSENT_OK);
	assert_true(
	    span_equal(span_trim(kept), SPAN("session=2; __Host-consent=3")));
	assert_false(host_may_set(visit, SPAN("_an=1; Path=/")));
	assert_false(host_may_set(visit, SPAN("\x01")));
	assert_true(host_may_set(visit, SPAN("session=1")));
	host_leave(visit);
	visit = admit(host, "/", true);
	assert_true(host_may_set(visit, SPAN("_an=1; Path=/")));
	host_leave(visit);
	buf_fini(&scratch);
	host_free(host);
}

/* The page that a visitor gets, written byte by byte; NUL behind it. */
static void
filter(struct host_visit *visit, const char *html, struct buf *out)
{
	struct page *page = NULL;

	buf_clear(out);
	assert_int_equal(
	    host_page(visit, PAGE_HTML, sink_into(out), &page), CONSENT_OK);
	for (; *html != '\0'; html++)
		assert_int_equal(
		    page_write(page, (struct span){html, 1}, SINK_MORE),
		    CONSENT_OK);
	assert_int_equal(page_write(page, SPAN(""), SINK_LAST), CONSENT_OK);
	page_free(page);
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

static void
the_sites_policy_is_widened(void **state)
{
	struct host *host = usual_host();
	struct host_visit *visit = admit(host, "/", false);
	enum csp_force force;
	struct buf out;

	(void)state;
	buf_init(&out, CSP_SITE_BYTES);
	assert_int_equal(host_edit_csp(visit,
			     SPAN("script-src 'self'; style-src a.example; "
				  "form-action a.example"),
			     &out),
	    CONSENT_OK);
	assert_int_equal(buf_append_byte(&out, '\0'), CONSENT_OK);
	assert_non_null(strstr(out.p, "script-src 'self' 'sha256-"));
	assert_non_null(strstr(out.p, SITE "/.consent/notice.css"));
	assert_non_null(strstr(out.p, SITE "/.consent/"));
	buf_clear(&out);
	assert_int_equal(host_write_csp(visit, &out, &force), CONSENT_OK);
	assert_int_equal(force == CSP_NONE, out.n == 0);
	host_leave(visit);
	buf_fini(&out);
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
		const char *type;
		int rc;
		enum page_kind kind;
	} cases[] = {
	    {"text/html", CONSENT_OK, PAGE_HTML},
	    {"text/HTML ; charset=\"UTF-8\"", CONSENT_OK, PAGE_HTML},
	    {"image/svg+xml", CONSENT_OK, PAGE_XML},
	    {"text/html; charset=shift_jis", CONSENT_ECODING, PAGE_HTML},
	    {"text/html; charset=utf-16", CONSENT_ECODING, PAGE_HTML},
	    {"", CONSENT_ECODING, PAGE_HTML},
	    {"multipart/x-mixed-replace; boundary=a", CONSENT_ECODING,
		PAGE_HTML},
	    {"image/png", CONSENT_ENOENT, PAGE_HTML},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum page_kind kind = PAGE_HTML;

		assert_int_equal(
		    host_kind(span_of(cases[i].type), &kind), cases[i].rc);
		assert_int_equal(kind, cases[i].kind);
	}
}

static void
a_start_says_what_is_wrong(void **state)
{
	static const struct {
		struct host_options options;
		const char *why;
	} cases[] = {
	    {{policy_path, keys_path, SITE "/", NULL}, "is no origin"},
	    {{policy_path, keys_path, "library", NULL}, "is no origin"},
	    {{"/nowhere.conf", keys_path, SITE, NULL}, "/nowhere.conf"},
	    {{policy_path, "/nowhere", SITE, NULL}, "/nowhere"},
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
	    cmocka_unit_test(pages_go_by_the_gate),
	    cmocka_unit_test(the_sites_policy_is_widened),
	    cmocka_unit_test(targets_of_no_site_are_refused),
	    cmocka_unit_test(only_pages_that_can_be_read_are_pages),
	    cmocka_unit_test(a_start_says_what_is_wrong),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end);
}
