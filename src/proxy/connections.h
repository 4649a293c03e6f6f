#ifndef CONSENT_PROXY_CONNECTIONS_H
#define CONSENT_PROXY_CONNECTIONS_H

/*
 * What the setup says of a worker's connections, as net/ wants it: those that
 * clients make, and those to the origin.
 */

struct peer_options;
struct proxy_setup;
struct upstream_options;

/* Sets all of them; setup is borrowed for the call. */
void connections_of_clients(
    const struct proxy_setup *setup, struct peer_options *options);

/* The same; the origin's address and TLS stay borrowed from setup. */
void connections_to_origin(
    const struct proxy_setup *setup, struct upstream_options *options);

#endif
