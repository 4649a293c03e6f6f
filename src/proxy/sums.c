#include "proxy/sums.h"

#include "proxy/ballot.h"
#include "proxy/rule_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sums {
	size_t n;
	struct wire_sum rows[SUMS_ROWS]; /* as they will be sent */
};

int
sums_new(struct sums **out)
{
	*out = calloc(1, sizeof **out);
	return *out == NULL ? CONSENT_ENOMEM : CONSENT_OK;
}

void
sums_free(struct sums *s)
{
	free(s);
}

static bool
is_same(const struct wire_sum *a, const struct wire_sum *b)
{
	return a->kind == b->kind && a->state == b->state &&
	       strcmp(a->text, b->text) == 0 &&
	       strcmp(a->category, b->category) == 0;
}

static struct wire_sum *
find(struct sums *s, const struct wire_sum *sum)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (is_same(&s->rows[i], sum))
			return &s->rows[i];
	return NULL;
}

/*
 * What finds no row of its own counts with the others of its kind: of what was
 * removed still by category and state, so that half of the rows suffice.
 */
static void
join_others(struct wire_sum *sum)
{
	(void)snprintf(sum->text, sizeof sum->text, "other rules");
	if (sum->kind == WIRE_REMOVED)
		return;
	sum->state = PAGE_UNDECIDED;
	sum->category[0] = '\0';
}

/* Counts, in a row of its own or in that of all that found none. */
static void
add(struct sums *s, struct wire_sum sum)
{
	struct wire_sum *row = find(s, &sum);

	if (row == NULL && s->n >= SUMS_ROWS / 2 && sum.text[0] != '\0') {
		join_others(&sum);
		row = find(s, &sum);
	}
	if (row != NULL) {
		row->count += sum.count;
	} else if (s->n < SUMS_ROWS) {
		sum.magic = WIRE_SUM;
		sum.version = WIRE_VERSION;
		s->rows[s->n++] = sum;
	}
	/* else: more categories and states than there can be */
}

void
sums_screened(struct sums *s)
{
	if (s != NULL)
		add(s, (struct wire_sum){.kind = WIRE_SCREENED, .count = 1});
}

static void
add_rows(struct sums *s, const struct gate *gate,
    const struct page_counts *counts, enum wire_sum_kind kind)
{
	size_t i;

	for (i = 0; i < counts->n; i++) {
		const struct page_count *row = &counts->rows[i];
		struct wire_sum sum = {.kind = kind, .count = row->n};

		if (row->answer != GATE_WITHHOLD)
			continue; /* it was left there */
		sum.state = page_count_state(gate, row);
		rule_text(gate, row, sum.text);
		(void)snprintf(sum.category, sizeof sum.category, "%s",
		    rule_category(gate, row));
		add(s, sum);
	}
}

void
sums_removed(
    struct sums *s, const struct gate *gate, const struct page_counts *counts)
{
	struct wire_sum sum = {.kind = WIRE_REMOVED,
	    .state = PAGE_UNDECIDED,
	    .count = counts->others,
	    .text = "other rules",
	    .category = "unknown"};

	if (s == NULL)
		return;
	add_rows(s, gate, counts, WIRE_REMOVED);
	if (sum.count > 0)
		add(s, sum);
}

void
sums_leaked(struct sums *s, const struct gate *gate,
    const struct page_counts *counts, enum wire_sum_kind kind)
{
	if (s != NULL)
		add_rows(s, gate, counts, kind);
}

void
sums_cut(struct sums *s, const char *why)
{
	struct wire_sum sum = {.kind = WIRE_CUT, .count = 1};

	if (s == NULL)
		return;
	(void)snprintf(sum.text, sizeof sum.text, "%s", why);
	add(s, sum);
}

void
sums_unjudged(struct sums *s, size_t n)
{
	struct wire_sum sum = {.kind = WIRE_UNJUDGED,
	    .count = n,
	    .text = "inline text past inline_limit"};

	if (s != NULL && n > 0)
		add(s, sum);
}

void
sums_expiries(struct sums *s, size_t confirmed, size_t unconfirmed)
{
	if (s != NULL && confirmed > 0)
		add(s, (struct wire_sum){
			   .kind = WIRE_CONFIRMED, .count = confirmed});
	if (s != NULL && unconfirmed > 0)
		add(s, (struct wire_sum){
			   .kind = WIRE_UNCONFIRMED, .count = unconfirmed});
}

void
sums_tell(struct sums *s, struct ballot *ballot)
{
	size_t told = 0;

	if (s == NULL)
		return;
	while (told < s->n && ballot_tell(ballot, &s->rows[told]) == CONSENT_OK)
		told++;
	s->n -= told;
	memmove(s->rows, s->rows + told, s->n * sizeof s->rows[0]);
}
