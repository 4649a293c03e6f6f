#ifndef CONSENT_PROXY_EXCHANGE_STATE_H
#define CONSENT_PROXY_EXCHANGE_STATE_H

/*
 * The inside of proxy/exchange: what an exchange is, what has happened to it,
 * and how it fails. For the files of the exchange only: exchange.c is the
 * machine, exchange_request.c and exchange_response.c hold steps and events.
 */

#include <event2/event_struct.h>
#include <stdbool.h>

#include "net/upstream.h"
#include "proxy/access.h"
#include "proxy/answer.h"
#include "proxy/home.h"
#include "proxy/plan.h"
#include "proxy/sweep.h"
#include "proxy/visit.h"

#include <libconsent/page.h>

struct endpoint;
struct lane;
struct memo_body;

enum exchange_flow {
	EXCHANGE_NEXT,	/* on to the following step */
	EXCHANGE_AGAIN, /* on to the step that stage was set to */
	EXCHANGE_WAIT,	/* until another fact is noted */
	EXCHANGE_DONE,	/* everything was answered */
	EXCHANGE_FAIL	/* through the one door: see exchange.c */
};

/* What has happened; noted by events, read by steps. */
enum exchange_fact {
	FACT_REQUEST_HEAD = 1u << 0,
	FACT_REQUEST_END = 1u << 1,
	FACT_CONNECTED = 1u << 2,
	FACT_RESPONSE_HEAD = 1u << 3,
	FACT_RESPONSE_END = 1u << 4,
	FACT_BODY_SENT = 1u << 5,   /* request body bytes went out */
	FACT_HEAD_SENT = 1u << 6,   /* the response has begun */
	FACT_FINISHED = 1u << 7,    /* the response is complete */
	FACT_CLIENT_GONE = 1u << 8, /* nobody to answer */
	FACT_FAILED = 1u << 9,	    /* status and reason say how */
	FACT_RETRIED = 1u << 10,    /* a second connection was tried */
	FACT_WHOLE = 1u << 11,	    /* asked again without Range */
	FACT_ANSWERED = 1u << 12,   /* our own answer is ready */
	FACT_CLIENT_END = 1u << 13, /* of a tunnel: it sends no more */
	FACT_TUNNEL = 1u << 14,	    /* it counts as one, though yet to be */
	FACT_DEBUG = 1u << 15	    /* the answer tells what it lost */
};

/* The rows of the table of steps. */
enum exchange_stage {
	STAGE_ADMIT,
	STAGE_ROUTE,
	STAGE_SCREEN,
	STAGE_CONNECT,
	STAGE_SEND,
	STAGE_JUDGE,
	STAGE_STREAM,
	STAGE_WITHHOLD, /* what the origin never sees branches off here */
	STAGE_COLLECT,	/* our own paths branch off here */
	STAGE_ANSWER,
	STAGE_TUNNEL /* after a 101 */
};

struct exchange {
	unsigned magic;
	void (*step)(struct exchange *x); /* the machine: exchange.c */
	struct home *home;
	const struct home_client *from; /* the connection */
	struct home_client visitor;	/* whom it speaks for, or the same */
	struct lane *client, *origin;	/* NULL once released */
	struct upstream_wait wait;
	enum exchange_stage stage;
	unsigned facts;
	unsigned status;    /* to answer a failure with */
	const char *reason; /* one sentence for the visitor */
	const char *why;    /* one token for the log */
	struct visit visit;
	struct sweep sweep;	/* of the browser's cookies */
	struct plan plan;	/* of the response's body */
	struct memo_body *body; /* its chain when it is rewritten */
	struct event lull;	/* to see that the origin pauses */
	bool is_quiet;		/* it fired once since the last byte */
	struct buf held;	/* of its page, until the head can tell */
	struct endpoint *endpoint;
	struct answer answer;
	struct access_line access;
	int64_t queued_at; /* monotonic ms: asked for a connection */
	int64_t sent_at;   /* began to send to the origin */

	/* of heads: see visit. Last, since their rows need not begin as 0 */
	struct page_counts removed, leaked;
};

/*
 * Runs steps until one waits; frees the exchange when it has ended: the last
 * thing that an event does.
 */
void exchange_step(struct exchange *x);

/* Notes how a failure is answered; always EXCHANGE_FAIL. why, reason: static */
enum exchange_flow exchange_refuse(
    struct exchange *x, unsigned status, const char *why, const char *reason);

/* Gives the origin's lane back, or the place in the queue for one. */
void exchange_release_origin(struct exchange *x);

/* The same, for an exchange with the origin that is not to be completed. */
void exchange_abort_origin(struct exchange *x);

#endif
