#include "consent/json_walk.h"

#include <string.h>

#include "base/ascii.h"

enum {
	HEX_UNIT = 4, /* digits of \u003c */
	REPLACEMENT = 0xFFFD,
	HIGH_FIRST = 0xD800,
	LOW_FIRST = 0xDC00,
	LOW_LAST = 0xDFFF
};

/* What may come next. */
enum {
	EXPECT_VALUE,
	EXPECT_VALUE_OR_END,
	EXPECT_KEY,
	EXPECT_KEY_OR_END,
	EXPECT_COLON,
	EXPECT_COMMA_OR_END,
	EXPECT_NOTHING
};

/* What a step found. */
enum step {
	STEP_ON,
	STEP_STRING,
	STEP_END,
	STEP_BROKEN,
	STEP_DEEP
};

static void
skip_blanks(struct json_walk *w)
{
	while (w->at < w->text.n && strchr(" \t\r\n", w->text.p[w->at]) &&
	       w->text.p[w->at] != '\0')
		w->at++;
}

/* Reads a string; at is on its quote. */
static bool
read_string(struct json_walk *w, struct span *raw)
{
	size_t from = ++w->at, i;

	for (; w->at < w->text.n; w->at++) {
		char c = w->text.p[w->at];

		if (c == '"') {
			*raw = span_sub(w->text, from, w->at++ - from);
			return true;
		}
		if ((unsigned char)c < ' ')
			return false;
		if (c != '\\')
			continue;
		if (++w->at == w->text.n ||
		    memchr("\"\\/bfnrtuv", w->text.p[w->at], 10) == NULL)
			return false;
		if (w->text.p[w->at] != 'u')
			continue;
		for (i = 0; i < HEX_UNIT; i++)
			if (++w->at == w->text.n ||
			    ascii_hex_value(w->text.p[w->at]) < 0)
				return false;
	}
	return false;
}

static size_t
digits(struct span text, size_t at)
{
	while (at < text.n && ascii_is(text.p[at], ASCII_DIGIT))
		at++;
	return at;
}

/* Where a number that begins at at ends, or at when it is none. */
static size_t
number_end(struct span text, size_t from)
{
	size_t at = from + (from < text.n && text.p[from] == '-'), end;

	if (at < text.n && text.p[at] == '0')
		end = at + 1;
	else
		end = digits(text, at);
	if (end == at)
		return from;
	if (end < text.n && text.p[end] == '.') {
		at = end + 1;
		end = digits(text, at);
		if (end == at)
			return from;
	}
	if (end < text.n && (text.p[end] == 'e' || text.p[end] == 'E')) {
		at = end + 1;
		at += at < text.n && (text.p[at] == '+' || text.p[at] == '-');
		end = digits(text, at);
		if (end == at)
			return from;
	}
	return end;
}

/* A number, true, false or null. */
static bool
read_plain(struct json_walk *w)
{
	static const char *const words[] = {"true", "false", "null"};
	struct span rest = span_sub(w->text, w->at, w->text.n);
	size_t i, end;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (span_starts(rest, span_of(words[i]))) {
			w->at += strlen(words[i]);
			return true;
		}
	end = number_end(w->text, w->at);
	if (end == w->at)
		return false;
	w->at = end;
	return true;
}

static void
value_is_over(struct json_walk *w)
{
	w->expected = w->depth == 0 ? EXPECT_NOTHING : EXPECT_COMMA_OR_END;
}

static enum step
enter(struct json_walk *w, bool is_object)
{
	if (w->depth == JSON_WALK_DEPTH)
		return STEP_DEEP;
	w->at++;
	w->objects[w->depth++] = is_object;
	/* an array's strings are of the member that the array is in */
	w->keys[w->depth] =
	    is_object ? (struct span){NULL, 0} : w->keys[w->depth - 1];
	w->expected = is_object ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
	return STEP_ON;
}

static enum step
leave(struct json_walk *w, char c)
{
	if (w->depth == 0 || w->objects[w->depth - 1] != (c == '}'))
		return STEP_BROKEN;
	w->at++;
	w->depth--;
	value_is_over(w);
	return STEP_ON;
}

static enum step
take_value(struct json_walk *w, char c, struct json_string *string)
{
	if (c == '{' || c == '[')
		return enter(w, c == '{');
	if (c == '"') {
		string->key = w->keys[w->depth];
		if (!read_string(w, &string->raw))
			return STEP_BROKEN;
		value_is_over(w);
		return STEP_STRING;
	}
	if (!read_plain(w))
		return STEP_BROKEN;
	value_is_over(w);
	return STEP_ON;
}

static enum step
take_comma(struct json_walk *w, char c)
{
	if (c == '}' || c == ']')
		return leave(w, c);
	if (c != ',')
		return STEP_BROKEN;
	w->at++;
	w->expected = w->objects[w->depth - 1] ? EXPECT_KEY : EXPECT_VALUE;
	return STEP_ON;
}

