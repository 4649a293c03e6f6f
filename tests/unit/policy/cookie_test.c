#include <libconsent/cookie.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
pairs_are_split_as_sent(void **state)
{
	static const struct {
		const char *field;
		const char *pairs[12]; /* name, value, name, value ... NULL */
	} cases[] = {
	    {"", {NULL}},
	    {"a=1", {"a", "1", NULL}},
	    {"a=1; b=2", {"a", "1", "b", "2", NULL}},
	    {"a=1;b=2;", {"a", "1", "b", "2", NULL}},
	    {"  a =\t1 ;b= 2 ", {"a", "1", "b", "2", NULL}},
	    {"a=b=c==", {"a", "b=c==", NULL}},
	    {"a=\"x; b=y\"", {"a", "\"x", "b", "y\"", NULL}},
	    {"token; =v; a=", {"", "token", "", "v", "a", "", NULL}},
	    {"; ;a=1", {"", "", "", "", "a", "1", NULL}},
	    {"$Version=1; a=\"1\", b=2",
		{"$Version", "1", "a", "\"1\", b=2", NULL}},
	    {"\xC3\xA4=\xFF", {"\xC3\xA4", "\xFF", NULL}},
	};
	struct cookie_walk walk;
	struct cookie_pair pair;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		cookie_walk_init(&walk, span_of(cases[i].field));
		for (k = 0; cases[i].pairs[k] != NULL; k += 2) {
			assert_true(cookie_next(&walk, &pair));
			assert_true(
			    span_equal(pair.name, span_of(cases[i].pairs[k])));
			assert_true(span_equal(
			    pair.value, span_of(cases[i].pairs[k + 1])));
		}
		assert_false(cookie_next(&walk, &pair));
	}
}

/* No byte ends a name but ";" and "=": NUL, 8-bit bytes, quotes, commas. */
static void
names_are_bytes(void **state)
{
	static const char field[] = "a\0b=1;\xFFn=\x80;\"q;r\"=2;$Path=3;a,b=4;"
				    "A B=5;%61=6;a:b=7";
	static const struct span names[] = {{"a\0b", 3}, {"\xFFn", 2}, {"", 0},
	    {"r\"", 2}, {"$Path", 5}, {"a,b", 3}, {"A B", 3}, {"%61", 3},
	    {"a:b", 3}};
	struct cookie_walk walk;
	struct cookie_pair pair;
	size_t i;

	(void)state;
	cookie_walk_init(&walk, (struct span){field, sizeof field - 1});
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_true(cookie_next(&walk, &pair));
		assert_true(span_equal(pair.name, names[i]));
	}
	assert_false(cookie_next(&walk, &pair));
}

/* Keeps the names in a string of one-letter names. */
static bool
keep_letters(void *ctx, const struct cookie_pair *pair)
{
	return pair->name.n == 1 && strchr(ctx, pair->name.p[0]) != NULL;
}

static void
kept_pairs_keep_their_bytes(void **state)
{
	static const struct {
		const char *field, *keep, *want;
	} cases[] = {
	    {"a=1; b=2; c=3", "abc", "a=1; b=2; c=3"},
	    {"a=1; b=2; c=3", "ac", "a=1; c=3"},
	    {"a=1; b=2; c=3", "bc", "b=2; c=3"},
	    {"a=1; b=2; c=3", "ab", "a=1; b=2"},
	    {"a=1; b=2; c=3", "b", "b=2"},
	    {"a=1; b=2; c=3", "", ""},
	    {" a = 1 ;b= \"x\\\"\" ;c", "b", "b= \"x\\\"\""},
	    {" a = 1 ;b=2;;", "ab", " a = 1 ;b=2;;"},
	    {"nameless; a=1", "a", "a=1"},
	    {"", "a", ""},
	    {"a=1;;b=2; ;c=3", "ac", "a=1;; ;c=3"},
	};
	struct buf scratch;
	struct span out;
	size_t i;

	(void)state;
	buf_init(&scratch, 100);
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct cookie_choice choice = {
		    keep_letters, (void *)(uintptr_t)cases[i].keep};

		assert_int_equal(cookie_filter(span_of(cases[i].field), &choice,
				     &scratch, &out),
		    CONSENT_OK);
		assert_true(span_equal(out, span_of(cases[i].want)));
	}
	buf_fini(&scratch);
}

static void
nothing_is_copied_where_all_stays(void **state)
{
	struct cookie_choice choice = {keep_letters, (void *)(uintptr_t) "ab"};
	struct span field = SPAN("a=1; b=2"), out;
	struct buf scratch;

	(void)state;
	buf_init(&scratch, 0);
	assert_int_equal(cookie_filter(field, &choice, &scratch, &out), 0);
	assert_ptr_equal(out.p, field.p);
	assert_null(scratch.p);
	choice.ctx = (void *)(uintptr_t) "a";
	assert_int_equal(
	    cookie_filter(field, &choice, &scratch, &out), CONSENT_ELIMIT);
	buf_fini(&scratch);
}

