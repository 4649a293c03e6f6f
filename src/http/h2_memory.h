#ifndef CONSENT_HTTP_H2_MEMORY_H
#define CONSENT_HTTP_H2_MEMORY_H

/*
 * The memory of one nghttp2 session, on a list. When some was wanted and not
 * there, nghttp2 can free a frame twice as the session is deleted: such a
 * session is not touched again, its blocks are freed one by one instead.
 * Inside http/h2*.c only.
 */

#include <stdbool.h>

#include <nghttp2/nghttp2.h>

struct h2_memory_block;

struct h2_memory {
	nghttp2_mem functions; /* what a session is made with */
	struct h2_memory_block *blocks;
	bool starved; /* an allocation failed */
};

/* Starts without a block; m stays where it is. */
void h2_memory_init(struct h2_memory *m);

/* Frees all that is left. */
void h2_memory_fini(struct h2_memory *m);

#endif
