#include "proxy/sums.h"

#include "proxy/ballot.h"
#include "proxy/rule_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a row of pages counts, before it is written out. */
struct key {
	const struct policy_rule *rule; /* of the worker's one policy */
	enum gate_subject subject;
	unsigned category;
	enum page_state state;
	enum wire_sum_kind kind;
	bool is_set;
};

struct sums {
	size_t n;
	struct wire_sum rows[SUMS_ROWS]; /* as they will be sent */
	struct key keys[SUMS_ROWS];	 /* theirs, where pages brought them */
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
		s->keys[s->n].is_set = false;
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

static bool
is_same_key(const struct key *a, const struct key *b)
{
	return a->rule == b->rule && a->subject == b->subject &&
	       a->category == b->category && a->state == b->state &&
	       a->kind == b->kind && a->is_set;
}

/* The row of a key; NULL where none was written for it yet. */
static struct wire_sum *
find_key(struct sums *s, const struct key *key)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (is_same_key(&s->keys[i], key))
			return &s->rows[i];
	return NULL;
}

/* Writes a row out; a new one has its key from then on. */
static void
add_written(struct sums *s, const struct gate *gate,
    const struct page_count *row, const struct key *key)
{
	struct wire_sum sum = {
	    .kind = key->kind, .count = row->n, .state = key->state};
	size_t before = s->n;
	bool is_own = before < SUMS_ROWS / 2;

	rule_text(gate, row, sum.text);
	(void)snprintf(
	    sum.category, sizeof sum.category, "%s", rule_category(gate, row));
	add(s, sum);
	if (is_own && s->n > before)
		s->keys[before] = *key;
}

static void
add_rows(struct sums *s, const struct gate *gate,
    const struct page_counts *counts, enum wire_sum_kind kind)
{
	size_t i;

	for (i = 0; i < counts->n; i++) {
		const struct page_count *row = &counts->rows[i];
		const struct key key = {.rule = row->rule,
		    .subject = row->subject,
		    .category = row->category,
		    .state = page_count_state(gate, row),
		    .kind = kind,
		    .is_set = true};
		struct wire_sum *known;

		if (row->answer != GATE_WITHHOLD)
			continue; /* it was left there */
		known = find_key(s, &key);
		if (known != NULL)
			known->count += row->n;
		else
			add_written(s, gate, row, &key);
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
	memmove(s->keys, s->keys + told, s->n * sizeof s->keys[0]);
}