static void
set_cookie_reads_attributes(void **state)
{
	struct set_cookie c;

	(void)state;
	assert_int_equal(
	    set_cookie_parse(
		SPAN(" id = a=b ; DOMAIN=.Example.com; path=/x; Secure;"
		     "HttpOnly=no; partitioned; Max-Age=0010; SameSite=LAX;"
		     "Expires=whenever; what=ever"),
		&c),
	    CONSENT_OK);
	assert_true(span_equal(c.name, SPAN("id")));
	assert_true(span_equal(c.value, SPAN("a=b")));
	assert_true(span_equal(c.as_sent, SPAN("id")));
	assert_true(span_equal(c.domain, SPAN("Example.com")));
	assert_true(span_equal(c.path, SPAN("/x")));
	assert_true(c.secure && c.http_only && c.partitioned);
	assert_true(c.has_expires && c.has_max_age);
	assert_int_equal(c.max_age, 10);
	assert_int_equal(c.same_site, COOKIE_SAME_SITE_LAX);
	assert_int_equal(set_cookie_parse(SPAN("a=1; path=x; domain="), &c), 0);
	assert_int_equal(c.path.n, 0);
	assert_int_equal(c.domain.n, 0);
	assert_false(c.secure || c.has_max_age || c.has_expires);
	/* the last one counts, an empty one too */
	assert_int_equal(
	    set_cookie_parse(
		SPAN("a=1; path=/x; path=/y; domain=a; domain"), &c),
	    0);
	assert_true(span_equal(c.path, SPAN("/y")));
	assert_int_equal(c.domain.n, 0);
}

static void
max_age_is_digits(void **state)
{
	static const struct {
		const char *field;
		bool has;
		int64_t want;
	} cases[] = {
	    {"a=1; max-age=-5", true, 0},
	    {"a=1; max-age=0", true, 0},
	    {"a=1; max-age=99999999999999999999", true, 34560000},
	    {"a=1; max-age=99999999", true, 34560000},
	    {"a=1; max-age=1x", false, 0},
	    {"a=1; max-age=+1", false, 0},
	    {"a=1; max-age=-", false, 0},
	    {"a=1; max-age=", false, 0},
	};
	struct set_cookie c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(
		    set_cookie_parse(span_of(cases[i].field), &c), 0);
		assert_int_equal(c.has_max_age, cases[i].has);
		assert_int_equal(c.max_age, cases[i].want);
	}
}

static void
what_browsers_ignore_is_refused(void **state)
{
	static const char *const bad[] = {
	    "",
	    ";",
	    "=; path=/",
	    " = ",
	    "a=\x01",
	    "a=1; path=/\x7F",
	    "__Host-a=1; secure",
	    "__Host-a=1; path=/",
	    "__host-a=1; secure; path=/; domain=x",
	    "__Host-a=1; secure; path=/x",
	    "__SECURE-a=1",
	    "=__Host-a=1; secure; path=/",
	    "__Secure-x",
	};
	static const char *const good[] = {
	    "__Host-a=1; secure; path=/",
	    "__Secure-a=1; Secure; domain=x",
	    "a=1\t2",
	    "a=\xC3\xA4",
	    "x",
	};
	struct set_cookie c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(
		    set_cookie_parse(span_of(bad[i]), &c), CONSENT_EINVAL);
	for (i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_int_equal(
		    set_cookie_parse(span_of(good[i]), &c), CONSENT_OK);
	assert_int_equal(
	    set_cookie_parse((struct span){"a=\0b", 4}, &c), CONSENT_EINVAL);
}

static void
sizes_are_bounded(void **state)
{
	static char text[6000];
	struct set_cookie c;

	(void)state;
	memset(text, 'a', sizeof text);
	text[2] = '=';
	assert_int_equal(
	    set_cookie_parse((struct span){text, 4097}, &c), CONSENT_OK);
	assert_int_equal(
	    set_cookie_parse((struct span){text, 4098}, &c), CONSENT_ELIMIT);
	/* an attribute that is too long is as if it were not there */
	memcpy(text, "a=1; path=/", 11);
	assert_int_equal(
	    set_cookie_parse((struct span){text, 10 + 1024}, &c), CONSENT_OK);
	assert_int_equal(c.path.n, 1024);
	assert_int_equal(
	    set_cookie_parse((struct span){text, 10 + 1025}, &c), CONSENT_OK);
	assert_int_equal(c.path.n, 0);
}

static void
nameless_cookies_come_back_under_a_name(void **state)
{
	struct set_cookie c;

	(void)state;
	assert_int_equal(set_cookie_parse(SPAN("=_ga=GA1; path=/"), &c), 0);
	assert_int_equal(c.name.n, 0);
	assert_true(span_equal(c.value, SPAN("_ga=GA1")));
	assert_true(span_equal(c.as_sent, SPAN("_ga")));
	assert_int_equal(set_cookie_parse(SPAN("lonely"), &c), 0);
	assert_int_equal(c.as_sent.n, 0);
	assert_true(span_equal(c.value, SPAN("lonely")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pairs_are_split_as_sent),
	    cmocka_unit_test(names_are_bytes),
	    cmocka_unit_test(kept_pairs_keep_their_bytes),
	    cmocka_unit_test(nothing_is_copied_where_all_stays),
	    cmocka_unit_test(set_cookie_reads_attributes),
	    cmocka_unit_test(max_age_is_digits),
	    cmocka_unit_test(what_browsers_ignore_is_refused),
	    cmocka_unit_test(sizes_are_bounded),
	    cmocka_unit_test(nameless_cookies_come_back_under_a_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
