#ifndef CONSENT_CONSENT_OWN_COOKIES_H
#define CONSENT_CONSENT_OWN_COOKIES_H

/*
 * The cookies that we set ourselves, told like those of the policy: as rules of
 * the category that needs no consent, in the words of one language. Owns what
 * its rules point to, so it stays where it is.
 */

#include <stddef.h>

#include <libconsent/notice_cookie.h>
#include <libconsent/policy.h>

#include "consent/view.h"

enum {
	OWN_COOKIES = 4,
	OWN_TEXT = 128 /* bytes of a name or lifetime, with the NUL */
};

struct own_cookies {
	size_t n;
	struct policy_rule rules[OWN_COOKIES];
	char names[OWN_COOKIES][OWN_TEXT];
	char lifetimes[OWN_COOKIES][OWN_TEXT];
};

/*
 * Tells n cookies, but those that the view's policy tells itself, in the
 * view's language. CONSENT_ELIMIT: there are more, or a name is longer.
 */
int own_cookies_fill(struct own_cookies *own, const struct view *v,
    const struct notice_cookie *cookies, size_t n) CONSENT_CHECKED;

#endif
