#include "proxy/sweep.h"

#include "http/head_edit.h"

#include "stage.h"

#include <libconsent/cookie.h>

/*
 * A browser with a jar: it sends what belongs to a path and deletes what a
 * Set-Cookie line names exactly, as RFC 6265bis 5.7 has it.
 */

enum {
	JAR = 200,
	TEXT = 64
};

struct kept {
	char name[TEXT], path[TEXT];
	bool has_domain, partitioned;
	bool immortal; /* no line deletes it */
	bool gone;
};

static struct stage s;
static struct kept jar[JAR];
static size_t n_jar;
static char state_cookie[SWEEP_BYTES];
static struct sweep total;

static int
setup(void **state)
{
	(void)state;
	stage_open(&s);
	n_jar = 0;
	state_cookie[0] = '\0';
	total = (struct sweep){.sent = 0};
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stage_close(&s);
	return 0;
}

static struct kept *
keep(const char *name, const char *path)
{
	struct kept *c = &jar[n_jar++];

	assert_true(n_jar <= JAR);
	*c = (struct kept){.gone = false};
	(void)snprintf(c->name, TEXT, "%s", name);
	(void)snprintf(c->path, TEXT, "%s", path);
	return c;
}

static bool
is_for(const struct kept *c, struct span path)
{
	struct span own = span_of(c->path);

	return span_starts(path, own) &&
	       (path.n == own.n || own.p[own.n - 1] == '/' ||
		   path.p[own.n] == '/');
}

static size_t
left_in_jar(void)
{
	size_t i, n = 0;

	for (i = 0; i < n_jar; i++)
		n += !jar[i].gone;
	return n;
}

static void
apply(struct span line)
{
	struct set_cookie c;
	size_t i;

	assert_int_equal(set_cookie_parse(line, &c), CONSENT_OK);
	if (sweep_owns(c.name)) {
		assert_true(
		    span_ends(line, SPAN("; Secure; HttpOnly; SameSite=Lax")));
		(void)snprintf(state_cookie, sizeof state_cookie,
		    c.max_age == 0 ? "" : "%.*s=%.*s", SPAN_ARG(c.name),
		    SPAN_ARG(c.value));
		return;
	}
	assert_true(c.has_max_age && c.max_age == 0 && c.secure);
	for (i = 0; i < n_jar; i++)
		if (span_equal(c.name, span_of(jar[i].name)) &&
		    span_equal(c.path, span_of(jar[i].path)) &&
		    (c.domain.n > 0) == jar[i].has_domain &&
		    c.partitioned == jar[i].partitioned && !jar[i].immortal)
			jar[i].gone = true;
}

/* Asks for a path; the number of expiries in the answer. */
static size_t
ask(const char *path, const char *fields)
{
	static char line[TEXT + 8], head[65536];
	struct span to = span_of(path);
	size_t at = 0, i, sent;
	struct head response;
	struct sweep sweep = {.sent = 0};

	to = span_sub(to, 0, span_find(to, '?'));
	(void)snprintf(line, sizeof line, "GET %s", path);
	at += (size_t)snprintf(head, sizeof head, "%s", fields);
	at += (size_t)snprintf(
	    head + at, sizeof head - at, "Cookie: %s", state_cookie);
	for (i = 0; i < n_jar; i++)
		if (!jar[i].gone && is_for(&jar[i], to))
			at += (size_t)snprintf(
			    head + at, sizeof head - at, "; %s=1", jar[i].name);
	(void)snprintf(head + at, sizeof head - at, "\r\n");
	assert_int_equal(sweep_look(&sweep, &s.f.visit, &s.f.setup,
			     stage_admit(&s, line, head)),
	    CONSENT_OK);
	total.confirmed += sweep.confirmed;
	total.unconfirmed += sweep.unconfirmed;
	total.sent += sweep.sent;
	total.left += sweep.left;
	sent = sweep.sent;
	head_init(&response, NULL);
	assert_int_equal(head_start_response(&response, 200, SPAN("")), 0);
	assert_int_equal(sweep_add(&sweep, &response, NULL), CONSENT_OK);
	assert_false(sweep_is_due(&sweep));
	for (i = 0, at = 0; i < response.count; i++) {
		assert_true(
		    span_equal(response.fields[i].name, SPAN("Set-Cookie")));
		at += response.fields[i].value.n;
		apply(response.fields[i].value);
	}
	assert_true(at <= SWEEP_BYTES + 512);
	head_fini(&response);
	return sent;
}

