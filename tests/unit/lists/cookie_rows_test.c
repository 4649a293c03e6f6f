#include "lists/cookie_rows.h"
#include "lists/listing_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEAD                                                                   \
	"ID,Platform,Category,Cookie / Data Key name,Domain,Description,"      \
	"Retention period,Data Controller,User Privacy & GDPR Rights "         \
	"Portals,Wildcard match\r\n"

/* Our own rows, of every kind. */
static const char rows[] =
    "1,Acme,Analytics,_acme,x (1st party),\"Tells \"\"visitors\"\",\r\n"
    "apart\",2 years,Acme,u,0\r\n"
    "2,Acme,Analytics,_acme_,,Id,13 months,Acme,u,1\r\n"
    "3,Acme,Functional,_acme_pref,,Pref,1 year,Acme,u,0\r\n"
    "4,Bob,Functional,bob_lang,,#N/A, ,Bob,u,0\r\n"
    "5,Bea,Marketing,tok,,Token,1 day,Bea,u,0\r\n"
    "6,Cat,Analytics,tok,,Token,1 day,Cat,u,0\r\n"
    "7,Cat,Marketing,_s,,s,1 day,Cat,u,1\r\n"
    "8,Cat,Marketing,C,,s,1 day,Cat,u,0\r\n"
    "9,Cat,Marketing,uid,cat.example (3rd party),s,1 day,Cat,u,0\r\n"
    "10,Cat,Marketing,x y,,s,1 day,Cat,u,0\r\n"
    "11,Cat,Marketing,short\r\n"
    "12,Cat,Necessary,cat_session,,s,1 day,Cat,u,0\r\n"
    "13,Cat,Marketing,cat_id,,\"s\"x,1 day,Cat,u,0\r\n"
    "14,Cat,Marketing,cat_\xFF,,s,1 day,Cat,u,0\r\n"
    "15,Acme,Analytics,_acme,,Again,2 years,Acme,u,0\r\n"
    "\r\n"
    "16,Dog,Marketing,dog*,d.example (3rd party) or advertiser's site (1st "
    "party),,,Dog,#N/A,0";

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

static int
read_list(struct listing *l, const char *text, size_t step)
{
	const struct cookie_rows_settings settings = {
	    .map = {{SPAN("Analytics"), "a"}, {SPAN("Marketing"), "m"},
		{SPAN("Functional"), "m"}},
	    .n_map = 3};
	struct span rest = span_of(text);
	struct cookie_rows *r;
	size_t i = 0;
	int rc = CONSENT_OK;

	assert_int_equal(cookie_rows_new(&settings, l, &r), CONSENT_OK);
	while (rest.n > 0 && rc == CONSENT_OK) {
		size_t n = step == 0 ? rest.n : 1 + (i++ * 7919) % step;

		rc = cookie_rows_feed(r, span_sub(rest, 0, n));
		rest = span_sub(rest, n, rest.n);
	}
	if (rc == CONSENT_OK)
		rc = cookie_rows_end(r);
	cookie_rows_free(r);
	return rc;
}

static void
names_are_taken_and_doubted(void **state)
{
	static const enum skip once[] = {SKIP_DOUBTFUL, SKIP_THIRD_PARTY,
	    SKIP_DUPLICATE, SKIP_ENCODING, SKIP_CATEGORY, SKIP_NAME};
	const struct listing_source source = {
	    "cookie-database", "-", "2026-11-28"};
	char text[sizeof HEAD + sizeof rows];
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 65536);
	(void)snprintf(text, sizeof text, HEAD "%s", rows);
	assert_int_equal(read_list(&listing, text, 0), CONSENT_OK);
	for (i = 0; i < sizeof once / sizeof once[0]; i++)
		assert_int_equal(listing.skips.of[once[i]].n, 1);
	assert_int_equal(listing.skips.of[SKIP_AMBIGUOUS].n, 2);
	assert_int_equal(listing.skips.of[SKIP_SHORT].n, 3);
	assert_int_equal(listing.skips.of[SKIP_COLUMNS].n, 2);
	assert_int_equal(listing.entries, 16);
	assert_int_equal(listing.skips.of[SKIP_DOUBTFUL].examples[0].line, 5);
	assert_int_equal(
	    listing_write_cookies(&listing, &source, &out), CONSENT_OK);
	assert_int_equal(buf_append_byte(&out, '\0'), CONSENT_OK);
	assert_string_equal(strchr(strstr(out.p, "entries"), '\n') + 1,
	    "# Acme\n"
	    "{ name = \"_acme\"; category = \"a\"; purpose = \"Tells "
	    "\\\"visitors\\\", apart\"; lifetime = \"2 years\"; },\n"
	    "{ name = \"_acme_*\"; category = \"a\"; purpose = \"Id\"; "
	    "lifetime = \"13 months\"; },\n"
	    "# Bob\n"
	    "{ name = \"bob_lang\"; category = \"m\"; }\n");
	buf_fini(&out);
}

static void
cuts_change_nothing(void **state)
{
	char text[sizeof HEAD + sizeof rows];
	size_t step, i;

	(void)state;
	(void)snprintf(text, sizeof text, HEAD "%s", rows);
	assert_int_equal(read_list(&listing, text, 0), CONSENT_OK);
	for (step = 1; step < 40; step += 6) {
		struct listing other;

		assert_int_equal(listing_init(&other), CONSENT_OK);
		assert_int_equal(read_list(&other, text, step), CONSENT_OK);
		assert_int_equal(other.n, listing.n);
		assert_memory_equal(
		    &other.skips, &listing.skips, sizeof listing.skips);
		for (i = 0; i < other.n; i++)
			assert_string_equal(
			    other.rules[i].pattern, listing.rules[i].pattern);
		listing_fini(&other);
	}
}

/* A name with a line end in it is no other name without. */
static void
a_line_end_alone_breaks_its_row(void **state)
{
	(void)state;
	assert_int_equal(
	    read_list(&listing,
		"Category,Cookie / Data Key name\r\nAnalytics,one_name\r\n"
		"Analytics,two\rnames\r\nAnalytics,more\r\r\n"
		"Analytics,\"last\"\r\n\r\nAnalytics,end_name\r",
		0),
	    CONSENT_OK);
	assert_int_equal(listing.n, 3);
	assert_string_equal(listing.rules[0].pattern, "one_name");
	assert_string_equal(listing.rules[2].pattern, "end_name");
	assert_int_equal(listing.skips.of[SKIP_COLUMNS].n, 2);
}

static void
other_tables_are_no_such_list(void **state)
{
	static const char *const texts[] = {"", "\n\n", "a,b,c\n1,2,3\n",
	    "Category,Name\n", "\"Category,Cookie / Data Key name\n",
	    "<!doctype html>\n"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_int_equal(
		    read_list(&listing, texts[i], 0), CONSENT_EINVAL);
	assert_int_equal(
	    read_list(
		&listing, "Cookie / Data Key name,Category\n_abc,Analytics", 0),
	    CONSENT_OK);
	assert_string_equal(listing.rules[0].pattern, "_abc");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(names_are_taken_and_doubted),
	    TEST(cuts_change_nothing),
	    TEST(a_line_end_alone_breaks_its_row),
	    TEST(other_tables_are_no_such_list),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
