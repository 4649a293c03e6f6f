#include "proxy/client.h"

#include "fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static struct proxy_setup setup; /* 10/8 and 2001:db8:1::/48 are trusted */

static void
trust(const char *text)
{
	struct network n;
	const char *why;

	assert_int_equal(network_parse(span_of(text), &n, &why), CONSENT_OK);
	assert_int_equal(network_set_add(&setup.trusted, &n), CONSENT_OK);
}

static int
open_setup(void **state)
{
	(void)state;
	memset(&setup, 0, sizeof setup);
	trust("10.0.0.0/8");
	trust("2001:db8:1::/48");
	return 0;
}

static struct home_client
named(const char *text)
{
	struct network_address a;
	struct home_client c;

	assert_int_equal(network_address_parse(span_of(text), &a), CONSENT_OK);
	memset(&c, 0x55, sizeof c);
	client_name_address(&c, &setup, &a);
	return c;
}

static void
sockets_are_named(void **state)
{
	struct sockaddr_storage from = {.ss_family = AF_INET};
	struct sockaddr_in *v4 = (void *)&from;
	struct sockaddr_in6 *v6 = (void *)&from;
	struct home_client c;

	(void)state;
	v4->sin_addr.s_addr = htonl(0x0a000001);
	client_name(&c, &setup, &from);
	assert_string_equal(c.text, "10.0.0.1");
	assert_true(c.is_trusted);
	assert_memory_equal(c.key, named("::ffff:10.0.0.1").key, 16);
	memset(&from, 0, sizeof from);
	from.ss_family = AF_INET6;
	assert_int_equal(
	    inet_pton(AF_INET6, "2001:db8:2::7", &v6->sin6_addr), 1);
	client_name(&c, &setup, &from);
	assert_string_equal(c.text, "2001:db8:2::7");
	assert_false(c.is_trusted);
	from.ss_family = AF_UNIX;
	client_name(&c, &setup, &from);
	assert_string_equal(c.text, "unknown");
	assert_false(c.is_trusted);
	setup.trusts_local = true;
	client_name(&c, &setup, &from);
	assert_true(c.is_trusted);
}

static void
a_household_is_counted_as_one(void **state)
{
	(void)state;
	assert_memory_equal(
	    named("2001:db8:2::7").key, named("2001:db8:2:0:9::8").key, 16);
	assert_true(memcmp(named("2001:db8:2::7").key,
			named("2001:db8:2:1::7").key, 16) != 0);
	assert_true(
	    memcmp(named("192.0.2.1").key, named("192.0.2.2").key, 16) != 0);
}

struct said {
	const char *from, *fields, *visitor;
};

/* Who is meant when a connection's other end sends these fields. */
static struct home_client
visitor_of(const struct said *said)
{
	struct home_client c = named(said->from), visitor;
	char text[1024];
	struct codec codec;
	struct span body;
	size_t used;

	(void)snprintf(text, sizeof text,
	    "GET / HTTP/1.1\r\nHost: a.example\r\n%s\r\n", said->fields);
	codec_init(&codec, CODEC_READS_REQUESTS, NULL);
	assert_int_equal(
	    codec_feed(&codec, span_of(text), &used, &body), CODEC_HEAD);
	client_of_request(&c, &setup, codec_head(&codec), &visitor);
	codec_fini(&codec);
	return visitor;
}

static void
expect_visitor(const struct said *said)
{
	struct home_client visitor = visitor_of(said);

	if (strcmp(visitor.text, said->visitor) != 0)
		fail_msg("%s: %s, not %s", said->fields, visitor.text,
		    said->visitor);
	assert_memory_equal(visitor.key, named(said->visitor).key, 16);
}

static void
a_stranger_speaks_for_itself(void **state)
{
	static const struct said cases[] = {
	    {"192.0.2.1", "X-Forwarded-For: 198.51.100.9\r\n", "192.0.2.1"},
	    {"192.0.2.1", "Forwarded: for=198.51.100.9\r\n", "192.0.2.1"},
	    {"192.0.2.1", "X-Forwarded-For: 10.0.0.1\r\n", "192.0.2.1"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		expect_visitor(&cases[i]);
}

static void
a_trusted_proxy_speaks_for_its_visitor(void **state)
{
	static const struct said cases[] = {
	    {"10.0.0.1", "", "10.0.0.1"},
	    {"10.0.0.1", "X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1"},
	    {"2001:db8:1::1", "X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1"},
	    /* a visitor may have written the front of it */
	    {"10.0.0.1", "X-Forwarded-For: 198.51.100.9, 192.0.2.1\r\n",
		"192.0.2.1"},
	    {"10.0.0.1",
		"X-Forwarded-For: 198.51.100.9\r\nX-Forwarded-For: "
		"192.0.2.1, 10.7.0.1\r\n",
		"192.0.2.1"},
	    {"10.0.0.1", "Forwarded: for=\"[2001:db8:9::1]:80\"\r\n",
		"2001:db8:9::1"},
	    /* most write the one and let the other through as it came */
	    {"10.0.0.1",
		"Forwarded: for=198.51.100.9\r\nX-Forwarded-For: "
		"192.0.2.1\r\n",
		"192.0.2.1"},
	    {"10.0.0.1", "X-Forwarded-For: nonsense\r\n", "10.0.0.1"},
	    {"10.0.0.1",
		"X-Forwarded-For: nonsense\r\nForwarded: for=192.0.2.1\r\n",
		"10.0.0.1"},
	    {"10.0.0.1", "X-Forwarded-For: unknown\r\n", "10.0.0.1"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		expect_visitor(&cases[i]);
}

/* Nor may one ask for what only the trusted are told. */
static void
one_who_is_not_named_is_not_trusted(void **state)
{
	static const struct {
		const char *fields;
		bool is_trusted;
	} cases[] = {
	    {"", true},
	    {"X-Forwarded-For: 10.0.0.2\r\n", true},
	    {"X-Forwarded-For: 198.51.100.9\r\n", false},
	    {"X-Forwarded-For: unknown\r\n", false},
	    {"X-Forwarded-For: 1 2, 198.51.100.9\r\n", false},
	    {"Forwarded: by=10.0.0.2\r\n", false},
	    {"Via: 1.1 other\r\n", false},
	    {"X-Forwarded-Proto: https\r\n", false},
	    {"X-Forwarded-Host: a.example\r\n", false},
	    {"X-Real-IP: 10.0.0.2\r\n", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct said said = {"10.0.0.1", cases[i].fields, NULL};

		if (visitor_of(&said).is_trusted != cases[i].is_trusted)
			fail_msg("%s", cases[i].fields);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, open_setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sockets_are_named),
	    TEST(a_household_is_counted_as_one),
	    TEST(a_stranger_speaks_for_itself),
	    TEST(a_trusted_proxy_speaks_for_its_visitor),
	    TEST(one_who_is_not_named_is_not_trusted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
