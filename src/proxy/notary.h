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

#include "proxy/notary_log.h"
#include "proxy/notary_wire.h"
#include "proxy/pulse.h"

#include <libconsent/token.h>

enum {
	NOTARY_CHANNELS = 256, /* most workers */
	NOTARY_PER_MINUTE = 30 /* default choices a minute for an address */
};

/* All borrowed until notary_run returns. */
struct notary_options {
	struct notary_log_options log;
	const struct token_options *token;
	const int *channels; /* our end of each pair */
	size_t n_channels;
	int stop_fd;	     /* readable or closed: stop; -1: none */
	int erase_fd;	     /* orders of proxy/erasure; 0: none */
	int mode_fd;	     /* notes of proxy/mode; 0: none */
	struct pulse *pulse; /* beaten between rounds; NULL: not wanted */
	unsigned per_minute; /* choices for one address; 0: no limit */
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
