#ifndef CONSENT_CONSENT_CLAIMS_H
#define CONSENT_CONSENT_CLAIMS_H

/*
 * The claim set of a consent token as JSON: what consent/token signs and what
 * it finds in a token whose signature holds. Decides alone which claims are
 * acceptable. No state.
 */

#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/record.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	CLAIMS_DAYS_MAX = 400,	 /* longest life of a token */
	CLAIMS_GRACE_DAYS = 31,	 /* a refusal counts from its month's start */
	CLAIMS_LEEWAY_MS = 60000 /* clocks may differ by this */
};

/* Whose claims these are. */
struct claims_issuer {
	const char *const *sites; /* origins: iss must be one */
	size_t n_sites;
	unsigned lifetime_days;
};

/*
 * Appends the claims of a record and says when they end. CONSENT_EINVAL: the
 * site is not one of ours, or a grant has no subject or id; CONSENT_ENOMEM;
 * CONSENT_ELIMIT.
 */
int claims_write(const struct claims_issuer *issuer,
    const struct record *record, int64_t *expires,
    struct buf *out) CONSENT_CHECKED;

/* How many days a token holds at most, by whatever it grants. */
unsigned claims_days_most(const struct claims_issuer *issuer);

/*
 * Reads claims into a record. CONSENT_EDENIED for anything but a set that
 * holds now, for one of our sites, exactly as claims_write makes it;
 * CONSENT_ENOMEM. *out is written on success only.
 */
int claims_read(const struct claims_issuer *issuer, struct span claims,
    struct record *out) CONSENT_CHECKED;

#endif
