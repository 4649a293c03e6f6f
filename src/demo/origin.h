#ifndef CONSENT_DEMO_ORIGIN_H
#define CONSENT_DEMO_ORIGIN_H

/*
 * The demo's site: a small health library in three languages whose pages
 * carry several analytics vendors, and beside it, in the same process, the
 * collector that those vendors report to. Both are served by evhttp on
 * loopback sockets of the caller. For demonstrations and tests only: it
 * believes its clients and keeps no state but counters.
 *
 * Paths: / and /cookie-policy (to the visitor's language), /{en,tr,ar}/ and
 * /{en,tr,ar}/NAME (pages), /assets/NAME, /ff/p.gif (a vendor's pixel under
 * the site's own name), GET /demo/hits (the collector's counters as JSON),
 * GET /demo/cookies (what of the visitor reached the origin), POST /demo/reset
 * (counters to zero), GET /demo/big?bytes=N (N bytes, streamed).
 */

#include <libconsent/status.h>

struct demo_options {
	int origin_fd;		 /* bound and listening; taken over */
	int collector_fd;	 /* bound and listening; taken over */
	unsigned collector_port; /* as pages name it: collector.localhost */
	int stop_fd;		 /* a byte or the end of it ends the demo */
};

/*
 * Serves until stop_fd speaks; borrowed, it stays open. Meant for a child
 * process of its own: SIGPIPE, SIGINT and SIGTERM are ignored from here on, so
 * that a signal to the whole group leaves the end to the parent, whose answers
 * under way still need this site. Closes both sockets.
 * Returns 0, CONSENT_ENOMEM, or CONSENT_EIO when a socket cannot be used.
 */
int demo_run(const struct demo_options *options) CONSENT_CHECKED;

#endif
