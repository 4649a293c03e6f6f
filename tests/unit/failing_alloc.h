#ifndef CONSENT_UNIT_FAILING_ALLOC_H
#define CONSENT_UNIT_FAILING_ALLOC_H

/*
 * Allocators in front of those of the C library, for the whole program: one
 * allocation fails, and what is there is noted. For failing.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <errno.h>

#include "failing_behind.h"

enum {
	FAILING_LIVE = 1 << 15 /* most allocations of one run */
};

struct failing_block {
	char *p;
	size_t n;
	bool reached; /* for failing_reach.h */
};

static struct {
	volatile bool on; /* a case runs; malloc is thought not to look */
	unsigned long n;  /* allocations so far */
	unsigned long fail;
	bool failed;
	size_t count;
	struct failing_block live[FAILING_LIVE];
} failing;

/* Whether this allocation is the one. */
static inline bool
failing_now(void)
{
	if (!failing.on || ++failing.n != failing.fail)
		return false;
	failing.failed = true;
	errno = ENOMEM;
	return true;
}

/* Notes what is there. */
static inline void *
failing_keep(void *p, size_t n)
{
	if (!failing.on || p == NULL)
		return p;
	if (failing.count == FAILING_LIVE)
		abort();
	failing.live[failing.count++] = (struct failing_block){.p = p, .n = n};
	return p;
}

/* Notes what has gone: mostly one of the last that came. */
static inline void
failing_drop(const void *p)
{
	size_t i;

	for (i = failing.count; p != NULL && i > 0; i--) {
		if (failing.live[i - 1].p != p)
			continue;
		failing.live[i - 1] = failing.live[--failing.count];
		return;
	}
}

/* As the library's, and not noted; or nothing when its turn has come. */
static inline void *
failing_take(size_t n)
{
	if (failing_now())
		return NULL;
	return __interceptor_malloc != NULL ? __interceptor_malloc(n)
					    : __libc_malloc(n);
}

/* As the library's, or nothing when its turn to fail has come. */
void *
malloc(size_t n)
{
	return failing_keep(failing_take(n), n);
}

/* The same. */
void *
calloc(size_t n, size_t size)
{
	if (failing_now())
		return NULL;
	return failing_keep(__interceptor_calloc != NULL
				? __interceptor_calloc(n, size)
				: __libc_calloc(n, size),
	    n * size);
}

/* As the library's, and not noted; what was there stays when it fails. */
static inline void *
failing_retake(void *p, size_t n)
{
	if (failing_now())
		return NULL;
	failing_drop(p);
	return __interceptor_realloc != NULL ? __interceptor_realloc(p, n)
					     : __libc_realloc(p, n);
}

/* The same, and noted. */
void *
realloc(void *p, size_t n)
{
	return failing_keep(failing_retake(p, n), n);
}

/* As the library's. */
void
free(void *p)
{
	failing_drop(p);
	if (__interceptor_free != NULL)
		__interceptor_free(p);
	else
		__libc_free(p);
}

#endif
