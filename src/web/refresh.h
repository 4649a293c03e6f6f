#ifndef CONSENT_WEB_REFRESH_H
#define CONSENT_WEB_REFRESH_H

/*
 * The value of a Refresh field or of a meta element that refreshes, as
 * browsers read it (HTML 4.2.5.3, "shared declarative refresh steps").
 */

#include <stdbool.h>

#include <libconsent/span.h>

/*
 * Cuts the next reading off *rest, a whole value at first: *url is where the
 * page goes by it, empty for the page itself. Browsers differ on where a URL in
 * quotes ends, so that a value may have two. False when there is no other, or
 * none at all: browsers ignore the value.
 */
bool refresh_next(struct span *rest, struct span *url);

#endif
