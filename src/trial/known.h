#ifndef CONSENT_TRIAL_KNOWN_H
#define CONSENT_TRIAL_KNOWN_H

/*
 * Which of the vendors that are built in knows a URL that no rule of a policy
 * names: one word in `vendors` then says more of it than a rule for its host.
 */

#include <libconsent/span.h>
#include <libconsent/status.h>

struct policy;

struct known {
	struct policy *policy; /* of all of them */
};

/*
 * Reads the vendors that are built in. CONSENT_ENOMEM, CONSENT_EINVAL (never
 * for those that come with consentd). k can always be given to known_close.
 */
int known_open(struct known *k) CONSENT_CHECKED;

/*
 * The name, as in `vendors`, of the vendor whose file names this absolute URL,
 * or NULL. As long as k.
 */
const char *known_vendor(const struct known *k, struct span url);

/* Frees what k holds. */
void known_close(struct known *k);

#endif
