#include "base/siphash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static uint64_t
hash_of(const unsigned char key[SIPHASH_KEY], struct span s)
{
	struct siphash *h;
	uint64_t hash;

	assert_int_equal(siphash_new(key, &h), CONSENT_OK);
	assert_int_equal(siphash(h, s, &hash), CONSENT_OK);
	siphash_free(h);
	return hash;
}

/* The vectors of the reference implementation: key 00 01 .. 0f, text 00 01 ..
 */
static void
hashes_are_the_known_ones(void **state)
{
	static const struct {
		size_t n;
		uint64_t hash;
	} known[] = {
	    {0, UINT64_C(0x726fdb47dd0e0e31)},
	    {1, UINT64_C(0x74f839c593dc67fd)},
	    {7, UINT64_C(0xab0200f58b01d137)},
	    {8, UINT64_C(0x93f5f5799a932462)},
	    {15, UINT64_C(0xa129ca6149be45e5)},
	    {63, UINT64_C(0x958a324ceb064572)},
	};
	unsigned char key[SIPHASH_KEY];
	char text[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof key; i++)
		key[i] = (unsigned char)i;
	for (i = 0; i < sizeof text; i++)
		text[i] = (char)i;
	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		assert_true(hash_of(key, (struct span){text, known[i].n}) ==
			    known[i].hash);
}

static void
another_key_is_another_hash(void **state)
{
	unsigned char key[SIPHASH_KEY] = {0};
	uint64_t before = hash_of(key, SPAN("a token"));
	size_t i;

	(void)state;
	for (i = 0; i < sizeof key; i++) {
		key[i] = 1;
		assert_true(hash_of(key, SPAN("a token")) != before);
		key[i] = 0;
	}
}

static void
each_hash_is_its_own(void **state)
{
	const unsigned char key[SIPHASH_KEY] = {7};
	struct siphash *h;
	uint64_t first, other, again;

	(void)state;
	assert_int_equal(siphash_new(key, &h), CONSENT_OK);
	assert_int_equal(siphash(h, SPAN("a token"), &first), CONSENT_OK);
	assert_int_equal(siphash(h, SPAN("another"), &other), CONSENT_OK);
	assert_int_equal(siphash(h, SPAN("a token"), &again), CONSENT_OK);
	assert_true(first == again && first != other);
	siphash_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hashes_are_the_known_ones),
	    cmocka_unit_test(another_key_is_another_hash),
	    cmocka_unit_test(each_hash_is_its_own),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
