#include "consent/page_inside.h"

#include "consent/page_count.h"

/* Rewrites a text that stands inside the page, as a document or a part. */
static int
rewrite_inside(struct scope *s, const struct rewriter_job *job,
    struct span text, struct buf *out)
{
	struct rewriter_job inner_job = *job;
	struct scope inner;
	int rc;

	scope_init(&inner, s->page, s->url);
	inner.has_base = s->has_base && job->options.start == REWRITER_FRAGMENT;
	inner.is_framed =
	    s->is_framed || job->options.start != REWRITER_FRAGMENT;
	inner.is_unscripted =
	    s->is_unscripted || job->options.start == REWRITER_FRAGMENT;
	inner_job.ctx = &inner;
	rc = rewriter_run(&inner_job, text, out);
	scope_fini(&inner);
	return rc;
}

int
page_document(const struct page_document *d, struct buf *out, bool *changed)
{
	struct rewriter_job job = {
	    .options = rewriter_tag_nested(d->tag, REWRITER_PAGE),
	    .handler = d->scope->page->inner};
	int rc = rewrite_inside(d->scope, &job, d->text, out);

	if (rc == CONSENT_OK)
		*changed = !span_equal(buf_span(out), d->text);
	return rc;
}

int
page_srcdoc(struct scope *s, const struct rewriter_tag *tag, struct buf *out,
    bool *changed)
{
	struct page_document document = {.scope = s, .tag = tag};
	struct buf text;
	int rc;

	/* not the page's scratch: the tags inside use that */
	buf_init(&text, PAGE_SCRATCH);
	rc = rewriter_tag_attribute(tag, SPAN("srcdoc"), &text, &document.text);
	if (rc == CONSENT_OK)
		rc = page_document(&document, out, changed);
	buf_fini(&text);
	return rc;
}

/*
 * What stands in a noscript is markup to visitors without scripting. Text that
 * does not end level (a frame that is never closed) would swallow what follows
 * for them and cannot be judged: the element goes, the page stays.
 */
enum rewriter_verdict
page_noscript(struct scope *s, const struct rewriter_tag *tag, struct span text,
    struct buf *replacement)
{
	struct rewriter_job job = {
	    .options = rewriter_tag_nested(tag, REWRITER_FRAGMENT),
	    .handler = s->page->inner};
	int rc = rewrite_inside(s, &job, text, replacement);

	if (rc == CONSENT_ELIMIT && s->page->grants_all)
		return REWRITER_KEEP;
	if (rc == CONSENT_ELIMIT) {
		page_doubt(s->page);
		return REWRITER_DROP_ELEMENT;
	}
	if (rc != CONSENT_OK)
		return REWRITER_FAIL;
	return span_equal(buf_span(replacement), text) ? REWRITER_KEEP
						       : REWRITER_EDIT;
}
