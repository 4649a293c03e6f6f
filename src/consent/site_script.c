#include "consent/site_script.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/embedded.h"
#include "consent/markup.h"
#include "consent/script_hash.h"

enum {
	TEXT_MAX = 4096, /* bytes of the script */
	URL_MAX = 512,
	VERSION_DIGITS = 16 /* of its hash, in its URL */
};

struct site_script {
	struct buf text;
	char url[URL_MAX]; /* a path that changes when the text does */
	char hash[SCRIPT_HASH];
};

/* The script: a function, and its call. */
static int
write_text(struct buf *out)
{
	const struct embedded_file *file = embedded_find(
	    embedded_scripts, embedded_scripts_count, SPAN("consent.min.js"));
	int rc = file == NULL ? CONSENT_ENOENT
			      : buf_append(out, span_trim(embedded_span(file)));

	return rc == CONSENT_OK ? buf_append(out, SPAN("()\n")) : rc;
}

static int
name_url(struct site_script *s, const char *prefix)
{
	char hash[DIGEST_HEX];
	int n, rc = digest_sha256_hex(buf_span(&s->text), hash);

	if (rc != CONSENT_OK)
		return rc;
	n = snprintf(s->url, sizeof s->url, "%s/consent.js?v=%.*s", prefix,
	    VERSION_DIGITS, hash);
	return n > 0 && (size_t)n < sizeof s->url ? CONSENT_OK : CONSENT_ELIMIT;
}

int
site_script_new(const char *prefix, struct site_script **out)
{
	struct site_script *s = calloc(1, sizeof *s);
	int rc;

	if (s == NULL)
		return CONSENT_ENOMEM;
	buf_init(&s->text, TEXT_MAX);
	rc = write_text(&s->text);
	if (rc == CONSENT_OK)
		rc = script_hash(buf_span(&s->text), s->hash);
	if (rc == CONSENT_OK)
		rc = name_url(s, prefix);
	if (rc != CONSENT_OK) {
		site_script_free(s);
		return rc;
	}
	*out = s;
	return CONSENT_OK;
}

int
site_script_write(
    const struct site_script *script, struct span state, struct buf *out)
{
	struct markup m = {out, CONSENT_OK};

	if (script == NULL)
		return CONSENT_OK;
	/* a path: it stands before any base element could count */
	markup_raw(&m, "<script defer=\"\"");
	markup_attribute(&m, "src", script->url);
	markup_attribute(&m, "integrity", script->hash);
	markup_raw(&m, " data-state=\"");
	markup_span(&m, state);
	markup_raw(&m, "\"></script>");
	return m.rc;
}

struct span
site_script_text(const struct site_script *script)
{
	return buf_span(&script->text);
}

const char *
site_script_hash(const struct site_script *script)
{
	return script->hash;
}

void
site_script_free(struct site_script *script)
{
	if (script == NULL)
		return;
	buf_fini(&script->text);
	free(script);
}
