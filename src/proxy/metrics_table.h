#ifndef CONSENT_PROXY_METRICS_TABLE_H
#define CONSENT_PROXY_METRICS_TABLE_H

/*
 * The families of the shared numbers: what each is called, what it says, and
 * which numbers with which labels are its samples. No state.
 */

#include <stddef.h>

#include "proxy/metrics_names.h"

/* How the numbers of a family become samples. */
enum family_kind {
	FAMILY_COUNTER,	  /* a sum */
	FAMILY_GAUGE,	  /* a sum of what the processes have now */
	FAMILY_MOST,	  /* the largest of the slots: one process sets it */
	FAMILY_TIME,	  /* the same in milliseconds since 1970 */
	FAMILY_HISTOGRAM, /* METRICS_TIMING numbers a value of the label */
};

/* Where the values of a label come from, besides the fixed sets. */
enum {
	FAMILY_BY_NOTHING = NAMES_SETS,
	FAMILY_BY_CATEGORY,
	FAMILY_BY_VENDOR,
	FAMILY_BY_FAULT
};

struct family {
	const char *name, *help;
	enum family_kind kind;
	unsigned first; /* its first number */
	unsigned label, second;
};

/* All of them, n; static. */
const struct family *metrics_families(size_t *n);

#endif
