#ifndef CONSENT_TRIAL_CASES_H
#define CONSENT_TRIAL_CASES_H

/*
 * A file of policy tests in libconfig: a list `tests` of groups, each a thing
 * or a page, a visitor's consent and what is expected; docs/POLICY.md is its
 * reference. Reads and checks the file, and the vendor that it is about; runs
 * nothing. Owns all that it read.
 */

#include <stddef.h>

#include <libconsent/findings.h>
#include <libconsent/policy.h>
#include <libconsent/status.h>

#include "trial/case.h"

enum {
	CASES_MAX = 4096 /* tests of one file */
};

struct settings;

struct cases {
	struct settings *settings;
	const struct policy *policy; /* that they are about */
	struct policy *vendor;	     /* owned: of `vendor`, or NULL */
	struct test_case *items;
	size_t n;
};

/*
 * Reads the file of tests at path, which are about policy if it names no
 * vendor; policy may be NULL then. What is wrong goes into findings:
 * CONSENT_EINVAL; CONSENT_EIO: it cannot be read; CONSENT_ENOMEM. *out can
 * always be given to cases_free. policy is borrowed until then.
 */
int cases_load(const char *path, const struct policy *policy,
    struct findings *findings, struct cases *out) CONSENT_CHECKED;

/* Frees what was read. */
void cases_free(struct cases *cases);

#endif
