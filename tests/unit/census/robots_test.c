#include "census/robots.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libconsent/buf.h>

#include <setjmp.h>

#include <cmocka.h>

static struct robots robots;

static bool
allows(const char *text, const char *path)
{
	robots_read(&robots, span_of(text), SPAN("consentctl"));
	return robots_allow(&robots, span_of(path));
}

static void
the_group_of_the_program_counts(void **state)
{
	static const char text[] = "User-agent: a\nUser-agent: CONSENTCTL/1.0\n"
				   "Disallow: /x\n\nUser-agent: *\n"
				   "Disallow: /\n\nuser-agent: consentctl\n"
				   "Disallow: /y\n";

	(void)state;
	assert_true(allows("", "/"));
	assert_true(allows(text, "/"));
	assert_false(allows(text, "/x/1"));
	assert_false(allows(text, "/y"));
	assert_false(allows("User-agent: *\nDisallow: /", "/"));
	assert_true(allows("User-agent: other\nDisallow: /", "/"));
	assert_true(allows("User-agent: consentctlx\nDisallow: /", "/"));
	assert_true(allows("Disallow: /", "/")); /* of no group */
	assert_true(allows("User-agent: *\nDisallow:", "/"));
	assert_false(allows("\xef\xbb\xbfuser-agent : * \r\n"
			    "Sitemap: x\rdisallow\t:\t/a #b\r\n",
	    "/a"));
	/* what stands between does not end the names of a group */
	assert_false(allows("User-agent: consentctl\nSitemap: /s\n"
			    "User-agent: b\nDisallow: /",
	    "/"));
}

/* RFC 9309 2.2.2 and 2.2.3. */
static void
the_longest_rule_wins(void **state)
{
	static const struct {
		const char *rules, *path;
		bool allowed;
	} cases[] = {{"Allow: /p\nDisallow: /", "/page", true},
	    {"Disallow: /p\nAllow: /page", "/page", true},
	    {"Allow: /page\nDisallow: /*.htm", "/page.htm", false},
	    {"Disallow: /page\nAllow: /page", "/page", true},
	    {"Disallow: /*.gif$", "/a.gif", false},
	    {"Disallow: /*.gif$", "/a.gif?x", true},
	    {"Disallow: /$", "/", false}, {"Disallow: /$", "/a", true},
	    {"Disallow: /a*b*c", "/axxbyyc/d", false},
	    {"Disallow: /a*b*c", "/axxcyyb", true},
	    {"Disallow: *", "/a", false}, {"Disallow: *$", "/a", false},
	    {"Disallow: /A", "/a", true}, {"Disallow: $", "/", true},
	    {"Disallow: /a*aab$", "/aaaaaaab", false}};
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		(void)snprintf(
		    text, sizeof text, "User-agent: *\n%s", cases[i].rules);
		assert_int_equal(allows(text, cases[i].path), cases[i].allowed);
	}
}

/* Bytes of all kinds, in a piece of memory of just their size. */
static void
any_text_can_be_read(void **state)
{
	static const char *const words[] = {"user-agent:", "*", "consentctl",
	    "\n", "\r\n", "disallow:", "allow", ":", "/a*b$", "#", " ", "\xff",
	    "\xef\xbb\xbf", "$", "**********a", "sitemap:x"};
	uint32_t seed = 1;
	unsigned turn, i;

	(void)state;
	for (turn = 0; turn < 20000; turn++) {
		char all[256], *cut;
		size_t n = 0, size;

		for (i = 0; i < 16; i++) {
			seed = seed * 1664525 + 1013904223;
			n += (size_t)snprintf(all + n, sizeof all - n, "%s",
			    words[(seed >> 20) % 16]);
		}
		size = (seed >> 8) % (n + 1);
		cut = malloc(size == 0 ? 1 : size);
		assert_non_null(cut);
		memcpy(cut, all, size);
		robots_read(
		    &robots, (struct span){cut, size}, SPAN("consentctl"));
		(void)robots_allow(&robots, SPAN("/aab"));
		(void)robots_allow(&robots, SPAN(""));
		free(cut);
	}
}

