#include "html/tokenizer.h"

#include <string.h>

#include "html/states.h"
#include "html/tokenizer_markup.h"
#include "html/tokenizer_raw.h"
#include "html/tokenizer_tag.h"

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

bool
tokenizer_is_between(const struct tokenizer *t)
{
	return t->state == state_data && t->open == OPEN_TEXT && t->at == 0;
}

/* A token is complete: data follows. */
static void
tokenizer_close(struct tokenizer *t)
{
	t->open = OPEN_TEXT;
	t->state = state_data;
	t->text = TOKENIZER_DATA;
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

		if (step == STATE_CLOSE)
			tokenizer_close(t);
		if (step == STATE_EMIT || step == STATE_CLOSE)
			return TOKENIZER_EVENT;
		if (step == STATE_WAIT)
			break;
	}
	return last ? tokenizer_finish(t, &s) : tokenizer_pause(t, &s);
}
