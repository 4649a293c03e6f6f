#include <libconsent/page.h>

#include <stdlib.h>

#include "consent/page_table.h"
#include "html/attribute.h"
#include "html/rewriter.h"

enum {
	SCRATCH_MAX = 4 << 20 /* decoded values of one tag */
};

/* One document: the page, or what stands inside a noscript or srcdoc. */
struct scope {
	struct page *page;
	const struct url *url; /* what relative URLs mean */
	struct url base;       /* of the base element, once there is one */
	struct buf text;       /* the base URL */
	struct buf parsing;    /* its parts, where they are not in text */
	bool has_base;
	bool is_framed; /* a document of its own inside the page */
};

struct page {
	const struct gate *gate;
	const struct url *url;
	struct span body, body_abroad, head;
	struct rewriter *rewriter;
	struct buf value;   /* of the attribute at hand, decoded */
	struct buf parsing; /* the URL at hand */
	struct page_counts counts;
	bool has_body;
	bool is_abroad;	   /* a base element was of another origin */
	bool needs_origin; /* what went into the body has paths for URLs */
	struct scope document;
};

/* What is to become of one tag; the heaviest loss wins. */
struct losses {
	struct attribute_change changes[PAGE_ATTRIBUTES];
	size_t n_changes;
	enum rewriter_verdict verdict;
};

static const struct rewriter_handler inner_handler;

static void
scope_init(struct scope *s, struct page *page, const struct url *url)
{
	*s = (struct scope){.page = page, .url = url};
	buf_init(&s->text, URL_SCRATCH);
	buf_init(&s->parsing, URL_SCRATCH);
}

static void
scope_fini(struct scope *s)
{
	buf_fini(&s->text);
	buf_fini(&s->parsing);
}

/* Counts a verdict; whether the thing stays. */
static bool
settle(struct page *page, struct gate_verdict v)
{
	struct page_counts *counts = &page->counts;
	size_t i;

	if (v.answer == GATE_PASS)
		return true;
	*(v.answer == GATE_WITHHOLD ? &counts->withheld : &counts->reported) +=
	    1;
	for (i = 0; i < counts->n; i++) {
		struct page_count *row = &counts->rows[i];

		if (row->rule == v.rule && row->category == v.category &&
		    row->answer == v.answer)
			break;
	}
	if (i == PAGE_COUNTS) {
		counts->others++;
	} else if (i < counts->n) {
		counts->rows[i].n++;
	} else {
		counts->rows[i] =
		    (struct page_count){v.rule, v.category, v.answer, 1};
		counts->n++;
	}
	return v.answer != GATE_WITHHOLD;
}

/* The decoded value of an attribute: CONSENT_ENOENT when there is none. */
static int
get_value(struct page *page, const struct rewriter_tag *tag, struct span name,
    struct span *value)
{
	buf_clear(&page->value);
	return rewriter_tag_attribute(tag, name, &page->value, value);
}

static bool
is_allowed(const struct scope *s, enum page_value kind, struct span value)
{
	struct page *page = s->page;
	struct span url;

	while (page_value_next(kind, &value, &url)) {
		if (!settle(page,
			gate_url(page->gate, url, s->url, &page->parsing)))
			return false;
	}
	return true;
}

static void
lose(struct losses *f, const struct page_attribute *attribute)
{
	switch (attribute->loss) {
	case PAGE_LOSS_ATTRIBUTE:
		f->changes[f->n_changes++] =
		    (struct attribute_change){.name = attribute->name};
		if (f->verdict == REWRITER_KEEP)
			f->verdict = REWRITER_EDIT;
		return;
	case PAGE_LOSS_TAG:
		f->verdict = REWRITER_DROP_TAG;
		return;
	case PAGE_LOSS_ELEMENT:
		f->verdict = REWRITER_DROP_ELEMENT;
		return;
	}
}

/* Judges what the table knows of an element. */
static void
judge_attributes(const struct scope *s, const struct rewriter_tag *tag,
    const struct page_element *element, struct losses *f)
{
	size_t i;

	for (i = 0; i < element->n; i++) {
		const struct page_attribute *a = &element->attributes[i];
		struct span value;
		int rc = get_value(s->page, tag, a->name, &value);

		if (rc == CONSENT_ENOENT)
			continue;
		if (rc != CONSENT_OK) {
			f->verdict = REWRITER_FAIL;
			return;
		}
		if (!is_allowed(s, a->value, value))
			lose(f, a);
		if (f->verdict == REWRITER_DROP_TAG ||
		    f->verdict == REWRITER_DROP_ELEMENT)
			return;
	}
}

static enum rewriter_verdict
on_table(struct scope *s, const struct rewriter_tag *tag,
    const struct page_element *element, struct buf *replacement)
{
	struct losses f = {.verdict = REWRITER_KEEP};

	judge_attributes(s, tag, element, &f);
	if (f.verdict == REWRITER_EDIT &&
	    attribute_edit(rewriter_tag_raw(tag), f.changes, f.n_changes,
		replacement) != CONSENT_OK)
		return REWRITER_FAIL;
	return f.verdict;
}

