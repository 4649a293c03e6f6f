#include "http/proxy_protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define V4_ADDRESSES "\xc0\x00\x02\x07\x0a\x00\x00\x01\x30\x39\x01\xbb"
#define V6_ADDRESSES                                                           \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"                           \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\x30\x39\x01\xbb"

struct good {
	struct span text;
	const char *client; /* NULL: none */
	unsigned port;
};

static const struct good good[] = {
    {{"PROXY TCP4 192.0.2.7 10.0.0.1 12345 443\r\n", 41}, "192.0.2.7", 12345},
    {{"PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n", 44}, "0.0.0.0", 0},
    {{"PROXY TCP6 2001:db8::1 ::1 65535 1\r\n", 36}, "2001:db8::1", 65535},
    {{"PROXY UNKNOWN\r\n", 15}, NULL, 0},
    {{"PROXY UNKNOWN ffff::1 what ever\r\n", 33}, NULL, 0},
    {{SIGNATURE "\x21\x11\0\x0c" V4_ADDRESSES, 28}, "192.0.2.7", 12345},
    {{SIGNATURE "\x21\x21\0\x24" V6_ADDRESSES, 52}, "2001:db8::1", 12345},
    {{SIGNATURE "\x21\x11\0\x13" V4_ADDRESSES "\x04\0\x01x\x30\0\0", 35},
	"192.0.2.7", 12345},
    {{SIGNATURE "\x20\0\0\0", 16}, NULL, 0},
    {{SIGNATURE "\x20\xff\0\x02??", 18}, NULL, 0},
    {{SIGNATURE "\x21\0\0\x03???", 19}, NULL, 0},
    {{SIGNATURE "\x21\x12\0\x0c" V4_ADDRESSES, 28}, NULL, 0},
    {{SIGNATURE "\x21\x10\0\x0c" V4_ADDRESSES, 28}, NULL, 0},
};

static const struct span bad[] = {
    {"GET / HTTP/1.1\r\n\r\n", 18},
    {"PROXY\r\n", 7},
    {"proxy TCP4 192.0.2.7 10.0.0.1 12345 443\r\n", 41},
    {"PROXY TCP5 192.0.2.7 10.0.0.1 12345 443\r\n", 41},
    {"PROXY UNKNOWNS\r\n", 16},
    {"PROXY TCP4\r\n", 12},
    {"PROXY TCP4 192.0.2.7\r\n", 22},
    {"PROXY TCP4 192.0.2.7 10.0.0.1 12345\r\n", 37},
    {"PROXY TCP4 192.0.2.7 10.0.0.1 12345 \r\n", 38},
    {"PROXY TCP4 192.0.2.7 10.0.0.1 12345 443 \r\n", 42},
    {"PROXY TCP4 192.0.2.7 10.0.0.1 12345 443 1\r\n", 43},
    {"PROXY  TCP4 192.0.2.7 10.0.0.1 12345 443\r\n", 42},
    {"PROXY TCP4  192.0.2.7 10.0.0.1 12345 443\r\n", 42},
    {"PROXY TCP4\t192.0.2.7 10.0.0.1 12345 443\r\n", 41},
    {"PROXY TCP4 192.0.2.256 10.0.0.1 12345 443\r\n", 43},
    {"PROXY TCP4 192.0.2.07 10.0.0.1 12345 443\r\n", 42},
    {"PROXY TCP4 192.0.2 10.0.0.1 12345 443\r\n", 39},
    {"PROXY TCP4 ::1 ::1 12345 443\r\n", 30},
    {"PROXY TCP4 192.0.2.7 ::1 12345 443\r\n", 36},
    {"PROXY TCP6 192.0.2.7 10.0.0.1 12345 443\r\n", 41},
    {"PROXY TCP4 192.0.2.7 10.0.0.1 65536 443\r\n", 41},
    {"PROXY TCP4 192.0.2.7 10.0.0.1 012 443\r\n", 39},
    {"PROXY TCP4 192.0.2.7 10.0.0.1 +12 443\r\n", 39},
    {"PROXY TCP4 192.0.2.7 10.0.0.1 12345 443\n", 40},
    {"PROXY TCP4 192.0.2.7 10.0.0.1 12345 443\r\r", 41},
    {"PROXY TCP4 192.0.2.7\0 10.0.0.1 12345 443\r\n", 42},
    {SIGNATURE "\x22", 13},
    {SIGNATURE "\x11\x11\0\x0c" V4_ADDRESSES, 28},
    {SIGNATURE "\x31\x11\0\x0c" V4_ADDRESSES, 28},
    {SIGNATURE "\x21\x41\0\x0c" V4_ADDRESSES, 28},
    {SIGNATURE "\x21\x13\0\x0c" V4_ADDRESSES, 28},
    {SIGNATURE "\x21\x11\0\x0b" V4_ADDRESSES, 28},
    {SIGNATURE "\x21\x21\0\x0c" V4_ADDRESSES, 28},
    {SIGNATURE "\x21\x31\0\x0c" V4_ADDRESSES, 28},
    {SIGNATURE "\x21\x11\0\x0d" V4_ADDRESSES "\x04", 29},
    {SIGNATURE "\x21\x11\0\x0e" V4_ADDRESSES "\x04\0", 30},
    {SIGNATURE "\x21\x11\0\x10" V4_ADDRESSES "\x04\0\x02x", 32},
    {SIGNATURE "\x21\x11\0\x13" V4_ADDRESSES "\x03\0\x04"
	       "abcd",
	35},
    {SIGNATURE "\x21\x11\x10\0", 16},
    {SIGNATURE "\x20\0\xff\xff", 16},
};

