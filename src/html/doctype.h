#ifndef CONSENT_HTML_DOCTYPE_H
#define CONSENT_HTML_DOCTYPE_H

/*
 * What a DOCTYPE says (HTML 13.2.5.53-68), read from its raw bytes after the
 * tokenizer found its end. Spans point into them; nothing is decoded.
 */

#include <stdbool.h>

#include <libconsent/span.h>

/* A part that is missing has a NULL pointer; an empty one has not. */
struct doctype {
	struct span name; /* as spelled */
	struct span public_id;
	struct span system_id;
	bool force_quirks;
};

/* Reads raw: "<!DOCTYPE" and all to the '>' or to the end of the input. */
struct doctype doctype_read(struct span raw);

#endif
