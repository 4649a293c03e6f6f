#ifndef CONSENT_CONSENT_TOKEN_H
#define CONSENT_CONSENT_TOKEN_H

/*
 * A record as the visitor keeps it: a signed token in a cookie. Writes and
 * reads its claims, names the cookie, and remembers tokens that were checked.
 *
 * A refusal leaves no handle: a token that grants nothing has no sub, jti or
 * seq, its times are rounded to the month, and so it is the same for all who
 * refuse. Whatever is not a valid token is "no choice yet", never an error to
 * the visitor.
 *
 * Claims: iss, aud "consent", iat, exp, act, cat (granted ids), rev (an
 * object, the revision of each decided id), and with a grant sub, jti, seq
 * and, when the signal was on, sig "gpc". Nothing else is accepted.
 */

#include <stddef.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/record.h>
#include <libconsent/seal.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

CONSENT_BEGIN

enum {
	TOKEN_DAYS_MAX = 400, /* RFC 6265bis: longest life of a cookie */
	TOKEN_CANDIDATES = 8, /* consent cookies looked at in a request */
	TOKEN_CACHE = 1024    /* checked tokens remembered */
};

enum token_scope {
	TOKEN_SCOPE_HOST, /* this host only */
	TOKEN_SCOPE_SITE  /* the domain given and all below it */
};

/* Borrowed; must outlive whatever it was given to. */
struct token_options {
	const char *const *sites; /* origins; a token's iss must be one */
	size_t n_sites;
	unsigned lifetime_days; /* 1 to TOKEN_DAYS_MAX */
	enum token_scope scope;
	const char *domain; /* with TOKEN_SCOPE_SITE: the cookie's Domain */
	const char *cookie; /* name of the cookie; NULL or "": by the rules */
};

/*
 * Appends the token of a record and sets record->expires. record->site must
 * be one of the sites, record->time set; a record that grants something needs
 * sub and id. CONSENT_EINVAL when it does not; else as seal_sign.
 */
int token_mint(const struct seal_ring *ring,
    const struct token_options *options, struct record *record,
    struct buf *out) CONSENT_CHECKED;

/*
 * Reads a token. Fields that a token does not carry are empty. CONSENT_EDENIED
 * for anything but a valid one, CONSENT_ENOMEM; *out only on success.
 */
int token_read(const struct seal_ring *ring,
    const struct token_options *options, struct span token,
    struct record *out) CONSENT_CHECKED;

struct token_checker;

/*
 * A ring and options with a cache of TOKEN_CACHE good tokens in front: forged
 * ones are never kept, so they push nothing out and cost a look-up and a check
 * each; a kept one is found by a keyed hash and compared whole. Both are
 * borrowed; who takes a key away calls token_checker_forget.
 * CONSENT_ENOMEM, CONSENT_EIO.
 */
int token_checker_new(const struct seal_ring *ring,
    const struct token_options *options,
    struct token_checker **out) CONSENT_CHECKED;

/* As token_read; the times are checked each time. */
int token_checker_read(struct token_checker *checker, struct span token,
    struct record *out) CONSENT_CHECKED;

/* Empties the cache: each token is checked again by the keys that are there. */
void token_checker_forget(struct token_checker *checker);

/* How many signatures were checked since the start: those of other tokens. */
uint64_t token_checker_checks(const struct token_checker *checker);

/* The consent cookies of one request. */
struct token_candidates {
	const struct span *values;
	size_t n;
	const char *site; /* tokens of others do not count; NULL: any of ours */
};

/* What came of them. */
struct token_pick {
	size_t n_valid;
	size_t n_invalid;
	struct record record; /* set when n_valid is not 0 */
};

/*
 * Checks each candidate. Of several valid ones the one that grants
 * least wins, and keeps only what all of them grant. More than
 * TOKEN_CANDIDATES: none counts as valid.
 */
void token_checker_pick(struct token_checker *checker,
    const struct token_candidates *candidates, struct token_pick *out);

/*
 * Whose tokens count in a request for sites[site]: with TOKEN_SCOPE_HOST its
 * own, with TOKEN_SCOPE_SITE those of all sites (NULL).
 */
const char *token_issuer(const struct token_options *options, size_t site);

/* Frees; NULL is nothing. */
void token_checker_free(struct token_checker *checker);

/*
 * The cookie's name: what was set, else consent where a site is plain http,
 * __Secure-consent with TOKEN_SCOPE_SITE, __Host-consent.
 */
struct span token_cookie_name(const struct token_options *options);

/*
 * Appends the Set-Cookie value for a token that ends at expires (ms); Max-Age
 * counts from now. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int token_set_cookie(const struct token_options *options, struct span token,
    int64_t expires, struct buf *out) CONSENT_CHECKED;

/* Appends the Set-Cookie value that deletes the cookie. As above. */
int token_delete_cookie(
    const struct token_options *options, struct buf *out) CONSENT_CHECKED;

CONSENT_END

#endif
