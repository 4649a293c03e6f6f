#ifndef CONSENT_WEB_URL_PARTS_H
#define CONSENT_WEB_URL_PARTS_H

/*
 * The pieces of url_parse: hosts (web/url_host) and paths (web/url_path).
 * Both write to room that url_parse has reserved, so that spans into it stay
 * where they are. Nothing here allocates but libidn2.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	URL_HOST = 1024 /* room for one host while it is worked on */
};

/* Bytes that are written one after the other to memory of a known size. */
struct room {
	char *p;
	size_t n, max;
};

/* Writes c; a write over max is dropped: the reserve was to prevent it. */
void room_put(struct room *room, char c);

/* Writes c as %XX. */
void room_escape(struct room *room, char c);

/*
 * The host of a network URL (WHATWG URL 3.5) from what stands in its place.
 * Plain lower-case names are returned as they are; all others are written to
 * room (URL_HOST bytes). CONSENT_EINVAL: not a host; CONSENT_ECODING: not to
 * us, but it has letters beyond ASCII and a browser may take it.
 */
int url_host_parse(
    struct span text, struct room *room, struct span *out) CONSENT_CHECKED;

/* Whether path (no query) is already what a browser would send. */
bool url_path_is_clean(struct span path);

/*
 * Writes the path that comes from appending path to base (a clean path that
 * ends in "/", or empty), dot segments resolved, bytes escaped (4.4). Room
 * for base.n + 3 * path.n + 1 bytes is enough.
 */
void url_path_write(struct span base, struct span path, struct room *room);

/* Whether a query is already in its final form. */
bool url_query_is_clean(struct span query);

/* Writes the query with bytes escaped; 3 * query.n bytes are enough. */
void url_query_write(struct span query, struct room *room);

#endif
