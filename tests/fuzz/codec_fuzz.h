#ifndef CONSENT_FUZZ_CODEC_FUZZ_H
#define CONSENT_FUZZ_CODEC_FUZZ_H

/*
 * What the targets of the codec share: the same bytes must tell the same
 * story however they are cut.
 */

#include "../unit/http/codec_trace.h"

/* The story of one cut, for a reader of this role; the caller frees it. */
static inline char *
story_of(enum codec_role role, const enum codec_expected *expected,
    struct span in, unsigned cut)
{
	static const struct codec_limits limits = {
	    .head = {.bytes = 600, .fields = 8},
	    .start_bytes = 300,
	    .body_bytes = 300,
	};
	struct trace t = {.expected = expected};

	codec_init(&t.codec, role, &limits);
	return trace_run(&t, in, cut);
}

/* Stops the run when a cut changes the story. */
static inline void
check_cuts(
    enum codec_role role, const enum codec_expected *expected, struct span in)
{
	char *whole = story_of(role, expected, in, TRACE_WHOLE);
	unsigned cut;

	for (cut = TRACE_BYTES; cut < 4; cut++) {
		char *parts = story_of(role, expected, in, cut);

		if (strcmp(whole, parts) != 0)
			abort();
		free(parts);
	}
	free(whole);
}

#endif
