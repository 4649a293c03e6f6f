#include "base/utf8.h"

#include <string.h>

/* What the first byte says: how many follow, and what they must amount to. */
struct lead {
	unsigned char from, to; /* bytes that begin such a character */
	unsigned char more;	/* bytes that follow */
	uint32_t least;		/* below it the form is overlong */
};

static const struct lead leads[] = {
    {0x00, 0x7f, 0, 0},
    {0xc2, 0xdf, 1, 0x80},
    {0xe0, 0xef, 2, 0x800},
    {0xf0, 0xf4, 3, 0x10000},
};

static const struct lead *
lead_of(unsigned char c)
{
	size_t i;

	for (i = 0; i < sizeof leads / sizeof leads[0]; i++)
		if (c >= leads[i].from && c <= leads[i].to)
			return &leads[i];
	return NULL;
}

static bool
is_character(uint32_t c)
{
	return c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

size_t
utf8_first(struct span s, uint32_t *out)
{
	const struct lead *lead =
	    s.n == 0 ? NULL : lead_of((unsigned char)s.p[0]);
	uint32_t c;
	size_t i;

	if (lead == NULL || s.n <= lead->more)
		return 0;
	/* a lead byte has 7, 5, 4 or 3 bits of the character */
	c = (unsigned char)s.p[0] &
	    (lead->more == 0 ? 0x7fu : 0x3fu >> lead->more);
	for (i = 1; i <= lead->more; i++) {
		if (((unsigned char)s.p[i] & 0xc0u) != 0x80)
			return 0;
		c = c << 6 | ((unsigned char)s.p[i] & 0x3fu);
	}
	if (c < lead->least || !is_character(c))
		return 0;
	*out = c;
	return i;
}

size_t
utf8_valid(struct span s)
{
	size_t at = 0, n;
	uint32_t c;

	while ((n = utf8_first(span_sub(s, at, s.n), &c)) > 0)
		at += n;
	return at;
}

bool
utf8_is_all(struct span s)
{
	return utf8_valid(s) == s.n;
}

/* From one character to another. */
struct range {
	uint32_t from, to;
};

/* Whether c is in one of the ranges, which end in one from 0. */
static bool
is_in(const struct range *r, uint32_t c)
{
	for (; r->from != 0; r++)
		if (c >= r->from && c <= r->to)
			return true;
	return false;
}

static bool
is_tame(uint32_t c)
{
	static const struct range wild[] = {
	    {0x7f, 0x9f}, {0x2028, 0x202e}, {0x2066, 0x2069}, {0, 0}};

	return c >= ' ' && !is_in(wild, c);
}

void
utf8_tame(char *text, size_t n)
{
	size_t at = 0, size;
	uint32_t c = 0;

	for (; at < n; at += size) {
		size = utf8_first((struct span){text + at, n - at}, &c);
		if (size > 0 && (is_tame(c) || c == '\t'))
			continue;
		size += size == 0;
		memset(text + at, '?', size);
	}
}

bool
utf8_is_text(struct span s)
{
	size_t at = 0, size;
	uint32_t c = 0;

	for (; at < s.n; at += size) {
		size = utf8_first(span_sub(s, at, s.n), &c);
		if (size == 0 || !is_tame(c))
			return false;
	}
	return true;
}

/* By and large as Unicode's East Asian Width and its marks have it. */
static size_t
columns_of(uint32_t c)
{
	static const struct range none[] = {{0x300, 0x36f}, {0x483, 0x489},
	    {0x591, 0x5bd}, {0x610, 0x61a}, {0x64b, 0x65f}, {0x6d6, 0x6dc},
	    {0x93a, 0x93a}, {0x93c, 0x93c}, {0x941, 0x948}, {0x94d, 0x94d},
	    {0xe31, 0xe31}, {0xe34, 0xe3a}, {0xe47, 0xe4e}, {0x1ab0, 0x1aff},
	    {0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x20d0, 0x20ff},
	    {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xe0100, 0xe01ef}, {0, 0}};
	static const struct range two[] = {{0x1100, 0x115f}, {0x231a, 0x231b},
	    {0x2e80, 0x303e}, {0x3041, 0xa4cf}, {0xa960, 0xa97c},
	    {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f},
	    {0xff01, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1f64f},
	    {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}, {0, 0}};

	if (c < 0x300 || is_in(none, c))
		return c < 0x300;
	return is_in(two, c) ? 2 : 1;
}

size_t
utf8_columns(struct span s, size_t tab)
{
	size_t at = 0, n = 0, size;
	uint32_t c = 0;

	for (; at < s.n; at += size) {
		size = utf8_first(span_sub(s, at, s.n), &c);
		if (size == 0)
			size = c = 1;
		n += c == '\t' ? tab : columns_of(c);
	}
	return n;
}
