#ifndef CONSENT_PROXY_VISIT_H
#define CONSENT_PROXY_VISIT_H

/*
 * Who asks and what they consented to: read once from a request's head, true
 * for the whole exchange. Our token in the Cookie lines is checked here and
 * the gate is opened (policy and record). It decides nothing by itself.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/gate.h>
#include <libconsent/span.h>
#include <libconsent/status.h>
#include <libconsent/token.h>
#include <libconsent/url.h>

#include "proxy/inventory.h"

struct consent_mode;
struct guard;
struct home;
struct proxy_setup;
struct head;
struct notice;
struct notice_set;
struct site_script;
struct page_counts;
struct preludes;

/* What the answer is for, as far as the request says. */
enum visit_shows {
	VISIT_DOCUMENT, /* a window or frame of its own, or not said */
	VISIT_EMBEDDED, /* an object or embed element: perhaps a frame */
	VISIT_PART	/* a picture, style, script or data of a page */
};

struct visit {
	size_t site;		/* index of the public origin that was asked */
	bool names_site;	/* Host is of that origin and of no other */
	struct span scheme;	/* of that origin: "http" or "https" */
	struct span path;	/* of the request, without the query */
	struct span query;	/* behind "?", or empty */
	bool wants_notice;	/* the answer is shown as a page of its own */
	bool is_head;		/* the method is HEAD */
	enum visit_shows shows; /* whether markup in it comes to life */
	bool is_context;	/* shown or run: a document or a worker */
	bool is_service_worker; /* the script of one (Service-Worker) */
	bool is_ahead;		/* fetched before the visitor asked for it */
	bool holds_page;  /* a 304 is about the page that this visitor gets */
	bool holds_other; /* the client has that of another: no 304 for it */
	struct span variant;	/* what a cache in front calls it, or empty */
	struct token_pick pick; /* what the consent cookies said */
	struct gate gate;
	bool has_tongue; /* the visitor has chosen the language of ours */
	const struct notice *notice;	  /* in the visitor's language */
	const struct notice_set *notices; /* in all languages */
	const struct guard *guard;	  /* for what page scripts do */
	const struct site_script *script; /* for what they may know, or NULL */
	const struct consent_mode *mode;  /* for Google's tags, or NULL */
	struct preludes *preludes;	  /* of pages; NULL: none is kept */
	struct url url;			  /* of the page that is asked for */
	struct buf url_text, url_scratch; /* behind it */
	/* what was taken from heads, and what went though it is withheld:
	   counted for the exchange; NULL: nobody counts */
	struct page_counts *removed, *leaked;
	/* told of what a page shows to the inventory, too; or NULL */
	void (*on_note)(void *ctx, enum inventory_kind kind, struct span name);
	void *note_ctx;
};

/*
 * Fills v from a request. A request without a valid token is one without a
 * choice, never an error. The head must stay as long as v. CONSENT_ENOMEM,
 * CONSENT_ELIMIT; CONSENT_ENOENT for a host that is none of several sites;
 * CONSENT_EINVAL for a target that the codec refuses anyway.
 */
int visit_admit(struct visit *v, struct home *home,
    const struct head *head) CONSENT_CHECKED;

/* Host, and port if any, of the configured origin that was asked for. */
struct span visit_site_host(
    const struct visit *v, const struct proxy_setup *setup);

/*
 * Notes in the inventory what an answer to this visit shows and no rule names,
 * with its path as an example, unless that is sensitive.
 */
void visit_note(
    const struct visit *v, enum inventory_kind kind, struct span name);

/* The same, so many times. */
void visit_note_times(const struct visit *v, enum inventory_kind kind,
    struct span name, size_t times);

/* Frees what v holds; fine on zeros. */
void visit_fini(struct visit *v);

/* The record of a valid token, or NULL. */
const struct record *visit_record(const struct visit *v);

/*
 * Collects the Cookie field values of a head, at most room of them; returns
 * how many.
 */
size_t visit_cookie_lines(
    const struct head *head, struct span *lines, size_t room);

#endif
