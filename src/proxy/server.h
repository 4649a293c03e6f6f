#ifndef CONSENT_PROXY_SERVER_H
#define CONSENT_PROXY_SERVER_H

/*
 * The parent process: opens the listening sockets, starts the notary and the
 * workers, replaces what dies, reloads and stops. It never reads a byte from
 * the network; its control socket (proxy/control) is for root and for our own
 * user. Signals: SIGHUP reloads, SIGTERM and SIGINT drain and stop, a second
 * one stops at once.
 */

#include <libconsent/findings.h>
#include <libconsent/status.h>

#include "proxy/listen.h"
#include "proxy/setup.h"

/* How the server asks the floor above; all calls come from the parent. */
struct server_host {
	/*
	 * Loads and checks the configuration anew; what is wrong goes into
	 * findings, and to whoever reads the log. CONSENT_OK and *out, owned by
	 * the server until unload.
	 */
	int (*load)(
	    void *ctx, struct findings *findings, struct proxy_setup **out);
	void (*unload)(void *ctx, struct proxy_setup *setup);
	/* Everything runs: tell the user where. */
	void (*started)(void *ctx, const struct listen_set *set);
	void *ctx;
	const char *file; /* of the configuration; NULL: there is none */
};

/*
 * Runs until stopped; returns the exit code: 0 after a clean stop, 1 when the
 * start failed (the reason is logged), 2 when the first load failed.
 */
int server_run(const struct server_host *host);

#endif
