#include "http/request.h"

#include "base/ascii.h"
#include "http/head_parse.h"

#include <string.h>

/* unreserved and sub-delims (RFC 3986 2), without '%' */
static bool
is_host_byte(char c)
{
	return c != '\0' && (ascii_is(c, ASCII_ALNUM) ||
				strchr("-._~!$&'()*+,;=", c) != NULL);
}

static bool
is_reg_name(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] != '%') {
			if (!is_host_byte(s.p[i]))
				return false;
			continue;
		}
		if (s.n - i < 3 || !ascii_is(s.p[i + 1], ASCII_HEX) ||
		    !ascii_is(s.p[i + 2], ASCII_HEX))
			return false;
		i += 2;
	}
	return s.n > 0;
}

/* The bytes of an IPv6 literal; whether it is one, the resolver knows. */
static bool
is_ip_literal(struct span s)
{
	size_t i, colons = 0;

	for (i = 0; i < s.n; i++) {
		if (!ascii_is(s.p[i], ASCII_HEX) && s.p[i] != ':' &&
		    s.p[i] != '.')
			return false;
		colons += s.p[i] == ':';
	}
	return s.n <= 45 && colons >= 2;
}

static bool
is_port(struct span s)
{
	uint64_t port;

	return s.n <= 5 && span_to_u64(s, 10, 65535, &port) == CONSENT_OK &&
	       port > 0;
}

/* The length of the host that s begins with; s.n when there is no port. */
static size_t
host_length(struct span s)
{
	size_t close;

	if (!span_starts(s, SPAN("[")))
		return span_find(s, ':');
	close = span_find(s, ']');
	return close == s.n ? 0 : close + 1;
}

bool
request_is_authority(struct span s)
{
	size_t n = host_length(s);
	struct span host = span_sub(s, 0, n);

	if (span_starts(host, SPAN("["))) {
		if (!is_ip_literal(span_sub(host, 1, n - 2)))
			return false;
	} else if (!is_reg_name(host)) {
		return false;
	}
	return n == s.n || (s.p[n] == ':' && is_port(span_sub(s, n + 1, s.n)));
}

/* "http://authority[/path...]"; the scheme is ASCII case folded. */
static int
absolute_form(const struct head *h, struct request_target *t)
{
	struct span s = h->target;
	size_t n = span_search(s, SPAN("://")), i;

	t->form = REQUEST_ABSOLUTE;
	t->scheme = span_sub(s, 0, n);
	if (!span_equal_nocase(t->scheme, SPAN("http")) &&
	    !span_equal_nocase(t->scheme, SPAN("https")))
		return CONSENT_EINVAL;
	s = span_sub(s, n + 3, s.n);
	for (i = 0; i < s.n && s.p[i] != '/' && s.p[i] != '?'; i++)
		;
	t->authority = span_sub(s, 0, i);
	t->path = span_sub(s, i, s.n);
	if (!request_is_authority(t->authority))
		return CONSENT_EINVAL;
	if (t->path.n == 0) /* RFC 9112 3.2.4 for OPTIONS */
		t->path = span_equal(h->method, SPAN("OPTIONS")) ? SPAN("*")
								 : SPAN("/");
	return CONSENT_OK;
}

static int
authority_form(const struct head *h, struct request_target *t)
{
	struct span s = h->target;

	/* RFC 9112 3.2.3: the port is never left out */
	if (!request_is_authority(s) || host_length(s) == s.n)
		return CONSENT_EINVAL;
	t->form = REQUEST_AUTHORITY;
	t->authority = s;
	return CONSENT_OK;
}

int
request_target(const struct head *h, struct request_target *out)
{
	struct request_target t = {0};
	int rc = CONSENT_OK;

	if (!head_is_visible(h->target) ||
	    span_find(h->target, '#') < h->target.n)
		return CONSENT_EINVAL;
	if (span_equal(h->method, SPAN("CONNECT"))) {
		rc = authority_form(h, &t);
	} else if (h->target.p[0] == '/') {
		t.form = REQUEST_ORIGIN;
		t.path = h->target;
	} else if (span_equal(h->target, SPAN("*"))) {
		t.form = REQUEST_ASTERISK;
		t.path = h->target;
		if (!span_equal(h->method, SPAN("OPTIONS")))
			rc = CONSENT_EINVAL;
	} else {
		rc = absolute_form(h, &t);
	}
	if (rc == CONSENT_OK)
		*out = t;
	return rc;
}

struct span
request_host(const struct head *h)
{
	struct request_target t;

	if (request_target(h, &t) == CONSENT_OK && t.authority.n > 0)
		return t.authority;
	return head_value(h, SPAN("Host"));
}

enum request_hops
request_hops(const struct head *h, uint32_t *left)
{
	struct span name = SPAN("Max-Forwards");
	size_t i = head_find(h, name, 0);
	uint64_t n = 0;
	int rc;

	if (i == HEAD_NONE || !span_equal(h->method, SPAN("OPTIONS")))
		return REQUEST_HOPS_ANY;
	rc = span_to_u64(h->fields[i].value, 10, UINT32_MAX, &n);
	if (head_find(h, name, i + 1) != HEAD_NONE ||
	    (rc != CONSENT_OK && rc != CONSENT_ELIMIT))
		return REQUEST_HOPS_INVALID;
	*left = rc == CONSENT_OK ? (uint32_t)n : UINT32_MAX;
	return *left == 0 ? REQUEST_HOPS_NONE : REQUEST_HOPS_SOME;
}

enum request_expectation
request_expects(const struct head *h)
{
	struct span name = SPAN("Expect");
	size_t i = head_find(h, name, 0);

	if (i == HEAD_NONE || h->minor == 0)
		return REQUEST_EXPECTS_NOTHING;
	for (; i != HEAD_NONE; i = head_find(h, name, i + 1))
		if (!span_equal_nocase(
			h->fields[i].value, SPAN("100-continue")))
			return REQUEST_EXPECTS_UNKNOWN;
	return REQUEST_EXPECTS_CONTINUE;
}