/* Makes a base element's href what relative URLs mean from here on. */
static int
set_base(struct scope *s, struct span href)
{
	struct url url;
	int rc = url_parse(href, s->url, &s->page->parsing, &url);

	if (rc != CONSENT_OK)
		return rc;
	if (url.kind != URL_NETWORK)
		return CONSENT_EINVAL;
	/* a text of its own: href is gone when this tag is */
	rc = url_write(&url, &s->text);
	if (rc == CONSENT_OK)
		rc = url_parse(buf_span(&s->text), NULL, &s->parsing, &s->base);
	if (rc == CONSENT_OK)
		s->url = &s->base;
	return rc;
}

/*
 * Whether a base would take paths to another origin. One in a noscript counts
 * for visitors without scripting, so that a later one never takes it back.
 */
static bool
is_abroad(const struct scope *s, struct span href)
{
	struct page *page = s->page;
	struct url url;

	return !s->is_framed &&
	       url_parse(href, page->url, &page->parsing, &url) == CONSENT_OK &&
	       url.kind == URL_NETWORK && !url_origin_equal(&url, page->url);
}

/* The first base element with a href counts (HTML 2.4.3). */
static enum rewriter_verdict
on_base(struct scope *s, const struct rewriter_tag *tag)
{
	struct page *page = s->page;
	struct span href;
	int rc;

	if (s->has_base)
		return REWRITER_KEEP;
	rc = get_value(page, tag, SPAN("href"), &href);
	if (rc == CONSENT_ENOENT)
		return REWRITER_KEEP;
	if (rc == CONSENT_OK && is_abroad(s, href)) {
		page->is_abroad = true;
		if (page->needs_origin)
			return REWRITER_DROP_TAG;
	}
	s->has_base = true;
	if (rc == CONSENT_OK)
		rc = set_base(s, href);
	return rc == CONSENT_OK || rc == CONSENT_EINVAL ? REWRITER_KEEP
							: REWRITER_FAIL;
}

static enum rewriter_verdict
on_link(struct scope *s, const struct rewriter_tag *tag,
    const struct page_element *element, struct buf *replacement)
{
	struct span rel;
	int rc = get_value(s->page, tag, SPAN("rel"), &rel);

	if (rc == CONSENT_ENOENT)
		return REWRITER_KEEP;
	if (rc != CONSENT_OK)
		return REWRITER_FAIL;
	if (!page_rel_fetches(rel))
		return REWRITER_KEEP;
	return on_table(s, tag, element, replacement);
}

/* A script is fetched by its URL, else what it says is looked at. */
static enum rewriter_verdict
on_script(struct scope *s, const struct rewriter_tag *tag,
    const struct page_element *element, struct buf *replacement)
{
	struct span value;
	size_t i;
	int rc;

	for (i = 0; i < element->n; i++) {
		rc = get_value(
		    s->page, tag, element->attributes[i].name, &value);
		if (rc == CONSENT_OK)
			return on_table(s, tag, element, replacement);
		if (rc != CONSENT_ENOENT)
			return REWRITER_FAIL;
	}
	rc = get_value(s->page, tag, SPAN("type"), &value);
	if (rc == CONSENT_OK && !page_type_is_code(value))
		return REWRITER_KEEP;
	return rc == CONSENT_OK || rc == CONSENT_ENOENT ? REWRITER_HOLD
							: REWRITER_FAIL;
}

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
	inner_job.ctx = &inner;
	rc = rewriter_run(&inner_job, text, out);
	scope_fini(&inner);
	return rc;
}

/* Judges the document in a srcdoc; the tag is rewritten where it changed. */
static enum rewriter_verdict
on_srcdoc(struct scope *s, const struct rewriter_tag *tag, struct span srcdoc,
    struct buf *replacement)
{
	struct rewriter_job job = {
	    .options = rewriter_tag_nested(tag, REWRITER_PAGE),
	    .handler = &inner_handler};
	struct attribute_change change = {.name = SPAN("srcdoc")};
	struct buf out;
	int rc;

	buf_init(&out, SCRATCH_MAX);
	rc = rewrite_inside(s, &job, srcdoc, &out);
	if (rc == CONSENT_OK && span_equal(buf_span(&out), srcdoc)) {
		buf_fini(&out);
		return REWRITER_KEEP;
	}
	if (rc == CONSENT_OK) {
		/* a NULL pointer would take the attribute away, and the
		   frame would load its src instead */
		change.value = out.n > 0 ? buf_span(&out) : SPAN("");
		rc = attribute_edit(
		    rewriter_tag_raw(tag), &change, 1, replacement);
	}
	buf_fini(&out);
	return rc == CONSENT_OK ? REWRITER_EDIT : REWRITER_FAIL;
}

