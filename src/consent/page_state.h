#ifndef CONSENT_CONSENT_PAGE_STATE_H
#define CONSENT_CONSENT_PAGE_STATE_H

/*
 * The inside of consent/page: what its files work on. page_stream.c is the way
 * in; page_tag.c decides about each start tag and page_content.c about what
 * stands inside an element, with the help of page_base.c (what relative URLs
 * mean), page_words.c (ours, in the page's language), page_style.c (CSS),
 * page_code.c (scripts), page_map.c (import maps) with page_rules.c
 * (speculation rules), page_inside.c (documents inside the page),
 * page_replace.c (what stands in the place of what went) and page_stubs.c
 * (functions that pages call of it). page_cookies.c fills in the cookie table,
 * page_count.c counts. Files of consent/page only.
 */

#include <libconsent/buf.h>
#include <libconsent/loader.h>
#include <libconsent/page.h>
#include <libconsent/url.h>

#include "consent/page_edit.h"
#include "html/rewriter.h"

enum {
	PAGE_SCRATCH = 4 << 20 /* decoded values of one tag */
};

/* One document: the page, or what stands inside a noscript or srcdoc. */
struct scope {
	struct page *page;
	const struct url *url; /* what relative URLs mean */
	struct url base;       /* of the base element, once there is one */
	struct buf text;       /* the base URL */
	struct buf parsing;    /* its parts, where they are not in text */
	bool has_base;
	bool is_framed;	    /* a document of its own inside the page */
	bool is_unscripted; /* read by who runs no scripts: a noscript */
	unsigned char stubs[LOADER_VENDORS / 8]; /* bits: these stand in it */
	struct buf value; /* of the attribute at hand, decoded */
	struct page_edits edits;
	bool held_is_edited; /* edits has some for the tag of what is held */
};

struct page {
	const struct gate *gate;
	const struct url *url;
	enum page_kind kind;
	struct span head, whole;
	struct page_words shown; /* in the language of the page */
	bool is_utf8;
	bool (*words_in)(void *ctx, struct span language,
	    struct page_words *out); /* NULL once asked */
	void *words_ctx;
	struct rewriter *rewriter;	      /* of PAGE_HTML */
	struct xml *xml;		      /* of PAGE_XML */
	const struct rewriter_handler *inner; /* of documents inside */
	struct buf parsing;		      /* the URL at hand */
	struct buf words; /* what is decoded inside a value */
	struct buf made;  /* what stands for a value */
	struct page_counts counts;
	struct span at; /* the tag that is judged now */
	void (*on_judged)(void *ctx, struct gate_verdict verdict);
	void *judged_ctx;
	unsigned sheets; /* style sheets that are read, in one another */
	bool has_body;
	bool was_screened; /* it came through another of us */
	bool grants_all;   /* nothing can be withheld */
	bool is_abroad;	   /* a base element was of another origin */
	bool needs_origin; /* what went into the body has paths for URLs */
	struct scope document;
};

/* Makes a document's scope; url is what relative URLs mean at first. */
void scope_init(struct scope *s, struct page *page, const struct url *url);

/* Frees what it holds. */
void scope_fini(struct scope *s);

#endif
