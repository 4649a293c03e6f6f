#include <libconsent/stubs.h>

#include "consent/markup.h"
#include "consent/script.h"
#include "consent/stubs_tag.h"
#include "policy/slot.h"

enum {
	STUBS_TEXT = 4096 /* bytes of the script */
};

/* The script: a function, and its call. */
static int
write_text(struct buf *out)
{
	int rc = script_write(SPAN("stubs.min.js"), out);

	return rc == CONSENT_OK ? buf_append(out, SPAN("()")) : rc;
}

static void
write_tag(struct markup *m, const struct policy_vendor *vendor,
    enum stubs_form form, struct span nonce)
{
	size_t i;

	markup_raw(m, "<script");
	if (form == STUBS_XML)
		markup_raw(m, " xmlns=\"http://www.w3.org/1999/xhtml\"");
	if (nonce.n > 0) {
		markup_raw(m, " nonce=\"");
		markup_span(m, nonce);
		markup_raw(m, "\"");
	}
	markup_raw(m, " data-consent-stubs=\"");
	for (i = 0; i < vendor->n_stubs; i++) {
		markup_raw(m, i > 0 ? " " : "");
		markup_text(m, vendor->stubs[i]);
	}
	markup_raw(m, "\">");
}

int
stubs_write(const struct policy_vendor *vendor, enum stubs_form form,
    struct span nonce, struct buf *out)
{
	struct markup m = {out, CONSENT_OK};

	if (vendor->n_stubs == 0)
		return CONSENT_OK;
	write_tag(&m, vendor, form, nonce);
	/* where references and tags would count in a script's text */
	if (form != STUBS_HTML)
		markup_raw(&m, "<![CDATA[");
	if (m.rc == CONSENT_OK)
		m.rc = write_text(out);
	if (form != STUBS_HTML)
		markup_raw(&m, "]]>");
	markup_raw(&m, "</script>");
	return m.rc;
}

bool
stubs_may_stand(const struct gate *gate)
{
	const struct policy_facts *facts = gate->facts;
	slot_set passing = slots_passing(facts, gate->granted, gate->reported);
	size_t i;

	for (i = 0; i < facts->n_vendors; i++) {
		const struct policy_vendor *v = &facts->vendors[i];

		if (v->n_stubs > 0 &&
		    (passing >> slot_of(facts, v->category, v->mode) & 1) == 0)
			return true;
	}
	return false;
}

int
stubs_hash(char hash[CSP_HASH])
{
	struct buf text;
	int rc;

	buf_init(&text, STUBS_TEXT);
	rc = write_text(&text);
	if (rc == CONSENT_OK)
		rc = script_hash(buf_span(&text), hash);
	buf_fini(&text);
	return rc;
}
