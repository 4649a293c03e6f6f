#include <libconsent/url.h>

#include "base/ascii.h"
#include "web/url_parts.h"

#include <string.h>

enum {
	URL_SCHEME = 64 /* longest scheme that is told apart */
};

/* The schemes that mean something to a page. */
static const struct scheme {
	const char *name;
	enum url_kind kind;
	unsigned port;
} schemes[] = {
    {"https", URL_NETWORK, 443},
    {"http", URL_NETWORK, 80},
    {"wss", URL_NETWORK, 443},
    {"ws", URL_NETWORK, 80},
    {"ftp", URL_NETWORK, 21},
    {"data", URL_LOCAL, 0},
    {"blob", URL_LOCAL, 0},
    {"about", URL_LOCAL, 0},
    {"javascript", URL_LOCAL, 0},
};

/* One call of url_parse. */
struct parse {
	struct span rest;	/* input that is not parsed yet */
	const struct url *base; /* or NULL */
	struct room room;	/* the scratch, reserved */
	struct url url;		/* what comes out */
};

static bool
is_noise(char c)
{
	return c == '\t' || c == '\n' || c == '\r';
}

static bool
is_slash(char c)
{
	return c == '/' || c == '\\';
}

static struct span
trim_controls(struct span s)
{
	while (s.n > 0 && (unsigned char)s.p[0] <= ' ')
		s = span_sub(s, 1, s.n);
	while (s.n > 0 && (unsigned char)s.p[s.n - 1] <= ' ')
		s.n--;
	return s;
}

static const struct scheme *
scheme_known(struct span name)
{
	size_t i;

	for (i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (span_equal(name, span_of(schemes[i].name)))
			return &schemes[i];
	return NULL;
}

/*
 * The length of the scheme with its ":" in front of s, or 0 when s is
 * relative (4.4, scheme start and scheme state). The name goes to name.
 */
static size_t
scheme_length(struct span s, struct room *name)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (is_noise(c))
			continue;
		if (c == ':' && name->n > 0)
			return i + 1;
		if (!ascii_is(c, ASCII_ALPHA) &&
		    (name->n == 0 || (!ascii_is(c, ASCII_DIGIT) && c != '+' &&
					 c != '-' && c != '.')))
			return 0;
		room_put(name, ascii_lower(c));
	}
	return 0;
}

/* Takes the scheme off p->rest; leaves url.scheme empty where there is none. */
static int
parse_scheme(struct parse *p, struct buf *scratch)
{
	char text[URL_SCHEME];
	struct room name = {text, 0, sizeof text};
	size_t length = scheme_length(p->rest, &name);
	const struct scheme *known;
	char *room;
	int rc;

	if (length == 0)
		return CONSENT_OK;
	p->rest = span_sub(p->rest, length, p->rest.n);
	known = scheme_known((struct span){text, name.n});
	if (known != NULL) {
		p->url.scheme = span_of(known->name);
		p->url.kind = known->kind;
		p->url.port = known->port;
		return CONSENT_OK;
	}
	rc = buf_reserve(scratch, name.n, &room);
	if (rc != CONSENT_OK)
		return rc;
	memcpy(room, text, name.n);
	scratch->n = name.n;
	p->url.scheme = buf_span(scratch);
	p->url.kind = URL_OTHER;
	return CONSENT_OK;
}

/* Reserves all that can be needed, so that nothing moves later. */
static int
reserve(struct parse *p, struct buf *scratch)
{
	size_t base = p->base == NULL ? 0 : p->base->path.n;

	if (p->rest.n > URL_INPUT)
		return CONSENT_ELIMIT;
	p->room.max = 4 * p->rest.n + base + (size_t)2 * URL_HOST;
	return buf_reserve(scratch, p->room.max, &p->room.p);
}

/* Removes TAB, LF and CR, by way of the room where there are any. */
static void
drop_noise(struct parse *p)
{
	struct span s = p->rest;
	size_t i, from = p->room.n;

	for (i = 0; i < s.n && !is_noise(s.p[i]); i++)
		continue;
	if (i == s.n)
		return;
	for (i = 0; i < s.n; i++)
		if (!is_noise(s.p[i]))
			room_put(&p->room, s.p[i]);
	p->rest = (struct span){p->room.p + from, p->room.n - from};
}

