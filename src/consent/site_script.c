#include "consent/site_script.h"

#include <stdlib.h>

#include "consent/markup.h"
#include "consent/script.h"

enum {
	TEXT_MAX = 4096 /* bytes of the script, or of the tag but its state */
};

struct site_script {
	struct buf text;
	struct buf tag; /* up to the state */
	char hash[CSP_HASH];
};

/* The script: a function, and its call. */
static int
write_text(struct buf *out)
{
	int rc = script_write(SPAN("consent.min.js"), out);

	return rc == CONSENT_OK ? buf_append(out, SPAN("()")) : rc;
}

static int
write_tag(const char *prefix, struct buf *out)
{
	struct markup m = {out, CONSENT_OK};

	markup_raw(&m, "<script data-base=\"");
	markup_text(&m, prefix);
	markup_raw(&m, "/\" data-state=\"");
	return m.rc;
}

int
site_script_new(const char *prefix, struct site_script **out)
{
	struct site_script *s = calloc(1, sizeof *s);
	int rc;

	if (s == NULL)
		return CONSENT_ENOMEM;
	buf_init(&s->text, TEXT_MAX);
	buf_init(&s->tag, TEXT_MAX);
	rc = write_text(&s->text);
	if (rc == CONSENT_OK)
		rc = write_tag(prefix, &s->tag);
	if (rc == CONSENT_OK)
		rc = script_hash(buf_span(&s->text), s->hash);
	if (rc != CONSENT_OK) {
		site_script_free(s);
		return rc;
	}
	*out = s;
	return CONSENT_OK;
}

int
site_script_write(const struct site_script *script, enum guard_form form,
    struct span state, struct buf *out)
{
	bool is_xml = form == GUARD_XML;
	struct markup m = {out, CONSENT_OK};

	if (script == NULL)
		return CONSENT_OK;
	m.rc = buf_append(out, buf_span(&script->tag));
	markup_span(&m, state);
	markup_raw(&m, is_xml ? "\"><![CDATA[" : "\">");
	if (m.rc == CONSENT_OK)
		m.rc = buf_append(out, buf_span(&script->text));
	markup_raw(&m, is_xml ? "]]></script>" : "</script>");
	return m.rc;
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
	buf_fini(&script->tag);
	free(script);
}
