#ifndef CONSENT_NET_TLS_THROWAWAY_H
#define CONSENT_NET_TLS_THROWAWAY_H

/*
 * A certificate that nobody has reason to trust: signed by itself, for
 * localhost and the loopback addresses, good for ninety days. For
 * demonstrations.
 */

#include <libconsent/status.h>

/*
 * Makes a new key and its certificate and writes both as PEM to new files
 * that only their owner may read. CONSENT_EIO: a file cannot be made;
 * CONSENT_ENOMEM.
 */
int tls_throwaway_write(
    const char *certificate, const char *key) CONSENT_CHECKED;

#endif