/* Offset of the first byte of s that ends an authority. */
static size_t
authority_length(struct span s)
{
	size_t n = 0;

	while (n < s.n && !is_slash(s.p[n]) && s.p[n] != '?' && s.p[n] != '#')
		n++;
	return n;
}

/* Where the ":" of a port stands, or s.n; brackets hide colons. */
static size_t
port_find(struct span s)
{
	bool inside = false;
	size_t n;

	for (n = 0; n < s.n; n++) {
		if (s.p[n] == '[')
			inside = true;
		else if (s.p[n] == ']')
			inside = false;
		else if (s.p[n] == ':' && !inside)
			break;
	}
	return n;
}

static int
parse_port(struct url *url, struct span text)
{
	uint64_t port;
	int rc;

	if (text.n == 0)
		return CONSENT_OK;
	while (text.n > 1 && text.p[0] == '0')
		text = span_sub(text, 1, text.n);
	rc = span_to_u64(text, 10, 65535, &port);
	if (rc != CONSENT_OK)
		return CONSENT_EINVAL;
	url->port = (unsigned)port;
	return CONSENT_OK;
}

/* Userinfo, host and port (4.4, authority state to port state). */
static int
parse_authority(struct parse *p)
{
	struct span text;
	size_t n, at;
	int rc;

	while (p->rest.n > 0 && is_slash(p->rest.p[0]))
		p->rest = span_sub(p->rest, 1, p->rest.n);
	n = authority_length(p->rest);
	text = span_sub(p->rest, 0, n);
	p->rest = span_sub(p->rest, n, p->rest.n);
	for (at = text.n; at > 0 && text.p[at - 1] != '@'; at--)
		continue;
	p->url.has_userinfo = at > 0;
	text = span_sub(text, at, text.n);
	at = port_find(text);
	rc = parse_port(&p->url, span_sub(text, at + 1, text.n));
	if (rc != CONSENT_OK)
		return rc;
	return url_host_parse(span_sub(text, 0, at), &p->room, &p->url.host);
}

/* The query of p->rest (without its "?"), up to the fragment. */
static void
parse_query(struct parse *p)
{
	size_t n = span_find(p->rest, '#'), from = p->room.n;
	struct span query = span_sub(p->rest, 0, n);

	p->rest = span_sub(p->rest, n, p->rest.n);
	p->url.has_query = true;
	if (!url_query_is_clean(query)) {
		url_query_write(query, &p->room);
		query = (struct span){p->room.p + from, p->room.n - from};
	}
	p->url.query = query;
}

/* Path, query and fragment; a relative path is appended to folder. */
static void
parse_tail(struct parse *p, struct span folder)
{
	size_t n = 0, from = p->room.n;
	struct span path;

	while (n < p->rest.n && p->rest.p[n] != '?' && p->rest.p[n] != '#')
		n++;
	path = span_sub(p->rest, 0, n);
	p->rest = span_sub(p->rest, n, p->rest.n);
	if (path.n == 0 && folder.n == 0) {
		path = SPAN("/");
	} else if (folder.n > 0 || !url_path_is_clean(path)) {
		url_path_write(folder, path, &p->room);
		path = (struct span){p->room.p + from, p->room.n - from};
	}
	p->url.path = path;
	if (p->rest.n > 0 && p->rest.p[0] == '?') {
		p->rest = span_sub(p->rest, 1, p->rest.n);
		parse_query(p);
	}
	p->url.has_fragment = p->rest.n > 0;
}

/* The base's path up to its last "/". */
static struct span
folder_of(const struct url *base)
{
	size_t n = base->path.n;

	while (n > 0 && base->path.p[n - 1] != '/')
		n--;
	return span_sub(base->path, 0, n);
}

static int
parse_absolute(struct parse *p)
{
	int rc = parse_authority(p);

	if (rc == CONSENT_OK)
		parse_tail(p, (struct span){NULL, 0});
	return rc;
}

