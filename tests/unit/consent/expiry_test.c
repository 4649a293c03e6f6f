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

/* Expires what a Cookie field holds; the number of lines. */
static size_t
expire(const char *cookies, const char *path, enum expiry_extent extent)
{
	struct span field = span_of(cookies);
	struct expiry_options options = {.gate = &gate,
	    .site = &site,
	    .path = span_of(path),
	    .cookies = &field,
	    .n_cookies = 1,
	    .own = SPAN("__Host-consent"),
	    .extent = extent};
	struct expiry_sink sink = {add_line, &lines};
	size_t n = 0;

	buf_clear(&lines);
	assert_int_equal(expiry_write(&options, &sink, &n), CONSENT_OK);
	return n;
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
	/* 3 paths, host-only and 2 domains, plain and partitioned */
	assert_int_equal(
	    expire("session=1; _an=2", "/a/b/c.html", EXPIRY_SENT), 24);
	assert_true(has_line("_an=; Path=/" GONE "; Secure"));
	assert_true(
	    has_line("_an=; Path=/" GONE "; Domain=library.example; Secure"));
	assert_true(has_line(
	    "_an=; Path=/" GONE "; Domain=www.library.example; Secure"));
	assert_true(has_line("_an=; Path=/a/b" GONE "; Secure"));
	assert_true(has_line("_an=; Path=/a/b/c.html" GONE
			     "; Domain=library.example; Secure; Partitioned"));
	assert_int_equal(count_lines("session"), 0);
	assert_int_equal(expire("_an=2", "/?a/b", EXPIRY_SENT), 6);
}

static void
granted_and_own_cookies_stay(void **state)
{
	(void)state;
	assert_int_equal(
	    expire("session=1; __Host-consent=token", "/", EXPIRY_SENT), 0);
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
}

static void
hostile_names_write_no_header(void **state)
{
	(void)state;
	assert_int_equal(
	    expire("a\r\nSet-Cookie: x=1; \x01=2", "/", EXPIRY_SENT), 0);
	assert_int_equal(expire("_an=1", "/a\r\nX: y/b;c/d", EXPIRY_SENT), 6);
	assert_true(span_search(buf_span(&lines), SPAN("X:")) == lines.n);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r18_every_place_is_tried),
	    TEST(granted_and_own_cookies_stay),
	    TEST(unknown_names_go_too),
	    TEST(prefixed_names_lie_where_they_can),
	    TEST(addresses_have_no_parents),
	    TEST(cookies_without_a_name_go_too),
	    TEST(known_names_are_tried_unseen),
	    TEST(likely_places_come_first_and_lines_are_bounded),
	    TEST(hostile_names_write_no_header),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
