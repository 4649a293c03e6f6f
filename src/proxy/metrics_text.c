#include "proxy/metrics_text.h"

#include "proxy/metrics.h"
#include "proxy/metrics_dates.h"
#include "proxy/metrics_table.h"
#include "proxy/metrics_write.h"
#include "proxy/ready.h"

#include <stdbool.h>
#include <stdio.h>

/* What a text is made from. */
struct text {
	const struct metrics *m;
	struct metrics_writer w;
};

/* ---- labels ----------------------------------------------------------- */

/* The set that the values of a label were named in; NAMES_GIVEN: none. */
static enum names_given
named_set(unsigned label)
{
	if (label == FAMILY_BY_CATEGORY)
		return NAMES_GIVEN_CATEGORIES;
	return label == FAMILY_BY_VENDOR ? NAMES_GIVEN_VENDORS : NAMES_GIVEN;
}

/* How many values a label has; one where there is no label. */
static unsigned
count_values(unsigned label)
{
	if (label == FAMILY_BY_NOTHING)
		return 1;
	if (named_set(label) != NAMES_GIVEN)
		return names_room(named_set(label)) + 1;
	if (label == FAMILY_BY_FAULT)
		return FAULT_COUNT;
	return (unsigned)names_of((enum names_set)label)->n;
}

/* The value in memory of the caller's; false where there is none. */
static bool
name_value(
    const struct text *t, unsigned label, unsigned i, char value[NAMES_TEXT])
{
	enum names_given set = named_set(label);
	const char *fixed = "";

	if (set != NAMES_GIVEN && i < names_room(set)) {
		metrics_name_of(t->m, set, i, value);
		return value[0] != '\0';
	}
	if (set != NAMES_GIVEN || (label == FAMILY_BY_FAULT && i == FAULT_NONE))
		fixed = "other";
	else if (label == FAMILY_BY_FAULT)
		fixed = fault_row((enum fault)i)->reason;
	else if (label != FAMILY_BY_NOTHING)
		fixed = names_of((enum names_set)label)->values[i];
	(void)snprintf(value, NAMES_TEXT, "%s", fixed); /* cut if need be */
	return true;
}

static const char *
name_label(unsigned label)
{
	if (label == FAMILY_BY_CATEGORY)
		return "category";
	if (label == FAMILY_BY_VENDOR)
		return "vendor";
	return label == FAMILY_BY_FAULT
		   ? "reason"
		   : names_of((enum names_set)label)->label;
}

/* One sample's labels: each a name and a value. */
struct labels {
	unsigned n;
	const char *names[3];
	char values[3][NAMES_TEXT];
};

static bool
add_label(
    const struct text *t, struct labels *labels, unsigned label, unsigned i)
{
	if (label == FAMILY_BY_NOTHING)
		return true;
	labels->names[labels->n] = name_label(label);
	return name_value(t, label, i, labels->values[labels->n++]);
}

static void
put_labels(struct text *t, const struct labels *labels)
{
	unsigned i;

	for (i = 0; i < labels->n; i++) {
		metrics_put(&t->w, i == 0 ? "{" : ",");
		metrics_put(&t->w, labels->names[i]);
		metrics_put(&t->w, "=");
		metrics_put_quoted(&t->w, labels->values[i]);
	}
	metrics_put(&t->w, labels->n > 0 ? "} " : " ");
}

/* ---- samples ---------------------------------------------------------- */

static void
put_sample(struct text *t, const struct family *f, const struct labels *labels,
    unsigned what)
{
	metrics_put(&t->w, f->name);
	put_labels(t, labels);
	if (f->kind == FAMILY_TIME)
		metrics_put_seconds(&t->w, metrics_most(t->m, what));
	else if (f->kind == FAMILY_MOST)
		metrics_put_number(&t->w, metrics_most(t->m, what));
	else
		metrics_put_number(&t->w, metrics_sum(t->m, what));
	metrics_put(&t->w, "\n");
}

