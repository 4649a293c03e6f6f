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

bool
refresh_parse(struct span value, struct span *url)
{
	struct span s = skip_blanks(value);
	size_t digits = 0, n;

	while (digits < s.n && ascii_is(s.p[digits], ASCII_DIGIT))
		digits++;
	if (digits == 0 && !span_starts(s, SPAN(".")))
		return false;
	for (n = digits;
	     n < s.n && (ascii_is(s.p[n], ASCII_DIGIT) || s.p[n] == '.');)
		n++;
	s = span_sub(s, n, s.n);
	*url = SPAN("");
	if (s.n == 0)
		return true;
	if (s.p[0] != ';' && s.p[0] != ',' && !ascii_is(s.p[0], ASCII_SPACE))
		return false;
	s = skip_blanks(s);
	if (s.n > 0 && (s.p[0] == ';' || s.p[0] == ','))
		s = skip_blanks(span_sub(s, 1, s.n));
	*url = unquote(skip_name(s));
	return true;
}
