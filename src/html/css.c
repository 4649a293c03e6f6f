#include "html/css.h"

#include <string.h>

#include "base/ascii.h"

enum {
	NAME_MAX_BYTES = 24, /* longest name that means something here */
	HEX_DIGITS = 6,	     /* of an escape */
	NONE = -1,	     /* no byte: the text has ended */
	REPLACEMENT = 0xFFFD,
	SURROGATE_FIRST = 0xD800,
	SURROGATE_LAST = 0xDFFF,
	CODE_POINT_LAST = 0x10FFFF
};

/* An open block: what closes it, and whether its strings are URLs. */
enum block {
	BLOCK_ROUND = 1u << 0,
	BLOCK_SQUARE = 1u << 1,
	BLOCK_CURLY = 1u << 2,
	BLOCK_FETCHES = 1u << 3
};

/* A name, decoded and in lower case; n is over the room for longer ones. */
struct name {
	size_t n;
	char text[NAME_MAX_BYTES];
};

static int
byte_at(const struct css_walk *w, size_t at)
{
	return at < w->text.n ? (unsigned char)w->text.p[at] : NONE;
}

static bool
is_newline(int c)
{
	return c == '\n' || c == '\r' || c == '\f';
}

static bool
is_blank(int c)
{
	return is_newline(c) || c == ' ' || c == '\t';
}

static bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* NUL counts: it is U+FFFD by then (3.3). */
static bool
is_name_start(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       c >= 0x80 || c == 0;
}

static bool
is_name_byte(int c)
{
	return is_name_start(c) || is_digit(c) || c == '-';
}

/* 4.3.8; the end of the text counts as no newline */
static bool
is_escape(const struct css_walk *w, size_t at)
{
	return byte_at(w, at) == '\\' && !is_newline(byte_at(w, at + 1));
}

/* 4.3.9 */
static bool
starts_name(const struct css_walk *w, size_t at)
{
	int c = byte_at(w, at);

	if (c == '-')
		return is_name_start(byte_at(w, at + 1)) ||
		       byte_at(w, at + 1) == '-' || is_escape(w, at + 1);
	return is_name_start(c) || is_escape(w, at);
}

/* 4.3.10 */
static bool
starts_number(const struct css_walk *w, size_t at)
{
	int c = byte_at(w, at);

	if (c == '+' || c == '-')
		c = byte_at(w, ++at);
	return is_digit(c) || (c == '.' && is_digit(byte_at(w, at + 1)));
}

/*
 * 4.3.7 Reads the escape whose backslash is at text.p[at]; where it ends.
 * *code is the code point, or NONE for a byte that stands for itself.
 */
static size_t
read_escape(struct span text, size_t at, long *code)
{
	size_t end = at + 1;
	int value;

	*code = 0;
	while (end < text.n && end <= at + HEX_DIGITS) {
		value = ascii_hex_value(text.p[end]);
		if (value < 0)
			break;
		*code = *code << 4 | value;
		end++;
	}
	if (end == at + 1) {
		*code =
		    end < text.n && text.p[end] != '\0' ? NONE : REPLACEMENT;
		return end < text.n ? end + 1 : end;
	}
	if (*code == 0 || *code > CODE_POINT_LAST ||
	    (*code >= SURROGATE_FIRST && *code <= SURROGATE_LAST))
		*code = REPLACEMENT;
	if (end + 1 < text.n && text.p[end] == '\r' && text.p[end + 1] == '\n')
		return end + 2;
	return end < text.n && is_blank(text.p[end]) ? end + 1 : end;
}

static size_t
escape_end(const struct css_walk *w, size_t at)
{
	long ignored;

	return read_escape(w->text, at, &ignored);
}

/* 4.3.11 Where the name that begins at at ends. */
static size_t
name_end(const struct css_walk *w, size_t at)
{
	for (;;) {
		if (is_name_byte(byte_at(w, at)))
			at++;
		else if (is_escape(w, at))
			at = escape_end(w, at);
		else
			return at;
	}
}

static size_t
blank_end(const struct css_walk *w, size_t at)
{
	while (is_blank(byte_at(w, at)))
		at++;
	return at;
}

/* What an escape stands for, in UTF-8; raw is told by its own bytes. */
static int
append_code(long code, struct buf *out)
{
	char utf8[4];
	size_t n = 0;

	if (code < 0x80) {
		utf8[n++] = (char)code;
	} else if (code < 0x800) {
		utf8[n++] = (char)(0xC0 | code >> 6);
	} else if (code < 0x10000) {
		utf8[n++] = (char)(0xE0 | code >> 12);
		utf8[n++] = (char)(0x80 | (code >> 6 & 0x3F));
	} else {
		utf8[n++] = (char)(0xF0 | code >> 18);
		utf8[n++] = (char)(0x80 | (code >> 12 & 0x3F));
		utf8[n++] = (char)(0x80 | (code >> 6 & 0x3F));
	}
	if (code >= 0x80)
		utf8[n++] = (char)(0x80 | (code & 0x3F));
	return buf_append(out, (struct span){utf8, n});
}

