#ifndef CONSENT_PROXY_PREFIX_H
#define CONSENT_PROXY_PREFIX_H

/*
 * Which paths are ours and never reach the origin: all below the configured
 * prefix, and the GPC support resource.
 */

#include <stdbool.h>

#include <libconsent/span.h>

struct proxy_setup;

/*
 * What follows the prefix in a path: "" or what begins with "/"; a NULL
 * pointer when the path is not below it.
 */
struct span prefix_rest(const struct proxy_setup *setup, struct span path);

/*
 * The path that a path of ours asks about (proxy/verify): what follows
 * PREFIX/verify, "" where nothing does; a NULL pointer for every other path.
 */
struct span prefix_verified(const struct proxy_setup *setup, struct span path);

/* Whether a path (without its query) is ours to answer. */
bool prefix_owns(const struct proxy_setup *setup, struct span path);

#endif
