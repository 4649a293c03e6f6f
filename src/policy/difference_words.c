#include "policy/difference_parts.h"

#include "policy/difference.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	WORDS_VENDOR = 5, /* most rows of a vendor */
	WORDS_THING = 3,
	WORDS_LABEL = 1200 /* longest name of a row */
};

/* Whose words are told. */
struct owner {
	struct difference *d;
	const char *kind, *name;
};

static const char *
ground_text(enum policy_ground ground)
{
	static const char *const names[] = {NULL, "transmission", "requested"};

	return names[ground];
}

int
difference_words_begin(struct difference *d, size_t n_things)
{
	size_t vendors =
	    policy_facts(d->old)->n_vendors + policy_facts(d->new)->n_vendors;

	d->words = calloc(n_things * WORDS_THING + vendors * WORDS_VENDOR + 1,
	    sizeof *d->words);
	return d->words == NULL ? CONSENT_ENOMEM : CONSENT_OK;
}

/* Adds "purpose of cookie _x" and its two texts where these differ. */
static int
word(const struct owner *owner, struct difference_row row)
{
	struct difference *d = owner->d;
	char text[WORDS_LABEL];
	int n;

	if (difference_compare(row.before, row.after) == 0)
		return CONSENT_OK;
	n = snprintf(text, sizeof text, "%s of %s %s", row.what, owner->kind,
	    owner->name);
	row.what = n < 0 ? NULL : arena_text(&d->arena, span_of(text));
	if (row.what == NULL)
		return CONSENT_ENOMEM;
	difference_row(d->words, &d->n_words, row);
	return CONSENT_OK;
}

/* A cookie without words of its own has the vendor's. */
static const char *
purpose_of(const struct policy *p, const struct policy_rule *rule)
{
	const struct policy_vendor *vendor =
	    rule->vendor < 0 ? NULL : &policy_facts(p)->vendors[rule->vendor];

	return vendor != NULL && rule->purpose == vendor->purpose
		   ? NULL
		   : rule->purpose;
}

static enum policy_ground
ground_of(const struct policy_rule *rule)
{
	return rule->vendor < 0 ? rule->ground : POLICY_GROUND_NONE;
}

int
difference_words_of_thing(
    struct difference *d, const struct difference_thing *thing)
{
	const struct policy_rule *a = thing->before.rule,
				 *b = thing->after.rule;
	const struct policy_rule *subject = thing->subject;
	struct owner owner = {d, "cookie", subject->name};
	int rc;

	if (a == NULL || b == NULL)
		return CONSENT_OK;
	if (subject->kind != POLICY_COOKIE) {
		owner.kind = subject->host != NULL ? "host" : "rule";
		owner.name = subject->name != NULL   ? subject->name
			     : subject->host != NULL ? subject->host
						     : subject->path;
	}
	rc = word(&owner, (struct difference_row){"purpose",
			      purpose_of(d->old, a), purpose_of(d->new, b)});
	if (rc == CONSENT_OK)
		rc = word(&owner, (struct difference_row){
				      "lifetime", a->lifetime, b->lifetime});
	if (rc == CONSENT_OK)
		rc = word(&owner,
		    (struct difference_row){"ground", ground_text(ground_of(a)),
			ground_text(ground_of(b))});
	return rc;
}

int
difference_words_of_vendor(
    struct difference *d, const struct difference_vendor *v)
{
	const struct policy_vendor *a = v->before, *b = v->after;
	struct owner owner = {d, "vendor", v->id};
	struct difference_row rows[WORDS_VENDOR];
	int rc = CONSENT_OK;
	size_t i;

	if (a == NULL || b == NULL)
		return CONSENT_OK;
	rows[0] = (struct difference_row){"name", a->name, b->name};
	rows[1] = (struct difference_row){"provider", a->provider, b->provider};
	rows[2] = (struct difference_row){"purpose", a->purpose, b->purpose};
	rows[3] = (struct difference_row){
	    "privacy_url", a->privacy_url, b->privacy_url};
	rows[4] = (struct difference_row){
	    "ground", ground_text(a->ground), ground_text(b->ground)};
	for (i = 0; rc == CONSENT_OK && i < WORDS_VENDOR; i++)
		rc = word(&owner, rows[i]);
	return rc;
}
