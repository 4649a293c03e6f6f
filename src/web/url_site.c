#include <libconsent/url.h>

#include "base/ascii.h"

#include <libpsl.h>

#include <string.h>

enum {
	SITE_HOST = 256, /* longer names are no domain of any registry */
	PORT_HTTP = 80,
	PORT_HTTPS = 443
};

static bool
is_address(struct span host)
{
	return span_starts(host, SPAN("[")) ||
	       (host.n > 0 && ascii_is(host.p[host.n - 1], ASCII_DIGIT));
}

/*
 * The registrable domain by the list, as a part of text (which ends in NUL),
 * or NULL where there is none. The builtin list is constant data in libpsl.
 */
static const char *
registrable(const char *text)
{
	const psl_ctx_t *list = psl_builtin();

	return list == NULL ? NULL : psl_registrable_domain(list, text);
}

struct span
url_registrable_domain(struct span host)
{
	char text[SITE_HOST];
	struct span name = host;
	const char *found;

	if (span_ends(name, SPAN(".")))
		name.n--;
	if (name.n == 0 || name.n >= sizeof text || is_address(name))
		return host;
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	found = registrable(text);
	if (found == NULL)
		return host;
	return span_sub(host, (size_t)(found - text), host.n);
}

bool
url_host_is_below(struct span host, struct span parent)
{
	size_t from;

	if (parent.n == 0 || parent.n > host.n)
		return false;
	from = host.n - parent.n;
	return span_equal_nocase(span_sub(host, from, parent.n), parent) &&
	       (from == 0 || host.p[from - 1] == '.');
}

bool
url_domain_allows(struct span host, struct span domain)
{
	struct span site = url_registrable_domain(host);

	if (!url_host_is_below(host, domain) ||
	    (host.n > domain.n && is_address(host)))
		return false;
	/* above the registrable domain there are public suffixes only */
	return domain.n == host.n || domain.n >= site.n;
}

bool
url_same_site(const struct url *a, const struct url *b)
{
	if (a->kind != URL_NETWORK || b->kind != URL_NETWORK)
		return false;
	return span_equal(
	    url_registrable_domain(a->host), url_registrable_domain(b->host));
}

static bool
is_default_port(unsigned port)
{
	return port == PORT_HTTP || port == PORT_HTTPS;
}

bool
url_is_on_site(const struct url *url, const struct url *sites, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (span_equal(sites[i].host, url->host) &&
		    (sites[i].port == url->port ||
			(is_default_port(sites[i].port) &&
			    is_default_port(url->port))))
			return true;
	return false;
}
