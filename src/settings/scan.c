#include "settings/scan.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

/* Where the scan stands. */
struct cursor {
	const char *name;
	struct span text;
	struct findings *findings;
	struct scan *out;
	size_t at;
	unsigned line;
	bool fresh;  /* only blanks so far on this line */
	char before; /* last significant byte; 0 at the start */
	size_t depth;
	struct {
		char byte;
		unsigned line;
	} open[SCAN_NESTING];
};

static char
peek(const struct cursor *c, size_t ahead)
{
	return ahead < c->text.n - c->at ? c->text.p[c->at + ahead] : '\0';
}

static struct place
here(const struct cursor *c)
{
	return (struct place){c->name, c->line};
}

/* Keeps the first suspicion only: libconfig stops at the first error. */
static void hint(struct cursor *c, unsigned line, const char *format, ...)
    CONSENT_PRINTF(3, 4);

static void
hint(struct cursor *c, unsigned line, const char *format, ...)
{
	va_list args;

	if (c->out->hint_line != 0)
		return;
	c->out->hint_line = line;
	va_start(args, format);
	if (vsnprintf(c->out->hint, SCAN_HINT, format, args) < 0)
		c->out->hint[0] = '\0';
	va_end(args);
}

/* libconfig would lose the memory of a string that it cannot place. */
static void
fail(struct cursor *c, unsigned line, const char *text)
{
	if (!c->out->unreadable)
		findings_error(
		    c->findings, (struct place){c->name, line}, "%s", text);
	c->out->unreadable = true;
}

/* The innermost open bracket; 0 outside of all. */
static char
inside(const struct cursor *c)
{
	return c->depth == 0 ? '\0' : c->open[c->depth - 1].byte;
}

static void
advance(struct cursor *c, size_t n)
{
	for (; n > 0 && c->at < c->text.n; n--)
		if (c->text.p[c->at++] == '\n') {
			c->line++;
			c->fresh = true;
		}
}

static void
scan_comment(struct cursor *c)
{
	unsigned start = c->line;
	size_t end;

	if (peek(c, 0) == '#' || peek(c, 1) == '/') {
		advance(
		    c, span_find(span_sub(c->text, c->at, c->text.n), '\n'));
		return;
	}
	advance(c, 2);
	end = span_search(span_sub(c->text, c->at, c->text.n), SPAN("*/"));
	if (end == c->text.n - c->at)
		findings_error(c->findings, (struct place){c->name, start},
		    "this comment has no end: write */ where it ends");
	advance(c, end + 2);
}

/* Passes over a string; its value is for libconfig to read. */
static void
scan_string(struct cursor *c)
{
	unsigned start = c->line;

	if (c->before == '\0' || c->before == '{' || c->before == ';')
		fail(c, start, "a setting's name takes no quotes");
	advance(c, 1);
	while (c->at < c->text.n && peek(c, 0) != '"') {
		if (peek(c, 0) == '\\') {
			if (peek(c, 1) == 'x' && peek(c, 2) == '0' &&
			    peek(c, 3) == '0')
				findings_error(c->findings, here(c),
				    "\\x00 cannot stand in a string");
			advance(c, 1);
		}
		advance(c, 1);
	}
	if (c->at == c->text.n)
		fail(c, start, "this string has no closing quote");
	advance(c, 1);
	c->before = '"';
}

static bool
is_word(char b)
{
	return ascii_is(b, ASCII_ALNUM) || b == '_' || b == '-' || b == '*';
}

/* Whether a value, not a name, is due at this place. */
static bool
value_due(const struct cursor *c)
{
	char in = inside(c);

	if (c->before == '=' || c->before == ':')
		return true;
	return (in == '(' || in == '[') &&
	       (c->before == ',' || c->before == in);
}

static struct span
take_word(struct cursor *c)
{
	size_t n = 0;

	while (is_word(peek(c, n)) || (peek(c, n) == '.' && n > 0))
		n++;
	return span_sub(c->text, c->at, n);
}

static void
judge_word(struct cursor *c, struct span word)
{
	static const char *const truths[] = {"yes", "no", "on", "off"};
	size_t i;

	if (!value_due(c)) {
		if (!ascii_is(word.p[0], ASCII_ALPHA) && word.p[0] != '*')
			hint(c, c->line,
			    "a setting's name must begin with a letter");
		else if (span_find(word, '.') < word.n)
			hint(c, c->line, "a setting's name has no dots");
		return;
	}
	if (span_equal_nocase(word, SPAN("true")) ||
	    span_equal_nocase(word, SPAN("false")))
		return;
	for (i = 0; i < sizeof truths / sizeof truths[0]; i++)
		if (span_equal_nocase(word, span_of(truths[i]))) {
			hint(c, c->line, "write %s instead of %.*s",
			    (i & 1) == 0 ? "true" : "false", SPAN_ARG(word));
			return;
		}
	hint(c, c->line, "text needs quotes: \"%.*s\"", (int)(word.n & 63),
	    word.p);
}

/*
 * libconfig reads integers of 32 bits and lets larger ones wrap around without
 * a word; with an L behind they have 64.
 */
static void
judge_number(struct cursor *c, struct span digits, bool negative)
{
	uint64_t value, most = INT32_MAX;
	bool is_long = false, is_hex;
	int rc;

	while (digits.n > 0 && ascii_lower(digits.p[digits.n - 1]) == 'l') {
		is_long = true;
		digits.n--;
	}
	is_hex = span_starts_nocase(digits, SPAN("0x"));
	if (is_hex)
		digits = span_sub(digits, 2, digits.n);
	while (digits.n > 1 && digits.p[0] == '0')
		digits = span_sub(digits, 1, digits.n);
	if (is_long)
		most = INT64_MAX;
	if (negative)
		most++;
	rc = span_to_u64(digits, is_hex ? 16 : 10, most, &value);
	if (rc == CONSENT_OK)
		return;
	if (rc == CONSENT_EINVAL && digits.n <= 20)
		return; /* no integer: libconfig will say so */
	findings_error(c->findings, here(c),
	    is_long ? "this integer is too large for 64 bits"
		    : "this integer is too large: write an L behind it");
}

