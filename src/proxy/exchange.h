#ifndef CONSENT_PROXY_EXCHANGE_H
#define CONSENT_PROXY_EXCHANGE_H

/*
 * One request and its response: a table of steps over two lanes, the client's
 * and the origin's. Events of the lanes note a fact and run the steps; each
 * step goes on, waits, ends or fails. Back-pressure is here and nowhere else:
 * the lane that is read pauses while the lane that is written is full. There
 * is one door for failures: an error page as long as nothing was answered, a
 * broken connection without an ending afterwards.
 *
 * An exchange is made when a request begins and frees itself at its end. One
 * loop, one thread.
 */

#include <libconsent/status.h>

struct home_client;
struct home;
struct lane;

/*
 * Begins an exchange on a client's lane, which it takes over. client is
 * borrowed until the exchange ends. CONSENT_ENOMEM: the lane was not taken.
 */
int exchange_begin(struct home *home, struct lane *lane,
    const struct home_client *client) CONSENT_CHECKED;

#endif
