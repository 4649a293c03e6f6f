#include "settings/scan.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

enum {
	HINT_WORD = 63 /* bytes of a word that a hint shows */
};

/* A place to come back to. */
struct spot {
	size_t at;
	unsigned line;
};

/* Where the scan stands. */
struct cursor {
	const char *name;
	struct span text;
	struct findings *findings;
	struct scan *out;
	struct spot spot;
	bool fresh;  /* only blanks so far on this line */
	char before; /* last significant byte; 0 at the start */
	size_t depth;
	unsigned names; /* of the innermost group, or of the file */
	struct {
		char byte;
		struct spot at;
		unsigned names; /* around it, so far */
	} open[SCAN_NESTING];
};

static char
peek(const struct cursor *c, size_t ahead)
{
	return ahead < c->text.n - c->spot.at ? c->text.p[c->spot.at + ahead]
					      : '\0';
}

static struct span
rest_of(const struct cursor *c)
{
	return span_sub(c->text, c->spot.at, c->text.n);
}

/* The place of the n bytes there. */
static struct place
place_at(const struct cursor *c, struct spot spot, size_t n)
{
	struct place place = place_within(c->text, spot.at, n);

	place.file = c->name;
	place.line = spot.line;
	return place;
}

/* The place of the next n bytes. */
static struct place
next(const struct cursor *c, size_t n)
{
	return place_at(c, c->spot, n);
}

/* Keeps the first suspicion only: libconfig stops at the first error. */
static void hint(struct cursor *c, struct place place, const char *format, ...)
    CONSENT_PRINTF(3, 4);

static void
hint(struct cursor *c, struct place place, const char *format, ...)
{
	va_list args;

	if (c->out->hint_at.line != 0)
		return;
	c->out->hint_at = place;
	va_start(args, format);
	if (vsnprintf(c->out->hint, SCAN_HINT, format, args) < 0)
		c->out->hint[0] = '\0';
	va_end(args);
}

/* What to write in the place of a hint, where that was the one to be kept. */
static void
hint_fix(struct cursor *c, struct place place, const char *text)
{
	if (c->out->hint_at.line == place.line &&
	    c->out->hint_at.column == place.column)
		(void)snprintf(c->out->fix, SCAN_FIX, "%s", text); /* fits */
}

/* libconfig would lose the memory of a string that it cannot place. */
static void
fail(struct cursor *c, struct place place, enum finding_kind kind,
    const char *text)
{
	if (!c->out->unreadable)
		findings_error(c->findings, place, kind, "%s", text);
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
	for (; n > 0 && c->spot.at < c->text.n; n--)
		if (c->text.p[c->spot.at++] == '\n') {
			c->spot.line++;
			c->fresh = true;
		}
}

static void
scan_comment(struct cursor *c)
{
	struct spot start = c->spot;
	size_t end;

	if (peek(c, 0) == '#' || peek(c, 1) == '/') {
		advance(c, span_find(rest_of(c), '\n'));
		return;
	}
	advance(c, 2);
	end = span_search(rest_of(c), SPAN("*/"));
	if (end == rest_of(c).n)
		findings_error(c->findings, place_at(c, start, 2),
		    FINDING_SYNTAX,
		    "this comment has no end: write */ where it ends");
	advance(c, end + 2);
}

/* How long the string is that begins here, its quotes included. */
static size_t
string_length(const struct cursor *c)
{
	struct span rest = rest_of(c);
	size_t n = 1;

	while (n < rest.n && rest.p[n] != '"')
		n += rest.p[n] == '\\' ? 2 : 1;
	return n < rest.n ? n + 1 : rest.n;
}

/* Passes over a string; its value is for libconfig to read. */
static void
scan_string(struct cursor *c)
{
	struct spot start = c->spot;
	size_t n = string_length(c);

	if (c->before == '\0' || c->before == '{' || c->before == ';')
		fail(c, place_at(c, start, n), FINDING_SYNTAX,
		    "a setting's name takes no quotes");
	if (span_find(span_sub(c->text, c->spot.at, n), '\n') < n &&
	    c->spot.at + n < c->text.n)
		hint(c, place_at(c, start, n),
		    "this string goes on in the next line: has it lost its "
		    "closing quote?");
	advance(c, 1);
	while (c->spot.at < c->text.n && peek(c, 0) != '"') {
		if (peek(c, 0) == '\\') {
			if (peek(c, 1) == 'x' && peek(c, 2) == '0' &&
			    peek(c, 3) == '0')
				findings_error(c->findings, next(c, 4),
				    FINDING_ENCODING,
				    "\\x00 cannot stand in a string");
			advance(c, 1);
		}
		advance(c, 1);
	}
	/* what went wrong before it has turned all quotes round */
	if (c->spot.at == c->text.n && c->out->hint_at.line != 0)
		fail(c, c->out->hint_at, FINDING_SYNTAX, c->out->hint);
	else if (c->spot.at == c->text.n)
		fail(c, place_at(c, start, n), FINDING_SYNTAX,
		    "this string has no closing quote");
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
	return span_sub(c->text, c->spot.at, n);
}

