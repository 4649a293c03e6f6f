#ifndef CONSENT_PROXY_NOTARY_ERASE_H
#define CONSENT_PROXY_NOTARY_ERASE_H

/*
 * Erasure in the notary's hands: of a subject when the parent orders it, of
 * what is old once a day, and of what an earlier notary left half done. A
 * little after each round, so that no choice waits for more than that.
 */

#include <stdbool.h>
#include <stdint.h>

#include "audit/eraser.h"
#include "proxy/notary_log.h"

enum {
	NOTARY_ERASE_MS = 20 /* after one round, and a piece over that */
};

struct notary_erase {
	int fd;		       /* where orders come from; 0: nowhere */
	struct eraser *eraser; /* NULL: the log is not open yet */
	bool ordered;	       /* what is at work is the parent's order: */
	uint64_t number;
	int64_t retain_at; /* monotonic ms: when to look for what is old */
	int64_t again_at;  /* the same: when to try again; 0: at once */
	bool fails;	   /* the last try did, and it was said */
};

/* Makes it one without an order. */
void notary_erase_init(struct notary_erase *ne, int fd);

/* Does what is due. Nothing may be uncommitted. */
void notary_erase_tick(struct notary_erase *ne, struct notary_log *log);

/* Milliseconds until there is something to do; -1: nothing. */
int64_t notary_erase_wait(
    const struct notary_erase *ne, const struct notary_log *log);

/* What is to be polled for orders now; -1: none is taken. */
int notary_erase_fd(const struct notary_erase *ne);

/* Answers an order that is not done: the next notary completes it. */
void notary_erase_stop(struct notary_erase *ne);

#endif
