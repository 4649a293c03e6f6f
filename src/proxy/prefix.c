#include "proxy/prefix.h"

#include "proxy/setup.h"

struct span
prefix_rest(const struct proxy_setup *setup, struct span path)
{
	struct span prefix = span_of(setup->prefix);
	struct span rest = span_sub(path, prefix.n, path.n);

	if (!span_starts(path, prefix) || (rest.n > 0 && rest.p[0] != '/'))
		return (struct span){NULL, 0};
	return rest;
}

struct span
prefix_verified(const struct proxy_setup *setup, struct span path)
{
	static const struct span verify = {"/verify", 7};
	struct span rest = prefix_rest(setup, path);
	struct span asked = span_sub(rest, verify.n, rest.n);

	if (!span_starts(rest, verify) || (asked.n > 0 && asked.p[0] != '/'))
		return (struct span){NULL, 0};
	return asked;
}

bool
prefix_owns(const struct proxy_setup *setup, struct span path)
{
	return span_equal(path, SPAN("/.well-known/gpc.json")) ||
	       prefix_rest(setup, path).p != NULL;
}
