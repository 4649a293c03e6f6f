#include <libconsent/cookie.h>

#include "fuzz.h"

#include <stdlib.h>

/* Keeps a pair by a bit of its name's first byte; counts what it was shown. */
struct judge {
	unsigned bit;
	size_t kept, dropped;
};

static bool
judge_keep(void *ctx, const struct cookie_pair *pair)
{
	struct judge *j = ctx;
	unsigned first = pair->name.n > 0 ? (unsigned char)pair->name.p[0] : 0;

	if ((first >> j->bit & 1) != 0) {
		j->kept++;
		return true;
	}
	j->dropped++;
	return false;
}

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* The bytes of all pairs, put together, are the field. */
static void
check_walk(struct span field)
{
	struct cookie_walk walk;
	struct cookie_pair pair;
	const char *at = field.p;

	cookie_walk_init(&walk, field);
	while (cookie_next(&walk, &pair)) {
		must(pair.bytes.p == at);
		must(pair.name.n + pair.value.n <= pair.bytes.n);
		at += pair.bytes.n;
	}
	must(field.n == 0 || at == field.p + field.n);
}

/* What was kept is what a second look keeps, and nothing that was dropped. */
static void
check_filter(struct span field, unsigned bit)
{
	struct judge first = {.bit = bit}, second = {.bit = bit};
	struct cookie_choice choice = {judge_keep, &first};
	struct buf scratch, again;
	struct span out = {NULL, 0}, same;

	buf_init(&scratch, 1 << 20);
	buf_init(&again, 0);
	if (cookie_filter(field, &choice, &scratch, &out) == CONSENT_OK) {
		must(out.n <= field.n);
		must(first.dropped > 0 || out.p == field.p);
		choice.ctx = &second;
		must(cookie_filter(out, &choice, &again, &same) == 0);
		must(second.dropped == 0 && second.kept == first.kept);
	}
	buf_fini(&again);
	buf_fini(&scratch);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span field = {(const char *)data, size};
	struct set_cookie set;

	check_walk(field);
	if (size > 0)
		check_filter(span_sub(field, 1, size), data[0] & 7);
	if (set_cookie_parse(field, &set) == CONSENT_OK) {
		must(set.name.n + set.value.n <= COOKIE_NAME_VALUE);
		must(set.name.n + set.value.n > 0);
		must(set.path.n == 0 || set.path.p[0] == '/');
		must(!set.has_max_age || set.max_age >= 0);
	}
	return 0;
}
