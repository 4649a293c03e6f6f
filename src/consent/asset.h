#ifndef CONSENT_CONSENT_ASSET_H
#define CONSENT_CONSENT_ASSET_H

/*
 * Files of ours that pages load, and how they are named so that browsers may
 * keep them for ever. No state.
 */

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	ASSET_URL = 512 /* longest path of one, with its NUL */
};

/*
 * Writes "PREFIX/NAME?v=...", which changes when the text does. CONSENT_ELIMIT:
 * the prefix is too long; CONSENT_EIO: no SHA-256.
 */
int asset_url(char out[ASSET_URL], const char *prefix, const char *name,
    struct span text) CONSENT_CHECKED;

#endif
