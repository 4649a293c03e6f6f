#include "web/language.h"

#include "base/ascii.h"
#include "base/spelling.h"

enum {
	WEIGHT_ONE = 1000 /* q=1 in thousandths */
};

/* One language range of the field. */
struct range {
	struct span tag;
	int weight; /* thousandths */
};

/* A qvalue (RFC 9110 12.4.2) in thousandths, or -1. */
static int
weight_parse(struct span s)
{
	int weight, scale = WEIGHT_ONE;
	size_t i;

	if (s.n == 0 || s.n > 5 || (s.p[0] != '0' && s.p[0] != '1') ||
	    (s.n > 1 && s.p[1] != '.'))
		return -1;
	weight = (s.p[0] - '0') * scale;
	for (i = 2; i < s.n; i++) {
		if (!ascii_is(s.p[i], ASCII_DIGIT))
			return -1;
		scale /= 10;
		weight += (s.p[i] - '0') * scale;
	}
	return weight > WEIGHT_ONE ? -1 : weight;
}

/* Reads "tag" or "tag;q=0.5"; a malformed one weighs less than nothing. */
static struct range
range_parse(struct span piece)
{
	struct span rest = piece;
	struct range range;

	range.tag = span_trim(span_cut(&rest, ';'));
	range.weight = WEIGHT_ONE;
	while (rest.p != NULL) {
		struct span parameter = span_trim(span_cut(&rest, ';'));
		struct span name =
		    span_sub(parameter, 0, span_find(parameter, '='));

		if (span_equal_nocase(span_trim(name), SPAN("q")))
			range.weight = weight_parse(span_trim(
			    span_sub(parameter, name.n + 1, parameter.n)));
	}
	if (range.tag.n > LANGUAGE_TAG)
		range.weight = -1;
	return range;
}

bool
language_is_tag(struct span s)
{
	struct span rest = s, part;
	unsigned mask = ASCII_ALPHA;

	if (s.n == 0 || s.n > LANGUAGE_TAG)
		return false;
	while (rest.p != NULL) {
		part = span_cut(&rest, '-');
		if (part.n > 8 || !spelling_is_all(part, mask))
			return false;
		mask = ASCII_ALNUM;
	}
	return true;
}

static int
tag_find(struct span tag, const char *const *tags, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (span_equal_nocase(tag, span_of(tags[i])))
			return (int)i;
	return -1;
}

/* Cuts the last part off, and a single letter before it (RFC 4647 3.4). */
static struct span
tag_shorten(struct span tag)
{
	do {
		while (tag.n > 0 && tag.p[tag.n - 1] != '-')
			tag.n--;
		if (tag.n > 0)
			tag.n--;
	} while (tag.n > 1 && tag.p[tag.n - 2] == '-');
	return tag;
}

/* Whether q=0 excludes the very tag i; a wider range does not. */
static bool
is_excluded(const struct range *ranges, size_t n, const char *tag)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ranges[i].weight == 0 &&
		    span_equal_nocase(ranges[i].tag, span_of(tag)))
			return true;
	return false;
}

/* The first of the heaviest ranges that are not used up, or NULL. */
static struct range *
range_heaviest(struct range *ranges, size_t n)
{
	struct range *best = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		if (ranges[i].weight > 0 &&
		    (best == NULL || ranges[i].weight > best->weight))
			best = &ranges[i];
	return best;
}

int
language_best(struct span accept, const char *const *tags, size_t n)
{
	struct range ranges[LANGUAGE_RANGES] = {{{NULL, 0}, 0}}, *range;
	struct span rest = accept, tag;
	size_t count = 0;
	int found;

	while (rest.p != NULL && count < LANGUAGE_RANGES)
		ranges[count++] = range_parse(span_cut(&rest, ','));
	while ((range = range_heaviest(ranges, count)) != NULL) {
		for (tag = range->tag; tag.n > 0; tag = tag_shorten(tag)) {
			found = tag_find(tag, tags, n);
			if (found >= 0 &&
			    !is_excluded(ranges, count, tags[found]))
				return found;
		}
		range->weight = -1;
	}
	return -1;
}

bool
language_is_rtl(struct span tag)
{
	static const char *const rtl[] = {
	    "ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "dv", "ckb"};
	struct span language = span_sub(tag, 0, span_find(tag, '-'));
	size_t i;

	for (i = 0; i < sizeof rtl / sizeof rtl[0]; i++)
		if (span_equal_nocase(language, span_of(rtl[i])))
			return true;
	return false;
}
