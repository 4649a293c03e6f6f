#ifndef CONSENT_REPORT_FACTS_H
#define CONSENT_REPORT_FACTS_H

/*
 * All that the report is made of: what was counted, what was checked, and
 * where texts come from. Borrowed by the report while it is written.
 */

#include <stdint.h>

#include "audit/verify.h"
#include "report/summary.h"

#include <libconsent/buf.h>
#include <libconsent/span.h>

/* What was found about the log as a whole. */
enum report_verdict {
	REPORT_UNCHECKED, /* nothing was looked at but the entries themselves */
	REPORT_BROKEN,	  /* result names the first fault */
	REPORT_INNER, /* it holds together; nobody's signature was looked at */
	REPORT_SIGNED /* and its checkpoint is signed by the key */
};

struct report {
	const char *title;    /* or NULL */
	const char *dir;      /* as it was called */
	int64_t made;	      /* ms: now */
	int64_t since, until; /* what is told of; INT64_MIN, INT64_MAX: all */
	/* by days, with all policies, notices and keys up to until */
	const struct summary *summary;
	enum report_verdict verdict;
	const struct verify_result *result; /* NULL: unchecked */
	struct span key;	/* the verifier key that was given; or empty */
	struct span checkpoint; /* as it is in the log; or empty */
	uint64_t covered;	/* entries under it */
	/*
	 * Reads the text behind a hash into out, which is emptied first.
	 * CONSENT_ENOENT: there is none; CONSENT_EDENIED: it has another hash;
	 * whatever else ends the report.
	 */
	int (*read_text)(void *ctx, enum layout_type kind, struct span hash,
	    struct buf *out);
	void *ctx;
};

#endif
