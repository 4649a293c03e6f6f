#ifndef CONSENT_PROXY_MEMO_KEY_H
#define CONSENT_PROXY_MEMO_KEY_H

/*
 * All that the rewritten bytes of a page hang on besides the origin's own,
 * named once: two pages of one worker with equal keys and equal bytes go out
 * alike. What proxy/body and what is below it read of plan, visit and gate is
 * in here or was made once for the worker (policy, guard, scripts, notices,
 * sites); whoever makes them read more adds it here. Values, nothing owned.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

struct head;
struct plan;
struct siphash;
struct visit;

/* Compared as bytes: no padding, all of it written. */
struct memo_facts {
	uint64_t notice; /* which of the worker's: its address */
	uint32_t site, form;
	uint32_t granted, agreed, decided, signaled, reported;
	uint32_t codings; /* as they come, four bits each, and how many */
	uint32_t flags;	  /* see memo_key.c */
	uint32_t zero;
};

/* The spans are borrowed. */
struct memo_key {
	struct memo_facts facts;
	struct span url;     /* of the page, whole: what relative URLs mean */
	struct span charset; /* the label in Content-Type, or empty */
	uint64_t hash;	     /* of all of it */
};

/* The messages around a body, as far as they forbid to remember it. */
struct memo_heads {
	const struct head *request, *response;
};

/*
 * Whether a page may be remembered at all: it answers a GET with 200, has no
 * "no-store" in either direction, asks for no Authorization, is on no
 * sensitive path, and is one document that can be read.
 */
bool memo_key_suits(const struct plan *plan, const struct visit *visit,
    const struct memo_heads *heads);

/*
 * The key of a page. Its spans are good as long as plan and visit are. hasher
 * has the worker's secret, so that nobody outside can choose URLs whose hashes
 * meet. CONSENT_ENOMEM.
 */
int memo_key_of(const struct plan *plan, const struct visit *visit,
    struct siphash *hasher, struct memo_key *key) CONSENT_CHECKED;

#endif
