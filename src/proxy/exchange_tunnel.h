#ifndef CONSENT_PROXY_EXCHANGE_TUNNEL_H
#define CONSENT_PROXY_EXCHANGE_TUNNEL_H

/*
 * An exchange after a 101: both lanes carry bytes that are no longer HTTP, each
 * as fast as the other side takes them. An end of one side is passed on and
 * leaves the other direction as it is; a failure of one side breaks the other
 * one off. Neither connection is ever used for HTTP again. For the files of
 * the exchange only.
 */

#include "proxy/exchange_state.h"

/*
 * Counts the exchange, which asks for a tunnel, as one from before its request
 * leaves: the origin never agrees to one for which there is no room. Refuses
 * it when there are as many as there may be.
 */
enum exchange_flow exchange_reserve_tunnel(struct exchange *x);

/*
 * Counts it no more, if it was counted: it has ended, or the origin answered
 * with something else.
 */
void exchange_leave_tunnel(struct exchange *x);

/*
 * The origin answered 101: once the request is complete, becomes a tunnel when
 * it was asked for just that; refuses otherwise.
 */
enum exchange_flow exchange_switch(struct exchange *x);

/* TUNNEL: waits until both sides have ended. */
enum exchange_flow exchange_tunnel(struct exchange *x);

#endif
