#include "fuzz.h"

#include <stdlib.h>

#include "conf/check.h"
#include "conf/config.h"
#include "conf/options.h"

#include <libconsent/findings.h>
#include <libconsent/settings.h>

/*
 * A configuration from a stranger: parsed, read by the table and checked. What
 * passed all of it has what the proxy relies on.
 */

/*
 * libconfig 1.5 loses its buffer where a string has no end: not ours to free.
 * The name is LeakSanitizer's.
 */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

static void
require(bool holds)
{
	if (!holds)
		abort();
}

static void
check_whole(const struct config *config)
{
	require(config->n_listen >= 1 && config->n_listen <= CONFIG_LISTENERS);
	require(
	    config->sites.n >= 1 && config->token.n_sites == config->sites.n);
	require(config->upstream.address != NULL && config->prefix[0] == '/');
	require(config->workers >= 1 && config->workers <= CONFIG_WORKERS);
	require(config->log_name[0] != '\0');
	require(config->token.lifetime_days >= 1 &&
		config->token.lifetime_days <= TOKEN_DAYS_MAX);
}

static void
read_settings(const struct setting *root, struct findings *findings)
{
	struct config *config = calloc(1, sizeof *config);
	int rc, checked;

	require(config != NULL);
	rc = options_read(
	    config_options(), root, "/etc/consentd", findings, config);
	checked = config_check(config, root, "/etc/consentd", findings);
	require(
	    rc != CONSENT_OK || findings->errors == 0 || checked != CONSENT_OK);
	if (rc == CONSENT_OK && checked == CONSENT_OK)
		check_whole(config);
	config_free(config);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span text = {(const char *)data, n};
	struct settings *settings = NULL;
	struct findings findings;

	findings_init(&findings);
	if (settings_parse("fuzz.conf", text, &findings, &settings) ==
	    CONSENT_OK)
		read_settings(settings_root(settings), &findings);
	else
		require(findings.errors != 0);
	settings_free(settings);
	findings_fini(&findings);
	return 0;
}
