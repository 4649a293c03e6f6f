#include <libconsent/token.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "consent/signer.h"

#define SUB "AAAAAAAAAAAAAAAAAAAAAA"
#define JTI "BBBBBBBBBBBBBBBBBBBBBA"
#define SITE "https://library.example"
#define HEAD "\"iss\":\"" SITE "\",\"aud\":\"consent\","
#define REV "\"rev\":{\"analytics\":\"00000000\"}"
#define HANDLE ",\"sub\":\"" SUB "\",\"jti\":\"" JTI "\",\"seq\":7}"

static const char *const sites[] = {SITE, "https://www.library.example"};
static const struct token_options options = {
    .sites = sites, .n_sites = 2, .lifetime_days = 185};

static const int64_t day = INT64_C(86400000);
static int64_t now_ms;
static struct seal_ring *ring;

static int64_t
fixed_now(void)
{
	return now_ms;
}

static int
setup(void **state)
{
	(void)state;
	clock_replace(fixed_now);
	now_ms = INT64_C(1794045296789); /* 2026-11-07T09:54:56.789Z */
	assert_int_equal(seal_ring_new(SEAL_HS256, &ring), CONSENT_OK);
	return seal_ring_add(
	    ring, "k1", SPAN("0123456789abcdef0123456789abcdef"));
}

static int
teardown(void **state)
{
	(void)state;
	clock_replace(NULL);
	seal_ring_free(ring);
	return 0;
}

/* A record of two decided categories; granted is a mask over them. */
static struct record
make_record(enum record_action action, unsigned granted)
{
	struct record r = {.action = action,
	    .n_categories = 2,
	    .categories = {{"analytics", "0a1b2c3d", (granted & 1u) != 0},
		{"media", "deadbeef", (granted & 2u) != 0}},
	    .id = JTI,
	    .sub = SUB,
	    .site = SITE,
	    .seq = 41};

	r.time = now_ms;
	return r;
}

static struct span
mint(struct record r, struct buf *out)
{
	buf_init(out, SEAL_TOKEN_MAX);
	assert_int_equal(token_mint(ring, &options, &r, out), CONSENT_OK);
	return buf_span(out);
}

/* Reads a token of these claims under a signature that holds. */
static int
read_claims(const char *claims, struct record *out)
{
	struct buf token;
	int rc;

	buf_init(&token, SEAL_TOKEN_MAX);
	assert_int_equal(seal_sign(ring, span_of(claims), &token), CONSENT_OK);
	rc = token_read(ring, &options, buf_span(&token), out);
	buf_fini(&token);
	return rc;
}

static void
grant_comes_back_as_it_was(void **state)
{
	struct record r = make_record(RECORD_CHOOSE, 2), back;
	struct buf token;

	(void)state;
	r.gpc = true;
	assert_int_equal(
	    token_read(ring, &options, mint(r, &token), &back), CONSENT_OK);
	assert_int_equal(back.action, RECORD_CHOOSE);
	assert_int_equal(back.n_categories, 2);
	assert_string_equal(back.categories[0].id, "analytics");
	assert_string_equal(back.categories[0].rev, "0a1b2c3d");
	assert_false(back.categories[0].granted);
	assert_true(back.categories[1].granted);
	assert_string_equal(back.sub, SUB);
	assert_string_equal(back.id, JTI);
	assert_string_equal(back.site, SITE);
	assert_true(back.gpc);
	assert_true(back.seq == 41);
	assert_true(back.time == now_ms / 1000 * 1000);
	assert_true(back.expires == back.time + 185 * day);
	buf_fini(&token);
}

