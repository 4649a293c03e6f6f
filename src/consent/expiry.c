#include <libconsent/expiry.h>

#include <string.h>

#include <libconsent/cookie.h>

#include "base/ascii.h"

enum {
	NAME_MAX_BYTES = 512 /* longer names are left to the request side */
};

/* Where a cookie may lie. An empty domain is host-only. */
struct place_of_cookie {
	struct span domain;
	struct span path;
	bool partitioned;
};

struct expiry {
	const struct expiry_options *options;
	const struct expiry_sink *sink;
	size_t n_names;
	struct span names[EXPIRY_NAMES];
	size_t n_domains; /* host-only first, then from the widest down */
	struct span domains[EXPIRY_DOMAINS + 1];
	size_t n_paths; /* "/" first, then the folders from the top down */
	struct span paths[EXPIRY_PATHS];
	size_t written;
	struct buf line;
};

static bool
is_secure(const struct expiry *e)
{
	return span_equal(e->options->site->scheme, SPAN("https"));
}

/* Whether a name can be written into a Set-Cookie line as it is. */
static bool
is_writable(struct span name)
{
	size_t i;

	for (i = 0; i < name.n; i++) {
		if (ascii_is(name.p[i], ASCII_CONTROL) || name.p[i] == ';' ||
		    name.p[i] == '=')
			return false;
	}
	return name.n <= NAME_MAX_BYTES;
}

/* Notes a name once, when consent does not cover it. */
static void
add_name(struct expiry *e, struct span name)
{
	size_t i;

	if (e->n_names == EXPIRY_NAMES || !is_writable(name) ||
	    span_equal(name, e->options->own) ||
	    gate_cookie(e->options->gate, name).answer != GATE_WITHHOLD)
		return;
	for (i = 0; i < e->n_names; i++) {
		if (span_equal(e->names[i], name))
			return;
	}
	e->names[e->n_names++] = name;
}

static void
add_sent_names(struct expiry *e)
{
	struct cookie_walk walk;
	struct cookie_pair pair;
	size_t i;

	for (i = 0; i < e->options->n_cookies; i++) {
		cookie_walk_init(&walk, e->options->cookies[i]);
		while (cookie_next(&walk, &pair))
			add_name(e, pair.name);
	}
}

/* Names that a rule spells out, for cookies that lie on other paths. */
static void
add_known_names(struct expiry *e)
{
	const struct policy_facts *facts = e->options->gate->facts;
	size_t i;

	for (i = 0; i < facts->n_rules; i++) {
		const struct policy_rule *rule = &facts->rules[i];

		if (rule->kind == POLICY_COOKIE &&
		    strchr(rule->name, '*') == NULL)
			add_name(e, span_of(rule->name));
	}
}

/* Whether a host is an IP address: its last label is a number (WHATWG). */
static bool
is_address(struct span host)
{
	size_t i = host.n;

	if (span_starts(host, SPAN("[")))
		return true;
	while (i > 0 && ascii_is(host.p[i - 1], ASCII_DIGIT))
		i--;
	return i < host.n && (i == 0 || host.p[i - 1] == '.');
}

/* The host and its parents through the registrable domain, widest first. */
static void
list_domains(struct expiry *e)
{
	struct span host = e->options->site->host;
	struct span top = url_registrable_domain(host);
	size_t at = host.n - top.n;

	e->domains[e->n_domains++] = (struct span){NULL, 0};
	/* addresses and public suffixes take no Domain */
	if (is_address(host) || !url_domain_allows(host, top) ||
	    span_find(top, '.') == top.n)
		return;
	for (;;) {
		if (e->n_domains <= EXPIRY_DOMAINS)
			e->domains[e->n_domains++] = span_sub(host, at, host.n);
		if (at == 0)
			return;
		at--; /* onto the dot, and to the label before it */
		while (at > 0 && host.p[at - 1] != '.')
			at--;
	}
}