/* 4.4, relative state: what the reference leaves out comes from the base. */
static int
parse_relative(struct parse *p)
{
	struct url *url = &p->url;
	char first = p->rest.n > 0 ? p->rest.p[0] : '\0';

	url->kind = p->base->kind;
	url->scheme = p->base->scheme;
	if (is_slash(first) && p->rest.n > 1 && is_slash(p->rest.p[1])) {
		const struct scheme *known = scheme_known(url->scheme);

		url->port = known == NULL ? 0 : known->port;
		return parse_absolute(p);
	}
	url->host = p->base->host;
	url->port = p->base->port;
	url->has_userinfo = p->base->has_userinfo;
	if (is_slash(first)) {
		parse_tail(p, (struct span){NULL, 0});
		return CONSENT_OK;
	}
	if (p->rest.n > 0 && first != '?' && first != '#') {
		parse_tail(p, folder_of(p->base));
		return CONSENT_OK;
	}
	url->path = p->base->path;
	url->query = p->base->query;
	url->has_query = p->base->has_query;
	if (first == '?') {
		p->rest = span_sub(p->rest, 1, p->rest.n);
		parse_query(p);
	}
	url->has_fragment = p->rest.n > 0;
	return CONSENT_OK;
}

/* Against a base that is opaque only a fragment means anything. */
static int
parse_fragment(struct parse *p)
{
	if (p->base == NULL || p->rest.n == 0 || p->rest.p[0] != '#')
		return CONSENT_EINVAL;
	p->url = *p->base;
	p->url.has_fragment = true;
	return CONSENT_OK;
}

static int
parse_network(struct parse *p)
{
	const struct url *base = p->base;
	bool absolute = p->url.scheme.n > 0;

	if (absolute &&
	    (base == NULL || !span_equal(p->url.scheme, base->scheme) ||
		span_starts(p->rest, SPAN("//"))))
		return parse_absolute(p);
	if (base == NULL || base->kind != URL_NETWORK)
		return parse_fragment(p);
	return parse_relative(p);
}

int
url_parse(struct span input, const struct url *base, struct buf *scratch,
    struct url *out)
{
	struct parse p = {.rest = trim_controls(input), .base = base};
	int rc;

	buf_clear(scratch);
	rc = parse_scheme(&p, scratch);
	if (rc != CONSENT_OK)
		return rc;
	if (p.url.scheme.n > 0 && p.url.kind != URL_NETWORK) {
		p.url.path = p.rest;
		*out = p.url;
		return CONSENT_OK;
	}
	rc = reserve(&p, scratch);
	if (rc != CONSENT_OK)
		return rc;
	drop_noise(&p);
	rc = parse_network(&p);
	scratch->n = p.room.n;
	if (rc == CONSENT_OK)
		*out = p.url;
	return rc;
}

bool
url_origin_equal(const struct url *a, const struct url *b)
{
	return a->kind == URL_NETWORK && b->kind == URL_NETWORK &&
	       a->port == b->port && span_equal(a->scheme, b->scheme) &&
	       span_equal(a->host, b->host);
}

int
url_write_origin(const struct url *url, struct buf *out)
{
	const struct scheme *known = scheme_known(url->scheme);

	if (url->kind != URL_NETWORK)
		return buf_append(out, SPAN("null"));
	if (known != NULL && known->port == url->port)
		return buf_printf(out, "%.*s://%.*s", SPAN_ARG(url->scheme),
		    SPAN_ARG(url->host));
	return buf_printf(out, "%.*s://%.*s:%u", SPAN_ARG(url->scheme),
	    SPAN_ARG(url->host), url->port);
}

int
url_write_target(const struct url *url, struct buf *out)
{
	int rc = buf_append(out, url->path);

	if (rc == CONSENT_OK && url->has_query)
		rc = buf_append_byte(out, '?');
	if (rc == CONSENT_OK && url->has_query)
		rc = buf_append(out, url->query);
	return rc;
}

int
url_write(const struct url *url, struct buf *out)
{
	size_t before = out->n;
	int rc;

	if (url->kind == URL_NETWORK) {
		rc = url_write_origin(url, out);
	} else {
		rc = buf_append(out, url->scheme);
		if (rc == CONSENT_OK)
			rc = buf_append_byte(out, ':');
	}
	if (rc == CONSENT_OK)
		rc = url_write_target(url, out);
	if (rc != CONSENT_OK)
		out->n = before;
	return rc;
}
