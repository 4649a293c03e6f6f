#ifndef CONSENT_LISTS_ADBLOCK_OPTIONS_H
#define CONSENT_LISTS_ADBLOCK_OPTIONS_H

/*
 * Reads what stands behind the "$" of an Adblock Plus network filter. Only
 * options that a rule of a policy keeps, or that do not matter to it, pass;
 * all others leave the filter out. No state.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>

#include "lists/skips.h"

/* The kinds of request that a filter names. */
enum adblock_type {
	ADBLOCK_SCRIPT = 1u << 0,
	ADBLOCK_IMAGE = 1u << 1,
	ADBLOCK_OTHER = 1u << 2 /* any other */
};

struct adblock_options {
	bool third_party;    /* not for requests of a host to itself */
	unsigned types;	     /* of enum adblock_type; 0: all */
	struct span domains; /* "a.example|~b.example", or empty */
};

/*
 * Splits a filter into its pattern and options. SKIP_NOT, or why it is left
 * out; *options is filled in any case as far as that came.
 */
enum skip adblock_options_read(
    struct span filter, struct span *pattern, struct adblock_options *options);

/*
 * Whether a filter with these domains holds on a site: SKIP_NOT,
 * SKIP_OTHER_SITE, or SKIP_DOMAIN where it cannot be told (no site at all, or
 * "example.*").
 */
enum skip adblock_options_site(
    const struct adblock_options *options, struct span site);

#endif