/* What must stand in quotes to be text. */
static void
hint_quotes(struct cursor *c, struct span word)
{
	char quoted[SCAN_FIX];

	hint(c, next(c, word.n), "text needs quotes: \"%.*s\"",
	    (int)(word.n < HINT_WORD ? word.n : HINT_WORD), word.p);
	(void)snprintf(quoted, sizeof quoted, "\"%.*s\"", SPAN_ARG(word));
	if (word.n < sizeof quoted - 2)
		hint_fix(c, next(c, word.n), quoted);
}

static void
judge_word(struct cursor *c, struct span word)
{
	static const char *const truths[] = {"yes", "no", "on", "off"};
	size_t i;

	if (!value_due(c)) {
		if (!ascii_is(word.p[0], ASCII_ALPHA) && word.p[0] != '*')
			hint(c, next(c, word.n),
			    "a setting's name must begin with a letter");
		else if (span_find(word, '.') < word.n)
			hint(
			    c, next(c, word.n), "a setting's name has no dots");
		return;
	}
	if (span_equal_nocase(word, SPAN("true")) ||
	    span_equal_nocase(word, SPAN("false")))
		return;
	for (i = 0; i < sizeof truths / sizeof truths[0]; i++)
		if (span_equal_nocase(word, span_of(truths[i]))) {
			const char *truth = (i & 1) == 0 ? "true" : "false";

			if (i > 1) /* it may be a word of a choice, too */
				hint(c, next(c, word.n),
				    "write %s, or \"%.*s\" where text is meant",
				    truth, SPAN_ARG(word));
			else
				hint(c, next(c, word.n),
				    "write %s instead of %.*s", truth,
				    SPAN_ARG(word));
			if (i <= 1)
				hint_fix(c, next(c, word.n), truth);
			return;
		}
	hint_quotes(c, word);
}

/*
 * libconfig reads integers of 32 bits and lets larger ones wrap around without
 * a word; with an L behind they have 64.
 */
static void
judge_number(struct cursor *c, struct span digits, bool negative)
{
	size_t length = digits.n;
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
	findings_error(c->findings, next(c, length), FINDING_OUT_OF_RANGE,
	    is_long ? "this integer is too large for 64 bits"
		    : "this integer is too large: write an L behind it");
}

/* Digits with letters that are no number of libconfig's: a size, a time. */
static bool
is_measure(struct span word)
{
	bool is_hex = span_starts_nocase(word, SPAN("0x"));
	size_t i;

	for (i = is_hex ? 2 : 0; i < word.n; i++)
		if (!ascii_is(word.p[i], is_hex ? ASCII_HEX : ASCII_DIGIT) &&
		    strchr(is_hex ? "lL" : ".eElL-", word.p[i]) == NULL)
			return true;
	return false;
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
		hint(c, next(c, word.n),
		    "a setting's name must begin with a letter");
	if (value_due(c) && is_measure(word))
		hint_quotes(c, word);
	else if (span_find(word, '.') == word.n)
		judge_number(c, word, negative);
	advance(c, word.n);
	c->before = '0';
}

static void
scan_open(struct cursor *c, char byte)
{
	if (c->depth == SCAN_NESTING) {
		if (!c->out->unreadable)
			findings_error(c->findings, next(c, 1),
			    FINDING_TOO_MUCH,
			    "more than %d brackets within each other",
			    SCAN_NESTING);
		c->out->unreadable = true;
		return;
	}
	c->open[c->depth].byte = byte;
	c->open[c->depth].at = c->spot;
	c->open[c->depth].names = c->names;
	c->names = 0;
	c->depth++;
}

