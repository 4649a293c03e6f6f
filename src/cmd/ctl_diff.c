#include "cmd/ctl_diff.h"

#include "cmd/ctl.h"
#include "cmd/ctl_json.h"
#include "cmd/ctl_load.h"
#include "policy/difference.h"
#include "policy/names.h"

#include <libconsent/findings.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The two files that are compared. */
struct pair {
	const char *paths[2];
	struct ctl_loaded loaded[2];
};

static json_t *
side_json(const struct difference_side *side)
{
	const char *action = policy_action_name(side->action);
	json_t *o = json_pack("{s:s?, s:b}", "category", side->category,
	    "passes", side->category == NULL || side->required);

	if (side->category != NULL && !side->required)
		(void)json_object_set_new(
		    o, "mode", json_string(policy_mode_name(side->mode)));
	if (action != NULL)
		(void)json_object_set_new(o, "action", json_string(action));
	if (side->vendor != NULL)
		(void)json_object_set_new(
		    o, "vendor", json_string(side->vendor));
	if (side->rule != NULL) {
		(void)json_object_set_new(
		    o, "file", json_string(side->rule->file));
		(void)json_object_set_new(
		    o, "line", json_integer(side->rule->line));
	}
	return o;
}

static json_t *
thing_json(const struct difference_thing *thing)
{
	static const char *const kinds[] = {
	    "cookie", "resource", "inline", "storage"};
	const struct policy_rule *subject = thing->subject;
	json_t *o = json_pack("{s:s, s:s*, s:s*, s:s*, s:o, s:o}", "kind",
	    kinds[subject->kind], "name", subject->name, "host", subject->host,
	    "path", subject->path, "before", side_json(&thing->before), "after",
	    side_json(&thing->after));

	if (thing->method >= 0)
		(void)json_object_set_new(o, "method",
		    json_string(policy_method_name((unsigned)thing->method)));
	return o;
}

static json_t *
things_json(const struct difference *d)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < d->n_things; i++)
		(void)json_array_append_new(list, thing_json(&d->things[i]));
	return list;
}

static json_t *
vendor_json(const struct difference_vendor *v)
{
	json_t *o = json_pack("{s:s, s:s?, s:s?}", "vendor", v->id, "before",
	    v->from, "after", v->to);

	if (v->from != NULL)
		(void)json_object_set_new(o, "mode_before",
		    json_string(policy_mode_name(v->old_mode)));
	if (v->to != NULL)
		(void)json_object_set_new(o, "mode_after",
		    json_string(policy_mode_name(v->new_mode)));
	return o;
}

static json_t *
vendors_json(const struct difference *d)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < d->n_vendors; i++)
		(void)json_array_append_new(list, vendor_json(&d->vendors[i]));
	return list;
}

static json_t *
rows_json(const char *key, const struct difference_row *rows, size_t n)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:s?, s:s?}", key, rows[i].what, "before",
			rows[i].before, "after", rows[i].after));
	return list;
}

/* A fact as its kind and name. */
static json_t *
reason_json(const struct difference_row *row)
{
	const char *tab = strchr(row->what, '\t');
	size_t n = tab == NULL ? strlen(row->what) : (size_t)(tab - row->what);

	return json_pack("{s:s%, s:s*, s:s}", "fact", row->what, n, "name",
	    tab == NULL ? NULL : tab + 1, "change",
	    row->before == NULL	 ? "new"
	    : row->after == NULL ? "gone"
				 : "changed");
}

static json_t *
answer_json(const struct difference_answer *a)
{
	static const char *const fates[] = {
	    [DIFFERENCE_KEPT] = "kept",
	    [DIFFERENCE_NEW] = "new",
	    [DIFFERENCE_CHANGED] = "changed",
	    [DIFFERENCE_GONE] = "gone",
	};
	bool asked = a->fate == DIFFERENCE_NEW || a->fate == DIFFERENCE_CHANGED;
	json_t *reasons = json_array();
	size_t i;

	for (i = 0; i < a->n_reasons; i++)
		(void)json_array_append_new(
		    reasons, reason_json(&a->reasons[i]));
	return json_pack("{s:s, s:s, s:b, s:o}", "category", a->category,
	    "answers", fates[a->fate], "asked_again", asked, "reasons",
	    reasons);
}

static json_t *
answers_json(const struct difference *d)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < d->n_answers; i++)
		(void)json_array_append_new(list, answer_json(&d->answers[i]));
	return list;
}

static json_t *
policy_json(const struct policy *p, const char *path)
{
	const struct policy_facts *facts = policy_facts(p);

	return json_pack("{s:s, s:s, s:s}", "file", path, "version",
	    facts->version, "hash", facts->hash);
}

static int
print_json(const struct pair *pair, const struct difference *d, int rc)
{
	return ctl_json_print(
	    json_pack("{s:o, s:o, s:b, s:b, s:b, s:o, s:o, s:o, s:o, s:o}",
		"old", policy_json(d->old, pair->paths[0]), "new",
		policy_json(d->new, pair->paths[1]), "changed", rc == CTL_NO,
		"asked_again", difference_asks(d), "version_unchanged",
		difference_hides(d), "vendors", vendors_json(d), "things",
		things_json(d), "switches",
		rows_json("switch", d->switches, d->n_switches), "answers",
		answers_json(d), "words",
		rows_json("text", d->words, d->n_words)),
	    rc);
}

static int
compare(const struct pair *pair, bool json)
{
	struct difference d;
	int rc =
	    difference_init(&d, pair->loaded[0].policy, pair->loaded[1].policy);

	if (rc != CONSENT_OK) {
		(void)fprintf(stderr, "consentctl diff: %s\n", status_text(rc));
		rc = CTL_FAILED;
	} else {
		rc = difference_has_meaning(&d) || d.n_words > 0 ? CTL_NO
								 : CTL_YES;
		if (json)
			rc = print_json(pair, &d, rc);
		else
			ctl_diff_print(&d, isatty(STDOUT_FILENO) == 1 &&
					       getenv("NO_COLOR") == NULL);
	}
	difference_fini(&d);
	return rc;
}

/* Warnings are what `check` is for: errors alone are told here. */
static int
load(struct pair *pair, int i)
{
	struct findings findings;
	int rc;

	findings_init(&findings);
	rc = ctl_load(pair->paths[i], &findings, &pair->loaded[i]);
	if (rc != CONSENT_OK)
		findings_print(&findings, stderr);
	if (rc != CONSENT_OK && findings.errors == 0)
		(void)fprintf(
		    stderr, "%s: %s\n", pair->paths[i], status_text(rc));
	findings_fini(&findings);
	return rc;
}

int
ctl_diff(int argc, char **argv)
{
	static const struct option options[] = {
	    {"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
	struct pair pair = {.paths = {NULL}};
	bool json = false;
	int c, rc;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'j')
			return CTL_FAILED;
		json = true;
	}
	if (argc - optind != 2) {
		(void)fputs(
		    "usage: consentctl diff [--json] OLD NEW\n", stderr);
		return CTL_FAILED;
	}
	pair.paths[0] = argv[optind];
	pair.paths[1] = argv[optind + 1];
	rc = load(&pair, 0);
	if (rc == CONSENT_OK)
		rc = load(&pair, 1);
	rc = rc == CONSENT_OK ? compare(&pair, json) : CTL_FAILED;
	ctl_unload(&pair.loaded[0]);
	ctl_unload(&pair.loaded[1]);
	return rc;
}
