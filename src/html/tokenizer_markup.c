#include "html/tokenizer_markup.h"

#include <string.h>

/*
 * Markup declarations: comments, doctypes, CDATA sections. The standard's
 * four "comment less-than sign" states (13.2.5.46-49) are left out: they tell
 * parse errors only, the data and the end of a comment are the same without.
 */

/* The comment or doctype ends with the byte at t->at. */
static int
declaration_end(struct tokenizer *t, struct tokenizer_scan *s)
{
	t->at++;
	s->event->ends = true;
	(void)state_emit_piece(t, s, t->at); /* always EMIT */
	return STATE_CLOSE;
}

/* 13.2.5.41 Bogus comment state */
int
state_bogus_comment(struct tokenizer *t, struct tokenizer_scan *s)
{
	bool found = state_seek(t, s, '>');

	t->mark = t->at;
	return found ? declaration_end(t, s) : STATE_GO;
}

/*
 * 13.2.5.53-68, the doctype states: each of them ends at the first '>', even
 * inside quotes. html/doctype.h reads what lies between.
 */
static int
doctype(struct tokenizer *t, struct tokenizer_scan *s)
{
	return state_bogus_comment(t, s);
}

static tokenizer_state comment_end_dash;

/* 13.2.5.45 Comment state */
static int
comment(struct tokenizer *t, struct tokenizer_scan *s)
{
	bool found = state_seek(t, s, '-');

	t->mark = t->at;
	return found ? state_eat(t, comment_end_dash) : STATE_GO;
}

/* 13.2.5.52 Comment end bang state */
static int
comment_end_bang(struct tokenizer *t, struct tokenizer_scan *s)
{
	switch (scan_byte(t, s)) {
	case '-':
		t->mark = t->at; /* "--!" was data, this dash may not be */
		return state_eat(t, comment_end_dash);
	case '>':
		return declaration_end(t, s);
	default:
		return state_go(t, comment);
	}
}

/* 13.2.5.51 Comment end state */
static int
comment_end(struct tokenizer *t, struct tokenizer_scan *s)
{
	switch (scan_byte(t, s)) {
	case '>':
		return declaration_end(t, s);
	case '!':
		return state_eat(t, comment_end_bang);
	case '-':
		t->mark++; /* one dash more than ends it: data */
		return state_eat(t, comment_end);
	default:
		return state_go(t, comment);
	}
}

/* 13.2.5.50 Comment end dash state */
static int
comment_end_dash(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (scan_byte(t, s) == '-')
		return state_eat(t, comment_end);
	return state_go(t, comment);
}

/* 13.2.5.44 Comment start dash state */
static int
comment_start_dash(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (scan_byte(t, s) == '>')
		return declaration_end(t, s);
	return comment_end_dash(t, s);
}

/* 13.2.5.43 Comment start state */
static int
comment_start(struct tokenizer *t, struct tokenizer_scan *s)
{
	t->mark = t->at;
	switch (scan_byte(t, s)) {
	case '-':
		return state_eat(t, comment_start_dash);
	case '>':
		return declaration_end(t, s);
	default:
		return state_go(t, comment);
	}
}

enum match {
	MATCH_NO,
	MATCH_PART, /* the window ends inside it */
	MATCH_YES
};

static enum match
match_word(struct span have, struct span word)
{
	size_t n = have.n < word.n ? have.n : word.n;

	if (!span_equal_nocase(span_sub(have, 0, n), span_sub(word, 0, n)))
		return MATCH_NO;
	return n == word.n ? MATCH_YES : MATCH_PART;
}

/* "<![CDATA[" in foreign content: a mark, then its text. */
static int
cdata_begin(struct tokenizer *t, struct tokenizer_scan *s)
{
	t->open = OPEN_TEXT;
	t->state = state_cdata;
	t->text = TOKENIZER_CDATA;
	return state_emit(t, s, TOKENIZER_SILENT, t->at);
}

/* 13.2.5.42 Markup declaration open state; the window starts with "<!" */
int
state_markup_declaration(struct tokenizer *t, struct tokenizer_scan *s)
{
	struct span rest = {s->p + t->at, s->n - t->at};
	enum match dashes = match_word(rest, SPAN("--"));
	enum match name = match_word(rest, SPAN("doctype"));
	enum match cdata = match_word(rest, SPAN("[cdata["));

	if (cdata != MATCH_NO &&
	    memcmp(rest.p, "[CDATA[", rest.n < 7 ? rest.n : 7) != 0)
		cdata = MATCH_NO;
	if (dashes == MATCH_YES) {
		t->at += 2;
		t->mark = t->at;
		t->body = t->at;
		return state_go(t, comment_start);
	}
	if (name == MATCH_YES) {
		t->at += 7;
		t->mark = t->at;
		t->open = OPEN_DOCTYPE;
		return state_go(t, doctype);
	}
	if (cdata == MATCH_YES && t->foreign) {
		t->at += 7;
		return cdata_begin(t, s);
	}
	if (!s->last &&
	    (dashes == MATCH_PART || name == MATCH_PART || cdata == MATCH_PART))
		return STATE_WAIT;
	return state_go(t, state_bogus_comment);
}

/* 13.2.5.71 CDATA section end state; t->mark is at the first of two ']' */
static int
cdata_section_end(struct tokenizer *t, struct tokenizer_scan *s)
{
	char c = scan_byte(t, s);

	if (c == ']') {
		t->mark++;
		t->at++;
		return STATE_GO;
	}
	if (c != '>')
		return state_text(t, state_cdata);
	if (t->mark > 0)
		return state_emit(t, s, TOKENIZER_TEXT, t->mark);
	t->at++;
	t->text = TOKENIZER_DATA;
	return state_close(t, s, TOKENIZER_SILENT);
}

/* 13.2.5.70 CDATA section bracket state */
static int
cdata_section_bracket(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (scan_byte(t, s) == ']')
		return state_eat(t, cdata_section_end);
	return state_text(t, state_cdata);
}

/* 13.2.5.69 CDATA section state */
int
state_cdata(struct tokenizer *t, struct tokenizer_scan *s)
{
	return state_seek(t, s, ']') ? state_maybe(t, cdata_section_bracket)
				     : STATE_GO;
}
