#ifndef CONSENT_WEB_WEIGHT_H
#define CONSENT_WEB_WEIGHT_H

/*
 * How much a client wants something: the qvalue of the Accept fields (RFC 9110
 * 12.4.2). No state, no allocation.
 */

#include <libconsent/span.h>

enum {
	WEIGHT_ONE = 1000 /* q=1 in thousandths */
};

/* A qvalue in thousandths, or -1 where it is malformed. */
int weight_parse(struct span s);

#endif
