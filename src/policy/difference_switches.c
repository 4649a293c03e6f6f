#include "policy/difference_parts.h"

#include "policy/difference.h"
#include "policy/names.h"
#include "policy/parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	SWITCHES = 8,	   /* of the whole policy */
	CATEGORY_ROWS = 3, /* of each category */
	ROW_TEXT = 1200	   /* longest name of a row */
};

#define ONLY "only essential things"

/* The rows on their way. */
struct rows {
	struct difference *d;
	bool no_memory;
};

static const char *make(struct rows *r, const char *format, ...)
    CONSENT_PRINTF(2, 3);

static const char *
make(struct rows *r, const char *format, ...)
{
	char text[ROW_TEXT];
	const char *copy = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (n >= 0)
		copy = arena_text(&r->d->arena, span_of(text));
	r->no_memory |= copy == NULL;
	return copy;
}

static void
add(struct rows *r, const char *what, const char *before, const char *after)
{
	difference_row(r->d->switches, &r->d->n_switches,
	    (struct difference_row){what, before, after});
}

static const char *
bool_text(bool is)
{
	return is ? "true" : "false";
}

static const char *
action_text(enum policy_action action)
{
	const char *name = policy_action_name(action);

	return name == NULL ? "remove" : name;
}

static const char *
signal_text(enum policy_signal signal)
{
	return signal == POLICY_SIGNAL_REJECT ? "reject" : "ignore";
}

static const char *
third_text(const struct policy_facts *f)
{
	return f->third_parties == POLICY_THIRD_LISTED ? "listed" : "unlisted";
}

static const char *
csp_text(enum policy_csp csp)
{
	static const char *const names[] = {"off", "report", "enforce"};

	return names[csp];
}

static const char *
past_text(enum policy_past_limit past)
{
	return past == POLICY_PAST_PASS ? "pass" : "cut";
}

static void
whole(struct rows *r)
{
	const struct policy_facts *a = policy_facts(r->d->old);
	const struct policy_facts *b = policy_facts(r->d->new);

	add(r, "unknown_cookie", a->categories[a->unknown_cookie].id,
	    b->categories[b->unknown_cookie].id);
	add(r, "third_parties", third_text(a), third_text(b));
	add(r, "csp", csp_text(a->csp), csp_text(b->csp));
	add(r, "guard", bool_text(a->guard), bool_text(b->guard));
	add(r, "signals.gpc", signal_text(a->gpc), signal_text(b->gpc));
	add(r, "signals.dnt", signal_text(a->dnt), signal_text(b->dnt));
	add(r, "past_limit", past_text(a->past_limit),
	    past_text(b->past_limit));
	if (a->inline_limit != b->inline_limit)
		add(r, "inline_limit", make(r, "%zu", a->inline_limit),
		    make(r, "%zu", b->inline_limit));
}

static const struct policy_category *
find(const struct policy *p, const char *id)
{
	int i = policy_category(p, span_of(id));

	return i < 0 ? NULL : &policy_facts(p)->categories[i];
}

/* What a category is, in a word. */
static const char *
category_text(const struct policy_category *c)
{
	if (c == NULL)
		return NULL;
	return c->required ? "required" : "needs consent";
}

static void
category(struct rows *r, const char *id)
{
	const struct policy_category *a = find(r->d->old, id);
	const struct policy_category *b = find(r->d->new, id);

	add(r, make(r, "category %s", id), category_text(a), category_text(b));
	if (a == NULL || b == NULL || a->required || b->required)
		return;
	add(r, make(r, "mode of %s", id), policy_mode_name(a->mode),
	    policy_mode_name(b->mode));
	add(r, make(r, "action of %s", id), action_text(a->action),
	    action_text(b->action));
}

static void
categories(struct rows *r)
{
	const struct policy_facts *a = policy_facts(r->d->old);
	const struct policy_facts *b = policy_facts(r->d->new);
	unsigned i;

	for (i = 0; i < a->n_categories; i++)
		category(r, a->categories[i].id);
	for (i = 0; i < b->n_categories; i++)
		if (find(r->d->old, b->categories[i].id) == NULL)
			category(r, b->categories[i].id);
}

/* A path counts where the other policy does not hold all of it sensitive. */
static void
sensitive(struct rows *r)
{
	const struct policy *a = r->d->old, *b = r->d->new;
	size_t i;

	for (i = 0; i < a->n_sensitive; i++)
		if (!policy_is_sensitive(b, span_of(a->sensitive[i])))
			add(r, make(r, "sensitive %s", a->sensitive[i]), ONLY,
			    NULL);
	for (i = 0; i < b->n_sensitive; i++)
		if (!policy_is_sensitive(a, span_of(b->sensitive[i])))
			add(r, make(r, "sensitive %s", b->sensitive[i]), NULL,
			    ONLY);
}

int
difference_switches(struct difference *d)
{
	struct rows r = {.d = d};
	size_t room = SWITCHES + d->old->n_sensitive + d->new->n_sensitive +
		      (size_t)CATEGORY_ROWS * 2 * POLICY_CATEGORIES;

	d->switches = arena_take(&d->arena, room * sizeof *d->switches);
	if (d->switches == NULL)
		return CONSENT_ENOMEM;
	whole(&r);
	categories(&r);
	sensitive(&r);
	return r.no_memory ? CONSENT_ENOMEM : CONSENT_OK;
}
