#include "trial/visitor.h"

#include <stdlib.h>
#include <string.h>

static const char *const no_site[] = {VISITOR_SITE};

/* Reads the site's origins. */
static int
read_sites(struct visitor *v, const char *const *sites)
{
	size_t i;
	int rc = CONSENT_OK;

	for (i = 0; rc == CONSENT_OK && i < v->n_sites; i++)
		rc = url_parse(
		    span_of(sites[i]), NULL, &v->scratch[i], &v->sites[i]);
	return rc;
}

static int
read_url(struct visitor *v, const char *at, size_t site)
{
	int rc = url_parse(span_of(at == NULL ? "/" : at), &v->sites[site],
	    &v->scratch[v->n_sites], &v->url);

	if (rc == CONSENT_OK && v->url.kind != URL_NETWORK)
		rc = CONSENT_EINVAL;
	return rc;
}

static void
open_gate(struct visitor *v, const struct visitor_options *o)
{
	const struct policy *policy = o->place->policy;

	if (!o->undecided)
		record_decide(&v->record, policy, o->granted);
	v->record.gpc = o->gpc;
	gate_open(&v->gate, &(struct gate_options){.policy = policy,
				.record = o->undecided ? NULL : &v->record,
				.sites = v->sites,
				.n_sites = v->n_sites,
				.path = v->url.path,
				.gpc = o->gpc});
}

int
visitor_open(struct visitor *v, const struct visitor_options *options)
{
	const struct visitor_place *place = options->place;
	bool is_known = place->n_sites > 0;
	size_t i;
	int rc = CONSENT_ENOMEM;

	memset(v, 0, sizeof *v);
	v->n_sites = is_known ? place->n_sites : 1;
	v->sites = calloc(v->n_sites, sizeof *v->sites);
	v->scratch = calloc(v->n_sites + 1, sizeof *v->scratch);
	if (v->sites == NULL || v->scratch == NULL)
		goto out;
	for (i = 0; i <= v->n_sites; i++)
		buf_init(&v->scratch[i], URL_SCRATCH);
	rc = read_sites(v, is_known ? place->sites : no_site);
	if (rc == CONSENT_OK)
		rc = read_url(v, options->at, place->first);
	if (rc == CONSENT_OK)
		open_gate(v, options);
out:
	if (rc != CONSENT_OK)
		visitor_close(v);
	return rc;
}

void
visitor_close(struct visitor *v)
{
	size_t i;

	for (i = 0; v->scratch != NULL && i <= v->n_sites; i++)
		buf_fini(&v->scratch[i]);
	free(v->scratch);
	free(v->sites);
	memset(v, 0, sizeof *v);
}

int
visitor_grant(
    const struct policy *policy, struct span id, category_set *granted)
{
	unsigned n = policy_facts(policy)->n_categories;
	int found;

	if (span_equal(id, SPAN("none")))
		return CONSENT_OK;
	if (span_equal(id, SPAN("all"))) {
		*granted |= ((category_set)1 << n) - 1;
		return CONSENT_OK;
	}
	found = policy_category(policy, id);
	if (found < 0)
		return CONSENT_EINVAL;
	*granted |= (category_set)1 << found;
	return CONSENT_OK;
}
