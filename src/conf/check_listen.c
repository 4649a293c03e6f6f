#include "conf/check_parts.h"

#include <stdlib.h>
#include <string.h>

#include "conf/options.h"
#include "net/tls.h"
#include "settings/values.h"

#include <libconsent/setting.h>

/* Fills in target by a table; mistakes are in the findings already. */
static void
read_table(struct check *c, const struct option *table,
    const struct setting *from, void *target)
{
	int rc = options_read(table, from, c->folder, c->findings, target);

	if (rc == CONSENT_ENOMEM)
		c->rc = rc;
}

static bool
is_given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

/* The list tls.certificates instead of the three keys of one. */
static void
read_certificates(
    struct check *c, struct config_listener *l, const struct setting *list)
{
	size_t i, n = setting_items(list);

	if (n < 1 || n > CONFIG_CERTIFICATES) {
		findings_error(c->findings, setting_place(list),
		    FINDING_OUT_OF_RANGE,
		    "tls.certificates must be 1 to %d groups",
		    CONFIG_CERTIFICATES);
		return;
	}
	for (i = 0; i < n; i++) {
		const struct setting *s = setting_item(list, i);

		if (setting_type(s) == SETTING_GROUP)
			read_table(c, config_certificate_options(), s,
			    &l->listed[l->n_listed++]);
		else
			findings_error(c->findings, setting_place(s),
			    FINDING_WRONG_TYPE,
			    "a member of tls.certificates must be a group of "
			    "certificate, key and ocsp");
	}
}

/* Whether a path is left out; one that is wrong has been reported. */
static bool
lacks(const struct setting *tls, const char *key)
{
	const struct setting *s = setting_member(tls, key);
	const char *text = setting_string(s);

	return s == NULL || (text != NULL && text[0] == '\0');
}

static void
check_certificates(
    struct check *c, struct config_listener *l, const struct setting *tls)
{
	const struct setting *list = setting_member(tls, "certificates");
	const struct config_certificate *one = &l->single;

	if (list != NULL) {
		if (is_given(one->certificate) || is_given(one->key) ||
		    is_given(one->ocsp))
			findings_error(c->findings, setting_place(list),
			    FINDING_CONFLICT,
			    "write either certificates or certificate, key "
			    "and ocsp");
		read_certificates(c, l, list);
	} else if (lacks(tls, "certificate") || lacks(tls, "key"))
		findings_error(c->findings, setting_place(tls),
		    FINDING_MISSING_KEY, "tls needs a certificate and its key");
}

static void
check_tls(struct check *c, struct config_listener *l, const struct setting *tls)
{
	l->tls = true;
	check_keep_place(c, &l->tls_at, setting_place(tls));
	check_certificates(c, l, tls);
	if (l->client_verify != TLS_VERIFY_OFF && !is_given(l->client_ca))
		findings_error(c->findings, setting_place(tls),
		    FINDING_CONFLICT,
		    "tls.client_verify needs tls.client_ca: who else could "
		    "say which certificates are good?");
	if (l->client_verify == TLS_VERIFY_OFF && is_given(l->client_ca))
		findings_warn(c->findings, setting_place(tls),
		    FINDING_NO_EFFECT,
		    "tls.client_ca has no effect while tls.client_verify is "
		    "off");
}

/* Port 0 is another one each time; any other address can be had once. */
static void
check_twice(struct check *c, const struct config_listener *l, struct place at)
{
	const struct config_listener *other = c->config->listen;

	if (span_ends(span_of(l->address.text), SPAN(":0")))
		return;
	for (; other != l; other++)
		if (l->address.address.n != 0 &&
		    strcmp(other->address.text, l->address.text) == 0)
			findings_error(c->findings, at, FINDING_CONFLICT,
			    "listen has %s twice", l->address.text);
}

/* One listener: a string, or a group with an address in it. */
static void
check_listener(struct check *c, const struct setting *s)
{
	struct config_listener *l = &c->config->listen[c->config->n_listen];
	const struct option *table = config_listener_options();
	bool is_group = setting_type(s) == SETTING_GROUP;
	const struct setting *tls = setting_member(s, "tls");

	if (!is_group && setting_string(s) == NULL) {
		findings_error(c->findings, setting_place(s),
		    FINDING_WRONG_TYPE,
		    "listen must be an address, or a group with one");
		return;
	}
	c->config->n_listen++;
	/* a string is the first row, the address, and defaults for the rest */
	read_table(c, is_group ? table : table + 1, s, l);
	if (!is_group)
		check_replace(c, &l->address_text, span_of(setting_string(s)));
	if (l->address_text != NULL)
		check_address(
		    c, l->address_text, setting_place(s), &l->address);
	check_twice(c, l, setting_place(s));
	if (setting_type(s) == SETTING_GROUP && tls != NULL &&
	    setting_type(tls) == SETTING_GROUP) {
		check_tls(c, l, tls);
		if (setting_member(s, "http2") == NULL)
			l->http2 = true;
	}
}

void
check_listen(struct check *c)
{
	const struct setting *s = options_setting(c->root, "listen");
	size_t i, n;

	if (s == NULL) {
		findings_error(c->findings, setting_place(c->root),
		    FINDING_MISSING_KEY, "listen is missing");
		return;
	}
	n = setting_items(s);
	if (n < 1 || n > CONFIG_LISTENERS) {
		findings_error(c->findings, setting_place(s),
		    FINDING_OUT_OF_RANGE, "listen must be 1 to %d addresses",
		    CONFIG_LISTENERS);
		return;
	}
	for (i = 0; i < n; i++)
		check_listener(c, setting_item(s, i));
}

void
check_listen_free(struct config *config)
{
	size_t i, k;

	for (i = 0; i < config->n_listen; i++) {
		struct config_listener *l = &config->listen[i];

		for (k = 0; k < l->n_listed; k++)
			options_free(
			    config_certificate_options(), &l->listed[k]);
		options_free(config_listener_options(), l);
		free(l->tls_at.file);
	}
}
