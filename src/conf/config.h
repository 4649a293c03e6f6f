#ifndef CONSENT_CONF_CONFIG_H
#define CONSENT_CONF_CONFIG_H

/*
 * The daemon's whole configuration, checked. Reads the file, its policy and
 * the texts of its notices; opens no socket, no key and no log. A struct
 * config (conf/schema.h) is never changed after it was made; a reload makes a
 * new one. It owns all that it points to.
 */

#include <libconsent/status.h>

#include "conf/schema.h"

struct findings;

/* The file that is read where none is named. */
#define CONFIG_FILE "/etc/consentd/consentd.conf"

/*
 * Reads and checks the file at path with all that it includes. Every mistake
 * that can be told in one run is in findings, warnings too. CONSENT_EIO: the
 * file cannot be read; CONSENT_EINVAL: it is wrong; CONSENT_ENOMEM. *out is
 * written on success only and freed with config_free.
 */
int config_load(const char *path, struct findings *findings,
    struct config **out) CONSENT_CHECKED;

/* What the demonstration puts into its configuration; borrowed for the call. */
struct config_demo {
	const char *folder; /* throw-away: keys and log go below it */
	unsigned port;	    /* to listen on at 127.0.0.1 */
	unsigned tls_port;  /* the same by TLS */
	const char *certificate, *key; /* its files, below the folder */
	unsigned origin;	       /* the demo origin's port there */
	const char *site; /* public origin; NULL: localhost, both ports */
};

/*
 * The built-in configuration of consentd --demo, over the policy that is built
 * into the program. Codes as for config_load.
 */
int config_demo(const struct config_demo *demo, struct findings *findings,
    struct config **out) CONSENT_CHECKED;

/* Frees config and all that it owns; NULL is nothing. */
void config_free(struct config *config);

#endif