/* Buckets count what they and all before them hold. */
static void
put_histogram(struct text *t, const struct family *f,
    const struct labels *labels, unsigned what)
{
	struct labels with = *labels;
	char *bound = with.values[with.n];
	uint64_t sum = 0;
	unsigned i;

	with.names[with.n++] = "le";
	for (i = 0; i < NAMES_BUCKETS; i++) {
		int64_t ms = names_bound(i);

		sum += metrics_sum(t->m, what + i);
		if (ms == INT64_MAX)
			(void)snprintf(bound, NAMES_TEXT, "+Inf");
		else
			(void)snprintf(
			    bound, NAMES_TEXT, "%g", (double)ms / 1000);
		metrics_put(&t->w, f->name);
		metrics_put(&t->w, "_bucket");
		put_labels(t, &with);
		metrics_put_number(&t->w, sum);
		metrics_put(&t->w, "\n");
	}
	metrics_put(&t->w, f->name);
	metrics_put(&t->w, "_sum");
	put_labels(t, labels);
	metrics_put_seconds(&t->w, metrics_sum(t->m, what + NAMES_BUCKETS));
	metrics_put(&t->w, "\n");
	metrics_put(&t->w, f->name);
	metrics_put(&t->w, "_count");
	put_labels(t, labels);
	metrics_put_number(&t->w, sum);
	metrics_put(&t->w, "\n");
}

static const char *
type_of(const struct family *f)
{
	if (f->kind == FAMILY_COUNTER)
		return "counter";
	return f->kind == FAMILY_HISTOGRAM ? "histogram" : "gauge";
}

static void
put_samples(struct text *t, const struct family *f)
{
	unsigned n = count_values(f->label), m = count_values(f->second), i, k;
	unsigned step = f->kind == FAMILY_HISTOGRAM ? METRICS_TIMING : 1;

	metrics_put_head(&t->w, f->name, f->help, type_of(f));
	for (i = 0; i < n; i++)
		for (k = 0; k < m; k++) {
			struct labels labels = {0};
			unsigned what = f->first + (i * m + k) * step;

			if (!add_label(t, &labels, f->label, i) ||
			    !add_label(t, &labels, f->second, k))
				continue;
			if (f->kind == FAMILY_HISTOGRAM)
				put_histogram(t, f, &labels, what);
			else
				put_sample(t, f, &labels, what);
		}
}

/* What is a word rather than a number stands in labels. */
static void
put_facts(struct text *t, const struct metrics_facts *facts)
{
	struct metrics_writer *w = &t->w;

	metrics_put_head(
	    w, "consentd_build_info", "The version of the software.", "gauge");
	metrics_put(w, "consentd_build_info{version=");
	metrics_put_quoted(w, facts->version);
	metrics_put(w, "} 1\n");
	metrics_put_head(
	    w, "consentd_policy_info", "The policy in force.", "gauge");
	metrics_put(w, "consentd_policy_info{version=");
	metrics_put_quoted(w, facts->policy_version);
	metrics_put(w, ",hash=");
	metrics_put_quoted(w, facts->policy_hash);
	metrics_put(w, "} 1\n");
}

static void
put_ready(struct text *t, int64_t now)
{
	struct ready ready;
	size_t i;

	ready_judge(t->m, now, &ready);
	metrics_put_head(&t->w, "consentd_ready",
	    "Whether /readyz says so, by check.", "gauge");
	for (i = 0; i < READY_CHECKS; i++) {
		metrics_put(&t->w, "consentd_ready{check=");
		metrics_put_quoted(&t->w, ready.checks[i].name);
		metrics_put(
		    &t->w, ready.checks[i].reason == NULL ? "} 1\n" : "} 0\n");
	}
}

int
metrics_text(
    const struct metrics *m, const struct metrics_facts *facts, struct buf *out)
{
	struct text t = {.m = m, .w = {.out = out}};
	size_t n, i;
	const struct family *families = metrics_families(&n);

	put_facts(&t, facts);
	put_ready(&t, facts->now);
	if (facts->setup != NULL)
		metrics_dates(&t.w, facts->setup);
	for (i = 0; i < n; i++)
		put_samples(&t, &families[i]);
	return t.w.rc;
}
