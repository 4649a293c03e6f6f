#include "html/tokenizer_raw.h"

#include "base/ascii.h"
#include "html/tokenizer_tag.h"

/*
 * Text that only its own end tag ends: RCDATA, RAWTEXT, script data with its
 * escapes, PLAINTEXT. All of it is text; the one thing that must be held back
 * is what may become the appropriate end tag.
 */

/*
 * 13.2.5.11, .14, .17, .25 RCDATA / RAWTEXT / script data / script data
 * escaped end tag name state. The letters are compared as they come: the
 * first that differs shows that it is text.
 */
static int
end_tag_name(struct tokenizer *t, struct tokenizer_scan *s)
{
	for (; t->at < s->n && t->matched < t->name_n; t->at++, t->matched++)
		if (ascii_lower(scan_byte(t, s)) != t->name[t->matched])
			return state_text(t, t->home);
	if (t->at == s->n)
		return STATE_GO;
	if (scan_byte(t, s) != '/' && scan_byte(t, s) != '>' &&
	    !ascii_is(scan_byte(t, s), ASCII_SPACE))
		return state_text(t, t->home);
	t->end_tag = true;
	return state_begin(t, s, OPEN_TAG, state_tag_name);
}

/* 13.2.5.10, .13, .16, .24 the end tag open states of the same */
static int
end_tag_open(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (!ascii_is(scan_byte(t, s), ASCII_ALPHA))
		return state_text(t, t->home);
	t->matched = 0;
	return state_go(t, end_tag_name);
}

/* 13.2.5.9, .12 RCDATA / RAWTEXT less-than sign state */
static int
rcdata_less_than(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (scan_byte(t, s) == '/')
		return state_eat(t, end_tag_open);
	return state_text(t, t->home);
}

/* 13.2.5.2, .3 RCDATA state, RAWTEXT state */
int
state_rcdata(struct tokenizer *t, struct tokenizer_scan *s)
{
	t->home = state_rcdata;
	return state_seek(t, s, '<') ? state_maybe(t, rcdata_less_than)
				     : STATE_GO;
}

/* 13.2.5.5 PLAINTEXT state */
int
state_plaintext(struct tokenizer *t, struct tokenizer_scan *s)
{
	t->at = s->n;
	return STATE_GO;
}

/*
 * The temporary buffer of the double escape states, compared as it fills:
 * STATE_WAIT when the window ends first, STATE_EMIT when it is "script" with
 * a blank, '/' or '>' behind, STATE_GO when it is anything else.
 */
static int
script_word(struct tokenizer *t, struct tokenizer_scan *s)
{
	static const char word[] = "script";

	for (; t->at < s->n && word[t->matched] != 0; t->at++, t->matched++)
		if (ascii_lower(scan_byte(t, s)) != word[t->matched])
			return STATE_GO;
	if (t->at == s->n)
		return STATE_WAIT;
	if (scan_byte(t, s) != '/' && scan_byte(t, s) != '>' &&
	    !ascii_is(scan_byte(t, s), ASCII_SPACE))
		return STATE_GO;
	t->at++;
	return STATE_EMIT;
}

static tokenizer_state script_escaped;
static tokenizer_state script_double_escaped;
static tokenizer_state script_double_escaped_dash_dash;

/* 13.2.5.31 Script data double escape end state */
static int
script_double_escape_end(struct tokenizer *t, struct tokenizer_scan *s)
{
	int step = script_word(t, s);

	if (step == STATE_WAIT)
		return STATE_GO;
	return state_go(
	    t, step == STATE_EMIT ? script_escaped : script_double_escaped);
}

/* 13.2.5.30 Script data double escaped less-than sign state */
static int
script_double_escaped_less_than(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (scan_byte(t, s) != '/')
		return state_go(t, script_double_escaped);
	t->matched = 0;
	return state_eat(t, script_double_escape_end);
}

