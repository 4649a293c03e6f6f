#ifndef CONSENT_PROXY_BALLOT_H
#define CONSENT_PROXY_BALLOT_H

/*
 * A worker's side of the notary: hands choices over, asks for receipts and
 * brings the answers back, in the worker's loop, never blocking. Each attempt
 * is kept until it is answered or too old; a notary that starts anew says
 * hello, and all that waits is sent again under the same id, so that nothing is
 * lost or doubled.
 */

#include <stddef.h>
#include <stdint.h>

#include "proxy/notary_wire.h"
#include <libconsent/record.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

struct ballot;
struct event_base;

enum {
	BALLOT_PENDING = 1024,	 /* most attempts that wait */
	BALLOT_TIMEOUT_MS = 5000 /* default life of an attempt */
};

struct ballot_options {
	int64_t timeout_ms; /* 0: BALLOT_TIMEOUT_MS */
};

/*
 * What came of a choice. Status 0: it is durable, and the token is good; else
 * CONSENT_ELIMIT: too many from this address (429); CONSENT_EIO: the log
 * cannot be written (503); CONSENT_EBUSY: no answer in time (503);
 * CONSENT_EINVAL, CONSENT_ENOENT, CONSENT_EDENIED: the notary refused the
 * record as malformed, as naming a text that it never recorded, or as another
 * choice under an id that was used; CONSENT_ENOMEM.
 */
struct ballot_result {
	int status;
	const struct record *record; /* with id, sub, seq, time, expires */
	struct span token;	     /* for the cookie */
};

/* A choice to be made. */
struct ballot_request {
	/* id "" is drawn here, and sub "" too when something is granted */
	struct record record;
	unsigned char address[NOTARY_ADDRESS]; /* who counts as one visitor */
	void (*done)(void *ctx, const struct ballot_result *result);
	void *ctx;
};

/*
 * The client on one end of a pair of sockets, which stays the caller's.
 * CONSENT_ENOMEM, CONSENT_EIO.
 */
int ballot_new(struct event_base *base, int fd,
    const struct ballot_options *options, struct ballot **out) CONSENT_CHECKED;

/*
 * Sends a choice; copies the request. done is called once, from the loop,
 * never from here, and must not free b; what it is given is valid for the
 * call. CONSENT_EBUSY when BALLOT_PENDING wait already, CONSENT_EINVAL for a
 * record whose fields are out of range, CONSENT_EIO without random bytes,
 * CONSENT_ENOMEM: then it is not called.
 */
int ballot_cast(
    struct ballot *b, const struct ballot_request *request) CONSENT_CHECKED;

/*
 * Nobody waits for the answers of ctx any more: done is not called for it. The
 * choices themselves stay and are logged.
 */
void ballot_cancel(struct ballot *b, const void *ctx);

/*
 * Tells the notary a sum (proxy/sums); nobody answers. CONSENT_EBUSY when the
 * channel has no room now, or the notary is not there.
 */
int ballot_tell(struct ballot *b, const struct wire_sum *sum) CONSENT_CHECKED;

/* A receipt that a visitor asks for. */
struct ballot_question {
	uint64_t seq;	       /* of the entry */
	char entry[RECORD_ID]; /* its id; "": a choice without subject */
	unsigned char address[NOTARY_ADDRESS];
	/*
	 * status 0: json is the receipt, for the call. CONSENT_ENOENT: there
	 * is no such entry, or not for this visitor; CONSENT_ELIMIT: too many
	 * from this address; else it cannot be made now.
	 */
	void (*done)(void *ctx, int status, struct span json);
	void *ctx;
};

/*
 * Asks the notary for a receipt; copies the question. done is called once, as
 * above. CONSENT_EBUSY, CONSENT_EIO, CONSENT_ENOMEM: then it is not called.
 */
int ballot_ask(
    struct ballot *b, const struct ballot_question *question) CONSENT_CHECKED;

/* Number of attempts and questions that wait for an answer. */
size_t ballot_pending(const struct ballot *b);

/* Forgets all attempts without calling done; NULL is nothing. */
void ballot_free(struct ballot *b);

#endif
