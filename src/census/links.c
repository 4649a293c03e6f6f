#include "census/links.h"

#include "html/rewriter.h"

#include <libconsent/buf.h>

enum {
	LINKS_VALUE = 1 << 20 /* decoded values of one tag */
};

struct links {
	const struct links_user *user;
	const struct url *at;
	struct url base;
	bool has_base; /* an element was there, */
	bool is_based; /* and says what base is */
	struct buf value, based, base_scratch, scratch;
};

/*
 * The first base element with an href counts, and no later one where that is
 * none of a page (HTML 4.2.3); its URL is kept.
 */
static void
take_base(struct links *l, struct span href)
{
	if (l->has_base)
		return;
	l->has_base = true;
	l->is_based = buf_append(&l->based, href) == CONSENT_OK &&
		      url_parse(buf_span(&l->based), l->at, &l->base_scratch,
			  &l->base) == CONSENT_OK &&
		      l->base.kind == URL_NETWORK;
}

static void
take_link(struct links *l, struct span href)
{
	const struct url *base = l->is_based ? &l->base : l->at;
	struct url to;

	if (url_parse(href, base, &l->scratch, &to) == CONSENT_OK &&
	    to.kind == URL_NETWORK)
		l->user->on_link(l->user->ctx, &to);
}

static enum rewriter_verdict
on_tag(void *ctx, struct rewriter_tag *tag, struct buf *replacement)
{
	struct links *l = ctx;
	struct span name = rewriter_tag_name(tag), value;
	bool is_frame =
	    span_equal(name, SPAN("iframe")) || span_equal(name, SPAN("frame"));
	bool is_base = span_equal(name, SPAN("base"));

	(void)replacement;
	if (!is_frame && !is_base && !span_equal(name, SPAN("a")) &&
	    !span_equal(name, SPAN("area")))
		return REWRITER_KEEP;
	buf_clear(&l->value);
	if (rewriter_tag_attribute(tag, is_frame ? SPAN("src") : SPAN("href"),
		&l->value, &value) != CONSENT_OK)
		return REWRITER_KEEP;
	if (!is_base)
		take_link(l, value);
	else if ((rewriter_tag_around(tag) & REWRITER_APART) == 0)
		take_base(l, value);
	return REWRITER_KEEP;
}

int
links_read(
    struct span page, const struct url *at, const struct links_user *user)
{
	const struct rewriter_options options = {.start = REWRITER_PAGE};
	const struct rewriter_handler handler = {.start_tag = on_tag};
	struct links l = {.user = user, .at = at};
	struct rewriter *rewriter;
	int rc = CONSENT_ENOMEM;

	buf_init(&l.value, LINKS_VALUE);
	buf_init(&l.based, URL_INPUT);
	buf_init(&l.base_scratch, URL_SCRATCH);
	buf_init(&l.scratch, URL_SCRATCH);
	rewriter = rewriter_new(&options, &handler, &l, sink_nowhere);
	if (rewriter != NULL)
		rc = rewriter_write(rewriter, page, SINK_LAST);
	rewriter_free(rewriter);
	buf_fini(&l.scratch);
	buf_fini(&l.base_scratch);
	buf_fini(&l.based);
	buf_fini(&l.value);
	return rc;
}
