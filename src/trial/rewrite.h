#ifndef CONSENT_TRIAL_REWRITE_H
#define CONSENT_TRIAL_REWRITE_H

/*
 * A whole page rewritten for one visitor, without what consentd adds of its
 * own, by the daemon's rewriter: what is left of the site's page, what was
 * changed, what went and which third parties no rule names, each with its
 * place in the page. The rewriter passes on by reference what it keeps, so
 * that what it changed shows in what comes out.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/page.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

struct visitor;

enum {
	REWRITE_PAGE = 64 << 20,    /* longest page */
	REWRITE_MARKS = 4096,	    /* things in a page that are told */
	REWRITE_EDITS_MAX = 1 << 20 /* changes of one page */
};

/* Something in the page that is told: what went, or a stranger. */
struct rewrite_mark {
	size_t at; /* its start tag in the page */
	size_t n;  /* bytes of that; 0: where it stands is not known */
	struct gate_verdict verdict; /* of what went */
	/* a third party that stays and no rule names, and where it is; NULL */
	char *host, *url;
};

/* The bytes from..to of the page became others. */
struct rewrite_edit {
	size_t from, to;
	size_t made, n; /* in the rewrite's `made` */
};

struct rewrite {
	struct span page;
	struct buf out; /* the page that is left */
	struct page_counts counts;
	struct rewrite_mark *marks; /* in their order */
	size_t n_marks, more_marks; /* and those that found no room */
	struct rewrite_edit *edits; /* in their order; none meet */
	size_t n_edits;
	struct buf made;
	/* while it runs: */
	struct page *running;
	bool holds_strangers; /* what no rule names is withheld */
	size_t kept;	      /* bytes of the page that are settled */
	int rc;
};

/* A place in a text, from 1; columns count bytes. */
struct rewrite_place {
	size_t line, column;
};

/* Whether a file of this name holds XML: it ends in .xhtml, .xml or .svg. */
enum page_kind rewrite_kind(struct span name);

/*
 * Rewrites the text of a page (in UTF-8 or like it), which is borrowed until
 * rewrite_fini. CONSENT_ELIMIT: markup that cannot be placed, for which the
 * daemon cuts the page; r has what came before. CONSENT_ENOMEM. r can always
 * be given to rewrite_fini.
 */
int rewrite_page(struct rewrite *r, const struct visitor *v,
    enum page_kind kind, struct span page) CONSENT_CHECKED;

/*
 * Where in the page the rewriter gives up that rewrite_page says CONSENT_ELIMIT
 * of: the offset of the byte at which it is sure. CONSENT_ENOMEM.
 */
int rewrite_stop(const struct visitor *v, enum page_kind kind, struct span page,
    size_t *at) CONSENT_CHECKED;

/* How many marks are strangers. */
size_t rewrite_strangers(const struct rewrite *r);

/* Where offset at of a text is. */
struct rewrite_place rewrite_place(struct span text, size_t at);

/* Frees what r holds. */
void rewrite_fini(struct rewrite *r);

#endif
