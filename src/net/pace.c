#include "net/pace.h"

#include "base/clock.h"

enum {
	MILLI = 1000, /* microseconds: a byte is often less than one */
	SECOND = 1000000
};

/* Moves the end by what the new bytes are worth. */
static void
credit(
    struct pace *p, const struct pace_limit *limit, uint64_t total, int64_t now)
{
	uint64_t n = total - p->seen, worth;
	int64_t most = now + limit->ms * MILLI;

	p->seen = total;
	if (n == 0)
		return;
	if (limit->rate == 0) {
		p->due = most;
		return;
	}
	worth =
	    n / limit->rate * SECOND + n % limit->rate * SECOND / limit->rate;
	if (worth >= (uint64_t)(most - p->due))
		p->due = most;
	else
		p->due += (int64_t)worth;
}

int64_t
pace_wait(struct pace *p, const struct pace_limit *limit, uint64_t total)
{
	int64_t now = clock_monotonic() * MILLI, wait;

	if (p->left != 0) {
		p->due = now + p->left;
		p->left = 0;
	}
	if (p->due == 0) {
		p->due = now + limit->ms * MILLI;
		p->seen = total;
	}
	credit(p, limit, total, now);
	wait = (p->due - now) / MILLI;
	return wait < 1 ? 1 : wait;
}

void
pace_rest(struct pace *p)
{
	if (p->due == 0)
		return;
	p->left = p->due - clock_monotonic() * MILLI;
	if (p->left < 1)
		p->left = 1;
	p->due = 0;
}

void
pace_end(struct pace *p)
{
	*p = (struct pace){0, 0, 0};
}
