#ifndef CONSENT_WEB_LANGUAGE_H
#define CONSENT_WEB_LANGUAGE_H

/*
 * Chooses a language by Accept-Language (RFC 9110 12.5.4) with the lookup of
 * RFC 4647 3.4. No state, no allocation; malformed ranges are passed over.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>

enum {
	LANGUAGE_RANGES = 32, /* ranges that are looked at; later ones not */
	LANGUAGE_TAG = 35     /* longest tag, as in RFC 5646 4.4.1 */
};

/*
 * The index of the tag that suits best among n tags, or -1 when none of the
 * ranges names one ("*" names none). Ranges count by weight, equal ones in
 * their order; q=0 excludes. A language in another script than the range's
 * ("zh" for "zh-TW") is taken only where no other range has one of its own.
 * One code stands in for another where both are of one language or are read
 * alike: "nb" for "no" and "nn", "he" for "iw", "hr" or "sr" for "bs".
 */
int language_best(struct span accept, const char *const *tags, size_t n);

/* Whether s looks like a language tag: letters first, 1-8 a part, <= 35. */
bool language_is_tag(struct span s);

/* Whether text in this language runs from right to left. */
bool language_is_rtl(struct span tag);

#endif
