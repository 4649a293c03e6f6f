#ifndef CONSENT_PROXY_INVENTORY_TEXT_H
#define CONSENT_PROXY_INVENTORY_TEXT_H

/*
 * What of a path and of an inline script may stand in the inventory: enough
 * to find it again, and nothing that could be a visitor's. Pure; any bytes.
 */

#include <stddef.h>

#include <libconsent/span.h>

enum {
	INVENTORY_NAME = 94,	/* bytes of a name that are kept */
	INVENTORY_PATH = 63,	/* and of an example path */
	LABEL_READ = 64 * 1024, /* of a script */
	LABEL_WORDS = 64	/* different ones that tell scripts apart */
};

/*
 * Writes the path of a page with "*" for each segment that could tell of a
 * visitor: with a digit, over 24 bytes, or of other bytes than letters, "-",
 * "_" and ".". Ends in "/..." where it is too long. Returns its length.
 */
size_t inventory_path(struct span path, char out[INVENTORY_PATH]);

/*
 * Writes a label: 8 hex digits, then the first names that the script calls or
 * assigns to, then domains of URLs in its strings, as far as they fit. Neither
 * strings nor numbers nor comments count for the digits, and of words only
 * which there are: a script that carries a visitor's data, more or less of
 * it, is one script. A name with a digit counts without it and is not shown.
 * Returns its length; 0 for a script without any word.
 */
size_t inventory_label(struct span script, char out[INVENTORY_NAME]);

#endif