static void
r25_refusal_has_no_handle(void **state)
{
	struct record r = make_record(RECORD_REJECT, 0);
	struct record other = make_record(RECORD_REJECT, 0), back;
	struct buf a, b;

	(void)state;
	/* another visitor, another day of the month, a signal: one token */
	now_ms += 20 * day;
	other.time = now_ms;
	other.gpc = true;
	memset(other.sub, 'C', RECORD_ID - 2);
	other.seq = 99;
	assert_true(span_equal(mint(r, &a), mint(other, &b)));
	assert_int_equal(
	    token_read(ring, &options, buf_span(&a), &back), CONSENT_OK);
	assert_string_equal(back.sub, "");
	assert_string_equal(back.id, "");
	assert_true(back.seq == 0);
	assert_true(back.time == clock_month_start(r.time));
	assert_true(back.expires == back.time + (185 + 31) * day);
	assert_false(record_grants(&back));
	assert_int_equal(back.n_categories, 2);
	buf_fini(&a);
	buf_fini(&b);
}

static void
refusal_with_a_handle_is_refused(void **state)
{
	struct record back;

	(void)state;
	assert_int_equal(
	    read_claims("{" HEAD REV ",\"iat\":1793491200,\"exp\":1800000000,"
			"\"act\":\"reject\",\"cat\":[]}",
		&back),
	    CONSENT_OK);
	assert_int_equal(
	    read_claims("{" HEAD REV ",\"iat\":1793491200,\"exp\":1800000000,"
			"\"act\":\"reject\",\"cat\":[]" HANDLE,
		&back),
	    CONSENT_EDENIED);
	assert_int_equal(
	    read_claims("{" HEAD REV ",\"iat\":1793491200,\"exp\":1800000000,"
			"\"act\":\"reject\",\"cat\":[\"analytics\"]" HANDLE,
		&back),
	    CONSENT_EDENIED);
	/* what was shown once is no choice that a token could have */
	assert_int_equal(
	    read_claims("{" HEAD REV ",\"iat\":1793491200,\"exp\":1800000000,"
			"\"act\":\"embed\",\"cat\":[]}",
		&back),
	    CONSENT_EDENIED);
}

static const char *const odd_claims[] = {
    /* foreign issuer, audience */
    "{\"iss\":\"https://other.example\",\"aud\":\"consent\"," REV
    ",\"iat\":1794040000,\"exp\":1800000000,\"act\":\"accept\","
    "\"cat\":[\"analytics\"]" HANDLE,
    "{\"iss\":\"" SITE "\",\"aud\":\"other\"," REV
    ",\"iat\":1794040000,\"exp\":1800000000,\"act\":\"accept\","
    "\"cat\":[\"analytics\"]" HANDLE,
    "{\"iss\":\"" SITE "\",\"aud\":[\"consent\"]," REV
    ",\"iat\":1794040000,\"exp\":1800000000,\"act\":\"accept\","
    "\"cat\":[\"analytics\"]" HANDLE,
    /* times: over, ahead, too long, backwards, odd types */
    "{" HEAD REV ",\"iat\":1790000000,\"exp\":1794045296,"
    "\"act\":\"accept\",\"cat\":[\"analytics\"]" HANDLE,
    "{" HEAD REV ",\"iat\":1794045396,\"exp\":1800000000,"
    "\"act\":\"accept\",\"cat\":[\"analytics\"]" HANDLE,
    "{" HEAD REV ",\"iat\":1794040000,\"exp\":1828600001,"
    "\"act\":\"accept\",\"cat\":[\"analytics\"]" HANDLE,
    "{" HEAD REV ",\"iat\":-1,\"exp\":1800000000,"
    "\"act\":\"accept\",\"cat\":[\"analytics\"]" HANDLE,
    "{" HEAD REV ",\"iat\":1794040000,\"exp\":1.8e9,"
    "\"act\":\"accept\",\"cat\":[\"analytics\"]" HANDLE,
    "{" HEAD REV ",\"iat\":1794040000,\"exp\":\"1800000000\","
    "\"act\":\"accept\",\"cat\":[\"analytics\"]" HANDLE,
    "{" HEAD REV ",\"iat\":1794040000,\"exp\":9223372036854775807,"
    "\"act\":\"accept\",\"cat\":[\"analytics\"]" HANDLE,
    /* act, cat, rev */
    "{" HEAD REV ",\"iat\":1794040000,\"exp\":1800000000,"
    "\"act\":\"agree\",\"cat\":[\"analytics\"]" HANDLE,
    "{" HEAD REV ",\"iat\":1794040000,\"exp\":1800000000,"
    "\"act\":\"accept\",\"cat\":\"analytics\"" HANDLE,
    "{" HEAD REV ",\"iat\":1794040000,\"exp\":1800000000,"
    "\"act\":\"accept\",\"cat\":[\"other\"]" HANDLE,
    "{" HEAD REV ",\"iat\":1794040000,\"exp\":1800000000,"
    "\"act\":\"accept\",\"cat\":[\"analytics\",\"analytics\"]" HANDLE,
    "{" HEAD "\"rev\":{\"analytics\":\"0\"},\"iat\":1794040000,"
    "\"exp\":1800000000,\"act\":\"accept\","
    "\"cat\":[\"analytics\"]" HANDLE,
    "{" HEAD "\"rev\":[],\"iat\":1794040000,"
    "\"exp\":1800000000,\"act\":\"reject\",\"cat\":[]}",
    /* the handle: missing, odd, more than is known */
    "{" HEAD REV ",\"iat\":1794040000,\"exp\":1800000000,"
    "\"act\":\"accept\",\"cat\":[\"analytics\"]}",
    "{" HEAD REV ",\"iat\":1794040000,\"exp\":1800000000,"
    "\"act\":\"accept\",\"cat\":[\"analytics\"],\"sub\":\"x\","
    "\"jti\":\"" JTI "\",\"seq\":1}",
    "{" HEAD REV ",\"iat\":1794040000,\"exp\":1800000000,"
    "\"act\":\"accept\",\"cat\":[\"analytics\"],\"sub\":\"" SUB
    "\",\"jti\":\"" JTI "\",\"seq\":-1}",
    "{" HEAD REV ",\"iat\":1794040000,\"exp\":1800000000,"
    "\"act\":\"accept\",\"cat\":[\"analytics\"],\"nbf\":1" HANDLE,
    "{}",
};

