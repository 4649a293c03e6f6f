#include "consent/page_stubs.h"

#include "consent/stubs_tag.h"

/* Whether a script that stands for the lost one runs as the page is read. */
static bool
runs(const struct page_loss_of *loss)
{
	return !loss->scope->is_unscripted &&
	       span_equal(rewriter_tag_name(loss->tag), SPAN("script")) &&
	       rewriter_tag_space(loss->tag) != REWRITER_MATHML &&
	       (rewriter_tag_around(loss->tag) & REWRITER_APART) == 0;
}

static enum stubs_form
form_of(const struct page_loss_of *loss)
{
	const struct page *page = loss->scope->page;

	if (page->xml != NULL && loss->scope == &page->document)
		return STUBS_XML;
	return rewriter_tag_space(loss->tag) == REWRITER_SVG ? STUBS_SVG
							     : STUBS_HTML;
}

/* Whether the document has this vendor's already; from now on it does. */
static bool
note(struct scope *s, int vendor)
{
	unsigned char *byte = &s->stubs[vendor / 8];
	unsigned char bit = (unsigned char)(1u << vendor % 8);
	bool had = (*byte & bit) != 0;

	*byte |= bit;
	return had;
}

int
page_stubs(const struct page_loss_of *loss, struct buf *out)
{
	struct page *page = loss->scope->page;
	const struct policy_rule *rule = loss->verdict.rule;
	struct span nonce = SPAN("");
	int rc;

	if (rule == NULL || rule->vendor < 0 || !runs(loss) ||
	    note(loss->scope, rule->vendor))
		return CONSENT_OK;
	buf_clear(&page->made);
	/* what the site's policy asks of each script */
	rc = rewriter_tag_attribute(
	    loss->tag, SPAN("nonce"), &page->made, &nonce);
	if (rc != CONSENT_OK && rc != CONSENT_ENOENT)
		return rc;
	return stubs_write(&page->gate->facts->vendors[rule->vendor],
	    form_of(loss), nonce, out);
}