static void
check_good(const struct good *c, const struct proxy_protocol *found)
{
	char text[NETWORK_TEXT] = "";

	assert_int_equal(found->n, c->text.n);
	assert_int_equal(found->has_client, c->client != NULL);
	if (c->client == NULL)
		return;
	network_address_format(&found->client, text);
	assert_string_equal(text, c->client);
	assert_int_equal(found->port, c->port);
}

/* In memory of exactly that size, so that a read behind it is seen. */
static enum proxy_protocol_result
parse_copy(struct span text, struct proxy_protocol *out)
{
	char *copy = malloc(text.n + 1);
	enum proxy_protocol_result result;

	assert_non_null(copy);
	memcpy(copy + 1, text.p, text.n);
	result = proxy_protocol_parse((struct span){copy + 1, text.n}, out);
	free(copy);
	return result;
}

static void
reads_every_beginning_and_the_whole(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof good / sizeof *good; i++) {
		const struct good *c = &good[i];
		struct proxy_protocol found = {.n = 7};

		for (n = 0; n < c->text.n; n++)
			if (parse_copy(span_sub(c->text, 0, n), &found) !=
			    PROXY_PROTOCOL_MORE)
				fail_msg("header %zu at %zu bytes", i, n);
		assert_int_equal(found.n, 7);
		if (parse_copy(c->text, &found) != PROXY_PROTOCOL_DONE)
			fail_msg("header %zu is good", i);
		check_good(c, &found);
	}
}

/* What the client sends behind it is no part of the header. */
static void
leaves_what_follows(void **state)
{
	char text[256];
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof good / sizeof *good; i++) {
		static const struct span behind[] = {
		    {"GET / HTTP/1.1\r\n\r\n", 18}, {SIGNATURE, 12},
		    {"\x16\x03\x01\0", 4}, {"\r\n", 2}};

		for (k = 0; k < 4; k++) {
			struct proxy_protocol found;
			struct span all = {text, good[i].text.n + behind[k].n};

			memcpy(text, good[i].text.p, good[i].text.n);
			memcpy(text + good[i].text.n, behind[k].p, behind[k].n);
			assert_int_equal(
			    parse_copy(all, &found), PROXY_PROTOCOL_DONE);
			check_good(&good[i], &found);
		}
	}
}

