#ifndef CONSENT_PROXY_TONGUE_NAME_H
#define CONSENT_PROXY_TONGUE_NAME_H

/*
 * The cookie that keeps in which of our languages a visitor wants to be spoken
 * to, until the browser is closed. It holds the tag of a notice and nothing
 * else. No state; see proxy/tongue for how it is set.
 */

#include <stdbool.h>

#include <libconsent/span.h>

struct head;
struct notice;
struct notice_set;

/* Its name on a site, "https://..." or the scheme alone; static. */
const char *tongue_cookie(struct span site);

/* Whether a cookie is that one, of whichever scheme. */
bool tongue_owns(struct span name);

/*
 * The notice in the language that a request's cookie names, on a site of that
 * scheme; NULL without one, and for all but the very tag of a notice.
 */
const struct notice *tongue_chosen(const struct head *request,
    struct span scheme, const struct notice_set *notices);

#endif
