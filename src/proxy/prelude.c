#include "proxy/prelude.h"

#include "consent/consent_mode.h"
#include "consent/site_script.h"
#include "proxy/state.h"
#include "proxy/visit.h"

#include <libconsent/buf.h>
#include <libconsent/gate.h>

#include <stdbool.h>
#include <stdlib.h>

enum {
	KEPT = 16,	   /* choices; visitors hardly make more */
	STATE_MAX = 16384, /* of the visitor, for the page's scripts */
	TEXT_MAX = GUARD_MAX
};

/* All that the bytes hang on, besides what is the worker's own. */
struct key {
	enum guard_form form;
	category_set granted, agreed, reported;
	bool asks;
	bool has_script;
};

struct prelude {
	unsigned refs;
	struct key key;
	struct buf text;
};

struct preludes {
	struct prelude *kept[KEPT];
	size_t next; /* the row that goes next */
};

int
preludes_new(struct preludes **out)
{
	*out = calloc(1, sizeof **out);
	return *out == NULL ? CONSENT_ENOMEM : CONSENT_OK;
}

void
preludes_free(struct preludes *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < KEPT; i++)
		prelude_give(p->kept[i]);
	free(p);
}

static struct key
key_of(const struct visit *v, enum guard_form form)
{
	return (struct key){.form = form,
	    .granted = v->gate.granted,
	    .agreed = v->gate.agreed,
	    .reported = v->gate.reported,
	    .asks = gate_asks(&v->gate),
	    .has_script = v->script != NULL};
}

static bool
is_same(const struct key *a, const struct key *b)
{
	return a->form == b->form && a->granted == b->granted &&
	       a->agreed == b->agreed && a->reported == b->reported &&
	       a->asks == b->asks && a->has_script == b->has_script;
}

/* What the visitor chose, for scripts of the page. */
static int
write_script(const struct visit *v, enum guard_form form, struct buf *out)
{
	struct buf state;
	int rc;

	if (v->script == NULL)
		return CONSENT_OK;
	buf_init(&state, STATE_MAX);
	rc = state_write_page(&v->gate, &state);
	if (rc == CONSENT_OK)
		rc = site_script_write(v->script, form, buf_span(&state), out);
	buf_fini(&state);
	return rc;
}

/* The guard comes before all that it guards from. */
static int
write_all(const struct visit *v, enum guard_form form, struct buf *out)
{
	int rc = guard_write(v->guard, &v->gate, form, out);

	if (rc == CONSENT_OK)
		rc = consent_mode_write(v->mode, &v->gate, form, out);
	return rc == CONSENT_OK ? write_script(v, form, out) : rc;
}

static int
make(const struct visit *v, const struct key *key, struct prelude **out)
{
	struct prelude *p = calloc(1, sizeof *p);
	int rc;

	if (p == NULL)
		return CONSENT_ENOMEM;
	p->refs = 1;
	p->key = *key;
	buf_init(&p->text, TEXT_MAX);
	rc = write_all(v, key->form, &p->text);
	if (rc == CONSENT_OK)
		*out = p;
	else
		prelude_give(p);
	return rc;
}

/* In place of the one that has been there for the longest. */
static void
keep(struct preludes *all, struct prelude *p)
{
	prelude_give(all->kept[all->next]);
	all->kept[all->next] = p;
	all->next = (all->next + 1) % KEPT;
	p->refs++;
}

int
prelude_take(const struct visit *v, enum guard_form form, struct prelude **out)
{
	const struct key key = key_of(v, form);
	size_t i;
	int rc;

	for (i = 0; v->preludes != NULL && i < KEPT; i++) {
		struct prelude *p = v->preludes->kept[i];

		if (p == NULL || !is_same(&p->key, &key))
			continue;
		p->refs++;
		*out = p;
		return CONSENT_OK;
	}
	rc = make(v, &key, out);
	if (rc == CONSENT_OK && v->preludes != NULL)
		keep(v->preludes, *out);
	return rc;
}

struct span
prelude_text(const struct prelude *p)
{
	return p == NULL ? (struct span){NULL, 0} : buf_span(&p->text);
}

void
prelude_give(struct prelude *p)
{
	if (p == NULL || --p->refs > 0)
		return;
	buf_fini(&p->text);
	free(p);
}
