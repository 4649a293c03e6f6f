#include "conf/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libconsent/buf.h>
#include <libconsent/url.h>

#include "base/ascii.h"
#include "conf/options.h"
#include "settings/setting.h"
#include "settings/values.h"

enum {
	PORT_MAX = 65535,
	ORIGIN_BYTES = 512 /* longest origin of a site */
};

struct check {
	struct config *config;
	const struct setting *root;
	const char *folder;
	struct findings *findings;
	int rc; /* CONSENT_ENOMEM once memory ran out */
};

/* Where an option stands, or the file where it was left out. */
static struct place
place_of(const struct check *c, const char *name)
{
	const struct setting *s = options_setting(c->root, name);

	return setting_place(s != NULL ? s : c->root);
}

/* *at becomes a copy of text; what was there is freed. */
static void
replace(struct check *c, char **at, struct span text)
{
	char *copy = strndup(text.p, text.n);

	if (copy == NULL) {
		c->rc = CONSENT_ENOMEM;
		return;
	}
	free(*at);
	*at = copy;
}

/* "unix:PATH", the path made to count from the configuration's folder. */
static int
parse_local(const struct check *c, const char *text, struct address *out)
{
	char *path = options_path(c->folder, text + strlen("unix:"));
	int rc = CONSENT_ENOMEM;

	if (path != NULL)
		rc = address_from_path(span_of(path), out);
	free(path);
	return rc;
}

/* "127.0.0.1:80" or "[::1]:80". */
static int
parse_tcp(struct span text, struct address *out)
{
	struct span host, port;
	uint64_t number;
	size_t colon = text.n;

	while (colon > 0 && text.p[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return CONSENT_EINVAL;
	host = span_sub(text, 0, colon - 1);
	port = span_sub(text, colon, text.n);
	if (span_starts(host, SPAN("[")) && span_ends(host, SPAN("]")))
		host = span_sub(host, 1, host.n - 2);
	else if (span_find(host, ':') != host.n)
		return CONSENT_EINVAL;
	if (span_to_u64(port, 10, PORT_MAX, &number) != CONSENT_OK)
		return CONSENT_EINVAL;
	return address_from_ip(host, (uint16_t)number, out);
}

static void
read_address(struct check *c, const char *text, struct place place,
    struct config_address *out)
{
	int rc;

	if (span_starts(span_of(text), SPAN("unix:")))
		rc = parse_local(c, text, &out->address);
	else
		rc = parse_tcp(span_of(text), &out->address);
	if (rc == CONSENT_OK)
		address_format(&out->address, out->text);
	else if (rc == CONSENT_ENOMEM)
		c->rc = rc;
	else
		findings_error(c->findings, place,
		    "%s is no address: write 127.0.0.1:8080, [::1]:8080 or "
		    "unix:PATH",
		    text);
}

/* One listener: a string, or a group with an address in it. */
static void
check_listener(struct check *c, const struct setting *s)
{
	static const char *const keys[] = {"address", "tls", NULL};
	const char *text = setting_string(s);

	if (text == NULL && setting_type(s) == SETTING_GROUP) {
		const struct setting *tls = setting_member(s, "tls");
		const struct setting *address = setting_member(s, "address");

		settings_check_keys(s, keys, c->findings);
		if (address != NULL)
			text = setting_string(address);
		if (tls != NULL)
			findings_error(c->findings, setting_place(tls),
			    "tls is not in this build: put a TLS server in "
			    "front");
	}
	if (text == NULL)
		findings_error(c->findings, setting_place(s),
		    "listen must be an address, or a group with one");
	else
		read_address(c, text, setting_place(s),
		    &c->config->listen[c->config->n_listen++]);
}

static void
check_listen(struct check *c)
{
	const struct setting *s = options_setting(c->root, "listen");
	size_t i, n;

	if (s == NULL) {
		findings_error(
		    c->findings, setting_place(c->root), "listen is missing");
		return;
	}
	n = setting_items(s);
	if (n < 1 || n > CONFIG_LISTENERS) {
		findings_error(c->findings, setting_place(s),
		    "listen must be 1 to %d addresses", CONFIG_LISTENERS);
		return;
	}
	for (i = 0; i < n; i++)
		check_listener(c, setting_item(s, i));
}

static void
check_upstream(struct check *c)
{
	struct place place = place_of(c, "upstream");
	struct config *config = c->config;
	struct address_origin origin;
	struct address local;

	if (config->upstream == NULL)
		return; /* reported as missing */
	if (span_starts_nocase(span_of(config->upstream), SPAN("https:")))
		findings_error(c->findings, place,
		    "an https upstream is not in this build: use http:// or "
		    "unix:");
	else if (address_parse_origin(span_of(config->upstream), &origin) !=
		 CONSENT_OK)
		findings_error(c->findings, place,
		    "%s is no upstream: write http://host:port or unix:PATH",
		    config->upstream);
	else if (origin.path.n != 0) {
		char text[ADDRESS_TEXT];

		if (parse_local(c, config->upstream, &local) != CONSENT_OK) {
			findings_error(c->findings, place,
			    "the path of the socket is too long");
			return;
		}
		address_format(&local, text);
		replace(c, &config->upstream, span_of(text));
	}
}

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
		findings_error(c->findings, place,
		    "%s is no origin: write https://host, with a port where "
		    "it is not the usual one",
		    *site);
		goto out;
	}
	if (span_equal(url.scheme, SPAN("http")) &&
	    !span_equal(url.host, SPAN("localhost")) &&
	    !span_ends(url.host, SPAN(".localhost")) &&
	    !span_starts(url.host, SPAN("127.")))
		findings_warn(c->findings, place,
		    "%s is plain http: the cookie goes without Secure", *site);
	memcpy(&text, site, sizeof text);
	replace(c, &text, buf_span(&spelled));
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
	struct place place = place_of(c, "token.scope");
	struct option_list *sites = &c->config->sites;
	struct span domain;
	size_t i;

	if (sites->n == 0)
		return; /* reported as missing */
	domain = url_registrable_domain(host_of(sites->items[0]));
	for (i = 1; i < sites->n; i++)
		if (!span_equal(domain,
			url_registrable_domain(host_of(sites->items[i])))) {
			findings_error(c->findings, place,
			    "scope \"site\" needs all sites below one domain");
			return;
		}
	if (span_find(domain, '.') == domain.n || domain.p[0] == '[' ||
	    ascii_is(domain.p[domain.n - 1], ASCII_DIGIT)) {
		findings_error(c->findings, place,
		    "scope \"site\" needs a domain: %.*s has none above it",
		    SPAN_ARG(domain));
		return;
	}
	replace(c, &c->config->domain, domain);
	c->config->token.domain = c->config->domain;
}

