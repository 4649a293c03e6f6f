#ifndef CONSENT_CONF_CERTIFICATES_H
#define CONSENT_CONF_CERTIFICATES_H

/*
 * The files that a checked configuration names for TLS: certificates, keys,
 * authorities. Reads them all and makes of them what listeners and connections
 * to the origin use. Apart from the configuration itself, as only who may read
 * the keys can do it: the daemon at its start and at each reload, and the
 * check of an operator.
 */

#include <libconsent/status.h>

#include "conf/schema.h"

struct findings;
struct tls_client;
struct tls_server;

struct certificates {
	struct tls_server *listeners[CONFIG_LISTENERS]; /* NULL: plain */
	struct tls_client *upstream;			/* NULL: likewise */
};

/*
 * Reads all files of the configuration. What is wrong goes into findings, with
 * the name of the file and where it is configured; so does what soon will be,
 * as a warning. CONSENT_EINVAL when a file cannot be read or used; *out can
 * always be given to certificates_free.
 */
int certificates_load(const struct config *config, struct findings *findings,
    struct certificates *out) CONSENT_CHECKED;

/* Frees what was made; nobody uses it any more. */
void certificates_free(struct certificates *certificates);

#endif
