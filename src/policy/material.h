#ifndef CONSENT_POLICY_MATERIAL_H
#define CONSENT_POLICY_MATERIAL_H

/*
 * The material facts of a category: what a visitor agreed to, a line
 * each. Who answered is asked again when one of them changes, so their hash is
 * the category's revision. How they are written never changes without asking
 * every visitor again.
 */

#include <stddef.h>

#include <libconsent/policy.h>
#include <libconsent/status.h>

#include "policy/arena.h"

/*
 * In order, each once; fields with a tab between them: "cookie" name lifetime,
 * "storage" key, "host" host, "vendor" id provider purposes, "unknown",
 * "revision" number. A lifetime is in seconds where it can be told.
 */
struct material {
	struct arena arena;
	const char **lines;
	size_t n;
};

/*
 * Collects those of a category of p. The caller frees m with material_fini,
 * also after a failure. CONSENT_ENOMEM.
 */
int material_init(struct material *m, const struct policy *p,
    unsigned category) CONSENT_CHECKED;

/* Writes the hash of the lines. CONSENT_ENOMEM, CONSENT_EIO. */
int material_hash(
    const struct material *m, char rev[POLICY_REV]) CONSENT_CHECKED;

/* Frees m. */
void material_fini(struct material *m);

#endif
