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

/* Where the last quote of that kind stands, s.n where none does. */
static size_t
find_last(struct span s, char quote)
{
	size_t n = s.n;

	while (n > 0 && s.p[n - 1] != quote)
		n--;
	return n > 0 ? n - 1 : s.n;
}

/*
 * A URL in a quote ends at the first other one (the standard) or the last
 * (Chromium, WebKit: all that follows, where the last closes nothing). The
 * second reading is left in *rest as a value that ends where it ends.
 */
static struct span
cut_quoted(struct span *rest, struct span s)
{
	char quote = s.p[0];
	size_t first, last;

	s = span_sub(s, 1, s.n);
	first = span_find(s, quote);
	last = find_last(s, quote);
	if (first > 0 && first < last)
		*rest =
		    (struct span){rest->p, (size_t)(s.p - rest->p) + first + 1};
	else
		*rest = (struct span){NULL, 0};
	return last > 0 ? span_sub(s, 0, last) : s;
}

bool
refresh_next(struct span *rest, struct span *url)
{
	struct span value = *rest, s = skip_blanks(value);

	*rest = (struct span){NULL, 0};
	if (value.p == NULL || !skip_time(&s))
		return false;
	if (s.n > 0 && (s.p[0] == ';' || s.p[0] == ','))
		s = skip_blanks(span_sub(s, 1, s.n));
	s = skip_name(s);
	if (s.n > 0 && (s.p[0] == '"' || s.p[0] == '\'')) {
		*rest = value;
		s = cut_quoted(rest, s);
	}
	*url = s;
	return true;
}
