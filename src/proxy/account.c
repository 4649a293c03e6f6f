#include "proxy/account.h"

#include "audit/ledger.h"
#include "proxy/metrics.h"

#include <libconsent/page.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* What was removed by one rule, in one category and state. */
struct account_row {
	char rule[WIRE_TEXT];
	char category[RECORD_NAME];
	uint32_t state;
	uint64_t count;
};

struct account_incident {
	char what[ACCOUNT_WHAT];
	int64_t since;
	uint64_t count;
};

struct account {
	int64_t since; /* 0: nothing was counted */
	uint64_t screened, confirmed, unconfirmed;
	uint32_t n, n_incidents;
	/* the number that the last entry of an append was to get, plus one;
	   0: none is under way */
	_Atomic uint64_t pending;
	struct account_row rows[ACCOUNT_ROWS + ACCOUNT_MORE];
	struct account_incident incidents[ACCOUNT_INCIDENTS];
};

struct account *
account_map(void)
{
	const int access = PROT_READ | PROT_WRITE;
	const int kind = MAP_SHARED | MAP_ANONYMOUS;
	struct account *a;

	/* no file is behind it: mmap(2) wants -1 then, which cppcheck denies */
	/* cppcheck-suppress invalidFunctionArg */
	a = mmap(NULL, sizeof *a, access, kind, -1, 0);
	if (a == MAP_FAILED)
		return NULL;
	return a; /* zeros */
}

void
account_unmap(struct account *a)
{
	if (a != NULL)
		(void)munmap(a, sizeof *a); /* it was mapped */
}

void
account_close(struct account *a)
{
	a->since = 0;
	a->screened = a->confirmed = a->unconfirmed = 0;
	a->n = a->n_incidents = 0;
	atomic_store(&a->pending, 0);
}

void
account_resume(struct account *a, uint64_t next)
{
	uint64_t pending = atomic_load(&a->pending);

	if (pending != 0 && next >= pending)
		account_close(a);
	atomic_store(&a->pending, 0);
}

int64_t
account_since(const struct account *a)
{
	return a->since;
}

int64_t
account_wait(const struct account *a, int64_t each, int64_t now)
{
	if (a->since == 0)
		return -1;
	if (now < a->since || now - a->since >= each)
		return 0;
	return each - (now - a->since);
}

/* ---- counting --------------------------------------------------------- */

static bool
is_row(const struct account_row *row, const struct wire_sum *sum)
{
	return row->state == sum->state && strcmp(row->rule, sum->text) == 0 &&
	       strcmp(row->category, sum->category) == 0;
}

static struct account_row *
find_row(struct account *a, const struct wire_sum *sum)
{
	uint32_t i;

	for (i = 0; i < a->n; i++)
		if (is_row(&a->rows[i], sum))
			return &a->rows[i];
	return NULL;
}

static void
add_removed(struct account *a, struct wire_sum sum)
{
	struct account_row *row = find_row(a, &sum);

	if (row == NULL && a->n >= ACCOUNT_ROWS) {
		(void)snprintf(sum.text, sizeof sum.text, "other rules");
		row = find_row(a, &sum);
	}
	if (row == NULL && a->n == ACCOUNT_ROWS + ACCOUNT_MORE)
		row = &a->rows[a->n - 1]; /* several policies' categories */
	if (row != NULL) {
		row->count += sum.count;
		return;
	}
	row = &a->rows[a->n];
	memcpy(row->rule, sum.text, sizeof row->rule);
	memcpy(row->category, sum.category, sizeof row->category);
	row->state = sum.state;
	row->count = sum.count;
	a->n++;
}

/* The same incident in the numbers. */
static void
count_incident(const struct wire_sum *sum)
{
	enum names_incident kind = NAMES_INCIDENT_CUT;

	if (sum->kind == WIRE_REDIRECTED)
		kind = NAMES_INCIDENT_REDIRECTED;
	else if (sum->kind == WIRE_LEAKED)
		kind = NAMES_INCIDENT_LEAKED;
	else if (sum->kind == WIRE_UNJUDGED)
		kind = NAMES_INCIDENT_UNJUDGED;
	metrics_add(METRIC_INCIDENTS + kind, sum->count);
}

