#ifndef CONSENT_CONSENT_CONSENT_MODE_H
#define CONSENT_CONSENT_CONSENT_MODE_H

/*
 * Google's consent mode, the basic kind: a script in the head of each page
 * that says "denied" for all of Google's types before a tag can ask, and
 * "granted" for those whose category the visitor agreed to. It lets no tag
 * through: that is the policy's. One text for all visitors, what was granted
 * stands in an attribute. Immutable after consent_mode_new.
 */

#include <libconsent/buf.h>
#include <libconsent/gate.h>
#include <libconsent/guard.h>
#include <libconsent/policy.h>
#include <libconsent/status.h>

enum consent_mode_type {
	CONSENT_MODE_AD_STORAGE,
	CONSENT_MODE_AD_USER_DATA,
	CONSENT_MODE_AD_PERSONALIZATION,
	CONSENT_MODE_ANALYTICS_STORAGE,
	CONSENT_MODE_TYPES
};

struct consent_mode;

/* Google's name of a type: "ad_storage"; static. */
const char *consent_mode_name(enum consent_mode_type type);

/* Whether a category may grant a type: it is one that needs consent. */
bool consent_mode_may_grant(const struct policy *policy, const char *id);

/*
 * The script for a policy; categories has the id that grants each type, "" for
 * none, and is borrowed for the call. CONSENT_ENOENT: the program was built
 * without it; CONSENT_EIO, CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int consent_mode_new(const char *const categories[CONSENT_MODE_TYPES],
    struct consent_mode **out) CONSENT_CHECKED;

/*
 * Appends the script element for a visitor; nothing for NULL. CONSENT_ENOMEM,
 * CONSENT_ELIMIT.
 */
int consent_mode_write(const struct consent_mode *mode, const struct gate *gate,
    enum guard_form form, struct buf *out) CONSENT_CHECKED;

/* The hash-source of its text, as guard_hash. */
const char *consent_mode_hash(const struct consent_mode *mode);

/* Frees; NULL is nothing. */
void consent_mode_free(struct consent_mode *mode);

#endif
