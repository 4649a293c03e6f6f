#include "net/tls.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "net/tls_context.h"
#include "net/tls_resume.h"

/*
 * Where systems keep their authorities in one file. A folder of them would be
 * looked into at each handshake, when files can no longer be opened.
 */
static const char *const bundles[] = {"/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem"};

static const char *
system_bundle(void)
{
	const char *path = getenv(X509_get_default_cert_file_env());
	size_t i;

	if (path != NULL && path[0] != '\0')
		return path;
	for (i = 0; i < sizeof bundles / sizeof *bundles; i++)
		if (access(bundles[i], R_OK) == 0)
			return bundles[i];
	return NULL;
}

static int
set_authorities(
    struct tls_client *client, const char *ca, struct tls_report *report)
{
	if (ca == NULL)
		ca = system_bundle();
	if (ca == NULL)
		return tls_report_error(report, CONSENT_ENOENT,
		    "this system has no file of authorities: name one");
	return tls_authorities_read(client->ctx, ca, report);
}

/* The name or address that the certificate must have (RFC 9525 6). */
static int
set_name(struct tls_client *client, struct tls_report *report)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(client->ctx);
	int good;

	client->is_address =
	    X509_VERIFY_PARAM_set1_ip_asc(param, client->name) == 1;
	X509_VERIFY_PARAM_set_hostflags(param, TLS_HOST_FLAGS);
	good = client->is_address ||
	       X509_VERIFY_PARAM_set1_host(param, client->name, 0) == 1;
	ERR_clear_error();
	return good ? CONSENT_OK : tls_context_memory(report);
}

/* Our own certificate, for an origin that asks. */
static int
set_identity(struct tls_client *client,
    const struct tls_client_options *options, struct tls_report *report)
{
	struct tls_identity identity = {NULL, NULL, NULL};
	int rc;

	if (options->certificate == NULL)
		return CONSENT_OK;
	rc = tls_identity_read(
	    options->certificate, options->key, report, &identity);
	if (rc == CONSENT_OK)
		rc = tls_context_set_identity(
		    client->ctx, options->certificate, &identity, report);
	if (rc == CONSENT_OK) {
		client->until = tls_identity_until(&identity);
		client->file = strdup(options->certificate);
		if (client->file == NULL)
			rc = tls_context_memory(report);
	}
	tls_identity_fini(&identity); /* the context has its own references */
	return rc;
}

static int
fill(struct tls_client *client, const struct tls_client_options *options,
    struct tls_report *report)
{
	static const unsigned char protocols[] = "\x08http/1.1";
	int rc = set_name(client, report);

	/* 0 is success, of this one function */
	if (rc == CONSENT_OK && SSL_CTX_set_alpn_protos(client->ctx, protocols,
				    sizeof protocols - 1) != 0)
		rc = tls_context_memory(report);
	if (rc == CONSENT_OK && options->verify)
		rc = set_authorities(client, options->ca, report);
	SSL_CTX_set_verify(client->ctx,
	    options->verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
	if (rc == CONSENT_OK)
		rc = set_identity(client, options, report);
	return rc;
}

int
tls_client_new(const struct tls_client_options *options,
    struct tls_report *report, struct tls_client **out)
{
	struct tls_client *client = calloc(1, sizeof *client);
	int rc;

	if (client == NULL)
		return tls_context_memory(report);
	client->name = strdup(options->name);
	client->ctx = tls_context_new(TLS_client_method(), TLS_1_2);
	if (client->name == NULL || client->ctx == NULL)
		rc = tls_context_memory(report);
	else
		rc = fill(client, options, report);
	if (rc == CONSENT_OK)
		tls_resume_use(client);
	ERR_clear_error();
	if (rc != CONSENT_OK) {
		tls_client_free(client);
		return rc;
	}
	*out = client;
	return CONSENT_OK;
}

const char *
tls_client_name(const struct tls_client *client)
{
	return client->name;
}

void
tls_client_free(struct tls_client *client)
{
	if (client == NULL)
		return;
	tls_resume_forget(client);
	SSL_CTX_free(client->ctx);
	free(client->name);
	free(client->file);
	free(client);
}
