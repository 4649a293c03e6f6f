#include "lists/adblock.h"
#include "lists/adblock_pattern.h"
#include "lists/listing_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct listing listing;

static int
setup(void **state)
{
	(void)state;
	return listing_init(&listing);
}

static int
teardown(void **state)
{
	(void)state;
	listing_fini(&listing);
	return 0;
}

/* Reads a list; cut says how long the next piece is. */
static void
read_list(struct listing *l, const struct adblock_settings *settings,
    const char *text, size_t (*cut)(void))
{
	struct span rest = span_of(text);
	struct adblock *a;

	assert_int_equal(adblock_new(settings, l, &a), CONSENT_OK);
	while (rest.n > 0) {
		size_t n = cut == NULL ? rest.n : cut();

		assert_int_equal(
		    adblock_feed(a, span_sub(rest, 0, n)), CONSENT_OK);
		rest = span_sub(rest, n, rest.n);
	}
	assert_int_equal(adblock_end(a), CONSENT_OK);
	adblock_free(a);
}

/* All patterns of a list, with a "@" before what passes. */
static const char *
patterns(const struct listing *l)
{
	static char text[4096];
	size_t n = 0, i;

	text[0] = '\0';
	for (i = 0; i < l->n; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s%s",
		    i == 0 ? "" : " ", l->rules[i].passes ? "@" : "",
		    l->rules[i].pattern);
	return text;
}

/* What one filter becomes: patterns, or why it is left out. */
static const char *
one(const struct adblock_settings *settings, const char *filter)
{
	static char text[4096];
	struct listing l;
	size_t i;

	assert_int_equal(listing_init(&l), CONSENT_OK);
	read_list(&l, settings, filter, NULL);
	(void)snprintf(text, sizeof text, "%s", patterns(&l));
	for (i = 0; i < SKIPS; i++)
		if (l.skips.of[i].n > 0)
			(void)snprintf(
			    text, sizeof text, "-%s", skip_id((enum skip)i));
	assert_int_equal(l.taken + l.skips.n, l.entries);
	listing_fini(&l);
	return text;
}

static const struct {
	const char *filter, *becomes;
} filters[] = {
    {"||a.example^", "a.example"},
    {"||A.Example^", "a.example"},
    {"||a.example^*", "a.example"},
    {"||a.example/", "a.example"},
    {"||a.example/*", "a.example"},
    {"||10.1.2.3^", "10.1.2.3"},
    {"||a.example^$third-party", "a.example"},
    {"||a.example^$~first-party,match-case", "a.example"},
    {"||a.example/b", "a.example/b*"},
    {"||a.example/b**c?d", "a.example/b*c?d*"},
    {"||a.example/b*c", "a.example/b*c* a.example/b*?*c*"},
    {"||a.example^*/e", "a.example/*/e* a.example/*?*/e*"},
    {"||a.example^b", "a.example/b*"},
    {"||a.example/b^", "a.example/b a.example/b/*"},
    {"||a.example/b?c^", "a.example/b?c a.example/b?c&*"},
    {"||a.example/b?c|", "a.example/b?c"},
    {"||a.example/b$/c", "a.example/b$/c*"},
    {"||a.example/b$c", "-option"},
    {"||a.example/t.js$script", "a.example/t.js*"},
    {"||a.example/t.js?$script,third-party", "a.example/t.js?*"},
    {"||a.example/p.gif$image", "a.example/p.gif*"},
    {"||a.example/t.js$image", "-type"},
    {"||a.example/b$script", "-type"},
    {"||a.example/p.gif$~image", "-type"},
    {"||a.example/b|", "-anchor"},
    {"||a.example|", "-anchor"},
    {"|https://a.example/", "-anchor"},
    {"||a.example", "-host-open"},
    {"||a.", "-host-open"},
    {"||a.example*", "-host-open"},
    {"||a.example*/x", "-host-wildcard"},
    {"||*.a.example^", "-host-wildcard"},
    {"||a..example^", "-host"},
    {"||com^", "-too-wide"},
    {"||co.uk^", "-too-wide"},
    {"||github.io^", "-too-wide"},
    {"||a.example:81^", "-port"},
    {"||a.example/b^c", "-separator"},
    {"||a.example^^c", "-separator"},
    {"||a.example/a*b*c*d*e*f", "-separator"},
    {"-track-", "-no-host"},
    {"/b*c/*", "-no-host"},
    {"/b[0-9]/", "-regex"},
    {"/b/$script", "-regex"},
    {"a.example##.ad", "-cosmetic"},
    {"a.example#@#.ad", "-cosmetic"},
    {"||a.example^$first-party", "-first-party"},
    {"||a.example^$~third-party", "-first-party"},
    {"||a.example^$popup", "-option"},
    {"||a.example^$redirect=x", "-option"},
    {"||a.example^$domain", "-option"},
    {"||a.example^$domain=b.example", "-domain"},
    {"||a.example^$domain=~b.example", "-domain"},
    {"@@||a.example/b", "-exception"},
    {"||a.example/\x01", "-encoding"},
    {"||a.example/\xFF", "-encoding"},
    {"!#if x\n||a.example^\n!#endif", "-conditional"},
    {"!#include x.txt", "-conditional"},
    {"||a.example^\n||a.example^$third-party", "-duplicate"},
    {"! a\n[Adblock Plus 2.0]\n\n \t\r\n", ""},
};

