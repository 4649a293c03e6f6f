#ifndef CONSENT_POLICY_NEEDLES_H
#define CONSENT_POLICY_NEEDLES_H

/*
 * Searches a text for many strings at once (Aho and Corasick), as a table of
 * states: one step for each byte of the text, whatever the number of strings.
 */

#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	NEEDLES_BYTES = 32768 /* of all strings together */
};

struct needles {
	uint16_t *next;		    /* [state * classes + class] */
	uint16_t *best;		    /* by state: needle + 1, or 0 */
	unsigned char classes[256]; /* class of each byte; 0: in no needle */
	size_t n_classes, n_states;
};

/*
 * Builds the table for n strings, none empty, the ones that win over others
 * last. CONSENT_ENOMEM; CONSENT_ELIMIT: more than NEEDLES_BYTES.
 */
int needles_init(
    struct needles *m, const struct span *strings, size_t n) CONSENT_CHECKED;

/* The highest index of the strings that are in text, or -1. */
int needles_find(const struct needles *m, struct span text);

/* Frees the table. */
void needles_fini(struct needles *m);

#endif
