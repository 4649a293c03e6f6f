#include "html/charref.h"

#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"

/* The names of the standard's list, sorted: entity_names and entities[]. */
#include "html/entities.inc"

enum {
	POINT_MAX = 0x10FFFF,
	POINT_REPLACEMENT = 0xFFFD
};

static const char *
entity_name(const struct entity *e)
{
	return (const char *)&entity_names + e->at;
}

/* The byte at offset k of a name; -1 behind its end, so shorter is less. */
static int
entity_byte(const struct entity *e, size_t k)
{
	return k < e->n ? (unsigned char)entity_name(e)[k] : -1;
}

/* The first of the entities lo to hi whose byte at k is not less than c. */
static size_t
entity_bound(size_t lo, size_t hi, size_t k, int c)
{
	while (lo < hi) {
		size_t middle = lo + (hi - lo) / 2;

		if (entity_byte(&entities[middle], k) < c)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo;
}

/* The longest name that s begins with; NULL when there is none. */
static const struct entity *
entity_find(struct span s)
{
	const struct entity *best = NULL;
	size_t lo = 0;
	size_t hi = ENTITIES;
	size_t k;

	for (k = 0; k < s.n && k < ENTITY_NAME_MAX; k++) {
		int c = (unsigned char)s.p[k];

		lo = entity_bound(lo, hi, k, c);
		hi = entity_bound(lo, hi, k, c + 1);
		if (lo == hi)
			break;
		if (entities[lo].n == k + 1)
			best = &entities[lo];
	}
	return best;
}

/* 13.2.5.73 Named character reference state; s is behind the '&' */
static size_t
match_named(struct span s, enum charref_use use, struct charref *out)
{
	const struct entity *e = entity_find(s);

	if (e == NULL)
		return 0;
	/* old pages have "?a=b&copy=1" in attributes: not a reference */
	if (use == CHARREF_ATTRIBUTE && s.p[e->n - 1] != ';' && e->n < s.n &&
	    (s.p[e->n] == '=' || ascii_is(s.p[e->n], ASCII_ALNUM)))
		return 0;
	*out = (struct charref){e->first, e->second};
	return e->n + 1u;
}

/* 13.2.5.80 Numeric character reference end state */
static uint32_t
numeric_point(uint32_t value)
{
	/* what windows-1252 has at 0x80 to 0x9F; 0: the value itself */
	static const uint16_t windows[32] = {0x20AC, 0, 0x201A, 0x0192, 0x201E,
	    0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
	    0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013,
	    0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178};

	if (value == 0 || value > POINT_MAX ||
	    (value >= 0xD800 && value <= 0xDFFF))
		return POINT_REPLACEMENT;
	if (value >= 0x80 && value <= 0x9F && windows[value - 0x80] != 0)
		return windows[value - 0x80];
	return value;
}

/* 13.2.5.75-79 the numeric states; s is behind "&#" */
static size_t
match_numeric(struct span s, struct charref *out)
{
	bool hex = s.n > 0 && (s.p[0] == 'x' || s.p[0] == 'X');
	unsigned base = hex ? 16 : 10;
	size_t first = hex ? 1 : 0;
	size_t i;
	uint32_t value = 0;

	for (i = first; i < s.n; i++) {
		int digit = ascii_hex_value(s.p[i]);

		if (digit < 0 || (unsigned)digit >= base)
			break;
		if (value <= POINT_MAX) /* no overflow, over is over */
			value = value * base + (unsigned)digit;
	}
	if (i == first)
		return 0;
	*out = (struct charref){numeric_point(value), 0};
	return i + 2 + (i < s.n && s.p[i] == ';');
}

size_t
charref_match(struct span s, enum charref_use use, struct charref *out)
{
	if (s.n > 1 && s.p[1] == '#')
		return match_numeric(span_sub(s, 2, s.n), out);
	return match_named(span_sub(s, 1, s.n), use, out);
}

/* Appends a code point in UTF-8. */
static int
append_point(struct buf *out, uint32_t c)
{
	char text[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
	size_t i;

	for (i = n; i-- > 1; c >>= 6)
		text[i] = (char)(0x80 | (c & 0x3F));
	text[0] = (char)(lead[n] | c);
	return buf_append(out, (struct span){text, n});
}

static int
append_reference(struct buf *out, const struct charref *ref)
{
	int rc = append_point(out, ref->first);

	if (rc == 0 && ref->second != 0)
		rc = append_point(out, ref->second);
	return rc;
}

/* Appends what the special byte at the start of s stands for; *n: how long. */
static int
append_special(struct span s, enum charref_use use, struct buf *out, size_t *n)
{
	struct charref ref;
	size_t taken;

	*n = 1;
	switch (s.p[0]) {
	case '\r':
		*n = s.n > 1 && s.p[1] == '\n' ? 2 : 1;
		return buf_append_byte(out, '\n');
	case 0:
		if (use == CHARREF_DATA || use == CHARREF_CDATA)
			return buf_append_byte(out, 0);
		return append_point(out, POINT_REPLACEMENT);
	default:
		if (use == CHARREF_RAWTEXT || use == CHARREF_CDATA)
			return buf_append_byte(out, s.p[0]);
		taken = charref_match(s, use, &ref);
		if (taken == 0)
			return buf_append_byte(out, s.p[0]);
		*n = taken;
		return append_reference(out, &ref);
	}
}

/* How many bytes at the start of s stand for themselves. */
static size_t
plain_length(struct span s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '&' && s.p[n] != '\r' && s.p[n] != 0)
		n++;
	return n;
}

int
charref_decode(struct span raw, enum charref_use use, struct buf *out)
{
	size_t n = 0;
	int rc = 0;

	while (raw.n > 0 && rc == 0) {
		n = plain_length(raw);
		if (n > 0)
			rc = buf_append(out, span_sub(raw, 0, n));
		else
			rc = append_special(raw, use, out, &n);
		raw = span_sub(raw, n, raw.n);
	}
	return rc;
}
