#ifndef CONSENT_CONSENT_HOST_H
#define CONSENT_CONSENT_HOST_H

/*
 * The parts of the library put together for a server that enforces on one site
 * by itself, beside a consentd that serves PREFIX, asks and records. A host is
 * made once, at the start; each request is a visit. Who needs another
 * arrangement takes the parts.
 *
 * A host is read by one thread at a time (it remembers tokens that were
 * checked); one made before fork serves each process. A visit and its page
 * belong to one thread.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/csp.h>
#include <libconsent/gate.h>
#include <libconsent/page.h>
#include <libconsent/sink.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

CONSENT_BEGIN

struct findings;
struct host;
struct host_visit;

enum {
	HOST_TARGET = 32768, /* longest "/path?query" of a visit */
	HOST_COOKIES = 65536 /* longest Cookie field that is screened */
};

/* Borrowed for the call; the same values as consentd has. */
struct host_options {
	const char *policy; /* path of a policy.conf, or of a consentd.conf */
	const char *keys;   /* folder of the keys of tokens */
	const char *site;   /* public origin, "https://library.example" */
	const char *prefix; /* of consentd's own pages; NULL: "/.consent" */
};

/*
 * Loads all of it. CONSENT_EINVAL, CONSENT_EIO: findings says why;
 * CONSENT_ENOMEM. Warnings alone do not fail. What signs is forgotten.
 */
int host_new(const struct host_options *options, struct findings *findings,
    struct host **out) CONSENT_CHECKED;

/* Frees; NULL is nothing. Visits go before. */
void host_free(struct host *host);

/* What a request says of its visitor; borrowed for the call. */
struct host_request {
	struct span target;	    /* "/path?query" */
	const struct span *cookies; /* Cookie field values */
	size_t n_cookies;
	struct span accept_language;
	bool gpc;   /* Sec-GPC counts, see gate_is_gpc */
	bool dnt;   /* DNT: 1 */
	bool alone; /* shown in a window of its own: the notice goes in */
};

/*
 * Checks the tokens and opens the gate: without a valid one nothing was
 * chosen. CONSENT_EINVAL: the target is none of the site; CONSENT_ELIMIT;
 * CONSENT_ENOMEM.
 */
int host_admit(struct host *host, const struct host_request *request,
    struct host_visit **out) CONSENT_CHECKED;

/* Frees; NULL is nothing. Pages go before. */
void host_leave(struct host_visit *visit);

/* The gate of a visit, for all else that is to be asked of it. */
const struct gate *host_gate(const struct host_visit *visit);

/*
 * What of a Cookie field may go to the site's back ends, as cookie_filter
 * leaves it: the field itself, or bytes in scratch (HOST_COOKIES serves). The
 * consent cookie stays. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int host_screen_cookies(const struct host_visit *visit, struct span field,
    struct buf *scratch, struct span *kept) CONSENT_CHECKED;

/* Whether a Set-Cookie field may go to the visitor. */
bool host_may_set(const struct host_visit *visit, struct span field);

/*
 * Appends a Content-Security-Policy field of the site's, or -Report-Only, of a
 * page: widened by what host_page puts in. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int host_edit_csp(const struct host_visit *visit, struct span field,
    struct buf *out) CONSENT_CHECKED;

/*
 * Appends the policy that goes out beside those of the site, and says as
 * what: nothing with CSP_NONE. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int host_write_csp(const struct host_visit *visit, struct buf *out,
    enum csp_force *force) CONSENT_CHECKED;

/*
 * Whether browsers make a page of an answer with this Content-Type: CONSENT_OK
 * and which kind, in UTF-8 or with no charset told. CONSENT_ENOENT: it is
 * none. CONSENT_ECODING: it is one that host_page cannot read with certainty,
 * in another charset, packed, in parts, or of no type that browsers know: it
 * must not be sent.
 */
int host_kind(struct span content_type, enum page_kind *kind) CONSENT_CHECKED;

/*
 * A page in UTF-8 that is written to out without what is withheld, with guard
 * and notice, in the page's language or else one that is accepted; for
 * page_write and page_free. The visit is borrowed until then. CONSENT_ENOMEM,
 * CONSENT_ELIMIT.
 */
int host_page(struct host_visit *visit, enum page_kind kind, struct sink out,
    struct page **page) CONSENT_CHECKED;

CONSENT_END

#endif
