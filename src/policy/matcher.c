#include "policy/matcher.h"

#include "base/ascii.h"

#include <libconsent/url.h>

#include <stdlib.h>
#include <string.h>

enum {
	HOST_LABELS = 128, /* a name of 253 bytes has no more */
	SPACE_SITE = 0,	   /* rules without a host */
	SPACE_QUERY = 1,   /* the odd neighbour: patterns with a "?" */
	SPACE_METHOD = 24  /* shift: rules for one method, 1 + its bit */
};

struct host_slot {
	const char *host; /* NULL: empty */
	uint32_t hash;
	uint32_t space;
};

/* Hosts are hashed from their end, so that each parent costs one step. */
static uint32_t
host_hash_byte(uint32_t hash, char c)
{
	return (hash ^ (unsigned char)c) * 16777619u;
}

static uint32_t
host_hash(struct span host)
{
	uint32_t hash = 2166136261u;
	size_t i;

	for (i = host.n; i-- > 0;)
		hash = host_hash_byte(hash, host.p[i]);
	return hash;
}

/* The slot of a host, or the empty one where it belongs. */
static struct host_slot *
host_find(const struct matcher *m, struct span host, uint32_t hash)
{
	size_t i = hash & m->host_mask;

	while (m->hosts[i].host != NULL &&
	       (m->hosts[i].hash != hash ||
		   !span_equal(span_of(m->hosts[i].host), host)))
		i = (i + 1) & m->host_mask;
	return &m->hosts[i];
}

/* The space of a host's paths; a new one where it has none. */
static uint32_t
host_space(struct matcher *m, const char *host)
{
	uint32_t hash = host_hash(span_of(host));
	struct host_slot *slot = host_find(m, span_of(host), hash);

	if (slot->host == NULL)
		*slot = (struct host_slot){host, hash, 2 * ++m->n_hosts};
	return slot->space;
}

static int
hosts_init(struct matcher *m, size_t n)
{
	size_t size = 16;

	while (size < 2 * n)
		size *= 2;
	m->hosts = calloc(size, sizeof *m->hosts);
	m->host_mask = size - 1;
	return m->hosts == NULL ? CONSENT_ENOMEM : CONSENT_OK;
}

static struct span
rule_path(const struct policy_rule *rule)
{
	return rule->path == NULL ? SPAN("*") : span_of(rule->path);
}

static bool
has_query(struct span pattern)
{
	return span_find(pattern, '?') < pattern.n;
}

static int
cookies_init(struct matcher *m, const struct matcher_source *s, struct glob *g)
{
	size_t i, n = 0;

	for (i = 0; i < s->n_rules; i++)
		if (s->rules[i].kind == POLICY_COOKIE)
			g[n++] = (struct glob){
			    span_of(s->rules[i].name), 0, (uint32_t)i};
	return glob_set_init(&m->cookies, g, n);
}

/* The space of a rule's path, that of its host if it has one. */
static uint32_t
rule_space(struct matcher *m, const struct policy_rule *rule)
{
	uint32_t space = SPACE_SITE;

	if (rule->host != NULL)
		space = host_space(m, rule->host);
	if (has_query(rule_path(rule))) {
		space |= SPACE_QUERY;
		m->queries = true;
	}
	return space;
}

/* Adds the globs of a rule: one, or one for each method that it names. */
static size_t
rule_globs(struct matcher *m, const struct matcher_source *s, size_t rule,
    struct glob *g)
{
	const struct policy_rule *r = &s->rules[rule];
	uint32_t space = rule_space(m, r), i;
	size_t n = 0;

	if (r->methods == 0) {
		*g = (struct glob){rule_path(r), space, (uint32_t)rule};
		return 1;
	}
	m->methods = true;
	for (i = 0; i < POLICY_METHODS; i++)
		if ((r->methods >> i & 1) != 0)
			g[n++] = (struct glob){rule_path(r),
			    space | (i + 1) << SPACE_METHOD, (uint32_t)rule};
	return n;
}

static int
paths_init(struct matcher *m, const struct matcher_source *s, struct glob *g)
{
	size_t i, n = 0;

	for (i = 0; i < s->n_rules; i++)
		if (s->rules[i].kind == POLICY_RESOURCE)
			n += rule_globs(m, s, i, g + n);
	return glob_set_init(&m->paths, g, n);
}

/* The most globs that any of the sets may need. */
static size_t
count_globs(const struct matcher_source *s)
{
	size_t n = s->n_rules, i;
	unsigned bit;

	for (i = 0; i < s->n_rules; i++)
		for (bit = 1; bit < POLICY_METHODS; bit++)
			n += s->rules[i].methods >> bit & 1;
	return n > s->n_sensitive ? n : s->n_sensitive;
}

