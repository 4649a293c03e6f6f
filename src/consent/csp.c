#include <libconsent/csp.h>

#include "base/ascii.h"
#include "policy/slot.h"

#include <stdlib.h>
#include <string.h>

/*
 * What pages do without asking a host: none of it is for this wall. Inline
 * text is judged where it stands.
 */
#define CSP_LOCAL                                                              \
	"'self' data: blob: mediastream: filesystem: 'unsafe-inline' "         \
	"'unsafe-eval'"

/* Sources for a set of rules: for all that is fetched, and for WebSockets. */
struct sources {
	struct buf fetch, socket;
};

struct csp {
	const struct policy_facts *facts;
	const struct url *sites; /* while it is compiled */
	size_t n_sites;
	bool is_plain;	      /* some site is plain http */
	struct sources wide;  /* the sites and all hosts beside them */
	struct sources exact; /* the sites' very hosts */
	struct sources granted[SLOTS];
	/* slots with a host below a site: wide would let it through */
	slot_set beside;
	struct buf report;
};

static void
sources_init(struct sources *s)
{
	buf_init(&s->fetch, CSP_BYTES);
	buf_init(&s->socket, CSP_BYTES);
}

static void
sources_fini(struct sources *s)
{
	buf_fini(&s->fetch);
	buf_fini(&s->socket);
}

/* An address is no name: nothing is below it. */
static bool
is_address(struct span host)
{
	return host.n == 0 || host.p[0] == '[' ||
	       ascii_is(host.p[host.n - 1], ASCII_DIGIT);
}

/* A host and, where it has any, the names below it, on every port. */
struct source {
	struct span host;
	struct span path; /* to be compared; empty: every one */
};

/* A path as CSP3 2.3.1 has it: without ";" and ",". */
static int
write_path(struct buf *out, struct span path)
{
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; i < path.n && rc == CONSENT_OK; i++) {
		if (path.p[i] == ';')
			rc = buf_append(out, SPAN("%3B"));
		else if (path.p[i] == ',')
			rc = buf_append(out, SPAN("%2C"));
		else
			rc = buf_append_byte(out, path.p[i]);
	}
	return rc;
}

static int
write_source(struct buf *out, const struct source *s, const char *before)
{
	int rc = buf_printf(out, " %s%.*s:*", before, SPAN_ARG(s->host));

	return rc == CONSENT_OK ? write_path(out, s->path) : rc;
}

static int
write_sources(struct buf *out, const struct source *s, const char *scheme)
{
	char below[16];
	size_t n = strlen(scheme);
	int rc = write_source(out, s, scheme);

	if (rc != CONSENT_OK || is_address(s->host))
		return rc;
	memcpy(below, scheme, n);
	memcpy(below + n, "*.", 3);
	return write_source(out, s, below);
}

/* A source without a scheme is one of the page's, or of its secure twin. */
static int
add_source(const struct csp *c, struct sources *to, const struct source *s)
{
	int rc;

	if (s->host.n > 0 && s->host.p[0] == '[') /* no place in the grammar */
		return CONSENT_OK;
	rc = write_sources(&to->fetch, s, "");
	if (rc == CONSENT_OK && c->is_plain)
		rc = write_sources(&to->socket, s, "ws://");
	if (rc == CONSENT_OK)
		rc = write_sources(&to->socket, s, "wss://");
	return rc;
}

/*
 * The narrowest path that CSP can say and that takes in all of a glob: itself,
 * or the folder before its first "*". Queries are never compared.
 */
static struct span
path_of(const char *glob)
{
	struct span path = span_of(glob);
	size_t star = span_find(path, '*');

	if (span_find(path, '?') < star)
		return span_sub(path, 0, span_find(path, '?'));
	if (star == path.n)
		return path;
	while (star > 0 && path.p[star - 1] != '/')
		star--;
	return star > 1 ? span_sub(path, 0, star) : SPAN("");
}

/* Whether a rule is for a host beside the sites, under their own domain. */
static bool
is_beside(const struct csp *c, struct span host)
{
	bool beside = false;
	size_t i;

	for (i = 0; i < c->n_sites; i++) {
		struct span site = c->sites[i].host;

		if (url_host_is_below(site, host))
			return false;
		if (url_host_is_below(host, url_registrable_domain(site)))
			beside = true;
	}
	return beside;
}

/* Whether a rule is for what browsers load of a host. */
static bool
is_source(const struct policy_rule *rule)
{
	return rule->kind == POLICY_RESOURCE && rule->host != NULL &&
	       (rule->methods == 0 || (rule->methods & POLICY_GET) != 0);
}

size_t
csp_next_narrowing(const struct csp_options *options, size_t from)
{
	const struct csp c = {
	    .sites = options->sites, .n_sites = options->n_sites};
	const struct policy_facts *facts = policy_facts(options->policy);
	slot_set passing =
	    slots_passing(facts, facts->required, facts->reported);

	for (; from < facts->n_rules; from++) {
		const struct policy_rule *rule = &facts->rules[from];

		if (facts->csp != POLICY_CSP_OFF && is_source(rule) &&
		    rule->path == NULL &&
		    (passing >> slot_of_rule(facts, rule) & 1) == 0 &&
		    is_beside(&c, span_of(rule->host)))
			return from;
	}
	return from;
}

static int
add_rule(struct csp *c, const struct policy_rule *rule)
{
	struct source source = {.host = span_of(rule->host)};
	unsigned slot = slot_of_rule(c->facts, rule);

	if (rule->path != NULL)
		source.path = path_of(rule->path);
	else if (is_beside(c, source.host))
		c->beside |= (slot_set)1 << slot;
	return add_source(c, &c->granted[slot], &source);
}

/*
 * A field has no room for the hosts of a list. They stay behind the wall, even
 * with consent, unless a vendor or a rule of the policy names them.
 */
