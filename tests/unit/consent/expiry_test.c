#include <libconsent/expiry.h>

#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static struct policy *policy;
static struct url site;
static struct gate gate;
static struct buf lines;

static int
setup(void **state)
{
	struct gate_options options = {.path = SPAN("/")};

	(void)state;
	policy = fixture_usual();
	site = fixture_url("https://www.library.example/");
	options.policy = policy;
	gate_open(&gate, &options);
	buf_init(&lines, 1 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fixture_end();
	policy_free(policy);
	buf_fini(&lines);
	return 0;
}

static int
add_line(void *ctx, struct span line)
{
	int rc = buf_append(ctx, line);

	return rc == CONSENT_OK ? buf_append_byte(ctx, '\n') : rc;
}

/* Which names are expired. */
enum extent {
	EXPIRY_SENT, /* those that the browser sent */
	EXPIRY_KNOWN /* and those that the policy spells out */
};

static struct expiry_names names;

/* Expires names of before; the number of lines. */
static size_t
expire_on(const char *path)
{
	struct expiry_options options = {
	    .gate = &gate, .site = &site, .path = span_of(path)};
	struct expiry_sink sink = {add_line, &lines};
	size_t n = 0;

	buf_clear(&lines);
	assert_int_equal(expiry_write(&options, &names, &sink, &n), CONSENT_OK);
	return n;
}

/* Expires what a Cookie field holds; the number of lines. */
static size_t
expire(const char *cookies, const char *path, enum extent extent)
{
	struct span field = span_of(cookies);
	struct expiry_options options = {.gate = &gate,
	    .cookies = &field,
	    .n_cookies = 1,
	    .own = {SPAN("__Host-consent"), SPAN("__Host-consent-swept"),
		SPAN("__Host-consent-language")}};

	expiry_sent(&options, &names);
	if (extent == EXPIRY_KNOWN)
		expiry_known(&options, &names);
	return expire_on(path);
}

#define GONE "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"

static bool
has_line(const char *line)
{
	struct span rest = buf_span(&lines);

	while (rest.p != NULL) {
		if (span_equal(span_cut(&rest, '\n'), span_of(line)))
			return true;
	}
	return false;
}

static size_t
count_lines(const char *start)
{
	struct span rest = buf_span(&lines);
	size_t n = 0;

	while (rest.p != NULL)
		n += span_starts(span_cut(&rest, '\n'), span_of(start));
	return n;
}

static void
r18_every_place_is_tried(void **state)
{
	(void)state;
	/* 6 paths, host-only and 2 domains, plain and partitioned */
	assert_int_equal(
	    expire("session=1; _an=2", "/a/b/c.html", EXPIRY_SENT), 36);
	assert_true(has_line("_an=; Path=/" GONE "; Secure"));
	assert_true(
	    has_line("_an=; Path=/" GONE "; Domain=library.example; Secure"));
	assert_true(has_line(
	    "_an=; Path=/" GONE "; Domain=www.library.example; Secure"));
	assert_true(has_line("_an=; Path=/a/b" GONE "; Secure"));
	assert_true(has_line("_an=; Path=/a/b/" GONE "; Secure"));
	assert_true(
	    has_line("_an=; Path=/a/" GONE "; Domain=library.example; Secure"));
	assert_true(has_line("_an=; Path=/a" GONE "; Secure; Partitioned"));
	assert_true(has_line("_an=; Path=/a/b/c.html" GONE
			     "; Domain=library.example; Secure; Partitioned"));
	assert_int_equal(count_lines("session"), 0);
	assert_int_equal(expire("_an=2", "/?a/b", EXPIRY_SENT), 6);
}

static void
r21_granted_and_own_cookies_stay(void **state)
{
	(void)state;
	assert_int_equal(
	    expire("session=1; __Host-consent=token; __Host-consent-swept=x; "
		   "__Host-consent-language=de",
		"/", EXPIRY_SENT),
	    0);
	assert_int_equal(expire("", "/", EXPIRY_SENT), 0);
}

static void
unknown_names_go_too(void **state)
{
	(void)state;
	assert_int_equal(expire("whatever=1", "/", EXPIRY_SENT), 6);
}

static void
prefixed_names_lie_where_they_can(void **state)
{
	(void)state;
	assert_int_equal(expire("__Host-an=1", "/a/b", EXPIRY_SENT), 2);
	assert_true(has_line("__Host-an=; Path=/" GONE "; Secure"));
	assert_true(
	    has_line("__Host-an=; Path=/" GONE "; Secure; Partitioned"));
	assert_int_equal(expire("__Secure-an=1", "/", EXPIRY_SENT), 6);
	site = fixture_url("http://localhost:8080/");
	assert_int_equal(
	    expire("__Host-an=1; __Secure-an=1", "/", EXPIRY_SENT), 0);
	assert_int_equal(expire("_an=1", "/", EXPIRY_SENT), 1);
	assert_true(has_line("_an=; Path=/" GONE));
}

static void
addresses_have_no_parents(void **state)
{
	(void)state;
	site = fixture_url("http://127.0.0.1:8080/");
	assert_int_equal(expire("_an=1", "/", EXPIRY_SENT), 1);
	site = fixture_url("http://[::1]:8080/");
	assert_int_equal(expire("_an=1", "/", EXPIRY_SENT), 1);
}

static void
known_names_are_tried_unseen(void **state)
{
	(void)state;
	assert_true(expire("", "/", EXPIRY_KNOWN) > 0);
	assert_true(count_lines("_an=") == 6);
	/* a glob spells no name out */
	assert_int_equal(count_lines("_an_"), 0);
	assert_int_equal(count_lines("session"), 0);
}

static void
likely_places_come_first_and_lines_are_bounded(void **state)
{
	struct buf field;
	int i;

	(void)state;
	buf_init(&field, 1 << 16);
	for (i = 0; i < 30; i++)
		assert_int_equal(buf_printf(&field, "_an_%d=1; ", i), 0);
	assert_int_equal(buf_append_byte(&field, '\0'), 0);
	assert_int_equal(
	    expire(field.p, "/a/b/c/d/e/f/g/h", EXPIRY_SENT), EXPIRY_LINES);
	assert_true(has_line("_an_29=; Path=/" GONE "; Secure"));
	buf_fini(&field);
}

/* Without name and value a line is no cookie; the value tells it is one. */
static void
cookies_without_a_name_go_too(void **state)
{
	(void)state;
	assert_int_equal(expire("nameless", "/", EXPIRY_SENT), 6);
	assert_true(has_line("=x; Path=/" GONE "; Secure"));
	assert_int_equal(expire("=also; one", "/", EXPIRY_SENT), 6);
	assert_int_equal(expire("; ;;= ; ", "/", EXPIRY_SENT), 0);
}

/* A browser compares names byte by byte: so they are written. */
static void
odd_names_are_written_as_they_came(void **state)
{
	static const char *const odd[] = {"a b", "\"q\"", "$Version", "%5Fan",
	    "_AN", "\xC3\xA4", "\xFF\x80", "a,b", "[x]", "a\tb", "\\", "{}",
	    "__host-x", "__SECURE-x"};
	char text[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		(void)snprintf(text, sizeof text, " %s = 1", odd[i]);
		assert_true(expire(text, "/", EXPIRY_SENT) >= 2);
		assert_int_equal(names.left, 0);
		(void)snprintf(
		    text, sizeof text, "%s=; Path=/%s; Secure", odd[i], GONE);
		assert_true(has_line(text));
	}
	/* the same name twice is one name, in another case another */
	assert_int_equal(expire("_an=1; _an=2; _aN=3", "/", EXPIRY_SENT), 12);
}

/* Such names are only taken, and deleted, with HttpOnly. */
static void
http_only_names_are_expired_so(void **state)
{
	(void)state;
	assert_int_equal(
	    expire("__Host-Http-an=1; __Http-an=1", "/", EXPIRY_SENT), 8);
	assert_true(has_line("__Http-an=; Path=/" GONE
			     "; Domain=library.example; Secure; HttpOnly"));
	assert_true(has_line(
	    "__Host-Http-an=; Path=/" GONE "; Secure; HttpOnly; Partitioned"));
}

/* The whole matrix comes, in batches, and it comes to an end. */
static void
r18_batches_go_on_where_the_last_ended(void **state)
{
	static char seen[4096][512];
	size_t n, all = 0, i;
	struct span rest;
	unsigned rounds = 0;

	(void)state;
	n = expire("a=1; b=2; c=3", "/x/y", EXPIRY_SENT);
	assert_int_equal(n, EXPIRY_LINES);
	for (; names.names[2].passes == 0; n = expire_on("/x/y")) {
		for (rest = buf_span(&lines); rest.n > 0;) {
			struct span line = span_cut(&rest, '\n');

			(void)snprintf(
			    seen[all], sizeof seen[0], "%.*s", SPAN_ARG(line));
			for (i = 0; i < all; i++)
				assert_string_not_equal(seen[i], seen[all]);
			all++;
		}
		assert_true(rounds++ < 10);
		if (names.names[2].tried == 24)
			break;
	}
	/* 4 paths, 3 domains, plain and partitioned, 3 names */
	assert_int_equal(all, 72);
	assert_int_equal(rounds, 2);
	/* once more, now as nameless ones, too; then no more */
	for (rounds = 0; (n = expire_on("/x/y")) > 0; rounds++)
		assert_true(rounds < 50);
	assert_int_equal(names.names[0].passes, EXPIRY_PASSES);
	assert_int_equal(expire_on("/x/y/z/deeper"), 0);
}

static void
nameless_twins_go_in_the_second_pass(void **state)
{
	(void)state;
	assert_int_equal(expire("_an=1", "/", EXPIRY_SENT), 6);
	assert_false(has_line("=x; Path=/" GONE "; Secure"));
	assert_int_equal(expire_on("/"), 12);
	assert_true(has_line("=x; Path=/" GONE "; Secure"));
	assert_true(has_line("_an=; Path=/" GONE "; Secure"));
}

/* What was agreed to elsewhere is not deleted where nothing may be read. */
static void
r33_sensitive_paths_expire_nothing_more(void **state)
{
	struct record record = {.action = RECORD_ACCEPT};
	struct gate_options options = {
	    .policy = policy, .record = &record, .path = SPAN("/")};

	(void)state;
	record_decide(&record, policy, ~(category_set)0);
	gate_open(&gate, &options);
	gate.sensitive = true;
	gate.granted = gate.facts->required;
	assert_int_equal(expire("_an=1", "/", EXPIRY_SENT), 0);
}

static int
refuse_third(void *ctx, struct span line)
{
	unsigned *n = ctx;

	(void)line;
	return ++*n > 2 ? CONSENT_ELIMIT : CONSENT_OK;
}

static void
a_full_sink_ends_the_batch(void **state)
{
	unsigned taken = 0;
	struct span field = SPAN("_an=1; b=2");
	struct expiry_options options = {.gate = &gate,
	    .site = &site,
	    .path = SPAN("/"),
	    .cookies = &field,
	    .n_cookies = 1};
	struct expiry_sink sink = {refuse_third, &taken};
	size_t n = 0;

	(void)state;
	expiry_sent(&options, &names);
	assert_int_equal(expiry_write(&options, &names, &sink, &n), CONSENT_OK);
	assert_int_equal(n, 2);
	assert_int_equal(names.names[0].tried, 1);
	assert_int_equal(names.names[1].tried, 1);
}

static void
hostile_names_write_no_header(void **state)
{
	(void)state;
	assert_int_equal(
	    expire("a\r\nSet-Cookie: x=1; \x01=2", "/", EXPIRY_SENT), 0);
	assert_int_equal(names.left, 2);
	assert_int_equal(expire("_an=1", "/a\r\nX: y/b;c/d", EXPIRY_SENT), 6);
	assert_true(span_search(buf_span(&lines), SPAN("X:")) == lines.n);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r18_every_place_is_tried),
	    TEST(r21_granted_and_own_cookies_stay),
	    TEST(unknown_names_go_too),
	    TEST(prefixed_names_lie_where_they_can),
	    TEST(addresses_have_no_parents),
	    TEST(cookies_without_a_name_go_too),
	    TEST(known_names_are_tried_unseen),
	    TEST(likely_places_come_first_and_lines_are_bounded),
	    TEST(hostile_names_write_no_header),
	    TEST(odd_names_are_written_as_they_came),
	    TEST(http_only_names_are_expired_so),
	    TEST(r18_batches_go_on_where_the_last_ended),
	    TEST(nameless_twins_go_in_the_second_pass),
	    TEST(r33_sensitive_paths_expire_nothing_more),
	    TEST(a_full_sink_ends_the_batch),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
