#ifndef CONSENT_UNIT_FAILING_BEHIND_H
#define CONSENT_UNIT_FAILING_BEHIND_H

/*
 * The allocators behind those of failing_alloc.h: the sanitizer's where there
 * is one, else the C library's.
 */

#include <stddef.h>

/* The sanitizer's malloc; NULL without it. */
void *__interceptor_malloc(size_t n) __attribute__((weak));
/* The sanitizer's calloc; NULL without it. */
void *__interceptor_calloc(size_t n, size_t size) __attribute__((weak));
/* The sanitizer's realloc; NULL without it. */
void *__interceptor_realloc(void *p, size_t n) __attribute__((weak));
/* The sanitizer's free; NULL without it. */
void __interceptor_free(void *p) __attribute__((weak));
/* The C library's malloc. */
void *__libc_malloc(size_t n);
/* The C library's calloc. */
void *__libc_calloc(size_t n, size_t size);
/* The C library's realloc. */
void *__libc_realloc(void *p, size_t n);
/* The C library's free. */
void __libc_free(void *p);

#endif
