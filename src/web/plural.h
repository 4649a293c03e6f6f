#ifndef CONSENT_WEB_PLURAL_H
#define CONSENT_WEB_PLURAL_H

/*
 * Which form of a word goes with a number: the plural categories of CLDR for
 * whole numbers (UTS 35, part 3, 5). No state, no allocation.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/span.h>

enum plural {
	PLURAL_ZERO,
	PLURAL_ONE,
	PLURAL_TWO,
	PLURAL_FEW,
	PLURAL_MANY,
	PLURAL_OTHER,
	PLURAL_COUNT
};

/* The form for n. A language that is not known has one and other. */
enum plural plural_of(struct span language, uint64_t n);

/* Whether some whole number takes that form in a language. */
bool plural_has(struct span language, enum plural form);

/* "zero" ... "other"; static. */
const char *plural_name(enum plural form);

#endif
