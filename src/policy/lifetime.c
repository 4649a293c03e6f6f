#include "policy/lifetime.h"

#include <stddef.h>

#include "base/ascii.h"
#include <libconsent/status.h>

/* As people write them, singular. */
static const struct {
	const char *name;
	int64_t seconds;
} units[] = {
    {"s", 1},
    {"sec", 1},
    {"second", 1},
    {"m", 60},
    {"min", 60},
    {"minute", 60},
    {"h", 3600},
    {"hour", 3600},
    {"d", 86400},
    {"day", 86400},
    {"w", 604800},
    {"week", 604800},
    {"month", 2592000},
    {"y", 31536000},
    {"year", 31536000},
};

int64_t
lifetime_seconds(struct span text)
{
	struct span digits = {text.p, 0}, unit;
	uint64_t n;
	size_t i;

	while (digits.n < text.n && ascii_is(text.p[digits.n], ASCII_DIGIT))
		digits.n++;
	if (span_to_u64(digits, 10, 1000000000, &n) != CONSENT_OK)
		return -1;
	unit = span_trim(span_sub(text, digits.n, text.n));
	if (unit.n > 1 && ascii_lower(unit.p[unit.n - 1]) == 's')
		unit.n--;
	for (i = 0; i < sizeof units / sizeof units[0]; i++)
		if (span_equal_nocase(unit, span_of(units[i].name)))
			return (int64_t)n * units[i].seconds;
	return -1;
}
