#ifndef CONSENT_BASE_BUF_H
#define CONSENT_BASE_BUF_H

/*
 * Owned bytes that grow up to a ceiling given at birth. The struct lives in
 * the caller's memory; buf_fini gives the bytes back. An append that would
 * pass the ceiling or finds no memory changes nothing, so the caller sees
 * either all of it or none.
 */

#include <stddef.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

CONSENT_BEGIN

struct buf {
	char *p;    /* the bytes; NULL until the first append */
	size_t n;   /* bytes in use */
	size_t cap; /* bytes allocated */
	size_t max; /* ceiling for n */
};

/* Makes b empty with a ceiling of max bytes; allocates nothing. */
void buf_init(struct buf *b, size_t max);

/* Frees the bytes and leaves b empty with its ceiling. */
void buf_fini(struct buf *b);

/* Forgets the content, keeps the memory. */
void buf_clear(struct buf *b);

/* The content; valid until the next call that changes b. */
struct span buf_span(const struct buf *b);

/*
 * Makes room for n more bytes after the content and returns where they go in
 * *room; the caller writes there and adds to b->n. CONSENT_ENOMEM,
 * CONSENT_ELIMIT.
 */
int buf_reserve(struct buf *b, size_t n, char **room) CONSENT_CHECKED;

/* Appends a copy of s. CONSENT_ENOMEM, CONSENT_ELIMIT. */
int buf_append(struct buf *b, struct span s) CONSENT_CHECKED;

/* Appends one byte. CONSENT_ENOMEM, CONSENT_ELIMIT. */
int buf_append_byte(struct buf *b, char c) CONSENT_CHECKED;

/* Appends formatted text. CONSENT_ENOMEM, CONSENT_ELIMIT, CONSENT_EINVAL. */
int buf_printf(struct buf *b, const char *format, ...)
    CONSENT_PRINTF(2, 3) CONSENT_CHECKED;

/* Removes n bytes (at most b->n) from the front. */
void buf_drain(struct buf *b, size_t n);

/*
 * Hands the bytes over, with a NUL behind them: the caller frees the result,
 * b becomes empty. NULL when memory for the NUL is not to be had.
 */
char *buf_take(struct buf *b);

CONSENT_END

#endif
