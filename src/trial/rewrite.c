#include "trial/rewrite.h"

#include "trial/visitor.h"

#include <libconsent/gate.h>
#include <libconsent/url.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Whether part lies within whole, and where. */
static bool
is_within(struct span whole, struct span part, size_t *at)
{
	uintptr_t from = (uintptr_t)whole.p, p = (uintptr_t)part.p;

	if (part.n == 0 || p < from || p - from > whole.n ||
	    part.n > whole.n - (p - from))
		return false;
	*at = p - from;
	return true;
}

/* Room for one more of size bytes in a list of n that doubles from 64. */
static void *
list_grow(void *list, size_t n, size_t size)
{
	if (n != 0 && (n < 64 || (n & (n - 1)) != 0))
		return list;
	return reallocarray(list, n == 0 ? 64 : 2 * n, size);
}

/* The edit that ends where the page is settled up to, or a new one there. */
static struct rewrite_edit *
edit_at(struct rewrite *r)
{
	struct rewrite_edit *e;

	if (r->n_edits > 0 && r->edits[r->n_edits - 1].to == r->kept)
		return &r->edits[r->n_edits - 1];
	if (r->n_edits == REWRITE_EDITS_MAX)
		return NULL;
	e = list_grow(r->edits, r->n_edits, sizeof *e);
	if (e == NULL)
		return NULL;
	r->edits = e;
	e = &r->edits[r->n_edits++];
	*e = (struct rewrite_edit){r->kept, r->kept, r->made.n, 0};
	return e;
}

/* The page goes on at offset to: what is between was left out. */
static int
leave_out(struct rewrite *r, size_t to)
{
	struct rewrite_edit *e;

	if (to == r->kept)
		return CONSENT_OK;
	e = edit_at(r);
	if (e == NULL)
		return CONSENT_ENOMEM;
	e->to = to;
	r->kept = to;
	return CONSENT_OK;
}

static int
put_in(struct rewrite *r, struct span bytes)
{
	struct rewrite_edit *e = edit_at(r);
	int rc = e == NULL ? CONSENT_ENOMEM : buf_append(&r->made, bytes);

	if (rc == CONSENT_OK)
		e->n += bytes.n;
	return rc;
}

/* What is kept comes by reference, all else is made. */
static int
on_bytes(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct rewrite *r = ctx;
	size_t at;
	int rc = CONSENT_OK;

	if (is_within(r->page, bytes, &at) && at >= r->kept) {
		rc = leave_out(r, at);
		r->kept = at + bytes.n;
	} else if (bytes.n > 0) {
		rc = put_in(r, bytes);
	}
	if (rc == CONSENT_OK && mark == SINK_LAST)
		rc = leave_out(r, r->page.n);
	return rc == CONSENT_OK ? buf_append(&r->out, bytes) : rc;
}

/* A new mark at the tag that is judged; NULL where there is no room. */
static struct rewrite_mark *
mark_new(struct rewrite *r)
{
	struct span tag = page_at(r->running);
	struct rewrite_mark *m;

	if (r->n_marks == REWRITE_MARKS) {
		r->more_marks++;
		return NULL;
	}
	m = list_grow(r->marks, r->n_marks, sizeof *m);
	if (m == NULL) {
		r->rc = CONSENT_ENOMEM;
		return NULL;
	}
	r->marks = m;
	m = &r->marks[r->n_marks++];
	*m = (struct rewrite_mark){.at = 0};
	if (is_within(r->page, tag, &m->at))
		m->n = tag.n;
	return m;
}

static void
on_judged(void *ctx, struct gate_verdict verdict)
{
	struct rewrite_mark *m = mark_new(ctx);

	if (m != NULL)
		m->verdict = verdict;
}

/* The URL as text, or NULL without memory. */
static char *
text_of(const struct url *url)
{
	char *text = NULL;
	struct buf out;

	buf_init(&out, URL_SCRATCH);
	if (url_write(url, &out) == CONSENT_OK)
		text = buf_take(&out);
	buf_fini(&out);
	return text;
}

