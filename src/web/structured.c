#include "web/structured.h"

#include "base/ascii.h"

#include <stdint.h>
#include <string.h>

/* What a length is where the text is not what it should be. */
#define BROKEN SIZE_MAX

enum {
	INTEGER = 15, /* digits (3.3.1) */
	WHOLE = 12,   /* digits of a decimal before its dot (3.3.2), */
	FRACTION = 3  /* and behind it */
};

static bool
is_key_start(char c)
{
	return ascii_is(c, ASCII_LOWER) || c == '*';
}

static bool
is_key(char c)
{
	return ascii_is(c, ASCII_LOWER | ASCII_DIGIT) ||
	       (c != '\0' && strchr("_-.*", c) != NULL);
}

static size_t
key_length(struct span s)
{
	size_t n = 0;

	if (s.n == 0 || !is_key_start(s.p[0]))
		return BROKEN;
	while (n < s.n && is_key(s.p[n]))
		n++;
	return n;
}

/* 4.2.5: printable ASCII, "\" before a quote or itself. */
static size_t
string_length(struct span s)
{
	size_t i;

	for (i = 1; i < s.n; i++) {
		if (s.p[i] == '"')
			return i + 1;
		if (s.p[i] < ' ' || s.p[i] > '~')
			return BROKEN;
		if (s.p[i] != '\\')
			continue;
		i++;
		if (i == s.n || (s.p[i] != '"' && s.p[i] != '\\'))
			return BROKEN;
	}
	return BROKEN;
}

/* 4.2.4: an integer or a decimal. */
static size_t
number_length(struct span s)
{
	size_t from = s.p[0] == '-' ? 1 : 0, i = from, dot = 0;

	for (; i < s.n; i++) {
		if (s.p[i] == '.' && dot == 0 && i > from)
			dot = i;
		else if (!ascii_is(s.p[i], ASCII_DIGIT))
			break;
	}
	if (dot == 0)
		return i > from && i - from <= INTEGER ? i : BROKEN;
	if (dot - from > WHOLE || i == dot + 1 || i - dot - 1 > FRACTION)
		return BROKEN;
	return i;
}

/* 4.2.9: behind the "@" an integer alone. */
static size_t
date_length(struct span s)
{
	size_t n = BROKEN;

	if (s.p[0] == '-' || ascii_is(s.p[0], ASCII_DIGIT))
		n = number_length(s);
	if (n == BROKEN || span_find(span_sub(s, 0, n), '.') < n)
		return BROKEN;
	return n + 1;
}

/* 4.2.6 */
static size_t
token_length(struct span s)
{
	size_t i = 1;

	while (i < s.n && (ascii_is(s.p[i], ASCII_TCHAR) || s.p[i] == ':' ||
			      s.p[i] == '/'))
		i++;
	return i;
}

/* 4.2.7: base64 between colons. */
static size_t
bytes_length(struct span s)
{
	size_t i = 1;

	while (i < s.n && (ascii_is(s.p[i], ASCII_ALNUM) || s.p[i] == '+' ||
			      s.p[i] == '/' || s.p[i] == '='))
		i++;
	return i < s.n && s.p[i] == ':' ? i + 1 : BROKEN;
}

/* 4.2.3.1: the length of one item without parameters. */
static size_t
bare_length(struct span s)
{
	struct span rest = span_sub(s, 1, s.n);
	size_t n;

	if (s.n == 0)
		return BROKEN;
	if (s.p[0] == '"')
		return string_length(s);
	if (s.p[0] == ':')
		return bytes_length(s);
	if (s.p[0] == '-' || ascii_is(s.p[0], ASCII_DIGIT))
		return number_length(s);
	if (s.p[0] == '*' || ascii_is(s.p[0], ASCII_ALPHA))
		return token_length(s);
	if (s.p[0] == '?' && rest.n > 0 && (rest.p[0] == '0' || *rest.p == '1'))
		return 2;
	if (s.p[0] == '@' && rest.n > 0)
		return date_length(rest);
	if (s.p[0] == '%' && rest.n > 0 && rest.p[0] == '"') {
		n = string_length(rest);
		return n == BROKEN ? BROKEN : n + 1;
	}
	return BROKEN;
}

static size_t
blanks(struct span s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] == ' ')
		n++;
	return n;
}

/* 4.2.3.2: all parameters behind an item. */
static size_t
parameters_length(struct span s)
{
	size_t at = 0, n;

	while (at < s.n && s.p[at] == ';') {
		at++;
		at += blanks(span_sub(s, at, s.n));
		n = key_length(span_sub(s, at, s.n));
		if (n == BROKEN)
			return BROKEN;
		at += n;
		if (at == s.n || s.p[at] != '=')
			continue;
		n = bare_length(span_sub(s, at + 1, s.n));
		if (n == BROKEN)
			return BROKEN;
		at += 1 + n;
	}
	return at;
}

