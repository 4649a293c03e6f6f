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

static enum plural
east_slavic(uint64_t n)
{
	if (n % 10 == 1 && n % 100 != 11)
		return PLURAL_ONE;
	return is_slavic_few(n) ? PLURAL_FEW : PLURAL_MANY;
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

/* Languages whose rule is not that of English; each with its rule. */
static const struct rule {
	char language[4];
	enum plural (*of)(uint64_t n);
} rules[] = {
    {"am", up_to_one},
    {"ar", arabic},
    {"be", east_slavic},
    {"bn", up_to_one},
    {"cs", czech},
    {"fa", up_to_one},
    {"fr", up_to_one},
    {"he", hebrew},
    {"hi", up_to_one},
    {"id", only_other},
    {"ja", only_other},
    {"ko", only_other},
    {"ms", only_other},
    {"pl", polish},
    {"pt", up_to_one},
    {"ro", romanian},
    {"ru", east_slavic},
    {"sk", czech},
    {"th", only_other},
    {"uk", east_slavic},
    {"vi", only_other},
    {"zh", only_other},
};

enum plural
plural_of(struct span language, uint64_t n)
{
	struct span name = span_sub(language, 0, span_find(language, '-'));
	size_t i;

	for (i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (span_equal_nocase(name, span_of(rules[i].language)))
			return rules[i].of(n);
	return one_other(n);
}

bool
plural_has(struct span language, enum plural form)
{
	uint64_t n;

	for (n = 0; n < PERIOD; n++)
		if (plural_of(language, n) == form)
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
