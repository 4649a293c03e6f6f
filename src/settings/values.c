#include "settings/values.h"

#include <string.h>

enum {
	DISTANCE_NAME = 32, /* longer names are never near another */
	PREFIX_NEAR = 4	    /* so much of a name's front means it */
};

#define VALUE_MOST ((int64_t)1 << 53)

struct unit {
	const char *name;
	int64_t scale;
};

static const struct unit durations[] = {
    {"ms", 1},
    {"s", 1000},
    {"m", 60000},
    {"min", 60000},
    {"h", 3600000},
    {"d", 86400000},
    {"w", 604800000},
    {NULL, 0},
};

static const struct unit sizes[] = {
    {"", 1},
    {"B", 1},
    {"K", 1 << 10},
    {"KB", 1 << 10},
    {"M", 1 << 20},
    {"MB", 1 << 20},
    {"G", 1 << 30},
    {"GB", 1 << 30},
    {NULL, 0},
};

size_t
setting_items(const struct setting *s)
{
	enum setting_type type = setting_type(s);

	if (type == SETTING_ARRAY || type == SETTING_LIST)
		return setting_count(s);
	return 1;
}

const struct setting *
setting_item(const struct setting *s, size_t i)
{
	enum setting_type type = setting_type(s);

	if (type == SETTING_ARRAY || type == SETTING_LIST)
		return setting_at(s, i);
	return i == 0 ? s : NULL;
}

static int
scale(uint64_t n, int64_t unit, int64_t *out)
{
	if (unit <= 0)
		return CONSENT_EINVAL;
	if (n > (uint64_t)(VALUE_MOST / unit))
		return CONSENT_ELIMIT;
	*out = (int64_t)n * unit;
	return CONSENT_OK;
}

static int
measure(struct span text, const struct unit *units, int64_t *out)
{
	struct span digits = {text.p, 0}, name;
	uint64_t n;
	int rc;

	while (digits.n < text.n && text.p[digits.n] >= '0' &&
	       text.p[digits.n] <= '9')
		digits.n++;
	rc = span_to_u64(digits, 10, UINT64_MAX, &n);
	if (rc != CONSENT_OK)
		return rc;
	name = span_trim(span_sub(text, digits.n, text.n));
	for (; units->name != NULL; units++)
		if (span_equal_nocase(name, span_of(units->name)))
			return scale(n, units->scale, out);
	return CONSENT_EINVAL;
}

int
settings_duration(struct span text, int64_t *out)
{
	return measure(text, durations, out);
}

int
settings_size(struct span text, int64_t *out)
{
	return measure(text, sizes, out);
}

int
setting_duration(const struct setting *s, int64_t unit_ms, int64_t *out)
{
	const char *text = setting_string(s);
	int64_t n;

	if (text != NULL)
		return settings_duration(span_of(text), out);
	if (setting_int(s, &n) != CONSENT_OK || n < 0)
		return CONSENT_EINVAL;
	return scale((uint64_t)n, unit_ms, out);
}

int
setting_size(const struct setting *s, int64_t *out)
{
	const char *text = setting_string(s);
	int64_t n;

	if (text != NULL)
		return settings_size(span_of(text), out);
	if (setting_int(s, &n) != CONSENT_OK || n < 0)
		return CONSENT_EINVAL;
	return scale((uint64_t)n, 1, out);
}

/* Edits that turn a into b: insert, delete, replace, swap neighbours. */
static unsigned
distance(struct span a, struct span b)
{
	unsigned row[3][DISTANCE_NAME + 1];
	size_t i, j;

	for (j = 0; j <= b.n; j++)
		row[0][j] = (unsigned)j;
	for (i = 1; i <= a.n; i++) {
		unsigned *now = row[i % 3], *last = row[(i - 1) % 3];
		const unsigned *older = row[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (j = 1; j <= b.n; j++) {
			unsigned best =
			    last[j - 1] + (a.p[i - 1] != b.p[j - 1]);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1] && older[j - 2] + 1 < best)
				best = older[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[a.n % 3][b.n];
}

const char *
settings_nearest(const char *name, const char *const *candidates)
{
	struct span a = span_of(name);
	const char *nearest = NULL;
	unsigned best = (unsigned)(a.n / 3) + 2;

	if (a.n == 0 || a.n > DISTANCE_NAME)
		return NULL;
	for (; *candidates != NULL; candidates++) {
		struct span b = span_of(*candidates);
		unsigned d;

		if (b.n > DISTANCE_NAME)
			continue;
		d = distance(a, b);
		if (a.n >= PREFIX_NEAR && span_starts(b, a))
			d = 1; /* only its end was forgotten */
		if (d < best && d < b.n) {
			best = d;
			nearest = *candidates;
		}
	}
	return nearest;
}

static int
is_key(const char *name, const char *const *keys)
{
	for (; *keys != NULL; keys++)
		if (strcmp(name, *keys) == 0)
			return 1;
	return 0;
}

void
settings_check_keys(const struct setting *group, const char *const *keys,
    struct findings *findings)
{
	size_t i, n = setting_count(group);

	for (i = 0; i < n; i++) {
		const struct setting *s = setting_at(group, i);
		const char *name = setting_name(s), *near;

		if (name == NULL || is_key(name, keys))
			continue;
		near = settings_nearest(name, keys);
		if (near != NULL)
			findings_error(findings, setting_name_place(s),
			    FINDING_UNKNOWN_KEY,
			    "unknown key `%s`, did you mean `%s`?", name, near);
		else
			findings_error(findings, setting_name_place(s),
			    FINDING_UNKNOWN_KEY, "unknown key `%s`", name);
		findings_wanted(findings, keys);
		findings_fix(findings, near);
	}
}