/* 13.2.5.28 Script data double escaped dash state */
static int
script_double_escaped_dash(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (scan_byte(t, s) == '-')
		return state_eat(t, script_double_escaped_dash_dash);
	return state_go(t, script_double_escaped);
}

/* 13.2.5.29 Script data double escaped dash dash state */
static int
script_double_escaped_dash_dash(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (scan_byte(t, s) == '-')
		return state_eat(t, script_double_escaped_dash_dash);
	if (scan_byte(t, s) == '>')
		return state_eat(t, state_script_data);
	return state_go(t, script_double_escaped);
}

/* 13.2.5.27 Script data double escaped state */
static int
script_double_escaped(struct tokenizer *t, struct tokenizer_scan *s)
{
	while (t->at < s->n) {
		char c = scan_byte(t, s);

		t->at++;
		if (c == '-')
			return state_go(t, script_double_escaped_dash);
		if (c == '<')
			return state_go(t, script_double_escaped_less_than);
	}
	return STATE_GO;
}

/* 13.2.5.26 Script data double escape start state */
static int
script_double_escape_start(struct tokenizer *t, struct tokenizer_scan *s)
{
	int step = script_word(t, s);

	if (step == STATE_WAIT)
		return STATE_GO;
	return state_go(
	    t, step == STATE_EMIT ? script_double_escaped : script_escaped);
}

/* 13.2.5.23 Script data escaped less-than sign state */
static int
script_escaped_less_than(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (scan_byte(t, s) == '/') {
		t->home = script_escaped;
		return state_eat(t, end_tag_open);
	}
	if (!ascii_is(scan_byte(t, s), ASCII_ALPHA))
		return state_text(t, script_escaped);
	t->matched = 0;
	return state_text(t, script_double_escape_start);
}

/* 13.2.5.22 Script data escaped dash dash state */
static int
script_escaped_dash_dash(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (scan_byte(t, s) == '-')
		return state_eat(t, script_escaped_dash_dash);
	if (scan_byte(t, s) == '>')
		return state_eat(t, state_script_data);
	return state_go(t, script_escaped);
}

/* 13.2.5.21 Script data escaped dash state */
static int
script_escaped_dash(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (scan_byte(t, s) == '-')
		return state_eat(t, script_escaped_dash_dash);
	return state_go(t, script_escaped);
}

/* 13.2.5.20 Script data escaped state */
static int
script_escaped(struct tokenizer *t, struct tokenizer_scan *s)
{
	for (; t->at < s->n; t->at++) {
		char c = scan_byte(t, s);

		if (c == '-')
			return state_eat(t, script_escaped_dash);
		if (c == '<')
			return state_maybe(t, script_escaped_less_than);
	}
	return STATE_GO;
}

/* 13.2.5.19 Script data escape start dash state */
static int
script_escape_start_dash(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (scan_byte(t, s) == '-')
		return state_eat(t, script_escaped_dash_dash);
	return state_go(t, state_script_data);
}

/* 13.2.5.18 Script data escape start state */
static int
script_escape_start(struct tokenizer *t, struct tokenizer_scan *s)
{
	if (scan_byte(t, s) == '-')
		return state_eat(t, script_escape_start_dash);
	return state_go(t, state_script_data);
}

/* 13.2.5.15 Script data less-than sign state */
static int
script_less_than(struct tokenizer *t, struct tokenizer_scan *s)
{
	switch (scan_byte(t, s)) {
	case '/':
		t->home = state_script_data;
		return state_eat(t, end_tag_open);
	case '!':
		t->at++;
		return state_text(t, script_escape_start);
	default:
		return state_text(t, state_script_data);
	}
}

/* 13.2.5.4 Script data state */
int
state_script_data(struct tokenizer *t, struct tokenizer_scan *s)
{
	return state_seek(t, s, '<') ? state_maybe(t, script_less_than)
				     : STATE_GO;
}