/* Of all that are within the bytes that are read. */
static void
each_rule_counts(void **state)
{
	const size_t size = 64 * 1024;
	char *text = malloc(size + 1);
	size_t n = (size_t)snprintf(text, size, "User-agent: *\n"), last = 0;
	char path[32];

	(void)state;
	assert_non_null(text);
	while (n + 18 < size) {
		last = n;
		n += (size_t)snprintf(
		    text + n, size - n, "Disallow: /%u-\n", (unsigned)n);
	}
	robots_read(&robots, (struct span){text, n}, SPAN("consentctl"));
	(void)snprintf(path, sizeof path, "/%u-a", (unsigned)last);
	assert_false(robots_allow(&robots, span_of(path)));
	assert_true(robots_allow(&robots, SPAN("/1-a")));
	free(text);
}

/* RFC 9309 2.2.2 has these, and 2.2.3 the marks that a rule can only spell. */
static void
octets_are_compared_however_they_are_spelled(void **state)
{
	static const struct {
		const char *rule, *path;
		bool allowed;
	} cases[] = {{"/foo/bar/\xe3\x83\x84", "/foo/bar/%E3%83%84", false},
	    {"/foo/bar/%e3%83%84", "/foo/bar/%E3%83%84", false},
	    {"/foo/bar/%62%61%7A", "/foo/bar/baz", false},
	    {"/a b{", "/a%20b%7B", false}, {"/~x", "/%7ex", false},
	    {"/a/b", "/a%2Fb", true}, {"/a%2fb", "/a%2Fb", false},
	    {"/a%2fb", "/a/b", true}, {"/*x%2A", "/yx*", false},
	    {"/x%2A", "/xy", true}, {"/a%24", "/a$b", false},
	    {"/a$b", "/a%24b", false}, {"/%", "/%", false},
	    {"/%4", "/%4", false}, {"/%zz*%", "/%zz%41%", false},
	    {"/%41$", "/%4", true}};
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		(void)snprintf(text, sizeof text, "User-agent: *\nDisallow: %s",
		    cases[i].rule);
		assert_int_equal(allows(text, cases[i].path), cases[i].allowed);
	}
}

/* A file made to be slow: what cannot be told in time may not be read. */
static void
work_is_bounded(void **state)
{
	static const char rule[] = "Disallow: /*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"
				   "*aaaaaaaaaaaaaaaaaaaaaaaaaaaaab$\n";
	struct buf text, path;
	clock_t begin = clock();

	(void)state;
	buf_init(&text, ROBOTS_BYTES);
	buf_init(&path, 2048);
	assert_int_equal(
	    buf_append(&text, SPAN("User-agent: *\n")), CONSENT_OK);
	while (buf_append(&text, span_of(rule)) == CONSENT_OK)
		continue;
	assert_int_equal(buf_append_byte(&path, '/'), CONSENT_OK);
	while (buf_append_byte(&path, 'a') == CONSENT_OK)
		continue;
	robots_read(&robots, buf_span(&text), SPAN("consentctl"));
	assert_false(robots_allow(&robots, buf_span(&path)));
	assert_true(robots_allow(&robots, SPAN("/ab")));
	/* some hundredths of a second; without the bound many seconds */
	assert_true(clock() - begin < 3 * CLOCKS_PER_SEC);
	buf_fini(&path);
	buf_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_group_of_the_program_counts),
	    cmocka_unit_test(the_longest_rule_wins),
	    cmocka_unit_test(any_text_can_be_read),
	    cmocka_unit_test(each_rule_counts),
	    cmocka_unit_test(octets_are_compared_however_they_are_spelled),
	    cmocka_unit_test(work_is_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
