#include "http/forwarded.h"

#include "base/ascii.h"
#include "base/spelling.h"
#include "http/request.h"

enum {
	PORT_DIGITS = 5
};

/* The parameters that RFC 7239 5 knows; each once in an element. */
enum parameter {
	PARAMETER_FOR = 1u << 0,
	PARAMETER_BY = 1u << 1,
	PARAMETER_HOST = 1u << 2,
	PARAMETER_PROTO = 1u << 3
};

/* obfnode and obfport (RFC 7239 6.3): "_hidden". */
static bool
is_hidden(struct span s)
{
	size_t i;

	for (i = 1; i < s.n; i++)
		if (!ascii_is(s.p[i], ASCII_ALNUM) && s.p[i] != '.' &&
		    s.p[i] != '_' && s.p[i] != '-')
			return false;
	return s.n > 1 && s.p[0] == '_';
}

/* ":port" behind a node, or nothing. */
static bool
is_port_part(struct span s)
{
	struct span port = span_sub(s, 1, s.n);

	if (s.n == 0)
		return true;
	return s.p[0] == ':' &&
	       (is_hidden(port) || (port.n <= PORT_DIGITS &&
				       spelling_is_all(port, ASCII_DIGIT)));
}

/* node = nodename [ ":" node-port ] (RFC 7239 6). */
static bool
parse_node(struct span s, struct forwarded_node *out)
{
	bool is_v6 = span_starts(s, SPAN("["));
	size_t end = is_v6 ? span_find(s, ']') : span_find(s, ':');
	struct span name = span_sub(s, 0, end);

	*out = (struct forwarded_node){.is_known = false};
	if (is_v6) {
		name = span_sub(s, 1, end - 1);
		if (end == s.n || span_find(name, ':') == name.n)
			return false;
		end++;
	}
	if (!is_port_part(span_sub(s, end, s.n)))
		return false;
	if (network_address_parse(name, &out->address) == CONSENT_OK) {
		out->is_known = true;
		return true;
	}
	return !is_v6 &&
	       (span_equal_nocase(name, SPAN("unknown")) || is_hidden(name));
}

static int
append(struct forwarded_chain *chain, const struct forwarded_node *node)
{
	if (chain->n == FORWARDED_NODES)
		return CONSENT_ELIMIT;
	chain->nodes[chain->n++] = *node;
	return CONSENT_OK;
}

/* Takes the token at the front of *rest. */
static struct span
take_token(struct span *rest)
{
	struct span token = {rest->p, 0};

	while (token.n < rest->n && ascii_is(rest->p[token.n], ASCII_TCHAR))
		token.n++;
	*rest = span_sub(*rest, token.n, rest->n);
	return token;
}

/*
 * Takes a token or a quoted-string at the front of *rest, without its quotes;
 * escapes stay as they are, which no node or name may hold. False for neither.
 */
static bool
take_value(struct span *rest, struct span *value)
{
	size_t i = 1;

	if (!span_starts(*rest, SPAN("\""))) {
		*value = take_token(rest);
		return value->n != 0;
	}
	while (i < rest->n && rest->p[i] != '"')
		i += rest->p[i] == '\\' ? 2 : 1;
	if (i >= rest->n)
		return false;
	*value = span_sub(*rest, 1, i - 1);
	*rest = span_sub(*rest, i + 1, rest->n);
	return true;
}

/* Which parameter it is, 0 for one that we do not know. */
static unsigned
parameter_of(struct span name)
{
	if (span_equal_nocase(name, SPAN("for")))
		return PARAMETER_FOR;
	if (span_equal_nocase(name, SPAN("by")))
		return PARAMETER_BY;
	if (span_equal_nocase(name, SPAN("host")))
		return PARAMETER_HOST;
	return span_equal_nocase(name, SPAN("proto")) ? PARAMETER_PROTO : 0;
}

static bool
is_value_right(
    unsigned parameter, struct span value, struct forwarded_node *node)
{
	struct forwarded_node other;

	if (parameter == PARAMETER_FOR)
		return parse_node(value, node);
	if (parameter == PARAMETER_BY)
		return parse_node(value, &other);
	if (parameter == PARAMETER_HOST)
		return request_is_authority(value);
	return parameter == 0 || spelling_is_all(value, ASCII_TCHAR);
}

/*
 * Takes an element, up to a comma or the end: pairs with ";" between them, any
 * of which may be left out. *is_empty: there was none.
 */
static bool
take_element(struct span *rest, struct forwarded_node *node, bool *is_empty)
{
	unsigned seen = 0;

	*node = (struct forwarded_node){.is_known = false};
	*is_empty = true;
	for (;;) {
		struct span name = take_token(rest), value;
		unsigned parameter = parameter_of(name);

		if (name.n != 0) {
			if (!span_starts(*rest, SPAN("=")))
				return false;
			*rest = span_sub(*rest, 1, rest->n);
			if (!take_value(rest, &value) ||
			    (seen & parameter) != 0 ||
			    !is_value_right(parameter, value, node))
				return false;
			seen |= parameter;
			*is_empty = false;
		}
		if (!span_starts(*rest, SPAN(";")))
			return true;
		*rest = span_sub(*rest, 1, rest->n);
	}
}

int
forwarded_read(struct span value, struct forwarded_chain *chain)
{
	struct span rest = span_trim(value);

	while (rest.n != 0) {
		struct forwarded_node node;
		bool is_empty;

		if (!take_element(&rest, &node, &is_empty))
			return CONSENT_EINVAL;
		rest = span_trim(rest);
		if (rest.n != 0 && rest.p[0] != ',')
			return CONSENT_EINVAL;
		rest = span_trim(span_sub(rest, 1, rest.n));
		/* empty members of a list are none (RFC 9110 5.6.1.2) */
		if (!is_empty && append(chain, &node) != CONSENT_OK)
			return CONSENT_ELIMIT;
	}
	return CONSENT_OK;
}

int
forwarded_read_for(struct span value, struct forwarded_chain *chain)
{
	while (value.p != NULL) {
		struct span member = span_trim(span_cut(&value, ','));
		struct forwarded_node node = {.is_known = true};

		if (member.n == 0)
			continue;
		/* a bare IPv6 address has no port: its colons are its own */
		if (network_address_parse(member, &node.address) !=
			CONSENT_OK &&
		    !parse_node(member, &node))
			return CONSENT_EINVAL;
		if (append(chain, &node) != CONSENT_OK)
			return CONSENT_ELIMIT;
	}
	return CONSENT_OK;
}

bool
forwarded_client(const struct forwarded_chain *chain,
    const struct network_set *trusted, struct network_address *out)
{
	size_t i = chain->n;

	while (i > 0) {
		const struct forwarded_node *node = &chain->nodes[--i];

		if (!node->is_known)
			return false;
		if (i == 0 || !network_set_has(trusted, &node->address)) {
			*out = node->address;
			return true;
		}
	}
	return false;
}