/* Appends a string or URL token's value. A "\" before a newline is nothing. */
static int
append_value(struct span raw, struct buf *out)
{
	size_t at = 0;
	long code;
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && at < raw.n) {
		char c = raw.p[at];

		if (c == '\0') {
			rc = append_code(REPLACEMENT, out);
			at++;
		} else if (c != '\\') {
			rc = buf_append_byte(out, c);
			at++;
		} else if (at + 1 == raw.n) {
			at++; /* 4.3.5: the text ends inside the string */
		} else if (is_newline(raw.p[at + 1])) {
			at += raw.p[at + 1] == '\r' && at + 2 < raw.n &&
				      raw.p[at + 2] == '\n'
				  ? 3
				  : 2;
		} else {
			at = read_escape(raw, at, &code);
			rc = code == NONE ? buf_append_byte(out, raw.p[at - 1])
					  : append_code(code, out);
		}
	}
	return rc;
}

static int
tell(struct span raw, struct buf *scratch, struct css_url *url)
{
	size_t from = scratch->n;
	int rc = CONSENT_OK;

	url->raw = raw;
	url->value = raw;
	if (raw.n == 0 || (memchr(raw.p, '\\', raw.n) == NULL &&
			      memchr(raw.p, '\0', raw.n) == NULL))
		return CONSENT_OK;
	rc = append_value(raw, scratch);
	if (rc == CONSENT_OK)
		url->value = span_sub(buf_span(scratch), from, scratch->n);
	return rc;
}

/* A name in lower case, its escapes resolved; others than ASCII are '?'. */
static struct name
read_name(struct span raw)
{
	struct name name = {.n = 0};
	size_t at = 0;
	long code;

	while (at < raw.n && name.n <= NAME_MAX_BYTES) {
		char c = raw.p[at];

		if (c == '\\') {
			at = read_escape(raw, at, &code);
			c = code == NONE   ? raw.p[at - 1]
			    : code >= 0x80 ? '?'
					   : (char)code;
		} else {
			at++;
		}
		if (name.n < NAME_MAX_BYTES)
			name.text[name.n] = ascii_lower(c);
		name.n++;
	}
	return name;
}

static bool
name_is(const struct name *name, const char *const *list, size_t n)
{
	size_t i;

	if (name->n > NAME_MAX_BYTES)
		return false;
	for (i = 0; i < n; i++)
		if (span_equal(
			(struct span){name->text, name->n}, span_of(list[i])))
			return true;
	return false;
}

/* Functions whose strings a browser fetches. */
static bool
is_fetching(const struct name *name)
{
	static const char *const names[] = {"url", "src", "image-set",
	    "-webkit-image-set", "image", "cross-fade", "-webkit-cross-fade"};

	return name_is(name, names, sizeof names / sizeof names[0]);
}

/* Functions inside those whose strings are something else. */
static bool
is_hint(const struct name *name)
{
	static const char *const names[] = {"type", "format", "tech", "local"};

	return name_is(name, names, sizeof names / sizeof names[0]);
}

/* Properties and descriptors whose value var() puts somewhere else. */
static bool
is_carrier(const struct name *name)
{
	static const char *const names[] = {"initial-value", "result"};

	return (name->n > 1 && name->text[0] == '-' && name->text[1] == '-') ||
	       name_is(name, names, sizeof names / sizeof names[0]);
}

static bool
fetches(const struct css_walk *w)
{
	return w->lost ||
	       (w->depth > 0 && (w->blocks[w->depth - 1] & BLOCK_FETCHES) != 0);
}

static void
open_block(struct css_walk *w, unsigned closer, bool is_fetch)
{
	if (w->depth == CSS_DEPTH) {
		w->lost = true;
		return;
	}
	w->blocks[w->depth++] =
	    (unsigned char)(closer | (is_fetch ? BLOCK_FETCHES : 0));
}

/* A property ends where its block does, or at a semicolon beside it. */
static void
end_property(struct css_walk *w)
{
	if (w->custom > w->depth)
		w->custom = 0;
}

/* A bracket that closes nothing is a token like others (5.4.8). */
static void
close_block(struct css_walk *w, unsigned closer)
{
	if (w->lost || w->depth == 0 || (w->blocks[w->depth - 1] & closer) == 0)
		return;
	w->depth--;
	if (w->custom > w->depth + 1)
		w->custom = 0;
	if (w->prelude > w->depth + 1)
		w->prelude = 0;
}

