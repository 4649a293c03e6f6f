#ifndef CONSENT_WEB_REFRESH_H
#define CONSENT_WEB_REFRESH_H

/*
 * The value of a Refresh field or of a meta element that refreshes, as
 * browsers read it (HTML 4.2.5.3, "shared declarative refresh steps").
 */

#include <stdbool.h>

#include <libconsent/span.h>

/*
 * Whether the page is left, and *url where it goes, in the value; empty: the
 * page itself.
 */
bool refresh_parse(struct span value, struct span *url);

#endif
