#ifndef CONSENT_UNIT_AUDIT_MTH_H
#define CONSENT_UNIT_AUDIT_MTH_H

/* The root of a tree, word for word as RFC 6962 2.1 has it. */

#include "audit/merkle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* MTH of n leaves, which are at least one. */
static inline struct merkle_hash
mth_of(const struct merkle_hash *leaves, size_t n)
{
	struct merkle_hash left, right, both;
	size_t k = 1;

	if (n == 1)
		return leaves[0];
	while (k * 2 < n)
		k *= 2;
	left = mth_of(leaves, k);
	right = mth_of(leaves + k, n - k);
	assert_int_equal(merkle_node(&left, &right, &both), CONSENT_OK);
	return both;
}

#endif