static void
scan_close(struct cursor *c, char byte)
{
	char in = inside(c);
	char fits = in == '(' ? ')' : in == '[' ? ']' : '}';

	if (c->before == ',' && byte != '}')
		hint(c, next(c, 1), "the last member takes no comma behind it");
	if (in == '\0')
		hint(c, next(c, 1), "this %c closes nothing", byte);
	else if (byte != fits)
		hint(c, next(c, 1),
		    "this %c stands where the %c of line %u ends", byte, in,
		    c->open[c->depth - 1].at.line);
	if (c->depth > 0)
		c->names = c->open[--c->depth].names;
}

/* Whether an include stands here; libconfig wants it first on its line. */
static bool
scan_include(struct cursor *c)
{
	struct span rest = rest_of(c);
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
		findings_error(c->findings, next(c, from + quote + 2),
		    FINDING_TOO_MUCH, "more than %d includes in one file",
		    SCAN_INCLUDES);
		c->out->unreadable = true;
	} else {
		it->from = c->spot.at;
		it->to = c->spot.at + from + quote + 2;
		it->path = span_sub(rest, from + 1, quote);
		it->place = next(c, from + quote + 2);
		it->in_group = c->depth == 0 || inside(c) == '{';
		c->out->n_includes++;
	}
	advance(c, from + quote + 2);
	c->before = ';';
	return true;
}

/* A path or the like, up to where the value must end. */
static struct span
take_bare(const struct cursor *c)
{
	struct span rest = rest_of(c);
	size_t n = 0;

	while (n < rest.n && !ascii_is(rest.p[n], ASCII_SPACE) &&
	       strchr(";,(){}[]", rest.p[n]) == NULL)
		n++;
	return span_sub(rest, 0, n);
}

/* What libconfig would call a syntax error, where a value or name is due. */
static void
judge_mark(struct cursor *c, char byte)
{
	bool is_behind = c->before == '=' || c->before == ':';

	if (is_behind && strchr(";,)]}", byte) != NULL)
		hint(c, next(c, 1), "a value is missing before this %c", byte);
	else if (value_due(c) && strchr("./~$%&<>", byte) != NULL)
		hint_quotes(c, take_bare(c));
	else if ((byte == '=' || byte == ':') &&
		 (c->before == '\0' || strchr(";{}", c->before) != NULL))
		hint(c, next(c, 1), "no name stands before this %c", byte);
}

/* A setting begins. */
static void
count_name(struct cursor *c)
{
	if (++c->names != SCAN_NAMES + 1)
		return;
	if (!c->out->unreadable)
		findings_error(c->findings, next(c, 1), FINDING_TOO_MUCH,
		    "more than %d settings in one group", SCAN_NAMES);
	c->out->unreadable = true;
}

static void
scan_mark(struct cursor *c, char byte)
{
	if (byte == '@' && scan_include(c))
		return;
	if (byte == '=' || byte == ':')
		count_name(c);
	judge_mark(c, byte);
	if (byte == '@')
		hint(c, next(c, 1),
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
	char byte = peek(c, 0), after = peek(c, 1);
	struct span word;

	if (ascii_is(byte, ASCII_SPACE)) {
		advance(c, 1);
		return;
	}
	if (byte == '#' || (byte == '/' && (after == '/' || after == '*'))) {
		scan_comment(c);
		return;
	}
	if (byte == '"') {
		scan_string(c);
	} else if (ascii_is(byte, ASCII_DIGIT) ||
		   ((byte == '-' || byte == '+') &&
		       ascii_is(after, ASCII_DIGIT))) {
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
	struct spot spot = {0, 1};
	uint32_t point;
	size_t n;

	while (spot.at < c->text.n) {
		n = utf8_first(span_sub(c->text, spot.at, c->text.n), &point);
		if (n == 0 || point == '\0') {
			fail(c, place_at(c, spot, 1), FINDING_ENCODING,
			    n == 0 ? "this line is not UTF-8"
				   : "this line has a NUL byte");
			return;
		}
		spot.line += point == '\n';
		spot.at += n;
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
	    .spot = {0, 1},
	    .fresh = true};

	memset(out, 0, sizeof *out);
	scan_bytes(&c);
	while (!out->unreadable && c.spot.at < text.n)
		scan_token(&c);
	if (c.depth > 0)
		hint(&c, place_at(&c, c.open[c.depth - 1].at, 1),
		    "this %c is never closed", inside(&c));
}
