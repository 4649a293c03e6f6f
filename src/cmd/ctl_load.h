#ifndef CONSENT_CMD_CTL_LOAD_H
#define CONSENT_CMD_CTL_LOAD_H

/*
 * Loads what the commands about policies work on: the daemon's configuration,
 * or a policy.conf that stands alone.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/status.h>

struct config;
struct findings;
struct policy;
struct url;

/* The file that is read where none is named. */
#define CTL_FILE "/etc/consentd/consentd.conf"

struct ctl_loaded {
	struct config *config;	     /* NULL: a policy alone */
	const struct policy *policy; /* never NULL once loaded */
	struct policy *alone;	     /* owned, or NULL */
	const char *const *sites;    /* origins of the configuration's */
	size_t n_sites;
};

/*
 * Loads the file at path. A configuration is read as the daemon reads it, so
 * that both always agree; a policy alone has its vendors in the folder
 * `vendors` beside it. What is wrong goes into findings. Codes as for
 * config_load. *out can always be given to ctl_unload.
 */
int ctl_load(const char *path, struct findings *findings,
    struct ctl_loaded *out) CONSENT_CHECKED;

/*
 * Reads the files of TLS that a configuration names, as only who may read the
 * keys can. What is wrong, or soon will be, goes into findings. Codes as for
 * certificates_load.
 */
int ctl_load_certificates(
    const struct ctl_loaded *loaded, struct findings *findings) CONSENT_CHECKED;

/* Frees what was loaded. */
void ctl_unload(struct ctl_loaded *loaded);

/* Whether the URL is on an origin of the site, where that is known. */
bool ctl_is_site(const struct ctl_loaded *loaded, const struct url *url);

#endif
