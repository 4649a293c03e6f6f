#include <libconsent/expiry.h>

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
	size_t n_domains; /* host-only first, then from the widest down */
	struct span domains[EXPIRY_DOMAINS + 1];
	size_t n_paths; /* "/" first, then the folders from the top down */
	struct span paths[EXPIRY_PATHS];
	size_t n_places;
	struct place_of_cookie places[EXPIRY_PLACES];
	size_t written;
	bool full; /* the sink takes no more */
	struct buf line;
};

_Static_assert(EXPIRY_PLACES == (EXPIRY_DOMAINS + 1) * EXPIRY_PATHS * 2,
    "every place has room");

static bool
is_secure(const struct expiry *e)
{
	return span_equal(e->options->site->scheme, SPAN("https"));
}

/* ---- names ------------------------------------------------------------ */

/* Whether a name or path can be written into a Set-Cookie line as it is. */
static bool
is_writable(struct span text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		if ((ascii_is(text.p[i], ASCII_CONTROL) && text.p[i] != '\t') ||
		    text.p[i] == ';' || text.p[i] == '=')
			return false;
	}
	return text.n <= NAME_MAX_BYTES;
}

/* Whether it is the token's cookie, or the one that tells caches of it. */
static bool
is_own(struct span own, struct span name)
{
	struct span rest = span_sub(name, own.n, name.n);

	return span_starts(name, own) &&
	       (rest.n == 0 || span_equal(rest, SPAN("-variant")));
}

/* Whether consent does not cover it, wherever the visitor is right now. */
static bool
is_withheld(const struct expiry_options *options, struct span name)
{
	struct gate gate = *options->gate;

	gate.granted = gate.agreed;
	return !is_own(options->own[0], name) &&
	       !span_equal(name, options->own[1]) &&
	       !span_equal(name, options->own[2]) &&
	       gate_cookie(&gate, name).answer == GATE_WITHHOLD;
}

static bool
has_name(const struct expiry_names *names, struct span name)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		if (span_equal(names->names[i].name, name))
			return true;
	return false;
}

static void
add_name(struct expiry_names *names, struct span name)
{
	names->names[names->n++] = (struct expiry_name){.name = name};
}

void
expiry_sent(const struct expiry_options *options, struct expiry_names *out)
{
	struct cookie_walk walk;
	struct cookie_pair pair;
	size_t i;

	out->n = out->left = 0;
	for (i = 0; i < options->n_cookies; i++) {
		cookie_walk_init(&walk, options->cookies[i]);
		while (cookie_next(&walk, &pair)) {
			if ((pair.name.n == 0 && pair.value.n == 0) ||
			    has_name(out, pair.name) ||
			    !is_withheld(options, pair.name))
				continue;
			if (out->n < EXPIRY_NAMES && is_writable(pair.name))
				add_name(out, pair.name);
			else
				out->left++;
		}
	}
}

void
expiry_known(const struct expiry_options *options, struct expiry_names *names)
{
	const struct policy_facts *facts = options->gate->facts;
	size_t i;

	for (i = 0; i < facts->n_rules && names->n < EXPIRY_NAMES; i++) {
		const struct policy_rule *rule = &facts->rules[i];
		struct span name =
		    span_of(rule->name == NULL ? "" : rule->name);

		if (rule->kind == POLICY_COOKIE && is_writable(name) &&
		    span_find(name, '*') == name.n && !has_name(names, name) &&
		    is_withheld(options, name))
			add_name(names, name);
	}
}

/* ---- places ----------------------------------------------------------- */

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

static void
add_path(struct expiry *e, struct span path)
{
	if (e->n_paths < EXPIRY_PATHS)
		e->paths[e->n_paths++] = path;
}

/* A folder as a cookie's path may be written: "/a" and "/a/". */
static void
add_folder(struct expiry *e, struct span path, size_t end)
{
	add_path(e, span_sub(path, 0, end));
	if (end < path.n) /* the slash is in the path itself */
		add_path(e, span_sub(path, 0, end + 1));
}

/* "/", "/a", "/a/", "/a/b" for "/a/b". */
static void
list_paths(struct expiry *e)
{
	struct span path = e->options->path;
	size_t i;

	path = span_sub(path, 0, span_find(path, '?'));
	add_path(e, SPAN("/"));
	if (path.n == 0 || path.p[0] != '/')
		return;
	for (i = 1; i <= path.n; i++) {
		if (i < path.n && path.p[i] != '/')
			continue;
		if (i > 1 && path.p[i - 1] != '/' &&
		    is_writable(span_sub(path, 0, i)))
			add_folder(e, path, i);
	}
}

