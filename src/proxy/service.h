#ifndef CONSENT_PROXY_SERVICE_H
#define CONSENT_PROXY_SERVICE_H

/*
 * The parent as a service of systemd: tells it how things stand (sd_notify(3)),
 * shows that it lives (WatchdogSec=), and takes the sockets that it was started
 * with (sd_listen_fds(3)). Without systemd all of it does nothing. The only
 * place that sees libsystemd.
 */

#include <stdint.h>

#include <libconsent/status.h>

#include "proxy/listen.h"
#include "proxy/setup.h"

enum {
	SERVICE_STATUS = 256 /* longest text of a state; longer ones are cut */
};

/*
 * The sockets that the process was started with, as a set whose addresses are
 * those of setup that they answer: to be given to listen_open as what was open
 * before. Empty where there are none. CONSENT_EINVAL, logged, when one is no
 * listening stream socket or its address is not in the configuration.
 */
int service_sockets(
    struct listen_set *out, const struct proxy_setup *setup) CONSENT_CHECKED;

/* All runs, after the start or a reload; status is for systemctl status. */
void service_ready(const char *status);

/* A reload begins; service_ready ends it, whatever came of it. */
void service_reloading(void);

/* The end begins. */
void service_stopping(void);

/* Milliseconds within which service_alive must come again; 0: need not. */
int64_t service_watchdog(void);

/* The processes prove alive. */
void service_alive(void);

#endif
