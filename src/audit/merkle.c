#include "audit/merkle.h"

#include "base/digest.h"

#include <stdbool.h>
#include <string.h>

static const uint64_t leaves_max = UINT64_C(1) << (MERKLE_LEVELS - 1);

static bool
is_equal(const struct merkle_hash *a, const struct merkle_hash *b)
{
	return memcmp(a->bytes, b->bytes, MERKLE_BYTES) == 0;
}

int
merkle_leaf(struct span entry, struct merkle_hash *out)
{
	const struct span parts[] = {{"\x00", 1}, entry};

	return digest_sha256_parts(parts, 2, out->bytes);
}

int
merkle_node(const struct merkle_hash *left, const struct merkle_hash *right,
    struct merkle_hash *out)
{
	char text[1 + 2 * MERKLE_BYTES];

	text[0] = '\x01';
	memcpy(text + 1, left->bytes, MERKLE_BYTES);
	memcpy(text + 1 + MERKLE_BYTES, right->bytes, MERKLE_BYTES);
	return digest_sha256((struct span){text, sizeof text}, out->bytes);
}

int
merkle_empty(struct merkle_hash *out)
{
	return digest_sha256(SPAN(""), out->bytes);
}

/* The leaves from a place on; n of them, which end the tree or a subtree. */
struct range {
	uint64_t from, n;
};

/* MTH of a range whose start is a multiple of all its parts' sizes. */
static int
hash_range(const struct merkle_source *source, struct range range,
    struct merkle_hash *out)
{
	struct merkle_hash hash;
	bool any = false;
	unsigned level;
	int rc = CONSENT_OK;

	for (level = 0; rc == CONSENT_OK && level < MERKLE_LEVELS; level++) {
		uint64_t end = (range.from + range.n) >> level;
		struct merkle_hash left;

		if ((range.n >> level & 1) == 0)
			continue;
		rc = source->get(source->ctx, level, end - 1, &left);
		if (rc != CONSENT_OK)
			return rc;
		if (any)
			rc = merkle_node(&left, &hash, &hash);
		else
			hash = left;
		any = true;
	}
	if (rc == CONSENT_OK)
		*out = hash;
	return rc;
}

/* The largest power of two below n, which is above 1. */
static uint64_t
split(uint64_t n)
{
	uint64_t k = 1;

	while (k * 2 < n)
		k *= 2;
	return k;
}

static int
add_hash(const struct merkle_source *source, struct range range,
    struct merkle_proof *out)
{
	if (out->n == sizeof out->hashes / sizeof out->hashes[0])
		return CONSENT_ELIMIT;
	return hash_range(source, range, &out->hashes[out->n++]);
}

/* Both proofs come from the leaf upward; the walk goes down. */
static void
turn_round(struct merkle_proof *proof, size_t from)
{
	size_t to = proof->n;

	while (from + 1 < to) {
		struct merkle_hash hash = proof->hashes[from];

		proof->hashes[from++] = proof->hashes[--to];
		proof->hashes[to] = hash;
	}
}

int
merkle_prove(const struct merkle_source *source, uint64_t index, uint64_t n,
    struct merkle_proof *out)
{
	struct range at = {0, n};
	int rc = CONSENT_OK;

	if (index >= n)
		return CONSENT_EINVAL;
	if (n > leaves_max)
		return CONSENT_ELIMIT;
	out->n = 0;
	while (rc == CONSENT_OK && at.n > 1) {
		uint64_t k = split(at.n);
		struct range left = {at.from, k};
		struct range right = {at.from + k, at.n - k};
		bool goes_left = index < right.from;

		rc = add_hash(source, goes_left ? right : left, out);
		at = goes_left ? left : right;
	}
	turn_round(out, 0);
	return rc;
}

int
merkle_prove_growth(const struct merkle_source *source, uint64_t m, uint64_t n,
    struct merkle_proof *out)
{
	struct range at = {0, n};
	bool whole = true; /* the part up to m is the whole tree of m */
	int rc = CONSENT_OK;

