#include "conf/check_parts.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/ascii.h"
#include "conf/options.h"
#include "proxy/access_out.h"
#include "settings/values.h"

#include <libconsent/setting.h>

enum {
	PATH_BYTES = 4096 /* longest path, and its NUL */
};

/* Reads the option upstream, an address or a group with one. */
static void
read_upstream(struct check *c, const struct setting *s)
{
	struct config_upstream *up = &c->config->upstream;
	const struct option *table = config_upstream_options();
	bool is_group = setting_type(s) == SETTING_GROUP;

	if (!is_group && setting_string(s) == NULL)
		findings_error(c->findings, setting_place(s),
		    FINDING_WRONG_TYPE,
		    "upstream must be an address, or a group with one");
	/* a string is the first row, the address, and defaults for the rest */
	if (options_read(is_group ? table : table + 1, s, c->folder,
		c->findings, up) == CONSENT_ENOMEM)
		c->rc = CONSENT_ENOMEM;
	if (!is_group && setting_string(s) != NULL)
		check_replace(c, &up->address, span_of(setting_string(s)));
}

/* The path of a unix socket counts from the configuration's folder. */
static void
complete_path(struct check *c, struct place place)
{
	char **at = &c->config->upstream.address;
	struct config_address local = {.text = ""};

	check_address(c, *at, place, &local);
	if (local.text[0] != '\0')
		check_replace(c, at, span_of(local.text));
}

static void
check_upstream_tls(struct check *c, const struct setting *s, bool is_tls)
{
	static const char *const keys[] = {
	    "ca", "verify", "server_name", "certificate", "key"};
	const struct config_upstream *up = &c->config->upstream;
	struct place place = setting_place(s);
	size_t i;

	for (i = 0; !is_tls && i < sizeof keys / sizeof *keys; i++)
		if (setting_member(s, keys[i]) != NULL)
			findings_error(c->findings,
			    setting_place(setting_member(s, keys[i])),
			    FINDING_CONFLICT,
			    "%s is for an upstream that is https://", keys[i]);
	if ((up->certificate[0] == '\0') != (up->key[0] == '\0'))
		findings_error(c->findings, place, FINDING_CONFLICT,
		    "a certificate for upstream needs its key, and a key its "
		    "certificate");
	if (is_tls && !up->verify)
		findings_warn(c->findings, place, FINDING_INSECURE,
		    "the certificate of %s is not checked: whoever is between "
		    "can read and change all",
		    up->address);
}

/* A daemon whose origin is itself would ask itself without end. */
static void
check_loop(struct check *c, struct place place)
{
	struct span upstream = span_of(c->config->upstream.address);
	size_t scheme = span_search(upstream, SPAN("://")), i;

	if (scheme < upstream.n)
		upstream = span_sub(upstream, scheme + 3, upstream.n);
	for (i = 0; i < c->config->n_listen; i++)
		if (span_equal(
			upstream, span_of(c->config->listen[i].address.text)))
			findings_error(c->findings, place, FINDING_CONFLICT,
			    "upstream is an address of our own");
}

/* Whether each byte may stand in a host: of a name or an IP address. */
static bool
is_host(struct span host)
{
	size_t i;

	for (i = 0; i < host.n; i++)
		if (!ascii_is(host.p[i], ASCII_ALNUM) &&
		    strchr("-._:[]%", host.p[i]) == NULL)
			return false;
	return true;
}

/* What is read at the start, when nobody looks at it any more. */
static void
check_hosts(struct check *c, const struct setting *s,
    const struct address_origin *origin)
{
	const struct config_upstream *up = &c->config->upstream;

	if (origin->scheme != ADDRESS_UNIX && !is_host(origin->host))
		findings_error(c->findings, setting_place(s), FINDING_BAD_VALUE,
		    "%.*s is no host", SPAN_ARG(origin->host));
	if (!is_host(span_of(up->server_name)))
		findings_error(c->findings,
		    setting_place(setting_member(s, "server_name")),
		    FINDING_BAD_VALUE, "%s is no host", up->server_name);
}

/*
 * Settings for what comes from a site. Not among them is cdn_variant: choices
 * still set its cookie, which a cache in front may look at.
 */
