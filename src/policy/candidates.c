#include "policy/candidates.h"

#include "policy/glob.h"
#include "policy/matcher.h"
#include "policy/parts.h"

#include <libconsent/buf.h>
#include <libconsent/url.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* In candidate.bits, the heavier first; those that apply to the kind. */
enum {
	BIT_QUERY = 1u << 0,
	BIT_METHOD = 1u << 1,
	BIT_HOST = 1u << 2
};

/* What rules are compared with. */
struct asked {
	const struct policy *p;
	enum policy_kind kind;
	struct span text;	 /* cookie's name, or script */
	struct span host;	 /* of a URL, without a dot at its end */
	struct span path, whole; /* the same, as patterns are spelled */
	unsigned method;
	bool is_site;
	char *spelling; /* behind path and whole, owned */
	struct candidates *out;
};

static bool
fits_cookie(
    const struct asked *a, const struct policy_rule *rule, struct candidate *c)
{
	struct span name = span_of(rule->name);

	c->literal = glob_weight(name);
	return glob_match(name, a->text);
}

/* An essential one yields before its length is looked at. */
static bool
fits_inline(
    const struct asked *a, const struct policy_rule *rule, struct candidate *c)
{
	struct span text = span_of(rule->name);

	c->host = (a->p->facts.required >> rule->category & 1) == 0;
	c->literal = text.n;
	return span_search(a->text, text) < a->text.n;
}

static bool
fits_resource(
    const struct asked *a, const struct policy_rule *rule, struct candidate *c)
{
	struct span path = rule->path == NULL ? SPAN("*") : span_of(rule->path);
	bool asks_query = span_find(path, '?') < path.n;
	struct span host = span_of(rule->host);

	if (rule->host == NULL ? !a->is_site
			       : !url_host_is_below(a->host, host))
		return false;
	if (rule->methods != 0 && (rule->methods & a->method) == 0)
		return false;
	/* on the site, a rule without a host is one for this very host */
	c->host = rule->host == NULL ? a->host.n : host.n;
	c->literal = glob_weight(path);
	c->bits = (asks_query ? BIT_QUERY : 0u) |
		  (rule->methods != 0 ? BIT_METHOD : 0u) |
		  (rule->host != NULL ? BIT_HOST : 0u);
	return glob_match(path, asks_query ? a->whole : a->path);
}

/* More is better but for the order. */
static int
compare(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->host != y->host)
		return x->host > y->host ? -1 : 1;
	if (x->literal != y->literal)
		return x->literal > y->literal ? -1 : 1;
	if (x->bits != y->bits)
		return x->bits > y->bits ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static bool
text_equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
is_same_pattern(const struct policy_rule *a, const struct policy_rule *b)
{
	return text_equal(a->name, b->name) && text_equal(a->host, b->host) &&
	       text_equal(a->path, b->path);
}

/* Why y yields to x, which goes before it. */
static enum candidate_loss
loss_of(
    const struct asked *a, const struct candidate *x, const struct candidate *y)
{
	unsigned more = x->bits & ~y->bits;

	if (is_same_pattern(x->rule, y->rule) && y->rule->vendor >= 0)
		return x->rule->vendor < 0 ? CANDIDATE_NOT_OURS
					   : CANDIDATE_VENDOR;
	if (x->host != y->host)
		return a->kind == POLICY_INLINE ? CANDIDATE_ESSENTIAL
						: CANDIDATE_HOST;
	if (x->literal != y->literal)
		return x->literal == SIZE_MAX ? CANDIDATE_GLOB
					      : CANDIDATE_SHORTER;
	if ((more & BIT_HOST) != 0)
		return CANDIDATE_NO_HOST;
	if ((more & BIT_METHOD) != 0)
		return CANDIDATE_NO_METHOD;
	return more != 0 ? CANDIDATE_NO_QUERY : CANDIDATE_LATER;
}

static void
take(struct asked *a, const struct policy_rule *rule, size_t order)
{
	struct candidate c = {.rule = rule, .order = order};
	bool fits = false;

	if (rule->kind != a->kind)
		return;
	if (rule->kind == POLICY_COOKIE)
		fits = fits_cookie(a, rule, &c);
	else if (rule->kind == POLICY_INLINE)
		fits = fits_inline(a, rule, &c);
	else if (rule->kind == POLICY_RESOURCE)
		fits = fits_resource(a, rule, &c);
	if (fits)
		a->out->items[a->out->n++] = c;
}