static bool
is_slash(char c)
{
	return c == '/' || c == '\\'; /* alike in a URL */
}

static bool
is_absolute(struct span value)
{
	while (value.n > 0 && ascii_is(value.p[0], ASCII_SPACE))
		value = span_sub(value, 1, value.n);
	return span_starts_nocase(value, SPAN("http:")) ||
	       span_starts_nocase(value, SPAN("https:")) ||
	       (value.n > 1 && is_slash(value.p[0]) && is_slash(value.p[1]));
}

/* 4.3.5 A string; CONSENT_ENOENT when it is no URL. */
static int
take_string(struct css_walk *w, struct buf *scratch, struct css_url *url)
{
	int quote = byte_at(w, w->at), c;
	size_t from = ++w->at;
	bool counts = (w->import || fetches(w)) && w->prelude == 0;
	struct span raw;
	int rc;

	for (;;) {
		c = byte_at(w, w->at);
		if (c == quote || c == NONE || is_newline(c))
			break;
		if (c == '\\' && is_newline(byte_at(w, w->at + 1)))
			w->at += byte_at(w, w->at + 1) == '\r' &&
					 byte_at(w, w->at + 2) == '\n'
				     ? 3
				     : 2;
		else
			w->at = c == '\\' ? escape_end(w, w->at) : w->at + 1;
	}
	raw = span_sub(w->text, from, w->at - from);
	if (c == quote)
		w->at++;
	if (is_newline(c) || (!counts && w->custom == 0))
		return CONSENT_ENOENT;
	rc = tell(raw, scratch, url);
	return rc != CONSENT_OK || counts || is_absolute(url->value)
		   ? rc
		   : CONSENT_ENOENT;
}

static bool
is_unprintable(int c)
{
	return (c >= 1 && c <= 8) || c == 0x0B || (c >= 0x0E && c <= 0x1F) ||
	       c == 0x7F;
}

/* 4.3.14 What is left of a bad URL. */
static int
take_bad_url(struct css_walk *w)
{
	while (w->at < w->text.n) {
		if (byte_at(w, w->at) == ')') {
			w->at++;
			break;
		}
		w->at = is_escape(w, w->at) ? escape_end(w, w->at) : w->at + 1;
	}
	return CONSENT_ENOENT;
}

/* 4.3.6 A URL without quotes; at is behind the bracket. */
static int
take_url(struct css_walk *w, struct buf *scratch, struct css_url *url)
{
	size_t from = blank_end(w, w->at), end = from;
	int c;

	for (;;) {
		c = byte_at(w, end);
		if (c == ')' || c == NONE || is_blank(c))
			break;
		w->at = end;
		if (c == '"' || c == '\'' || c == '(' || is_unprintable(c) ||
		    (c == '\\' && !is_escape(w, end)))
			return take_bad_url(w);
		end = c == '\\' ? escape_end(w, end) : end + 1;
	}
	w->at = blank_end(w, end);
	c = byte_at(w, w->at);
	if (c != ')' && c != NONE)
		return take_bad_url(w);
	if (c == ')')
		w->at++;
	if (w->prelude != 0)
		return CONSENT_ENOENT;
	return tell(span_sub(w->text, from, end - from), scratch, url);
}

/* Whether what follows "url(" is a string, so that it is a function. */
static bool
is_quoted(const struct css_walk *w, size_t at)
{
	int c = byte_at(w, blank_end(w, at));

	return c == '"' || c == '\'';
}

/* 4.3.4 A name, a function or a URL. */
static int
take_name(struct css_walk *w, struct buf *scratch, struct css_url *url)
{
	size_t from = w->at, end = name_end(w, from);
	struct name name = read_name(span_sub(w->text, from, end - from));
	static const char *const plain[] = {"url"};

	w->at = end;
	w->may_custom = false;
	if (byte_at(w, end) != '(') {
		w->may_custom = is_carrier(&name);
		return CONSENT_ENOENT;
	}
	w->at++;
	if (name_is(&name, plain, 1) && !is_quoted(w, w->at))
		return take_url(w, scratch, url);
	open_block(w, BLOCK_ROUND,
	    is_fetching(&name) || (fetches(w) && !is_hint(&name)));
	return CONSENT_ENOENT;
}

