#include "web/plural.h"

#include <stddef.h>

enum {
	PERIOD = 1000 /* the rules look at no more than the last two digits */
};

static enum plural
one_other(uint64_t n)
{
	return n == 1 ? PLURAL_ONE : PLURAL_OTHER;
}

/* French, Persian and others say "0 hour". */
static enum plural
up_to_one(uint64_t n)
{
	return n <= 1 ? PLURAL_ONE : PLURAL_OTHER;
}

static enum plural
only_other(uint64_t n)
{
	(void)n;
	return PLURAL_OTHER;
}

static enum plural
arabic(uint64_t n)
{
	uint64_t last = n % 100;

	if (n <= 2)
		return (enum plural)(PLURAL_ZERO + n);
	if (last >= 3 && last <= 10)
		return PLURAL_FEW;
	return last >= 11 ? PLURAL_MANY : PLURAL_OTHER;
}

/* Whether the last digit is 2 to 4, the teens aside. */
static bool
is_slavic_few(uint64_t n)
{
	uint64_t last = n % 10, teens = n % 100;

	return last >= 2 && last <= 4 && (teens < 12 || teens > 14);
}

/* Whether the last digit is 1, eleven aside. */
static bool
ends_in_one(uint64_t n)
{
	return n % 10 == 1 && n % 100 != 11;
}

static enum plural
east_slavic(uint64_t n)
{
	if (ends_in_one(n))
		return PLURAL_ONE;
	return is_slavic_few(n) ? PLURAL_FEW : PLURAL_MANY;
}

/* Croatian, Serbian and Bosnian. */
static enum plural
south_slavic(uint64_t n)
{
	if (ends_in_one(n))
		return PLURAL_ONE;
	return is_slavic_few(n) ? PLURAL_FEW : PLURAL_OTHER;
}

/* Slovenian looks at the last two digits: one, a dual, three and four. */
static enum plural
slovenian(uint64_t n)
{
	switch (n % 100) {
	case 1:
		return PLURAL_ONE;
	case 2:
		return PLURAL_TWO;
	case 3:
	case 4:
		return PLURAL_FEW;
	default:
		return PLURAL_OTHER;
	}
}

static bool
is_teen(uint64_t n)
{
	return n % 100 >= 11 && n % 100 <= 19;
}

static enum plural
lithuanian(uint64_t n)
{
	if (n % 10 == 0 || is_teen(n))
		return PLURAL_OTHER;
	return n % 10 == 1 ? PLURAL_ONE : PLURAL_FEW;
}

static enum plural
latvian(uint64_t n)
{
	if (n % 10 == 0 || is_teen(n))
		return PLURAL_ZERO;
	return n % 10 == 1 ? PLURAL_ONE : PLURAL_OTHER;
}

static enum plural
polish(uint64_t n)
{
	if (n == 1)
		return PLURAL_ONE;
	return is_slavic_few(n) ? PLURAL_FEW : PLURAL_MANY;
}

static enum plural
czech(uint64_t n)
{
	if (n == 1)
		return PLURAL_ONE;
	return n >= 2 && n <= 4 ? PLURAL_FEW : PLURAL_OTHER;
}

static enum plural
hebrew(uint64_t n)
{
	return n == 2 ? PLURAL_TWO : one_other(n);
}

static enum plural
romanian(uint64_t n)
{
	if (n == 1)
		return PLURAL_ONE;
	return n == 0 || (n % 100 >= 1 && n % 100 <= 19) ? PLURAL_FEW
							 : PLURAL_OTHER;
}

/*
 * Languages whose rule is not that of English, each with its rule. That of a
 * region stands before the language's.
 */
static const struct rule {
	char language[6];
	enum plural (*of)(uint64_t n);
} rules[] = {
    {"am", up_to_one},
    {"ar", arabic},
    {"be", east_slavic},
    {"bn", up_to_one},
    {"bs", south_slavic},
    {"cs", czech},
    {"fa", up_to_one},
    {"fr", up_to_one},
    {"he", hebrew},
    {"hi", up_to_one},
    {"hr", south_slavic},
    {"id", only_other},
    {"ja", only_other},
    {"ko", only_other},
    {"lt", lithuanian},
    {"lv", latvian},
    {"ms", only_other},
    {"pl", polish},
    {"pt-PT", one_other},
    {"pt", up_to_one},
    {"ro", romanian},
    {"ru", east_slavic},
    {"sk", czech},
    {"sl", slovenian},
    {"sr", south_slavic},
    {"th", only_other},
    {"uk", east_slavic},
    {"vi", only_other},
    {"zh", only_other},
};

/* Whether a tag begins with these parts, whole ones. */
static bool
begins_with(struct span tag, struct span parts)
{
	return span_equal_nocase(span_sub(tag, 0, parts.n), parts) &&
	       (tag.n == parts.n || tag.p[parts.n] == '-');
}

typedef enum plural plural_rule(uint64_t n);

static plural_rule *
rule_of(struct span language)
{
	size_t i;

	for (i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (begins_with(language, span_of(rules[i].language)))
			return rules[i].of;
	return one_other;
}

enum plural
plural_of(struct span language, uint64_t n)
{
	return rule_of(language)(n);
}

bool
plural_has(struct span language, enum plural form)
{
	plural_rule *rule = rule_of(language);
	uint64_t n;

	for (n = 0; n < PERIOD; n++)
		if (rule(n) == form)
			return true;
	return false;
}

const char *
plural_name(enum plural form)
{
	static const char *const names[PLURAL_COUNT] = {
	    "zero", "one", "two", "few", "many", "other"};

	return names[form];
}
