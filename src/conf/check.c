#include "conf/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libconsent/buf.h>
#include <libconsent/setting.h>
#include <libconsent/url.h>

#include "base/ascii.h"
#include "conf/check_look.h"
#include "conf/check_parts.h"
#include "conf/options.h"
#include "settings/values.h"

enum {
	ORIGIN_BYTES = 512, /* longest origin of a site */
	RETAIN_MORE = 30    /* days that a choice is kept beyond its life */
};

/* Whether url says an origin and nothing more. */
static bool
is_origin(const struct url *url)
{
	return url->kind == URL_NETWORK && !url->has_userinfo &&
	       !url->has_query && !url->has_fragment &&
	       span_equal(url->path, SPAN("/")) &&
	       (span_equal(url->scheme, SPAN("http")) ||
		   span_equal(url->scheme, SPAN("https")));
}

/* Reads a site into url; its spelling becomes the one that browsers send. */
static void
check_site(struct check *c, struct place place, const char **site)
{
	struct buf scratch, spelled;
	struct url url;
	char *text;

	buf_init(&scratch, URL_SCRATCH);
	buf_init(&spelled, ORIGIN_BYTES);
	if (url_parse(span_of(*site), NULL, &scratch, &url) != CONSENT_OK ||
	    !is_origin(&url) ||
	    url_write_origin(&url, &spelled) != CONSENT_OK) {
		findings_error(c->findings, place, FINDING_BAD_VALUE,
		    "%s is no origin: write https://host, with a port where "
		    "it is not the usual one",
		    *site);
		goto out;
	}
	if (span_equal(url.scheme, SPAN("http")) &&
	    !span_equal(url.host, SPAN("localhost")) &&
	    !span_ends(url.host, SPAN(".localhost")) &&
	    !span_starts(url.host, SPAN("127.")))
		findings_warn(c->findings, place, FINDING_INSECURE,
		    "%s is plain http: the cookie goes without Secure", *site);
	memcpy(&text, site, sizeof text);
	check_replace(c, &text, buf_span(&spelled));
	*site = text;
out:
	buf_fini(&scratch);
	buf_fini(&spelled);
}

static void
check_sites(struct check *c)
{
	const struct setting *s = options_setting(c->root, "site");
	struct option_list *sites = &c->config->sites;
	size_t i;

	for (i = 0; i < sites->n; i++)
		check_site(
		    c, setting_place(setting_item(s, i)), &sites->items[i]);
	c->config->token.sites = sites->items;
	c->config->token.n_sites = sites->n;
}

/* The host in an origin that check_site has spelled, without its port. */
static struct span
host_of(const char *origin)
{
	struct span rest = span_of(origin);
	size_t at = span_search(rest, SPAN("://"));
	size_t end;

	rest = span_sub(rest, at + 3, rest.n);
	end = span_starts(rest, SPAN("[")) ? span_find(rest, ']') + 1
					   : span_find(rest, ':');
	return span_sub(rest, 0, end);
}

static bool
is_secure(const struct config *config)
{
	size_t i;

	for (i = 0; i < config->sites.n; i++)
		if (!span_starts(
			span_of(config->sites.items[i]), SPAN("https://")))
			return false;
	return true;
}

/* With scope "site" all sites must be below one domain, which gets set. */
static void
check_domain(struct check *c)
{
	struct place place = check_place(c, "token.scope");
	struct option_list *sites = &c->config->sites;
	struct span domain;
	size_t i;

	if (sites->n == 0)
		return; /* reported as missing */
	if (!is_secure(c->config))
		findings_error(c->findings, place, FINDING_CONFLICT,
		    "scope \"site\" needs sites that are https");
	domain = url_registrable_domain(host_of(sites->items[0]));
	for (i = 1; i < sites->n; i++)
		if (!span_equal(domain,
			url_registrable_domain(host_of(sites->items[i])))) {
			findings_error(c->findings, place, FINDING_CONFLICT,
			    "scope \"site\" needs all sites below one domain");
			return;
		}
	if (span_find(domain, '.') == domain.n || domain.p[0] == '[' ||
	    ascii_is(domain.p[domain.n - 1], ASCII_DIGIT)) {
		findings_error(c->findings, place, FINDING_CONFLICT,
		    "scope \"site\" needs a domain: %.*s has none above it",
		    SPAN_ARG(domain));
		return;
	}
	check_replace(c, &c->config->domain, domain);
	c->config->token.domain = c->config->domain;
}

