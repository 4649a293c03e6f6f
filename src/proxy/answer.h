#ifndef CONSENT_PROXY_ANSWER_H
#define CONSENT_PROXY_ANSWER_H

/*
 * A whole small response that we make ourselves: error pages and all that is
 * served under our own prefix. Built in memory, sent by the exchange. The
 * first failure latches, so that a caller may build without looking and check
 * once at the end.
 */

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "http/head.h"

enum {
	ANSWER_BYTES = 4 * 1024 * 1024 /* longest body of ours */
};

struct answer {
	struct head head; /* of the response */
	struct buf body;
	int rc; /* the first failure, or 0 */
};

/* Makes an empty answer; allocates nothing. */
void answer_init(struct answer *a);

/* Frees what it holds. */
void answer_fini(struct answer *a);

/*
 * Begins (or begins anew, forgetting all) a response with that status, a Date
 * and Cache-Control: no-store. Failures latch in a->rc.
 */
void answer_start(struct answer *a, unsigned status);

/* Adds a field. Failures latch in a->rc. */
void answer_field(struct answer *a, struct span name, struct span value);

/* Replaces the Cache-Control field. Failures latch in a->rc. */
void answer_cache(struct answer *a, struct span value);

/* Appends to the body. Failures latch in a->rc. */
void answer_text(struct answer *a, struct span text);

/*
 * A plain page that says what went wrong, in HTML without anything from
 * elsewhere; reason is one English sentence and is escaped.
 */
void answer_error(struct answer *a, unsigned status, struct span reason);

/* The same as JSON: {"error":"..."}; reason is plain ASCII text. */
void answer_error_json(struct answer *a, unsigned status, struct span reason);

#endif
