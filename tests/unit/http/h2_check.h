#ifndef CONSENT_UNIT_HTTP_H2_CHECK_H
#define CONSENT_UNIT_HTTP_H2_CHECK_H

/*
 * For the tests of http/h2: what both sides heard with memory refused, compared
 * with what they hear otherwise.
 */

#include "h2_seen.h"

/*
 * Without memory the client sees what it sees otherwise, as far as a stream or
 * the connection ends with an error.
 */
static inline bool
far_agrees(struct span shown, struct span whole)
{
	static const struct span goaway = {"goaway-", 7};
	size_t n = 0;

	while (n < shown.n && n < whole.n && shown.p[n] == whole.p[n])
		n++;
	if (n == shown.n)
		return true;
	while (n > 0 && shown.p[n] != '$' &&
	       !span_starts(span_sub(shown, n, shown.n), goaway))
		n--;
	shown = span_sub(shown, n, shown.n);
	shown = span_cut(&shown, ' ');
	return shown.n > 0 && !span_ends(shown, SPAN("$0")) &&
	       !span_ends(shown, SPAN("-0"));
}

/* Our user hears nothing else, but that a request or a stream fails. */
static inline bool
far_tells_less(struct span told, struct span whole)
{
	while (told.n > 0) {
		struct span word = span_cut(&told, ' '), next = {"", 0};
		struct span rest = whole;

		while (rest.n > 0 && !span_equal(word, next))
			next = span_cut(&rest, ' ');
		if (span_equal(word, next))
			whole = rest;
		else if (!span_equal(word, SPAN("refused")) &&
			 !span_equal(word, SPAN("fault")) &&
			 !span_equal(word, SPAN("closed")))
			return false;
	}
	return true;
}

/* Compares with the run that had memory. */
static inline void
far_check(const struct far_client *c)
{
	const struct span *whole = heard_whole.texts + c->heard;

	if (heard_whole.is_first) {
		heard_keep(c->heard, buf_span(&c->told));
		heard_keep(c->heard + 2, buf_span(&c->shown));
	}
	heard_as_far(c->heard + 1, buf_span(&c->asked));
	if (!failing.on)
		return;
	failing_must(far_tells_less(buf_span(&c->told), whole[0]),
	    "our user heard something else");
	failing_must(far_agrees(buf_span(&c->shown), whole[2]),
	    "the client saw something else");
}

/* The next part of a case; whether it is to be played: failing_part.h. */
static inline bool
far_part(unsigned clients)
{
	bool is_played = failing_part();

	while (!is_played && clients-- > 0)
		heard_whole.next += 3; /* as far_init would */
	return is_played;
}

#endif
