#ifndef CONSENT_TRIAL_OUTCOME_H
#define CONSENT_TRIAL_OUTCOME_H

/*
 * Runs one policy test and tells what did not hold: what was expected, what
 * was got instead and the rule that decided. Reads the page of a test of one;
 * writes nothing.
 */

#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/policy.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "trial/case.h"

struct visitor_place;

enum {
	OUTCOME_FAULTS = 16,	/* of one test, the first ones */
	OUTCOME_TEXT = 1 << 16, /* bytes of all their words */
	OUTCOME_PAGE = 16 << 20 /* longest page of a test */
};

/* One thing that did not hold, in words; spans into the outcome's text. */
struct outcome_fault {
	size_t expected, got, end;	/* where each begins in text */
	const struct policy_rule *rule; /* that decided, or NULL */
};

struct outcome {
	struct outcome_fault faults[OUTCOME_FAULTS];
	size_t n; /* 0: the test passes */
	struct buf text;
};

/* Makes o empty. */
void outcome_init(struct outcome *o);

/*
 * Runs a test of the file at path for visitors at place. CONSENT_EIO: its
 * page cannot be read, or is too long; CONSENT_EINVAL: no browser would load
 * its URL; CONSENT_ENOMEM, CONSENT_ELIMIT. A page that the daemon would cut is
 * a fault, not a failure.
 */
int outcome_run(struct outcome *o, const struct test_case *test,
    const struct visitor_place *place, const char *path) CONSENT_CHECKED;

/* What was expected, and what was got, of a fault of o. */
struct span outcome_expected(const struct outcome *o, size_t fault);
struct span outcome_got(const struct outcome *o, size_t fault);

/* Frees what o holds. */
void outcome_fini(struct outcome *o);

#endif
