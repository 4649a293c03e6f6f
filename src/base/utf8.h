#ifndef CONSENT_BASE_UTF8_H
#define CONSENT_BASE_UTF8_H

/*
 * Reads UTF-8 (RFC 3629) strictly: no overlong forms, no surrogates, nothing
 * past U+10FFFF. No state, never allocates.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>

/*
 * The character that s begins with, and its length in bytes; 0 where s is
 * empty or begins with none.
 */
size_t utf8_first(struct span s, uint32_t *out);

/* How many bytes at the start of s are whole characters. */
size_t utf8_valid(struct span s);

/* Whether all of s is whole characters. */
bool utf8_is_all(struct span s);

#endif