static bool
is_left_out(const struct csp *c, const struct policy_rule *rule)
{
	return rule->is_listed &&
	       (c->facts->required >> rule->category & 1) == 0 &&
	       !is_beside(c, span_of(rule->host));
}

static int
add_rules(struct csp *c)
{
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; i < c->facts->n_rules && rc == CONSENT_OK; i++) {
		const struct policy_rule *rule = &c->facts->rules[i];

		if (is_source(rule) && !is_left_out(c, rule))
			rc = add_rule(c, rule);
	}
	return rc;
}

/* The sites themselves, and in wide what shares their domain. */
static int
add_sites(struct csp *c)
{
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; i < c->n_sites && rc == CONSENT_OK; i++) {
		struct source source = {.host = c->sites[i].host};

		rc = add_source(c, &c->exact, &source);
		source.host = url_registrable_domain(source.host);
		if (rc == CONSENT_OK)
			rc = add_source(c, &c->wide, &source);
	}
	return rc;
}

/* Whether even the longest policy is short enough. */
static int
check_length(const struct csp *c)
{
	const struct sources *base =
	    c->wide.fetch.n > c->exact.fetch.n ? &c->wide : &c->exact;
	size_t n = 2 * base->fetch.n + base->socket.n + c->report.n +
		   2 * sizeof CSP_LOCAL + 64;
	unsigned i;

	for (i = 0; i < SLOTS; i++)
		n += 2 * c->granted[i].fetch.n + c->granted[i].socket.n;
	return n > CSP_BYTES ? CONSENT_ELIMIT : CONSENT_OK;
}

static int
compile(struct csp *c, const struct csp_options *options)
{
	int rc = add_sites(c);

	if (rc == CONSENT_OK)
		rc = add_rules(c);
	if (rc == CONSENT_OK && options->report_path.n > 0)
		rc = buf_printf(&c->report, "; report-uri %.*s",
		    SPAN_ARG(options->report_path));
	/* browsers that know both use the second, but not on plain http */
	if (rc == CONSENT_OK && options->report_path.n > 0 && !c->is_plain)
		rc = buf_printf(&c->report, "; report-to %.*s",
		    SPAN_ARG(options->report_name));
	return rc == CONSENT_OK ? check_length(c) : rc;
}

int
csp_new(const struct csp_options *options, struct csp **out)
{
	struct csp *c = calloc(1, sizeof *c);
	unsigned i;
	int rc;

	if (c == NULL)
		return CONSENT_ENOMEM;
	c->facts = policy_facts(options->policy);
	c->sites = options->sites;
	c->n_sites = options->n_sites;
	for (i = 0; i < c->n_sites; i++)
		if (span_equal(c->sites[i].scheme, SPAN("http")))
			c->is_plain = true;
	sources_init(&c->wide);
	sources_init(&c->exact);
	for (i = 0; i < SLOTS; i++)
		sources_init(&c->granted[i]);
	buf_init(&c->report, CSP_BYTES);
	rc = c->facts->csp == POLICY_CSP_OFF ? CONSENT_OK : compile(c, options);
	if (rc != CONSENT_OK) {
		csp_free(c);
		return rc;
	}
	c->sites = NULL;
	*out = c;
	return CONSENT_OK;
}

void
csp_free(struct csp *c)
{
	unsigned i;

	if (c == NULL)
		return;
	sources_fini(&c->wide);
	sources_fini(&c->exact);
	for (i = 0; i < SLOTS; i++)
		sources_fini(&c->granted[i]);
	buf_fini(&c->report);
	free(c);
}

enum csp_force
csp_for(const struct csp *c, const struct gate *gate)
{
	category_set unknown = (category_set)1 << c->facts->unknown_cookie;

	if (c->facts->csp == POLICY_CSP_OFF || (gate->granted & unknown) != 0)
		return CSP_NONE;
	if (c->facts->csp == POLICY_CSP_REPORT ||
	    (gate->reported & unknown) != 0)
		return CSP_REPORT;
	return CSP_ENFORCE;
}

/* Which sources a list takes of each set. */
enum sources_part {
	PART_FETCH,
	PART_SOCKET
};

static struct span
part_of(const struct sources *s, enum sources_part part)
{
	return buf_span(part == PART_FETCH ? &s->fetch : &s->socket);
}

/* The sources of all that passes for a visitor. */
static int
write_passing(const struct csp *c, slot_set passing, struct buf *out,
    enum sources_part part)
{
	const struct sources *base =
	    (c->beside & ~passing) != 0 ? &c->exact : &c->wide;
	int rc = buf_append(out, part_of(base, part));
	unsigned i;

	for (i = 0; i < SLOTS && rc == CONSENT_OK; i++)
		if ((passing >> i & 1) != 0)
			rc = buf_append(out, part_of(&c->granted[i], part));
	return rc;
}

int
csp_write(const struct csp *c, const struct gate *gate, struct buf *out)
{
	slot_set passing =
	    slots_passing(c->facts, gate->granted, gate->reported);
	size_t before = out->n;
	int rc = buf_append(out, SPAN("default-src " CSP_LOCAL));

	if (rc == CONSENT_OK)
		rc = write_passing(c, passing, out, PART_FETCH);
	if (rc == CONSENT_OK)
		rc = buf_append(out, SPAN("; connect-src 'self' data: blob:"));
	if (rc == CONSENT_OK)
		rc = write_passing(c, passing, out, PART_FETCH);
	if (rc == CONSENT_OK)
		rc = write_passing(c, passing, out, PART_SOCKET);
	if (rc == CONSENT_OK)
		rc = buf_append(out, buf_span(&c->report));
	if (rc != CONSENT_OK)
		out->n = before;
	return rc;
}