static int
sensitive_init(
    struct matcher *m, const struct matcher_source *s, struct glob *g)
{
	size_t i;

	for (i = 0; i < s->n_sensitive; i++) {
		g[i] = (struct glob){span_of(s->sensitive[i]), 0, 0};
		if (has_query(g[i].pattern))
			g[i].space |= SPACE_QUERY;
	}
	return glob_set_init(&m->sensitive, g, s->n_sensitive);
}

/* An inline rule on its way into the order in which needles win. */
struct inline_rule {
	struct span text;
	uint32_t rule;
	bool required;
};

/* Essential ones first, then short ones, then those that came later. */
static int
inline_compare(const void *a, const void *b)
{
	const struct inline_rule *x = a, *y = b;

	if (x->required != y->required)
		return x->required ? -1 : 1;
	if (x->text.n != y->text.n)
		return x->text.n < y->text.n ? -1 : 1;
	return x->rule > y->rule ? -1 : 1;
}

static size_t
inlines_collect(const struct matcher_source *s, struct inline_rule *list)
{
	size_t i, n = 0;

	for (i = 0; i < s->n_rules; i++) {
		const struct policy_rule *rule = &s->rules[i];

		if (rule->kind == POLICY_INLINE)
			list[n++] = (struct inline_rule){span_of(rule->name),
			    (uint32_t)i, (s->required >> rule->category & 1)};
	}
	qsort(list, n, sizeof *list, inline_compare);
	return n;
}

static int
inlines_init(struct matcher *m, const struct matcher_source *s)
{
	struct inline_rule *list = calloc(s->n_rules + 1, sizeof *list);
	struct span *texts = calloc(s->n_rules + 1, sizeof *texts);
	size_t i, n, n_essential = 0;
	int rc = CONSENT_ENOMEM;

	m->inline_rules = calloc(s->n_rules + 1, sizeof *m->inline_rules);
	if (list == NULL || texts == NULL || m->inline_rules == NULL)
		goto out;
	n = inlines_collect(s, list);
	for (i = 0; i < n; i++) {
		texts[i] = list[i].text;
		m->inline_rules[i] = list[i].rule;
		n_essential += list[i].required;
	}
	rc = needles_init(&m->inlines, texts, n);
	if (rc == CONSENT_OK)
		rc = needles_init(&m->essentials, texts, n_essential);
out:
	free(texts);
	free(list);
	return rc;
}

int
matcher_init(struct matcher *m, const struct matcher_source *source)
{
	struct glob *globs = calloc(count_globs(source) + 1, sizeof *globs);
	int rc = globs == NULL ? CONSENT_ENOMEM : CONSENT_OK;

	memset(m, 0, sizeof *m);
	if (rc == CONSENT_OK)
		rc = hosts_init(m, source->n_rules);
	if (rc == CONSENT_OK)
		rc = cookies_init(m, source, globs);
	if (rc == CONSENT_OK)
		rc = paths_init(m, source, globs);
	if (rc == CONSENT_OK)
		rc = sensitive_init(m, source, globs);
	if (rc == CONSENT_OK)
		rc = inlines_init(m, source);
	free(globs);
	if (rc != CONSENT_OK)
		matcher_fini(m);
	return rc;
}

void
matcher_fini(struct matcher *m)
{
	glob_set_fini(&m->cookies);
	glob_set_fini(&m->paths);
	glob_set_fini(&m->sensitive);
	needles_fini(&m->inlines);
	needles_fini(&m->essentials);
	free(m->hosts);
	free(m->inline_rules);
	memset(m, 0, sizeof *m);
}

int
matcher_cookie(const struct matcher *m, struct span name)
{
	struct glob_hit hit;

	if (glob_set_find(&m->cookies, 0, name, &hit) != CONSENT_OK)
		return -1;
	return (int)hit.value;
}

int
matcher_inline(const struct matcher *m, struct span text)
{
	int needle = needles_find(&m->inlines, text);

	return needle < 0 ? -1 : (int)m->inline_rules[needle];
}

int
matcher_inline_essential(const struct matcher *m, struct span text)
{
	int needle = needles_find(&m->essentials, text);

	return needle < 0 ? -1 : (int)m->inline_rules[needle];
}

/* Appends to out as far as it goes. */
static void
spell_put(char *out, size_t max, size_t *n, char c)
{
	if (*n < max)
		out[(*n)++] = c;
}

static void
spell_escape(char *out, size_t max, size_t *n, unsigned byte)
{
	static const char digits[] = "0123456789ABCDEF";

	spell_put(out, max, n, '%');
	spell_put(out, max, n, digits[byte >> 4]);
	spell_put(out, max, n, digits[byte & 15]);
}

