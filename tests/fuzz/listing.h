#ifndef CONSENT_FUZZ_LISTING_H
#define CONSENT_FUZZ_LISTING_H

/*
 * What must hold of every listing that an importer makes, of whatever list:
 * the counts agree, and what is written is a policy without a mistake. Each
 * target is a program of one file, so the functions stand here.
 */

#include <libconsent/loader.h>
#include <libconsent/policy.h>
#include <libconsent/settings.h>

#include "lists/listing_write.h"

#include <stdlib.h>
#include <string.h>

/* Stops the run where it does not hold. */
static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* Builds the policy that has the rules in a list of this name. */
static struct policy *
listing_policy(const struct buf *rules, const char *list)
{
	static const char head[] =
	    "version=\"1\";categories=({id=\"e\";required=true;},{id=\"a\";},"
	    "{id=\"m\";});cookies=({name=\"own\";category=\"a\";},";
	const struct loader_options options = {NULL};
	struct settings *s = NULL;
	struct policy *p = NULL;
	struct findings f;
	struct buf text;

	buf_init(&text, SETTINGS_BYTES);
	findings_init(&f);
	must(buf_append(&text, span_of(head)) == CONSENT_OK);
	if (strcmp(list, "resources") == 0)
		must(buf_append(&text, SPAN("{name=\"o\";category=\"a\";});"
					    "resources=(")) == CONSENT_OK);
	must(buf_append(&text, buf_span(rules)) == CONSENT_OK);
	must(buf_append(&text, SPAN(");")) == CONSENT_OK);
	must(settings_parse("fuzz", buf_span(&text), &f, &s) == CONSENT_OK);
	must(policy_load(settings_root(s), &options, &f, &p) == CONSENT_OK);
	must(f.errors == 0);
	settings_free(s);
	findings_fini(&f);
	buf_fini(&text);
	return p;
}

/* Aborts where the counts or the written text are not right. */
static void
listing_check(const struct listing *l, const char *list)
{
	static const struct listing_source source = {"f", "-", "2026-11-28"};
	struct policy *p;
	struct buf rules;
	int rc;

	must(l->taken <= l->n && l->taken + l->skips.n == l->entries);
	if (l->n == 0)
		return;
	buf_init(&rules, SETTINGS_BYTES);
	rc = strcmp(list, "resources") == 0
		 ? listing_write_hosts(l, &source, &rules)
		 : listing_write_cookies(l, &source, &rules);
	must(rc == CONSENT_OK);
	p = listing_policy(&rules, list);
	must(policy_facts(p)->n_rules <= l->n + 2);
	policy_free(p);
	buf_fini(&rules);
}

/* Whether both are the same text, or none. */
static bool
is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Aborts where two readings of one list differ. */
static void
listing_compare(const struct listing *a, const struct listing *b)
{
	size_t i;

	must(a->n == b->n && a->entries == b->entries);
	must(memcmp(&a->skips, &b->skips, sizeof a->skips) == 0);
	for (i = 0; i < a->n; i++) {
		const struct listed_rule *x = &a->rules[i], *y = &b->rules[i];

		must(is_same(x->pattern, y->pattern) && x->line == y->line);
		must(is_same(x->category, y->category));
		must(is_same(x->purpose, y->purpose));
		must(is_same(x->lifetime, y->lifetime));
		must(x->passes == y->passes);
	}
}

#endif
