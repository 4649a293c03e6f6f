#include <libconsent/span.h>

#include "base/ascii.h"

#include <string.h>

struct span
span_of(const char *text)
{
	return (struct span){text, text == NULL ? 0 : strlen(text)};
}

struct span
span_sub(struct span s, size_t from, size_t n)
{
	if (from > s.n)
		from = s.n;
	if (n > s.n - from)
		n = s.n - from;
	return (struct span){s.p == NULL ? NULL : s.p + from, n};
}

bool
span_equal(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
span_equal_nocase(struct span a, struct span b)
{
	size_t i;

	if (a.n != b.n)
		return false;
	for (i = 0; i < a.n; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

bool
span_starts(struct span s, struct span prefix)
{
	return s.n >= prefix.n && span_equal(span_sub(s, 0, prefix.n), prefix);
}

bool
span_starts_nocase(struct span s, struct span prefix)
{
	return s.n >= prefix.n &&
	       span_equal_nocase(span_sub(s, 0, prefix.n), prefix);
}

bool
span_ends(struct span s, struct span suffix)
{
	return s.n >= suffix.n &&
	       span_equal(span_sub(s, s.n - suffix.n, suffix.n), suffix);
}

static bool
is_ows(char c)
{
	return c == ' ' || c == '\t';
}

struct span
span_trim(struct span s)
{
	while (s.n > 0 && is_ows(s.p[0]))
		s = span_sub(s, 1, s.n);
	while (s.n > 0 && is_ows(s.p[s.n - 1]))
		s.n--;
	return s;
}

size_t
span_find(struct span s, char c)
{
	const char *hit = s.n == 0 ? NULL : memchr(s.p, c, s.n);

	return hit == NULL ? s.n : (size_t)(hit - s.p);
}

size_t
span_search(struct span s, struct span needle)
{
	const char *hit;

	if (needle.n == 0)
		return 0;
	if (s.n < needle.n)
		return s.n;
	hit = memmem(s.p, s.n, needle.p, needle.n);
	return hit == NULL ? s.n : (size_t)(hit - s.p);
}

struct span
span_cut(struct span *rest, char sep)
{
	size_t at = span_find(*rest, sep);
	struct span piece = span_sub(*rest, 0, at);

	if (at == rest->n)
		*rest = (struct span){NULL, 0};
	else
		*rest = span_sub(*rest, at + 1, rest->n);
	return piece;
}

int
span_to_u64(struct span s, unsigned base, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;
	size_t i;

	if (s.n == 0 || s.n > 20)
		return CONSENT_EINVAL;
	for (i = 0; i < s.n; i++) {
		int digit = ascii_hex_value(s.p[i]);

		if (digit < 0 || (unsigned)digit >= base)
			return CONSENT_EINVAL;
	}
	for (i = 0; i < s.n; i++) {
		unsigned digit = (unsigned)ascii_hex_value(s.p[i]);

		if (value > (UINT64_MAX - digit) / base)
			return CONSENT_ELIMIT;
		value = value * base + digit;
	}
	if (value > max)
		return CONSENT_ELIMIT;
	*out = value;
	return CONSENT_OK;
}
