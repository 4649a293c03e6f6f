#include "consent/asset.h"

#include <stdio.h>

#include "base/digest.h"

enum {
	VERSION_DIGITS = 16 /* of the text's hash */
};

int
asset_url(
    char out[ASSET_URL], const char *prefix, const char *name, struct span text)
{
	char hash[DIGEST_HEX];
	int n, rc = digest_sha256_hex(text, hash);

	if (rc != CONSENT_OK)
		return rc;
	n = snprintf(
	    out, ASSET_URL, "%s/%s?v=%.*s", prefix, name, VERSION_DIGITS, hash);
	return n > 0 && n < ASSET_URL ? CONSENT_OK : CONSENT_ELIMIT;
}
