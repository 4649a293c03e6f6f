#include "web/refresh.h"

#include "base/ascii.h"

static struct span
skip_blanks(struct span s)
{
	size_t n = 0;

	while (n < s.n && ascii_is(s.p[n], ASCII_SPACE))
		n++;
	return span_sub(s, n, s.n);
}

/* "url", blanks, "=", blanks: what is behind them, or all of s. */
static struct span
skip_name(struct span s)
{
	struct span rest;

	if (!span_starts_nocase(s, SPAN("url")))
		return s;
	rest = skip_blanks(span_sub(s, 3, s.n));
	if (!span_starts(rest, SPAN("=")))
		return s;
	return skip_blanks(span_sub(rest, 1, rest.n));
}

/* The URL, up to the quote that it began with. */
static struct span
unquote(struct span s)
{
	char quote = s.n > 0 ? s.p[0] : '\0';

	if (quote != '"' && quote != '\'')
		return s;
	s = span_sub(s, 1, s.n);
	return span_sub(s, 0, span_find(s, quote));
}

/*
 * What follows the time; false where there is none. Chromium strips more from
 * around it than the standard does: vertical tabs, blanks of Unicode.
 */
static bool
skip_time(struct span *s)
{
	bool has_time = false;
	size_t n;

	for (n = 0; n < s->n; n++) {
		char c = s->p[n];

		if (c == ';' || c == ',' || ascii_is(c, ASCII_SPACE))
			break;
		if (ascii_is(c, ASCII_DIGIT) || c == '.')
			has_time = true;
		else if (c != '\v' && (unsigned char)c < 0x80)
			return false;
	}
	*s = skip_blanks(span_sub(*s, n, s->n));
	return has_time;
}

bool
refresh_parse(struct span value, struct span *url)
{
	struct span s = skip_blanks(value);

	if (!skip_time(&s))
		return false;
	if (s.n > 0 && (s.p[0] == ';' || s.p[0] == ','))
		s = skip_blanks(span_sub(s, 1, s.n));
	*url = unquote(skip_name(s));
	return true;
}
