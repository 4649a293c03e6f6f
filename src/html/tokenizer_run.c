#include "html/tokenizer.h"

#include <string.h>

#include "html/states.h"

bool
state_seek(struct tokenizer *t, const struct tokenizer_scan *s, char c)
{
	const char *hit = memchr(s->p + t->at, c, s->n - t->at);

	t->at = hit != NULL ? (size_t)(hit - s->p) : s->n;
	return hit != NULL;
}

int
state_maybe(struct tokenizer *t, tokenizer_state *state)
{
	t->mark = t->at;
	t->open = OPEN_MAYBE;
	return state_eat(t, state);
}

int
state_emit(struct tokenizer *t, struct tokenizer_scan *s,
    enum tokenizer_kind kind, size_t n)
{
	s->event->kind = kind;
	s->event->text = t->text;
	s->event->raw = (struct span){s->p, n};
	t->at -= n;
	t->mark = t->mark > n ? t->mark - n : 0;
	return STATE_EMIT;
}

int
state_begin(struct tokenizer *t, struct tokenizer_scan *s, int open,
    tokenizer_state *state)
{
	t->open = open;
	t->state = state;
	t->begins = true;
	t->self_closing = false;
	return t->mark > 0 ? state_emit(t, s, TOKENIZER_TEXT, t->mark)
			   : STATE_GO;
}

int
state_emit_piece(struct tokenizer *t, struct tokenizer_scan *s, size_t n)
{
	size_t end = t->mark > t->body ? t->mark : t->body;

	s->event->data = (struct span){s->p + t->body, end - t->body};
	s->event->begins = t->begins;
	t->body = 0;
	t->begins = false;
	return state_emit(t, s,
	    t->open == OPEN_COMMENT ? TOKENIZER_COMMENT : TOKENIZER_DOCTYPE, n);
}

void
tokenizer_init(struct tokenizer *t)
{
	*t = (struct tokenizer){.state = state_data};
}

void
tokenizer_enter(struct tokenizer *t, enum tokenizer_text text, struct span name)
{
	static tokenizer_state *const states[] = {
	    [TOKENIZER_DATA] = state_data,
	    [TOKENIZER_RCDATA] = state_rcdata,
	    [TOKENIZER_RAWTEXT] = state_rcdata,
	    [TOKENIZER_SCRIPT] = state_script_data,
	    [TOKENIZER_PLAINTEXT] = state_plaintext,
	    [TOKENIZER_CDATA] = state_cdata,
	};

	t->text = text;
	t->state = states[text];
	t->name_n = name.n <= sizeof t->name ? name.n : 0;
	if (t->name_n > 0)
		memcpy(t->name, name.p, t->name_n);
}

void
tokenizer_set_foreign(struct tokenizer *t, bool foreign)
{
	t->foreign = foreign;
}

bool
tokenizer_is_level(const struct tokenizer *t)
{
	return t->text == TOKENIZER_DATA && t->open == OPEN_TEXT;
}

/* The window is used up: what of it is decided can go. */
static enum tokenizer_result
tokenizer_pause(struct tokenizer *t, struct tokenizer_scan *s)
{
	size_t n = t->open == OPEN_TEXT ? t->at : t->mark;

	if (n == 0 || t->open == OPEN_TAG)
		return TOKENIZER_MORE;
	if (t->open == OPEN_TEXT || t->open == OPEN_MAYBE)
		(void)state_emit(t, s, TOKENIZER_TEXT, n); /* always EMIT */
	else
		(void)state_emit_piece(t, s, n); /* always EMIT */
	return TOKENIZER_EVENT;
}

/*
 * The input has ended. What could have become markup is text, a tag makes no
 * token, comments and doctypes end here (the EOF rules of 13.2.5).
 */
static enum tokenizer_result
tokenizer_finish(struct tokenizer *t, struct tokenizer_scan *s)
{
	int open = t->open;

	t->at = s->n;
	if (open == OPEN_COMMENT || open == OPEN_DOCTYPE) {
		(void)state_emit_piece(t, s, s->n); /* always EMIT */
		s->event->ends = true;
	} else if (s->n == 0) {
		return TOKENIZER_DONE;
	} else {
		(void)state_emit(t, s, /* always EMIT */
		    open == OPEN_TAG ? TOKENIZER_SILENT : TOKENIZER_TEXT, s->n);
	}
	t->open = OPEN_TEXT;
	return TOKENIZER_EVENT;
}

enum tokenizer_result
tokenizer_next(struct tokenizer *t, struct span window, bool last,
    struct tokenizer_event *event)
{
	struct tokenizer_scan s = {window.p, window.n, last, event};

	*event = (struct tokenizer_event){0};
	while (t->at < s.n) {
		int step = t->state(t, &s);

		if (step == STATE_EMIT)
			return TOKENIZER_EVENT;
		if (step == STATE_WAIT)
			break;
	}
	return last ? tokenizer_finish(t, &s) : tokenizer_pause(t, &s);
}
