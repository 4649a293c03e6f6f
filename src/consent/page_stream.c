#include <libconsent/page.h>

#include <stdlib.h>

#include "consent/page_content.h"
#include "consent/page_state.h"
#include "consent/page_tag.h"
#include "consent/page_words.h"
#include "html/xml.h"

static const struct rewriter_handler inner_handler = {
    .start_tag = page_start_tag,
    .element = page_element,
    .too_long = page_too_long,
    .wishes = page_tag_wishes};

static int
on_body(void *ctx, struct span *insert)
{
	struct scope *s = ctx;
	struct page *page = s->page;
	bool is_told = span_equal(page->shown.body, page->shown.body_abroad);

	page->has_body = true;
	page->needs_origin = !is_told && !page->is_abroad;
	page->words_in = NULL; /* what goes in later is of the same language */
	return page_words_fit_in(page,
	    page->is_abroad ? page->shown.body_abroad : page->shown.body,
	    insert);
}

static int
on_head(void *ctx, struct span *insert)
{
	const struct scope *s = ctx;

	*insert = s->page->head;
	return CONSENT_OK;
}

/*
 * Behind all else, for a script of ours that finds it there. What another of
 * us has withheld nobody here knows: that one said so or did not.
 */
static int
on_end(void *ctx, struct span *insert)
{
	const struct scope *s = ctx;
	const struct page *page = s->page;

	if (page->has_body && !page->was_screened && page->counts.withheld == 0)
		*insert = page->whole;
	return CONSENT_OK;
}

/* Fills what the options say, and all that grows later. */
static void
page_init(struct page *p, const struct page_options *options)
{
	size_t inline_max = options->gate->facts->inline_limit;

	p->gate = options->gate;
	p->url = options->url;
	p->head = options->head;
	p->whole = options->whole;
	page_words_init(p, options);
	p->on_judged = options->on_judged;
	p->judged_ctx = options->judged_ctx;
	p->inner = &inner_handler;
	p->grants_all = gate_grants_all(options->gate);
	buf_init(&p->parsing, URL_SCRATCH);
	buf_init(&p->words, PAGE_SCRATCH + inline_max);
	buf_init(&p->made, PAGE_SCRATCH + inline_max);
	scope_init(&p->document, p, options->url);
}

/* The rewriter that reads such a page. CONSENT_ENOMEM. */
static int
open_rewriter(struct page *p, const struct page_options *options,
    const struct rewriter_handler *handler, struct sink out)
{
	struct rewriter_options limits = {.tag_max = options->tag_max,
	    .text_max = options->text_max,
	    .start = REWRITER_PAGE};

	if (limits.text_max == 0)
		limits.text_max = p->gate->facts->inline_limit;
	if (options->kind == PAGE_XML)
		p->xml = xml_new(&limits, handler, &p->document, out);
	else
		p->rewriter = rewriter_new(&limits, handler, &p->document, out);
	return p->xml == NULL && p->rewriter == NULL ? CONSENT_ENOMEM
						     : CONSENT_OK;
}

int
page_new(
    const struct page_options *options, struct sink out, struct page **page)
{
	struct rewriter_handler handler = inner_handler;
	struct page *p = calloc(1, sizeof *p);

	if (p == NULL)
		return CONSENT_ENOMEM;
	page_init(p, options);
	if (p->grants_all)
		handler.wishes = page_tag_granted;
	if (p->shown.body.n > 0)
		handler.body = on_body;
	if (p->head.n > 0 && page_words_fit(p, p->head))
		handler.head = on_head;
	if (p->whole.n > 0)
		handler.end = on_end;
	if (open_rewriter(p, options, &handler, out) != CONSENT_OK) {
		page_free(p);
		return CONSENT_ENOMEM;
	}
	*page = p;
	return CONSENT_OK;
}

int
page_write(void *page, struct span bytes, enum sink_mark mark)
{
	struct page *p = page;

	return p->xml != NULL ? xml_write(p->xml, bytes, mark)
			      : rewriter_write(p->rewriter, bytes, mark);
}

const struct page_counts *
page_counted(const struct page *page)
{
	return &page->counts;
}

struct span
page_at(const struct page *page)
{
	return page->at;
}

bool
page_has_body(const struct page *page)
{
	return page->has_body;
}

void
page_free(struct page *page)
{
	if (page == NULL)
		return;
	rewriter_free(page->rewriter);
	xml_free(page->xml);
	scope_fini(&page->document);
	buf_fini(&page->parsing);
	buf_fini(&page->words);
	buf_fini(&page->made);
	free(page);
}
