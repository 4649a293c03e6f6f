#ifndef CONSENT_UNIT_FAILING_HEARD_H
#define CONSENT_UNIT_FAILING_HEARD_H

/*
 * What a case hears, in the order in which it tells of it: the first run is
 * the one with memory, and in those without nothing else may be heard, only
 * less. For failing.h.
 */

#include <libconsent/span.h>

#include "failing_give_up.h"

enum {
	HEARD_TEXTS = 96 /* most of a case */
};

/* What was heard with memory. */
static struct {
	bool is_first; /* run of the case */
	size_t next;
	struct span texts[HEARD_TEXTS];
} heard_whole;

/* Forgets what another case heard. */
static inline void
heard_begin(void)
{
	heard_whole.is_first = true;
	heard_whole.next = 0;
}

/* Frees what was heard. */
static inline void
heard_end(void)
{
	size_t i;

	for (i = 0; i < HEARD_TEXTS; i++) {
		free((void *)(uintptr_t)heard_whole.texts[i].p);
		heard_whole.texts[i] = (struct span){NULL, 0};
	}
}

/* Keeps a text of the first run. */
static inline void
heard_keep(size_t number, struct span text)
{
	char *copy = malloc(text.n + 1);

	if (copy == NULL || number >= HEARD_TEXTS)
		abort();
	free((void *)(uintptr_t)heard_whole.texts[number].p);
	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	heard_whole.texts[number] = (struct span){copy, text.n};
}

/* The next text of a case, whatever becomes of it: its number. */
static inline size_t
heard_next(void)
{
	return heard_whole.next++;
}

/* Whether they are the same as far as both go, or one ends a connection. */
static inline bool
heard_agrees(struct span text, struct span whole)
{
	static const struct span closes = {"Connection: close\r\n", 19};

	size_t n = text.n < whole.n ? text.n : whole.n;

	if (n == 0 || memcmp(text.p, whole.p, n) == 0)
		return true;
	while (text.n > 0 && whole.n > 0) {
		if (*text.p == *whole.p) {
			whole = span_sub(whole, 1, whole.n);
			text = span_sub(text, 1, text.n);
		} else if (span_starts(text, closes)) {
			text = span_sub(text, closes.n, text.n);
		} else {
			return false;
		}
	}
	return true;
}

/* This was heard: what is heard with memory, or the beginning of it. */
static inline void
heard_as_far(size_t number, struct span text)
{
	if (heard_whole.is_first)
		heard_keep(number, text);
	if (failing.on)
		failing_must(heard_agrees(text, heard_whole.texts[number]),
		    "something else was heard");
}

#endif
