#ifndef CONSENT_LISTS_ADBLOCK_H
#define CONSENT_LISTS_ADBLOCK_H

/*
 * Reads a list of Adblock Plus network filters, such as EasyPrivacy, in
 * pieces, into a listing of hosts: what a policy can say of it, exactly, and
 * what was left out and why.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

#include "lists/listing.h"

struct adblock;

struct adblock_settings {
	const char *category;	  /* of what is held back */
	const char *exceptions;	  /* of what is let pass, or NULL: nothing */
	const struct span *sites; /* hosts of the site, as far as known */
	size_t n_sites;
	bool any_type; /* filters for some kinds hold for all */
};

/*
 * A reader into listing, which must outlive it, as must what settings point
 * to. CONSENT_ENOMEM.
 */
int adblock_new(const struct adblock_settings *settings,
    struct listing *listing, struct adblock **out) CONSENT_CHECKED;

/* Takes the next piece. CONSENT_ENOMEM. */
int adblock_feed(struct adblock *a, struct span piece) CONSENT_CHECKED;

/* Ends the list: only now exceptions are judged. CONSENT_ENOMEM. */
int adblock_end(struct adblock *a) CONSENT_CHECKED;

/* Frees; NULL is nothing. */
void adblock_free(struct adblock *a);

#endif
