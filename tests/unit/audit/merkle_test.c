#include "audit/merkle.h"

#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/*
 * Leaves, roots and paths of the reference implementation of RFC 6962:
 * github.com/google/certificate-transparency, cpp/merkletree/
 * merkle_tree_test.cc.
 */
static const struct span leaves[] = {{"", 0}, {"\x00", 1}, {"\x10", 1},
    {"\x20\x21", 2}, {"\x30\x31", 2}, {"\x40\x41\x42\x43", 4},
    {"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
    {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16}};

static const char *const roots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

static const struct {
	uint64_t index, n;
	size_t n_hashes;
	const char *hashes[3];
} paths[] = {
    {0, 1, 0, {NULL}},
    {0, 8, 3,
	{"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
	    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e"
	    "4"}},
    {5, 8, 3,
	{"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
	    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
	    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b"
	    "7"}},
    {2, 3, 1,
	{"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c12"
	 "5"}},
    {1, 5, 3,
	{"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6"
	    "b"}},
};

static const struct {
	uint64_t m, n;
	size_t n_hashes;
	const char *hashes[3];
} growths[] = {
    {1, 1, 0, {NULL}},
    {1, 8, 3,
	{"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
	    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e"
	    "4"}},
    {6, 8, 3,
	{"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
	    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
	    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b"
	    "7"}},
    {2, 5, 2,
	{"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6"
	    "b"}},
};

/* A larger tree for what has no reference: every size up to this. */
enum {
	MANY = 70
};

static struct merkle_hash
leaf_at(uint64_t i)
{
	struct merkle_hash hash;
	unsigned char byte = (unsigned char)i;
	struct span text = {(const char *)&byte, 1};

	assert_int_equal(
	    merkle_leaf(i < 8 ? leaves[i] : text, &hash), CONSENT_OK);
	return hash;
}

/* MTH of leaves from to to - 1, word for word as RFC 6962 2.1 has it. */
static struct merkle_hash
hash_of(uint64_t from, uint64_t to)
{
	struct merkle_hash left, right, both;
	uint64_t k = 1;

	if (to - from == 1)
		return leaf_at(from);
	while (k * 2 < to - from)
		k *= 2;
	left = hash_of(from, from + k);
	right = hash_of(from + k, to);
	assert_int_equal(merkle_node(&left, &right, &both), CONSENT_OK);
	return both;
}

static int
get(void *ctx, unsigned level, uint64_t index, struct merkle_hash *out)
{
	(void)ctx;
	*out = hash_of(index << level, (index + 1) << level);
	return CONSENT_OK;
}

static const struct merkle_source source = {get, NULL};

static void
assert_hash(const struct merkle_hash *hash, const char *want)
{
	char hex[DIGEST_HEX];

	digest_hex(hash->bytes, sizeof hash->bytes, hex);
	assert_string_equal(hex, want);
}

static struct merkle_head
head_of(uint64_t n)
{
	struct merkle_head head = {.n = n};

	if (n > 0)
		head.root = hash_of(0, n);
	else
		assert_int_equal(merkle_empty(&head.root), CONSENT_OK);
	return head;
}

static void
roots_are_those_of_the_reference(void **state)
{
	uint64_t n;

	(void)state;
	for (n = 0; n <= 8; n++) {
		struct merkle_head head = head_of(n);

		assert_hash(&head.root, roots[n]);
	}
}

static void
paths_are_those_of_the_reference(void **state)
{
	struct merkle_proof proof;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		assert_int_equal(
		    merkle_prove(&source, paths[i].index, paths[i].n, &proof),
		    CONSENT_OK);
		assert_int_equal(proof.n, paths[i].n_hashes);
		for (j = 0; j < proof.n; j++)
			assert_hash(&proof.hashes[j], paths[i].hashes[j]);
	}
	for (i = 0; i < sizeof growths / sizeof growths[0]; i++) {
		assert_int_equal(merkle_prove_growth(&source, growths[i].m,
				     growths[i].n, &proof),
		    CONSENT_OK);
		assert_int_equal(proof.n, growths[i].n_hashes);
		for (j = 0; j < proof.n; j++)
			assert_hash(&proof.hashes[j], growths[i].hashes[j]);
	}
}

