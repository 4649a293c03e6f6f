#include "proxy/visit.h"

#include "stage.h"

#include <fcntl.h>
#include <unistd.h>

enum {
	ANALYTICS = 1u << 1
};

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

/* The visitor who sends this. */
static const struct visit *
admit(const char *line, const char *fields)
{
	(void)stage_admit(&s, line, fields);
	return &s.f.visit;
}

/* Cookie lines of visitors with these choices, one below the other. */
static void
add_cookies(struct buf *out, const category_set *granted, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		stage_cookie(&s, granted[i], out);
}

/* What all these choices in one request come to. */
static const struct visit *
admit_choices(const category_set *granted, size_t n, const char *fields)
{
	const struct visit *v;
	struct buf lines;

	buf_init(&lines, 32768);
	add_cookies(&lines, granted, n);
	assert_int_equal(buf_append(&lines, span_of(fields)), CONSENT_OK);
	assert_int_equal(buf_append_byte(&lines, '\0'), CONSENT_OK);
	v = admit("GET /", lines.p);
	buf_fini(&lines);
	return v;
}

static void
r02_without_a_token_nothing_is_granted(void **state)
{
	const struct visit *v = admit("GET /page?x=1", "Cookie: a=1\r\n");

	(void)state;
	assert_null(visit_record(v));
	assert_int_equal(v->gate.granted, 1);
	assert_true(gate_asks(&v->gate));
	assert_int_equal(v->pick.n_valid + v->pick.n_invalid, 0);
	assert_true(span_equal(v->path, SPAN("/page")));
	assert_true(span_equal(v->query, SPAN("x=1")));
	assert_false(v->is_head);
}

static void
r12_a_valid_token_opens_the_gate(void **state)
{
	static const category_set choice[] = {ANALYTICS};
	const struct visit *v = admit_choices(choice, 1, "");

	(void)state;
	assert_non_null(visit_record(v));
	assert_string_equal(visit_record(v)->sub, STAGE_SUB);
	assert_int_equal(v->gate.granted, 1 | ANALYTICS);
	assert_false(gate_asks(&v->gate));
}

static void
r45_of_several_tokens_the_least_wins(void **state)
{
	static const category_set orders[][3] = {{ANALYTICS, 0, ANALYTICS},
	    {0, ANALYTICS, ANALYTICS}, {ANALYTICS, ANALYTICS, 0}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		const struct visit *v = admit_choices(orders[i], 3, "");

		assert_int_equal(v->pick.n_valid, 3);
		assert_int_equal(v->gate.granted, 1);
		assert_false(gate_asks(&v->gate));
	}
}

