#ifndef CONSENT_PROXY_CAPABILITY_H
#define CONSENT_PROXY_CAPABILITY_H

/*
 * The kernel's capabilities. A service manager may give the parent some, for
 * ports below 1024; children get none of them. A child of root that stays
 * root keeps the one right to pass over the modes of files, since the log may
 * belong to another user; it cannot bind, trace or change anything either.
 */

#include <libconsent/status.h>

/*
 * Gives all others up, for this process and what it starts, and makes sure of
 * it. CONSENT_EDENIED, logged: the process must end.
 */
int capability_drop(void) CONSENT_CHECKED;

#endif
