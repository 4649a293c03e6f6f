#include "policy/difference.h"

#include "policy/difference_parts.h"
#include "policy/glob.h"
#include "policy/parts.h"
#include "policy/slot.h"

#include <libconsent/url.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NO_METHOD = -1
};

/* ---- what is asked about ---------------------------------------------- */

/* A rule, for its pattern. */
struct subject {
	const struct policy_rule *rule;
};

/* By kind, then by what stands in the pattern. */
static int
subject_compare(const void *left, const void *right)
{
	const struct policy_rule *a = ((const struct subject *)left)->rule;
	const struct policy_rule *b = ((const struct subject *)right)->rule;
	int order = (int)a->kind - (int)b->kind;

	if (order == 0)
		order = difference_compare(a->host, b->host);
	if (order == 0)
		order = difference_compare(a->name, b->name);
	if (order == 0)
		order = difference_compare(a->path, b->path);
	if (order == 0)
		order = (a->methods > b->methods) - (a->methods < b->methods);
	return order;
}

/* Each pattern of either policy once; *n of them. */
static struct subject *
subjects_make(const struct difference *d, size_t *n)
{
	const struct policy_facts *old = policy_facts(d->old);
	const struct policy_facts *new = policy_facts(d->new);
	size_t i, all = old->n_rules + new->n_rules;
	struct subject *list = calloc(all + 1, sizeof *list);

	*n = 0;
	if (list == NULL)
		return NULL;
	for (i = 0; i < old->n_rules; i++)
		list[i].rule = &old->rules[i];
	for (i = 0; i < new->n_rules; i++)
		list[old->n_rules + i].rule = &new->rules[i];
	qsort(list, all, sizeof *list, subject_compare);
	for (i = 0; i < all; i++)
		if (*n == 0 || subject_compare(&list[i], &list[*n - 1]) != 0)
			list[(*n)++] = list[i];
	return list;
}

/* ---- what becomes of it ----------------------------------------------- */

static void
put_category(
    struct difference_side *side, const struct policy_facts *f, unsigned i)
{
	side->category = f->categories[i].id;
	side->required = f->categories[i].required;
	if (!side->required)
		side->mode = f->categories[i].mode;
}

static void
put_rule(struct difference_side *side, const struct policy_facts *f,
    const struct policy_rule *rule)
{
	side->rule = rule;
	if (rule->vendor >= 0)
		side->vendor = f->vendors[rule->vendor].id;
	put_category(side, f, rule->category);
	if (side->required)
		return;
	side->action = rule->action;
	side->mode = slot_mode(rule, f->reported);
}

/* A text that the pattern fits as no other does: itself. */
static int
write_url(const struct policy_rule *subject, struct buf *out)
{
	const char *host = subject->host, *path = subject->path;

	return buf_printf(out, "https://%s%s%s",
	    host == NULL ? "site.invalid" : host,
	    path == NULL || path[0] != '/' ? "/" : "",
	    path == NULL ? "" : path);
}

static int
find_url(const struct policy *p, const struct difference_thing *thing,
    const struct policy_rule **rule)
{
	const struct policy_rule *subject = thing->subject;
	struct policy_request request = {.is_site = subject->host == NULL,
	    .method =
		thing->method == NO_METHOD ? POLICY_GET : 1u << thing->method};
	struct buf text, scratch;
	struct url url;
	int rc;

	buf_init(&text, URL_INPUT);
	buf_init(&scratch, URL_SCRATCH);
	rc = write_url(subject, &text);
	if (rc == CONSENT_OK)
		rc = url_parse(buf_span(&text), NULL, &scratch, &url);
	request.url = &url;
	if (rc == CONSENT_OK)
		*rule = policy_find_request(p, &request);
	buf_fini(&scratch);
	buf_fini(&text);
	return rc;
}