/* How many lines of this event are written by n requests with two tokens. */
static unsigned
lines_of_requests(unsigned n)
{
	static const category_set both[] = {ANALYTICS, 0};
	char text[8192] = "";
	int ends[2], kept = dup(STDERR_FILENO);
	struct span rest;
	unsigned lines = 0;
	ssize_t got;

	assert_true(kept >= 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	while (n-- > 0)
		(void)admit_choices(both, 2, "");
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	got = read(ends[0], text, sizeof text - 1);
	(void)close(ends[0]);
	(void)close(ends[1]);
	(void)close(kept);
	rest = (struct span){text, got < 0 ? 0 : (size_t)got};
	while (rest.n > 0) {
		struct span line = span_cut(&rest, '\n');

		lines += span_search(line, SPAN("token.several")) < line.n;
	}
	return lines;
}

static void
several_tokens_are_told_now_and_then(void **state)
{
	(void)state;
	s.home.several = 0;
	s.home.several_at = 0;
	assert_int_equal(lines_of_requests(5), 1);
	assert_int_equal(s.home.several, 5);
	assert_int_equal(lines_of_requests(5), 0);
	s.home.several_at -= 60000;
	assert_int_equal(lines_of_requests(5), 1);
}

static void
r45_several_tokens_in_one_line_count_alike(void **state)
{
	struct buf yes, no, line;

	(void)state;
	buf_init(&yes, 4096);
	buf_init(&no, 4096);
	buf_init(&line, 8192);
	stage_cookie(&s, ANALYTICS, &yes);
	stage_cookie(&s, 0, &no);
	assert_int_equal(
	    buf_append(&line, span_sub(buf_span(&yes), 0, yes.n - 2)), 0);
	assert_int_equal(buf_append(&line, SPAN("; a=b; ")), 0);
	/* behind "Cookie: " */
	assert_int_equal(
	    buf_append(&line, span_sub(buf_span(&no), 8, no.n)), 0);
	assert_int_equal(buf_append_byte(&line, '\0'), 0);
	assert_int_equal(admit("GET /", line.p)->pick.n_valid, 2);
	assert_int_equal(s.f.visit.gate.granted, 1);
	buf_fini(&line);
	buf_fini(&no);
	buf_fini(&yes);
}

static void
forged_tokens_are_no_choice_and_spoil_none(void **state)
{
	static const category_set choice[] = {ANALYTICS};
	const struct visit *v =
	    admit("GET /", "Cookie: __Host-consent=e30.e30.x\r\n");

	(void)state;
	assert_null(visit_record(v));
	assert_int_equal(v->pick.n_invalid, 1);
	assert_int_equal(v->gate.granted, 1);
	v = admit_choices(choice, 1, "Cookie: __Host-consent=forged\r\n");
	assert_int_equal(v->pick.n_valid, 1);
	assert_int_equal(v->pick.n_invalid, 1);
	assert_int_equal(v->gate.granted, 1 | ANALYTICS);
}

static void
too_many_tokens_are_none(void **state)
{
	category_set choices[TOKEN_CANDIDATES + 1];
	const struct visit *v;
	size_t i;

	(void)state;
	for (i = 0; i <= TOKEN_CANDIDATES; i++)
		choices[i] = ANALYTICS;
	v = admit_choices(choices, TOKEN_CANDIDATES, "");
	assert_int_equal(v->gate.granted, 1 | ANALYTICS);
	v = admit_choices(choices, TOKEN_CANDIDATES + 1, "");
	assert_null(visit_record(v));
	assert_int_equal(v->gate.granted, 1);
}

static void
the_name_of_the_cookie_is_exact(void **state)
{
	static const char *const names[] = {"__host-consent", "consent",
	    "__Secure-consent", "x__Host-consent", "__Host-consent2"};
	struct buf cookie, line;
	size_t i;

	(void)state;
	buf_init(&cookie, 4096);
	buf_init(&line, 4096);
	stage_cookie(&s, ANALYTICS, &cookie);
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t at = strlen("Cookie: __Host-consent");

		buf_clear(&line);
		assert_int_equal(
		    buf_printf(&line, "Cookie: %s%.*s", names[i],
			SPAN_ARG(span_sub(buf_span(&cookie), at, cookie.n))),
		    CONSENT_OK);
		assert_int_equal(buf_append_byte(&line, '\0'), CONSENT_OK);
		assert_null(visit_record(admit("GET /", line.p)));
		assert_int_equal(s.f.visit.pick.n_invalid, 0);
	}
	buf_fini(&line);
	buf_fini(&cookie);
}

