#ifndef CONSENT_PROXY_NOTARY_MINT_H
#define CONSENT_PROXY_NOTARY_MINT_H

/*
 * Tokens for the choices that were logged. A token that grants nothing is made
 * once for each month, site, action, set of revisions and key, and given to
 * all who refuse alike: with ES256, too, whose signatures would tell them
 * apart.
 */

#include <stddef.h>
#include <stdint.h>

#include <libconsent/record.h>
#include <libconsent/seal.h>
#include <libconsent/status.h>
#include <libconsent/token.h>

struct minter;

/* A token as it is handed out. */
struct minted {
	int64_t expires; /* ms */
	size_t n;
	char token[SEAL_TOKEN_MAX];
};

/* Borrows both until minter_free. CONSENT_ENOMEM. */
int minter_new(const struct seal_ring *ring,
    const struct token_options *options, struct minter **out) CONSENT_CHECKED;

/* The id of the key that signs. */
const char *minter_kid(const struct minter *m);

/* The token of a record; codes of token_mint. *out on success only. */
int minter_mint(struct minter *m, const struct record *r,
    struct minted *out) CONSENT_CHECKED;

/* Frees; NULL is nothing. */
void minter_free(struct minter *m);

#endif