static void
add_places(struct expiry *e, struct span path, bool partitioned)
{
	size_t i;

	if (partitioned && !is_secure(e))
		return;
	for (i = 0; i < e->n_domains; i++)
		e->places[e->n_places++] =
		    (struct place_of_cookie){e->domains[i], path, partitioned};
}

/* What is likely comes before what is rare: the whole site before a folder. */
static void
list_places(struct expiry *e)
{
	size_t i;

	list_domains(e);
	list_paths(e);
	add_places(e, e->paths[0], false);
	add_places(e, e->paths[0], true);
	for (i = 1; i < e->n_paths; i++)
		add_places(e, e->paths[i], false);
	for (i = 1; i < e->n_paths; i++)
		add_places(e, e->paths[i], true);
}

/* ---- lines ------------------------------------------------------------ */

/* Whether a cookie of that name can lie there at all. */
static bool
can_lie(const struct expiry *e, struct span name,
    const struct place_of_cookie *place)
{
	if (span_starts_nocase(name, SPAN("__Secure-")) ||
	    span_starts_nocase(name, SPAN("__Http-")))
		return is_secure(e);
	if (span_starts_nocase(name, SPAN("__Host-")))
		return is_secure(e) && place->domain.n == 0 &&
		       place->path.n == 1;
	return true;
}

/* Whether browsers take the name with HttpOnly alone (RFC 6265bis 4.1.3). */
static bool
is_http_only(struct span name)
{
	return span_starts_nocase(name, SPAN("__Http-")) ||
	       span_starts_nocase(name, SPAN("__Host-Http-"));
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
	if (rc == CONSENT_OK && is_http_only(name))
		rc = buf_append(&e->line, SPAN("; HttpOnly"));
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
	if (rc != CONSENT_OK)
		return rc;
	rc = e->sink->line(e->sink->ctx, buf_span(&e->line));
	e->full = rc == CONSENT_ELIMIT || ++e->written == EXPIRY_LINES;
	return rc;
}

/*
 * Tries a name in a place. Once all were tried in vain it may be a nameless
 * cookie of the value "name=...", which is sent as if it had that name.
 */
static int
try_name(struct expiry *e, struct expiry_name *name, size_t at)
{
	const struct place_of_cookie *place = &e->places[at];
	int rc = CONSENT_OK;

	if (can_lie(e, name->name, place))
		rc = write_line(e, name->name, place);
	if (rc == CONSENT_OK && name->passes > 0 && name->name.n > 0 &&
	    !e->full)
		rc = write_line(e, SPAN(""), place);
	if (rc == CONSENT_OK)
		name->tried++;
	return rc;
}

/* Begins anew with those that were tried everywhere. */
static void
begin_passes(struct expiry *e, struct expiry_names *names)
{
	size_t i;

	for (i = 0; i < names->n; i++) {
		struct expiry_name *name = &names->names[i];

		if (name->tried < e->n_places || name->passes >= EXPIRY_PASSES)
			continue;
		name->passes++;
		name->tried =
		    name->passes < EXPIRY_PASSES ? 0 : (unsigned)e->n_places;
	}
}

static int
write_all(struct expiry *e, struct expiry_names *names)
{
	int rc = CONSENT_OK;
	size_t at, i;

	for (at = 0; at < e->n_places && rc == CONSENT_OK; at++)
		for (i = 0; i < names->n && rc == CONSENT_OK; i++) {
			if (names->names[i].tried != at ||
			    names->names[i].passes >= EXPIRY_PASSES)
				continue;
			if (e->full)
				return CONSENT_OK;
			rc = try_name(e, &names->names[i], at);
		}
	return rc == CONSENT_ELIMIT ? CONSENT_OK : rc;
}

int
expiry_write(const struct expiry_options *options, struct expiry_names *names,
    const struct expiry_sink *sink, size_t *n)
{
	struct expiry e = {.options = options, .sink = sink};
	int rc;

	list_places(&e);
	begin_passes(&e, names);
	buf_init(&e.line, EXPIRY_LINE_MAX);
	rc = write_all(&e, names);
	buf_fini(&e.line);
	if (rc == CONSENT_OK)
		*n = e.written;
	return rc;
}