/* Few rules are about storage, and pages alone ask about them: no index. */
static const struct policy_rule *
find_storage(const struct policy *p, const char *name)
{
	const struct policy_facts *f = policy_facts(p);
	const struct policy_rule *best = NULL;
	size_t i, most = 0;

	for (i = 0; i < f->n_rules; i++) {
		const struct policy_rule *rule = &f->rules[i];
		size_t literal;

		if (rule->kind != POLICY_STORAGE ||
		    !glob_match(span_of(rule->name), span_of(name)))
			continue;
		literal = glob_weight(span_of(rule->name));
		if (best == NULL || literal > most) {
			best = rule;
			most = literal;
		}
	}
	return best;
}

static int
find(const struct policy *p, const struct difference_thing *thing,
    const struct policy_rule **rule)
{
	const char *name = thing->subject->name;

	*rule = NULL;
	switch (thing->subject->kind) {
	case POLICY_COOKIE:
		*rule = policy_find_cookie(p, span_of(name));
		break;
	case POLICY_INLINE:
		*rule = policy_find_inline(p, span_of(name));
		break;
	case POLICY_STORAGE:
		*rule = find_storage(p, name);
		break;
	case POLICY_RESOURCE:
		return find_url(p, thing, rule);
	}
	return CONSENT_OK;
}

/* Whether what no rule names is of the category of unknown cookies. */
static bool
is_unknown(const struct policy_facts *f, const struct policy_rule *subject)
{
	return subject->kind == POLICY_COOKIE ||
	       (subject->host != NULL &&
		   f->third_parties == POLICY_THIRD_UNLISTED);
}

static int
judge(const struct policy *p, const struct difference_thing *thing,
    struct difference_side *side)
{
	const struct policy_facts *f = policy_facts(p);
	const struct policy_rule *rule;
	int rc = find(p, thing, &rule);

	if (rc != CONSENT_OK)
		return rc;
	if (rule != NULL)
		put_rule(side, f, rule);
	else if (is_unknown(f, thing->subject))
		put_category(side, f, f->unknown_cookie);
	return CONSENT_OK;
}

/* Nobody notices an exception from nothing. */
static bool
passes_as_before(const struct difference_thing *t)
{
	return (t->before.category == NULL && t->after.required) ||
	       (t->after.category == NULL && t->before.required);
}

static bool
is_changed(const struct difference_thing *t)
{
	if (passes_as_before(t))
		return false;
	return difference_compare(t->before.category, t->after.category) != 0 ||
	       t->before.required != t->after.required ||
	       t->before.mode != t->after.mode ||
	       t->before.action != t->after.action;
}

/* ---- the lists ---------------------------------------------------------- */

static int
thing_add(struct difference *d, struct difference_thing thing)
{
	int rc = judge(d->old, &thing, &thing.before);

	if (rc == CONSENT_OK)
		rc = judge(d->new, &thing, &thing.after);
	if (rc != CONSENT_OK)
		return rc;
	if (is_changed(&thing))
		d->things[d->n_things++] = thing;
	return thing.method <= 0 ? difference_words_of_thing(d, &thing)
				 : CONSENT_OK;
}

/* One that names methods is asked about for each. */
static int
subject_add(struct difference *d, const struct policy_rule *subject)
{
	struct difference_thing thing = {
	    .subject = subject, .method = NO_METHOD};
	int rc = CONSENT_OK, i;

	if (subject->methods == 0)
		return thing_add(d, thing);
	for (i = 0; rc == CONSENT_OK && i < POLICY_METHODS; i++) {
		thing.method = i;
		if ((subject->methods >> i & 1) != 0)
			rc = thing_add(d, thing);
	}
	return rc;
}

/* How many times something is asked about. */
static size_t
count_questions(const struct subject *subjects, size_t n)
{
	size_t i, all = 0;

	for (i = 0; i < n; i++)
		all += subjects[i].rule->methods == 0 ? 1 : POLICY_METHODS;
	return all;
}

static int
things(struct difference *d)
{
	size_t i, n, room;
	struct subject *subjects = subjects_make(d, &n);
	int rc = CONSENT_ENOMEM;

	if (subjects == NULL)
		return rc;
	room = count_questions(subjects, n);
	d->things = calloc(room + 1, sizeof *d->things);
	if (d->things != NULL)
		rc = difference_words_begin(d, room);
	for (i = 0; rc == CONSENT_OK && i < n; i++)
		rc = subject_add(d, subjects[i].rule);
	free(subjects);
	return rc;
}

