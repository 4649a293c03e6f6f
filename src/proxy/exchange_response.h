#ifndef CONSENT_PROXY_EXCHANGE_RESPONSE_H
#define CONSENT_PROXY_EXCHANGE_RESPONSE_H

/*
 * The way of a response through an exchange: its steps, and the events of the
 * origin's lane. For the files of the exchange only.
 */

#include "proxy/exchange_state.h"

/* Hears the events of the origin's lane from now on. */
void exchange_hear_origin(struct exchange *x);

/*
 * After bytes came, or the client takes more: sees to it that a pause of the
 * origin is noticed where a part of the page waits for what follows.
 */
void exchange_mind_lull(struct exchange *x);

/* Looks for no pause any more. */
void exchange_forget_lull(struct exchange *x);

/* JUDGE: the head becomes what the client may see; plans the body. */
enum exchange_flow exchange_judge(struct exchange *x);

/* STREAM: waits for the body's end, and tells it. */
enum exchange_flow exchange_stream(struct exchange *x);

#endif
