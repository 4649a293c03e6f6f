#include "consent/page_style.h"

#include "consent/page_count.h"
#include "html/css.h"

/* What a fetch of it is a network error. */
#define NOWHERE SPAN("about:invalid")

/* One style sheet on its way through. */
struct sheet {
	struct scope *scope;
	struct span text;
	size_t done; /* bytes of text that out has */
	struct buf *out;
};

static bool
is_withheld(struct scope *s, struct span value)
{
	struct page *page = s->page;

	/* a fragment alone is always of this very document */
	if (value.n == 0 || value.p[0] == '#')
		return false;
	return !page_settle(
	    page, gate_url(page->gate, value, s->url, &page->parsing));
}

/* Writes the text up to a URL, and what stands for it. */
static int
replace(struct sheet *sheet, struct span raw)
{
	size_t at = (size_t)(raw.p - sheet->text.p);
	int rc = buf_append(
	    sheet->out, span_sub(sheet->text, sheet->done, at - sheet->done));

	sheet->done = at + raw.n;
	return rc == CONSENT_OK ? buf_append(sheet->out, NOWHERE) : rc;
}

int
page_style(struct scope *s, struct span text, struct buf *out)
{
	struct sheet sheet = {.scope = s, .text = text, .out = out};
	struct css_walk walk;
	struct css_url url;
	int rc = CONSENT_OK;

	css_begin(&walk, text);
	while (rc == CONSENT_OK) {
		buf_clear(&s->page->words);
		rc = css_next(&walk, &s->page->words, &url);
		if (rc == CONSENT_OK && is_withheld(s, url.value))
			rc = replace(&sheet, url.raw);
	}
	if (rc != CONSENT_ENOENT)
		return rc;
	return sheet.done == 0
		   ? CONSENT_OK
		   : buf_append(out, span_sub(text, sheet.done, text.n));
}

enum rewriter_verdict
page_style_element(struct scope *s, struct span text, struct buf *replacement)
{
	if (!css_may_fetch(text))
		return REWRITER_KEEP;
	if (page_style(s, text, replacement) != CONSENT_OK)
		return REWRITER_FAIL;
	return replacement->n > 0 ? REWRITER_EDIT : REWRITER_KEEP;
}

bool
page_style_is_css(struct span type)
{
	return type.n == 0 || span_equal_nocase(type, SPAN("text/css"));
}
