#ifndef CONSENT_TRIAL_CASES_EXPECT_H
#define CONSENT_TRIAL_CASES_EXPECT_H

/*
 * The expectation of a policy test: a word, or a group of what has to hold.
 * For trial/cases alone.
 */

#include <libconsent/setting.h>

#include "trial/case.h"

struct findings;
struct policy;

struct cases_reader {
	const struct policy *policy;
	struct findings *findings;
};

/*
 * Reads `expect` of a test into its expectation; mistakes go into findings.
 * group is the test's.
 */
void cases_expect(const struct cases_reader *r, const struct setting *group,
    struct test_case *test);

/*
 * The index of the category that a setting names, or CASES_ANY, which is
 * reported with the nearest known id.
 */
int cases_category(const struct cases_reader *r, const struct setting *s);

/* The text of a setting, or NULL, which is reported. */
const char *cases_text(const struct cases_reader *r, const struct setting *s);

#endif
