#include "consent/page_local.h"

#include "consent/data_url.h"
#include "consent/page_code.h"
#include "consent/page_count.h"
#include "consent/page_inside.h"
#include "consent/page_style.h"

/* The type and subtype of a data: URL; rest is what follows "data:". */
static struct span
type_of(struct span rest)
{
	struct span type = span_sub(rest, 0, span_find(rest, ','));

	return span_trim(span_sub(type, 0, span_find(type, ';')));
}

/* Whether a frame shows a text of this type as a document with markup. */
static bool
is_markup(struct span type)
{
	struct span xml = SPAN("xml");

	if (type.n > xml.n &&
	    span_equal_nocase(span_sub(type, type.n - xml.n, xml.n), xml))
		return true;
	return span_equal_nocase(type, SPAN("text/html"));
}

/* Whether what is left of a text is something else. */
static int
find_losses(const struct page_local *where, struct span text, bool *has_losses)
{
	struct buf out;
	int rc;

	buf_init(&out, PAGE_SCRATCH);
	if (where->use == PAGE_USE_STYLE) {
		rc = page_style(where->scope, text, &out);
		*has_losses = out.n > 0;
	} else {
		rc = page_document(
		    &(struct page_document){where->scope, where->tag, text},
		    &out, has_losses);
	}
	buf_fini(&out);
	return rc;
}

/* Markup and styles are counted by what they hold. */
static bool
judge_inside(const struct page_local *where, struct span text)
{
	bool has_losses = false;
	int rc = find_losses(where, text, &has_losses);

	if (rc != CONSENT_OK)
		page_doubt(where->scope->page);
	return rc == CONSENT_OK && !has_losses;
}

static bool
judge_text(const struct page_local *where, struct span type, struct span text,
    struct gate_verdict *verdict)
{
	switch (where->use) {
	case PAGE_USE_SCRIPT:
		return page_code(where->scope->page, text, verdict);
	case PAGE_USE_DOCUMENT:
		return !is_markup(type) || judge_inside(where, text);
	case PAGE_USE_STYLE:
		return judge_inside(where, text);
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
		     : data_url_body(url->path, &text);
	if (rc == CONSENT_OK && is_code)
		stays = page_code(where->scope->page, buf_span(&text), verdict);
	else if (rc == CONSENT_OK)
		stays = judge_text(
		    where, type_of(url->path), buf_span(&text), verdict);
	else if (rc != CONSENT_EINVAL)
		page_doubt(where->scope->page);
	buf_fini(&text);
	return stays && (rc == CONSENT_OK || rc == CONSENT_EINVAL);
}
