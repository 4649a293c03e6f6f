#include "consent/page_inside.h"

#include "consent/page_count.h"
#include "html/xml.h"

/* A text that stands inside the page, as a document or a part. */
struct inside {
	struct rewriter_job job;
	struct span text;
	bool is_xml;
};

static int
run_xml(const struct rewriter_job *job, struct span text, struct buf *out)
{
	struct sink sink = sink_into(out);
	struct xml *x;
	int rc;

	if (job->options.nesting > REWRITER_NESTING_MAX)
		return CONSENT_ELIMIT;
	x = xml_new(&job->options, job->handler, job->ctx, sink);
	if (x == NULL)
		return CONSENT_ENOMEM;
	rc = xml_write(x, text, SINK_LAST);
	xml_free(x);
	return rc;
}

static int
rewrite_inside(struct scope *s, struct inside *inside, struct buf *out)
{
	bool is_part = inside->job.options.start == REWRITER_FRAGMENT;
	struct span at = s->page->at;
	struct scope inner;
	int rc;

	scope_init(&inner, s->page, s->url);
	inner.has_base = s->has_base && is_part;
	inner.is_framed = s->is_framed || !is_part;
	inner.is_unscripted = s->is_unscripted || is_part;
	inside->job.ctx = &inner;
	rc = inside->is_xml ? run_xml(&inside->job, inside->text, out)
			    : rewriter_run(&inside->job, inside->text, out);
	inside->job.ctx = NULL; /* it was of this document alone */
	scope_fini(&inner);
	s->page->at = at;
	return rc;
}

int
page_document(const struct page_document *d, struct buf *out, bool *changed)
{
	struct inside inside = {
	    .job = {.options = rewriter_tag_nested(d->tag, REWRITER_PAGE),
		.handler = d->scope->page->inner},
	    .text = d->text,
	    .is_xml = d->is_xml};
	int rc = rewrite_inside(d->scope, &inside, out);

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
	struct inside inside = {
	    .job = {.options = rewriter_tag_nested(tag, REWRITER_FRAGMENT),
		.handler = s->page->inner},
	    .text = text};
	int rc = rewrite_inside(s, &inside, replacement);

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
