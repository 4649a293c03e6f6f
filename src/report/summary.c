#include "report/summary.h"

#include "base/clock.h"

#include <libconsent/record.h>

#include <stdlib.h>
#include <string.h>

enum {
	DAY = 86400000, /* ms */
	MONDAY = 3,	/* days from a Monday to 1970-01-01 */
	DATE = 10,	/* "2026-11-01" */
	MONTH = 7
};

static struct tally *const *
all_tallies(struct summary *s, struct tally *list[10])
{
	list[0] = &s->periods;
	list[1] = &s->languages;
	list[2] = &s->policies;
	list[3] = &s->signals;
	list[4] = &s->ways;
	list[5] = &s->categories;
	list[6] = &s->rules;
	list[7] = &s->withheld;
	list[8] = &s->incidents;
	list[9] = NULL;
	return list;
}

int
summary_init(struct summary *s, enum summary_period period)
{
	struct tally *list[10];
	struct tally *const *at;
	int rc = CONSENT_OK;

	*s = (struct summary){.period = period};
	for (at = all_tallies(s, list); rc == CONSENT_OK && *at != NULL; at++)
		rc = tally_init(*at);
	return rc;
}

void
summary_fini(struct summary *s)
{
	struct tally *list[10];
	struct tally *const *at;
	size_t i;

	for (at = all_tallies(s, list); *at != NULL; at++)
		tally_fini(*at);
	for (i = 0; i < s->n_events; i++)
		free(s->events[i].text);
	free(s->events);
	s->events = NULL;
	s->n_events = s->cap_events = 0;
}

void
summary_period_name(enum summary_period period, int64_t when, char name[16])
{
	char text[CLOCK_TEXT];

	if (period == SUMMARY_WEEK)
		when -= (when / DAY + MONDAY) % 7 * DAY;
	clock_format(when, text);
	memcpy(name, text, DATE);
	name[period == SUMMARY_MONTH ? MONTH : DATE] = '\0';
}

static int
add_categories(struct summary *s, struct span list, unsigned column)
{
	struct span id;
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && form_next_category(&list, &id))
		rc = tally_add(&s->categories, id, column, 1);
	return rc;
}

static int
add_choice(struct summary *s, const struct entry *entry)
{
	enum record_action act;
	char period[16];
	int rc = record_action_of(entry->act, &act);

	if (rc != CONSENT_OK)
		return rc;
	s->acts[act]++;
	summary_period_name(s->period, entry->time, period);
	rc = tally_add(&s->periods, span_of(period), act, 1);
	if (rc == CONSENT_OK)
		rc = tally_add(&s->languages, entry->lang, act, 1);
	if (rc == CONSENT_OK)
		rc = tally_add(&s->policies, entry->policy, act, 1);
	if (rc == CONSENT_OK)
		rc = tally_add(&s->signals, entry->signal, act, 1);
	if (rc == CONSENT_OK)
		rc = tally_add(&s->ways, entry->via, act, 1);
	if (rc == CONSENT_OK)
		rc = add_categories(s, entry->granted, 0);
	return rc == CONSENT_OK ? add_categories(s, entry->denied, 1) : rc;
}

static enum summary_state
state_of(struct span name)
{
	if (span_equal(name, SPAN("granted")))
		return SUMMARY_GRANTED;
	return span_equal(name, SPAN("denied")) ? SUMMARY_DENIED
						: SUMMARY_UNDECIDED;
}

static int
add_sum(struct summary *s, const struct form_sum *sum)
{
	char key[LAYOUT_NAME + RECORD_NAME];
	size_t n = form_plain(sum->rule, key);
	unsigned state = state_of(sum->state);
	int rc;

	if (sum->category.n >= RECORD_NAME)
		return CONSENT_EINVAL;
	key[n++] = '\n';
	memcpy(key + n, sum->category.p, sum->category.n);
	n += sum->category.n;
	rc = tally_add(&s->rules, (struct span){key, n}, state, sum->count);
	if (rc == CONSENT_OK)
		rc = tally_add(&s->withheld, sum->category, state, sum->count);
	return rc;
}

static int
add_enforcement(struct summary *s, const struct entry *entry)
{
	struct span list = entry->removed;
	struct form_sum sum;
	int rc = CONSENT_OK;

	s->screened += entry->screened;
	s->confirmed += entry->confirmed;
	s->unconfirmed += entry->unconfirmed;
	if (s->since == 0 || entry->since < s->since)
		s->since = entry->since;
	if (entry->until > s->until)
		s->until = entry->until;
	while (rc == CONSENT_OK && form_next_sum(&list, &sum))
		rc = add_sum(s, &sum);
	return rc;
}

int
summary_keep(struct summary *s, const struct entry *entry, struct span line)
{
	struct summary_event *event;

	if (s->n_events == SUMMARY_EVENTS) {
		s->untold++;
		return CONSENT_OK;
	}
	if (s->n_events == s->cap_events) {
		size_t cap = s->cap_events == 0 ? 64 : s->cap_events * 2;

		event = realloc(s->events, cap * sizeof *event);
		if (event == NULL)
			return CONSENT_ENOMEM;
		s->events = event;
		s->cap_events = cap;
	}
	event = &s->events[s->n_events];
	*event = (struct summary_event){.type = entry->type,
	    .seq = entry->seq,
	    .time = entry->time,
	    .text = malloc(line.n + 1)};
	if (event->text == NULL)
		return CONSENT_ENOMEM;
	if (line.n > 0)
		memcpy(event->text, line.p, line.n);
	event->line = (struct span){event->text, line.n};
	s->n_events++;
	return CONSENT_OK;
}

static int
add_incident(struct summary *s, const struct entry *entry)
{
	char plain[LAYOUT_NAME];
	struct span what = {plain, form_plain(entry->what, plain)};
	int rc = tally_add(&s->incidents, what, 0, entry->count);

	return rc == CONSENT_OK ? tally_add(&s->incidents, what, 1, 1) : rc;
}

static void
note_place(struct summary *s, const struct entry *entry)
{
	if (s->entries++ == 0 || entry->seq < s->first)
		s->first = entry->seq;
	if (entry->seq > s->last)
		s->last = entry->seq;
	s->types[entry->type]++;
	if (entry->type == LAYOUT_ERASED)
		return;
	if (s->last_time == 0 || entry->time < s->first_time)
		s->first_time = entry->time;
	if (entry->time > s->last_time)
		s->last_time = entry->time;
}

int
summary_add(struct summary *s, const struct entry *entry, struct span line)
{
	int rc = CONSENT_OK;

	note_place(s, entry);
	if (entry->type == LAYOUT_CHOICE)
		return add_choice(s, entry);
	if (entry->type == LAYOUT_ENFORCEMENT)
		return add_enforcement(s, entry);
	if (entry->type == LAYOUT_ERASED)
		return CONSENT_OK;
	if (entry->type == LAYOUT_INCIDENT)
		rc = add_incident(s, entry);
	return rc == CONSENT_OK ? summary_keep(s, entry, line) : rc;
}

static int
compare_events(const void *a, const void *b)
{
	const struct summary_event *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

void
summary_sort_events(struct summary *s)
{
	if (s->n_events > 0)
		qsort(
		    s->events, s->n_events, sizeof *s->events, compare_events);
}

void
summary_sort(struct summary *s)
{
	tally_sort(&s->periods);
	tally_rank(&s->languages);
	tally_rank(&s->policies);
	tally_rank(&s->signals);
	tally_rank(&s->ways);
	tally_sort(&s->categories);
	tally_rank(&s->rules);
	tally_rank(&s->withheld);
	tally_rank(&s->incidents);
}
