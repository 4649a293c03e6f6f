#ifndef CONSENT_CENSUS_ROBOTS_H
#define CONSENT_CENSUS_ROBOTS_H

/*
 * What a site's robots.txt lets a program read (RFC 9309): the groups for its
 * own name or, without any, those for "*"; Allow and Disallow with "*" and "$",
 * the longest that fits wins. Any bytes are a robots.txt. No I/O.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>

enum {
	ROBOTS_BYTES = 500 * 1024, /* that are read (RFC 9309 2.5) */
	ROBOTS_STEPS = 4 << 20	   /* most work for one path */
};

/* Borrows the text and the name that it was read of. */
struct robots {
	struct span text, agent;
	bool is_ours; /* the groups for our name count, not those for all */
	bool refuses; /* all, whatever the rules say */
};

/* Reads text for the program of that name (a product token, any case). */
void robots_read(struct robots *r, struct span text, struct span agent);

/*
 * Whether a path with its query ("/a?b") may be read. Not where rules are
 * made so that they take more than ROBOTS_STEPS to compare.
 */
bool robots_allow(const struct robots *r, struct span path);

#endif