	if (m > n)
		return CONSENT_EINVAL;
	if (n > leaves_max)
		return CONSENT_ELIMIT;
	out->n = 0;
	if (m == 0)
		return CONSENT_OK;
	while (rc == CONSENT_OK && m < at.from + at.n) {
		uint64_t k = split(at.n);
		struct range left = {at.from, k};
		struct range right = {at.from + k, at.n - k};
		bool goes_left = m <= right.from;

		rc = add_hash(source, goes_left ? right : left, out);
		whole = whole && goes_left;
		at = goes_left ? left : right;
	}
	if (rc == CONSENT_OK && !whole)
		rc = add_hash(source, at, out);
	turn_round(out, 0);
	return rc;
}

int
merkle_climb(const struct merkle_proof *proof, uint64_t index, uint64_t n,
    struct merkle_hash *hash)
{
	uint64_t last = n - 1;
	size_t i;
	int rc = CONSENT_OK;

	if (index >= n)
		return CONSENT_EDENIED;
	for (i = 0; rc == CONSENT_OK && i < proof->n; i++) {
		const struct merkle_hash *next = &proof->hashes[i];

		if (last == 0)
			return CONSENT_EDENIED;
		if ((index & 1) == 0 && index != last) {
			rc = merkle_node(hash, next, hash);
		} else {
			/* levels at which this is an only child are skipped */
			while ((index & 1) == 0) {
				index >>= 1;
				last >>= 1;
			}
			rc = merkle_node(next, hash, hash);
		}
		index >>= 1;
		last >>= 1;
	}
	return rc == CONSENT_OK && last != 0 ? CONSENT_EDENIED : rc;
}

/* The walk over a proof of growth, up both trees at once. */
struct growth {
	uint64_t first, last;
	struct merkle_hash before, now;
};

static int
climb_both(struct growth *g, const struct merkle_hash *next)
{
	int rc = CONSENT_OK;

	if (g->last == 0)
		return CONSENT_EDENIED;
	if ((g->first & 1) == 0 && g->first != g->last) {
		rc = merkle_node(&g->now, next, &g->now);
	} else {
		rc = merkle_node(next, &g->before, &g->before);
		if (rc == CONSENT_OK)
			rc = merkle_node(next, &g->now, &g->now);
		while ((g->first & 1) == 0 && g->first != 0) {
			g->first >>= 1;
			g->last >>= 1;
		}
	}
	g->first >>= 1;
	g->last >>= 1;
	return rc;
}

int
merkle_check_growth(const struct merkle_proof *proof,
    const struct merkle_head *before, const struct merkle_head *now)
{
	struct growth g = {
	    before->n - 1, now->n - 1, before->root, before->root};
	size_t i = 0;
	int rc = CONSENT_OK;

	if (before->n == 0 || before->n >= now->n)
		return proof->n == 0 &&
			       (before->n == 0 ||
				   (before->n == now->n &&
				       is_equal(&before->root, &now->root)))
			   ? CONSENT_OK
			   : CONSENT_EDENIED;
	/* a tree of 2^k leaves is a subtree itself: its root is not repeated */
	if ((before->n & (before->n - 1)) != 0) {
		if (proof->n == 0)
			return CONSENT_EDENIED;
		g.before = g.now = proof->hashes[i++];
	}
	while ((g.first & 1) != 0) {
		g.first >>= 1;
		g.last >>= 1;
	}
	for (; rc == CONSENT_OK && i < proof->n; i++)
		rc = climb_both(&g, &proof->hashes[i]);
	if (rc == CONSENT_OK &&
	    (g.last != 0 || !is_equal(&g.before, &before->root) ||
		!is_equal(&g.now, &now->root)))
		rc = CONSENT_EDENIED;
	return rc;
}
