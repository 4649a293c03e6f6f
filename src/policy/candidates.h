#ifndef CONSENT_POLICY_CANDIDATES_H
#define CONSENT_POLICY_CANDIDATES_H

/*
 * All rules that fit a thing, in their order of precedence: the one that
 * decides first, and of each other why it lost. Says what policy/matcher does
 * by looking at every rule, so it is slow and for people who ask. No state.
 */

#include <stddef.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/policy.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

/* Why a rule yields to the one that decides. */
enum candidate_loss {
	CANDIDATE_WINS,
	CANDIDATE_HOST,	     /* its host is less specific */
	CANDIDATE_GLOB,	     /* it is a glob, the other one is equal */
	CANDIDATE_SHORTER,   /* less of its text is literal */
	CANDIDATE_NO_HOST,   /* it names no host, the other one this very */
	CANDIDATE_NO_METHOD, /* it names no method, the other one this */
	CANDIDATE_NO_QUERY,  /* it does not look at the query */
	CANDIDATE_ESSENTIAL, /* inline: it is essential */
	CANDIDATE_LATER,     /* it stands behind the other one */
	CANDIDATE_NOT_OURS,  /* a vendor's; the policy has the same pattern */
	CANDIDATE_VENDOR     /* the same of a vendor that is named later */
};

struct candidate {
	const struct policy_rule *rule;
	enum candidate_loss loss;
	/* what precedence goes by, in this order; more is better */
	size_t host;	/* bytes of the host; without one: of the asked */
	size_t literal; /* SIZE_MAX: equal, without a "*" */
	unsigned bits;	/* names a host, a method, a query; needs consent */
	size_t order;	/* in which rules were read; less is better */
};

struct candidates {
	struct candidate *items;
	size_t n;
};

/*
 * Each fills out, which candidates_free frees, for what the function of
 * libconsent/policy.h with such a name decides. CONSENT_ENOMEM.
 */
int candidates_cookie(const struct policy *p, struct span name,
    struct candidates *out) CONSENT_CHECKED;
int candidates_request(const struct policy *p,
    const struct policy_request *request,
    struct candidates *out) CONSENT_CHECKED;
int candidates_inline(const struct policy *p, struct span text,
    struct candidates *out) CONSENT_CHECKED;

/*
 * Appends why a candidate lost against the first one, in words:
 * "less specific: 5 literal bytes against 9". CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int candidates_why(
    const struct candidates *c, size_t i, struct buf *out) CONSENT_CHECKED;

/* Frees the list. */
void candidates_free(struct candidates *c);

#endif
