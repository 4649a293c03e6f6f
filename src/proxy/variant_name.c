#include "proxy/variant_name.h"

#include "http/head.h"
#include "proxy/setup.h"

#include <libconsent/token.h>

int
variant_write(const struct gate *gate, struct buf *out)
{
	if (!gate_asks(gate))
		return buf_printf(
		    out, "%.12s-%x", gate->facts->hash, (unsigned)gate->agreed);
	return gate->agreed == gate->facts->required && !gate->again
		   ? buf_append(out, SPAN("undecided"))
		   : CONSENT_OK;
}

/* Whether the answer hangs on more than the name can say. */
static bool
asks_for_more(const struct head *request)
{
	static const char *const fields[] = {
	    "Authorization", "Consent-Debug", "Range"};
	size_t i;

	for (i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (head_find(request, span_of(fields[i]), 0) != HEAD_NONE)
			return true;
	return false;
}

struct span
variant_named(const struct head *request, const struct proxy_setup *setup)
{
	struct span none = {NULL, 0}, name;
	size_t i;

	if (setup->cdn_variant == NULL || asks_for_more(request))
		return none;
	name = span_of(setup->cdn_variant);
	i = head_find(request, name, 0);
	if (i == HEAD_NONE || head_find(request, name, i + 1) != HEAD_NONE)
		return none;
	return request->fields[i].value;
}

struct span
variant_language(struct span named)
{
	size_t at = span_find(named, '/');

	return at < named.n ? span_sub(named, at + 1, named.n)
			    : (struct span){NULL, 0};
}

bool
variant_is_cookie(const struct token_options *token, struct span name)
{
	struct span own = token_cookie_name(token);

	return span_starts(name, own) &&
	       span_equal(span_sub(name, own.n, name.n), VARIANT_COOKIE_ENDS);
}