static void
check_cookie(struct check *c)
{
	const struct token_options *token = &c->config->token;
	struct place place = check_place(c, "token.cookie");
	struct span name = span_of(token->cookie);
	size_t i;

	for (i = 0; i < name.n; i++)
		if (!ascii_is(name.p[i], ASCII_TCHAR)) {
			findings_error(c->findings, place, FINDING_BAD_VALUE,
			    "the cookie's name is no token");
			return;
		}
	if ((span_starts_nocase(name, SPAN("__Host-")) ||
		span_starts_nocase(name, SPAN("__Secure-"))) &&
	    !is_secure(c->config))
		findings_error(c->findings, place, FINDING_CONFLICT,
		    "%s needs sites that are https", token->cookie);
	if (span_starts_nocase(name, SPAN("__Host-")) &&
	    token->scope == TOKEN_SCOPE_SITE)
		findings_error(c->findings, place, FINDING_CONFLICT,
		    "%s cannot have scope \"site\"", token->cookie);
}

/* "/.consent": segments of plain characters, no slash at the end. */
static void
check_prefix(struct check *c)
{
	struct span prefix = span_of(c->config->prefix);
	struct span rest = span_sub(prefix, 1, prefix.n);
	bool good = span_starts(prefix, SPAN("/"));
	size_t i;

	for (i = 0; i < prefix.n; i++)
		if (!ascii_is(prefix.p[i], ASCII_ALNUM) &&
		    strchr("/-._~", prefix.p[i]) == NULL)
			good = false;
	while (good && rest.p != NULL) {
		struct span segment = span_cut(&rest, '/');

		good = segment.n != 0 && !span_equal(segment, SPAN(".")) &&
		       !span_equal(segment, SPAN(".."));
	}
	if (!good)
		findings_error(c->findings, check_place(c, "prefix"),
		    FINDING_BAD_VALUE,
		    "prefix must be a path like /.consent, of letters, digits "
		    "and -._~");
}

/* A field that others give a meaning cannot name variants. */
static void
check_cdn_variant(struct check *c)
{
	static const char *const taken[] = {"Accept", "Authorization",
	    "Connection", "Content-Length", "Cookie", "Host", "Sec-",
	    "Transfer-Encoding"};
	struct span name = span_of(c->config->cdn_variant);
	bool good = true;
	size_t i;

	for (i = 0; i < name.n; i++)
		good = good && ascii_is(name.p[i], ASCII_TCHAR);
	for (i = 0; i < sizeof taken / sizeof taken[0]; i++)
		good = good && !span_starts_nocase(name, span_of(taken[i]));
	if (!good)
		findings_error(c->findings, check_place(c, "cdn_variant"),
		    FINDING_BAD_VALUE,
		    "cdn_variant must be the name of a field of its own, such "
		    "as Consent-Variant");
}

/* The origin line of a checkpoint (C2SP tlog-checkpoint): one visible word. */
static void
check_log_name(struct check *c)
{
	struct config *config = c->config;
	struct span name;
	size_t i;

	if (config->log_name[0] == '\0' && config->sites.n != 0) {
		char text[ORIGIN_BYTES];

		(void)snprintf(text, sizeof text, "%.*s/consent",
		    SPAN_ARG(host_of(config->sites.items[0]))); /* fits */
		check_replace(c, &config->log_name, span_of(text));
	}
	name = span_of(config->log_name);
	for (i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] > '~' || name.p[i] == '+') {
			findings_error(c->findings, check_place(c, "log.name"),
			    FINDING_BAD_VALUE,
			    "log.name must be visible ASCII without blanks "
			    "and +");
			return;
		}
}

/* What proves a choice must be there for longer than the choice holds. */
static void
check_retention(struct check *c)
{
	unsigned days = c->config->log_retain_days;
	unsigned least = c->config->token.lifetime_days + RETAIN_MORE;

	if (days != 0 && days < least)
		findings_error(c->findings, check_place(c, "log.retain_days"),
		    FINDING_CONFLICT,
		    "log.retain_days must be 0 or at least %u: choices hold "
		    "for %u days (token.lifetime_days), and are to be proved "
		    "for %d more",
		    least, c->config->token.lifetime_days, RETAIN_MORE);
}

static unsigned
processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	if (n < 1)
		return 1;
	return n > CONFIG_WORKERS ? CONFIG_WORKERS : (unsigned)n;
}

int
config_check(struct config *config, const struct setting *root,
    const char *folder, struct findings *findings)
{
	struct check c = {config, root, folder, findings, CONSENT_OK};
	size_t errors = findings->errors;

	check_listen(&c);
	check_upstream(&c);
	check_trusted(&c);
	check_upgrades(&c);
	check_sites(&c);
	check_cookie(&c);
	if (config->token.scope == TOKEN_SCOPE_SITE)
		check_domain(&c);
	check_prefix(&c);
	check_cdn_variant(&c);
	check_admin(&c);
	check_log_name(&c);
	check_retention(&c);
	check_notice(&c);
	check_look(&c);
	if (config->workers == 0)
		config->workers = processors();
	if (c.rc == CONSENT_OK && findings->errors != errors)
		return CONSENT_EINVAL;
	return c.rc;
}
