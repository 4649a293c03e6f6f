#include <libconsent/gate.h>

#include "consent/data_url.h"
#include "policy/slot.h"

static const struct gate_verdict pass = {
    .answer = GATE_PASS, .category = GATE_UNNAMED};

static category_set
category_bit(unsigned category)
{
	return (category_set)1 << category;
}

/* The categories that need consent. */
static category_set
consent_set(const struct policy_facts *facts)
{
	category_set all = 0;
	unsigned i;

	for (i = 0; i < facts->n_categories; i++)
		all |= category_bit(i);
	return all & ~facts->required;
}

/* What the visitor answered, as far as it still holds. */
static void
apply_record(struct gate *g, const struct record *r)
{
	if (r == NULL)
		return;
	g->granted = record_granted(r, g->policy);
	g->decided = record_decided(r, g->policy);
	/* a yes that did not know of the signal yields to it */
	if (g->gpc && g->facts->gpc == POLICY_SIGNAL_REJECT && !r->gpc) {
		g->decided &= ~g->granted;
		g->granted = 0;
	}
}

void
gate_open(struct gate *g, const struct gate_options *options)
{
	const struct policy_facts *facts = policy_facts(options->policy);
	bool signal = (options->gpc && facts->gpc == POLICY_SIGNAL_REJECT) ||
		      (options->dnt && facts->dnt == POLICY_SIGNAL_REJECT);

	*g = (struct gate){.policy = options->policy,
	    .facts = facts,
	    .sites = options->sites,
	    .n_sites = options->n_sites,
	    .gpc = options->gpc,
	    .on_unnamed = options->on_unnamed,
	    .on_script = options->on_script,
	    .ctx = options->ctx,
	    .sensitive = policy_is_sensitive(options->policy, options->path)};
	g->reported =
	    ((facts->reported | options->reporting) & ~options->enforcing) &
	    ~facts->required;
	apply_record(g, options->record);
	if (signal)
		g->signaled = consent_set(facts) & ~g->decided;
	g->again = options->record != NULL && gate_asks(g);
	g->agreed = g->granted | facts->required;
	g->granted = g->sensitive ? facts->required : g->agreed;
}

bool
gate_is_gpc(struct span value)
{
	return span_equal(value, SPAN("1"));
}

bool
gate_varies(const struct gate *g, struct gate_verdict v)
{
	/* what is reported for a while must not be kept for longer */
	category_set reported = g->facts->reported & g->reported;
	unsigned slot = v.category;

	if (slot == GATE_UNNAMED)
		return false;
	if (v.rule != NULL)
		slot = slot_of_rule(g->facts, v.rule);
	return (slots_passing(g->facts, g->facts->required, reported) >> slot &
		   1) == 0;
}

bool
gate_grants_all(const struct gate *g)
{
	return g->granted == ((category_set)1 << g->facts->n_categories) - 1;
}

bool
gate_asks(const struct gate *g)
{
	return (consent_set(g->facts) & ~g->decided) != 0;
}

/* What becomes of a thing of this category. */
static struct gate_verdict
judge(const struct gate *g, const struct policy_rule *rule, unsigned category)
{
	struct gate_verdict verdict = {.rule = rule, .category = category};
	bool reported = (g->reported & category_bit(category)) != 0;

	if (rule != NULL)
		reported = slot_mode(rule, g->reported) == POLICY_REPORT;
	if ((g->granted & category_bit(category)) != 0)
		verdict.answer = GATE_PASS;
	else if (reported)
		verdict.answer = GATE_REPORT;
	else
		verdict.answer = GATE_WITHHOLD;
	return verdict;
}

struct gate_verdict
gate_cookie(const struct gate *g, struct span name)
{
	const struct policy_rule *rule = policy_find_cookie(g->policy, name);
	struct gate_verdict verdict = judge(
	    g, rule, rule != NULL ? rule->category : g->facts->unknown_cookie);

	verdict.subject = GATE_COOKIE;
	return verdict;
}

struct gate_verdict
gate_inline(const struct gate *g, struct span text)
{
	const struct policy_rule *rule = policy_find_inline(g->policy, text);

	return rule == NULL ? pass : judge(g, rule, rule->category);
}

