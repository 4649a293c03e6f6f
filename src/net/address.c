#include "net/address.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

/* Splits "host", "host:port", "[v6]" or "[v6]:port". */
static int
split_authority(struct span s, struct span *host, struct span *port)
{
	if (span_starts(s, SPAN("["))) {
		size_t end = span_find(s, ']');

		if (end == s.n)
			return CONSENT_EINVAL;
		*host = span_sub(s, 1, end - 1);
		s = span_sub(s, end + 1, s.n);
		if (s.n != 0 && s.p[0] != ':')
			return CONSENT_EINVAL;
		*port = span_sub(s, 1, s.n);
		return s.n == 1 ? CONSENT_EINVAL : CONSENT_OK;
	}
	*host = span_cut(&s, ':');
	*port = s;
	/* a colon needs a port behind it, and a number in v6 its brackets */
	if (s.p != NULL && (s.n == 0 || span_find(s, ':') < s.n))
		return CONSENT_EINVAL;
	return CONSENT_OK;
}

/* What is behind "http://" or "https://". */
static int
parse_http(
    struct span rest, enum address_scheme scheme, struct address_origin *out)
{
	struct address_origin origin = {.scheme = scheme};
	struct span port;
	uint64_t number = scheme == ADDRESS_HTTPS ? 443 : 80;

	if (span_ends(rest, SPAN("/")))
		rest.n--;
	if (split_authority(rest, &origin.host, &port) != CONSENT_OK)
		return CONSENT_EINVAL;
	if (origin.host.n == 0 || origin.host.n > ADDRESS_HOST_BYTES)
		return CONSENT_EINVAL;
	if (span_find(origin.host, '/') < origin.host.n ||
	    span_find(origin.host, '@') < origin.host.n ||
	    span_find(origin.host, '\0') < origin.host.n)
		return CONSENT_EINVAL;
	if (port.n != 0 &&
	    span_to_u64(port, 10, UINT16_MAX, &number) != CONSENT_OK)
		return CONSENT_EINVAL;
	if (number == 0)
		return CONSENT_EINVAL;
	origin.port = (uint16_t)number;
	*out = origin;
	return CONSENT_OK;
}

int
address_parse_origin(struct span text, struct address_origin *out)
{
	static const struct span http = {"http://", 7}, local = {"unix:", 5};
	static const struct span https = {"https://", 8};

	if (span_starts_nocase(text, http))
		return parse_http(
		    span_sub(text, http.n, text.n), ADDRESS_HTTP, out);
	if (span_starts_nocase(text, https))
		return parse_http(
		    span_sub(text, https.n, text.n), ADDRESS_HTTPS, out);
	if (!span_starts(text, local) || text.n == local.n)
		return CONSENT_EINVAL;
	*out = (struct address_origin){
	    .scheme = ADDRESS_UNIX, .path = span_sub(text, local.n, text.n)};
	return CONSENT_OK;
}

int
address_from_ip(struct span host, uint16_t port, struct address *out)
{
	struct address a = {.n = 0};
	char text[INET6_ADDRSTRLEN];

	if (host.n >= sizeof text || span_find(host, '\0') < host.n)
		return CONSENT_ENOENT;
	(void)snprintf(text, sizeof text, "%.*s", SPAN_ARG(host));
	if (inet_pton(AF_INET, text, &a.to.v4.sin_addr) == 1) {
		a.to.v4.sin_family = AF_INET;
		a.to.v4.sin_port = htons(port);
		a.n = sizeof a.to.v4;
	} else if (inet_pton(AF_INET6, text, &a.to.v6.sin6_addr) == 1) {
		a.to.v6.sin6_family = AF_INET6;
		a.to.v6.sin6_port = htons(port);
		a.n = sizeof a.to.v6;
	} else {
		return CONSENT_ENOENT;
	}
	*out = a;
	return CONSENT_OK;
}

int
address_from_path(struct span path, struct address *out)
{
	struct address a = {.n = 0};

	if (path.n == 0 || span_find(path, '\0') < path.n)
		return CONSENT_EINVAL;
	if (path.n >= sizeof a.to.local.sun_path)
		return CONSENT_ELIMIT;
	a.to.local.sun_family = AF_UNIX;
	memcpy(a.to.local.sun_path, path.p, path.n);
	a.n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path.n + 1);
	*out = a;
	return CONSENT_OK;
}

void
address_format(const struct address *a, char text[ADDRESS_TEXT])
{
	char host[INET6_ADDRSTRLEN] = "?";

	switch (a->to.any.sa_family) {
	case AF_INET:
		(void)inet_ntop(AF_INET, &a->to.v4.sin_addr, host, sizeof host);
		(void)snprintf(text, ADDRESS_TEXT, "%s:%u", host,
		    ntohs(a->to.v4.sin_port));
		break;
	case AF_INET6:
		(void)inet_ntop(
		    AF_INET6, &a->to.v6.sin6_addr, host, sizeof host);
		(void)snprintf(text, ADDRESS_TEXT, "[%s]:%u", host,
		    ntohs(a->to.v6.sin6_port));
		break;
	case AF_UNIX:
		(void)snprintf(
		    text, ADDRESS_TEXT, "unix:%s", a->to.local.sun_path);
		break;
	default:
		(void)snprintf(text, ADDRESS_TEXT, "?");
		break;
	}
}