/* 4.2.1.2: the length of an inner list, its brackets included. */
static size_t
inner_length(struct span s)
{
	size_t at = 1, n;

	for (;;) {
		at += blanks(span_sub(s, at, s.n));
		if (at >= s.n)
			return BROKEN;
		if (s.p[at] == ')')
			return at + 1;
		n = bare_length(span_sub(s, at, s.n));
		if (n == BROKEN)
			return BROKEN;
		at += n;
		n = parameters_length(span_sub(s, at, s.n));
		if (n == BROKEN)
			return BROKEN;
		at += n;
		if (at >= s.n || (s.p[at] != ' ' && s.p[at] != ')'))
			return BROKEN;
	}
}

bool
structured_is_inner(struct span value)
{
	return value.n > 0 && value.p[0] == '(';
}

struct span
structured_open(struct span value)
{
	return span_sub(value, 1, value.n - 2);
}

/* Reads value and parameters at the front of s; how long they are. */
static size_t
read_value(struct span s, struct structured *out)
{
	size_t n = structured_is_inner(s) ? inner_length(s) : bare_length(s);
	size_t more;

	if (n == BROKEN)
		return BROKEN;
	out->value = span_sub(s, 0, n);
	more = parameters_length(span_sub(s, n, s.n));
	if (more == BROKEN)
		return BROKEN;
	out->parameters = span_sub(s, n, more);
	return n + more;
}

/* Past a member: the comma behind it, and another member behind that. */
static int
step_over(struct span *rest, size_t n, struct structured *out)
{
	struct span behind = span_trim(span_sub(*rest, n, rest->n));

	out->whole = span_sub(*rest, 0, n);
	if (behind.n == 0) {
		*rest = behind;
		return CONSENT_OK;
	}
	if (behind.p[0] != ',')
		return CONSENT_EINVAL;
	behind = span_trim(span_sub(behind, 1, behind.n));
	*rest = behind;
	return behind.n == 0 ? CONSENT_EINVAL : CONSENT_OK;
}

int
structured_list(struct span *rest, struct structured *out)
{
	size_t n;

	*rest = span_trim(*rest);
	if (rest->n == 0)
		return CONSENT_ENOENT;
	*out = (struct structured){.key = SPAN("")};
	n = read_value(*rest, out);
	return n == BROKEN ? CONSENT_EINVAL : step_over(rest, n, out);
}

int
structured_dictionary(struct span *rest, struct structured *out)
{
	size_t at, n;

	*rest = span_trim(*rest);
	if (rest->n == 0)
		return CONSENT_ENOENT;
	*out = (struct structured){.value = SPAN("")};
	at = key_length(*rest);
	if (at == BROKEN)
		return CONSENT_EINVAL;
	out->key = span_sub(*rest, 0, at);
	if (at < rest->n && rest->p[at] == '=') {
		n = read_value(span_sub(*rest, at + 1, rest->n), out);
		at++;
	} else {
		n = parameters_length(span_sub(*rest, at, rest->n));
		if (n != BROKEN)
			out->parameters = span_sub(*rest, at, n);
	}
	return n == BROKEN ? CONSENT_EINVAL : step_over(rest, at + n, out);
}

int
structured_inner(struct span *rest, struct structured *out)
{
	size_t n;

	*rest = span_trim(*rest);
	if (rest->n == 0)
		return CONSENT_ENOENT;
	*out = (struct structured){.key = SPAN("")};
	n = structured_is_inner(*rest) ? BROKEN : read_value(*rest, out);
	if (n == BROKEN)
		return CONSENT_EINVAL;
	out->whole = span_sub(*rest, 0, n);
	*rest = span_sub(*rest, n, rest->n);
	return CONSENT_OK;
}

int
structured_string(struct span value, struct buf *out, struct span *text)
{
	struct span inside;
	size_t i;
	int rc = CONSENT_OK;

	if (value.n < 2 || value.p[0] != '"')
		return CONSENT_EINVAL;
	inside = span_sub(value, 1, value.n - 2);
	*text = inside;
	if (span_find(inside, '\\') == inside.n)
		return CONSENT_OK;
	buf_clear(out);
	for (i = 0; i < inside.n && rc == CONSENT_OK; i++) {
		i += inside.p[i] == '\\';
		rc = buf_append_byte(out, inside.p[i]);
	}
	*text = buf_span(out);
	return rc;
}