static void
on_unnamed(void *ctx, const struct url *url)
{
	struct rewrite *r = ctx;
	struct rewrite_mark *m = r->holds_strangers ? NULL : mark_new(r);

	if (m == NULL)
		return;
	m->host = strndup(url->host.p, url->host.n);
	m->url = text_of(url);
	if (m->host == NULL || m->url == NULL)
		r->rc = CONSENT_ENOMEM;
}

enum page_kind
rewrite_kind(struct span name)
{
	bool is_xml = span_ends(name, SPAN(".xhtml")) ||
		      span_ends(name, SPAN(".xml")) ||
		      span_ends(name, SPAN(".svg"));

	return is_xml ? PAGE_XML : PAGE_HTML;
}

/* Whether what no rule names does not reach this visitor. */
static bool
holds_strangers(const struct gate *gate)
{
	const struct policy_facts *facts = gate->facts;
	category_set passing = gate->granted | facts->reported;

	return facts->third_parties == POLICY_THIRD_UNLISTED &&
	       (passing >> facts->unknown_cookie & 1) == 0;
}

int
rewrite_page(struct rewrite *r, const struct visitor *v, enum page_kind kind,
    struct span page)
{
	struct gate gate = v->gate;
	struct page_options options = {.kind = kind,
	    .gate = &gate,
	    .url = &v->url,
	    .is_utf8 = true,
	    .on_judged = on_judged,
	    .judged_ctx = r};
	int rc;

	*r = (struct rewrite){
	    .page = page, .holds_strangers = holds_strangers(&gate)};
	buf_init(&r->out, 2 * (size_t)REWRITE_PAGE);
	buf_init(&r->made, 2 * (size_t)REWRITE_PAGE);
	gate.on_unnamed = on_unnamed;
	gate.ctx = r;
	rc = page_new(&options, (struct sink){on_bytes, r}, &r->running);
	if (rc != CONSENT_OK)
		return rc;
	rc = page_write(r->running, page, SINK_LAST);
	r->counts = *page_counted(r->running);
	page_free(r->running);
	r->running = NULL;
	return rc == CONSENT_OK ? r->rc : rc;
}

int
rewrite_stop(
    const struct visitor *v, enum page_kind kind, struct span page, size_t *at)
{
	struct page_options options = {
	    .kind = kind, .gate = &v->gate, .url = &v->url, .is_utf8 = true};
	struct page *p;
	size_t i;
	int rc = page_new(&options, sink_nowhere, &p);

	if (rc != CONSENT_OK)
		return rc;
	for (i = 0; rc == CONSENT_OK && i < page.n; i++)
		rc = page_write(p, span_sub(page, i, 1), SINK_MORE);
	page_free(p);
	*at = rc == CONSENT_OK ? page.n : i - 1;
	return rc == CONSENT_ENOMEM ? rc : CONSENT_OK;
}

size_t
rewrite_strangers(const struct rewrite *r)
{
	size_t n = 0, i;

	for (i = 0; i < r->n_marks; i++)
		n += r->marks[i].host != NULL;
	return n;
}

struct rewrite_place
rewrite_place(struct span text, size_t at)
{
	struct rewrite_place place = {1, 1};
	size_t i;

	for (i = 0; i < at && i < text.n; i++) {
		place.column++;
		if (text.p[i] != '\n')
			continue;
		place.line++;
		place.column = 1;
	}
	return place;
}

void
rewrite_fini(struct rewrite *r)
{
	size_t i;

	for (i = 0; i < r->n_marks; i++) {
		free(r->marks[i].host);
		free(r->marks[i].url);
	}
	free(r->marks);
	free(r->edits);
	buf_fini(&r->out);
	buf_fini(&r->made);
	*r = (struct rewrite){.n_marks = 0};
}
