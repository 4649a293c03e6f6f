#include "consent/page_base.h"

#include "consent/page_count.h"

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
	int rc = url_parse(href, page->url, &page->parsing, &url);

	if (s->is_framed || rc == CONSENT_ECODING)
		return !s->is_framed;
	return rc == CONSENT_OK && url.kind == URL_NETWORK &&
	       !url_origin_equal(&url, page->url);
}

/* Whether the base itself is withheld, then counted. */
static bool
is_withheld(struct scope *s, struct span href)
{
	struct page *page = s->page;
	struct url url;
	int rc = url_parse(href, s->url, &page->parsing, &url);

	if (rc == CONSENT_ECODING)
		return !page_settle(
		    page, gate_url(page->gate, href, s->url, &page->parsing));
	return rc == CONSENT_OK && url.kind == URL_NETWORK &&
	       !page_settle(page, gate_parsed_url(page->gate, &url));
}

/* The base that counts. */
static enum rewriter_verdict
take_base(struct scope *s, struct span href)
{
	struct page *page = s->page;
	int rc;

	if (is_abroad(s, href)) {
		page->is_abroad = true;
		if (page->needs_origin)
			return REWRITER_DROP_TAG;
	}
	s->has_base = true;
	rc = set_base(s, href);
	return rc == CONSENT_OK || rc == CONSENT_EINVAL || rc == CONSENT_ECODING
		   ? REWRITER_KEEP
		   : REWRITER_FAIL;
}

enum rewriter_verdict
page_base(struct scope *s, const struct rewriter_tag *tag)
{
	struct span href;
	int rc;

	buf_clear(&s->value);
	rc = rewriter_tag_attribute(tag, SPAN("href"), &s->value, &href);
	if (rc == CONSENT_ENOENT)
		return REWRITER_KEEP;
	if (rc != CONSENT_OK)
		return REWRITER_FAIL;
	if (is_withheld(s, href))
		return REWRITER_DROP_TAG;
	return s->has_base || (rewriter_tag_around(tag) & REWRITER_APART) != 0
		   ? REWRITER_KEEP
		   : take_base(s, href);
}
