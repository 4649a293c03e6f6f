#include "consent/page_content.h"

#include "consent/page_code.h"
#include "consent/page_count.h"
#include "consent/page_inside.h"
#include "consent/page_map.h"
#include "consent/page_replace.h"
#include "consent/page_stubs.h"
#include "consent/page_style.h"
#include "consent/page_table.h"

/* A script that is withheld, inert where the policy wants that. */
static enum rewriter_verdict
lose_script(
    const struct page_loss_of *loss, struct span text, struct buf *replacement)
{
	bool neutralises = page_action(loss->scope->page, loss->verdict) ==
			       POLICY_NEUTRALISE &&
			   rewriter_tag_space(loss->tag) == REWRITER_HTML;
	int rc = neutralises ? page_neutral_script(loss, text, replacement)
			     : page_stubs(loss, replacement);

	if (rc != CONSENT_OK)
		return REWRITER_FAIL;
	return replacement->n > 0 ? REWRITER_REPLACE : REWRITER_DROP_ELEMENT;
}

static enum rewriter_verdict
take_script(struct scope *s, const struct rewriter_tag *tag, struct span text,
    struct buf *replacement)
{
	struct page_loss_of loss = {.scope = s, .tag = tag};
	struct span type = {NULL, 0};
	enum page_script kind;
	int rc;

	buf_clear(&s->value);
	rc = rewriter_tag_attribute(tag, SPAN("type"), &s->value, &type);
	if (rc != CONSENT_OK && rc != CONSENT_ENOENT)
		return REWRITER_FAIL;
	kind = page_script_kind(type);
	if (kind != PAGE_SCRIPT_CODE)
		return page_map(s, kind, text, replacement);
	if (!page_code(s->page, text, &loss.verdict))
		return lose_script(&loss, text, replacement);
	if (loss.verdict.rule == NULL && s->page->gate->on_script != NULL)
		s->page->gate->on_script(s->page->gate->ctx, text);
	return REWRITER_KEEP;
}

enum rewriter_verdict
page_element(void *ctx, struct rewriter_tag *tag, struct span text,
    struct buf *replacement)
{
	struct scope *s = ctx;
	struct span name = rewriter_tag_name(tag);

	if (span_equal(name, SPAN("noscript")))
		return page_noscript(s, tag, text, replacement);
	if (span_equal(name, SPAN("style")))
		return page_style_element(s, text, replacement);
	return take_script(s, tag, text, replacement);
}

enum rewriter_verdict
page_too_long(void *ctx, struct rewriter_tag *tag)
{
	struct scope *s = ctx;
	struct page *page = s->page;

	(void)tag;
	if (page->gate->facts->past_limit == POLICY_PAST_CUT)
		return REWRITER_FAIL;
	page->counts.unjudged++;
	return REWRITER_KEEP;
}
