#include "conf/assembly.h"

#include "base/log.h"
#include "conf/config.h"

#include <libconsent/seal.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct assembly {
	struct proxy_setup setup; /* first: what is handed out */
	struct config *config;
	struct seal_ring *ring;
	struct buf site_texts[SETUP_SITES]; /* behind the parsed sites */
};

static const char *
or_null(const char *text)
{
	return text[0] == '\0' ? NULL : text;
}

static void
pour_address(struct setup_address *to, const struct config_address *from)
{
	memcpy(&to->address, &from->address.to, from->address.n);
	to->length = from->address.n;
	(void)snprintf(to->text, sizeof to->text, "%s", from->text);
}

static struct setup_certificate
pour_certificate(const struct config_certificate *from)
{
	return (struct setup_certificate){
	    from->certificate, from->key, or_null(from->ocsp)};
}

static void
pour_tls(struct setup_tls *to, const struct config_listener *from)
{
	size_t i;

	for (i = 0; i < from->n_listed; i++)
		to->certificates[i] = pour_certificate(&from->listed[i]);
	if (from->n_listed == 0)
		to->certificates[i++] = pour_certificate(&from->single);
	to->n_certificates = i;
	to->client_ca = or_null(from->client_ca);
	to->client_verify = (enum setup_verify)from->client_verify;
	to->minimum = (enum setup_tls_version)from->minimum;
}

static void
pour_listeners(struct proxy_setup *setup, const struct config *config)
{
	size_t i;

	setup->n_listeners = config->n_listen;
	for (i = 0; i < config->n_listen; i++) {
		const struct config_listener *from = &config->listen[i];
		struct setup_listener *to = &setup->listeners[i];

		pour_address(&to->at, &from->address);
		to->http2 = from->http2;
		to->proxy_protocol = from->proxy_protocol;
		if (from->tls)
			pour_tls(&to->tls, from);
	}
}

static void
pour_upstream(struct proxy_setup *setup, const struct config *config)
{
	const struct config_upstream *up = &config->upstream;

	setup->upstream = up->address;
	setup->upstream_tls = (struct setup_upstream_tls){
	    .enabled = span_starts_nocase(span_of(up->address), SPAN("https:")),
	    .verify = up->verify,
	    .ca = or_null(up->ca),
	    .server_name = or_null(up->server_name),
	    .certificate = or_null(up->certificate),
	    .key = or_null(up->key)};
}

/* Who may do what, besides visitors. */
static void
pour_edge(struct proxy_setup *setup, const struct config *config)
{
	size_t i;

	setup->user = or_null(config->user);
	setup->group = or_null(config->group);
	setup->sandbox = config->sandbox;
	pour_address(&setup->admin, &config->admin);
	setup->admin_public = config->admin_is_public;
	setup->control = or_null(config->control);
	setup->trusted = config->trusted;
	setup->trusts_local = config->trusts_local;
	setup->n_upgrades = config->upgrades.n;
	for (i = 0; i < config->upgrades.n; i++)
		setup->upgrades[i] = config->upgrades.items[i];
}

static int
pour_sites(struct assembly *a, const struct config *config)
{
	const struct token_options *token = &config->token;
	size_t i;
	int rc = CONSENT_OK;

	for (i = 0; i < token->n_sites && rc == CONSENT_OK; i++) {
		a->setup.sites[i] = token->sites[i];
		rc = url_parse(span_of(token->sites[i]), NULL,
		    &a->site_texts[i], &a->setup.site_urls[i]);
	}
	return rc;
}

static void
pour_limits(struct proxy_setup *setup, const struct config *config)
{
	setup->workers = config->workers;
	setup->header_bytes = config->limits.header_bytes;
	setup->header_fields = config->limits.headers;
	setup->request_body = config->limits.request_body;
	setup->connections = config->limits.connections;
	setup->address_connections = config->limits.address_connections;
	setup->origin_connections = config->limits.upstream_connections;
	setup->queue = config->limits.queue;
	setup->streams = config->limits.streams;
	setup->choices_per_minute = config->limits.choices;
	setup->timeouts =
	    (struct setup_timeouts){.header = config->timeouts.header,
		.body = config->timeouts.body,
		.send = config->timeouts.send,
		.queue = config->timeouts.queue,
		.tunnel = config->timeouts.tunnel,
		.idle = config->timeouts.idle,
		.connect = config->timeouts.upstream_connect,
		.upstream = config->timeouts.upstream,
		.grace = config->timeouts.grace,
		.drain = config->timeouts.drain};
}

/* What can be said but not kept yet is refused: nothing runs half as asked. */
static int
check_built(const struct proxy_setup *setup)
{
	const char *key = NULL;
	size_t i;

	for (i = 0; i < setup->n_listeners; i++)
		if (setup->listeners[i].tls.n_certificates != 0)
			key = "tls";
	if (setup->upstream_tls.enabled)
		key = "upstream";
	if (key == NULL)
		return CONSENT_OK;
	log_error("config.unsupported", "key=%s", key);
	return CONSENT_EINVAL;
}

static int
open_keys(struct assembly *a, const struct config *config)
{
	enum seal_algorithm algorithm = (enum seal_algorithm)config->algorithm;
	struct seal_error error;
	int rc = seal_ring_open(
	    config->keys, algorithm, SEAL_CREATE_IF_EMPTY, &a->ring, &error);

	if (rc != CONSENT_OK)
		log_error("keys.failed", "reason=\"%s\"", error.text);
	a->setup.ring = a->ring;
	return rc;
}

int
assembly_take(struct config *config, struct proxy_setup **out)
{
	struct assembly *a = calloc(1, sizeof *a);
	size_t i;
	int rc;

	if (a == NULL) {
		config_free(config);
		return CONSENT_ENOMEM;
	}
	a->config = config;
	for (i = 0; i < SETUP_SITES; i++)
		buf_init(&a->site_texts[i], URL_SCRATCH);
	pour_listeners(&a->setup, config);
	pour_limits(&a->setup, config);
	pour_upstream(&a->setup, config);
	pour_edge(&a->setup, config);
	a->setup.prefix = config->prefix;
	a->setup.policy = config->policy;
	a->setup.notices = config->notices;
	a->setup.token = config->token;
	a->setup.forward_token = config->forward_token;
	a->setup.log_directory = config->log_directory;
	rc = check_built(&a->setup);
	if (rc == CONSENT_OK)
		rc = pour_sites(a, config);
	if (rc == CONSENT_OK)
		rc = open_keys(a, config);
	if (rc != CONSENT_OK) {
		assembly_free(&a->setup);
		return rc;
	}
	*out = &a->setup;
	return CONSENT_OK;
}

void
assembly_free(struct proxy_setup *setup)
{
	struct assembly *a = (struct assembly *)(void *)setup;
	size_t i;

	if (a == NULL)
		return;
	for (i = 0; i < SETUP_SITES; i++)
		buf_fini(&a->site_texts[i]);
	seal_ring_free(a->ring);
	config_free(a->config);
	free(a);
}
