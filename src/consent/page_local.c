#include "consent/page_local.h"

#include "consent/data_url.h"
#include "consent/page_code.h"
#include "consent/page_count.h"
#include "consent/page_inside.h"
#include "consent/page_style.h"

/* What such a URL brings. */
struct local_text {
	struct span text;
	enum mime_form form;
};

/* Whether what is left of a text is something else. */
static int
find_losses(const struct page_local *where, const struct local_text *local,
    bool *has_losses)
{
	struct buf out;
	int rc;

	buf_init(&out, PAGE_SCRATCH);
	if (where->use == PAGE_USE_STYLE) {
		rc = page_style(where->scope, local->text, &out);
		*has_losses = out.n > 0;
	} else {
		rc = page_document(
		    &(struct page_document){where->scope, where->tag,
			local->text, local->form == MIME_XML},
		    &out, has_losses);
	}
	buf_fini(&out);
	return rc;
}

/* Markup and styles are counted by what they hold. */
static bool
judge_inside(const struct page_local *where, const struct local_text *local)
{
	bool has_losses = false;
	int rc = find_losses(where, local, &has_losses);

	if (rc != CONSENT_OK)
		page_doubt(where->scope->page);
	return rc == CONSENT_OK && !has_losses;
}

static bool
judge_document(const struct page_local *where, const struct local_text *local)
{
	switch (local->form) {
	case MIME_HTML:
	case MIME_XML:
		return judge_inside(where, local);
	case MIME_PARTS:
	case MIME_PACKED:
	case MIME_DOUBTFUL:
		page_doubt(where->scope->page);
		return false;
	case MIME_OTHER:
	case MIME_UNKNOWN: /* in a data: URL it is plain text */
		break;
	}
	return true;
}

static bool
judge_text(const struct page_local *where, const struct local_text *local,
    struct gate_verdict *verdict)
{
	switch (where->use) {
	case PAGE_USE_SCRIPT:
		return page_code(where->scope->page, local->text, verdict);
	case PAGE_USE_DOCUMENT:
		return judge_document(where, local);
	case PAGE_USE_STYLE:
		return judge_inside(where, local);
	case PAGE_USE_OTHER:
		break;
	}
	return true;
}

bool
page_local(const struct page_local *where, const struct url *url,
    struct gate_verdict *verdict)
{
	bool is_code = span_equal(url->scheme, SPAN("javascript"));
	struct local_text local = {.form = MIME_OTHER};
	struct buf text;
	bool stays = true;
	int rc;

	*verdict = (struct gate_verdict){
	    .answer = GATE_WITHHOLD, .category = GATE_UNNAMED};
	if (!is_code && (where->use == PAGE_USE_OTHER ||
			    !span_equal(url->scheme, SPAN("data"))))
		return true;
	buf_init(&text, DATA_URL_MAX);
	rc = is_code ? data_url_unescape(url->path, &text)
		     : data_url_text(url->path, &local.form, &text);
	local.text = buf_span(&text);
	if (rc == CONSENT_OK && is_code)
		stays = page_code(where->scope->page, local.text, verdict);
	else if (rc == CONSENT_OK)
		stays = judge_text(where, &local, verdict);
	else if (rc != CONSENT_EINVAL)
		page_doubt(where->scope->page);
	buf_fini(&text);
	return stays && (rc == CONSENT_OK || rc == CONSENT_EINVAL);
}
