#ifndef CONSENT_HTML_STATES_H
#define CONSENT_HTML_STATES_H

/*
 * What the tokenizer's states share: what they return and the moves that they
 * make. A state knows the states of its own file and of the files below it:
 * tokenizer_run.c stands on tokenizer_raw.c, that on tokenizer_tag.c, that on
 * tokenizer_markup.c. What is complete goes back to data by STATE_CLOSE, so
 * that no state needs to know who entered it. Inside html/ only.
 */

#include <string.h>

#include "html/tokenizer.h"

/* What a state returns. */
enum {
	STATE_GO,   /* call the state that is current now, if bytes are left */
	STATE_WAIT, /* more bytes are needed to decide */
	STATE_EMIT, /* the event is filled */
	STATE_CLOSE /* the event is filled and ends a token: data follows */
};

/* What the bytes at the window's start belong to. */
enum {
	OPEN_TEXT,  /* text, all of it decided */
	OPEN_MAYBE, /* text, and from mark on perhaps something else */
	OPEN_TAG,
	OPEN_COMMENT,
	OPEN_DOCTYPE
};

struct tokenizer_scan {
	const char *p; /* the window */
	size_t n;
	bool last; /* the input ends with it */
	struct tokenizer_event *event;
};

/* The byte that the state looks at. */
static inline char
scan_byte(const struct tokenizer *t, const struct tokenizer_scan *s)
{
	return s->p[t->at];
}

/* Goes to a state, leaving the byte to it ("reconsume"). */
static inline int
state_go(struct tokenizer *t, tokenizer_state *state)
{
	t->state = state;
	return STATE_GO;
}

/* Eats the byte and goes to a state ("switch to"). */
static inline int
state_eat(struct tokenizer *t, tokenizer_state *state)
{
	t->at++;
	return state_go(t, state);
}

/*
 * state_eat, and the state gets its byte at once if there is one. Only for
 * ways that do not come back to where they began but by the runner: a long
 * tag must not pile up calls.
 */
static inline int
state_enter(
    struct tokenizer *t, struct tokenizer_scan *s, tokenizer_state *state)
{
	(void)state_eat(t, state); /* always GO */
	return t->at < s->n ? state(t, s) : STATE_GO;
}

/* What looked like markup is text after all. */
static inline int
state_text(struct tokenizer *t, tokenizer_state *state)
{
	t->open = OPEN_TEXT;
	return state_go(t, state);
}

/*
 * Moves to the next byte c, or to the window's end. False when there is none;
 * otherwise the byte's offset is in t->at.
 */
static inline bool
state_seek(struct tokenizer *t, const struct tokenizer_scan *s, char c)
{
	const char *hit = memchr(s->p + t->at, c, s->n - t->at);

	t->at = hit != NULL ? (size_t)(hit - s->p) : s->n;
	return hit != NULL;
}

/* Notes that from the byte at t->at on it may be markup, and eats it. */
static inline int
state_maybe(struct tokenizer *t, tokenizer_state *state)
{
	t->mark = t->at;
	t->open = OPEN_MAYBE;
	return state_eat(t, state);
}

/* A token begins at t->mark: the text before it is an event first. */
int state_begin(struct tokenizer *t, struct tokenizer_scan *s, int open,
    tokenizer_state *state);

/* Fills the event with the first n bytes of the window. */
int state_emit(struct tokenizer *t, struct tokenizer_scan *s,
    enum tokenizer_kind kind, size_t n);

/* Fills the event with the window up to t->at, which ends the token. */
int state_close(
    struct tokenizer *t, struct tokenizer_scan *s, enum tokenizer_kind kind);

/* Fills the event with a piece of the open comment or doctype. */
int state_emit_piece(struct tokenizer *t, struct tokenizer_scan *s, size_t n);

#endif