static void
r07_odd_claims_are_refused(void **state)
{
	struct record back = {.seq = 5};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof odd_claims / sizeof odd_claims[0]; i++)
		assert_int_equal(
		    read_claims(odd_claims[i], &back), CONSENT_EDENIED);
	assert_true(back.seq == 5);
	assert_int_equal(
	    read_claims("{" HEAD REV ",\"iat\":1794040000,\"exp\":1800000000,"
			"\"act\":\"accept\",\"cat\":[\"analytics\"]" HANDLE,
		&back),
	    CONSENT_OK);
	assert_true(back.seq == 7);
}

/* However short a yes is meant to live, a no is kept for half a year. */
static void
r11_a_no_lives_for_half_a_year(void **state)
{
	struct token_options brief = options;
	struct record no = make_record(RECORD_REJECT, 0), back;
	struct record yes = make_record(RECORD_ACCEPT, 3);
	struct buf token;

	(void)state;
	brief.lifetime_days = 1;
	buf_init(&token, SEAL_TOKEN_MAX);
	assert_int_equal(token_mint(ring, &brief, &yes, &token), CONSENT_OK);
	now_ms += day + 2000;
	assert_int_equal(
	    token_read(ring, &brief, buf_span(&token), &back), CONSENT_EDENIED);
	buf_clear(&token);
	no.time = now_ms;
	assert_int_equal(token_mint(ring, &brief, &no, &token), CONSENT_OK);
	now_ms += 184 * day - 2000;
	assert_int_equal(
	    token_read(ring, &brief, buf_span(&token), &back), CONSENT_OK);
	buf_fini(&token);
}