static bool
is_third_party(const struct gate *g, const struct url *url)
{
	size_t i;

	for (i = 0; i < g->n_sites; i++) {
		if (url_same_site(&g->sites[i], url))
			return false;
	}
	return true;
}

static struct gate_verdict
judge_network(const struct gate *g, const struct url *url)
{
	bool is_walled = g->facts->third_parties == POLICY_THIRD_UNLISTED;
	bool on_site = url_is_on_site(url, g->sites, g->n_sites);
	const struct policy_rule *rule =
	    policy_find_url(g->policy, url, on_site);

	if (rule != NULL)
		return judge(g, rule, rule->category);
	if (on_site || (!is_walled && g->on_unnamed == NULL) ||
	    !is_third_party(g, url))
		return pass;
	if (g->on_unnamed != NULL)
		g->on_unnamed(g->ctx, url);
	return is_walled ? judge(g, NULL, g->facts->unknown_cookie) : pass;
}

struct gate_verdict
gate_request(const struct gate *g, const struct url *url, struct span method)
{
	struct policy_request request = {url,
	    url_is_on_site(url, g->sites, g->n_sites),
	    policy_method_of(method)};
	const struct policy_rule *rule =
	    policy_find_request(g->policy, &request);

	return rule == NULL || rule->path == NULL
		   ? pass
		   : judge(g, rule, rule->category);
}

struct gate_verdict
gate_advertising(const struct gate *g)
{
	struct gate_verdict verdict = judge(g, NULL, g->facts->unknown_cookie);

	verdict.subject = GATE_ADVERTISING;
	return verdict;
}

/* What cannot be read is held back, whatever was granted. */
static struct gate_verdict
judge_unreadable(const struct gate *g)
{
	return (struct gate_verdict){
	    .answer = GATE_WITHHOLD, .category = g->facts->unknown_cookie};
}

/* What may be of any category: so does that, unless all denied only report. */
static struct gate_verdict
judge_letters(const struct gate *g)
{
	category_set all = ((category_set)1 << g->facts->n_categories) - 1;
	struct gate_verdict verdict = judge_unreadable(g);

	if (gate_grants_all(g))
		return pass;
	verdict.subject = GATE_LETTERS;
	if ((all & ~(g->granted | (g->reported & ~g->facts->enforced))) == 0)
		verdict.answer = GATE_REPORT;
	return verdict;
}

/* A URL that brings its own text along: judged by what it says. */
static struct gate_verdict
judge_local(const struct gate *g, const struct url *url)
{
	struct gate_verdict verdict = pass;
	bool is_data = span_equal(url->scheme, SPAN("data"));
	struct buf text;
	int rc;

	if (!is_data && !span_equal(url->scheme, SPAN("javascript")))
		return pass;
	buf_init(&text, DATA_URL_MAX);
	rc = is_data ? data_url_body(url->path, &text)
		     : data_url_unescape(url->path, &text);
	if (rc == CONSENT_OK)
		verdict = gate_inline(g, buf_span(&text));
	else if (rc != CONSENT_EINVAL)
		verdict = judge_unreadable(g);
	buf_fini(&text);
	return verdict;
}

struct gate_verdict
gate_parsed_url(const struct gate *g, const struct url *url)
{
	switch (url->kind) {
	case URL_NETWORK:
		return judge_network(g, url);
	case URL_LOCAL:
		return judge_local(g, url);
	case URL_OTHER:
		break;
	}
	return pass;
}

struct gate_verdict
gate_url(const struct gate *g, struct span text, const struct url *base,
    struct buf *scratch)
{
	struct url url;
	int rc = url_parse(text, base, scratch, &url);

	if (rc == CONSENT_EINVAL)
		return pass;
	if (rc == CONSENT_ECODING)
		return judge_letters(g);
	return rc == CONSENT_OK ? gate_parsed_url(g, &url)
				: judge_unreadable(g);
}

int
gate_write_granted(const struct gate *g, struct buf *out)
{
	size_t before = out->n;
	int rc = CONSENT_OK;
	unsigned i;

	for (i = 0; rc == CONSENT_OK && i < g->facts->n_categories; i++) {
		if ((g->granted & category_bit(i)) == 0)
			continue;
		rc = buf_printf(out, "%s%s", out->n > before ? ", " : "",
		    g->facts->categories[i].id);
	}
	if (rc != CONSENT_OK)
		out->n = before;
	return rc;
}