static enum rewriter_verdict
on_iframe(struct scope *s, const struct rewriter_tag *tag,
    const struct page_element *element, struct buf *replacement)
{
	enum rewriter_verdict verdict = on_table(s, tag, element, replacement);
	struct span srcdoc;
	struct buf text;
	int rc;

	if (verdict != REWRITER_KEEP)
		return verdict;
	/* not the page's scratch: the tags inside use that */
	buf_init(&text, SCRATCH_MAX);
	rc = rewriter_tag_attribute(tag, SPAN("srcdoc"), &text, &srcdoc);
	if (rc == CONSENT_OK)
		verdict = on_srcdoc(s, tag, srcdoc, replacement);
	else if (rc != CONSENT_ENOENT)
		verdict = REWRITER_FAIL;
	buf_fini(&text);
	return verdict;
}

static bool
is_html(const struct rewriter_tag *tag, struct span name)
{
	return rewriter_tag_space(tag) == REWRITER_HTML &&
	       span_equal(rewriter_tag_name(tag), name);
}

static enum rewriter_verdict
on_start_tag(void *ctx, struct rewriter_tag *tag, struct buf *replacement)
{
	struct scope *s = ctx;
	struct span name = rewriter_tag_name(tag);
	const struct page_element *element =
	    page_element_find(name, rewriter_tag_space(tag));

	if (element == NULL) {
		if (is_html(tag, SPAN("base")))
			return on_base(s, tag);
		return is_html(tag, SPAN("noscript")) ? REWRITER_HOLD
						      : REWRITER_KEEP;
	}
	if (span_equal(name, SPAN("script")))
		return on_script(s, tag, element, replacement);
	if (span_equal(name, SPAN("link")))
		return on_link(s, tag, element, replacement);
	if (span_equal(name, SPAN("iframe")))
		return on_iframe(s, tag, element, replacement);
	return on_table(s, tag, element, replacement);
}

/*
 * What stands in a noscript is markup to visitors without scripting. Text that
 * does not end level (a frame that is never closed) would swallow what follows
 * for them and cannot be judged: the element goes, the page stays.
 */
static enum rewriter_verdict
on_noscript(struct scope *s, const struct rewriter_tag *tag, struct span text,
    struct buf *replacement)
{
	struct rewriter_job job = {
	    .options = rewriter_tag_nested(tag, REWRITER_FRAGMENT),
	    .handler = &inner_handler};
	static const struct gate_verdict doubt = {.answer = GATE_WITHHOLD};
	int rc = rewrite_inside(s, &job, text, replacement);

	if (rc == CONSENT_ELIMIT && gate_grants_all(s->page->gate))
		return REWRITER_KEEP;
	if (rc == CONSENT_ELIMIT) {
		(void)settle(s->page, doubt);
		return REWRITER_DROP_ELEMENT;
	}
	if (rc != CONSENT_OK)
		return REWRITER_FAIL;
	return span_equal(buf_span(replacement), text) ? REWRITER_KEEP
						       : REWRITER_EDIT;
}

static enum rewriter_verdict
on_element(void *ctx, struct rewriter_tag *tag, struct span text,
    struct buf *replacement)
{
	struct scope *s = ctx;

	if (is_html(tag, SPAN("noscript")))
		return on_noscript(s, tag, text, replacement);
	return settle(s->page, gate_inline(s->page->gate, text))
		   ? REWRITER_KEEP
		   : REWRITER_DROP_ELEMENT;
}

static int
on_body(void *ctx, struct buf *insert)
{
	struct scope *s = ctx;
	struct page *page = s->page;
	bool is_told = span_equal(page->body, page->body_abroad);

	page->has_body = true;
	page->needs_origin = !is_told && !page->is_abroad;
	return buf_append(
	    insert, page->is_abroad ? page->body_abroad : page->body);
}

static int
on_head(void *ctx, struct buf *insert)
{
	struct scope *s = ctx;

	return buf_append(insert, s->page->head);
}

static const struct rewriter_handler inner_handler = {
    .start_tag = on_start_tag, .element = on_element};

int
page_new(
    const struct page_options *options, struct sink out, struct page **page)
{
	struct rewriter_options limits = {.tag_max = options->tag_max,
	    .text_max = options->text_max,
	    .start = REWRITER_PAGE};
	struct rewriter_handler handler = inner_handler;
	struct page *p = calloc(1, sizeof *p);

	if (p == NULL)
		return CONSENT_ENOMEM;
	p->gate = options->gate;
	p->url = options->url;
	p->body = options->body;
	p->body_abroad =
	    options->body_abroad.n > 0 ? options->body_abroad : options->body;
	p->head = options->head;
	buf_init(&p->value, SCRATCH_MAX);
	buf_init(&p->parsing, URL_SCRATCH);
	scope_init(&p->document, p, options->url);
	if (options->body.n > 0)
		handler.body = on_body;
	if (options->head.n > 0)
		handler.head = on_head;
	p->rewriter = rewriter_new(&limits, &handler, &p->document, out);
	if (p->rewriter == NULL) {
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

	return rewriter_write(p->rewriter, bytes, mark);
}

const struct page_counts *
page_counted(const struct page *page)
{
	return &page->counts;
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
	scope_fini(&page->document);
	buf_fini(&page->value);
	buf_fini(&page->parsing);
	free(page);
}