static void
r18_what_is_gone_is_confirmed_once(void **state)
{
	(void)state;
	keep("_ga", "/")->has_domain = true;
	(void)keep("odd name", "/");
	(void)keep("session", "/");
	assert_true(ask("/", "") > 0);
	assert_int_equal(left_in_jar(), 1);
	assert_int_equal(total.confirmed, 0);
	assert_int_equal(ask("/", ""), 0);
	assert_int_equal(total.confirmed, 2);
	assert_string_equal(state_cookie, "");
	assert_int_equal(ask("/", ""), 0);
	assert_int_equal(total.confirmed, 2);
	assert_int_equal(total.unconfirmed, 0);
}

static void
r18_every_place_ends_empty(void **state)
{
	static const char *const paths[] = {"/", "/shop", "/shop/",
	    "/shop/cart", "/shop/cart/", "/shop/cart/pay.html"};
	char name[TEXT];
	unsigned i, rounds = 0;

	(void)state;
	for (i = 0; i < 144; i++) {
		struct kept *c;

		(void)snprintf(name, sizeof name, "_ga_%u", i / 4);
		c = keep(name, paths[i % 6]);
		c->has_domain = i & 1;
		c->partitioned = i & 2;
	}
	while (left_in_jar() > 0) {
		(void)ask("/shop/cart/pay.html", "");
		assert_true(++rounds < 60);
	}
	(void)ask("/shop/cart/pay.html", "");
	assert_int_equal(total.left, 0);
	/* each name is confirmed, and that once */
	assert_int_equal(total.confirmed, 36);
	assert_string_equal(state_cookie, "");
}

static void
what_never_goes_is_given_up(void **state)
{
	static const char *const paths[] = {"/", "/a/b", "/c/d/e", "/a/x"};
	char name[TEXT];
	size_t i, before;

	(void)state;
	for (i = 0; i < 50; i++) {
		(void)snprintf(name, sizeof name, "_ga_%zu", i);
		keep(name, "/")->immortal = true;
	}
	/* by one page, or going round: both end */
	for (i = 0; i < 400; i++)
		(void)ask(paths[i < 200 ? 0 : i % 4], "");
	before = total.sent;
	assert_true(total.unconfirmed > 0);
	assert_int_equal(total.confirmed, 0);
	i = total.unconfirmed;
	assert_int_equal(ask("/", ""), 0);
	assert_int_equal(ask("/c/d/e", ""), 0);
	assert_int_equal(total.sent, before);
	assert_int_equal(total.unconfirmed, i);
	/* an hour later our own cookie is gone */
	state_cookie[0] = '\0';
	assert_true(ask("/", "") > 0);
}

static void
another_folder_confirms_nothing(void **state)
{
	(void)state;
	keep("_ga", "/deep/er")->immortal = true;
	assert_true(ask("/deep/er/page", "") > 0);
	assert_int_equal(ask("/", ""), 0);
	assert_int_equal(ask("/deep", ""), 0);
	assert_int_equal(total.confirmed, 0);
	assert_string_not_equal(state_cookie, "");
	assert_true(ask("/deep/er/other", "") > 0);
	assert_int_equal(total.unconfirmed, 1);
	jar[0].gone = true;
	assert_int_equal(ask("/deep/er/more/and/more", ""), 0);
	assert_int_equal(total.confirmed, 1);
}

