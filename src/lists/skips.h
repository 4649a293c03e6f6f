#ifndef CONSENT_LISTS_SKIPS_H
#define CONSENT_LISTS_SKIPS_H

/*
 * What an import leaves out of a list and why: counted, with the first lines
 * of each kind as examples. No I/O; texts are cut to what a line shows.
 */

#include <stddef.h>

#include <libconsent/span.h>

enum {
	SKIP_EXAMPLES = 3,
	SKIP_TEXT = 96 /* bytes of an example, the NUL included */
};

enum skip {
	/* lists of filters */
	SKIP_COSMETIC,
	SKIP_REGEX,
	SKIP_NO_HOST,
	SKIP_ANCHOR,
	SKIP_HOST_OPEN,
	SKIP_HOST_WILD,
	SKIP_HOST_BAD,
	SKIP_TOO_WIDE,
	SKIP_PORT,
	SKIP_SEPARATOR,
	SKIP_TYPE,
	SKIP_DOMAIN,
	SKIP_OTHER_SITE,
	SKIP_OWN_SITE,
	SKIP_FIRST_PARTY,
	SKIP_OPTION,
	SKIP_CONDITIONAL,
	SKIP_EXCEPTION,
	SKIP_EXCEPTION_WIDE,
	/* lists of cookies */
	SKIP_CATEGORY,
	SKIP_DOUBTFUL,
	SKIP_AMBIGUOUS,
	SKIP_SHORT,
	SKIP_NAME,
	SKIP_THIRD_PARTY,
	SKIP_KNOWN,
	SKIP_ESSENTIAL,
	SKIP_COLUMNS,
	/* both */
	SKIP_DUPLICATE,
	SKIP_ENCODING,
	SKIP_TOO_LONG,
	SKIP_FULL,
	SKIPS,
	SKIP_NOT /* it is taken */
};

struct skip_example {
	size_t line;
	char text[SKIP_TEXT]; /* UTF-8 without control bytes */
};

struct skip_count {
	size_t n;
	struct skip_example examples[SKIP_EXAMPLES]; /* the first of n */
};

struct skips {
	struct skip_count of[SKIPS];
	size_t n; /* all */
};

/* Counts one, and keeps it as an example while there is room. */
void skips_add(
    struct skips *skips, enum skip why, size_t line, struct span text);

/* "no-host": a word for programs; static. */
const char *skip_id(enum skip why);

/* Why such a rule is left out, as a sentence without its stop; static. */
const char *skip_why(enum skip why);

#endif
