#ifndef CONSENT_AUDIT_MERKLE_H
#define CONSENT_AUDIT_MERKLE_H

/*
 * The Merkle tree of RFC 6962 2.1 over the entries of a log: hashes, and
 * proofs of inclusion and consistency, made and checked. Knows numbers and
 * hashes only: no files, no entries; audit/tile has the tree that grows. Every
 * function that hashes fails with CONSENT_ENOMEM when OpenSSL has no memory.
 */

#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	MERKLE_BYTES = 32,
	MERKLE_LEVELS = 40 /* a log has fewer than 2^40 entries */
};

struct merkle_hash {
	unsigned char bytes[MERKLE_BYTES];
};

/*
 * Where hashes of complete subtrees come from: sets *out to the hash of leaves
 * index * 2^level and the 2^level - 1 after it. Returns a status, which the
 * caller's function returns.
 */
struct merkle_source {
	int (*get)(
	    void *ctx, unsigned level, uint64_t index, struct merkle_hash *out);
	void *ctx;
};

/* Hashes from the one next to the leaf upward, or as 2.1.2 has them. */
struct merkle_proof {
	size_t n;
	struct merkle_hash hashes[2 * MERKLE_LEVELS];
};

/* The hash of a leaf that holds these bytes. */
int merkle_leaf(struct span entry, struct merkle_hash *out) CONSENT_CHECKED;

/* The hash of the node above two. out may be one of them. */
int merkle_node(const struct merkle_hash *left, const struct merkle_hash *right,
    struct merkle_hash *out) CONSENT_CHECKED;

/* The root of the empty tree: the hash of nothing. */
int merkle_empty(struct merkle_hash *out) CONSENT_CHECKED;

/*
 * The audit path of leaf index in the tree of the first n (2.1.1).
 * CONSENT_EINVAL: index is not below n; CONSENT_ELIMIT; the source's.
 */
int merkle_prove(const struct merkle_source *source, uint64_t index, uint64_t n,
    struct merkle_proof *out) CONSENT_CHECKED;

/*
 * The proof that the tree of n leaves begins with that of the first m (2.1.2);
 * nothing where m is 0 or n. CONSENT_EINVAL: m is above n; as above.
 */
int merkle_prove_growth(const struct merkle_source *source, uint64_t m,
    uint64_t n, struct merkle_proof *out) CONSENT_CHECKED;

/*
 * The root to which the path leads from a leaf that is at index of n (RFC 9162
 * 2.1.3.2). CONSENT_EDENIED: a path of another length.
 */
int merkle_climb(const struct merkle_proof *proof, uint64_t index, uint64_t n,
    struct merkle_hash *hash) CONSENT_CHECKED;

/* A tree as far as a checkpoint tells of it. */
struct merkle_head {
	uint64_t n;
	struct merkle_hash root;
};

/*
 * Whether the tree now begins with the tree before (RFC 9162 2.1.4.2).
 * CONSENT_EDENIED: the proof does not show it.
 */
int merkle_check_growth(const struct merkle_proof *proof,
    const struct merkle_head *before,
    const struct merkle_head *now) CONSENT_CHECKED;

#endif
