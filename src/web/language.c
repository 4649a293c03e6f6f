#include "web/language.h"

#include "base/ascii.h"
#include "base/spelling.h"
#include "web/weight.h"

/* Whether another script of the same language will do. */
enum strictness {
	STRICT,
	LENIENT
};

/* One language range of the field. */
struct range {
	struct span tag;
	int weight; /* thousandths */
};

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

/* The first part of a tag. */
static struct span
language_of(struct span tag)
{
	return span_sub(tag, 0, span_find(tag, '-'));
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

/* The part of a tag that names its script: four letters; or empty. */
static struct span
script_part(struct span tag)
{
	struct span rest = tag, part;

	(void)span_cut(&rest, '-');
	while (rest.p != NULL) {
		part = span_cut(&rest, '-');
		if (part.n == 1) /* what follows is no part of the language */
			break;
		if (part.n == 4 && spelling_is_all(part, ASCII_ALPHA))
			return part;
	}
	return SPAN("");
}

static bool
has_part(struct span tag, struct span wanted)
{
	struct span rest = tag;

	while (rest.p != NULL)
		if (span_equal_nocase(span_cut(&rest, '-'), wanted))
			return true;
	return false;
}

/*
 * The script of a tag, where there are several to tell apart: Chinese is in
 * Traditional characters in Taiwan, Hong Kong and Macao (CLDR, likely
 * subtags).
 */
static struct span
script_of(struct span tag)
{
	struct span script = script_part(tag);

	if (script.n > 0 || !span_equal_nocase(language_of(tag), SPAN("zh")))
		return script;
	return has_part(tag, SPAN("TW")) || has_part(tag, SPAN("HK")) ||
		       has_part(tag, SPAN("MO"))
		   ? SPAN("Hant")
		   : SPAN("Hans");
}

/* Whether both are in one script, as far as they say. */
static bool
shares_script(struct span a, struct span b)
{
	struct span x = script_of(a), y = script_of(b);

	return x.n == 0 || y.n == 0 || span_equal_nocase(x, y);
}

/* What the field asks for, and what there is. */
struct choice {
	struct range ranges[LANGUAGE_RANGES];
	size_t n_ranges;
	const char *const *tags;
	size_t n_tags;
};

static bool
may_serve(const struct choice *c, size_t i, struct span wanted)
{
	return !is_excluded(c->ranges, c->n_ranges, c->tags[i]) &&
	       shares_script(wanted, span_of(c->tags[i]));
}

/* The tag that a range finds by lookup, or -1. */
static int
look_up(const struct choice *c, struct span range, enum strictness strictness)
{
	struct span tag;
	int found;

	for (tag = range; tag.n > 0; tag = tag_shorten(tag)) {
		found = tag_find(tag, c->tags, c->n_tags);
		if (found >= 0 && may_serve(c, (size_t)found,
				      strictness == STRICT ? range : tag))
			return found;
	}
	return -1;
}

/* A tag of this language in the script that the range asks for, or -1. */
static int
look_in(const struct choice *c, struct span language, struct span range)
{
	size_t i;

	for (i = 0; i < c->n_tags; i++) {
		struct span tag = span_of(c->tags[i]);

		if (span_equal_nocase(language_of(tag), language) &&
		    may_serve(c, i, range))
			return (int)i;
	}
	return -1;
}

/*
 * What serves where a language itself is not there, the better one first: its
 * code of today, the other one of a code for both, or a language that those
 * who read the one read as well.
 */
static const struct kin {
	char asked[4], served[4];
} kins[] = {
    {"no", "nb"},
    {"no", "nn"},
    {"nb", "no"},
    {"nn", "nb"},
    {"nn", "no"},
    {"iw", "he"},
    {"in", "id"},
    {"mo", "ro"},
    {"bs", "hr"},
    {"bs", "sr"},
    {"sh", "hr"},
    {"sh", "sr"},
    {"sh", "bs"},
};

/* A tag that serves the range though lookup does not come to it, or -1. */
static int
look_around(const struct choice *c, struct span range)
{
	struct span language = language_of(range);
	int found = -1;
	size_t i;

	if (script_of(range).n > 0)
		found = look_in(c, language, range);
	for (i = 0; found < 0 && i < sizeof kins / sizeof kins[0]; i++)
		if (span_equal_nocase(language, span_of(kins[i].asked)))
			found = look_in(c, span_of(kins[i].served), range);
	return found;
}

/* The best by all ranges, the heaviest first. */
static int
choose(const struct choice *all, enum strictness strictness)
{
	struct choice c = *all; /* ranges are used up */
	struct range *range;
	int found = -1;

	while (found < 0 &&
	       (range = range_heaviest(c.ranges, c.n_ranges)) != NULL) {
		found = look_up(&c, range->tag, strictness);
		if (found < 0 && strictness == STRICT)
			found = look_around(&c, range->tag);
		range->weight = -1;
	}
	return found;
}

int
language_best(struct span accept, const char *const *tags, size_t n)
{
	struct choice c = {.tags = tags, .n_tags = n};
	struct span rest = accept;
	int found;

	while (rest.p != NULL && c.n_ranges < LANGUAGE_RANGES)
		c.ranges[c.n_ranges++] = range_parse(span_cut(&rest, ','));
	found = choose(&c, STRICT);
	return found >= 0 ? found : choose(&c, LENIENT);
}

bool
language_is_rtl(struct span tag)
{
	static const char *const rtl[] = {
	    "ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "dv", "ckb"};
	struct span language = language_of(tag);
	size_t i;

	for (i = 0; i < sizeof rtl / sizeof rtl[0]; i++)
		if (span_equal_nocase(language, span_of(rtl[i])))
			return true;
	return false;
}
