#ifndef CONSENT_PROXY_THRIFT_H
#define CONSENT_PROXY_THRIFT_H

/*
 * When a worker gives memory back to the system. What a burst of requests took
 * is free afterwards, but lies between what connections that stay still need,
 * so that the C library keeps it. Giving it back costs a look at all that is
 * free and, at the next burst, a page fault for each 4 KB; it is worth that
 * when a burst is over, and not while one goes on. Knows counts and nothing of
 * what is counted.
 */

#include <stdbool.h>
#include <stddef.h>

enum {
	THRIFT_PART = 4, /* over is a burst of which no more than 1/4 is left */
	THRIFT_EXCHANGES = 32,	 /* at once: fewer are no burst */
	THRIFT_CONNECTIONS = 512 /* likewise */
};

/* One count that comes and goes. Zero at first. */
struct thrift {
	size_t recent; /* most since the last look */
	size_t most;   /* and since memory was given back */
};

/* There are count now. */
void thrift_note(struct thrift *t, size_t count);

/*
 * Looks, at intervals: whether there was a burst of burst or more, and it is
 * over, judging by the most since the last look. count is how many there are
 * now. True once for each burst.
 */
bool thrift_look(struct thrift *t, size_t count, size_t burst);

/* Gives what is free back to the system. */
void thrift_give(void);

#endif
