#ifndef CONSENT_PROXY_SHOWING_H
#define CONSENT_PROXY_SHOWING_H

/*
 * PREFIX/embed: one embed that the policy holds back, shown once. A GET asks
 * and changes nothing; a POST makes a record, and once that is in the log, and
 * not before, a page that holds this frame alone. No token is made or changed.
 * Both come from the site itself or are refused, and the URL is judged anew by
 * the policy: no other is ever framed.
 */

#include <libconsent/span.h>

#include "proxy/call.h"

struct showing;

/* Answers a GET with the page that asks. */
void showing_ask(const struct call *call);

/*
 * Takes a complete form. READY: refused, the answer says why. WAIT: *showing
 * waits for the notary; call->done follows. call must outlive it.
 */
enum call_result showing_start(
    const struct call *call, struct span form, struct showing **showing);

/* Frees; what waits is logged all the same. NULL is nothing. */
void showing_free(struct showing *showing);

#endif
