#ifndef CONSENT_CONSENT_COLOUR_H
#define CONSENT_CONSENT_COLOUR_H

/*
 * Colours of the notice: read strictly, compared by the formula of WCAG 2.2
 * (relative luminance and contrast ratio). Pure functions.
 */

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	COLOUR_TEXT = 8 /* "#rrggbb" and NUL */
};

struct colour {
	unsigned char red, green, blue;
};

/* Reads "#rgb" or "#rrggbb" and nothing else. CONSENT_EINVAL. */
int colour_parse(struct span text, struct colour *out) CONSENT_CHECKED;

/* Writes "#rrggbb". */
void colour_format(struct colour c, char out[COLOUR_TEXT]);

/* The contrast ratio in hundredths, rounded down: from 100 to 2100. */
unsigned colour_contrast(struct colour a, struct colour b);

/* a with so many of a hundred parts of b. */
struct colour colour_mix(struct colour a, struct colour b, unsigned percent);

#endif