static void
r12_expired_token_is_no_choice(void **state)
{
	struct record back;
	struct token_checker *checker = NULL;
	struct buf token;
	struct span text = mint(make_record(RECORD_ACCEPT, 3), &token);

	(void)state;
	assert_int_equal(
	    token_checker_new(ring, &options, &checker), CONSENT_OK);
	now_ms += 185 * day - 2000;
	assert_int_equal(token_checker_read(checker, text, &back), CONSENT_OK);
	now_ms += 2000;
	assert_int_equal(
	    token_read(ring, &options, text, &back), CONSENT_EDENIED);
	assert_int_equal(
	    token_checker_read(checker, text, &back), CONSENT_EDENIED);
	token_checker_free(checker);
	buf_fini(&token);
}

static void
r46_token_stays_in_its_budget(void **state)
{
	struct record r = make_record(RECORD_ACCEPT, 3);
	struct seal_ring *es256 = NULL;
	struct buf token;
	char *pem = NULL;

	(void)state;
	r.gpc = true;
	r.seq = UINT32_MAX;
	assert_true(mint(r, &token).n <= 700);
	buf_clear(&token);
	assert_int_equal(signer_generate(SIGNER_ES256, &pem), CONSENT_OK);
	assert_int_equal(seal_ring_new(SEAL_ES256, &es256), CONSENT_OK);
	assert_int_equal(
	    seal_ring_add(es256, "20261107T095456Z-a1b2c3", span_of(pem)),
	    CONSENT_OK);
	assert_int_equal(token_mint(es256, &options, &r, &token), CONSENT_OK);
	assert_true(token.n > 400 && token.n <= 700);
	buf_fini(&token);
	seal_ring_free(es256);
	free(pem);
}

static void
r45_cookie_attributes(void **state)
{
	struct token_options o = options;
	struct buf line;

	(void)state;
	buf_init(&line, 4096);
	assert_int_equal(
	    token_set_cookie(&o, SPAN("TOKEN"), now_ms + 500 * day, &line),
	    CONSENT_OK);
	assert_true(span_equal(buf_span(&line),
	    SPAN("__Host-consent=TOKEN; Path=/; Max-Age=34560000; Secure; "
		 "HttpOnly; SameSite=Lax")));
	buf_clear(&line);
	assert_int_equal(token_delete_cookie(&o, &line), CONSENT_OK);
	assert_true(span_equal(buf_span(&line),
	    SPAN("__Host-consent=; Path=/; Max-Age=0; Secure; HttpOnly; "
		 "SameSite=Lax")));
	buf_clear(&line);
	o.scope = TOKEN_SCOPE_SITE;
	o.domain = "library.example";
	assert_int_equal(
	    token_set_cookie(&o, SPAN("T"), now_ms + 60001, &line), CONSENT_OK);
	assert_true(span_equal(buf_span(&line),
	    SPAN("__Secure-consent=T; Path=/; Max-Age=61; "
		 "Domain=library.example; Secure; HttpOnly; SameSite=Lax")));
	buf_fini(&line);
}

static void
cookie_is_named_by_the_site(void **state)
{
	static const char *const plain[] = {"http://localhost:8080"};
	struct token_options o = {.sites = plain, .n_sites = 1};
	struct buf line;

	(void)state;
	buf_init(&line, 4096);
	assert_true(span_equal(token_cookie_name(&o), SPAN("consent")));
	assert_int_equal(token_delete_cookie(&o, &line), CONSENT_OK);
	assert_true(span_search(buf_span(&line), SPAN("Secure")) == line.n);
	o.cookie = "wahl";
	assert_true(span_equal(token_cookie_name(&o), SPAN("wahl")));
	buf_fini(&line);
}

/* Of whichever of our sites they are. */
static void
pick_any(struct token_checker *checker, const struct span *values, size_t n,
    struct token_pick *out)
{
	struct token_candidates candidates = {.values = values, .n = n};

	token_checker_pick(checker, &candidates, out);
}