/* What an incident is, in words. */
static void
write_what(const struct wire_sum *sum, char what[ACCOUNT_WHAT])
{
	const char *phrase = "a page was cut";

	if (sum->kind == WIRE_REDIRECTED)
		phrase = "a visitor was redirected to what is withheld";
	else if (sum->kind == WIRE_LEAKED)
		phrase = "a browser told that it loaded what is withheld";
	else if (sum->kind == WIRE_UNJUDGED)
		phrase = "what could not be judged passed";
	(void)snprintf(what, ACCOUNT_WHAT, "%s: %s%s%s%s", phrase, sum->text,
	    sum->category[0] == '\0' ? "" : " (", sum->category,
	    sum->category[0] == '\0' ? "" : ")");
}

static void
add_incident(struct account *a, const struct wire_sum *sum, int64_t now)
{
	char what[ACCOUNT_WHAT];
	uint32_t i;

	write_what(sum, what);
	for (i = 0; i < a->n_incidents; i++)
		if (strcmp(a->incidents[i].what, what) == 0)
			break;
	if (i == ACCOUNT_INCIDENTS) { /* the last row is for all others */
		i--;
		(void)snprintf(a->incidents[i].what, ACCOUNT_WHAT, "others");
	} else if (i == a->n_incidents) {
		a->incidents[i] = (struct account_incident){.since = now};
		memcpy(a->incidents[i].what, what, sizeof what);
		a->n_incidents++;
	}
	a->incidents[i].count += sum->count;
}

void
account_add(struct account *a, const struct wire_sum *sum, int64_t now)
{
	if (a->since == 0)
		a->since = now;
	switch ((enum wire_sum_kind)sum->kind) {
	case WIRE_SCREENED:
		a->screened += sum->count;
		return;
	case WIRE_REMOVED:
		add_removed(a, *sum);
		return;
	case WIRE_CONFIRMED:
		a->confirmed += sum->count;
		return;
	case WIRE_UNCONFIRMED:
		a->unconfirmed += sum->count;
		return;
	case WIRE_REDIRECTED:
	case WIRE_LEAKED:
	case WIRE_CUT:
	case WIRE_UNJUDGED:
	case WIRE_SUM_KINDS:
		break;
	}
	count_incident(sum);
	add_incident(a, sum, now);
}

/* ---- the log ---------------------------------------------------------- */

/* When it began: never after its end, though the clock may have gone back. */
static int64_t
begin_of(int64_t since, int64_t until)
{
	return since < until ? since : until;
}

/* A count that the log takes. */
static uint64_t
clip(uint64_t n)
{
	return n > LAYOUT_SEQ_MAX ? LAYOUT_SEQ_MAX : n;
}

static int
append_sums(struct account *a, struct ledger *ledger, int64_t now)
{
	static const char *const states[] = {
	    [PAGE_UNDECIDED] = "undecided",
	    [PAGE_DENIED] = "denied",
	    [PAGE_GRANTED] = "granted",
	};
	struct entry_sum removed[ACCOUNT_ROWS + ACCOUNT_MORE];
	struct entry_sums sums = {.since = begin_of(a->since, now),
	    .until = now,
	    .screened = clip(a->screened),
	    .confirmed = clip(a->confirmed),
	    .unconfirmed = clip(a->unconfirmed),
	    .n = a->n,
	    .removed = removed};
	struct entry_fact fact = {.type = LAYOUT_ENFORCEMENT, .sums = &sums};
	struct ledger_place place;
	uint32_t i;

	for (i = 0; i < a->n; i++)
		removed[i] = (struct entry_sum){.rule = a->rows[i].rule,
		    .category = a->rows[i].category,
		    .state = states[a->rows[i].state],
		    .count = clip(a->rows[i].count)};
	return ledger_append(ledger, &fact, &place);
}

int
account_append(struct account *a, struct ledger *ledger, int64_t now)
{
	int rc = append_sums(a, ledger, now);
	uint32_t i;

	for (i = 0; i < a->n_incidents && rc == CONSENT_OK; i++) {
		struct entry_fact fact = {.type = LAYOUT_INCIDENT,
		    .what = a->incidents[i].what,
		    .since = begin_of(a->incidents[i].since, now),
		    .count = clip(a->incidents[i].count)};
		struct ledger_place place;

		rc = ledger_append(ledger, &fact, &place);
	}
	/* ledger_next counts what was appended, durable or not */
	if (rc == CONSENT_OK)
		atomic_store(&a->pending, ledger_next(ledger));
	return rc;
}
