#ifndef CONSENT_BASE_SPELLING_H
#define CONSENT_BASE_SPELLING_H

/*
 * What a span is made of, by the classes of base/ascii. Stands above both,
 * which know nothing of each other. Never allocates.
 */

#include <stdbool.h>

#include <libconsent/span.h>

/*
 * Whether s has at least one byte and each of them is in a class of the mask
 * (enum ascii_class). ASCII_TCHAR asks for a token, RFC 9110 5.6.2.
 */
bool spelling_is_all(struct span s, unsigned mask);

/* s without what is in a class of the mask at either end. */
struct span spelling_trim(struct span s, unsigned mask);

#endif
