#ifndef CONSENT_CONSENT_SCRIPT_HASH_H
#define CONSENT_CONSENT_SCRIPT_HASH_H

/*
 * How a Content-Security-Policy names an inline script: by its hash (CSP3
 * 2.3.1).
 */

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	SCRIPT_HASH = 52 /* "sha256-", base64 of 32 bytes and NUL */
};

/*
 * The hash-source of a script's text without the quotes, such as
 * "sha256-...=". CONSENT_EIO: no SHA-256; CONSENT_ENOMEM.
 */
int script_hash(struct span text, char hash[SCRIPT_HASH]) CONSENT_CHECKED;

#endif
