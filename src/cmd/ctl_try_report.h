#ifndef CONSENT_CMD_CTL_TRY_REPORT_H
#define CONSENT_CMD_CTL_TRY_REPORT_H

/* What became of a page, as tables for people or as JSON. For ctl_try. */

#include <stdbool.h>

#include <libconsent/policy.h>

struct known;
struct rewrite;

struct ctl_report {
	const char *name; /* of the page */
	const struct policy_facts *facts;
	const struct rewrite *rewrite;
	const struct known *known; /* vendors that are built in */
	bool is_colour;
};

/* Prints a row for each thing that went, or only counts, and the sums. */
void ctl_report_removed(const struct ctl_report *r);

/* Prints each third party that no rule names, and what would name it. */
void ctl_report_strangers(const struct ctl_report *r);

/* Prints both for programs, and returns rc or CTL_FAILED. */
int ctl_report_json(const struct ctl_report *r, int rc);

#endif