static void
each_filter_is_said_exactly_or_left_out(void **state)
{
	const struct adblock_settings settings = {.category = "a"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof filters / sizeof filters[0]; i++)
		assert_string_equal(
		    one(&settings, filters[i].filter), filters[i].becomes);
}

static void
sites_decide_what_is_for_them(void **state)
{
	const struct span site = SPAN("www.site.example");
	const struct adblock_settings settings = {
	    .category = "a", .sites = &site, .n_sites = 1};
	static const struct {
		const char *filter, *becomes;
	} cases[] = {
	    {"||a.example^$domain=site.example|b.example", "a.example"},
	    {"||a.example^$domain=~b.example", "a.example"},
	    {"||a.example^$domain=b.example", "-other-site"},
	    {"||a.example^$domain=~site.example", "-other-site"},
	    {"||a.example^$domain=site.*", "-domain"},
	    {"||site.example^", "-own-site"},
	    {"||www.site.example/stats$third-party", "-own-site"},
	    {"||www.site.example/stats", "www.site.example/stats*"},
	    {"||stats.site.example^", "stats.site.example"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(
		    one(&settings, cases[i].filter), cases[i].becomes);
}

static void
kinds_may_be_taken_for_all(void **state)
{
	const struct adblock_settings settings = {
	    .category = "a", .any_type = true};

	(void)state;
	assert_string_equal(
	    one(&settings, "||a.example/b$script,ping"), "a.example/b*");
	assert_string_equal(one(&settings, "||a.example/b$popup"), "-option");
}

/* Only a path of what is held back, on all pages, for all kinds. */
static void
safe_exceptions_pass(void **state)
{
	const struct adblock_settings settings = {
	    .category = "a", .exceptions = "e"};

	(void)state;
	read_list(&listing, &settings,
	    "@@||b.a.example/ok.js\n"
	    "||a.example^\n"
	    "@@||a.example^\n"
	    "@@||a.example/x.js$script\n"
	    "@@||a.example/y$domain=z.example\n"
	    "@@||other.example/ok*ok\n",
	    NULL);
	assert_string_equal(
	    patterns(&listing), "@b.a.example/ok.js* a.example");
	assert_string_equal(listing.rules[0].category, "e");
	assert_string_equal(listing.rules[1].category, "a");
	assert_int_equal(listing.skips.of[SKIP_EXCEPTION_WIDE].n, 3);
	assert_int_equal(listing.skips.of[SKIP_DOMAIN].n, 1);
	assert_int_equal(listing.taken, 2);
	assert_int_equal(listing.entries, 6);
}

static size_t
one_byte(void)
{
	return 1;
}

static size_t
some_bytes(void)
{
	static unsigned seed = 7;

	seed = seed * 1103515245u + 12345u;
	return 1 + (seed >> 16) % 23;
}

static void
cuts_change_nothing(void **state)
{
	const struct adblock_settings settings = {.category = "a"};
	size_t (*const cuts[])(void) = {one_byte, some_bytes, some_bytes};
	static char text[16384];
	char whole[4096];
	size_t n, i;

	(void)state;
	n = (size_t)snprintf(text, sizeof text,
	    "\xEF\xBB\xBF[Adblock Plus 2.0]\r\n! Title: Ours\r\n"
	    "! License: none\n");
	for (i = 0; i < sizeof filters / sizeof filters[0]; i++)
		n += (size_t)snprintf(
		    text + n, sizeof text - n, "%s\r\n", filters[i].filter);
	read_list(&listing, &settings, text, NULL);
	(void)snprintf(whole, sizeof whole, "%s", patterns(&listing));
	assert_string_equal(listing.head.title, "Ours");
	assert_string_equal(listing.head.licence, "none");
	for (i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		struct listing other;

		assert_int_equal(listing_init(&other), CONSENT_OK);
		read_list(&other, &settings, text, cuts[i]);
		assert_string_equal(patterns(&other), whole);
		assert_memory_equal(
		    &other.skips, &listing.skips, sizeof listing.skips);
		listing_fini(&other);
	}
}

static void
long_lines_are_left_out(void **state)
{
	const struct adblock_settings settings = {.category = "a"};
	static char text[200000];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	memcpy(text, "||a.example/", 12);
	assert_string_equal(one(&settings, text), "-too-long");
	text[5000] = '\0';
	assert_string_equal(one(&settings, text), "-too-long");
	text[400] = '\0';
	assert_string_equal(one(&settings, text), "-too-long");
	text[300] = '\0';
	assert_int_equal(strlen(one(&settings, text)), 299);
}

static void
examples_are_the_first_and_clean(void **state)
{
	const struct adblock_settings settings = {.category = "a"};
	const struct skip_count *count = &listing.skips.of[SKIP_NO_HOST];

	(void)state;
	read_list(&listing, &settings, "-a\n-b\n||c.example^\n-d\n-e\n", NULL);
	assert_int_equal(count->n, 4);
	assert_string_equal(count->examples[2].text, "-d");
	assert_int_equal(count->examples[2].line, 4);
}

/* What a list says of itself stays within its comment. */
static void
its_words_stay_in_the_head(void **state)
{
	const struct adblock_settings settings = {
	    .category = "a", .exceptions = "e"};
	const struct listing_source source = {"adblock", "x\ny", "2026-11-28"};
	struct buf out;

	(void)state;
	buf_init(&out, 65536);
	read_list(&listing, &settings,
	    "! Title: T\x01\xFF\n||a.example/\"\\\n||b.example^\n"
	    "@@||b.example/ok\n",
	    NULL);
	assert_int_equal(
	    listing_write_hosts(&listing, &source, &out), CONSENT_OK);
	assert_int_equal(buf_append_byte(&out, '\0'), CONSENT_OK);
	assert_string_equal(out.p,
	    "# Written by consentctl import adblock, for the policy:\n"
	    "#\tresources = ( @include \"...\" );\n"
	    "# source:  x y\n"
	    "# title:   T \n"
	    "# terms:   those of the source, which hold for this file too\n"
	    "# date:    2026-11-28\n"
	    "# rules:   3, out of 3 of 3 entries\n"
	    "{ category = \"a\";\n"
	    "  hosts = [\n"
	    "    \"a.example/\\\"\\\\*\",\n"
	    "    \"b.example\" ]; },\n"
	    "{ category = \"e\";\n"
	    "  hosts = [\n"
	    "    \"b.example/ok*\" ]; }\n");
	buf_fini(&out);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(each_filter_is_said_exactly_or_left_out),
	    TEST(sites_decide_what_is_for_them),
	    TEST(kinds_may_be_taken_for_all),
	    TEST(safe_exceptions_pass),
	    TEST(cuts_change_nothing),
	    TEST(long_lines_are_left_out),
	    TEST(examples_are_the_first_and_clean),
	    TEST(its_words_stay_in_the_head),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
