#ifndef CONSENT_NET_FETCH_H
#define CONSENT_NET_FETCH_H

/*
 * Asks a server for one resource and waits for it: a loop, a connection and a
 * request of its own each time, so that a tool needs none of them. Says who
 * asks, asks once, follows no redirects and sends no cookies. Bounded in bytes
 * and in time. For tools, not for the daemon: it blocks.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "http/head.h"

struct url;

enum {
	FETCH_BYTES = 16 << 20, /* default limit of a body */
	FETCH_MS = 15000,	/* default limit of all of it */
	FETCH_ERROR = 512	/* why it failed, and NUL */
};

struct fetch_request {
	const struct url *url; /* http or https */
	struct span agent;     /* User-Agent: who asks, and where to read up */
	struct span accept;    /* empty: anything */
	struct span language;  /* Accept-Language; empty: none */
	size_t bytes;	       /* most of the body; 0: FETCH_BYTES */
	int64_t ms;	       /* longest time; 0: FETCH_MS */
};

struct fetch_answer {
	struct head head; /* a response */
	struct buf body;  /* as it came: nothing is decoded but the framing */
	char error[FETCH_ERROR];
};

/* Makes a empty. */
void fetch_answer_init(struct fetch_answer *a);

/* Frees what a holds. */
void fetch_answer_fini(struct fetch_answer *a);

/*
 * Fetches it into answer, which fetch_answer_init made. CONSENT_EINVAL: not a
 * URL of http or https, or one with a password; CONSENT_EIO: no answer, or one
 * that broke off; CONSENT_EBUSY: not all of it came in time; CONSENT_ELIMIT:
 * more bytes than asked for, of which that many are there; CONSENT_ENOMEM.
 * answer->error then says why in words.
 */
int fetch_get(const struct fetch_request *request,
    struct fetch_answer *answer) CONSENT_CHECKED;

/* Whether an answer sends elsewhere, and there: borrowed from it. */
bool fetch_leads_on(const struct fetch_answer *a, struct span *to);

#endif