static bool
is_unreserved(char c)
{
	return ascii_is(c, ASCII_ALNUM) || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

size_t
matcher_spell(struct span path, char *out, size_t max)
{
	size_t n = 0, i;

	for (i = 0; i < path.n; i++) {
		unsigned char byte = (unsigned char)path.p[i];
		int high = -1, low = -1;

		if (byte == '%' && i + 2 < path.n) {
			high = ascii_hex_value(path.p[i + 1]);
			low = ascii_hex_value(path.p[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			unsigned value = (unsigned)(high << 4 | low);

			if (is_unreserved((char)value))
				spell_put(out, max, &n, (char)value);
			else
				spell_escape(out, max, &n, value);
			i += 2;
		} else if (byte <= ' ' || byte > 0x7E || byte == '"' ||
			   byte == '<' || byte == '>' || byte == '`') {
			spell_escape(out, max, &n, byte);
		} else {
			spell_put(out, max, &n, (char)byte);
		}
	}
	return n;
}

/* A path, and the same with its query, in the spelling of patterns. */
struct target {
	struct span path;
	struct span whole;
	uint32_t method; /* 1 + its bit; 0: one that no rule names */
};

/* Where that is spelled which cannot be borrowed: no small thing to clear. */
struct spelling {
	char *more; /* text that was too long for: */
	char text[MATCHER_PATH];
};

/*
 * Room for what is n bytes long, each of which may become an escape. Without
 * memory it is the usual one, and what does not fit is cut.
 */
static char *
spelling_room(struct spelling *s, size_t n, size_t *room)
{
	*room = sizeof s->text;
	s->more = NULL;
	if (n <= sizeof s->text / 3)
		return s->text;
	s->more = malloc(3 * n);
	if (s->more == NULL)
		return s->text;
	*room = 3 * n;
	return s->more;
}

static void
spelling_fini(struct spelling *s)
{
	free(s->more);
}

/*
 * A path without escapes is in its spelling already, and a query mostly stands
 * right behind it. False where that is not so.
 */
static bool
target_borrow(struct target *t, struct span path, const struct span *query)
{
	t->path = path;
	t->whole = path;
	t->method = 0;
	if (query != NULL && path.n > 0 && query->n > 0 &&
	    query->p == path.p + path.n + 1 && path.p[path.n] == '?')
		t->whole.n = path.n + 1 + query->n;
	return span_find(t->whole, '%') == t->whole.n &&
	       (query == NULL || t->whole.n > path.n);
}

/* The same in s, which t then borrows from; its method is left alone. */
static void
target_spell(struct target *t, struct span path, const struct span *query,
    struct spelling *s)
{
	size_t n, room;
	char *text = spelling_room(
	    s, path.n + 1 + (query == NULL ? 0 : query->n), &room);

	n = matcher_spell(path, text, room);
	t->path = (struct span){text, n};
	if (query != NULL && n < room) {
		text[n++] = '?';
		n += matcher_spell(*query, text + n, room - n);
	}
	t->whole = (struct span){text, n};
}

/* The best rule of one space, with and without query. */
static bool
plain_find(const struct matcher *m, uint32_t space, const struct target *t,
    struct glob_hit *hit)
{
	struct glob_hit other;
	bool found =
	    glob_set_find(&m->paths, space, t->path, hit) == CONSENT_OK;

	if (!m->queries || glob_set_find(&m->paths, space | SPACE_QUERY,
			       t->whole, &other) != CONSENT_OK)
		return found;
	if (!found || other.literal >= hit->literal)
		*hit = other;
	return true;
}

/* The best rule among the paths of one host, for any and for this method. */
static bool
space_find(const struct matcher *m, uint32_t space, const struct target *t,
    struct glob_hit *hit)
{
	struct glob_hit other;
	bool found = plain_find(m, space, t, hit);

	if (!m->methods || t->method == 0 ||
	    !plain_find(m, space | t->method << SPACE_METHOD, t, &other))
		return found;
	if (!found || other.literal >= hit->literal)
		*hit = other;
	return true;
}

/* The spaces of a host and its parents that have rules, longest last. */
static size_t
host_spaces(const struct matcher *m, struct span host,
    const struct host_slot *spaces[HOST_LABELS])
{
	uint32_t hash = 2166136261u;
	size_t i, n = 0;

	for (i = host.n; i-- > 0 && n < HOST_LABELS;) {
		const struct host_slot *slot;

		hash = host_hash_byte(hash, host.p[i]);
		if (i > 0 && host.p[i - 1] != '.')
			continue;
		slot = host_find(m, span_sub(host, i, host.n), hash);
		if (slot->host != NULL)
			spaces[n++] = slot;
	}
	return n;
}

/* 1 + the bit of a method; 0 for one that no rule can name. */
static uint32_t
method_number(unsigned method)
{
	uint32_t n = 0;

	for (; method != 0; method >>= 1)
		n++;
	return n;
}

/* The spaces that a host's rules stand in. */
struct host_list {
	struct span host;
	const struct host_slot *spaces[HOST_LABELS];
	size_t n;
};

/* The best rule for a target; -1: none. */
static int
target_find(const struct matcher *m, const struct host_list *l, bool is_site,
    const struct target *t)
{
	struct glob_hit hit = {0, 0}, own;
	size_t n = l->n, i;

	/* on the site, a rule without a host is one for this very host */
	if (is_site && space_find(m, SPACE_SITE, t, &own)) {
		bool very =
		    n > 0 && strlen(l->spaces[n - 1]->host) == l->host.n;

		if (very && space_find(m, l->spaces[n - 1]->space, t, &hit) &&
		    hit.literal >= own.literal)
			return (int)hit.value;
		return (int)own.value;
	}
	for (i = n; i-- > 0;)
		if (space_find(m, l->spaces[i]->space, t, &hit))
			return (int)hit.value;
	return -1;
}

/* The same for a target whose path has to be spelled. */
static int
target_find_spelled(const struct matcher *m, const struct host_list *l,
    const struct policy_request *request)
{
	const struct url *url = request->url;
	struct spelling s;
	struct target t;
	int found;

	target_spell(&t, url->path,
	    m->queries && url->has_query ? &url->query : NULL, &s);
	t.method = method_number(request->method);
	found = target_find(m, l, request->is_site, &t);
	spelling_fini(&s);
	return found;
}

int
matcher_request(const struct matcher *m, const struct policy_request *request)
{
	const struct url *url = request->url;
	bool is_borrowed;
	struct host_list l;
	struct target t;

	if (url->kind != URL_NETWORK)
		return -1;
	l.host = url->host;
	if (l.host.n > 1 && l.host.p[l.host.n - 1] == '.')
		l.host.n--;
	l.n = host_spaces(m, l.host, l.spaces);
	if (l.n == 0 && !request->is_site)
		return -1;
	is_borrowed = target_borrow(
	    &t, url->path, m->queries && url->has_query ? &url->query : NULL);
	t.method = method_number(request->method);
	return is_borrowed ? target_find(m, &l, request->is_site, &t)
			   : target_find_spelled(m, &l, request);
}

static bool
sensitive_fits(const struct matcher *m, const struct target *t)
{
	struct glob_hit hit;

	return glob_set_find(&m->sensitive, 0, t->path, &hit) == CONSENT_OK ||
	       glob_set_find(&m->sensitive, SPACE_QUERY, t->whole, &hit) ==
		   CONSENT_OK;
}

static bool
sensitive_fits_spelled(
    const struct matcher *m, struct span path, const struct span *query)
{
	struct spelling s;
	struct target t;
	bool fits;

	target_spell(&t, path, query, &s);
	fits = sensitive_fits(m, &t);
	spelling_fini(&s);
	return fits;
}

static bool
sensitive_find(const struct matcher *m, struct span path)
{
	const struct span *asked = NULL;
	struct target t;
	struct span query;
	size_t mark;

	path = span_sub(path, 0, span_find(path, '#'));
	mark = span_find(path, '?');
	query = span_sub(path, mark + 1, path.n);
	if (mark < path.n)
		asked = &query;
	path = span_sub(path, 0, mark);
	return target_borrow(&t, path, asked)
		   ? sensitive_fits(m, &t)
		   : sensitive_fits_spelled(m, path, asked);
}

/* Copies what fits of path with one slash for each run of them. */
static struct span
merge_slashes(struct span path, char *text, size_t room)
{
	size_t i, n = 0;

	for (i = 0; i < path.n && n < room; i++)
		if (path.p[i] != '/' || n == 0 || text[n - 1] != '/')
			text[n++] = path.p[i];
	return (struct span){text, n};
}

/* Many servers answer //account with what is at /account. */
static bool
sensitive_find_merged(const struct matcher *m, struct span path)
{
	char usual[MATCHER_MERGED], *more = NULL;
	size_t room = sizeof usual;
	bool found;

	if (span_search(path, SPAN("//")) == path.n)
		return false;
	if (path.n > room)
		more = malloc(path.n);
	if (more != NULL)
		room = path.n;
	found = sensitive_find(
	    m, merge_slashes(path, more == NULL ? usual : more, room));
	free(more);
	return found;
}

bool
matcher_sensitive(const struct matcher *m, struct span path)
{
	return m->sensitive.n > 0 &&
	       (sensitive_find(m, path) || sensitive_find_merged(m, path));
}