/* each entry can be shown to be in the tree, and only where it is. */
static void
r22_every_path_leads_to_the_root_and_no_other_does(void **state)
{
	uint64_t n, i;

	(void)state;
	for (n = 1; n <= MANY; n += n < 20 ? 1 : 7) {
		struct merkle_head head = head_of(n);

		for (i = 0; i < n; i++) {
			struct merkle_hash hash = leaf_at(i), other;
			struct merkle_proof proof;

			assert_int_equal(
			    merkle_prove(&source, i, n, &proof), CONSENT_OK);
			assert_int_equal(
			    merkle_climb(&proof, i, n, &hash), CONSENT_OK);
			assert_memory_equal(&hash, &head.root, sizeof hash);
			other = leaf_at(i + 1);
			assert_int_equal(
			    merkle_climb(&proof, i, n, &other), CONSENT_OK);
			assert_memory_not_equal(
			    &other, &head.root, sizeof other);
			proof.n++;
			hash = leaf_at(i);
			assert_int_equal(
			    merkle_climb(&proof, i, n, &hash), CONSENT_EDENIED);
			if (proof.n < 2)
				continue;
			proof.n -= 2;
			hash = leaf_at(i);
			assert_int_equal(
			    merkle_climb(&proof, i, n, &hash), CONSENT_EDENIED);
		}
	}
}

static void
growth_is_shown_and_nothing_else(void **state)
{
	uint64_t m, n;
	size_t i;

	(void)state;
	for (n = 0; n <= MANY; n += n < 20 ? 1 : 7)
		for (m = 0; m <= n; m++) {
			struct merkle_head before = head_of(m);
			struct merkle_head now = head_of(n);
			struct merkle_proof proof;

			assert_int_equal(
			    merkle_prove_growth(&source, m, n, &proof),
			    CONSENT_OK);
			assert_int_equal(
			    merkle_check_growth(&proof, &before, &now),
			    CONSENT_OK);
			for (i = 0; i < proof.n; i++) {
				proof.hashes[i].bytes[i % 32] ^= 1;
				assert_int_equal(
				    merkle_check_growth(&proof, &before, &now),
				    CONSENT_EDENIED);
				proof.hashes[i].bytes[i % 32] ^= 1;
			}
			if (m == 0)
				continue;
			before.root.bytes[0] ^= 1;
			assert_int_equal(
			    merkle_check_growth(&proof, &before, &now),
			    CONSENT_EDENIED);
			before.root.bytes[0] ^= 1;
			proof.n++;
			assert_int_equal(
			    merkle_check_growth(&proof, &before, &now),
			    CONSENT_EDENIED);
			if (proof.n < 2)
				continue;
			proof.n -= 2;
			assert_int_equal(
			    merkle_check_growth(&proof, &before, &now),
			    CONSENT_EDENIED);
		}
}

static void
what_is_not_there_is_refused(void **state)
{
	struct merkle_proof proof = {.n = 0};
	struct merkle_hash hash = leaf_at(0);
	struct merkle_head before = head_of(5), now = head_of(3);

	(void)state;
	assert_int_equal(merkle_prove(&source, 3, 3, &proof), CONSENT_EINVAL);
	assert_int_equal(merkle_prove(&source, 0, 0, &proof), CONSENT_EINVAL);
	assert_int_equal(
	    merkle_prove_growth(&source, 4, 3, &proof), CONSENT_EINVAL);
	assert_int_equal(merkle_climb(&proof, 0, 0, &hash), CONSENT_EDENIED);
	assert_int_equal(merkle_climb(&proof, 2, 2, &hash), CONSENT_EDENIED);
	assert_int_equal(
	    merkle_prove(&source, 0, UINT64_MAX, &proof), CONSENT_ELIMIT);
	assert_int_equal(merkle_prove_growth(&source, 1, UINT64_MAX, &proof),
	    CONSENT_ELIMIT);
	/* a tree that shrank, and one that stayed but is another */
	assert_int_equal(
	    merkle_check_growth(&proof, &before, &now), CONSENT_EDENIED);
	now = before;
	assert_int_equal(
	    merkle_check_growth(&proof, &before, &now), CONSENT_OK);
	now.root.bytes[31] ^= 1;
	assert_int_equal(
	    merkle_check_growth(&proof, &before, &now), CONSENT_EDENIED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(roots_are_those_of_the_reference),
	    cmocka_unit_test(paths_are_those_of_the_reference),
	    cmocka_unit_test(
		r22_every_path_leads_to_the_root_and_no_other_does),
	    cmocka_unit_test(growth_is_shown_and_nothing_else),
	    cmocka_unit_test(what_is_not_there_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
