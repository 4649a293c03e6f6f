#ifndef CONSENT_LISTS_LISTING_H
#define CONSENT_LISTS_LISTING_H

/*
 * What an import took out of a list, and what it left out. Filled by the
 * readers of formats (lists/adblock, lists/cookie_rows); written as text of
 * libconfig that stands inside a list of a policy (lists/listing_write). Owns
 * all text; no I/O.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/loader.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "lists/skips.h"
#include "policy/arena.h"

enum {
	LISTING_RULES = LOADER_RULES,
	/* bytes of a pattern or purpose: a path may grow threefold when it is
	   spelled (matcher_spell) */
	LISTING_TEXT = 340
};

struct listed_rule {
	const char *pattern;  /* "host", "host/path" or a cookie's name */
	const char *category; /* id in the policy */
	const char *purpose;  /* cookies: or NULL */
	const char *lifetime; /* cookies: or NULL */
	const char *about;    /* cookies: the platform, or NULL */
	size_t line;	      /* of the list */
	bool passes;	      /* an exception */
};

/* What a list says of itself; each NULL where it says nothing. */
struct listing_head {
	const char *title, *version, *modified, *licence, *homepage;
};

struct listing {
	struct arena arena;
	struct listed_rule *rules;
	size_t n, room;
	uint32_t *table; /* rule + 1, by its pattern */
	size_t mask;	 /* its slots, less one */
	size_t entries;	 /* of the list, whether taken or not */
	size_t taken;	 /* entries that became one rule or more */
	struct listing_head head;
	struct skips skips;
};

/* CONSENT_ENOMEM. Either way listing_fini may follow. */
int listing_init(struct listing *l) CONSENT_CHECKED;

/*
 * Adds a rule; its texts must live as long as the listing (listing_keep).
 * Where the pattern is there already, or the listing is full, *why says so.
 * CONSENT_ENOMEM.
 */
int listing_add(struct listing *l, const struct listed_rule *rule,
    enum skip *why) CONSENT_CHECKED;

/* The rule with this pattern that lets pass or not, or NULL. */
const struct listed_rule *listing_find(
    const struct listing *l, struct span pattern, bool passes);

/* A copy of text that lives as long as the listing; NULL: no memory. */
const char *listing_keep(struct listing *l, struct span text);

/*
 * Takes out the rules for which is_kept says no; it is asked in their order
 * while all are still there, and counts them itself. CONSENT_ENOMEM.
 */
int listing_filter(struct listing *l,
    bool (*is_kept)(void *ctx, const struct listed_rule *rule),
    void *ctx) CONSENT_CHECKED;

/* Frees what l holds. */
void listing_fini(struct listing *l);

#endif
