#include "http/forwarded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct reading {
	const char *value;
	const char *hops; /* with blanks between, "-" not known; NULL: wrong */
};

typedef int reader(struct span value, struct forwarded_chain *chain);

static void
expect(reader *read, const struct reading *r)
{
	struct forwarded_chain chain = {.n = 0};
	size_t n = strlen(r->value), used = 0, i;
	char hops[1024] = "", *copy = malloc(n + 1);
	int rc;

	/* of exactly that size, so that a read behind it is seen */
	assert_non_null(copy);
	memcpy(copy + 1, r->value, n);
	rc = read((struct span){copy + 1, n}, &chain);
	free(copy);
	if (r->hops == NULL && rc != CONSENT_EINVAL)
		fail_msg("taken: %s", r->value);
	if (r->hops == NULL)
		return;
	if (rc != CONSENT_OK)
		fail_msg("refused: %s", r->value);
	for (i = 0; i < chain.n; i++) {
		char text[NETWORK_TEXT] = "-";

		if (chain.nodes[i].is_known)
			network_address_format(&chain.nodes[i].address, text);
		used += (size_t)snprintf(hops + used, sizeof hops - used,
		    i > 0 ? " %s" : "%s", text);
	}
	assert_string_equal(hops, r->hops);
}

static void
reads_the_grammar_of_rfc_7239(void **state)
{
	static const struct reading cases[] = {
	    /* the examples of RFC 7239 4 and 7.1 */
	    {"for=\"_gazonk\"", "-"},
	    {"For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"},
	    {"for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"},
	    {"for=192.0.2.43, for=198.51.100.17", "192.0.2.43 198.51.100.17"},
	    {"for=_hidden, for=_SEVKISEK", "- -"},
	    {"for=192.0.2.43,for=\"[2001:db8:cafe::17]\",for=unknown",
		"192.0.2.43 2001:db8:cafe::17 -"},
	    {"for=\"192.0.2.43:47011\"", "192.0.2.43"},
	    {"for=\"192.0.2.43:_p\"", "192.0.2.43"},
	    {"", ""},
	    {",, for=10.0.0.1 ,,", "10.0.0.1"},
	    {";for=10.0.0.1;;", "10.0.0.1"},
	    {"proto=https", "-"},
	    {"host=\"a.example:80\";for=10.0.0.1", "10.0.0.1"},
	    {"x=\"a, \\\"b;\";for=10.0.0.1", "10.0.0.1"},
	    {"x=1;x=2;for=10.0.0.1", "10.0.0.1"},
	    {"for", NULL},
	    {"for=", NULL},
	    {"for=;proto=http", NULL},
	    {"=10.0.0.1", NULL},
	    {"for =10.0.0.1", NULL},
	    {"for= 10.0.0.1", NULL},
	    {"for=10.0.0.1; proto=http", NULL},
	    {"for=10.0.0.1 for=10.0.0.2", NULL},
	    {"for=10.0.0.1;for=10.0.0.2", NULL},
	    {"for=10.0.0.1;FOR=10.0.0.2", NULL},
	    {"for=[2001:db8::1]", NULL},
	    {"for=2001:db8::1", NULL},
	    {"for=\"2001:db8::1\"", NULL},
	    {"for=\"[10.0.0.1]\"", NULL},
	    {"for=\"[unknown]\"", NULL},
	    {"for=\"[2001:db8::1\"", NULL},
	    {"for=\"10.0.0.1", NULL},
	    {"for=\"10.0.0.1\\\"", NULL},
	    {"for=\"10.0.0.1\"x", NULL},
	    {"for=\"10.0.0.1:\"", NULL},
	    {"for=\"10.0.0.1:123456\"", NULL},
	    {"for=10.0.0.256", NULL},
	    {"for=example.com", NULL},
	    {"for=_", NULL},
	    {"for=\"\"", NULL},
	    {"by=nobody;for=10.0.0.1", NULL},
	    {"host=\"a b\";for=10.0.0.1", NULL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		expect(forwarded_read, &cases[i]);
}

static void
reads_what_proxies_write(void **state)
{
	static const struct reading cases[] = {
	    {"192.0.2.7", "192.0.2.7"},
	    {"192.0.2.7, 10.0.0.1,10.0.0.2", "192.0.2.7 10.0.0.1 10.0.0.2"},
	    {"2001:db8::1, [2001:db8::2], [2001:db8::3]:80",
		"2001:db8::1 2001:db8::2 2001:db8::3"},
	    {"192.0.2.7:5000", "192.0.2.7"},
	    {"unknown, _me, 10.0.0.1", "- - 10.0.0.1"},
	    {" , 10.0.0.1,, ", "10.0.0.1"},
	    {"", ""},
	    {"10.0.0.1 10.0.0.2", NULL},
	    {"\"10.0.0.1\"", NULL},
	    {"10.0.0.1;q", NULL},
	    {"localhost", NULL},
	    {"10.0.0.1:x", NULL},
	    {"[::1", NULL},
	    {"[]", NULL},
	    {"2001:db8::g", NULL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		expect(forwarded_read_for, &cases[i]);
}

static void
hops_are_limited(void **state)
{
	struct forwarded_chain chain = {.n = 0};
	size_t i;

	(void)state;
	for (i = 0; i < FORWARDED_NODES; i++)
		assert_int_equal(
		    forwarded_read(SPAN("for=10.0.0.1"), &chain), CONSENT_OK);
	assert_int_equal(
	    forwarded_read(SPAN("for=10.0.0.1"), &chain), CONSENT_ELIMIT);
	assert_int_equal(
	    forwarded_read_for(SPAN("10.0.0.1"), &chain), CONSENT_ELIMIT);
	assert_int_equal(chain.n, FORWARDED_NODES);
}

/* 10/8 is ours; what is written before the first stranger is only said. */
static void
the_client_is_the_last_that_is_not_trusted(void **state)
{
	static const char *const cases[][2] = {
	    {"192.0.2.7", "192.0.2.7"},
	    {"198.51.100.1, 192.0.2.7", "192.0.2.7"},
	    {"198.51.100.1, 192.0.2.7, 10.0.0.2, 10.0.0.1", "192.0.2.7"},
	    {"10.0.0.3, 10.0.0.2", "10.0.0.3"},
	    {"unknown, 10.0.0.2", NULL},
	    {"192.0.2.7, unknown, 10.0.0.2", NULL},
	    {"unknown, 192.0.2.7, 10.0.0.2", "192.0.2.7"},
	    {"", NULL},
	};
	struct network_set trusted = {.n = 0};
	struct network ours;
	const char *why;
	size_t i;

	(void)state;
	assert_int_equal(
	    network_parse(SPAN("10.0.0.0/8"), &ours, &why), CONSENT_OK);
	assert_int_equal(network_set_add(&trusted, &ours), CONSENT_OK);
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct forwarded_chain chain = {.n = 0};
		struct network_address found;
		char text[NETWORK_TEXT];
		bool is_found;

		assert_int_equal(
		    forwarded_read_for(span_of(cases[i][0]), &chain), 0);
		is_found = forwarded_client(&chain, &trusted, &found);
		assert_int_equal(is_found, cases[i][1] != NULL);
		if (!is_found)
			continue;
		network_address_format(&found, text);
		assert_string_equal(text, cases[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_the_grammar_of_rfc_7239),
	    cmocka_unit_test(reads_what_proxies_write),
	    cmocka_unit_test(hops_are_limited),
	    cmocka_unit_test(the_client_is_the_last_that_is_not_trusted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
