#include "proxy/inventory_text.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

static const char *
path(const char *text)
{
	static char out[INVENTORY_PATH + 1];
	size_t n = inventory_path(span_of(text), out);

	assert_true(n <= INVENTORY_PATH);
	out[n] = '\0';
	return out;
}

static void
paths_tell_of_no_visitor(void **state)
{
	(void)state;
	assert_string_equal(path(""), "");
	assert_string_equal(path("x"), "");
	assert_string_equal(path("/"), "/");
	assert_string_equal(
	    path("/news/local_a-b.html"), "/news/local_a-b.html");
	assert_string_equal(path("/news/"), "/news/");
	assert_string_equal(path("/u/4711/mail"), "/u/*/mail");
	assert_string_equal(path("/u/a1b/"), "/u/*/");
	assert_string_equal(path("/u/ay%C5%9Fe"), "/u/*");
	assert_string_equal(path("/u/me@here.example"), "/u/*");
	assert_string_equal(path("/u/a;session=abc"), "/u/*");
	assert_string_equal(
	    path("/abcdefghijklmnopqrstuvwx"), "/abcdefghijklmnopqrstuvwx");
	assert_string_equal(path("/abcdefghijklmnopqrstuvwxy"), "/*");
	assert_string_equal(
	    path("/abcdefghijklmnopqrst/abcdefghijklmnopqrst/abc/abcdefghijk"
		 "lmnopqrst/x"),
	    "/abcdefghijklmnopqrst/abcdefghijklmnopqrst/abc/...");
}

static const char *
label(const char *text)
{
	static char out[INVENTORY_NAME + 1];
	size_t n = inventory_label(span_of(text), out);

	assert_true(n <= INVENTORY_NAME);
	out[n] = '\0';
	return out;
}

/* What stands behind the digits. */
static const char *
shown(const char *text)
{
	const char *all = label(text);

	assert_true(strlen(all) >= 8);
	assert_int_equal(strspn(all, "0123456789abcdef"), 8);
	return all + 8;
}

static void
labels_show_what_is_called(void **state)
{
	(void)state;
	assert_string_equal(shown("window.dataLayer = window.dataLayer || [];"
				  "function gtag(){dataLayer.push(arguments)}"
				  "gtag('js', new Date());"),
	    " dataLayer gtag push Date");
	assert_string_equal(
	    shown("(function(h,o,t){h.hj=h.hj||function(){};"
		  "r.src='https://static.hotjar.com/c/hotjar-';})()"),
	    " hj src hotjar.com");
	assert_string_equal(
	    shown("a('//x.stats.example/p', '//y.stats.example/q')"),
	    " stats.example");
	assert_string_equal(label(""), "");
	assert_string_equal(label("1 + 2 /* words */ // more\n'x'"), "");
}

static void
labels_hold_nothing_of_a_visitor(void **state)
{
	static const char *const secrets[] = {"setUser('Ada Lovelace')",
	    "setUser(\"ada@mail.test\")", "setUser(`Lovelace`)",
	    "setUser({Lovelace: 1})", "setUser(/Lovelace/)",
	    "setUser('it\\'s Lovelace')", "/* Lovelace */setUser(4711)",
	    "setUser('//4711/Lovelace')", "setUser(u4711 = 4711)",
	    "setUser('//u4711.stats.example/Ada')",
	    "setUser(4711 / 2, 'Lovelace')", "setUser('a\nLovelace')"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
		const char *text = shown(secrets[i]);

		assert_non_null(strstr(text, "setUser"));
		assert_null(strstr(text, "ovelace"));
		assert_null(strstr(text, "da"));
		assert_null(strstr(text, "4711"));
	}
}

static void
one_script_has_one_label(void **state)
{
	static const char *const alike[] = {
	    "var user = {\"id\": 17}; track(user, 'a');",
	    "var user = {'id': 99};\n\ttrack(user, \"Ada\");",
	    "var user={'id':[1,2,3,{'name':'x'}]};track(user,'a')",
	    "/* of Ada */ var user = {}; track(user, -1.5e10);",
	    "var user = {'a': 1, 'b': 2}; track(user, `c`); // Ada",
	    "var user12 = {}; track(user12, 0x1f);"};
	char first[INVENTORY_NAME + 1];
	size_t i;

	(void)state;
	(void)snprintf(first, sizeof first, "%.8s", label(alike[0]));
	for (i = 1; i < sizeof alike / sizeof alike[0]; i++)
		assert_memory_equal(label(alike[i]), first, 8);
	assert_memory_not_equal(label("var user; other(user)"), first, 8);
	assert_memory_not_equal(
	    label("var user; track(user, '//a.example/')"), first, 8);
}

/* Whatever is cut off of it. */
static void
any_text_has_a_label(void **state)
{
	static const char text[] = "a('//b.example/\\",
			  rest[] = "/[/*`${x}\"'//\\u0041\n\xff";
	char all[2 * sizeof text + 2 * sizeof rest], out[INVENTORY_NAME];
	char where[INVENTORY_PATH];
	size_t i, k, n;

	(void)state;
	n = (size_t)snprintf(
	    all, sizeof all, "%s%s%s%s", text, rest, rest, text);
	for (i = 0; i < n; i++)
		for (k = i; k <= n; k++) {
			struct span piece = {all + i, k - i};

			assert_true(
			    inventory_label(piece, out) <= INVENTORY_NAME);
			assert_true(
			    inventory_path(piece, where) <= INVENTORY_PATH);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(paths_tell_of_no_visitor),
	    cmocka_unit_test(labels_show_what_is_called),
	    cmocka_unit_test(labels_hold_nothing_of_a_visitor),
	    cmocka_unit_test(one_script_has_one_label),
	    cmocka_unit_test(any_text_has_a_label),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
