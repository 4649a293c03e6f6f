#ifndef CONSENT_PROXY_NOTARY_LIMIT_H
#define CONSENT_PROXY_NOTARY_LIMIT_H

/*
 * How many choices an address may make a minute, over all workers. A bucket an
 * address that fills evenly; a table of fixed size, where an address that was
 * quiet for long makes room. Keeps addresses in memory only.
 */

#include <stdbool.h>
#include <stdint.h>

#include "proxy/notary_wire.h"
#include <libconsent/status.h>

struct limiter;

/* Allows per_minute for each address; 0: any number. CONSENT_ENOMEM. */
int limiter_new(unsigned per_minute, struct limiter **out) CONSENT_CHECKED;

/*
 * Counts one choice at time now (ms, monotonic). False when the address has
 * had its share; then nothing is counted. An address of zeros is unknown (a
 * unix socket) and not limited.
 */
bool limiter_take(struct limiter *l,
    const unsigned char address[NOTARY_ADDRESS], int64_t now);

/* Frees; NULL is nothing. */
void limiter_free(struct limiter *l);

#endif
