#ifndef CONSENT_CENSUS_PROPOSE_H
#define CONSENT_CENSUS_PROPOSE_H

/*
 * Makes of what was seen and no rule names a snippet for a policy, ready for
 * review: vendors that know it first, then rules for the rest. No I/O. What
 * was seen is bad input: names of strangers stand in it.
 */

#include <jansson.h>

#include <libconsent/buf.h>
#include <libconsent/status.h>

struct policy;

enum {
	PROPOSE_TEXT = 1 << 20, /* longest snippet */
	PROPOSE_ROWS = 8192	/* rows that are read */
};

struct propose_options {
	const struct policy *known; /* of all vendors that are built in */
	const char *category;	    /* of all that is proposed */
};

/*
 * Appends it to out: libconfig, complete lists. seen is as proxy/inventory_list
 * writes it. CONSENT_ELIMIT, CONSENT_ENOMEM; CONSENT_EINVAL: no such answer.
 */
int propose_write(const json_t *seen, const struct propose_options *options,
    struct buf *out) CONSENT_CHECKED;

#endif
