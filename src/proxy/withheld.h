#ifndef CONSENT_PROXY_WITHHELD_H
#define CONSENT_PROXY_WITHHELD_H

/*
 * Requests to paths of the site itself that a rule withholds: analytics that
 * a site passes on to a tracker under its own name. The origin never sees
 * them; the browser gets nothing, in the kind that it asked for, so that no
 * page breaks: an empty script or style sheet, one clear pixel, else a 204.
 */

struct answer;
struct head;

enum {
	WITHHELD_BODY = 1 << 20 /* most bytes of a request that are read away */
};

/* Fills the answer to a request. Failures latch in the answer. */
void withheld_answer(struct answer *a, const struct head *request);

#endif
