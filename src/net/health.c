#include "net/health.h"

/* How long it rests after so many failures. */
static int64_t
rest_after(unsigned failures)
{
	int64_t rest = HEALTH_REST;
	unsigned i;

	for (i = 1; i < failures && rest < HEALTH_REST_MOST; i++)
		rest *= 2;
	return rest < HEALTH_REST_MOST ? rest : HEALTH_REST_MOST;
}

bool
health_fail(struct health *h, int64_t now)
{
	/* counts no further than to the longest rest */
	if (h->failures == 0 || rest_after(h->failures) < HEALTH_REST_MOST)
		h->failures++;
	h->until = now + rest_after(h->failures);
	return h->failures == 1;
}

void
health_try(struct health *h, int64_t now)
{
	if (h->failures != 0 && h->until <= now)
		h->until = now + rest_after(h->failures);
}

bool
health_recover(struct health *h)
{
	bool was_ill = h->failures != 0;

	*h = (struct health){0};
	return was_ill;
}

bool
health_is_resting(const struct health *h, int64_t now)
{
	return h->failures != 0 && h->until > now;
}

/* Whether a is to be tried before b. */
static bool
is_better(const struct health_choice *choice, size_t a, size_t b, int64_t now)
{
	const struct health *x = &choice->list[a], *y = &choice->list[b];
	bool rests = health_is_resting(x, now);

	if (rests != health_is_resting(y, now))
		return !rests;
	if (rests)
		return x->until < y->until;
	return choice->load != NULL && choice->load[a] < choice->load[b];
}

size_t
health_choose(const struct health_choice *choice, int64_t now)
{
	size_t best = choice->count;
	size_t i;

	for (i = 0; i < choice->count; i++) {
		size_t at = (choice->first + i) % choice->count;

		if (choice->tried >> at & 1)
			continue;
		if (best == choice->count || is_better(choice, at, best, now))
			best = at;
	}
	return best;
}