/* Those that were left out for another with the same pattern come last. */
static int
find_all(struct asked *a)
{
	const struct policy *p = a->p;
	struct candidates *out = a->out;
	size_t n = p->facts.n_rules + p->n_repeated, i;

	*out = (struct candidates){calloc(n + 1, sizeof *out->items), 0};
	if (out->items == NULL)
		return CONSENT_ENOMEM;
	for (i = 0; i < p->facts.n_rules; i++)
		take(a, &p->rules[i], i);
	for (i = 0; i < p->n_repeated; i++)
		take(a, &p->repeated[i], p->facts.n_rules + i);
	qsort(out->items, out->n, sizeof *out->items, compare);
	for (i = 1; i < out->n; i++)
		out->items[i].loss = loss_of(a, &out->items[0], &out->items[i]);
	return CONSENT_OK;
}

int
candidates_cookie(
    const struct policy *p, struct span name, struct candidates *out)
{
	struct asked a = {
	    .p = p, .kind = POLICY_COOKIE, .text = name, .out = out};

	return find_all(&a);
}

int
candidates_inline(
    const struct policy *p, struct span text, struct candidates *out)
{
	struct asked a = {
	    .p = p, .kind = POLICY_INLINE, .text = text, .out = out};

	return find_all(&a);
}

/* Path and query in the spelling of patterns. */
static int
spell(struct asked *a, const struct url *url)
{
	size_t room = 3 * (url->path.n + url->query.n) + 2, n;

	a->spelling = malloc(room);
	if (a->spelling == NULL)
		return CONSENT_ENOMEM;
	n = matcher_spell(url->path, a->spelling, room);
	a->path = (struct span){a->spelling, n};
	if (url->has_query) {
		a->spelling[n++] = '?';
		n += matcher_spell(url->query, a->spelling + n, room - n);
	}
	a->whole = (struct span){a->spelling, n};
	return CONSENT_OK;
}

int
candidates_request(const struct policy *p, const struct policy_request *request,
    struct candidates *out)
{
	const struct url *url = request->url;
	struct asked a = {.p = p,
	    .kind = POLICY_RESOURCE,
	    .host = url->host,
	    .method = request->method,
	    .is_site = request->is_site,
	    .out = out};
	int rc;

	*out = (struct candidates){NULL, 0};
	if (url->kind != URL_NETWORK)
		return CONSENT_OK;
	if (a.host.n > 1 && span_ends(a.host, SPAN(".")))
		a.host.n--;
	rc = spell(&a, url);
	if (rc == CONSENT_OK)
		rc = find_all(&a);
	free(a.spelling);
	return rc;
}

static const char *
words_of(enum candidate_loss loss)
{
	static const char *const words[] = {
	    [CANDIDATE_WINS] = "decides",
	    [CANDIDATE_GLOB] = "a glob; the other one is equal",
	    [CANDIDATE_NO_HOST] = "names no host; the other one names this",
	    [CANDIDATE_NO_METHOD] = "names no method; the other one names this",
	    [CANDIDATE_NO_QUERY] = "does not look at the query",
	    [CANDIDATE_ESSENTIAL] =
		"essential; it yields to what needs consent",
	    [CANDIDATE_LATER] = "as specific, but stands later",
	    [CANDIDATE_NOT_OURS] =
		"a vendor's; the policy's own for the same goes before it",
	    [CANDIDATE_VENDOR] = "the same of a vendor that is named later",
	};

	return words[loss];
}

int
candidates_why(const struct candidates *c, size_t i, struct buf *out)
{
	const struct candidate *first = &c->items[0], *it = &c->items[i];

	if (it->loss == CANDIDATE_HOST)
		return buf_printf(out, "less specific: %s is above %s",
		    it->rule->host,
		    first->rule->host == NULL ? "the site's host"
					      : first->rule->host);
	if (it->loss == CANDIDATE_SHORTER)
		return buf_printf(out,
		    "less specific: %zu literal byte%s against %zu",
		    it->literal, it->literal == 1 ? "" : "s", first->literal);
	return buf_append(out, span_of(words_of(it->loss)));
}

void
candidates_free(struct candidates *c)
{
	free(c->items);
	*c = (struct candidates){NULL, 0};
}
