#ifndef CONSENT_PROXY_HOME_H
#define CONSENT_PROXY_HOME_H

/*
 * Where exchanges live: what a worker gives to each of them. No functions.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/loader.h>

#include "proxy/naming.h"
#include "proxy/setup.h"
#include "proxy/thrift.h"
#include "proxy/told.h"

struct ballot;
struct loop;
struct memo;
struct preludes;
struct report_desk;
struct sums;
struct token_checker;
struct upstream;

/* What all exchanges of a worker share until the last has ended. */
struct home {
	const struct proxy_setup *setup;
	struct loop *loop;
	struct upstream *upstream; /* NULL: there is none */
	struct ballot *ballot;
	struct token_checker *checker;
	struct memo *memo;		     /* of pages; NULL: none */
	struct preludes *preludes;	     /* of theirs; NULL: none is kept */
	unsigned counted[POLICY_CATEGORIES]; /* their numbers in the metrics */
	unsigned vendors[LOADER_VENDORS];    /* the same */
	struct sums *sums;		     /* told to the notary; or NULL */
	struct report_desk *reports;	     /* what browsers tell; or NULL */
	struct naming_source names;	     /* of requests */
	struct told told;		     /* of pages, in the diagnostics */
	size_t open;			     /* connections of clients */
	size_t live;			     /* exchanges that have not ended */
	struct thrift opens, lives;	     /* how many there were of both */
	size_t tunnels;			     /* of them, asked for or open */
	size_t switched;		     /* of these, open */
	uint64_t malformed; /* forwarding fields of the trusted, dropped */
	uint64_t several;   /* requests with several consent cookies, */
	int64_t several_at; /* and when that was told last */
};

/* Who is at the other end of a client's connection. */
struct home_client {
	char text[64];	       /* the address without its port */
	unsigned char key[16]; /* the same, to count choices by */
	bool has_address;      /* of IP; a unix socket has none */
	bool is_trusted;       /* what it says of the visitor is believed */
	bool is_tls;	       /* the connection is encrypted */
};

#endif