static void
r27_a_signal_is_exactly_one(void **state)
{
	static const struct {
		const char *fields;
		bool gpc;
	} cases[] = {
	    {"Sec-GPC: 1\r\n", true},
	    {"sec-gpc:1\r\n", true},
	    {"Sec-GPC:  1 \r\n", true}, /* blanks are not of the value */
	    {"Sec-GPC: 0\r\nSec-GPC: 1\r\n", true},
	    {"Sec-GPC: 1\r\nSec-GPC: 0\r\n", true},
	    {"", false},
	    {"Sec-GPC:\r\n", false},
	    {"Sec-GPC: 0\r\n", false},
	    {"Sec-GPC: 01\r\n", false},
	    {"Sec-GPC: 1.0\r\n", false},
	    {"Sec-GPC: ?1\r\n", false},
	    {"Sec-GPC: \"1\"\r\n", false},
	    {"Sec-GPC: true\r\n", false},
	    {"Sec-GPC: 1, 1\r\n", false},
	    {"X-Sec-GPC: 1\r\n", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct visit *v = admit("GET /", cases[i].fields);

		if (v->gate.gpc != cases[i].gpc)
			fail_msg("read otherwise: %s", cases[i].fields);
		assert_int_equal(
		    v->gate.signaled, cases[i].gpc ? ANALYTICS : 0);
	}
}

static void
r30_an_accept_without_the_signal_yields_to_it(void **state)
{
	static const category_set choice[] = {ANALYTICS};
	const struct visit *v = admit_choices(choice, 1, "Sec-GPC: 1\r\n");

	(void)state;
	assert_int_equal(v->gate.granted, 1);
	assert_true(gate_asks(&v->gate));
}

static void
dnt_counts_only_where_the_policy_says_so(void **state)
{
	(void)state;
	assert_int_equal(admit("GET /", "DNT: 1\r\n")->gate.signaled, 0);
}

static void
the_site_is_the_one_of_the_host(void **state)
{
	static const struct {
		const char *line, *fields;
		size_t site;
	} cases[] = {
	    {"GET /", "Host: site.example\r\n", 0},
	    {"GET /", "Host: second.example:8443\r\n", 1},
	    {"GET /", "Host: SECOND.Example:8443\r\n", 1},
	    {"GET https://second.example:8443/x",
		"Host: second.example:8443\r\n", 1},
	    {"GET /", "Host: second.example\r\n", 1}, /* the port was lost */
	    {"GET /", "Host: SITE.example:443\r\n", 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct visit *v = admit(cases[i].line, cases[i].fields);

		assert_int_equal(v->site, cases[i].site);
		assert_true(span_equal(v->scheme, SPAN("https")));
		assert_true(
		    span_equal(v->url.host, s.f.setup.site_urls[v->site].host));
		assert_int_equal(
		    v->url.port, s.f.setup.site_urls[v->site].port);
	}
}

static void
a_host_names_a_site_or_none(void **state)
{
	(void)state;
	assert_true(admit("GET /", "")->names_site);
	assert_true(admit("GET /", "Host: SITE.example:443\r\n")->names_site);
	assert_true(
	    admit("GET /", "Host: second.example:8443\r\n")->names_site);
	/* the port was lost, or never was there */
	assert_false(admit("GET /", "Host: second.example\r\n")->names_site);
	s.f.setup.token.n_sites = 1;
	assert_true(admit("GET /", "Host: site.example\r\n")->names_site);
	assert_false(admit("GET /", "Host: 10.0.0.7:8080\r\n")->names_site);
	/* http or https: Host does not tell */
	s.f.setup.token.n_sites = 2;
	s.f.setup.sites[1] = "http://site.example";
	s.f.setup.site_urls[1].scheme = SPAN("http");
	assert_false(admit("GET /", "Host: site.example\r\n")->names_site);
}

static void
a_host_of_no_site_is_not_admitted(void **state)
{
	static const char *const hosts[] = {"other.example",
	    "xsecond.example:8443", "second.example:8444", "site.example:80",
	    "site.example.", "localhost", "127.0.0.1:8080"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		char text[256];
		struct visit v;
		struct head *h;

		(void)snprintf(text, sizeof text,
		    "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", hosts[i]);
		memset(&v, 0, sizeof v);
		h = fixture_read(&s.f, CODEC_READS_REQUESTS, text);
		if (visit_admit(&v, &s.home, h) != CONSENT_ENOENT)
			fail_msg("admitted: %s", hosts[i]);
		visit_fini(&v);
		s.f.setup.token.n_sites = 1; /* one alone takes all */
		assert_int_equal(visit_admit(&v, &s.home, h), CONSENT_OK);
		assert_int_equal(v.site, 0);
		visit_fini(&v);
		s.f.setup.token.n_sites = 2;
		fixture_unread(&s.f);
	}
}

/* What was chosen on the first site, as the second sees it. */
static void
a_choice_counts_on_its_own_site(void **state)
{
	static const category_set choice[] = {ANALYTICS};
	static const char second[] = "Host: second.example:8443\r\n";
	const struct visit *v = admit_choices(choice, 1, second);

	(void)state;
	assert_int_equal(v->site, 1);
	assert_null(visit_record(v));
	assert_int_equal(v->pick.n_invalid, 1);
	assert_int_equal(v->gate.granted, 1);
	assert_true(gate_asks(&v->gate));
	v = admit_choices(choice, 1, "Host: site.example\r\n");
	assert_int_equal(v->gate.granted, 1 | ANALYTICS);
	s.f.setup.token.scope = TOKEN_SCOPE_SITE;
	s.f.setup.token.domain = "example";
	v = admit_choices(choice, 1, second);
	assert_int_equal(v->site, 1);
	assert_int_equal(v->gate.granted, 1 | ANALYTICS);
}

static void
r09_the_notice_is_for_windows_of_their_own(void **state)
{
	static const struct {
		const char *fields;
		bool wants;
	} cases[] = {
	    {"", true}, /* older browsers do not say */
	    {"Sec-Fetch-Dest: document\r\n", true},
	    {"Sec-Fetch-Dest: iframe\r\n", false},
	    {"Sec-Fetch-Dest: frame\r\n", false},
	    {"Sec-Fetch-Dest: empty\r\n", false},
	    {"Sec-Fetch-Dest: image\r\n", false},
	    {"Sec-Fetch-Dest:\r\n", false},
	    {"Sec-Fetch-Dest: Document\r\n", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(admit("GET /", cases[i].fields)->wants_notice,
		    cases[i].wants);
}

static void
r32_what_is_fetched_ahead_is_known(void **state)
{
	static const struct {
		const char *fields;
		bool is_ahead;
	} cases[] = {
	    {"", false},
	    {"Sec-Purpose: prefetch\r\n", true},
	    {"sec-purpose: prefetch;prerender\r\n", true},
	    {"Sec-Purpose: prefetch;anonymous-client-ip\r\n", true},
	    {"Sec-Purpose: something-new\r\n", true},
	    {"Purpose: prefetch\r\n", true},
	    {"Purpose: sale\r\nPurpose: Prefetch\r\n", true},
	    {"X-Purpose: preview\r\n", true},
	    {"X-Moz: prefetch\r\n", true},
	    {"Purpose: sale\r\n", false},
	    {"X-Sec-Purpose: prefetch\r\n", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(admit("GET /", cases[i].fields)->is_ahead,
		    cases[i].is_ahead);
}

static void
r33_no_spelling_hides_a_sensitive_path(void **state)
{
	static const char *const paths[] = {"/account", "/account/results?x",
	    "/x/../account/a", "/./account", "/x/%2e%2E/account", "/%61ccount",
	    "https://site.example/account"};
	static const category_set choice[] = {ANALYTICS};
	struct buf cookie;
	char line[128];
	size_t i;

	(void)state;
	buf_init(&cookie, 4096);
	add_cookies(&cookie, choice, 1);
	assert_int_equal(buf_append_byte(&cookie, '\0'), CONSENT_OK);
	for (i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		const struct visit *v;

		(void)snprintf(line, sizeof line, "GET %s", paths[i]);
		v = admit(line, cookie.p);
		if (!v->gate.sensitive)
			fail_msg("not sensitive: %s", paths[i]);
		assert_int_equal(v->gate.granted, 1);
	}
	assert_int_equal(
	    admit("GET /x/account", cookie.p)->gate.granted, 1 | ANALYTICS);
	assert_int_equal(
	    admit("GET /?/account", cookie.p)->gate.granted, 1 | ANALYTICS);
	buf_fini(&cookie);
}

static void
the_target_is_taken_apart(void **state)
{
	const struct visit *v = admit("HEAD /a?b?c", "");

	(void)state;
	assert_true(v->is_head);
	assert_true(span_equal(v->path, SPAN("/a")));
	assert_true(span_equal(v->query, SPAN("b?c")));
	assert_true(span_equal(v->url.query, SPAN("b?c")));
	v = admit("GET https://site.example", "");
	assert_true(span_equal(v->path, SPAN("/")));
	assert_true(span_equal(v->query, SPAN("")));
	v = admit("OPTIONS *", "");
	assert_true(span_equal(v->path, SPAN("*")));
	assert_true(span_equal(v->url.host, SPAN("site.example")));
	/* what looks like another host is a path of ours */
	v = admit("GET //evil.example/x", "");
	assert_true(span_equal(v->path, SPAN("//evil.example/x")));
	assert_true(span_equal(v->url.host, SPAN("site.example")));
}

static void
what_has_no_target_is_not_admitted(void **state)
{
	struct visit v;
	struct head *h;

	(void)state;
	memset(&v, 0, sizeof v);
	h = fixture_read(&s.f, CODEC_READS_REQUESTS,
	    "GET / HTTP/1.1\r\nHost: site.example\r\n\r\n");
	assert_int_equal(
	    head_start_request(h, SPAN("GET"), SPAN("ftp://site.example/")),
	    CONSENT_OK);
	assert_int_equal(visit_admit(&v, &s.home, h), CONSENT_EINVAL);
	visit_fini(&v);
	fixture_unread(&s.f);
}

static void
r14_the_notice_is_in_the_visitors_language(void **state)
{
	const struct visit *v = admit("GET /", "Accept-Language: tr\r\n");

	(void)state;
	assert_string_equal(notice_facts(v->notice)->lang, "tr");
	v = admit("GET /", "");
	assert_string_equal(notice_facts(v->notice)->lang, "en");
}

static void
cookie_lines_are_gathered_in_order(void **state)
{
	struct span lines[2];
	struct head *h;

	(void)state;
	h = stage_admit(&s, "GET /", "");
	assert_int_equal(visit_cookie_lines(h, lines, 2), 0);
	h = stage_admit(&s, "GET /",
	    "Cookie: a=1\r\nX: y\r\ncookie: b=2; c=3\r\nCookie: d=4\r\n");
	assert_int_equal(visit_cookie_lines(h, lines, 2), 2);
	assert_true(span_equal(lines[0], SPAN("a=1")));
	assert_true(span_equal(lines[1], SPAN("b=2; c=3")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r02_without_a_token_nothing_is_granted),
	    TEST(r12_a_valid_token_opens_the_gate),
	    TEST(r45_of_several_tokens_the_least_wins),
	    TEST(r45_several_tokens_in_one_line_count_alike),
	    TEST(several_tokens_are_told_now_and_then),
	    TEST(forged_tokens_are_no_choice_and_spoil_none),
	    TEST(too_many_tokens_are_none),
	    TEST(the_name_of_the_cookie_is_exact),
	    TEST(r27_a_signal_is_exactly_one),
	    TEST(r30_an_accept_without_the_signal_yields_to_it),
	    TEST(dnt_counts_only_where_the_policy_says_so),
	    TEST(the_site_is_the_one_of_the_host),
	    TEST(a_host_names_a_site_or_none),
	    TEST(a_host_of_no_site_is_not_admitted),
	    TEST(a_choice_counts_on_its_own_site),
	    TEST(r09_the_notice_is_for_windows_of_their_own),
	    TEST(r32_what_is_fetched_ahead_is_known),
	    TEST(r33_no_spelling_hides_a_sensitive_path),
	    TEST(the_target_is_taken_apart),
	    TEST(what_has_no_target_is_not_admitted),
	    TEST(r14_the_notice_is_in_the_visitors_language),
	    TEST(cookie_lines_are_gathered_in_order),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
