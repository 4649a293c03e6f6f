#include "conf/assembly.h"

#include "audit/note.h"
#include "base/log.h"
#include "conf/certificates.h"
#include "conf/config.h"
#include "proxy/edition.h"
#include "proxy/key_desk.h"

#include <libconsent/seal.h>
#include <libconsent/stubs.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct assembly {
	struct proxy_setup setup; /* first: what is handed out */
	struct config *config;
	struct note_ring note_ring;
	struct certificates certificates;
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
	}
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
	setup->inventory = or_null(config->inventory);
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
	setup->memo_bytes = config->memo_bytes;
	setup->header_bytes = config->limits.header_bytes;
	setup->header_fields = config->limits.headers;
	setup->request_body = config->limits.request_body;
	setup->connections = config->limits.connections;
	setup->address_connections = config->limits.address_connections;
	setup->origin_connections = config->limits.upstream_connections;
	setup->queue = config->limits.queue;
	setup->tunnels = config->limits.tunnels;
	setup->streams = config->limits.streams;
	setup->body_rate = config->limits.body_rate;
	setup->send_rate = config->limits.send_rate;
	setup->choices_per_minute = config->limits.choices;
	setup->timeouts =
	    (struct setup_timeouts){.header = config->timeouts.header,
		.body = config->timeouts.body,
		.send = config->timeouts.send,
		.queue = config->timeouts.queue,
		.tunnel = config->timeouts.tunnel,
		.idle = config->timeouts.idle,
		.half_closed = config->timeouts.half_closed,
		.connect = config->timeouts.upstream_connect,
		.upstream = config->timeouts.upstream,
		.upstream_idle = config->timeouts.upstream_idle,
		.resolve = config->timeouts.resolve,
		.grace = config->timeouts.grace,
		.drain = config->timeouts.drain};
}

/* What TLS takes, from here on: nobody opens files later. */
static int
open_certificates(
    struct assembly *a, const struct config *config, struct findings *findings)
{
	size_t i;
	int rc = certificates_load(config, findings, &a->certificates);

	for (i = 0; i < config->n_listen; i++)
		a->setup.listeners[i].tls = a->certificates.listeners[i];
	a->setup.upstream_tls = a->certificates.upstream;
	return rc;
}

static int
open_keys(struct assembly *a, const struct config *config)
{
	enum seal_algorithm algorithm = (enum seal_algorithm)config->algorithm;
	struct seal_error error;
	char why[KEYS_ERROR] = "";
	struct keys_folder folder = {config->keys, SIGNER_ED25519, why};
	int rc = seal_ring_open(config->keys, algorithm, SEAL_CREATE_IF_EMPTY,
	    &a->setup.ring, &error);

	if (rc != CONSENT_OK) {
		log_error("keys.failed", "reason=\"%s\"", error.text);
		return rc;
	}
	rc = note_ring_open(&folder, config->log_name, &a->note_ring);
	if (rc != CONSENT_OK)
		log_error("keys.failed", "reason=\"%s\"", why);
	a->setup.note_ring = &a->note_ring;
	key_desk_date(&a->setup);
	return rc;
}

/* All that follows from the configuration alone. */
static int
pour(struct assembly *a, const struct config *config)
{
	struct proxy_setup *setup = &a->setup;
	int rc;

	pour_listeners(setup, config);
	pour_limits(setup, config);
	setup->upstream = or_null(config->upstream.address);
	pour_edge(setup, config);
	setup->prefix = config->prefix;
	setup->cdn_variant = or_null(config->cdn_variant);
	setup->policy = config->policy;
	setup->notices = config->notices;
	setup->csp = config->csp;
	setup->guard = config->guard;
	setup->script = config->script;
	setup->mode = config->mode;
	setup->token = config->token;
	setup->forward_token = config->forward_token;
	setup->clear_storage = config->clear_storage;
	setup->keys = config->keys;
	setup->log_name = config->log_name;
	setup->access = (struct access_plan){(enum access_to)config->access_to,
	    (enum access_form)config->access_form, or_null(config->access_file),
	    config->access_sample};
	setup->log_directory = config->log_directory;
	setup->log_summary = config->log_summary;
	setup->log_retain_days = config->log_retain_days;
	rc = pour_sites(a, config);
	return rc == CONSENT_OK ? stubs_hash(setup->stubs_hash) : rc;
}

static struct assembly *
assembly_new(void)
{
	struct assembly *a = calloc(1, sizeof *a);
	size_t i;

	for (i = 0; a != NULL && i < SETUP_SITES; i++)
		buf_init(&a->site_texts[i], URL_SCRATCH);
	return a;
}

int
assembly_sketch(const struct config *config, struct proxy_setup **out)
{
	struct assembly *a = assembly_new();
	int rc = a == NULL ? CONSENT_ENOMEM : pour(a, config);

	if (rc == CONSENT_OK)
		*out = &a->setup;
	else if (a != NULL)
		assembly_free(&a->setup);
	return rc;
}

int
assembly_take(
    struct config *config, struct findings *findings, struct proxy_setup **out)
{
	struct assembly *a = assembly_new();
	int rc;

	if (a == NULL) {
		config_free(config);
		return CONSENT_ENOMEM;
	}
	a->config = config;
	rc = pour(a, config);
	if (rc == CONSENT_OK)
		rc = open_certificates(a, config, findings);
	if (rc == CONSENT_OK)
		rc = edition_write(&a->setup, a->setup.edition);
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
	seal_ring_free(a->setup.ring);
	note_ring_fini(&a->note_ring);
	certificates_free(&a->certificates);
	config_free(a->config);
	free(a);
}
