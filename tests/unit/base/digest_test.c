#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
hashes_are_the_known_ones(void **state)
{
	/* FIPS 180-4, its examples and the empty text */
	static const struct {
		const char *text, *hex;
	} known[] = {
	    {"", "e3b0c44298fc1c149afbf4c8996fb924"
		 "27ae41e4649b934ca495991b7852b855"},
	    {"abc", "ba7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad"},
	    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039"
		"a33ce45964ff2167f6ecedd419db06c1"},
	};
	unsigned char raw[DIGEST_BYTES];
	char hex[DIGEST_HEX], again[DIGEST_HEX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof known / sizeof known[0]; i++) {
		assert_int_equal(
		    digest_sha256_hex(span_of(known[i].text), hex), CONSENT_OK);
		assert_string_equal(hex, known[i].hex);
		assert_int_equal(
		    digest_sha256(span_of(known[i].text), raw), CONSENT_OK);
		digest_hex(raw, sizeof raw, again);
		assert_string_equal(again, hex);
	}
	assert_int_equal(
	    digest_sha256_hex((struct span){NULL, 0}, hex), CONSENT_OK);
	assert_string_equal(hex, known[0].hex);
}

static void
hex_is_lower_case(void **state)
{
	static const unsigned char bytes[] = {0x00, 0x0f, 0xf0, 0xab, 0xff};
	char hex[2 * sizeof bytes + 1];

	(void)state;
	digest_hex(bytes, sizeof bytes, hex);
	assert_string_equal(hex, "000ff0abff");
	digest_hex(bytes, 0, hex);
	assert_string_equal(hex, "");
}

/* RFC 4648 10 without the padding; and the two letters of its own. */
static const struct {
	struct span bytes, text;
} vectors[] = {
    {{"", 0}, {"", 0}},
    {{"f", 1}, {"Zg", 2}},
    {{"fo", 2}, {"Zm8", 3}},
    {{"foo", 3}, {"Zm9v", 4}},
    {{"foob", 4}, {"Zm9vYg", 6}},
    {{"fooba", 5}, {"Zm9vYmE", 7}},
    {{"foobar", 6}, {"Zm9vYmFy", 8}},
    {{"\xfb\xff\xbf", 3}, {"-_-_", 4}},
    {{"\x00\x00\x00\x00", 4}, {"AAAAAA", 6}},
};

static void
base64url_is_written_without_padding(void **state)
{
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 64);
	for (i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		buf_clear(&out);
		assert_int_equal(buf_append_byte(&out, '>'), CONSENT_OK);
		assert_int_equal(
		    digest_base64url(vectors[i].bytes, &out), CONSENT_OK);
		assert_true(span_equal(
		    span_sub(buf_span(&out), 1, out.n), vectors[i].text));
	}
	buf_fini(&out);
}

static void
base64url_is_read_back(void **state)
{
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 64);
	for (i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		buf_clear(&out);
		assert_int_equal(buf_append_byte(&out, '>'), CONSENT_OK);
		assert_int_equal(
		    digest_from_base64url(vectors[i].text, &out), CONSENT_OK);
		assert_true(span_equal(
		    span_sub(buf_span(&out), 1, out.n), vectors[i].bytes));
	}
	buf_fini(&out);
}

static void
each_value_has_one_spelling(void **state)
{
	/* padding, blanks, the other alphabet, bits left over, one letter */
	static const struct span bad[] = {{"Zg==", 4}, {"Zm8=", 4}, {"=", 1},
	    {"Zm 9v", 5}, {"Zm9v\n", 5}, {" Zm9v", 5}, {"-_+_", 4}, {"-_/_", 4},
	    {"Zm9v.Zm9v", 9}, {"Zm\0v", 4}, {"Zm9\xc3", 4}, {"Zh", 2},
	    {"Zm9", 3}, {"Zm9vYh", 6}, {"Zm9vYmF", 7}, {"Z", 1}, {"A", 1},
	    {"Zm9vA", 5}, {"Zm9vY", 5}};
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 64);
	assert_int_equal(buf_append(&out, SPAN("kept")), CONSENT_OK);
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (digest_from_base64url(bad[i], &out) != CONSENT_EINVAL)
			fail_msg("was read: %.*s", SPAN_ARG(bad[i]));
		assert_true(span_equal(buf_span(&out), SPAN("kept")));
	}
	buf_fini(&out);
}

