#ifndef CONSENT_DEMO_COLLECTOR_H
#define CONSENT_DEMO_COLLECTOR_H

/*
 * The other end of the demo's analytics: vendor scripts, beacons, pixels and
 * frames, each vendor under its own path, and GET /count with the counters.
 * It answers as such vendors do: CORS with credentials, its own third-party
 * cookie, no caching. Every request but those to /count is counted.
 */

#include "demo/hits.h"

#include <libconsent/span.h>

struct evhttp_request;

/*
 * Counts and answers one request; hits is changed. The request is over then.
 */
void collector_answer(struct evhttp_request *request, struct hits *hits);

/* A transparent GIF of one pixel; static. */
struct span collector_pixel(void);

#endif
