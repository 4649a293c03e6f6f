#include "consent/site_script.h"

#include <stdlib.h>

#include "consent/asset.h"
#include "consent/markup.h"
#include "consent/script.h"

enum {
	TEXT_MAX = 4096 /* bytes of the script */
};

struct site_script {
	struct buf text;
	char url[ASSET_URL];
	char hash[SCRIPT_HASH];
};

/* The script: a function, and its call. */
static int
write_text(struct buf *out)
{
	int rc = script_write(SPAN("consent.min.js"), out);

	return rc == CONSENT_OK ? buf_append(out, SPAN("()\n")) : rc;
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
		rc =
		    asset_url(s->url, prefix, "consent.js", buf_span(&s->text));
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
