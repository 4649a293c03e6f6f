#include <libconsent/policy.h>

#include "policy/names.h"
#include "policy/parts.h"

#include <libconsent/loader.h>
#include <libconsent/url.h>

#include <stdlib.h>

struct policy *
policy_new(void)
{
	struct policy *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	arena_init(&p->arena);
	p->vendors = arena_take(&p->arena, LOADER_VENDORS * sizeof *p->vendors);
	p->sensitive =
	    arena_take(&p->arena, LOADER_SENSITIVE * sizeof *p->sensitive);
	if (p->vendors == NULL || p->sensitive == NULL) {
		policy_free(p);
		return NULL;
	}
	p->facts.categories = p->categories;
	p->facts.vendors = p->vendors;
	p->facts.inline_limit = POLICY_INLINE_LIMIT;
	return p;
}

int
policy_finish(struct policy *p)
{
	struct policy_facts *facts = &p->facts;
	size_t i;
	int rc;

	facts->rules = p->rules;
	for (i = 0; i < facts->n_rules; i++)
		if (facts->rules[i].mode == POLICY_OWN_ENFORCE)
			facts->enforced |= (category_set)1
					   << facts->rules[i].category;
	rc = policy_canon(p);
	if (rc != CONSENT_OK)
		return rc;
	facts->hash = p->hash;
	facts->text = span_of(p->text);
	return matcher_init(&p->matcher, &(struct matcher_source){
					     .rules = p->rules,
					     .n_rules = facts->n_rules,
					     .required = facts->required,
					     .sensitive = p->sensitive,
					     .n_sensitive = p->n_sensitive,
					 });
}

void
policy_free(struct policy *p)
{
	if (p == NULL)
		return;
	matcher_fini(&p->matcher);
	arena_fini(&p->arena);
	free(p->rules);
	free(p->repeated);
	free(p->text);
	free(p);
}

const struct policy_facts *
policy_facts(const struct policy *p)
{
	return &p->facts;
}

int
policy_category(const struct policy *p, struct span id)
{
	unsigned i;

	for (i = 0; i < p->facts.n_categories; i++)
		if (span_equal(id, span_of(p->categories[i].id)))
			return (int)i;
	return -1;
}

static const struct policy_rule *
rule_at(const struct policy *p, int index)
{
	return index < 0 ? NULL : &p->rules[index];
}

const struct policy_rule *
policy_find_cookie(const struct policy *p, struct span name)
{
	return rule_at(p, matcher_cookie(&p->matcher, name));
}

const struct policy_rule *
policy_find_url(const struct policy *p, const struct url *url, bool is_site)
{
	struct policy_request request = {url, is_site, POLICY_GET};

	return policy_find_request(p, &request);
}

const struct policy_rule *
policy_find_host(const struct policy *p, struct span host)
{
	const struct url url = {.kind = URL_NETWORK,
	    .scheme = SPAN("https"),
	    .host = host,
	    .port = 443,
	    .path = SPAN("/")};

	return policy_find_url(p, &url, false);
}

const struct policy_rule *
policy_find_request(
    const struct policy *p, const struct policy_request *request)
{
	return rule_at(p, matcher_request(&p->matcher, request));
}

unsigned
policy_method_of(struct span name)
{
	unsigned i;

	for (i = 0; i < POLICY_METHODS; i++)
		if (span_equal(name, span_of(policy_method_name(i))))
			return 1u << i;
	return POLICY_METHOD_OTHER;
}

const struct policy_rule *
policy_find_inline(const struct policy *p, struct span text)
{
	return rule_at(p, matcher_inline(&p->matcher, text));
}

const struct policy_rule *
policy_find_inline_essential(const struct policy *p, struct span text)
{
	return rule_at(p, matcher_inline_essential(&p->matcher, text));
}

bool
policy_is_sensitive(const struct policy *p, struct span path)
{
	return matcher_sensitive(&p->matcher, path);
}
