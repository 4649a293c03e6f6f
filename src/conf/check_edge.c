#include "conf/check_parts.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "conf/options.h"
#include "settings/setting.h"
#include "settings/values.h"

/* Reads the option upstream, an address or a group with one. */
static void
read_upstream(struct check *c, const struct setting *s)
{
	struct config_upstream *up = &c->config->upstream;
	const struct option *table = config_upstream_options();
	bool is_group = setting_type(s) == SETTING_GROUP;

	if (!is_group && setting_string(s) == NULL)
		findings_error(c->findings, setting_place(s),
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
			    "%s is for an upstream that is https://", keys[i]);
	if ((up->certificate[0] == '\0') != (up->key[0] == '\0'))
		findings_error(c->findings, place,
		    "a certificate for upstream needs its key, and a key its "
		    "certificate");
	if (is_tls && !up->verify)
		findings_warn(c->findings, place,
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
			findings_error(c->findings, place,
			    "upstream is an address of our own");
}

void
check_upstream(struct check *c)
{
	const struct setting *s = options_setting(c->root, "upstream");
	struct config_upstream *up = &c->config->upstream;
	struct address_origin origin;

	if (s == NULL) {
		findings_error(
		    c->findings, setting_place(c->root), "upstream is missing");
		return;
	}
	check_keep_place(c, &up->at, setting_place(s));
	read_upstream(c, s);
	if (up->address == NULL || c->rc != CONSENT_OK)
		return; /* reported */
	if (address_parse_origin(span_of(up->address), &origin) != CONSENT_OK) {
		findings_error(c->findings, setting_place(s),
		    "%s is no upstream: write http://host:port, "
		    "https://host:port or unix:PATH",
		    up->address);
		return;
	}
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
		findings_error(c->findings, place, "%s %s", text, why);
		return;
	}
	if (network_is_all(&network))
		findings_warn(c->findings, place,
		    "%s trusts everybody: any client can say that it is "
		    "another",
		    text);
	if (network_set_add(&c->config->trusted, &network) != CONSENT_OK)
		findings_error(c->findings, place, "too many networks");
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
			findings_warn(c->findings, place,
			    "%s is not loopback: whoever reaches it sees "
			    "the numbers",
			    config->admin.text);
		else
			findings_error(c->findings, place,
			    "%s is not loopback: with admin_public = true "
			    "others may see the numbers",
			    config->admin.text);
	}
	for (i = 0; i < config->n_listen; i++)
		if (!span_ends(span_of(config->admin.text), SPAN(":0")) &&
		    strcmp(config->admin.text,
			config->listen[i].address.text) == 0)
			findings_error(c->findings, place,
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
		    "a group needs a user");
	else if (config->group[0] != '\0' && gr == NULL)
		findings_error(c->findings, check_place(c, "group"),
		    "there is no group %s", config->group);
	if (config->user[0] == '\0')
		return;
	/* cppcheck-suppress getpwnamCalled; the parent has one thread */
	pw = getpwnam(config->user);
	if (pw == NULL)
		findings_error(c->findings, check_place(c, "user"),
		    "there is no user %s", config->user);
	else if (pw->pw_uid == 0)
		findings_error(c->findings, check_place(c, "user"),
		    "%s is root: give the processes a user of their own",
		    config->user);
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
		    "the path of the socket is too long");
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
			    "%s is no path: write /socket, /live/* or *",
			    list->items[i]);
}