static void
scan_number(struct cursor *c)
{
	bool negative = peek(c, 0) == '-';
	struct span word;

	if (peek(c, 0) == '-' || peek(c, 0) == '+')
		advance(c, 1);
	word = take_word(c);
	if (!value_due(c) && c->before != '"')
		hint(c, c->line, "a setting's name must begin with a letter");
	if (span_find(word, '.') == word.n)
		judge_number(c, word, negative);
	advance(c, word.n);
	c->before = '0';
}

static void
scan_open(struct cursor *c, char byte)
{
	if (c->depth == SCAN_NESTING) {
		if (!c->out->unreadable)
			findings_error(c->findings, here(c),
			    "more than %d brackets within each other",
			    SCAN_NESTING);
		c->out->unreadable = true;
		return;
	}
	c->open[c->depth].byte = byte;
	c->open[c->depth].line = c->line;
	c->depth++;
}

static void
scan_close(struct cursor *c, char byte)
{
	char in = inside(c);
	char fits = in == '(' ? ')' : in == '[' ? ']' : '}';

	if (c->before == ',' && byte != '}')
		hint(c, c->line, "the last member takes no comma behind it");
	if (in == '\0')
		hint(c, c->line, "this %c closes nothing", byte);
	else if (byte != fits)
		hint(c, c->line, "this %c stands where the %c of line %u ends",
		    byte, in, c->open[c->depth - 1].line);
	if (c->depth > 0)
		c->depth--;
}

/* Whether an include stands here; libconfig wants it first on its line. */
static bool
scan_include(struct cursor *c)
{
	struct span rest = span_sub(c->text, c->at, c->text.n);
	struct scan_include *it = &c->out->includes[c->out->n_includes];
	size_t from = 8, quote;

	if (!c->fresh || !span_starts(rest, SPAN("@include")))
		return false;
	while (from < rest.n && (rest.p[from] == ' ' || rest.p[from] == '\t'))
		from++;
	if (from == 8 || from == rest.n || rest.p[from] != '"')
		return false;
	quote = span_find(span_sub(rest, from + 1, rest.n), '"');
	if (from + 1 + quote == rest.n)
		return false;
	if (c->out->n_includes == SCAN_INCLUDES) {
		findings_error(c->findings, here(c),
		    "more than %d includes in one file", SCAN_INCLUDES);
		c->out->unreadable = true;
	} else {
		it->from = c->at;
		it->to = c->at + from + quote + 2;
		it->path = span_sub(rest, from + 1, quote);
		it->line = c->line;
		it->in_group = c->depth == 0 || inside(c) == '{';
		c->out->n_includes++;
	}
	advance(c, from + quote + 2);
	c->before = ';';
	return true;
}

static void
scan_mark(struct cursor *c, char byte)
{
	if (byte == '@' && scan_include(c))
		return;
	if (byte == '@')
		hint(c, c->line,
		    "write @include \"file\" at the beginning of a line");
	if (byte == '{' || byte == '(' || byte == '[')
		scan_open(c, byte);
	if (byte == '}' || byte == ')' || byte == ']')
		scan_close(c, byte);
	c->before = byte;
	advance(c, 1);
}

static void
scan_token(struct cursor *c)
{
	char byte = peek(c, 0), next = peek(c, 1);
	struct span word;

	if (ascii_is(byte, ASCII_SPACE)) {
		advance(c, 1);
		return;
	}
	if (byte == '#' || (byte == '/' && (next == '/' || next == '*'))) {
		scan_comment(c);
		return;
	}
	if (byte == '"') {
		scan_string(c);
	} else if (ascii_is(byte, ASCII_DIGIT) ||
		   ((byte == '-' || byte == '+') &&
		       ascii_is(next, ASCII_DIGIT))) {
		scan_number(c);
	} else if (is_word(byte)) {
		word = take_word(c);
		judge_word(c, word);
		advance(c, word.n);
		c->before = 'a';
	} else {
		scan_mark(c, byte);
	}
	c->fresh = false;
}

/* Reports the first byte that is not text: one such file is not a setting. */
static void
scan_bytes(struct cursor *c)
{
	unsigned line = 1;
	size_t i = 0, n;
	uint32_t point;

	while (i < c->text.n) {
		n = utf8_first(span_sub(c->text, i, c->text.n), &point);
		if (n == 0 || point == '\0') {
			findings_error(c->findings,
			    (struct place){c->name, line},
			    n == 0 ? "this line is not UTF-8"
				   : "this line has a NUL byte");
			c->out->unreadable = true;
			return;
		}
		line += point == '\n';
		i += n;
	}
}

void
scan_text(const char *name, struct span text, struct findings *findings,
    struct scan *out)
{
	struct cursor c = {.name = name,
	    .text = text,
	    .findings = findings,
	    .out = out,
	    .line = 1,
	    .fresh = true};

	memset(out, 0, sizeof *out);
	scan_bytes(&c);
	while (!out->unreadable && c.at < text.n)
		scan_token(&c);
	if (c.depth > 0)
		hint(&c, c.open[c.depth - 1].line, "this %c is never closed",
		    inside(&c));
}
