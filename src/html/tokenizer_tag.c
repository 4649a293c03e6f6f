#include "html/tokenizer_tag.h"

#include "base/ascii.h"
#include "html/tokenizer_markup.h"

/* Data and tags: from the '<' through all states of attributes to the '>'. */

/* The open tag ends at the byte '>'. */
static int
tag_emit(struct tokenizer *t, struct tokenizer_scan *s)
{
	t->at++;
	t->text = TOKENIZER_DATA;
	s->event->self_closing = t->self_closing;
	s->event->letters = t->letters;
	return state_close(
	    t, s, t->end_tag ? TOKENIZER_END_TAG : TOKENIZER_START_TAG);
}

/* Eats ASCII whitespace; false when the window ends with it. */
static bool
skip_space(struct tokenizer *t, const struct tokenizer_scan *s)
{
	while (t->at < s->n && ascii_is(s->p[t->at], ASCII_SPACE))
		t->at++;
	return t->at < s->n;
}

static tokenizer_state before_attribute_name;
static tokenizer_state after_attribute_name;

/* 13.2.5.40 Self-closing start tag state */
static int
self_closing_start_tag(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (scan_byte(t, s) != '>')
		return state_go(t, before_attribute_name);
	t->self_closing = true;
	return tag_emit(t, s);
}

/* 13.2.5.39 After attribute value (quoted) state */
static int
after_attribute_value(struct tokenizer *t, struct tokenizer_scan *s)
{
	switch (scan_byte(t, s)) {
	case '/':
		return state_eat(t, self_closing_start_tag);
	case '>':
		return tag_emit(t, s);
	default:
		return state_go(t, before_attribute_name);
	}
}

/* 13.2.5.36 Attribute value (double-quoted) state */
static int
attribute_value_double(struct tokenizer *t, struct tokenizer_scan *s)
{
	return state_seek(t, s, '"') ? state_enter(t, s, after_attribute_value)
				     : STATE_GO;
}

/* 13.2.5.37 Attribute value (single-quoted) state */
static int
attribute_value_single(struct tokenizer *t, struct tokenizer_scan *s)
{
	return state_seek(t, s, '\'') ? state_enter(t, s, after_attribute_value)
				      : STATE_GO;
}

/* 13.2.5.38 Attribute value (unquoted) state */
static int
attribute_value_unquoted(struct tokenizer *t, struct tokenizer_scan *s)
{
	while (t->at < s->n) {
		char c = scan_byte(t, s);

		if (c == '>')
			return tag_emit(t, s);
		if (ascii_is(c, ASCII_SPACE))
			return state_eat(t, before_attribute_name);
		t->at++;
	}
	return STATE_GO;
}

/* 13.2.5.35 Before attribute value state */
static int
before_attribute_value(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (!skip_space(t, s))
		return STATE_GO;
	switch (scan_byte(t, s)) {
	case '"':
		return state_enter(t, s, attribute_value_double);
	case '\'':
		return state_enter(t, s, attribute_value_single);
	case '>':
		return tag_emit(t, s);
	default:
		return state_go(t, attribute_value_unquoted);
	}
}

/* 13.2.5.33 Attribute name state */
static int
attribute_name(struct tokenizer *t, struct tokenizer_scan *s)
{
	while (t->at < s->n) {
		char c = scan_byte(t, s);

		if (c == '=')
			return state_enter(t, s, before_attribute_value);
		if (c == '/' || c == '>' || ascii_is(c, ASCII_SPACE))
			return state_go(t, after_attribute_name);
		t->at++;
	}
	return STATE_GO;
}

/* 13.2.5.34 After attribute name state */
static int
after_attribute_name(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (!skip_space(t, s))
		return STATE_GO;
	switch (scan_byte(t, s)) {
	case '/':
		return state_eat(t, self_closing_start_tag);
	case '=':
		return state_eat(t, before_attribute_value);
	case '>':
		return tag_emit(t, s);
	default:
		t->letters |= tokenizer_letter(scan_byte(t, s));
		return state_go(t, attribute_name);
	}
}

/* 13.2.5.32 Before attribute name state */
static int
before_attribute_name(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (!skip_space(t, s))
		return STATE_GO;
	switch (scan_byte(t, s)) {
	case '/':
	case '>':
		return state_go(t, after_attribute_name);
	case '=':
		/* a stray sign is the first byte of a name */
		return state_enter(t, s, attribute_name);
	default:
		t->letters |= tokenizer_letter(scan_byte(t, s));
		t->state = attribute_name;
		return attribute_name(t, s);
	}
}

/* 13.2.5.8 Tag name state */
int
state_tag_name(struct tokenizer *t, struct tokenizer_scan *s)
{
	while (t->at < s->n) {
		char c = scan_byte(t, s);

		if (c == '>')
			return tag_emit(t, s);
		if (c == '/')
			return state_eat(t, self_closing_start_tag);
		if (ascii_is(c, ASCII_SPACE))
			return state_enter(t, s, before_attribute_name);
		t->at++;
	}
	return STATE_GO;
}

/* "</>" makes no token. */
static int
nameless_end_tag(struct tokenizer *t, struct tokenizer_scan *s)
{
	t->at++;
	return state_close(t, s, TOKENIZER_SILENT);
}

/* 13.2.5.7 End tag open state */
static int
end_tag_open(struct tokenizer *t, struct tokenizer_scan *s)
{
	char c = scan_byte(t, s);

	if (ascii_is(c, ASCII_ALPHA)) {
		t->end_tag = true;
		return state_begin(t, s, OPEN_TAG, state_tag_name);
	}
	if (c == '>')
		return state_begin(t, s, OPEN_TAG, nameless_end_tag);
	t->body = 2;
	return state_begin(t, s, OPEN_COMMENT, state_bogus_comment);
}

/* 13.2.5.6 Tag open state */
static int
tag_open(struct tokenizer *t, struct tokenizer_scan *s)
{
	char c = scan_byte(t, s);

	if (ascii_is(c, ASCII_ALPHA)) {
		t->end_tag = false;
		return state_begin(t, s, OPEN_TAG, state_tag_name);
	}
	switch (c) {
	case '/':
		return state_enter(t, s, end_tag_open);
	case '!':
		t->at++;
		t->body = 2;
		return state_begin(
		    t, s, OPEN_COMMENT, state_markup_declaration);
	case '?':
		t->body = 1;
		return state_begin(t, s, OPEN_COMMENT, state_bogus_comment);
	default:
		return state_text(t, state_data);
	}
}

/* 13.2.5.1 Data state */
int
state_data(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (!state_seek(t, s, '<'))
		return STATE_GO;
	(void)state_maybe(t, tag_open); /* always GO */
	return t->at < s->n ? tag_open(t, s) : STATE_GO;
}
