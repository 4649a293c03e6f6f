#ifndef CONSENT_DEMO_BIG_H
#define CONSENT_DEMO_BIG_H

/*
 * A body of any length that is never held: pieces of zero bytes, the next one
 * when the one before has gone. For measuring memory and flow control.
 */

#include <stdint.h>

struct event_base;
struct evhttp_request;

/*
 * Answers with n bytes, n over 0, under the head lines already added (the
 * caller's Content-Length among them). The request is over then, at once or
 * when the last piece is sent or the client goes away.
 */
void big_start(
    struct event_base *base, struct evhttp_request *request, uint64_t n);

#endif
