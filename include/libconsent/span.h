#ifndef CONSENT_BASE_SPAN_H
#define CONSENT_BASE_SPAN_H

/*
 * Borrowed bytes: a pointer and a length. A span never owns, never allocates
 * and need not end in NUL. All comparisons are of bytes; "nocase" folds ASCII
 * letters only (no locale). An empty span may have a NULL pointer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/status.h>

CONSENT_BEGIN

struct span {
	const char *p; /* first byte */
	size_t n;      /* number of bytes */
};

/* A span over a string literal, without its NUL. */
#ifdef __cplusplus
#define SPAN(literal) (::span{(literal), sizeof(literal) - 1})
#else
#define SPAN(literal) ((struct span){(literal), sizeof(literal) - 1})
#endif

/* The same to initialize a row of a constant table. */
#define SPAN_INIT(literal)                                                     \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

/* printf arguments for "%.*s". */
#define SPAN_ARG(s) (int)(s).n, (s).n == 0 ? "" : (s).p

/* The bytes of a C string without its NUL; NULL gives the empty span. */
struct span span_of(const char *text);

/* The part of s from offset from, at most n bytes; clipped to s. */
struct span span_sub(struct span s, size_t from, size_t n);

/* Whether both hold the same bytes. */
bool span_equal(struct span a, struct span b);

/* Whether both hold the same bytes, ASCII case folded. */
bool span_equal_nocase(struct span a, struct span b);

/* Whether s begins with prefix. */
bool span_starts(struct span s, struct span prefix);

/* Whether s begins with prefix, ASCII case folded. */
bool span_starts_nocase(struct span s, struct span prefix);

/* Whether s ends with suffix. */
bool span_ends(struct span s, struct span suffix);

/* s without leading and trailing SP and HTAB (OWS, RFC 9110 5.6.3). */
struct span span_trim(struct span s);

/* Offset of the first byte c in s, or s.n when there is none. */
size_t span_find(struct span s, char c);

/* Offset of the first occurrence of needle in s, or s.n. */
size_t span_search(struct span s, struct span needle);

/*
 * Cuts the piece before the first byte sep off the front of *rest and returns
 * it; *rest becomes what follows sep. Without sep the whole rest is returned
 * and *rest becomes empty with a NULL pointer, which ends a loop:
 *	while (rest.p != NULL) { piece = span_cut(&rest, ','); ... }
 */
struct span span_cut(struct span *rest, char sep);

/*
 * Reads all of s as digits of the given base (10 or 16), 1 to 20 digits, no
 * sign, no blanks. CONSENT_EINVAL when it is anything else, CONSENT_ELIMIT
 * when it is over max. *out is written on success only.
 */
int span_to_u64(
    struct span s, unsigned base, uint64_t max, uint64_t *out) CONSENT_CHECKED;

CONSENT_END

#endif
