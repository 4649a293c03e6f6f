#include "cmd/ctl_load.h"

#include "conf/certificates.h"
#include "conf/config.h"
#include "policy/lint_categories.h"

#include <libconsent/loader.h>
#include <libconsent/policy.h>
#include <libconsent/settings.h>
#include <libconsent/url.h>

#include <stdio.h>
#include <string.h>

enum {
	PATH_BYTES = 4096
};

/* A policy in a file of its own has categories where others have a policy. */
static bool
is_alone(const struct setting *root)
{
	return setting_member(root, "policy") == NULL &&
	       setting_member(root, "categories") != NULL;
}

static int
load_alone(const char *path, const struct setting *root,
    struct findings *findings, struct policy **out)
{
	const char *slash = strrchr(path, '/');
	const char *const none[] = {NULL};
	char vendors[PATH_BYTES];
	int n = slash == NULL ? 0 : (int)(slash - path) + 1;
	int rc;

	n = snprintf(vendors, sizeof vendors, "%.*svendors", n, path);
	if (n < 0 || (size_t)n >= sizeof vendors)
		return CONSENT_ELIMIT;
	rc =
	    policy_load(root, &(struct loader_options){vendors}, findings, out);
	if (rc == CONSENT_OK)
		lint_categories(*out, none, findings);
	return rc;
}

int
ctl_load(const char *path, struct findings *findings, struct ctl_loaded *out)
{
	struct settings *settings = NULL;
	bool alone;
	int rc;

	*out = (struct ctl_loaded){.config = NULL};
	rc = settings_load(path, findings, &settings);
	if (rc != CONSENT_OK)
		return rc;
	alone = is_alone(settings_root(settings));
	if (alone)
		rc = load_alone(
		    path, settings_root(settings), findings, &out->alone);
	settings_free(settings);
	if (!alone)
		rc = config_load(path, findings, &out->config);
	if (rc != CONSENT_OK)
		return rc;
	out->policy = alone ? out->alone : out->config->policy;
	if (alone)
		return CONSENT_OK;
	out->sites = out->config->sites.items;
	out->n_sites = out->config->sites.n;
	return CONSENT_OK;
}

int
ctl_load_certificates(
    const struct ctl_loaded *loaded, struct findings *findings)
{
	struct certificates certificates;
	int rc;

	if (loaded->config == NULL)
		return CONSENT_OK;
	rc = certificates_load(loaded->config, findings, &certificates);
	certificates_free(&certificates);
	return rc;
}

void
ctl_unload(struct ctl_loaded *loaded)
{
	config_free(loaded->config);
	policy_free(loaded->alone);
	*loaded = (struct ctl_loaded){.config = NULL};
}

bool
ctl_is_site(const struct ctl_loaded *loaded, const struct url *url)
{
	struct buf scratch;
	struct url site;
	bool found = false;
	size_t i;

	if (loaded->config == NULL)
		return false;
	buf_init(&scratch, URL_SCRATCH);
	for (i = 0; !found && i < loaded->config->sites.n; i++)
		found = url_parse(span_of(loaded->config->sites.items[i]), NULL,
			    &scratch, &site) == CONSENT_OK &&
			url_origin_equal(&site, url);
	buf_fini(&scratch);
	return found;
}