/* Once it is broken nothing that follows mends it. */
static void
refuses_what_is_malformed(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct proxy_protocol found = {.n = 7};
		bool broken = false;

		for (n = 0; n <= bad[i].n; n++) {
			enum proxy_protocol_result result =
			    parse_copy(span_sub(bad[i], 0, n), &found);

			if (result == PROXY_PROTOCOL_DONE ||
			    (broken && result != PROXY_PROTOCOL_BROKEN))
				fail_msg("header %zu at %zu bytes", i, n);
			broken = result == PROXY_PROTOCOL_BROKEN;
		}
		if (!broken)
			fail_msg("header %zu is broken", i);
		assert_int_equal(found.n, 7);
	}
}

/* The longest line that the protocol knows, and one byte more. */
static void
a_line_has_an_end(void **state)
{
	char line[PROXY_PROTOCOL_V1 + 8];
	struct proxy_protocol found;

	(void)state;
	memset(line, 'x', sizeof line);
	memcpy(line, "PROXY UNKNOWN ", 14);
	memcpy(line + PROXY_PROTOCOL_V1 - 2, "\r\n", 2);
	assert_int_equal(parse_copy((struct span){line, sizeof line}, &found),
	    PROXY_PROTOCOL_DONE);
	assert_int_equal(found.n, PROXY_PROTOCOL_V1);
	memcpy(line + PROXY_PROTOCOL_V1 - 2, "x\r\n", 3);
	assert_int_equal(parse_copy((struct span){line, sizeof line}, &found),
	    PROXY_PROTOCOL_BROKEN);
	assert_int_equal(
	    parse_copy((struct span){line, PROXY_PROTOCOL_V1 - 2}, &found),
	    PROXY_PROTOCOL_MORE);
	assert_int_equal(
	    parse_copy((struct span){line, PROXY_PROTOCOL_V1 - 1}, &found),
	    PROXY_PROTOCOL_BROKEN);
}

/* A second opinion: the sum by the remainder of a long division. */
static uint32_t
crc32c(const unsigned char *p, size_t n)
{
	uint32_t crc = 0xffffffff;
	size_t i;

	for (i = 0; i < 8 * n; i++) {
		bool bit = ((p[i / 8] >> i % 8) & 1) != (crc & 1);

		crc = (crc >> 1) ^ (bit ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static void
a_sum_must_be_right(void **state)
{
	static const char header[] =
	    SIGNATURE "\x21\x11\0\x17" V4_ADDRESSES "\x03\0\x04\0\0\0\0"
		      "\x04\0\x01.";
	unsigned char text[sizeof header - 1];
	struct span all = {(const char *)text, sizeof text};
	struct proxy_protocol found;
	uint32_t sum;
	size_t i;

	(void)state;
	assert_int_equal(crc32c((const unsigned char *)"123456789", 9),
	    0xe3069283); /* the check value of CRC-32C */
	memcpy(text, header, sizeof text);
	sum = crc32c(text, sizeof text);
	for (i = 0; i < 4; i++)
		text[31 + i] = (unsigned char)(sum >> (24 - 8 * i));
	assert_int_equal(parse_copy(all, &found), PROXY_PROTOCOL_DONE);
	assert_true(found.has_client);
	for (i = 16; i < sizeof text; i++) {
		if (i == 28 || (i >= 35 && i < 38))
			continue; /* types and lengths: other mistakes */
		text[i] ^= 1;
		assert_int_equal(
		    parse_copy(all, &found), PROXY_PROTOCOL_BROKEN);
		text[i] ^= 1;
	}
}

/* A unix socket in front of the proxy: no address that we could use. */
static void
unix_addresses_are_skipped(void **state)
{
	char text[16 + 216];
	struct proxy_protocol found;

	(void)state;
	memset(text, 'p', sizeof text);
	memcpy(text, SIGNATURE "\x21\x31\0\xd8", 16);
	assert_int_equal(parse_copy((struct span){text, sizeof text}, &found),
	    PROXY_PROTOCOL_DONE);
	assert_false(found.has_client);
	assert_int_equal(found.n, sizeof text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_every_beginning_and_the_whole),
	    cmocka_unit_test(leaves_what_follows),
	    cmocka_unit_test(refuses_what_is_malformed),
	    cmocka_unit_test(a_line_has_an_end),
	    cmocka_unit_test(a_sum_must_be_right),
	    cmocka_unit_test(unix_addresses_are_skipped),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
