#ifndef CONSENT_PROXY_FIELDS_H
#define CONSENT_PROXY_FIELDS_H

/*
 * The fields by which a message makes a browser fetch, leave or tell: Refresh,
 * Speculation-Rules, and what browsers do for advertisers by themselves. A
 * Location to who is withheld is noted; the visitor is moved all the same.
 */

#include <stdbool.h>

#include <libconsent/status.h>

struct head;
struct visit;

/*
 * Takes out of a response what the gate withholds; *varies becomes true where
 * another visitor would get something else. CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int fields_screen(
    struct head *h, const struct visit *v, bool *varies) CONSENT_CHECKED;

/* Takes out of a request what a browser says for advertisers. */
void fields_screen_request(struct head *h, const struct visit *v);

#endif
