#include "html/charset_trail.h"

#include <stddef.h>

#include "base/ascii.h"
#include "base/spelling.h"

enum {
	TRAIL_FIRST = 0x40, /* of second bytes that are ASCII */
	TRAIL_LAST = 0x7E,
	TRAIL_MARK = 0x80 /* makes one of them none */
};

struct label {
	const char *name;
	enum charset_pairs pairs;
};

/* Encoding, 4.2 */
static const struct label labels[] = {
    {"csshiftjis", CHARSET_PAIRS_SHIFT_JIS},
    {"ms932", CHARSET_PAIRS_SHIFT_JIS},
    {"ms_kanji", CHARSET_PAIRS_SHIFT_JIS},
    {"shift-jis", CHARSET_PAIRS_SHIFT_JIS},
    {"shift_jis", CHARSET_PAIRS_SHIFT_JIS},
    {"sjis", CHARSET_PAIRS_SHIFT_JIS},
    {"windows-31j", CHARSET_PAIRS_SHIFT_JIS},
    {"x-sjis", CHARSET_PAIRS_SHIFT_JIS},
    {"chinese", CHARSET_PAIRS_CHINESE},
    {"csgb2312", CHARSET_PAIRS_CHINESE},
    {"csiso58gb231280", CHARSET_PAIRS_CHINESE},
    {"gb2312", CHARSET_PAIRS_CHINESE},
    {"gb_2312", CHARSET_PAIRS_CHINESE},
    {"gb_2312-80", CHARSET_PAIRS_CHINESE},
    {"gbk", CHARSET_PAIRS_CHINESE},
    {"iso-ir-58", CHARSET_PAIRS_CHINESE},
    {"x-gbk", CHARSET_PAIRS_CHINESE},
    {"gb18030", CHARSET_PAIRS_CHINESE},
    {"big5", CHARSET_PAIRS_CHINESE},
    {"big5-hkscs", CHARSET_PAIRS_CHINESE},
    {"cn-big5", CHARSET_PAIRS_CHINESE},
    {"csbig5", CHARSET_PAIRS_CHINESE},
    {"x-x-big5", CHARSET_PAIRS_CHINESE},
};

enum charset_pairs
charset_pairs_of(struct span label)
{
	size_t i;

	label = spelling_trim(label, ASCII_SPACE);
	for (i = 0; i < sizeof labels / sizeof labels[0]; i++)
		if (span_equal_nocase(label, span_of(labels[i].name)))
			return labels[i].pairs;
	return CHARSET_PAIRS_NONE;
}

/* Whether a byte begins a pair (Encoding 10.2.1, 11.1.1, 12.3.1). */
static bool
is_lead(enum charset_pairs pairs, unsigned char c)
{
	if (pairs == CHARSET_PAIRS_SHIFT_JIS)
		return (c >= 0x81 && c <= 0x9F) || (c >= 0xE0 && c <= 0xFC);
	return pairs == CHARSET_PAIRS_CHINESE && c >= 0x81 && c <= 0xFE;
}

static bool
is_ascii_trail(unsigned char c)
{
	return c >= TRAIL_FIRST && c <= TRAIL_LAST;
}

/*
 * Whether c is the second byte of a pair, after *lead; keeps *lead. The four
 * bytes of gb18030 read as a first byte and a digit, twice.
 */
static bool
is_second(enum charset_pairs pairs, unsigned char c, bool *lead)
{
	bool second = *lead && (is_ascii_trail(c) || c >= 0x80);

	*lead = !second && is_lead(pairs, c);
	return second;
}

bool
charset_trail_may_hide(struct span text)
{
	size_t i;

	for (i = 1; i < text.n; i++) {
		unsigned char before = (unsigned char)text.p[i - 1];
		char c = text.p[i];

		if (before >= 0x81 && (c == '\\' || c == '{' || c == '}' ||
					  c == '[' || c == ']' || c == '@'))
			return true;
	}
	return false;
}

int
charset_trail_mask(enum charset_pairs pairs, struct span text, struct buf *out)
{
	size_t before = out->n, i;
	bool lead = false;
	int rc = buf_append(out, text);

	for (i = 0; rc == CONSENT_OK && i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (is_second(pairs, c, &lead) && is_ascii_trail(c))
			out->p[before + i] = (char)(c | TRAIL_MARK);
	}
	return rc;
}

/* Takes one byte; see charset_trail_ends. */
static bool
takes_end(struct charset_trail *t, unsigned char c)
{
	bool second = is_second(t->pairs, c, &t->lead);

	if (c == ']' && second)
		t->seen = 1;
	else if (c == ']' && t->seen == 1)
		t->seen = 2;
	else if (c == '>' && t->seen == 2)
		return true;
	else
		t->seen = 0;
	return false;
}

bool
charset_trail_ends(struct charset_trail *t, struct span bytes)
{
	size_t i;

	if (t->pairs == CHARSET_PAIRS_NONE)
		return false;
	for (i = 0; i < bytes.n; i++)
		if (takes_end(t, (unsigned char)bytes.p[i]))
			return true;
	return false;
}
