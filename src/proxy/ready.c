#include "proxy/ready.h"

#include "proxy/metrics.h"

#include <stddef.h>

static int64_t
read_time(const struct metrics *m, unsigned what)
{
	uint64_t value = metrics_most(m, what);

	return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

/* Whether the parent has looked around of late. */
static bool
has_parent(const struct metrics *m, int64_t now)
{
	return now - read_time(m, METRIC_PARENT_AT) <= READY_PATIENCE;
}

static const char *
judge_workers(const struct metrics *m, int64_t now)
{
	if (!has_parent(m, now))
		return "the parent does not look after them";
	return metrics_most(m, METRIC_WORKERS_SERVING) == 0 ? "none runs"
							    : NULL;
}

/* For how long there has been no notary; 0: there is one. */
static int64_t
count_absence(const struct metrics *m, int64_t now)
{
	int64_t lost = read_time(m, METRIC_NOTARY_LOST_AT);

	return lost == 0 ? 0 : now - lost;
}

/* Choices wait while the notary is replaced: for a moment that is fine. */
static const char *
judge_ledger(const struct metrics *m, int64_t now)
{
	switch (metrics_most(m, METRIC_LEDGER_STATE)) {
	case METRICS_LEDGER_READY:
		return count_absence(m, now) > READY_NOTARY
			   ? "the notary does not answer"
			   : NULL;
	case METRICS_LEDGER_FAILING:
		return "it cannot be written";
	default:
		return count_absence(m, now) > READY_NOTARY
			   ? "the notary is not there"
			   : NULL;
	}
}

static const char *
judge_origin(const struct metrics *m)
{
	int64_t good = read_time(m, METRIC_ORIGIN_GOOD_AT);
	int64_t bad = read_time(m, METRIC_ORIGIN_BAD_AT);

	if (good == 0 && bad == 0)
		return "it was not tried yet";
	return good >= bad ? NULL : "it cannot be reached";
}

void
ready_judge(const struct metrics *m, int64_t now, struct ready *out)
{
	size_t i;

	*out = (struct ready){.all = true};
	out->checks[READY_SERVING] = (struct ready_check){"serving",
	    metrics_most(m, METRIC_DRAINING) == 0 ? NULL : "a stop has begun"};
	out->checks[READY_WORKERS] =
	    (struct ready_check){"workers", judge_workers(m, now)};
	out->checks[READY_LEDGER] =
	    (struct ready_check){"ledger", judge_ledger(m, now)};
	out->checks[READY_ORIGIN] =
	    (struct ready_check){"origin", judge_origin(m)};
	for (i = 0; i < READY_CHECKS; i++)
		out->all &= out->checks[i].reason == NULL;
}

const char *
ready_life(const struct metrics *m, int64_t now)
{
	if (!has_parent(m, now))
		return "the parent is silent";
	if (metrics_most(m, METRIC_DRAINING) != 0)
		return NULL; /* they end as they should */
	if (metrics_most(m, METRIC_WORKERS_SERVING) == 0)
		return "no worker runs";
	if (count_absence(m, now) > READY_PATIENCE)
		return "the notary cannot be started";
	return NULL;
}
