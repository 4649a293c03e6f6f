#ifndef CONSENT_NET_RESOLVER_H
#define CONSENT_NET_RESOLVER_H

/*
 * Names to addresses off the loop: the system's resolver (files, DNS) runs in
 * a small helper process of its own, because it blocks; it is reached over a
 * socketpair and answers one question after the other. It starts with
 * resolver_new, before a process gives its rights away, and ends with it.
 * Numbers and unix paths never come here.
 */

#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

#include "net/address.h"

struct loop;
struct resolver;

enum {
	RESOLVER_QUERIES = 64, /* most questions at a time */
	RESOLVER_MS = 5000     /* longest wait for an answer */
};

struct resolver_query {
	/*
	 * CONSENT_OK with 1 to ADDRESS_LIST addresses, in the order in
	 * which to try them; CONSENT_ENOENT: no such name; CONSENT_EIO: no
	 * answer. Borrowed for the call; from the loop.
	 */
	void (*on_done)(
	    void *ctx, int rc, const struct address *list, size_t count);
	void *ctx;
	struct resolver *resolver; /* NULL when nothing is asked */
	struct resolver_query *next, *prev;
	uint32_t id;	  /* of the question */
	int64_t deadline; /* on the monotonic clock */
};

/*
 * Starts the helper, which keeps none of the caller's files open and calls
 * confine (may be NULL) before its first question. A helper that dies is
 * replaced by the process that watches over it, which needs nothing of the
 * caller. NULL without memory or processes.
 */
struct resolver *resolver_new(struct loop *loop, void (*confine)(void));

/* Ends the helper; open questions are dropped. NULL is fine. */
void resolver_free(struct resolver *r);

/*
 * Asks for the addresses of host. The query is the caller's memory, must stay
 * until on_done or resolver_cancel, and asks one question at a time.
 * CONSENT_EINVAL when host is empty, too long or holds a NUL; CONSENT_EBUSY
 * when the helper takes no more; CONSENT_EIO when there is none.
 */
int resolver_ask(struct resolver *r, struct resolver_query *query,
    struct span host, uint16_t port) CONSENT_CHECKED;

/* Takes a question back; fine when it is not open. */
void resolver_cancel(struct resolver_query *query);

#endif
