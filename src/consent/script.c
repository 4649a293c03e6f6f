#include "consent/script.h"

#include "base/digest.h"
#include "base/embedded.h"

#include <stdio.h>

int
script_write(struct span name, struct buf *out)
{
	const struct embedded_file *file =
	    embedded_find(embedded_scripts, embedded_scripts_count, name);

	return file == NULL ? CONSENT_ENOENT
			    : buf_append(out, span_trim(embedded_span(file)));
}

int
script_hash(struct span text, char hash[CSP_HASH])
{
	unsigned char digest[DIGEST_BYTES];
	struct span raw = {(const char *)digest, sizeof digest};
	struct buf coded;
	int rc = digest_sha256(text, digest);

	buf_init(&coded, CSP_HASH);
	if (rc == CONSENT_OK)
		rc = digest_base64(raw, &coded);
	if (rc == CONSENT_OK)
		(void)snprintf(
		    hash, CSP_HASH, "sha256-%.*s", SPAN_ARG(buf_span(&coded)));
	buf_fini(&coded);
	return rc;
}
