#ifndef CONSENT_PROXY_JUDGE_H
#define CONSENT_PROXY_JUDGE_H

/*
 * Asks the gate about what stands in the fields of one message, counts what
 * goes, and remembers whether another visitor could get something else. For
 * the files that screen fields; borrows the visit.
 */

#include <stdbool.h>

#include <libconsent/buf.h>
#include <libconsent/gate.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

struct head;
struct visit;

enum {
	JUDGE_BYTES = 2 << 20 /* most bytes of all lines of one field */
};

struct judge {
	const struct visit *visit;
	struct buf scratch; /* URL_SCRATCH, of one URL at a time */
	bool varies;	    /* another visitor may get something else */
};

/* Makes a judge for one message; allocates nothing. */
void judge_init(struct judge *j, const struct visit *v);

/* Frees; *varies becomes true where the judge says so, else it stays. */
void judge_fini(struct judge *j, bool *varies);

/* Whether a verdict withholds; it is counted. */
bool judge_takes(struct judge *j, struct gate_verdict verdict);

/* Whether a URL of the message is withheld; it is counted. */
bool judge_takes_url(struct judge *j, struct span url);

/*
 * Appends the values of all lines of a field, joined by ", ". CONSENT_ENOENT:
 * there is none; CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int judge_join(
    const struct head *h, struct span name, struct buf *out) CONSENT_CHECKED;

/* Makes all lines of a field one with that value; empty: none at all. */
int judge_put(
    struct head *h, struct span name, struct span value) CONSENT_CHECKED;

/*
 * Appends what stays of a value to kept, and says whether anything went.
 * CONSENT_EINVAL: it is no value of that kind; CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
typedef int judge_filtering(
    struct judge *j, struct span value, struct buf *kept, bool *dropped);

/*
 * Filters all lines of a field as one value. One that is of no such kind goes:
 * browsers ignore all of it. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int judge_filter(struct judge *j, struct head *h, struct span name,
    judge_filtering *filter) CONSENT_CHECKED;

#endif
