#include "policy/parts.h"

#include "base/digest.h"
#include "policy/material.h"
#include "policy/names.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
revision_make(struct policy *p, unsigned category)
{
	struct material m;
	int rc = material_init(&m, p, category);

	if (rc == CONSENT_OK)
		rc = material_hash(&m, p->categories[category].rev);
	material_fini(&m);
	return rc;
}

/* Sets a member to text; leaves it out where there is none. */
static int
set_text(json_t *object, const char *key, const char *text)
{
	return text == NULL
		   ? 0
		   : json_object_set_new(object, key, json_string(text));
}

static const char *
category_id(const struct policy *p, unsigned category)
{
	return p->categories[category].id;
}

static json_t *
category_json(const struct policy *p, unsigned i)
{
	const struct policy_category *c = &p->categories[i];
	json_t *o = json_pack("{s:s, s:b, s:s, s:s, s:i}", "id", c->id,
	    "required", c->required, "mode", policy_mode_name(c->mode), "rev",
	    c->rev, "revision", (int)p->revisions[i]);

	if (set_text(o, "action", policy_action_name(c->action)) != 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}

/* "transmission", "requested" or NULL; static. */
static const char *
ground_name(enum policy_ground ground)
{
	switch (ground) {
	case POLICY_GROUND_TRANSMISSION:
		return "transmission";
	case POLICY_GROUND_REQUESTED:
		return "requested";
	case POLICY_GROUND_NONE:
		break;
	}
	return NULL;
}

/* NULL where there is none of its own; static. */
static const char *
own_mode_name(enum policy_own_mode mode)
{
	static const char *const names[] = {NULL, "enforce", "report"};

	return names[mode];
}

static json_t *
vendor_json(const struct policy *p, const struct policy_vendor *v)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:[]}", "id", v->id, "name",
	    v->name, "category", category_id(p, v->category), "stubs");
	size_t i;
	int bad = set_text(o, "provider", v->provider) |
		  set_text(o, "privacy_url", v->privacy_url) |
		  set_text(o, "purpose", v->purpose) |
		  set_text(o, "ground", ground_name(v->ground)) |
		  set_text(o, "mode", own_mode_name(v->mode));

	for (i = 0; i < v->n_stubs; i++)
		bad |= json_array_append_new(
		    json_object_get(o, "stubs"), json_string(v->stubs[i]));
	if (bad != 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}

static int
set_methods(json_t *object, unsigned methods)
{
	json_t *list = json_array();
	int bad = 0;
	unsigned i;

	for (i = 0; i < POLICY_METHODS; i++)
		if ((methods >> i & 1) != 0)
			bad |= json_array_append_new(
			    list, json_string(policy_method_name(i)));
	return bad | json_object_set_new(object, "methods", list);
}

/* What the name of a rule is called. */
static const char *
name_key(enum policy_kind kind)
{
	switch (kind) {
	case POLICY_INLINE:
		return "inline";
	case POLICY_STORAGE:
		return "storage";
	case POLICY_COOKIE:
	case POLICY_RESOURCE:
		break;
	}
	return "cookie";
}

static json_t *
rule_json(const struct policy *p, const struct policy_rule *rule)
{
	json_t *o =
	    json_pack("{s:s}", "category", category_id(p, rule->category));
	int bad = set_text(o, name_key(rule->kind), rule->name) |
		  set_text(o, "host", rule->host) |
		  set_text(o, "path", rule->path) |
		  set_text(o, "ground", ground_name(rule->ground)) |
		  set_text(o, "purpose", rule->purpose) |
		  set_text(o, "lifetime", rule->lifetime) |
		  set_text(o, "action", policy_action_name(rule->action)) |
		  set_text(o, "mode", own_mode_name(rule->mode));

	if (rule->methods != 0)
		bad |= set_methods(o, rule->methods);
	if (rule->vendor >= 0)
		bad |= set_text(o, "vendor", p->vendors[rule->vendor].id);
	if (bad != 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}

/* Appends every part of the policy to the four arrays of root. */
static int
lists_fill(const struct policy *p, json_t *root)
{
	json_t *categories = json_object_get(root, "categories");
	json_t *vendors = json_object_get(root, "vendors");
	json_t *rules = json_object_get(root, "rules");
	json_t *sensitive = json_object_get(root, "sensitive");
	int bad = 0;
	size_t i;

	for (i = 0; i < p->facts.n_categories; i++)
		bad |= json_array_append_new(
		    categories, category_json(p, (unsigned)i));
	for (i = 0; i < p->facts.n_vendors; i++)
		bad |= json_array_append_new(
		    vendors, vendor_json(p, &p->vendors[i]));
	for (i = 0; i < p->facts.n_rules; i++)
		bad |= json_array_append_new(rules, rule_json(p, &p->rules[i]));
	for (i = 0; i < p->n_sensitive; i++)
		bad |= json_array_append_new(
		    sensitive, json_string(p->sensitive[i]));
	return bad == 0 ? CONSENT_OK : CONSENT_ENOMEM;
}

static const char *
signal_name(enum policy_signal signal)
{
	return signal == POLICY_SIGNAL_REJECT ? "reject" : "ignore";
}

/* Limits stand in the text where they are not the usual ones. */
static int
limits_fill(const struct policy_facts *f, json_t *root)
{
	int bad = 0;

	if (f->inline_limit != POLICY_INLINE_LIMIT)
		bad |= json_object_set_new(root, "inline_limit",
		    json_integer((json_int_t)f->inline_limit));
	if (f->past_limit == POLICY_PAST_PASS)
		bad |= set_text(root, "past_limit", "pass");
	return bad == 0 ? CONSENT_OK : CONSENT_ENOMEM;
}

static const char *
csp_name(enum policy_csp csp)
{
	static const char *const names[] = {"off", "report", "enforce"};

	return names[csp];
}

static json_t *
policy_json(const struct policy *p)
{
	const struct policy_facts *f = &p->facts;

	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:{s:s, s:s}, s:[], s:[], "
			 "s:[], s:[]}",
	    "version", f->version, "unknown_cookie",
	    category_id(p, f->unknown_cookie), "third_parties",
	    f->third_parties == POLICY_THIRD_LISTED ? "listed" : "unlisted",
	    "csp", csp_name(f->csp), "guard", f->guard, "signals", "gpc",
	    signal_name(f->gpc), "dnt", signal_name(f->dnt), "categories",
	    "vendors", "rules", "sensitive");
}

int
policy_canon(struct policy *p)
{
	json_t *root = NULL;
	unsigned i;
	int rc = CONSENT_OK;

	for (i = 0; rc == CONSENT_OK && i < p->facts.n_categories; i++)
		rc = revision_make(p, i);
	if (rc != CONSENT_OK)
		return rc;
	root = policy_json(p);
	rc = root == NULL ? CONSENT_ENOMEM : lists_fill(p, root);
	if (rc == CONSENT_OK)
		rc = limits_fill(&p->facts, root);
	if (rc == CONSENT_OK) {
		p->text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
		rc = p->text == NULL
			 ? CONSENT_ENOMEM
			 : digest_sha256_hex(span_of(p->text), p->hash);
	}
	json_decref(root);
	return rc;
}
