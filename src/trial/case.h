#ifndef CONSENT_TRIAL_CASE_H
#define CONSENT_TRIAL_CASE_H

/*
 * One policy test: a thing or a page, a visitor's consent, and what is
 * expected. All text is borrowed from the file that it was read from.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/findings.h>
#include <libconsent/gate.h>
#include <libconsent/policy.h>

#include "trial/question.h"

enum {
	CASES_TEXTS = 64,  /* of one list in an expectation */
	CASES_COUNTS = 64, /* rows of `counts` */
	CASES_ANY = -1	   /* not asked for */
};

/* Texts of a page: borrowed from the file. */
struct case_texts {
	const char *items[CASES_TEXTS];
	size_t n;
};

/* How often a rule has to take something out. */
struct case_count {
	const char *rule; /* its pattern, or "none" */
	int n;
};

/* What is expected. */
struct case_expect {
	int answer;	    /* enum gate_answer, or CASES_ANY */
	int category;	    /* its index, or CASES_ANY */
	const char *rule;   /* pattern of the deciding one, "none", or NULL */
	const char *vendor; /* that it is of, or NULL */
	/* of pages alone */
	bool clean;  /* nothing of a third party that no rule names */
	int removed; /* how much was taken out, or CASES_ANY */
	struct case_texts absent, present;
	struct case_count counts[CASES_COUNTS];
	size_t n_counts;
};

struct test_case {
	struct place place;
	const char *name; /* or NULL */
	struct question question;
	const char *subject;  /* the same as text; of a page its file */
	const char *at;	      /* of the page, or NULL */
	category_set granted; /* by `consent` */
	bool gpc;
	struct case_expect expect;
};

#endif