/* "/", "/a", "/a/b" for "/a/b/c". */
static void
list_paths(struct expiry *e)
{
	struct span path = e->options->path;
	size_t i;

	path = span_sub(path, 0, span_find(path, '?'));
	e->paths[e->n_paths++] = SPAN("/");
	if (path.n == 0 || path.p[0] != '/')
		return;
	for (i = 1; i <= path.n && e->n_paths < EXPIRY_PATHS; i++) {
		struct span folder = span_sub(path, 0, i);

		if (i < path.n && path.p[i] != '/')
			continue;
		if (i > 1 && is_writable(folder))
			e->paths[e->n_paths++] = folder;
	}
}

/* Whether a cookie of that name can lie there at all. */
static bool
can_lie(const struct expiry *e, struct span name,
    const struct place_of_cookie *place)
{
	if (place->partitioned && !is_secure(e))
		return false;
	if (span_starts_nocase(name, SPAN("__Secure-")))
		return is_secure(e);
	if (span_starts_nocase(name, SPAN("__Host-")))
		return is_secure(e) && place->domain.n == 0 &&
		       place->path.n == 1;
	return true;
}

static int
build_line(
    struct expiry *e, struct span name, const struct place_of_cookie *place)
{
	int rc;

	buf_clear(&e->line);
	/* without a name it needs a value (RFC 6265bis 5.6) */
	rc = buf_printf(&e->line,
	    "%.*s=%s; Path=%.*s; Max-Age=0; "
	    "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
	    SPAN_ARG(name), name.n > 0 ? "" : "x", SPAN_ARG(place->path));
	if (rc == CONSENT_OK && place->domain.n > 0)
		rc = buf_printf(
		    &e->line, "; Domain=%.*s", SPAN_ARG(place->domain));
	if (rc == CONSENT_OK && is_secure(e))
		rc = buf_append(&e->line, SPAN("; Secure"));
	if (rc == CONSENT_OK && place->partitioned)
		rc = buf_append(&e->line, SPAN("; Partitioned"));
	return rc;
}

static int
write_line(
    struct expiry *e, struct span name, const struct place_of_cookie *place)
{
	int rc = build_line(e, name, place);

	/* a line that is too long for a header is left out */
	if (rc == CONSENT_ELIMIT)
		return CONSENT_OK;
	if (rc == CONSENT_OK)
		rc = e->sink->line(e->sink->ctx, buf_span(&e->line));
	if (rc == CONSENT_OK)
		e->written++;
	return rc;
}

/* One place for every name: what is likely for all before what is rare. */
static int
write_round(struct expiry *e, const struct place_of_cookie *place)
{
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < e->n_names; i++) {
		if (e->written == EXPIRY_LINES)
			return CONSENT_OK;
		if (can_lie(e, e->names[i], place))
			rc = write_line(e, e->names[i], place);
	}
	return rc;
}

/* A path over all domains. */
static int
write_path(struct expiry *e, struct place_of_cookie place)
{
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < e->n_domains; i++) {
		place.domain = e->domains[i];
		rc = write_round(e, &place);
	}
	return rc;
}

static int
write_all(struct expiry *e)
{
	struct place_of_cookie place = {.partitioned = false};
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < e->n_paths; i++) {
		place.path = e->paths[i];
		rc = write_path(e, place);
	}
	place.partitioned = true;
	for (i = 0; rc == CONSENT_OK && i < e->n_paths; i++) {
		place.path = e->paths[i];
		rc = write_path(e, place);
	}
	return rc;
}

int
expiry_write(const struct expiry_options *options,
    const struct expiry_sink *sink, size_t *n)
{
	struct expiry e = {.options = options, .sink = sink};
	int rc;

	add_sent_names(&e);
	if (options->extent == EXPIRY_KNOWN)
		add_known_names(&e);
	list_domains(&e);
	list_paths(&e);
	buf_init(&e.line, EXPIRY_LINE_MAX);
	rc = write_all(&e);
	buf_fini(&e.line);
	if (rc == CONSENT_OK)
		*n = e.written;
	return rc;
}