static void
check_no_upstream(struct check *c)
{
	static const char *const keys[] = {"upgrade", "memo_bytes",
	    "forward_token", "consent_mode", "limits.upstream_connections",
	    "limits.queue", "limits.tunnels", "timeouts.upstream_connect",
	    "timeouts.upstream", "timeouts.upstream_idle", "timeouts.resolve",
	    "timeouts.queue", "timeouts.tunnel"};
	size_t i;

	for (i = 0; i < sizeof keys / sizeof *keys; i++)
		if (options_setting(c->root, keys[i]) != NULL)
			findings_warn(c->findings, check_place(c, keys[i]),
			    FINDING_NO_EFFECT,
			    "%s has no effect while upstream is \"none\"",
			    keys[i]);
}

void
check_upstream(struct check *c)
{
	const struct setting *s = options_setting(c->root, "upstream");
	struct config_upstream *up = &c->config->upstream;
	struct address_origin origin;

	if (s == NULL) {
		findings_error(c->findings, setting_place(c->root),
		    FINDING_MISSING_KEY,
		    "upstream is missing: the address of the site, or \"none\" "
		    "where only the pages below prefix are to be served");
		return;
	}
	check_keep_place(c, &up->at, setting_place(s));
	read_upstream(c, s);
	if (up->address == NULL || c->rc != CONSENT_OK)
		return; /* reported */
	if (strcmp(up->address, "none") == 0) {
		check_upstream_tls(c, s, false);
		check_no_upstream(c);
		check_replace(c, &up->address, SPAN(""));
		return;
	}
	if (address_parse_origin(span_of(up->address), &origin) != CONSENT_OK) {
		findings_error(c->findings, setting_place(s), FINDING_BAD_VALUE,
		    "%s is no upstream: write http://host:port, "
		    "https://host:port, unix:PATH or none",
		    up->address);
		return;
	}
	check_hosts(c, s, &origin);
	check_upstream_tls(c, s, origin.scheme == ADDRESS_HTTPS);
	if (origin.scheme == ADDRESS_UNIX)
		complete_path(c, setting_place(s));
	check_loop(c, setting_place(s));
}

void
check_upstream_free(struct config *config)
{
	options_free(config_upstream_options(), &config->upstream);
	free(config->upstream.at.file);
}

static void
add_trusted(struct check *c, struct place place, const char *text)
{
	struct network network;
	const char *why;

	if (strcmp(text, "unix:") == 0) {
		c->config->trusts_local = true;
		return;
	}
	if (network_parse(span_of(text), &network, &why) != CONSENT_OK) {
		findings_error(
		    c->findings, place, FINDING_BAD_VALUE, "%s %s", text, why);
		return;
	}
	if (network_is_all(&network))
		findings_warn(c->findings, place, FINDING_INSECURE,
		    "%s trusts everybody: any client can say that it is "
		    "another",
		    text);
	if (network_set_add(&c->config->trusted, &network) != CONSENT_OK)
		findings_error(
		    c->findings, place, FINDING_TOO_MUCH, "too many networks");
}

void
check_trusted(struct check *c)
{
	const struct setting *s = options_setting(c->root, "trusted");
	const struct option_list *list = &c->config->trusted_text;
	const struct config *config = c->config;
	size_t i;

	for (i = 0; i < list->n; i++)
		add_trusted(
		    c, setting_place(setting_item(s, i)), list->items[i]);
	for (i = 0; i < config->n_listen; i++) {
		const struct config_listener *l = &config->listen[i];
		bool local = l->address.address.to.any.sa_family == AF_UNIX;

		if (l->proxy_protocol &&
		    (local ? !config->trusts_local : config->trusted.n == 0))
			findings_error(c->findings, check_place(c, "listen"),
			    FINDING_CONFLICT,
			    "proxy_protocol needs %s among the trusted: "
			    "nobody else may send its header",
			    local ? "\"unix:\"" : "an address");
	}
}

/* Whether others than processes of this machine could reach the address. */
static bool
is_public(const struct address *a)
{
	struct network_address at;
	char text[ADDRESS_TEXT];
	struct span host;

	if (a->to.any.sa_family == AF_UNIX)
		return false;
	address_format(a, text);
	host = span_of(text);
	while (host.n > 0 && host.p[host.n - 1] != ':')
		host.n--;
	host.n--;
	if (span_starts(host, SPAN("[")))
		host = span_sub(host, 1, host.n - 2);
	return network_address_parse(host, &at) != CONSENT_OK ||
	       !network_address_is_loopback(&at);
}

