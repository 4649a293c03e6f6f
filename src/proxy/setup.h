#ifndef CONSENT_PROXY_SETUP_H
#define CONSENT_PROXY_SETUP_H

/*
 * What one generation of the proxy runs with, filled from above: addresses,
 * policy, keys, limits. Checked before it gets here, never changed after; a
 * reload makes a new one. Forked processes see their own copy.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <libconsent/policy.h>
#include <libconsent/token.h>
#include <libconsent/url.h>

struct notice_set;

enum {
	SETUP_LISTENERS = 16, /* most addresses to listen on */
	SETUP_SITES = 16,     /* most public origins */
	SETUP_WORKERS = 64    /* most worker processes */
};

struct setup_address {
	struct sockaddr_storage address;
	socklen_t length;
	char text[128]; /* as configured, for messages */
};

struct setup_timeouts { /* milliseconds */
	int64_t header, idle, connect, upstream, drain;
};

struct proxy_setup {
	size_t n_listeners;
	struct setup_address listeners[SETUP_LISTENERS];
	unsigned workers;

	const char *upstream;		/* "http://host:port" or "unix:PATH" */
	const char *sites[SETUP_SITES]; /* public origins, no slash behind */
	struct url site_urls[SETUP_SITES]; /* the same, parsed */
	const char *prefix;		   /* "/.consent" */

	const struct policy *policy;
	const struct notice_set *notices;
	struct seal_ring *ring;
	struct token_options token; /* with the sites and their number */
	bool forward_token;	    /* the origin sees our cookie, too */

	const char *log_directory;

	size_t header_bytes, header_fields;
	uint64_t request_body;	     /* bytes of a request body; 0: no limit */
	unsigned choices_per_minute; /* of one address */
	unsigned origin_connections; /* of one worker */
	struct setup_timeouts timeouts;

	/* a process of its own, for the demonstration's site; or NULL */
	int (*companion)(void *ctx, int stop_fd);
	void *companion_ctx;
};

#endif
