#include "base/utf8.h"

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
