#ifndef CONSENT_CONSENT_GUARD_H
#define CONSENT_CONSENT_GUARD_H

/*
 * The script that goes first into the head of a page while something is
 * withheld. What stands in the markup is judged here; the guard covers what
 * scripts of the page add later: elements, styles, fetch, XMLHttpRequest,
 * beacons, sockets, workers, frames, cookies, storage. It knows the rules of
 * the policy and nothing of the visitor: an attribute has a bit for each
 * category that may pass, so its text is the same for all and a CSP can name
 * its hash. Another, data-consent-held, tells scripts of ours that something
 * was held back. Without rules it has 7.9 KB, 3.8 KB as gzip.
 */

#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/gate.h>
#include <libconsent/policy.h>
#include <libconsent/status.h>

CONSENT_BEGIN

enum {
	GUARD_MAX = 1 << 20, /* bytes of the script, rules included */
	GUARD_LISTED = 16384 /* of the rules out of lists of `hosts` */
};

struct guard;

/* How the page reads that it goes into. */
enum guard_form {
	GUARD_HTML,
	GUARD_XML /* where the default namespace is XHTML's */
};

/*
 * The guard of a policy, which need not outlive it. CONSENT_ENOMEM,
 * CONSENT_ELIMIT: its rules do not fit; CONSENT_EIO: no SHA-256.
 */
int guard_new(const struct policy *policy, struct guard **out) CONSENT_CHECKED;

/*
 * Appends the script element for a visitor; nothing where all is granted or
 * the policy wants no guard, nor for NULL. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int guard_write(const struct guard *guard, const struct gate *gate,
    enum guard_form form, struct buf *out) CONSENT_CHECKED;

/*
 * The hash-source of its text without the quotes (CSP3 2.3.1), such as
 * "sha256-...="; lives as long as the guard.
 */
const char *guard_hash(const struct guard *guard);

/*
 * How many rules out of lists of `hosts` it does not know, since they had no
 * room: what scripts of the page load by them is not held back.
 */
size_t guard_left(const struct guard *guard);

/* Frees; NULL is nothing. */
void guard_free(struct guard *guard);

CONSENT_END

#endif
