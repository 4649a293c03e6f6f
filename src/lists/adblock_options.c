#include "lists/adblock_options.h"

#include "base/ascii.h"

#include <libconsent/url.h>

#include <string.h>

/* What an option is to us. */
enum meaning {
	MEANS_TYPE,
	MEANS_THIRD_PARTY,
	MEANS_FIRST_PARTY,
	MEANS_DOMAIN,
	MEANS_NOTHING /* rules do that in any case */
};

static const struct {
	const char *name;
	enum meaning meaning;
	enum adblock_type type;
} known[] = {
    {"third-party", MEANS_THIRD_PARTY, 0},
    {"3p", MEANS_THIRD_PARTY, 0},
    {"first-party", MEANS_FIRST_PARTY, 0},
    {"1p", MEANS_FIRST_PARTY, 0},
    {"domain", MEANS_DOMAIN, 0},
    {"match-case", MEANS_NOTHING, 0},
    {"script", MEANS_TYPE, ADBLOCK_SCRIPT},
    {"image", MEANS_TYPE, ADBLOCK_IMAGE},
    {"stylesheet", MEANS_TYPE, ADBLOCK_OTHER},
    {"css", MEANS_TYPE, ADBLOCK_OTHER},
    {"subdocument", MEANS_TYPE, ADBLOCK_OTHER},
    {"frame", MEANS_TYPE, ADBLOCK_OTHER},
    {"xmlhttprequest", MEANS_TYPE, ADBLOCK_OTHER},
    {"xhr", MEANS_TYPE, ADBLOCK_OTHER},
    {"ping", MEANS_TYPE, ADBLOCK_OTHER},
    {"beacon", MEANS_TYPE, ADBLOCK_OTHER},
    {"websocket", MEANS_TYPE, ADBLOCK_OTHER},
    {"webrtc", MEANS_TYPE, ADBLOCK_OTHER},
    {"object", MEANS_TYPE, ADBLOCK_OTHER},
    {"object-subrequest", MEANS_TYPE, ADBLOCK_OTHER},
    {"media", MEANS_TYPE, ADBLOCK_OTHER},
    {"font", MEANS_TYPE, ADBLOCK_OTHER},
    {"other", MEANS_TYPE, ADBLOCK_OTHER},
};

enum {
	KNOWN = sizeof known / sizeof known[0]
};

static bool
is_option_byte(char c)
{
	return ascii_is(c, ASCII_ALNUM) || c == '~' || c == '-' || c == '_';
}

/*
 * Whether text is a list of options: names, and values of which only commas
 * end one. Other text behind a "$" is part of the pattern.
 */
static bool
is_options(struct span text)
{
	struct span rest = text;

	if (text.n == 0)
		return false;
	while (rest.p != NULL) {
		struct span one = span_cut(&rest, ',');
		size_t n = 0;

		while (n < one.n && is_option_byte(one.p[n]))
			n++;
		if (n == 0 || (n < one.n && one.p[n] != '='))
			return false;
	}
	return true;
}

/* Where the options begin, behind a "$"; text.n + 1: nowhere. */
static size_t
find_options(struct span text)
{
	size_t i;

	for (i = text.n; i-- > 0;)
		if (text.p[i] == '$' &&
		    is_options(span_sub(text, i + 1, text.n)))
			return i + 1;
	return text.n + 1;
}

static enum skip
read_type(struct adblock_options *o, bool negated, enum adblock_type type)
{
	/* "~image" is all but images: of some kinds only, too */
	o->types |= negated ? ADBLOCK_OTHER : type;
	return SKIP_NOT;
}

static enum skip
read_option(struct adblock_options *o, struct span option)
{
	bool negated = span_starts(option, SPAN("~"));
	size_t equals = span_find(option, '='), i;
	struct span name = span_sub(option, negated, equals - negated);
	struct span value = span_sub(option, equals + 1, option.n);

	for (i = 0; i < KNOWN; i++)
		if (span_equal_nocase(name, span_of(known[i].name)))
			break;
	if (i == KNOWN ||
	    (equals < option.n) != (known[i].meaning == MEANS_DOMAIN))
		return SKIP_OPTION;
	switch (known[i].meaning) {
	case MEANS_TYPE:
		return read_type(o, negated, known[i].type);
	case MEANS_FIRST_PARTY:
	case MEANS_THIRD_PARTY:
		if (negated == (known[i].meaning == MEANS_THIRD_PARTY))
			return SKIP_FIRST_PARTY;
		o->third_party = true;
		return SKIP_NOT;
	case MEANS_DOMAIN:
		if (negated || o->domains.n > 0 || value.n == 0)
			return SKIP_OPTION;
		o->domains = value;
		return SKIP_NOT;
	case MEANS_NOTHING:
		break;
	}
	return negated ? SKIP_OPTION : SKIP_NOT;
}

enum skip
adblock_options_read(
    struct span filter, struct span *pattern, struct adblock_options *options)
{
	size_t at = find_options(filter);
	struct span rest = span_sub(filter, at, filter.n);
	enum skip why = SKIP_NOT;

	*options = (struct adblock_options){.types = 0};
	*pattern = span_sub(filter, 0, at - 1);
	if (at > filter.n)
		return SKIP_NOT;
	while (rest.p != NULL && why == SKIP_NOT)
		why = read_option(options, span_cut(&rest, ','));
	return why;
}

enum skip
adblock_options_site(const struct adblock_options *options, struct span site)
{
	struct span rest = options->domains;
	bool named = false, any = false;

	if (rest.n == 0)
		return SKIP_NOT;
	if (site.n == 0)
		return SKIP_DOMAIN;
	while (rest.p != NULL) {
		struct span domain = span_cut(&rest, '|');
		bool negated = span_starts(domain, SPAN("~"));

		domain = span_sub(domain, negated, domain.n);
		if (span_find(domain, '*') < domain.n || domain.n == 0)
			return SKIP_DOMAIN;
		any = any || !negated;
		if (!url_host_is_below(site, domain))
			continue;
		if (negated)
			return SKIP_OTHER_SITE;
		named = true;
	}
	return named || !any ? SKIP_NOT : SKIP_OTHER_SITE;
}
