#ifndef CONSENT_WEB_URL_H
#define CONSENT_WEB_URL_H

/*
 * What a browser makes of a URL (WHATWG URL, UTF-8 throughout), and which
 * site it belongs to (Public Suffix List). Never does I/O. Nothing is copied
 * where the input is already in its final form: the parts of a struct url
 * borrow from the input, from the base and from the caller's scratch, and
 * hold until the first of these changes. A worker keeps one scratch for each
 * URL that it needs at a time; it grows once and is used again.
 *
 * Schemes other than http, https, ws, wss and ftp are opaque here: their
 * scheme is told, the rest is one untouched piece.
 */

#include <stdbool.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

CONSENT_BEGIN

enum {
	URL_INPUT = 65536,	/* longest input that is not opaque */
	URL_SCRATCH = 8 * 65536 /* a ceiling for scratch that always serves */
};

enum url_kind {
	URL_NETWORK, /* http, https, ws, wss, ftp: has a host */
	URL_LOCAL,   /* about, blob, data, javascript: no host is asked */
	URL_OTHER    /* mailto, tel, file and whatever else */
};

struct url {
	enum url_kind kind;
	struct span scheme; /* lower-case, without ":" */
	struct span host;   /* ASCII, lower-case; "[::1]"; empty: not network */
	unsigned port;	    /* the effective one; 0: not network */
	struct span path;   /* from its "/"; not network: all after the ":" */
	struct span query;  /* without "?" */
	bool has_query;
	bool has_fragment;
	bool has_userinfo;
};

/*
 * Parses input, against base if it is relative, as the basic URL parser does:
 * blanks and controls at the ends and TAB, LF and CR inside are dropped,
 * "\" counts as "/", dot segments are resolved, hosts are decoded, mapped
 * (UTS 46, not transitional) and, where they are numbers, read as addresses.
 * base may be NULL; its own scratch must be another one. scratch is emptied
 * first, and written to only where something had to change.
 * CONSENT_EINVAL: a browser would not fetch it; CONSENT_ECODING: it may, from a
 * host whose letters beyond ASCII cannot be told; CONSENT_ELIMIT, _ENOMEM.
 */
int url_parse(struct span input, const struct url *base, struct buf *scratch,
    struct url *out) CONSENT_CHECKED;

/* Whether both are network URLs of the same scheme, host and port. */
bool url_origin_equal(const struct url *a, const struct url *b);

/*
 * Appends the origin, "https://host" with the port where it is not the
 * scheme's own; "null" for what is not network. CONSENT_ENOMEM, _ELIMIT.
 */
int url_write_origin(const struct url *url, struct buf *out) CONSENT_CHECKED;

/* Appends the URL without userinfo and fragment. CONSENT_ENOMEM, _ELIMIT. */
int url_write(const struct url *url, struct buf *out) CONSENT_CHECKED;

/*
 * Appends path and query, "/path?query", as a request has them. CONSENT_ENOMEM,
 * CONSENT_ELIMIT.
 */
int url_write_target(const struct url *url, struct buf *out) CONSENT_CHECKED;

/*
 * The registrable domain of a host in the form of url.host (a part of it), by
 * the Public Suffix List built into libpsl. Addresses, public suffixes and
 * names without a dot are their own.
 */
struct span url_registrable_domain(struct span host);

/* Whether host is parent or lies below it, label for label, in any case. */
bool url_host_is_below(struct span host, struct span parent);

/*
 * Whether a host may set a cookie for this domain (RFC 6265bis 5.1.3): it is
 * the host, or a parent of it that is not a public suffix.
 */
bool url_domain_allows(struct span host, struct span domain);

/* Whether both are network URLs under one registrable domain. */
bool url_same_site(const struct url *a, const struct url *b);

/*
 * Whether url is on one of the n sites, origins with a port. The scheme is
 * left out: a site's own WebSocket and its plain-HTTP twin are the site.
 */
bool url_is_on_site(const struct url *url, const struct url *sites, size_t n);

/*
 * Brings a host as people write it (any case, Unicode, a dot at the end) to
 * the form of url.host without that dot, appended to out. CONSENT_EINVAL when
 * it is not a host, CONSENT_ECODING when its letters cannot be told,
 * CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int url_host_canonical(struct span host, struct buf *out) CONSENT_CHECKED;

CONSENT_END

#endif