/* 4.3.3, 4.3.12 A number and its unit. */
static void
take_number(struct css_walk *w)
{
	size_t at = w->at + 1;
	bool has_dot = byte_at(w, w->at) == '.';
	int c;

	for (;; at++) {
		c = byte_at(w, at);
		if (c == '.' && !has_dot && is_digit(byte_at(w, at + 1)))
			has_dot = true;
		else if (!is_digit(c))
			break;
	}
	if (c == 'e' || c == 'E') {
		c = byte_at(w, at + 1);
		if (is_digit(c))
			at += 2;
		else if ((c == '+' || c == '-') && is_digit(byte_at(w, at + 2)))
			at += 3;
		while (is_digit(byte_at(w, at)))
			at++;
	}
	w->at = starts_name(w, at) ? name_end(w, at) : at;
}

static void
take_at_keyword(struct css_walk *w)
{
	static const char *const imports[] = {"import"};
	static const char *const idle[] = {
	    "namespace", "document", "-moz-document"};
	size_t from = w->at + 1;
	struct name name;

	w->at = name_end(w, from);
	name = read_name(span_sub(w->text, from, w->at - from));
	w->import = name_is(&name, imports, 1);
	if (name_is(&name, idle, sizeof idle / sizeof idle[0]))
		w->prelude = w->depth + 1;
}

static size_t
comment_end(const struct css_walk *w)
{
	size_t n =
	    span_search(span_sub(w->text, w->at + 2, w->text.n), SPAN("*/"));

	return w->at + 2 + n + 2 < w->text.n ? w->at + 2 + n + 2 : w->text.n;
}

/* A token of one byte, or one that means nothing here. */
static void
take_byte(struct css_walk *w, int c)
{
	if (c == ':' && w->may_custom && w->custom == 0)
		w->custom = w->depth + 1;
	w->may_custom = false;
	w->at++;
	if (c == '(' || c == '[')
		open_block(
		    w, c == '(' ? BLOCK_ROUND : BLOCK_SQUARE, fetches(w));
	else if (c == ')' || c == ']')
		close_block(w, c == ')' ? BLOCK_ROUND : BLOCK_SQUARE);
	else if (c == '}')
		close_block(w, BLOCK_CURLY);
	if ((c == '{' || c == ';') && w->prelude > w->depth)
		w->prelude = 0;
	if (c == ';')
		end_property(w);
	else if (c == '{')
		open_block(w, BLOCK_CURLY, fetches(w));
}

/* A token that neither is a URL nor opens or closes anything. */
static bool
skip_token(struct css_walk *w, int c)
{
	struct span rest = span_sub(w->text, w->at, 4);

	if (starts_number(w, w->at))
		take_number(w);
	else if (span_starts(rest, SPAN("-->")))
		w->at += 3;
	else if (span_starts(rest, SPAN("<!--")))
		w->at += 4;
	else if (c == '#' && (is_name_byte(byte_at(w, w->at + 1)) ||
				 is_escape(w, w->at + 1)))
		w->at = name_end(w, w->at + 1);
	else
		return false;
	return true;
}

/* What is no token at all: "@import" and a property's name reach over it. */
static bool
skip_between(struct css_walk *w, int c)
{
	if (is_blank(c))
		w->at = blank_end(w, w->at);
	else if (c == '/' && byte_at(w, w->at + 1) == '*')
		w->at = comment_end(w);
	else
		return false;
	return true;
}

/* 4.3.1 One token; CONSENT_ENOENT when it is no URL. */
static int
take_token(struct css_walk *w, struct buf *scratch, struct css_url *url)
{
	int c = byte_at(w, w->at), rc = CONSENT_ENOENT;
	bool opens = false;

	if (skip_between(w, c))
		return rc;
	url->imports = w->import;
	if (c == '@' && starts_name(w, w->at + 1)) {
		take_at_keyword(w);
		return rc;
	}
	if (c == '"' || c == '\'')
		rc = take_string(w, scratch, url);
	else if (skip_token(w, c))
		w->may_custom = false;
	else if (starts_name(w, w->at)) {
		rc = take_name(w, scratch, url);
		opens = rc == CONSENT_ENOENT && w->text.p[w->at - 1] == '(';
	} else
		take_byte(w, c);
	w->import = w->import && opens;
	return rc;
}

void
css_begin(struct css_walk *w, struct span text)
{
	*w = (struct css_walk){.text = text};
}

int
css_next(struct css_walk *w, struct buf *scratch, struct css_url *url)
{
	int rc = CONSENT_ENOENT;

	while (rc == CONSENT_ENOENT && w->at < w->text.n)
		rc = take_token(w, scratch, url);
	return rc;
}

bool
css_may_fetch(struct span text)
{
	return text.n > 0 && (memchr(text.p, '(', text.n) != NULL ||
				 memchr(text.p, '"', text.n) != NULL ||
				 memchr(text.p, '\'', text.n) != NULL);
}
