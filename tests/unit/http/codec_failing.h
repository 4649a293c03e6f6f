#ifndef CONSENT_UNIT_HTTP_CODEC_FAILING_H
#define CONSENT_UNIT_HTTP_CODEC_FAILING_H

/*
 * Traces of codecs whose memory is refused at some point.
 */

#include "../failing.h"

#include "codec_trace.h"

/* For trace.own: only the codec's memory is refused. */
static inline void
trace_spared(bool begins)
{
	static bool on;

	if (begins)
		on = failing_pause();
	else
		failing_resume(on);
}

/* Fails unless this was said: or less, and why, when memory was refused. */
static inline void
trace_check(const char *text, const char *says)
{
	struct span said = span_of(text), why = SPAN("BROKEN no-memory\n");
	bool on = failing_pause();

	if (on && failing.failed && span_ends(said, why)) {
		said.n -= why.n;
		if (span_ends(said, SPAN("\n")))
			said.n--; /* of a body that was longer */
		if (!span_starts(span_of(says), said))
			fail_msg("wrong at %lu: %s", failing.fail, text);
	} else {
		assert_string_equal(text, says);
	}
	failing_resume(on);
}

#endif
