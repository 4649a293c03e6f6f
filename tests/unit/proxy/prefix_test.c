#include "proxy/prefix.h"

#include "proxy/setup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct proxy_setup usual = {.prefix = "/.consent"};
static const struct proxy_setup deep = {.prefix = "/a/consent"};

static void
what_lies_below_is_ours(void **state)
{
	static const struct {
		const char *path, *rest;
	} cases[] = {
	    {"/.consent", ""},
	    {"/.consent/", "/"},
	    {"/.consent//", "//"},
	    {"/.consent/choice", "/choice"},
	    {"/.consent/.consent/x", "/.consent/x"},
	    {"/.consent/../x", "/../x"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct span path = span_of(cases[i].path);
		struct span rest = prefix_rest(&usual, path);

		assert_non_null(rest.p);
		assert_true(span_equal(rest, span_of(cases[i].rest)));
		assert_true(prefix_owns(&usual, path));
	}
}

static void
what_only_looks_like_it_is_not(void **state)
{
	static const char *const paths[] = {"", "/", "*", "/.consen",
	    "/.consentx", "/.consent.", "/.consent-x/", "/.consent?x",
	    "/.consent%2f", "/.Consent/", "/.CONSENT", "//.consent/",
	    "/x/.consent/", ".consent/", " /.consent/", "/%2econsent/"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		struct span path = span_of(paths[i]);

		assert_null(prefix_rest(&usual, path).p);
		assert_false(prefix_owns(&usual, path));
	}
	assert_null(prefix_rest(&usual, (struct span){NULL, 0}).p);
	assert_false(prefix_owns(&usual, (struct span){NULL, 0}));
}

static void
r29_the_gpc_resource_is_ours(void **state)
{
	(void)state;
	assert_true(prefix_owns(&usual, SPAN("/.well-known/gpc.json")));
	assert_null(prefix_rest(&usual, SPAN("/.well-known/gpc.json")).p);
	assert_false(prefix_owns(&usual, SPAN("/.well-known/gpc.json/")));
	assert_false(prefix_owns(&usual, SPAN("/.well-known/gpc.jso")));
	assert_false(prefix_owns(&usual, SPAN("/.well-known/gpc.json?")));
	assert_false(prefix_owns(&usual, SPAN("/.well-known/")));
}

static void
what_is_asked_about_follows_verify(void **state)
{
	static const struct {
		const char *path, *asked; /* NULL: it asks about nothing */
	} cases[] = {
	    {"/.consent/verify", ""},
	    {"/.consent/verify/", "/"},
	    {"/.consent/verify/a/b", "/a/b"},
	    {"/.consent/verify/.consent/verify/", "/.consent/verify/"},
	    {"/.consent/verifyx", NULL},
	    {"/.consent/verif", NULL},
	    {"/.consent/", NULL},
	    {"/.consent", NULL},
	    {"/verify/", NULL},
	    {"/.well-known/gpc.json", NULL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct span asked =
		    prefix_verified(&usual, span_of(cases[i].path));

		assert_int_equal(asked.p == NULL, cases[i].asked == NULL);
		assert_true(span_equal(asked, span_of(cases[i].asked)));
	}
}

static void
the_prefix_is_a_setting(void **state)
{
	(void)state;
	assert_true(
	    span_equal(prefix_rest(&deep, SPAN("/a/consent/x")), SPAN("/x")));
	assert_true(prefix_owns(&deep, SPAN("/a/consent")));
	assert_false(prefix_owns(&deep, SPAN("/.consent/")));
	assert_false(prefix_owns(&deep, SPAN("/a/")));
	assert_true(prefix_owns(&deep, SPAN("/.well-known/gpc.json")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_lies_below_is_ours),
	    cmocka_unit_test(what_only_looks_like_it_is_not),
	    cmocka_unit_test(r29_the_gpc_resource_is_ours),
	    cmocka_unit_test(what_is_asked_about_follows_verify),
	    cmocka_unit_test(the_prefix_is_a_setting),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
