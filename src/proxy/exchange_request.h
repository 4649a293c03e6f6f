#ifndef CONSENT_PROXY_EXCHANGE_REQUEST_H
#define CONSENT_PROXY_EXCHANGE_REQUEST_H

/*
 * The way of a request through an exchange: the steps up to its leaving for
 * the origin, and the events of the client's lane. For proxy/exchange.c only.
 */

#include "proxy/exchange_state.h"

/* Hears the events of the client's lane from now on. */
void exchange_hear_client(struct exchange *x);

/* ADMIT: what is not for us is refused; the visit is opened. */
enum exchange_flow exchange_admit(struct exchange *x);

/* ROUTE: a path of our own branches off to COLLECT, one that a rule withholds
 * to WITHHOLD. */
enum exchange_flow exchange_route(struct exchange *x);

/* SCREEN: the head becomes what the origin may see. */
enum exchange_flow exchange_screen(struct exchange *x);

/* WITHHOLD: what the origin must not see is read away, then answered. */
enum exchange_flow exchange_withhold(struct exchange *x);

/* CONNECT: waits for a lane to the origin. */
enum exchange_flow exchange_connect(struct exchange *x);

/* SEND: the head leaves; the body follows as it comes. */
enum exchange_flow exchange_send(struct exchange *x);

#endif
