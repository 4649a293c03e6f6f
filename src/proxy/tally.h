#ifndef CONSENT_PROXY_TALLY_H
#define CONSENT_PROXY_TALLY_H

/*
 * Counts an exchange when it has ended, and how it failed (proxy/metrics).
 */

struct codec_fault;
struct exchange;

/* The exchange ends: method, status, bytes, time, what went of its page. */
void tally_exchange(struct exchange *x);

/* It failed; why is the token of exchange_refuse. */
void tally_failure(const char *why);

/* The client's message was refused. */
void tally_fault(const struct codec_fault *fault);

/* A page was withheld; rc says why. */
void tally_cut(const struct exchange *x, int rc);

#endif
