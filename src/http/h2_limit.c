#include "http/h2_limit.h"

#include "base/clock.h"

static const struct {
	const char *name;
	uint32_t most;
	uint32_t rate; /* tokens a second */
} floods[H2_FLOOD_COUNT] = {
    [H2_FLOOD_RESETS] = {"resets", H2_RESETS, H2_RESETS_RATE},
    [H2_FLOOD_PINGS] = {"pings", H2_PINGS, H2_PINGS_RATE},
    [H2_FLOOD_SETTINGS] = {"settings", H2_SETTINGS_FRAMES, H2_SETTINGS_RATE},
    [H2_FLOOD_PRIORITIES] = {"priorities", H2_PRIORITIES, H2_PRIORITIES_RATE},
    [H2_FLOOD_WINDOWS] = {"windows", H2_WINDOWS, H2_WINDOWS_RATE},
    [H2_FLOOD_EMPTY] = {"empty-data", H2_EMPTY, H2_EMPTY_RATE},
};

void
h2_limit_init(struct h2_limit *limit)
{
	int64_t now = clock_monotonic();
	unsigned i;

	for (i = 0; i < H2_FLOOD_COUNT; i++)
		limit->buckets[i] = (struct h2_bucket){floods[i].most, now};
}

void
h2_limit_earn(struct h2_limit *limit, enum h2_flood flood, uint32_t n)
{
	struct h2_bucket *b = &limit->buckets[flood];

	b->tokens += n;
	if (b->tokens > floods[flood].most)
		b->tokens = floods[flood].most;
}

/* What time gave since the bucket was filled; whole tokens only. */
static void
refill(struct h2_limit *limit, enum h2_flood flood)
{
	struct h2_bucket *b = &limit->buckets[flood];
	int64_t now = clock_monotonic();
	int64_t n = (now - b->filled) * floods[flood].rate / 1000;

	if (n <= 0)
		return;
	b->filled = now;
	h2_limit_earn(limit, flood,
	    n < floods[flood].most ? (uint32_t)n : floods[flood].most);
}

bool
h2_limit_spend(struct h2_limit *limit, enum h2_flood flood)
{
	struct h2_bucket *b = &limit->buckets[flood];

	if (b->tokens == 0) /* the clock is looked at only then */
		refill(limit, flood);
	if (b->tokens == 0)
		return false;
	b->tokens--;
	return true;
}

const char *
h2_limit_name(enum h2_flood flood)
{
	return floods[flood].name;
}
