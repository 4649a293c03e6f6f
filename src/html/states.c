#include "html/states.h"

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
state_close(
    struct tokenizer *t, struct tokenizer_scan *s, enum tokenizer_kind kind)
{
	(void)state_emit(t, s, kind, t->at); /* always EMIT */
	return STATE_CLOSE;
}

int
state_begin(struct tokenizer *t, struct tokenizer_scan *s, int open,
    tokenizer_state *state)
{
	t->open = open;
	t->state = state;
	t->begins = true;
	t->self_closing = false;
	t->letters = 0;
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