static void
what_is_granted_later_is_not_confirmed(void **state)
{
	char text[8192];
	struct buf line = {.p = text, .cap = sizeof text, .max = sizeof text};

	(void)state;
	keep("_ga", "/")->immortal = true;
	assert_true(ask("/", "") > 0);
	stage_cookie(&s, 1u << 1, &line);
	assert_int_equal(buf_append_byte(&line, '\0'), CONSENT_OK);
	assert_int_equal(ask("/", text), 0);
	assert_int_equal(total.confirmed, 0);
	assert_int_equal(total.unconfirmed, 0);
	assert_string_equal(state_cookie, "");
}

/* Parts of a page are many at a time; a script's requests are looked at for
 * names that no page was sent. */
static void
pages_and_scripts_are_looked_at(void **state)
{
	static const char *const parts[] = {"Sec-Fetch-Dest: image\r\n",
	    "Sec-Fetch-Dest: style\r\n", "Sec-Fetch-Dest: script\r\n",
	    "Accept: text/css,*/*;q=0.1\r\n", "Accept: image/webp\r\n",
	    "Sec-Fetch-Dest: document\r\nSec-Purpose: prefetch\r\n",
	    "Sec-Fetch-Dest: document\r\nPurpose: prefetch\r\n"};
	static const char *const pages[] = {"", "Sec-Fetch-Dest: document\r\n",
	    "Sec-Fetch-Dest: iframe\r\n", "Accept: text/html,*/*\r\n",
	    "Sec-Fetch-Dest: empty\r\n"};
	size_t i;

	(void)state;
	keep("_ga", "/")->immortal = true;
	for (i = 0; i < sizeof parts / sizeof parts[0]; i++)
		assert_int_equal(ask("/", parts[i]), 0);
	for (i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		state_cookie[0] = '\0';
		assert_true(ask("/", pages[i]) > 0);
	}
	/* what a page began is for pages to go on with */
	assert_int_equal(ask("/", pages[4]), 0);
	assert_int_equal(total.unconfirmed, 0);
	(void)keep("_gat", "/");
	assert_int_equal(ask("/", pages[4]), 4);
	assert_true(jar[1].gone);
	(void)ask("/", "");
	assert_int_equal(total.unconfirmed, 1);
	assert_int_equal(total.confirmed, 1);
}

static void
a_state_that_was_made_up_does_no_harm(void **state)
{
	static const char *const made_up[] = {"x", "AAAAAAAAAAAAAAA",
	    "________", "AAAAAAAAAAAAAAAAAAAAAAAA", "\"________\""};
	char text[256];
	size_t i;

	(void)state;
	(void)keep("_ga", "/");
	for (i = 0; i < sizeof made_up / sizeof made_up[0]; i++) {
		jar[0].gone = false;
		(void)snprintf(
		    text, sizeof text, "__Host-consent-swept=%s", made_up[i]);
		memcpy(state_cookie, text, sizeof text);
		assert_true(ask("/", "") > 0);
		assert_true(jar[0].gone);
	}
}

static void
names_that_cannot_be_said_are_counted(void **state)
{
	char fields[1200] = "Cookie: ";

	(void)state;
	memset(fields + 8, 'a', 600);
	memcpy(fields + 608, "=1\r\n", 5);
	assert_int_equal(ask("/", fields), 0);
	assert_int_equal(total.left, 1);
	assert_int_equal(ask("/", "Cookie: __Host-consent-swept=\r\n"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r18_what_is_gone_is_confirmed_once),
	    TEST(r18_every_place_ends_empty),
	    TEST(what_never_goes_is_given_up),
	    TEST(another_folder_confirms_nothing),
	    TEST(what_is_granted_later_is_not_confirmed),
	    TEST(pages_and_scripts_are_looked_at),
	    TEST(a_state_that_was_made_up_does_no_harm),
	    TEST(names_that_cannot_be_said_are_counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
