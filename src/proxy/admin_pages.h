#ifndef CONSENT_PROXY_ADMIN_PAGES_H
#define CONSENT_PROXY_ADMIN_PAGES_H

/*
 * What the admin address answers: /healthz, /readyz and /metrics, to GET and
 * HEAD alone. All of it is read from the shared numbers; nothing is changed
 * and nobody is asked.
 */

#include <stdint.h>

struct answer;
struct head;
struct metrics;
struct proxy_setup;

/* All borrowed for the call. */
struct admin_page {
	const struct metrics *metrics;
	const struct proxy_setup *setup; /* in force */
	int64_t now;			 /* monotonic ms */
};

/* Fills an answer to a request. Failures latch in the answer. */
void admin_answer(const struct admin_page *page, const struct head *request,
    struct answer *answer);

#endif