static void
check_admin_address(struct check *c)
{
	struct config *config = c->config;
	struct place place = check_place(c, "admin");
	size_t i;

	check_address(c, config->admin_text, place, &config->admin);
	if (config->admin.address.n == 0)
		return; /* reported */
	config->admin_is_public = is_public(&config->admin.address);
	if (config->admin_is_public) {
		if (config->admin_public)
			findings_warn(c->findings, place, FINDING_INSECURE,
			    "%s is not loopback: whoever reaches it sees "
			    "the numbers",
			    config->admin.text);
		else
			findings_error(c->findings, place, FINDING_INSECURE,
			    "%s is not loopback: with admin_public = true "
			    "others may see the numbers",
			    config->admin.text);
	}
	for (i = 0; i < config->n_listen; i++)
		if (!span_ends(span_of(config->admin.text), SPAN(":0")) &&
		    strcmp(config->admin.text,
			config->listen[i].address.text) == 0)
			findings_error(c->findings, place, FINDING_CONFLICT,
			    "admin is an address where visitors connect");
}

/* The user and group are there, and it is not root. */
static void
check_user(struct check *c)
{
	const struct config *config = c->config;
	const struct passwd *pw;
	const struct group *gr;

	/* cppcheck-suppress getgrnamCalled; the parent has one thread */
	gr = getgrnam(config->group);
	if (config->group[0] != '\0' && config->user[0] == '\0')
		findings_error(c->findings, check_place(c, "group"),
		    FINDING_CONFLICT, "a group needs a user");
	else if (config->group[0] != '\0' && gr == NULL)
		findings_error(c->findings, check_place(c, "group"),
		    FINDING_BAD_VALUE, "there is no group %s", config->group);
	if (config->user[0] == '\0')
		return;
	/* cppcheck-suppress getpwnamCalled; the parent has one thread */
	pw = getpwnam(config->user);
	if (pw == NULL)
		findings_error(c->findings, check_place(c, "user"),
		    FINDING_BAD_VALUE, "there is no user %s", config->user);
	else if (pw->pw_uid == 0)
		findings_error(c->findings, check_place(c, "user"),
		    FINDING_BAD_VALUE,
		    "user must not be %s, whose number is 0: give the "
		    "processes a user of their own",
		    config->user);
}

/* A file that is made: its folder is meant to be there. */
static void
check_file(struct check *c, const char *name, const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_BYTES];
	struct stat st;

	if (path[0] == '\0')
		return;
	(void)snprintf(folder, sizeof folder, "%.*s",
	    slash == NULL ? 1 : (int)(slash - path) + 1,
	    slash == NULL ? "." : path);
	if (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode))
		findings_error(c->findings, check_place(c, name),
		    FINDING_UNREADABLE, "%s: there is no folder %s", name,
		    folder);
	else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		findings_error(c->findings, check_place(c, name),
		    FINDING_UNREADABLE, "%s: %s is no file", name, path);
}

/* Lines about requests need a place, and no other. */
static void
check_access(struct check *c)
{
	bool named = c->config->access_file[0] != '\0';
	int to = c->config->access_to;

	if (to == ACCESS_FILE && !named)
		findings_error(c->findings, check_place(c, "access.to"),
		    FINDING_CONFLICT,
		    "access.to is \"file\", but there is no access.file");
	if (to == ACCESS_FILE)
		check_file(c, "access.file", c->config->access_file);
	if (named && to != ACCESS_FILE && to != ACCESS_SYSLOG)
		findings_error(c->findings, check_place(c, "access.file"),
		    FINDING_CONFLICT,
		    "access.file is only for access.to = \"file\" and "
		    "\"syslog\"");
}

void
check_admin(struct check *c)
{
	struct config *config = c->config;
	struct address local;

	if (config->admin_text[0] != '\0')
		check_admin_address(c);
	if (config->control[0] != '\0' &&
	    address_from_path(span_of(config->control), &local) != CONSENT_OK)
		findings_error(c->findings, check_place(c, "control"),
		    FINDING_TOO_MUCH, "the path of the socket is too long");
	check_file(c, "inventory", config->inventory);
	check_access(c);
	check_user(c);
}

void
check_upgrades(struct check *c)
{
	const struct setting *s = options_setting(c->root, "upgrade");
	const struct option_list *list = &c->config->upgrades;
	size_t i;

	for (i = 0; i < list->n; i++)
		if (list->items[i][0] != '/' && list->items[i][0] != '*')
			findings_error(c->findings,
			    setting_place(setting_item(s, i)),
			    FINDING_BAD_VALUE,
			    "%s is no path: write /socket, /live/* or *",
			    list->items[i]);
}
