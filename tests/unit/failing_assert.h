#ifndef CONSENT_UNIT_FAILING_ASSERT_H
#define CONSENT_UNIT_FAILING_ASSERT_H

/*
 * The asserts of cmocka, which are forgiven where memory was refused, and the
 * loop's turn, behind which a case may give up. For failing.h.
 */

#include "failing_give_up.h"

/* Behind assert_true and its like. */
static inline void
failing_true(
    LargestIntegralType holds, const char *what, const char *file, int line)
{
	if (!holds && !failing_forgives())
		_assert_true(holds, what, file, line);
}

/* Behind assert_int_equal and assert_ptr_equal. */
static inline void
failing_equal(
    LargestIntegralType a, LargestIntegralType b, const char *file, int line)
{
	if (a != b && !failing_forgives())
		_assert_int_equal(a, b, file, line);
}

/* Behind assert_string_equal. */
static inline void
failing_same(const char *a, const char *b, const char *file, int line)
{
	if (strcmp(a, b) != 0 && !failing_forgives())
		_assert_string_equal(a, b, file, line);
}

/* Behind assert_memory_equal, whose size comes first. */
static inline void
failing_bytes(size_t n, const void *const both[2], const char *file, int line)
{
	if (memcmp(both[0], both[1], n) != 0 && !failing_forgives())
		_assert_memory_equal(both[0], both[1], n, file, line);
}

#define event_base_loop(base, flags) failing_turn(base, flags)
#define _assert_true(c, what, file, line) failing_true(c, what, file, line)
#define _assert_int_equal(a, b, file, line) failing_equal(a, b, file, line)
#define _assert_string_equal(a, b, file, line) failing_same(a, b, file, line)
#define _assert_memory_equal(a, b, n, file, line)                              \
	failing_bytes(n, (const void *const[2]){a, b}, file, line)
#undef fail_msg
#define fail_msg(...)                                                          \
	do {                                                                   \
		if (failing_forgives())                                        \
			break;                                                 \
		print_error(__VA_ARGS__);                                      \
		fail();                                                        \
	} while (0)

#endif
