#include "proxy/tally.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/head.h"
#include "net/lane.h"
#include "proxy/exchange_state.h"
#include "proxy/memo_body.h"
#include "proxy/metrics.h"
#include "proxy/sums.h"

#include <string.h>

enum {
	TELL_PATH = 256 /* longest path that is told */
};

static void
count_status(const struct exchange *x)
{
	const struct head *head = lane_head(x->client);
	struct span method = head == NULL ? SPAN("") : head->method;
	unsigned class = x->access.status / 100;

	if (class >= NAMES_STATUSES)
		class = 0;
	metrics_add(METRIC_REQUESTS +
			names_find(NAMES_OF_METHODS, method) * NAMES_STATUSES +
			class,
	    1);
}

static void
count_row(const struct exchange *x, const struct page_count *row)
{
	bool reports = row->answer == GATE_REPORT;
	unsigned category = row->category < POLICY_CATEGORIES
				? x->home->counted[row->category]
				: METRICS_CATEGORIES;

	if (row->subject != GATE_COOKIE)
		metrics_add(
		    (reports ? METRIC_REPORTED : METRIC_REMOVED) + category,
		    row->n);
}

/* The same by vendor, where one stands behind the rule. */
static void
count_vendor(const struct exchange *x, const struct page_count *row)
{
	bool reports = row->answer == GATE_REPORT;
	unsigned what =
	    reports ? METRIC_VENDOR_REPORTED : METRIC_VENDOR_REMOVED;

	if (row->rule == NULL || row->rule->vendor < 0)
		return;
	if (row->subject == GATE_COOKIE) {
		if (reports)
			return;
		what = METRIC_VENDOR_COOKIES;
	}
	metrics_add(what + x->home->vendors[row->rule->vendor], row->n);
}

/*
 * What page or heads lost; rows beyond those that are kept count as "other".
 * Cookies have numbers of their own.
 */
static void
count_removed(const struct exchange *x, const struct page_counts *counts)
{
	size_t i;

	metrics_add(METRIC_REMOVED + METRICS_CATEGORIES, counts->others);
	for (i = 0; i < counts->n; i++) {
		count_row(x, &counts->rows[i]);
		count_vendor(x, &counts->rows[i]);
	}
}

/* The path of the page, as the line about its access has it. */
static struct span
path_of(const struct exchange *x)
{
	const struct head *head = lane_head(x->client);
	struct span path = head == NULL ? SPAN("-") : head->target;

	return span_sub(span_sub(path, 0, span_find(path, '?')), 0, TELL_PATH);
}

static bool
is_new(struct exchange *x, struct span path, const struct page_count *row)
{
	uint64_t key = told_key(TOLD_KEY, path);

	if (row != NULL) {
		uintptr_t pair[] = {
		    (uintptr_t)row->rule, (uintptr_t)row->beside};

		key = told_key(
		    key, (struct span){(const char *)pair, sizeof pair});
	}
	return told_first(&x->home->told, key, clock_monotonic());
}

/* A script that does two kinds of work: where to part it, and why. */
static void
tell_mixed(struct exchange *x, const struct page_count *row)
{
	struct span path = path_of(x);

	if (row->rule == NULL || row->beside == NULL || !is_new(x, path, row))
		return;
	log_info("page.mixed",
	    "path=%.*s rule=%s:%u essential=%s:%u line=%u essential_line=%u "
	    "scripts=%zu",
	    SPAN_ARG(path), row->rule->file, row->rule->line, row->beside->file,
	    row->beside->line, row->line, row->beside_line, row->n);
}

/*
 * What a site's developers can mend, once for each page: scripts that do two
 * kinds of work, and texts that were too long to be judged.
 */
static void
tell_unclear(struct exchange *x, const struct page_counts *counts)
{
	struct span path = path_of(x);
	size_t i;

	for (i = 0; i < counts->n; i++)
		tell_mixed(x, &counts->rows[i]);
	if (counts->unjudged > 0 && is_new(x, path, NULL))
		log_warn("page.unjudged", "path=%.*s texts=%zu", SPAN_ARG(path),
		    counts->unjudged);
}

/* What the visitor has agreed to, however sensitive the path is. */
static enum names_consent
consent_of(const struct gate *gate)
{
	category_set required = gate->facts->required;
	category_set all =
	    (category_set)((1u << gate->facts->n_categories) - 1);

	if ((all & ~gate->agreed) == 0)
		return NAMES_CONSENT_ALL;
	if (gate->again)
		return NAMES_CONSENT_AGAIN;
	if ((gate->agreed & ~required) != 0)
		return NAMES_CONSENT_SOME;
	if (gate->signaled != 0)
		return NAMES_CONSENT_SIGNAL;
	return gate_asks(gate) ? NAMES_CONSENT_UNANSWERED : NAMES_CONSENT_NONE;
}

/* A page that a visitor looks at, by consent; rewritten or not. */
static void
count_view(const struct exchange *x)
{
	const struct visit *v = &x->visit;

	if (x->plan.page && x->facts & FACT_HEAD_SENT && v->wants_notice &&
	    !v->is_ahead && !v->is_head)
		metrics_add(METRIC_VIEWS + consent_of(&v->gate), 1);
}

void
tally_exchange(struct exchange *x)
{
	const struct page_counts *counts = memo_body_counts(x->body);

	count_status(x);
	metrics_add(METRIC_RESPONSE_BYTES, x->access.bytes);
	count_view(x);
	if (x->access.status != 101) /* how long people talk is no delay */
		metrics_time(METRIC_TIME_REQUEST + NAMES_WHOLE * METRICS_TIMING,
		    clock_monotonic() - x->access.begun);
	count_removed(x, &x->removed);
	sums_removed(x->home->sums, &x->visit.gate, &x->removed);
	sums_leaked(x->home->sums, &x->visit.gate, &x->leaked, WIRE_REDIRECTED);
	if (x->facts & FACT_RESPONSE_HEAD)
		sums_screened(x->home->sums);
	if (counts == NULL)
		return;
	metrics_add(METRIC_PAGES, 1);
	count_removed(x, counts);
	sums_removed(x->home->sums, &x->visit.gate, counts);
	sums_unjudged(x->home->sums, counts->unjudged);
	tell_unclear(x, counts);
}

/* The number of a fault by its token; FAULT_NONE where it is none. */
static unsigned
find_fault(const char *reason)
{
	unsigned i = FAULT_NONE + 1;

	while (i < FAULT_COUNT &&
	       strcmp(fault_row((enum fault)i)->reason, reason) != 0)
		i++;
	return i == FAULT_COUNT ? FAULT_NONE : i;
}

void
tally_failure(const char *why)
{
	unsigned i = names_find(NAMES_OF_FAILURES, span_of(why));

	if (i == NAMES_FAILURES - 1 && find_fault(why) != FAULT_NONE)
		i--; /* "malformed" */
	metrics_add(METRIC_FAILED + i, 1);
}

void
tally_fault(const struct codec_fault *fault)
{
	metrics_add(METRIC_MALFORMED + find_fault(fault->reason), 1);
}

void
tally_cut(const struct exchange *x, int rc)
{
	enum names_cut why = NAMES_CUT_OTHER;

	if (rc == CONSENT_ELIMIT)
		why = NAMES_CUT_LIMIT;
	else if (rc == CONSENT_ECODING)
		why = NAMES_CUT_CODING;
	else if (rc == CONSENT_ENOMEM)
		why = NAMES_CUT_MEMORY;
	metrics_add(METRIC_PAGES_CUT + why, 1);
	sums_cut(x->home->sums, names_of(NAMES_OF_CUTS)->values[why]);
}
