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

/*
 * Makes n bytes harmless on a terminal: "?" in the place of each byte of
 * control characters (also those of U+0080 to U+009F, which some act on), of
 * line ends, of those that turn text around, and of what is no character. Tabs
 * stay.
 */
void utf8_tame(char *text, size_t n);

/* Whether s is whole characters on one line, all harmless like that; no tabs.
 */
bool utf8_is_text(struct span s);

/* How many columns of a terminal s takes; tabs take tab of them. */
size_t utf8_columns(struct span s, size_t tab);

#endif