/* Each site has its own cookie, unless they share one domain. */
static void
a_token_is_of_one_site(void **state)
{
	static const char *const both[] = {
	    "https://www.a.example", "https://shop.a.example"};
	struct token_options two = {.sites = both, .n_sites = 2};

	(void)state;
	assert_string_equal(token_issuer(&two, 1), both[1]);
	assert_true(
	    span_equal(token_cookie_name(&two), SPAN("__Host-consent")));
	two.scope = TOKEN_SCOPE_SITE;
	assert_null(token_issuer(&two, 1));
	assert_true(
	    span_equal(token_cookie_name(&two), SPAN("__Secure-consent")));
}

/* One cookie for both: it must not ask for https where one has none. */
static void
one_plain_site_makes_the_cookie_plain(void **state)
{
	static const char *const both[] = {
	    "https://library.example", "http://library.example"};
	struct token_options two = {.sites = both, .n_sites = 2};

	(void)state;
	assert_true(span_equal(token_cookie_name(&two), SPAN("consent")));
}

static void
tokens_of_another_site_do_not_count(void **state)
{
	struct buf all;
	struct span value = mint(make_record(RECORD_ACCEPT, 3), &all);
	struct token_candidates candidates = {
	    .values = &value, .n = 1, .site = "https://other.example"};
	struct token_checker *checker = NULL;
	struct token_pick pick;

	(void)state;
	assert_int_equal(
	    token_checker_new(ring, &options, &checker), CONSENT_OK);
	token_checker_pick(checker, &candidates, &pick);
	assert_int_equal(pick.n_valid, 0);
	assert_int_equal(pick.n_invalid, 1);
	candidates.site = options.sites[0];
	token_checker_pick(checker, &candidates, &pick);
	assert_int_equal(pick.n_valid, 1);
	token_checker_free(checker);
	buf_fini(&all);
}

static void
r45_most_restrictive_of_several_wins(void **state)
{
	struct buf all, one, none;
	struct span values[TOKEN_CANDIDATES + 1] = {
	    mint(make_record(RECORD_ACCEPT, 3), &all),
	    mint(make_record(RECORD_REJECT, 0), &none),
	    SPAN("forged"),
	    mint(make_record(RECORD_CHOOSE, 2), &one),
	};
	struct token_checker *checker = NULL;
	struct token_pick pick;

	(void)state;
	assert_int_equal(
	    token_checker_new(ring, &options, &checker), CONSENT_OK);
	pick_any(checker, values, 4, &pick);
	assert_int_equal(pick.n_valid, 3);
	assert_int_equal(pick.n_invalid, 1);
	assert_false(record_grants(&pick.record));
	assert_string_equal(pick.record.sub, "");
	values[1] = values[2];
	pick_any(checker, values, 4, &pick);
	assert_int_equal(pick.n_valid, 2);
	assert_int_equal(pick.record.action, RECORD_CHOOSE);
	assert_false(pick.record.categories[0].granted);
	assert_true(pick.record.categories[1].granted);
	/* more than are looked at: none counts */
	pick_any(checker, values, TOKEN_CANDIDATES + 1, &pick);
	assert_int_equal(pick.n_valid, 0);
	pick_any(checker, values, 0, &pick);
	assert_int_equal(pick.n_valid + pick.n_invalid, 0);
	token_checker_free(checker);
	buf_fini(&all);
	buf_fini(&one);
	buf_fini(&none);
}

static void
different_choices_leave_what_both_grant(void **state)
{
	struct buf a, b;
	struct span values[2] = {mint(make_record(RECORD_CHOOSE, 1), &a),
	    mint(make_record(RECORD_CHOOSE, 2), &b)};
	struct token_checker *checker = NULL;
	struct token_pick pick;

	(void)state;
	assert_int_equal(
	    token_checker_new(ring, &options, &checker), CONSENT_OK);
	pick_any(checker, values, 2, &pick);
	assert_int_equal(pick.n_valid, 2);
	assert_false(record_grants(&pick.record));
	token_checker_free(checker);
	buf_fini(&a);
	buf_fini(&b);
}