static enum step
take_key(struct json_walk *w, char c)
{
	if (c == '}' && w->expected == EXPECT_KEY_OR_END)
		return leave(w, c);
	if (c != '"' || !read_string(w, &w->keys[w->depth]))
		return STEP_BROKEN;
	w->expected = EXPECT_COLON;
	return STEP_ON;
}

static enum step
take(struct json_walk *w, struct json_string *string)
{
	char c;

	skip_blanks(w);
	if (w->at == w->text.n)
		return w->expected == EXPECT_NOTHING ? STEP_END : STEP_BROKEN;
	c = w->text.p[w->at];
	switch (w->expected) {
	case EXPECT_VALUE_OR_END:
		if (c == ']')
			return leave(w, c);
		return take_value(w, c, string);
	case EXPECT_VALUE:
		return take_value(w, c, string);
	case EXPECT_KEY:
	case EXPECT_KEY_OR_END:
		return take_key(w, c);
	case EXPECT_COLON:
		w->at++;
		w->expected = EXPECT_VALUE;
		return c == ':' ? STEP_ON : STEP_BROKEN;
	case EXPECT_COMMA_OR_END:
		return take_comma(w, c);
	default:
		return STEP_BROKEN;
	}
}

void
json_walk_begin(struct json_walk *w, struct span text)
{
	w->text = text;
	w->at = 0;
	w->depth = 0;
	w->keys[0] = (struct span){NULL, 0};
	w->expected = EXPECT_VALUE;
}

static enum step
walk(struct json_walk *w, struct json_string *string)
{
	enum step step;

	do
		step = take(w, string);
	while (step == STEP_ON);
	return step;
}

int
json_walk_check(struct span text)
{
	struct json_string ignored;
	struct json_walk w;
	enum step step;

	json_walk_begin(&w, text);
	do
		step = walk(&w, &ignored);
	while (step == STEP_STRING);
	if (step == STEP_END)
		return CONSENT_OK;
	return step == STEP_DEEP ? CONSENT_ELIMIT : CONSENT_EINVAL;
}

bool
json_walk_next(struct json_walk *w, struct json_string *string)
{
	return walk(w, string) == STEP_STRING;
}

static int
append_code(unsigned code, struct buf *out)
{
	char utf8[4];
	size_t n = 0;

	if (code < 0x80) {
		utf8[n++] = (char)code;
	} else {
		if (code < 0x800) {
			utf8[n++] = (char)(0xC0 | code >> 6);
		} else {
			if (code < 0x10000) {
				utf8[n++] = (char)(0xE0 | code >> 12);
			} else {
				utf8[n++] = (char)(0xF0 | code >> 18);
				utf8[n++] = (char)(0x80 | (code >> 12 & 0x3F));
			}
			utf8[n++] = (char)(0x80 | (code >> 6 & 0x3F));
		}
		utf8[n++] = (char)(0x80 | (code & 0x3F));
	}
	return buf_append(out, (struct span){utf8, n});
}

/* The unit of "\uXXXX" at at, or -1 when there is none. */
static long
unit_at(struct span raw, size_t at)
{
	long unit = 0;
	size_t i;

	if (at + 2 + HEX_UNIT > raw.n || raw.p[at] != '\\' ||
	    raw.p[at + 1] != 'u')
		return -1;
	for (i = at + 2; i < at + 2 + HEX_UNIT; i++)
		unit = unit << 4 | ascii_hex_value(raw.p[i]);
	return unit;
}

/* Appends the character of "\uXXXX", or of a pair of them; its length. */
static int
append_unit(struct span raw, size_t at, size_t *n, struct buf *out)
{
	long high = unit_at(raw, at), low = unit_at(raw, at + 2 + HEX_UNIT);
	long code = high;

	*n = 2 + HEX_UNIT;
	if (high >= HIGH_FIRST && high < LOW_FIRST && low >= LOW_FIRST &&
	    low <= LOW_LAST) {
		*n *= 2;
		code = 0x10000 + ((high - HIGH_FIRST) << 10) + low - LOW_FIRST;
	} else if (high >= HIGH_FIRST && high <= LOW_LAST) {
		code = REPLACEMENT;
	}
	return append_code((unsigned)code, out);
}

int
json_walk_decode(struct span raw, struct buf *out)
{
	static const char names[] = "bfnrtv", bytes[] = "\b\f\n\r\t\v";
	size_t at = 0, n;
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && at < raw.n) {
		const char *name;

		if (raw.p[at] != '\\' || at + 1 == raw.n) {
			rc = buf_append_byte(out, raw.p[at++]);
		} else if (raw.p[at + 1] == 'u') {
			rc = append_unit(raw, at, &n, out);
			at += n;
		} else {
			name = strchr(names, raw.p[at + 1]);
			rc = buf_append_byte(out,
			    name != NULL ? bytes[name - names] : raw.p[at + 1]);
			at += 2;
		}
	}
	return rc;
}
