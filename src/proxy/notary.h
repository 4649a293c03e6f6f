#ifndef CONSENT_PROXY_NOTARY_H
#define CONSENT_PROXY_NOTARY_H

/*
 * The process that owns the consent log, the signing keys and the limit on
 * choices. Workers reach it over SOCK_SEQPACKET pairs (proxy/ballot is their
 * side) whose both ends the parent keeps open: what is queued in them outlives
 * a notary that is killed, and the next one takes over. Decisions of all
 * workers meet here: each round drains what is readable, appends it, commits
 * once, and only then mints and answers. Log first, token second.
 *
 * When the log cannot be written, choices are answered with CONSENT_EIO and
 * the notary goes on; it heals by itself when the disk does. Single-threaded,
 * poll(2), blocks on the disk alone.
 */

#include <stddef.h>

#include "proxy/account.h"
#include "proxy/notary_wire.h"
#include "proxy/pulse.h"

#include <libconsent/seal.h>
#include <libconsent/span.h>
#include <libconsent/token.h>

enum {
	NOTARY_CHANNELS = 256,	/* most workers */
	NOTARY_PER_MINUTE = 30, /* default choices a minute for an address */
	NOTARY_TEXTS = 64	/* most texts of a kind to be recorded */
};

/* A policy or notice that choices may name: goes into the log at start. */
struct notary_text {
	const char *hash; /* SHA-256 of text, 64 hex digits */
	struct span text;
};

/* All borrowed until notary_run returns. */
struct notary_options {
	const char *directory; /* of the log */
	const char *node;      /* this machine's name in entries; "": unknown */
	const char *version;   /* of the software */
	const struct seal_ring *ring;
	const struct token_options *token;
	const int *channels; /* our end of each pair */
	size_t n_channels;
	int stop_fd;		 /* readable or closed: stop; -1: none */
	struct pulse *pulse;	 /* beaten between rounds; NULL: not wanted */
	unsigned per_minute;	 /* choices for one address; 0: no limit */
	struct account *account; /* of what workers tell; NULL: not kept */
	int64_t account_ms;	 /* between its entries */
	const struct notary_text *policies;
	size_t n_policies;
	const struct notary_text *notices;
	size_t n_notices;
};

/*
 * Runs until SIGTERM or stop_fd, then answers what is queued, writes a `stop`
 * entry and returns 0. SIGINT is left to the parent, SIGPIPE is ignored.
 * Returns 1 when it cannot go on: another writer has the log, the log is
 * damaged before its end, a text does not match its hash, or no memory. The
 * descriptors stay the caller's.
 */
int notary_run(const struct notary_options *options) CONSENT_CHECKED;

#endif
