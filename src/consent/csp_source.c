#include "consent/csp_source.h"

#include "base/ascii.h"

#include <stdint.h>

struct span
csp_token(struct span *rest)
{
	struct span token;
	size_t from = 0, to;

	while (from < rest->n && ascii_is(rest->p[from], ASCII_SPACE))
		from++;
	to = from;
	while (to < rest->n && !ascii_is(rest->p[to], ASCII_SPACE))
		to++;
	token = span_sub(*rest, from, to - from);
	*rest = span_sub(*rest, to, rest->n);
	return token;
}

/* The parts of a host-source; scheme and port may be empty. */
struct host_source {
	struct span scheme, host, port, path;
};

static void
read_host_source(struct span text, struct host_source *out)
{
	size_t mark = span_search(text, SPAN("://")), end;
	struct span authority;

	*out = (struct host_source){.scheme = SPAN("")};
	if (mark < text.n) {
		out->scheme = span_sub(text, 0, mark);
		text = span_sub(text, mark + 3, text.n);
	}
	end = span_find(text, '/');
	authority = span_sub(text, 0, end);
	out->path = span_sub(text, end, text.n);
	end = span_find(authority, ':');
	out->host = span_sub(authority, 0, end);
	out->port = span_sub(authority, end + 1, authority.n);
}

/* 6.7.2.10: "*" alone, or a name below the rest of "*.name", or equal. */
static bool
host_matches(struct span pattern, struct span host)
{
	if (span_equal(pattern, SPAN("*")))
		return true;
	if (!span_starts(pattern, SPAN("*.")))
		return span_equal_nocase(pattern, host);
	pattern = span_sub(pattern, 1, pattern.n);
	return host.n > pattern.n &&
	       span_equal_nocase(
		   span_sub(host, host.n - pattern.n, pattern.n), pattern);
}

static bool
port_matches(struct span pattern, const struct url *url)
{
	uint64_t port;

	if (pattern.n == 0)
		return url->port == 80 || url->port == 443;
	if (span_equal(pattern, SPAN("*")))
		return true;
	return span_to_u64(pattern, 10, UINT16_MAX, &port) == CONSENT_OK &&
	       port == url->port;
}

/* 6.7.2.12, but for escapes: who writes them is taken to mean another. */
static bool
path_matches(struct span pattern, struct span path)
{
	if (pattern.n == 0 || span_equal(pattern, SPAN("/")))
		return true;
	if (span_ends(pattern, SPAN("/")))
		return span_starts(path, pattern);
	return span_equal(path, pattern);
}

static bool
source_matches(struct span source, const struct url *url)
{
	struct host_source s;

	if (span_equal(source, SPAN("*")) ||
	    span_equal_nocase(source, SPAN("'self'")))
		return true;
	if (span_starts(source, SPAN("'")))
		return false;
	if (span_ends(source, SPAN(":")))
		return span_equal_nocase(
		    span_sub(source, 0, source.n - 1), url->scheme);
	read_host_source(source, &s);
	return (s.scheme.n == 0 || span_equal_nocase(s.scheme, url->scheme)) &&
	       host_matches(s.host, url->host) && port_matches(s.port, url) &&
	       path_matches(s.path, url->path);
}

bool
csp_list_allows(struct span list, const struct url *url)
{
	struct span token;

	while ((token = csp_token(&list)).n > 0)
		if (source_matches(token, url))
			return true;
	return false;
}

/* A source that takes 'unsafe-inline' its effect (6.7.3.2). */
static bool
voids_inline(struct span token)
{
	static const char *const starts[] = {
	    "'nonce-", "'sha256-", "'sha384-", "'sha512-", "'strict-dynamic'"};
	size_t i;

	for (i = 0; i < sizeof starts / sizeof starts[0]; i++)
		if (span_starts_nocase(token, span_of(starts[i])))
			return true;
	return false;
}

bool
csp_list_allows_inline(struct span list, struct span hash)
{
	bool all = false, voided = false;
	struct span token;

	while ((token = csp_token(&list)).n > 0) {
		if (span_equal(token, hash))
			return true;
		if (span_equal_nocase(token, SPAN("'unsafe-inline'")))
			all = true;
		else if (voids_inline(token))
			voided = true;
	}
	return all && !voided;
}
