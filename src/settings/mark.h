#ifndef CONSENT_SETTINGS_MARK_H
#define CONSENT_SETTINGS_MARK_H

/* Where a node of a tree stands in the text that it was parsed from. */

#include <stdint.h>

/* A piece of the text. n 0: not known. */
struct mark {
	uint32_t at, n;
	uint32_t line; /* of the text, from 1 */
};

/* One node. */
struct marks {
	struct mark name; /* n 0: it has none */
	struct mark value;
};

#endif
