#include "http/request.h"

#include "http/head_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void
takes_targets_apart(void **state)
{
	static const struct {
		const char *method, *target;
		enum request_form form;
		const char *scheme, *authority, *path;
	} good[] = {
	    {"GET", "/", REQUEST_ORIGIN, "", "", "/"},
	    {"GET", "//e/a?b", REQUEST_ORIGIN, "", "", "//e/a?b"},
	    {"GET", "/http://x", REQUEST_ORIGIN, "", "", "/http://x"},
	    {"GET", "http://h", REQUEST_ABSOLUTE, "http", "h", "/"},
	    {"OPTIONS", "http://h", REQUEST_ABSOLUTE, "http", "h", "*"},
	    {"GET", "HTTPS://h:8/a?b", REQUEST_ABSOLUTE, "HTTPS", "h:8",
		"/a?b"},
	    {"CONNECT", "[::1]:443", REQUEST_AUTHORITY, "", "[::1]:443", ""},
	    {"GET", "http://h?a", REQUEST_ABSOLUTE, "http", "h", "?a"},
	    {"OPTIONS", "*", REQUEST_ASTERISK, "", "", "*"},
	};
	struct request_target t;
	struct head h;
	size_t i;

	(void)state;
	head_init(&h, NULL);
	for (i = 0; i < COUNT(good); i++) {
		assert_int_equal(head_start_request(&h, span_of(good[i].method),
				     span_of(good[i].target)),
		    CONSENT_OK);
		assert_int_equal(request_target(&h, &t), CONSENT_OK);
		assert_int_equal(t.form, good[i].form);
		assert_true(span_equal(t.scheme, span_of(good[i].scheme)));
		assert_true(
		    span_equal(t.authority, span_of(good[i].authority)));
		assert_true(span_equal(t.path, span_of(good[i].path)));
	}
	head_fini(&h);
}

static void
knows_an_authority(void **state)
{
	static const char *const good[] = {"h", "h.example", "h:1", "h:65535",
	    "127.0.0.1", "[::1]", "[2001:db8::1]:80", "[::ffff:1.2.3.4]", "a_b",
	    "%C3%A4.example", "xn--4ca.example"};
	static const char *const bad[] = {"", ":", ":80", "h:", "h:0",
	    "h:99999", "h:080000", "h:8a", "h:80:80", "[", "[]", "[]:80",
	    "[::1", "::1", "[::1]80", "[::1]:", "[:1]", "[v1.a]", "[::g]", "h/",
	    "h?", "h#", "u@h", "h h", "h\t", "h\\", "<h>", "h%", "h%2", "h%zz",
	    "\"h\"", "h\x80",
	    "[1111:2222:3333:4444:5555:6666:7777:8888:9999:000]"};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		assert_true(request_is_authority(span_of(good[i])));
	for (i = 0; i < COUNT(bad); i++)
		assert_false(request_is_authority(span_of(bad[i])));
	assert_false(request_is_authority(SPAN("h\0")));
}

static void
names_the_host(void **state)
{
	struct head h;

	(void)state;
	head_init(&h, NULL);
	assert_int_equal(
	    head_start_request(&h, SPAN("GET"), SPAN("/")), CONSENT_OK);
	assert_int_equal(request_host(&h).n, 0);
	assert_int_equal(head_add(&h, SPAN("Host"), SPAN("a")), CONSENT_OK);
	assert_true(span_equal(request_host(&h), SPAN("a")));
	assert_int_equal(
	    head_start_request(&h, SPAN("GET"), SPAN("http://b/")), CONSENT_OK);
	assert_true(span_equal(request_host(&h), SPAN("b")));
	head_fini(&h);
}

static void
knows_expectations(void **state)
{
	struct head h;

	(void)state;
	head_init(&h, NULL);
	h.minor = 1;
	assert_int_equal(request_expects(&h), REQUEST_EXPECTS_NOTHING);
	assert_int_equal(
	    head_add(&h, SPAN("Expect"), SPAN("100-Continue")), CONSENT_OK);
	assert_int_equal(request_expects(&h), REQUEST_EXPECTS_CONTINUE);
	assert_int_equal(
	    head_add(&h, SPAN("Expect"), SPAN("miracles")), CONSENT_OK);
	assert_int_equal(request_expects(&h), REQUEST_EXPECTS_UNKNOWN);
	h.minor = 0;
	assert_int_equal(request_expects(&h), REQUEST_EXPECTS_NOTHING);
	head_fini(&h);
}

static void
counts_hops(void **state)
{
	static const struct {
		const char *value;
		enum request_hops hops;
		uint32_t left;
	} examples[] = {
	    {"0", REQUEST_HOPS_NONE, 0},
	    {"7", REQUEST_HOPS_SOME, 7},
	    {"99999999999999999999", REQUEST_HOPS_SOME, UINT32_MAX},
	    {"999999999999999999999", REQUEST_HOPS_INVALID, 1},
	    {"", REQUEST_HOPS_INVALID, 1},
	    {"-1", REQUEST_HOPS_INVALID, 1},
	    {"1, 1", REQUEST_HOPS_INVALID, 1},
	};
	struct head h;
	size_t i;

	(void)state;
	head_init(&h, NULL);
	for (i = 0; i < COUNT(examples); i++) {
		uint32_t left = 1;

		head_clear(&h);
		assert_int_equal(
		    head_start_request(&h, SPAN("OPTIONS"), SPAN("*")),
		    CONSENT_OK);
		assert_int_equal(request_hops(&h, &left), REQUEST_HOPS_ANY);
		assert_int_equal(head_add(&h, SPAN("Max-Forwards"),
				     span_of(examples[i].value)),
		    CONSENT_OK);
		assert_int_equal(request_hops(&h, &left), examples[i].hops);
		assert_int_equal(left, examples[i].left);
	}
	assert_int_equal(
	    head_add(&h, SPAN("Max-Forwards"), SPAN("1")), CONSENT_OK);
	assert_int_equal(
	    request_hops(&h, &(uint32_t){0}), REQUEST_HOPS_INVALID);
	head_fini(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_targets_apart),
	    cmocka_unit_test(knows_an_authority),
	    cmocka_unit_test(names_the_host),
	    cmocka_unit_test(knows_expectations),
	    cmocka_unit_test(counts_hops),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
