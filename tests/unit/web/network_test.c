#include "web/network.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct network_address
address(const char *text)
{
	struct network_address a;

	if (network_address_parse(span_of(text), &a) != CONSENT_OK)
		fail_msg("%s is an address", text);
	return a;
}

static void
add(struct network_set *set, const char *text)
{
	struct network n;
	const char *why;

	if (network_parse(span_of(text), &n, &why) != CONSENT_OK)
		fail_msg("%s %s", text, why);
	assert_int_equal(network_set_add(set, &n), CONSENT_OK);
}

static bool
holds(const struct network_set *set, const char *text)
{
	struct network_address a = address(text);

	return network_set_has(set, &a);
}

static void
addresses_are_written_as_they_are_read(void **state)
{
	static const char *const pairs[][2] = {
	    {"127.0.0.1", "127.0.0.1"},
	    {"::ffff:192.0.2.1", "192.0.2.1"},
	    {"::FFFF:c000:0201", "192.0.2.1"},
	    {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
	    {"::", "::"},
	    {"255.255.255.255", "255.255.255.255"},
	};
	char text[NETWORK_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct network_address a = address(pairs[i][0]);

		network_address_format(&a, text);
		assert_string_equal(text, pairs[i][1]);
	}
}

static void
nothing_else_is_an_address(void **state)
{
	static const char *const wrong[] = {"", "1.2.3", "1.2.3.4.5",
	    "1.2.3.256", "01.2.3.4", " 1.2.3.4", "1.2.3.4 ", "[::1]", "::1%lo",
	    "1.2.3.4:80", "localhost", ":::", "1::2::3",
	    "1111:2222:3333:4444:5555:6666:255.255.255.255x"};
	struct network_address a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (network_address_parse(span_of(wrong[i]), &a) == CONSENT_OK)
			fail_msg("\"%s\" is none", wrong[i]);
	assert_int_equal(
	    network_address_parse(SPAN("1.2.3.4\0.5"), &a), CONSENT_EINVAL);
}

static void
wrong_networks_are_told_why(void **state)
{
	static const char *const wrong[][2] = {
	    {"10.0.0.0/33", "0 to 32"},
	    {"10.0.0.0/", "0 to 32"},
	    {"10.0.0.0/-1", "0 to 32"},
	    {"10.0.0.0/8/8", "0 to 32"},
	    {"2001:db8::/129", "0 to 128"},
	    {"10.0.0.1/8", "bits set"},
	    {"2001:db8::1/32", "bits set"},
	    {"ten/8", "no address"},
	    {"", "no address"},
	    {"/8", "no address"},
	};
	struct network n;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(network_parse(span_of(wrong[i][0]), &n, &why),
		    CONSENT_EINVAL);
		if (strstr(why, wrong[i][1]) == NULL)
			fail_msg("%s: %s", wrong[i][0], why);
	}
}

static void
a_network_holds_its_ends_and_no_more(void **state)
{
	struct network_set set = {.n = 0};

	(void)state;
	assert_false(holds(&set, "0.0.0.0"));
	add(&set, "10.1.128.0/17");
	add(&set, "192.0.2.7");
	add(&set, "2001:db8::/33");
	assert_false(holds(&set, "10.1.127.255"));
	assert_true(holds(&set, "10.1.128.0"));
	assert_true(holds(&set, "10.1.255.255"));
	assert_false(holds(&set, "10.2.0.0"));
	assert_true(holds(&set, "192.0.2.7"));
	assert_false(holds(&set, "192.0.2.6"));
	assert_false(holds(&set, "192.0.2.8"));
	assert_true(holds(&set, "::ffff:192.0.2.7"));
	assert_false(holds(&set, "::192.0.2.7"));
	assert_true(holds(&set, "2001:db8:7fff::1"));
	assert_false(holds(&set, "2001:db8:8000::"));
}

static void
all_of_ipv4_is_not_all_of_ipv6(void **state)
{
	struct network_set set = {.n = 0};

	(void)state;
	add(&set, "0.0.0.0/0");
	assert_true(holds(&set, "255.255.255.255"));
	assert_false(holds(&set, "::1"));
	assert_true(network_is_all(&set.at[0]));
	add(&set, "::/0");
	assert_true(holds(&set, "::1"));
	assert_int_equal(set.n, 1);
	assert_true(network_is_all(&set.at[0]));
}

/* Whatever the order, the result is the same set, without what is inside. */
static void
overlaps_are_one(void **state)
{
	static const char *const parts[] = {
	    "10.0.0.0/8", "10.0.0.0/16", "10.1.0.0/16", "10.255.255.255"};
	size_t i, k;

	(void)state;
	for (i = 0; i < 4; i++) {
		struct network_set set = {.n = 0};

		add(&set, "9.0.0.0/8");
		add(&set, "11.0.0.0/8");
		for (k = 0; k < 4; k++)
			add(&set, parts[(i + k) % 4]);
		assert_int_equal(set.n, 3);
		assert_true(holds(&set, "9.1.1.1"));
		assert_true(holds(&set, "10.77.0.0"));
		assert_true(holds(&set, "11.0.0.0"));
		assert_false(holds(&set, "12.0.0.0"));
	}
}

static void
a_set_has_a_ceiling(void **state)
{
	struct network_set set = {.n = 0};
	struct network n;
	const char *why;
	unsigned i;

	(void)state;
	for (i = 0; i < NETWORK_MEMBERS; i++) {
		char text[32];

		assert_true(
		    snprintf(text, sizeof text, "10.%u.0.1", 255 - i) > 0);
		add(&set, text);
	}
	for (i = 0; i < NETWORK_MEMBERS; i++) {
		char text[32];

		assert_true(snprintf(text, sizeof text, "10.%u.0.1", i) > 0);
		assert_true(holds(&set, text));
	}
	assert_int_equal(
	    network_parse(SPAN("192.0.2.1"), &n, &why), CONSENT_OK);
	assert_int_equal(network_set_add(&set, &n), CONSENT_ELIMIT);
	add(&set, "10.0.0.0/8");
	assert_int_equal(set.n, 1);
}

static void
loopback_is_known(void **state)
{
	static const char *const yes[] = {
	    "127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"};
	static const char *const no[] = {
	    "0.0.0.0", "::", "126.0.0.1", "::2", "10.0.0.1"};
	struct network_address a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof yes / sizeof *yes; i++) {
		a = address(yes[i]);
		assert_true(network_address_is_loopback(&a));
	}
	for (i = 0; i < sizeof no / sizeof *no; i++) {
		a = address(no[i]);
		assert_false(network_address_is_loopback(&a));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses_are_written_as_they_are_read),
	    cmocka_unit_test(nothing_else_is_an_address),
	    cmocka_unit_test(wrong_networks_are_told_why),
	    cmocka_unit_test(a_network_holds_its_ends_and_no_more),
	    cmocka_unit_test(all_of_ipv4_is_not_all_of_ipv6),
	    cmocka_unit_test(overlaps_are_one),
	    cmocka_unit_test(a_set_has_a_ceiling),
	    cmocka_unit_test(loopback_is_known),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
