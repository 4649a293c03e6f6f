#ifndef CONSENT_CONSENT_HOST_STATE_H
#define CONSENT_CONSENT_HOST_STATE_H

/*
 * What stands behind a host and its visits; shared by the files that make them
 * (host.c) and that ask them about heads (host_head.c).
 */

#include <stdbool.h>

#include <libconsent/buf.h>
#include <libconsent/csp.h>
#include <libconsent/gate.h>
#include <libconsent/token.h>
#include <libconsent/url.h>

/* An address of ours on the site, and what it borrows from. */
struct own_url {
	struct buf path, scratch;
	struct url url;
};

struct host {
	struct policy *policy;
	struct seal_ring *ring;
	struct token_checker *checker;
	struct notice_set *notices;
	struct guard *guard;
	struct csp *csp;
	char *origin;
	const char *site; /* the same, as the token's options have it */
	struct token_options token;
	struct url url;
	struct buf url_text;
	struct own_url sheet, forms;
	/* as a policy names our scripts */
	char guard_source[CSP_HASH + 2], stubs_source[CSP_HASH + 2];
};

/* A value that a visit has made of a field. */
struct host_value {
	struct host_value *next;
	char text[];
};

struct host_visit {
	struct host *host;
	struct gate gate;
	struct url url;
	struct buf target, url_text; /* behind it */
	const struct notice *notice;
	struct page *page;	   /* of the answer, or NULL */
	bool has_begun, is_wide;   /* so is that page: UTF-16 by its mark */
	struct buf made;	   /* what came of it last */
	struct buf head;	   /* what goes into the page's */
	struct host_value *values; /* kept for the host's sake */
	bool alone;		   /* shown in a window of its own */
	bool may_be_page;	   /* for all that the request says */
};

#endif
