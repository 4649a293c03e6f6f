#include "policy/lifetime.h"

#include <stddef.h>

#include "base/ascii.h"
#include <libconsent/status.h>

enum {
	NUMBER_MAX = 1000000000
};

static const int64_t seconds[LIFETIME_UNITS] = {
    1, 60, 3600, 86400, 604800, 2592000, 31536000};

/* As people write them, singular. */
static const struct {
	const char *name;
	enum lifetime_unit unit;
} units[] = {
    {"s", LIFETIME_SECONDS},
    {"sec", LIFETIME_SECONDS},
    {"second", LIFETIME_SECONDS},
    {"m", LIFETIME_MINUTES},
    {"min", LIFETIME_MINUTES},
    {"minute", LIFETIME_MINUTES},
    {"h", LIFETIME_HOURS},
    {"hour", LIFETIME_HOURS},
    {"d", LIFETIME_DAYS},
    {"day", LIFETIME_DAYS},
    {"w", LIFETIME_WEEKS},
    {"week", LIFETIME_WEEKS},
    {"month", LIFETIME_MONTHS},
    {"y", LIFETIME_YEARS},
    {"year", LIFETIME_YEARS},
};

bool
lifetime_read(struct span text, uint64_t *n, enum lifetime_unit *unit)
{
	struct span digits = {text.p, 0}, word;
	size_t i;

	while (digits.n < text.n && ascii_is(text.p[digits.n], ASCII_DIGIT))
		digits.n++;
	if (span_to_u64(digits, 10, NUMBER_MAX, n) != CONSENT_OK)
		return false;
	word = span_trim(span_sub(text, digits.n, text.n));
	if (word.n > 1 && ascii_lower(word.p[word.n - 1]) == 's')
		word.n--;
	for (i = 0; i < sizeof units / sizeof units[0]; i++)
		if (span_equal_nocase(word, span_of(units[i].name))) {
			*unit = units[i].unit;
			return true;
		}
	return false;
}

int64_t
lifetime_seconds(struct span text)
{
	enum lifetime_unit unit;
	uint64_t n;

	return lifetime_read(text, &n, &unit) ? (int64_t)n * seconds[unit] : -1;
}
