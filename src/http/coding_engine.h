#ifndef CONSENT_HTTP_CODING_ENGINE_H
#define CONSENT_HTTP_CODING_ENGINE_H

/*
 * What a compression library does for a coder: turn some input into some
 * output, a step at a time. The coder owns buffers, bounds and sinks; an
 * engine knows its format alone. Inside http/ only.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/sink.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum engine_result {
	ENGINE_HUNGRY,	/* all input is used, all output was given */
	ENGINE_FULL,	/* the room is full: call again */
	ENGINE_DAMAGED, /* not what the format says: CONSENT_ECODING */
	ENGINE_STARVED	/* CONSENT_ENOMEM */
};

/* Input and room; the engine moves both on. */
struct engine_step {
	struct span in;
	char *room;
	size_t free; /* bytes left in room */
	enum sink_mark mark;
};

struct engine {
	enum engine_result (*step)(void *state, struct engine_step *step);
	/* whether the input so far is a whole stream; NULL: always */
	bool (*is_complete)(const void *state);
	void (*free)(void *state);
	void *state;
};

/*
 * Opens a reader of gzip, several members in a row too. The coder calls free
 * with state once, as for all of these. CONSENT_ENOMEM; *out is written on
 * success only.
 */
int engine_open_gunzip(struct engine *out) CONSENT_CHECKED;

/* Opens a reader of deflate, in zlib's format or bare. CONSENT_ENOMEM. */
int engine_open_inflate(struct engine *out) CONSENT_CHECKED;

/* Opens a writer of gzip. CONSENT_ENOMEM. */
int engine_open_gzip(struct engine *out) CONSENT_CHECKED;

/* Opens a writer of deflate in zlib's format. CONSENT_ENOMEM. */
int engine_open_deflate(struct engine *out) CONSENT_CHECKED;

/* Opens a reader of brotli. CONSENT_ENOMEM. */
int engine_open_unbrotli(struct engine *out) CONSENT_CHECKED;

/* Opens a writer of brotli. CONSENT_ENOMEM. */
int engine_open_brotli(struct engine *out) CONSENT_CHECKED;

/* Opens a reader of zstd, several frames in a row too. CONSENT_ENOMEM. */
int engine_open_unzstd(struct engine *out) CONSENT_CHECKED;

/* Opens a writer of zstd. CONSENT_ENOMEM. */
int engine_open_zstd(struct engine *out) CONSENT_CHECKED;

#endif
