#include "policy/difference_parts.h"

#include "policy/difference.h"
#include "policy/material.h"

#include <string.h>

/* The facts of a category in both, and the answer that they are about. */
struct reasoning {
	struct difference *d;
	struct difference_answer *a;
	const struct material *old, *new;
};

/* The first two fields of a fact, and the rest: NULL where there is none. */
struct fact {
	struct span key;
	const char *rest;
};

static struct fact
fact_of(const char *line)
{
	const char *tab = strchr(line, '\t');
	const char *second = tab == NULL ? NULL : strchr(tab + 1, '\t');
	struct fact fact = {span_of(line), ""};

	/* of a revision the number is no name, but what changes */
	if (strncmp(line, "revision\t", 9) == 0)
		second = tab;
	if (second == NULL)
		return fact;
	fact.key.n = (size_t)(second - line);
	fact.rest = second + 1;
	return fact;
}

/* The first of the lines that is not before text. */
static size_t
first_from(const struct material *m, const char *text)
{
	size_t low = 0, high = m->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(m->lines[middle], text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The rest of the fact with this key, or NULL where m has none. */
static const char *
find(const struct material *m, const char *key)
{
	size_t i = first_from(m, key);
	struct fact fact;

	if (i == m->n)
		return NULL;
	/* a tab is before all that a name can have: theirs comes first */
	fact = fact_of(m->lines[i]);
	return span_equal(fact.key, span_of(key)) ? fact.rest : NULL;
}

static bool
holds(const struct material *m, const char *line)
{
	size_t i = first_from(m, line);

	return i < m->n && strcmp(m->lines[i], line) == 0;
}

/* Copies what a reason borrows from lists that go. */
static bool
reason_add(
    struct difference *d, struct difference_answer *a, struct difference_row r)
{
	struct arena *arena = &d->arena;

	r.what = arena_text(arena, span_of(r.what));
	if (r.before != NULL)
		r.before = arena_text(arena, span_of(r.before));
	if (r.after != NULL)
		r.after = arena_text(arena, span_of(r.after));
	a->reasons[a->n_reasons++] = r;
	return r.what != NULL && (r.before != NULL || r.after != NULL);
}

/* A line that the other list has not; what was changed is told once. */
static int
reason(
    const struct reasoning *r, const char *line, const struct material *other)
{
	bool is_new = other == r->old;
	struct fact fact = fact_of(line);
	const char *key = arena_text(&r->d->arena, fact.key), *rest;
	struct difference_row row = {.what = key};

	if (key == NULL)
		return CONSENT_ENOMEM;
	rest = find(other, key);
	if (!is_new && rest != NULL)
		return CONSENT_OK;
	row.before = is_new ? rest : fact.rest;
	row.after = is_new ? fact.rest : NULL;
	return reason_add(r->d, r->a, row) ? CONSENT_OK : CONSENT_ENOMEM;
}

/* What is new or different, and then what is gone. */
static int
reasons(const struct reasoning *r)
{
	const struct material *old = r->old, *new = r->new;
	struct difference_answer *a = r->a;
	int rc = CONSENT_OK;
	size_t i;

	a->reasons = arena_take(
	    &r->d->arena, (old->n + new->n + 1) * sizeof *a->reasons);
	if (a->reasons == NULL)
		return CONSENT_ENOMEM;
	for (i = 0; rc == CONSENT_OK && i < new->n; i++)
		if (!holds(old, new->lines[i]))
			rc = reason(r, new->lines[i], old);
	for (i = 0; rc == CONSENT_OK && i < old->n; i++)
		if (!holds(new, old->lines[i]))
			rc = reason(r, old->lines[i], new);
	return rc;
}

static int
changed(struct difference *d, struct difference_answer *a, unsigned before,
    unsigned after)
{
	struct material old, new = {.n = 0};
	int rc = material_init(&old, d->old, before);

	arena_init(&new.arena);
	if (rc == CONSENT_OK)
		rc = material_init(&new, d->new, after);
	if (rc == CONSENT_OK)
		rc = reasons(&(struct reasoning){d, a, &old, &new});
	material_fini(&old);
	material_fini(&new);
	return rc;
}

/* Index of a category that asks for consent, or -1. */
static int
asking(const struct policy *p, const char *id)
{
	int i = policy_category(p, span_of(id));

	return i < 0 || policy_facts(p)->categories[i].required ? -1 : i;
}

static int
answer(struct difference *d, const char *id)
{
	struct difference_answer *a = &d->answers[d->n_answers];
	int before = asking(d->old, id), after = asking(d->new, id);

	if (before < 0 && after < 0)
		return CONSENT_OK;
	d->n_answers++;
	*a = (struct difference_answer){.category = id};
	if (before < 0)
		a->fate = DIFFERENCE_NEW;
	else if (after < 0)
		a->fate = DIFFERENCE_GONE;
	else if (strcmp(policy_facts(d->old)->categories[before].rev,
		     policy_facts(d->new)->categories[after].rev) != 0)
		a->fate = DIFFERENCE_CHANGED;
	return a->fate != DIFFERENCE_CHANGED
		   ? CONSENT_OK
		   : changed(d, a, (unsigned)before, (unsigned)after);
}

int
difference_answers(struct difference *d)
{
	const struct policy_facts *a = policy_facts(d->old);
	const struct policy_facts *b = policy_facts(d->new);
	int rc = CONSENT_OK;
	unsigned i;

	for (i = 0; rc == CONSENT_OK && i < b->n_categories; i++)
		rc = answer(d, b->categories[i].id);
	for (i = 0; rc == CONSENT_OK && i < a->n_categories; i++)
		if (policy_category(d->new, span_of(a->categories[i].id)) < 0)
			rc = answer(d, a->categories[i].id);
	return rc;
}