/* Each byte of a kept token, changed, and each end of it are another token. */
static void
forge(struct token_checker *checker, struct span text)
{
	char forged[SEAL_TOKEN_MAX];
	struct record out;
	size_t i;

	memcpy(forged, text.p, text.n);
	for (i = 0; i < text.n; i++) {
		forged[i] ^= 1;
		assert_int_equal(token_checker_read(checker,
				     (struct span){forged, text.n}, &out),
		    CONSENT_EDENIED);
		forged[i] ^= 1;
		assert_int_equal(
		    token_checker_read(checker, (struct span){forged, i}, &out),
		    CONSENT_EDENIED);
	}
}

static void
cache_gives_what_was_read(void **state)
{
	struct token_checker *checker = NULL;
	struct record first, again;
	struct buf token;
	struct span text = mint(make_record(RECORD_ACCEPT, 3), &token);
	uint64_t before;
	size_t i;

	(void)state;
	assert_int_equal(
	    token_checker_new(ring, &options, &checker), CONSENT_OK);
	assert_int_equal(token_checker_read(checker, text, &first), CONSENT_OK);
	for (i = 0; i < 3 * TOKEN_CACHE; i += text.n)
		forge(checker, text);
	before = token_checker_checks(checker);
	assert_true(before > 3 * (uint64_t)TOKEN_CACHE);
	assert_int_equal(token_checker_read(checker, text, &again), CONSENT_OK);
	assert_memory_equal(&first, &again, sizeof first);
	assert_int_equal(token_checker_checks(checker), before);
	now_ms = first.expires;
	assert_int_equal(
	    token_checker_read(checker, text, &again), CONSENT_EDENIED);
	token_checker_free(checker);
	buf_fini(&token);
}

/* Ever so many good tokens push one another out, and are good again. */
static void
cache_is_bounded(void **state)
{
	struct token_checker *checker = NULL;
	struct record r = make_record(RECORD_ACCEPT, 1), out;
	struct buf token;
	int64_t i;

	(void)state;
	assert_int_equal(
	    token_checker_new(ring, &options, &checker), CONSENT_OK);
	for (i = 0; i < 4 * TOKEN_CACHE; i++) {
		struct span text;

		r.seq = (uint64_t)i / 2; /* each twice, the second time kept */
		text = mint(r, &token);
		assert_int_equal(
		    token_checker_read(checker, text, &out), CONSENT_OK);
		assert_int_equal(out.seq, r.seq);
		buf_fini(&token);
	}
	assert_int_equal(token_checker_checks(checker), 2 * TOKEN_CACHE);
	token_checker_free(checker);
}

static void
mint_wants_a_site_and_a_handle(void **state)
{
	struct record r = make_record(RECORD_ACCEPT, 3);
	struct buf token;

	(void)state;
	buf_init(&token, SEAL_TOKEN_MAX);
	r.sub[0] = '\0';
	assert_int_equal(
	    token_mint(ring, &options, &r, &token), CONSENT_EINVAL);
	r = make_record(RECORD_ACCEPT, 3);
	(void)snprintf(r.site, sizeof r.site, "https://other.example");
	assert_int_equal(
	    token_mint(ring, &options, &r, &token), CONSENT_EINVAL);
	assert_int_equal(token.n, 0);
	buf_fini(&token);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		grant_comes_back_as_it_was, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		r25_refusal_has_no_handle, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		refusal_with_a_handle_is_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		r07_odd_claims_are_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		r11_a_no_lives_for_half_a_year, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		r12_expired_token_is_no_choice, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		r46_token_stays_in_its_budget, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		r45_cookie_attributes, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		cookie_is_named_by_the_site, setup, teardown),
	    cmocka_unit_test(a_token_is_of_one_site),
	    cmocka_unit_test(one_plain_site_makes_the_cookie_plain),
	    cmocka_unit_test_setup_teardown(
		tokens_of_another_site_do_not_count, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		r45_most_restrictive_of_several_wins, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		different_choices_leave_what_both_grant, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		cache_gives_what_was_read, setup, teardown),
	    cmocka_unit_test_setup_teardown(cache_is_bounded, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		mint_wants_a_site_and_a_handle, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
