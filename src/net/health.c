#include "net/health.h"

bool
health_fail(struct health *h, int64_t now)
{
	int64_t rest = HEALTH_REST;
	unsigned i;

	for (i = 0; i < h->failures && rest < HEALTH_REST_MOST; i++)
		rest *= 2;
	h->until = now + (rest < HEALTH_REST_MOST ? rest : HEALTH_REST_MOST);
	h->failures +=
	    rest < HEALTH_REST_MOST; /* counts no further than that */
	return h->failures == 1;
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

size_t
health_choose(const struct health_choice *choice, int64_t now)
{
	size_t best = choice->count;
	size_t i;

	for (i = 0; i < choice->count; i++) {
		size_t at = (choice->first + i) % choice->count;
		const struct health *h = &choice->list[at];

		if (choice->tried >> at & 1)
			continue;
		if (!health_is_resting(h, now))
			return at;
		if (best == choice->count ||
		    h->until < choice->list[best].until)
			best = at;
	}
	return best;
}
