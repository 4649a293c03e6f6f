#ifndef CONSENT_PROXY_SETUP_H
#define CONSENT_PROXY_SETUP_H

/*
 * What one generation of the proxy runs with, filled from above: addresses,
 * policy, keys, limits. Checked before it gets here, never changed after, but
 * for the keys (proxy/key_desk); a reload makes a new one. Forked processes see
 * their own copy.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <libconsent/csp.h>
#include <libconsent/policy.h>
#include <libconsent/token.h>
#include <libconsent/url.h>

#include "audit/note.h"
#include "proxy/access_out.h"
#include "web/network.h"

struct consent_mode;
struct csp;
struct guard;
struct notice_set;
struct site_script;
struct tls_client;
struct tls_server;

enum {
	SETUP_LISTENERS = 16, /* most addresses to listen on */
	SETUP_SITES = 16,     /* most public origins */
	SETUP_WORKERS = 64,   /* most worker processes */
	SETUP_EDITION = 17,   /* hex digits and NUL */
	SETUP_UPGRADES = 64   /* most paths where Upgrade may pass */
};

struct setup_address {
	struct sockaddr_storage address;
	socklen_t length;
	char text[128]; /* as configured, for messages */
};

struct setup_listener {
	struct setup_address at;
	bool http2;		/* offered by ALPN, or known by its preface */
	bool proxy_protocol;	/* each connection begins with a PROXY header */
	struct tls_server *tls; /* NULL: the listener is plain */
};

struct setup_timeouts {	       /* milliseconds */
	int64_t header;	       /* for a whole request head */
	int64_t body;	       /* between two reads of a request body */
	int64_t send;	       /* for a client that takes nothing */
	int64_t idle;	       /* on a connection without a request */
	int64_t half_closed;   /* for a client that sends no more */
	int64_t connect;       /* for a connection to the origin */
	int64_t upstream;      /* for the origin to say or take something */
	int64_t upstream_idle; /* on a kept connection to it */
	int64_t resolve;       /* that addresses of its name are good */
	int64_t queue;	       /* of a request for a connection to the origin */
	int64_t tunnel;	       /* of an upgraded connection without a byte */
	int64_t grace;	       /* from unreadiness to closed doors */
	int64_t drain;	       /* for what is under way at the end */
};

struct proxy_setup {
	size_t n_listeners;
	struct setup_listener listeners[SETUP_LISTENERS];
	unsigned workers;
	const char *user, *group; /* of all but the parent; NULL: no change */
	bool sandbox;		  /* children are confined to what they need */
	bool admin_public;	  /* others reach the admin address */
	char edition[SETUP_EDITION]; /* see edition_write */

	struct setup_address admin; /* length 0: none */
	const char *control;	    /* path of a unix socket; NULL: none */
	const char *inventory;	    /* path of a file; NULL: none */

	struct network_set trusted; /* whose PROXY and Forwarded count */
	bool trusts_local; /* those of clients of unix sockets, likewise */

	const char *upstream; /* "http[s]://host:port" or "unix:PATH"; NULL:
				 nothing but what is ours is served */
	struct tls_client *upstream_tls;   /* NULL: not by TLS */
	const char *sites[SETUP_SITES];	   /* public origins, no slash behind */
	struct url site_urls[SETUP_SITES]; /* the same, parsed */
	const char *prefix;		   /* "/.consent" */
	const char *cdn_variant; /* request field of a cache; NULL: none */

	const struct policy *policy;
	const struct notice_set *notices;
	const struct csp *csp;		  /* of policy and sites; NULL: none */
	const struct guard *guard;	  /* the script of that policy */
	const struct site_script *script; /* for pages' own, or NULL */
	const struct consent_mode *mode;  /* of Google's, or NULL */
	char stubs_hash[CSP_HASH];	  /* of the stand-ins' script */
	struct seal_ring *ring;		  /* of tokens */
	struct note_ring *note_ring;	  /* of the log's checkpoints */
	const char *keys;		  /* the folder of both */
	const char *log_name;		  /* that checkpoints are signed as */
	/* when the newest key of each was made: ms since 1970; 0: unknown */
	int64_t token_key_made, log_key_made;
	struct token_options token; /* with the sites and their number */
	bool forward_token;	    /* the origin sees our cookie, too */
	bool clear_storage;	    /* a withdrawal ends web storage, too */

	struct access_plan access; /* lines about requests */

	const char *log_directory;
	int64_t log_summary; /* ms between sums of what was withheld */

	size_t memo_bytes; /* of pages that a worker remembers; 0: none */
	size_t header_bytes, header_fields;
	uint64_t request_body;	      /* bytes of a request body; 0: no limit */
	unsigned log_retain_days;     /* for choices in the log; 0: for ever */
	unsigned choices_per_minute;  /* of one address */
	unsigned connections;	      /* of clients to one worker */
	unsigned address_connections; /* of one address to it; 0: no limit */
	unsigned origin_connections;  /* of one worker */
	unsigned queue;	    /* requests of a worker that wait for one of them */
	uint64_t body_rate; /* bytes a second of a client's; 0: any */
	uint64_t send_rate; /* and of an answer, that it takes */
	unsigned tunnels;   /* at a time, of one worker */
	unsigned streams;   /* at a time on one HTTP/2 connection */
	const char *upgrades[SETUP_UPGRADES]; /* globs of paths */
	size_t n_upgrades;		      /* 0: Upgrade never passes */
	struct setup_timeouts timeouts;

	/* a process of its own, for the demonstration's site; or NULL */
	int (*companion)(void *ctx, int stop_fd);
	void *companion_ctx;
};

#endif
