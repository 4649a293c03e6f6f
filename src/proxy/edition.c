#include "proxy/edition.h"

#include "base/build.h"
#include "base/digest.h"
#include "base/version.h"
#include "consent/consent_mode.h"

#include <libconsent/buf.h>
#include <libconsent/guard.h>
#include <libconsent/notice.h>

#include <string.h>

enum {
	EDITION_MAX = 1 << 20 /* bytes that are summed up, with room */
};

/* A part with its length before it: no two lists of parts read alike. */
static int
put_part(struct buf *all, const char *part)
{
	return buf_printf(all, "%zu:%s,", strlen(part), part);
}

static int
put_sites(struct buf *all, const struct proxy_setup *setup)
{
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; i < setup->token.n_sites && rc == CONSENT_OK; i++)
		rc = put_part(all, setup->sites[i]);
	return rc;
}

/* The hash of each notice is over its texts, markup and style. */
static int
put_notices(struct buf *all, const struct notice_set *notices)
{
	size_t i, n = notices == NULL ? 0 : notice_count(notices);
	int rc = CONSENT_OK;

	for (i = 0; i < n && rc == CONSENT_OK; i++)
		rc = put_part(all, notice_facts(notice_at(notices, i))->hash);
	return rc;
}

int
edition_write(const struct proxy_setup *setup, char out[SETUP_EDITION])
{
	char hash[DIGEST_HEX];
	struct buf all;
	int rc;

	buf_init(&all, EDITION_MAX);
	rc = put_part(&all, CONSENT_VERSION);
	if (rc == CONSENT_OK)
		rc = put_part(&all, build_source);
	if (rc == CONSENT_OK)
		rc = put_part(&all, policy_facts(setup->policy)->hash);
	if (rc == CONSENT_OK && setup->guard != NULL)
		rc = put_part(&all, guard_hash(setup->guard));
	if (rc == CONSENT_OK && setup->mode != NULL)
		rc = put_part(&all, consent_mode_hash(setup->mode));
	if (rc == CONSENT_OK)
		rc = put_part(&all, setup->prefix);
	if (rc == CONSENT_OK)
		rc = put_sites(&all, setup);
	if (rc == CONSENT_OK)
		rc = put_notices(&all, setup->notices);
	if (rc == CONSENT_OK)
		rc = digest_sha256_hex(buf_span(&all), hash);
	buf_fini(&all);
	if (rc != CONSENT_OK)
		return rc;
	memcpy(out, hash, SETUP_EDITION - 1);
	out[SETUP_EDITION - 1] = '\0';
	return CONSENT_OK;
}
