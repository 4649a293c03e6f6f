#include "net/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct origin_case {
	const char *text;
	const char *host; /* NULL: refused */
	unsigned port;
	const char *path;
};

static const struct origin_case cases[] = {
    {"http://127.0.0.1:9000", "127.0.0.1", 9000, ""},
    {"http://origin.example", "origin.example", 80, ""},
    {"HTTP://origin.example/", "origin.example", 80, ""},
    {"http://[::1]:81", "::1", 81, ""},
    {"http://[::1]", "::1", 80, ""},
    {"unix:/run/origin.sock", "", 0, "/run/origin.sock"},
    {"unix:", NULL, 0, NULL},
    {"https://origin.example", "origin.example", 443, ""},
    {"https://[::1]:8443/", "::1", 8443, ""},
    {"https://", NULL, 0, NULL},
    {"httpss://h", NULL, 0, NULL},
    {"http://", NULL, 0, NULL},
    {"http://:80", NULL, 0, NULL},
    {"http://h:", NULL, 0, NULL},
    {"http://h:0", NULL, 0, NULL},
    {"http://h:65536", NULL, 0, NULL},
    {"http://h:8o", NULL, 0, NULL},
    {"http://::1", NULL, 0, NULL},
    {"http://[::1", NULL, 0, NULL},
    {"http://[::1]x", NULL, 0, NULL},
    {"http://[::1]:", NULL, 0, NULL},
    {"http://h/path", NULL, 0, NULL},
    {"http://user@h", NULL, 0, NULL},
    {"origin.example:80", NULL, 0, NULL},
    {"", NULL, 0, NULL},
};

static void
reads_origins(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct origin_case *c = &cases[i];
		struct address_origin origin = {.port = 7};
		int rc = address_parse_origin(span_of(c->text), &origin);

		if (c->host == NULL) {
			if (rc != CONSENT_EINVAL || origin.port != 7)
				fail_msg("taken: %s", c->text);
			continue;
		}
		if (rc != CONSENT_OK || origin.port != c->port ||
		    !span_equal(origin.host, span_of(c->host)) ||
		    !span_equal(origin.path, span_of(c->path)))
			fail_msg("misread: %s", c->text);
	}
}

static void
spells_addresses(void **state)
{
	struct address a;
	char text[ADDRESS_TEXT];

	(void)state;
	assert_int_equal(
	    address_from_ip(SPAN("127.0.0.1"), 80, &a), CONSENT_OK);
	address_format(&a, text);
	assert_string_equal(text, "127.0.0.1:80");
	assert_int_equal(address_from_ip(SPAN("::1"), 81, &a), CONSENT_OK);
	address_format(&a, text);
	assert_string_equal(text, "[::1]:81");
	assert_int_equal(
	    address_from_path(SPAN("/run/x.sock"), &a), CONSENT_OK);
	address_format(&a, text);
	assert_string_equal(text, "unix:/run/x.sock");
}

static void
takes_numbers_and_paths_only(void **state)
{
	struct address a;
	char path[sizeof a.to.local.sun_path];

	(void)state;
	assert_int_equal(
	    address_from_ip(SPAN("localhost"), 80, &a), CONSENT_ENOENT);
	assert_int_equal(
	    address_from_ip(SPAN("127.1"), 80, &a), CONSENT_ENOENT);
	assert_int_equal(address_from_ip(SPAN(""), 80, &a), CONSENT_ENOENT);
	memset(path, 'p', sizeof path);
	assert_int_equal(
	    address_from_path((struct span){path, sizeof path}, &a),
	    CONSENT_ELIMIT);
	assert_int_equal(
	    address_from_path((struct span){path, sizeof path - 1}, &a),
	    CONSENT_OK);
	assert_int_equal(address_from_path(SPAN(""), &a), CONSENT_EINVAL);
	assert_int_equal(address_from_path(SPAN("a\0b"), &a), CONSENT_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_origins),
	    cmocka_unit_test(spells_addresses),
	    cmocka_unit_test(takes_numbers_and_paths_only),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
