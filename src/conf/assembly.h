#ifndef CONSENT_CONF_ASSEMBLY_H
#define CONSENT_CONF_ASSEMBLY_H

/*
 * From a checked configuration to what the proxy runs with: opens the keys and
 * certificates and pours every value down into one struct proxy_setup. An
 * assembly owns its configuration, its keys and its certificates.
 */

#include <libconsent/status.h>

#include "proxy/setup.h"

struct config;
struct findings;

/*
 * Assembles a setup and takes config over, also on failure. Keys are made
 * where there are none yet; what the files of TLS are not or soon will not be
 * good for goes into findings. CONSENT_EINVAL, CONSENT_EIO, CONSENT_EDENIED
 * and others of seal_ring_open: the reason is logged; CONSENT_ENOMEM.
 */
int assembly_take(struct config *config, struct findings *findings,
    struct proxy_setup **out) CONSENT_CHECKED;

/*
 * The same of a config that is borrowed until assembly_free, for tools that
 * only look: without keys, certificates or anything else that is opened.
 * CONSENT_ENOMEM, CONSENT_EINVAL, CONSENT_ELIMIT.
 */
int assembly_sketch(
    const struct config *config, struct proxy_setup **out) CONSENT_CHECKED;

/* Frees a setup that was made here, with all behind it; NULL is none. */
void assembly_free(struct proxy_setup *setup);

#endif