/* RFC 4648 10, and the letters in which the alphabets differ. */
static void
base64_has_padding_and_one_spelling(void **state)
{
	static const struct {
		struct span bytes, text;
	} pairs[] = {{{"", 0}, {"", 0}}, {{"f", 1}, {"Zg==", 4}},
	    {{"fo", 2}, {"Zm8=", 4}}, {{"foo", 3}, {"Zm9v", 4}},
	    {{"foob", 4}, {"Zm9vYg==", 8}}, {{"\xfb\xff\xbf", 3}, {"+/+/", 4}}};
	static const char *const bad[] = {"Zg", "Zg=", "Zm8",
	    "Zh==", "Zm9=", "Z===", "====", "=", "==", "-_-_",
	    "Zm9v====", "Zg==Zg==", "Zm 9", "Zm9\n"};
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 64);
	for (i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		buf_clear(&out);
		assert_int_equal(
		    digest_base64(pairs[i].bytes, &out), CONSENT_OK);
		assert_true(span_equal(buf_span(&out), pairs[i].text));
		buf_clear(&out);
		assert_int_equal(
		    digest_from_base64(pairs[i].text, &out), CONSENT_OK);
		assert_true(span_equal(buf_span(&out), pairs[i].bytes));
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (digest_from_base64(span_of(bad[i]), &out) != CONSENT_EINVAL)
			fail_msg("was read: %s", bad[i]);
	buf_fini(&out);
	buf_init(&out, 7);
	assert_int_equal(digest_base64(SPAN("fooba"), &out), CONSENT_ELIMIT);
	assert_int_equal(out.n, 0);
	buf_fini(&out);
}

static void
parts_hash_like_the_whole(void **state)
{
	const struct span parts[] = {SPAN("a"), {NULL, 0}, SPAN("bc")};
	unsigned char one[DIGEST_BYTES], other[DIGEST_BYTES];

	(void)state;
	assert_int_equal(digest_sha256(SPAN("abc"), one), CONSENT_OK);
	assert_int_equal(digest_sha256_parts(parts, 3, other), CONSENT_OK);
	assert_memory_equal(one, other, sizeof one);
}

static void
base64url_keeps_to_the_ceiling(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 7);
	assert_int_equal(
	    digest_base64url(SPAN("foobar"), &out), CONSENT_ELIMIT);
	assert_int_equal(out.n, 0);
	assert_int_equal(digest_base64url(SPAN("fooba"), &out), CONSENT_OK);
	assert_int_equal(out.n, 7);
	buf_fini(&out);
}

static void
equality_is_of_all_bytes(void **state)
{
	(void)state;
	assert_true(digest_equal(SPAN("secret"), SPAN("secret")));
	assert_true(digest_equal(SPAN(""), (struct span){NULL, 0}));
	assert_false(digest_equal(SPAN("secret"), SPAN("secres")));
	assert_false(digest_equal(SPAN("secret"), SPAN("tecret")));
	assert_false(digest_equal(SPAN("secret"), SPAN("secre")));
	assert_false(digest_equal(SPAN("a\0b"), SPAN("a\0c")));
}

static void
wiped_bytes_are_zero(void **state)
{
	char secret[] = "0123456789";

	(void)state;
	digest_wipe(secret + 1, 8);
	assert_memory_equal(secret,
	    "0\0\0\0\0\0\0\0\0"
	    "9",
	    11);
	digest_wipe(NULL, 0);
}

static void
ids_are_twenty_two_letters_and_never_twice(void **state)
{
	char ids[64][DIGEST_ID_TEXT];
	struct buf raw;
	size_t i, j;

	(void)state;
	buf_init(&raw, 32);
	for (i = 0; i < 64; i++) {
		assert_int_equal(digest_new_id(ids[i]), CONSENT_OK);
		assert_int_equal(strlen(ids[i]), 22);
		buf_clear(&raw);
		assert_int_equal(
		    digest_from_base64url(span_of(ids[i]), &raw), CONSENT_OK);
		assert_int_equal(raw.n, DIGEST_ID_BYTES);
		for (j = 0; j < i; j++)
			assert_string_not_equal(ids[i], ids[j]);
	}
	buf_fini(&raw);
}

static void
random_bytes_fill_all_that_was_asked(void **state)
{
	unsigned char bytes[1024], seen = 0;
	size_t i;
	int round;

	(void)state;
	memset(bytes, 0, sizeof bytes);
	bytes[1023] = 0xaa;
	/* the last of them stays zero in one of 2^64 runs */
	for (round = 0; round < 8; round++) {
		assert_int_equal(digest_random(bytes, 1023), CONSENT_OK);
		seen |= bytes[1022];
	}
	assert_int_not_equal(seen, 0);
	assert_int_equal(bytes[1023], 0xaa);
	for (i = 0, seen = 0; i < 32; i++)
		seen |= bytes[i];
	assert_int_not_equal(seen, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hashes_are_the_known_ones),
	    cmocka_unit_test(hex_is_lower_case),
	    cmocka_unit_test(base64url_is_written_without_padding),
	    cmocka_unit_test(base64url_is_read_back),
	    cmocka_unit_test(each_value_has_one_spelling),
	    cmocka_unit_test(base64_has_padding_and_one_spelling),
	    cmocka_unit_test(parts_hash_like_the_whole),
	    cmocka_unit_test(base64url_keeps_to_the_ceiling),
	    cmocka_unit_test(equality_is_of_all_bytes),
	    cmocka_unit_test(wiped_bytes_are_zero),
	    cmocka_unit_test(ids_are_twenty_two_letters_and_never_twice),
	    cmocka_unit_test(random_bytes_fill_all_that_was_asked),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