static const struct policy_vendor *
vendor_find(const struct policy_facts *f, const char *id)
{
	size_t i;

	for (i = 0; i < f->n_vendors; i++)
		if (strcmp(f->vendors[i].id, id) == 0)
			return &f->vendors[i];
	return NULL;
}

static enum policy_mode
vendor_mode(const struct policy_facts *f, const struct policy_vendor *v)
{
	const struct policy_rule like = {
	    .category = v->category, .mode = v->mode};

	return slot_mode(&like, f->reported);
}

/* Whether its mode changed, and not only with that of its category. */
static bool
has_own_mode(const struct difference_vendor *v)
{
	return v->before != NULL && v->after != NULL &&
	       v->old_mode != v->new_mode &&
	       (v->before->mode != POLICY_OWN_NONE ||
		   v->after->mode != POLICY_OWN_NONE);
}

static int
vendor_add(struct difference *d, const char *id)
{
	const struct policy_facts *old = policy_facts(d->old);
	const struct policy_facts *new = policy_facts(d->new);
	struct difference_vendor v = {.id = id,
	    .before = vendor_find(old, id),
	    .after = vendor_find(new, id)};

	if (v.before != NULL) {
		v.from = old->categories[v.before->category].id;
		v.old_mode = vendor_mode(old, v.before);
	}
	if (v.after != NULL) {
		v.to = new->categories[v.after->category].id;
		v.new_mode = vendor_mode(new, v.after);
	}
	if (difference_compare(v.from, v.to) != 0 || has_own_mode(&v))
		d->vendors[d->n_vendors++] = v;
	return difference_words_of_vendor(d, &v);
}

static int
vendors(struct difference *d)
{
	const struct policy_facts *old = policy_facts(d->old);
	const struct policy_facts *new = policy_facts(d->new);
	size_t i;
	int rc = CONSENT_OK;

	d->vendors =
	    calloc(old->n_vendors + new->n_vendors + 1, sizeof *d->vendors);
	if (d->vendors == NULL)
		return CONSENT_ENOMEM;
	for (i = 0; rc == CONSENT_OK && i < old->n_vendors; i++)
		rc = vendor_add(d, old->vendors[i].id);
	for (i = 0; rc == CONSENT_OK && i < new->n_vendors; i++)
		if (vendor_find(old, new->vendors[i].id) == NULL)
			rc = vendor_add(d, new->vendors[i].id);
	return rc;
}

int
difference_init(
    struct difference *d, const struct policy *old, const struct policy *new)
{
	int rc;

	*d = (struct difference){.old = old, .new = new};
	arena_init(&d->arena);
	rc = difference_switches(d);
	if (rc == CONSENT_OK)
		rc = difference_answers(d);
	if (rc == CONSENT_OK)
		rc = things(d);
	if (rc == CONSENT_OK)
		rc = vendors(d);
	return rc;
}

bool
difference_has_meaning(const struct difference *d)
{
	size_t i;

	for (i = 0; i < d->n_answers; i++)
		if (d->answers[i].fate != DIFFERENCE_KEPT)
			return true;
	return d->n_things + d->n_vendors + d->n_switches > 0;
}

bool
difference_hides(const struct difference *d)
{
	return difference_has_meaning(d) &&
	       strcmp(policy_facts(d->old)->version,
		   policy_facts(d->new)->version) == 0;
}

bool
difference_asks(const struct difference *d)
{
	size_t i;

	for (i = 0; i < d->n_answers; i++)
		if (d->answers[i].fate == DIFFERENCE_NEW ||
		    d->answers[i].fate == DIFFERENCE_CHANGED)
			return true;
	return false;
}

void
difference_fini(struct difference *d)
{
	free(d->things);
	free(d->vendors);
	free(d->words);
	arena_fini(&d->arena);
}
