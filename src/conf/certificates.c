#include "conf/certificates.h"

#include <stdio.h>

#include "net/tls.h"

#include <libconsent/findings.h>

/* Where the words of a report go. */
struct reader {
	struct findings *findings;
	struct place place;
};

static struct place
place_of(const struct config_place *at)
{
	return (struct place){.file = at->file,
	    .line = at->line,
	    .column = at->column,
	    .length = at->length};
}

static void
on_warning(void *ctx, const char *text)
{
	const struct reader *to = ctx;

	findings_warn(to->findings, to->place, FINDING_CERTIFICATE, "%s", text);
}

static const char *
or_null(const char *text)
{
	return text == NULL || text[0] == '\0' ? NULL : text;
}

static struct tls_certificate
files_of(const struct config_certificate *from)
{
	return (struct tls_certificate){
	    from->certificate, from->key, or_null(from->ocsp)};
}

static int
load_listener(const struct config_listener *from, struct findings *findings,
    struct tls_server **out)
{
	struct reader to = {findings, place_of(&from->tls_at)};
	struct tls_report report = {.on_warning = on_warning, .ctx = &to};
	struct tls_certificate list[CONFIG_CERTIFICATES];
	const struct tls_server_options options = {
	    .certificates = list,
	    .n_certificates = from->n_listed == 0 ? 1 : from->n_listed,
	    .client_ca = or_null(from->client_ca),
	    .verify = (enum tls_verify)from->client_verify,
	    .minimum = (enum tls_version)from->minimum,
	    .http2 = from->http2,
	};
	size_t i;
	int rc;

	list[0] = files_of(&from->single);
	for (i = 0; i < from->n_listed; i++)
		list[i] = files_of(&from->listed[i]);
	rc = tls_server_new(&options, &report, out);
	if (rc != CONSENT_OK)
		findings_error(findings, to.place, FINDING_CERTIFICATE, "%s",
		    report.error);
	return rc;
}

static int
load_upstream(const struct config_upstream *from, struct findings *findings,
    struct tls_client **out)
{
	struct reader to = {findings, place_of(&from->at)};
	struct tls_report report = {.on_warning = on_warning, .ctx = &to};
	char name[ADDRESS_HOST_BYTES + 1];
	struct tls_client_options options = {
	    .name = or_null(from->server_name),
	    .ca = or_null(from->ca),
	    .certificate = or_null(from->certificate),
	    .key = or_null(from->key),
	    .verify = from->verify,
	};
	struct address_origin origin;
	int rc;

	if (from->address[0] == '\0')
		return CONSENT_OK;
	rc = address_parse_origin(span_of(from->address), &origin);
	if (rc != CONSENT_OK || origin.scheme != ADDRESS_HTTPS)
		return rc;
	(void)snprintf(name, sizeof name, "%.*s", SPAN_ARG(origin.host));
	if (options.name == NULL)
		options.name = name;
	rc = tls_client_new(&options, &report, out);
	if (rc != CONSENT_OK)
		findings_error(findings, to.place, FINDING_CERTIFICATE, "%s",
		    report.error);
	return rc;
}

int
certificates_load(const struct config *config, struct findings *findings,
    struct certificates *out)
{
	size_t i;
	int worst;

	*out = (struct certificates){.upstream = NULL};
	worst = load_upstream(&config->upstream, findings, &out->upstream);
	for (i = 0; i < config->n_listen; i++) {
		if (!config->listen[i].tls)
			continue;
		if (load_listener(&config->listen[i], findings,
			&out->listeners[i]) != CONSENT_OK)
			worst = CONSENT_EINVAL;
	}
	return worst == CONSENT_OK ? CONSENT_OK : CONSENT_EINVAL;
}

void
certificates_free(struct certificates *certificates)
{
	size_t i;

	tls_client_free(certificates->upstream);
	for (i = 0; i < CONFIG_LISTENERS; i++)
		tls_server_free(certificates->listeners[i]);
	*certificates = (struct certificates){.upstream = NULL};
}