static void
check_cookie(struct check *c)
{
	const struct token_options *token = &c->config->token;
	struct place place = place_of(c, "token.cookie");
	struct span name = span_of(token->cookie);
	size_t i;

	for (i = 0; i < name.n; i++)
		if (!ascii_is(name.p[i], ASCII_TCHAR)) {
			findings_error(c->findings, place,
			    "the cookie's name is no token");
			return;
		}
	if ((span_starts_nocase(name, SPAN("__Host-")) ||
		span_starts_nocase(name, SPAN("__Secure-"))) &&
	    !is_secure(c->config))
		findings_error(c->findings, place,
		    "%s needs sites that are https", token->cookie);
	if (span_starts_nocase(name, SPAN("__Host-")) &&
	    token->scope == TOKEN_SCOPE_SITE)
		findings_error(c->findings, place,
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
		findings_error(c->findings, place_of(c, "prefix"),
		    "prefix must be a path like /.consent, of letters, digits "
		    "and -._~");
}

static void
check_admin(struct check *c)
{
	struct config *config = c->config;
	struct place place = place_of(c, "admin");
	struct address local;

	if (config->admin_text[0] != '\0')
		read_address(c, config->admin_text, place, &config->admin);
	if (config->control[0] != '\0' &&
	    address_from_path(span_of(config->control), &local) != CONSENT_OK)
		findings_error(c->findings, place_of(c, "control"),
		    "the path of the socket is too long");
	if (config->admin_text[0] != '\0')
		findings_warn(c->findings, place,
		    "this version does not listen here yet");
	if (config->control[0] != '\0')
		findings_warn(c->findings, place_of(c, "control"),
		    "this version does not listen here yet");
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
		replace(c, &config->log_name, span_of(text));
	}
	name = span_of(config->log_name);
	for (i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] > '~' || name.p[i] == '+') {
			findings_error(c->findings, place_of(c, "log.name"),
			    "log.name must be visible ASCII without blanks "
			    "and +");
			return;
		}
}

static bool
is_web_url(struct span text)
{
	return span_starts_nocase(text, SPAN("https://")) ||
	       span_starts_nocase(text, SPAN("http://"));
}

static void
check_notice(struct check *c)
{
	const struct config *config = c->config;
	struct span url = span_of(config->policy_url);
	struct span contact = span_of(config->contact);

	if (url.n != 0 && !is_web_url(url) &&
	    (!span_starts(url, SPAN("/")) || span_starts(url, SPAN("//"))))
		findings_error(c->findings, place_of(c, "notice.policy_url"),
		    "notice.policy_url must be a path or an http URL");
	if (contact.n != 0 && !is_web_url(contact) &&
	    !span_starts_nocase(contact, SPAN("mailto:")))
		findings_error(c->findings, place_of(c, "notice.contact"),
		    "notice.contact must be a mailto: or https: URL");
}

/* A daemon whose origin is itself would ask itself without end. */
static void
check_loop(struct check *c)
{
	struct span upstream = span_of(c->config->upstream);
	size_t i;

	if (span_starts(upstream, SPAN("http://")))
		upstream = span_sub(upstream, 7, upstream.n);
	for (i = 0; i < c->config->n_listen; i++)
		if (span_equal(upstream, span_of(c->config->listen[i].text)))
			findings_error(c->findings, place_of(c, "upstream"),
			    "upstream is an address of our own");
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
	check_sites(&c);
	check_cookie(&c);
	if (config->token.scope == TOKEN_SCOPE_SITE)
		check_domain(&c);
	check_prefix(&c);
	check_admin(&c);
	check_log_name(&c);
	check_notice(&c);
	check_loop(&c);
	if (config->workers == 0)
		config->workers = processors();
	if (c.rc == CONSENT_OK && findings->errors != errors)
		return CONSENT_EINVAL;
	return c.rc;
}
