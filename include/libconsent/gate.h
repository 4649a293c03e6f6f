#ifndef CONSENT_CONSENT_GATE_H
#define CONSENT_CONSENT_GATE_H

/*
 * One visitor's consent applied to one request: what may pass and what is
 * withheld. Opened once for a request, asked about each cookie, URL and inline
 * text. A plain value that borrows all it points to; owns nothing, never does
 * I/O.
 *
 * Granted is what is required, what the record grants at today's revision
 * and nothing else; on a sensitive path only what is required.
 * A privacy signal denies what was not answered: an accept given while
 * the signal was on stands, one given without it yields when it appears.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/policy.h>
#include <libconsent/record.h>
#include <libconsent/span.h>
#include <libconsent/status.h>
#include <libconsent/url.h>

CONSENT_BEGIN

struct gate_options {
	const struct policy *policy;
	const struct record *record; /* of a valid token, or NULL */
	const struct url *sites;     /* the site's own origins */
	size_t n_sites;
	struct span path; /* of the request, without the query */
	bool gpc;	  /* Sec-GPC: 1 (see gate_is_gpc) */
	bool dnt;	  /* DNT: 1 */
	/* told of each URL of a third party that no rule names, or NULL */
	void (*on_unnamed)(void *ctx, const struct url *url);
	/* told of each inline script of a page that no rule names, or NULL */
	void (*on_script)(void *ctx, struct span text);
	void *ctx;
	category_set reporting; /* only reported, for a while */
	category_set enforcing; /* enforced, for a while */
};

struct gate {
	const struct policy *policy;
	const struct policy_facts *facts;
	const struct url *sites;
	size_t n_sites;
	category_set granted;  /* passes */
	category_set agreed;   /* the same, were the path not sensitive */
	category_set decided;  /* answered by the visitor, and still valid */
	category_set signaled; /* denied by a signal alone */
	category_set reported; /* only reported at present */
	bool again;	       /* an answer is there, and not enough */
	bool sensitive;	       /* the path is: only what is required */
	bool gpc;	       /* the signal was on */
	void (*on_unnamed)(void *ctx, const struct url *url); /* or NULL */
	void (*on_script)(void *ctx, struct span text);	      /* or NULL */
	void *ctx;
};

enum gate_answer {
	GATE_PASS,
	GATE_WITHHOLD,
	GATE_REPORT /* would be withheld; its category is in report mode */
};

enum {
	GATE_UNNAMED = POLICY_CATEGORIES /* what passes for everyone */
};

/* What was asked about, where no rule tells. */
enum gate_subject {
	GATE_RESOURCE,
	GATE_COOKIE,
	GATE_ADVERTISING, /* see gate_advertising */
	GATE_LETTERS	  /* a host whose letters cannot be told */
};

struct gate_verdict {
	enum gate_answer answer;
	const struct policy_rule *rule; /* NULL: none names it */
	unsigned category; /* that it counts under; GATE_UNNAMED for none */
	enum gate_subject subject;
};

/* Opens g. Everything in options must outlive it; record may go. */
void gate_open(struct gate *g, const struct gate_options *options);

/* Whether a Sec-GPC field value counts: exactly "1". */
bool gate_is_gpc(struct span value);

/* A cookie by its name, in either direction. */
struct gate_verdict gate_cookie(const struct gate *g, struct span name);

/*
 * A URL as the page has it, resolved against base (the document's base URL,
 * or NULL). What a browser would not fetch passes; what cannot be read for
 * its size or for the letters of its host is withheld. The text inside data:
 * and javascript: URLs is judged as an inline script. scratch is used for
 * parsing (URL_SCRATCH serves).
 */
struct gate_verdict gate_url(const struct gate *g, struct span text,
    const struct url *base, struct buf *scratch);

/* A URL that was parsed already. */
struct gate_verdict gate_parsed_url(
    const struct gate *g, const struct url *url);

/*
 * A request to the site itself, by the name of its method. Only rules with a
 * path count, so that none that is meant for links closes the whole site.
 */
struct gate_verdict gate_request(
    const struct gate *g, const struct url *url, struct span method);

/*
 * What a browser does for advertisers by itself, asked by a field of the site:
 * topics, attribution, auctions. No rule names it: it counts like a third
 * party that no rule names.
 */
struct gate_verdict gate_advertising(const struct gate *g);

/* The whole text of an inline script. */
struct gate_verdict gate_inline(const struct gate *g, struct span text);

/*
 * Whether a visitor with another consent could get another answer than v, so
 * that no shared cache may keep what depends on it.
 */
bool gate_varies(const struct gate *g, struct gate_verdict v);

/* Whether every category is granted, so that nothing could be withheld. */
bool gate_grants_all(const struct gate *g);

/*
 * Whether the visitor is still to be asked: a category that needs consent was
 * not answered.
 */
bool gate_asks(const struct gate *g);

/* Appends "essential, analytics": the granted ids, for the Consent field. */
int gate_write_granted(const struct gate *g, struct buf *out) CONSENT_CHECKED;

CONSENT_END

#endif
