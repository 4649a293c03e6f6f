#include "net/tls.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/digest.h"
#include "net/tls_context.h"
#include "net/tls_staple.h"
#include "net/tls_ticket.h"

/* Choices for one connection. */

static bool
has_name(const struct tls_entry *entry, const char *name, unsigned flags)
{
	return X509_check_host(entry->identity.certificate, name, strlen(name),
		   flags | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
		       X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
		   NULL) == 1;
}

/* The first that has the name itself, else by a wildcard, else of all. */
static const struct tls_entry *
choose(const struct tls_server *server, const char *name)
{
	static const unsigned ways[] = {X509_CHECK_FLAG_NO_WILDCARDS, 0};
	size_t way, i;

	for (way = 0; name != NULL && way < 2; way++)
		for (i = 0; i < server->n; i++)
			if (has_name(&server->entries[i], name, ways[way]))
				return &server->entries[i];
	return &server->entries[0];
}

static int
on_certificate(SSL *ssl, void *ctx)
{
	const struct tls_server *server = ctx;
	const struct tls_entry *entry =
	    choose(server, SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name));
	const struct tls_identity *identity = &entry->identity;

	if (entry == &server->entries[0])
		return 1;     /* it is the context's */
	SSL_certs_clear(ssl); /* or one of another kind of key stays, too */
	return SSL_use_cert_and_key(
	    ssl, identity->certificate, identity->key, identity->chain, 1);
}

static int
on_status(SSL *ssl, void *ctx)
{
	const struct tls_server *server = ctx;
	const X509 *sent = SSL_get_certificate(ssl);
	size_t i;

	for (i = 0; i < server->n; i++)
		if (server->entries[i].identity.certificate == sent &&
		    tls_staple_send(&server->entries[i].staple, ssl))
			return SSL_TLSEXT_ERR_OK;
	return SSL_TLSEXT_ERR_NOACK;
}

/* RFC 7301 3.2: who offers nothing that we speak is told so. */
static int
on_protocols(SSL *ssl, const unsigned char **out, unsigned char *n,
    const unsigned char *offered, unsigned length, void *ctx)
{
	static const unsigned char known[] = "\x02h2\x08http/1.1";
	const struct tls_server *server = ctx;
	const unsigned char *ours = server->http2 ? known : known + 3;
	unsigned size = (unsigned)(sizeof known - 1) - (server->http2 ? 0 : 3);
	unsigned char *chosen = NULL;

	(void)ssl;
	if (SSL_select_next_proto(&chosen, n, ours, size, offered, length) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/* Beginnings. */

static int
try_identity(const struct tls_server *server,
    const struct tls_certificate *from, const struct tls_identity *identity,
    struct tls_report *report)
{
	SSL *ssl = SSL_new(server->ctx);
	int rc = CONSENT_OK;

	if (ssl == NULL)
		return tls_context_memory(report);
	if (SSL_use_cert_and_key(ssl, identity->certificate, identity->key,
		identity->chain, 1) != 1)
		rc = tls_report_error(report, CONSENT_EINVAL,
		    "%s: cannot be used: %s", from->certificate,
		    tls_last_error());
	SSL_free(ssl);
	return rc;
}

/* Keeps the names of the files, to be told when they come to their end. */
static int
name_entry(struct tls_entry *entry, const struct tls_certificate *from,
    struct tls_report *report)
{
	entry->file = strdup(from->certificate);
	if (from->ocsp != NULL)
		entry->ocsp = strdup(from->ocsp);
	if (entry->file == NULL || (from->ocsp != NULL && entry->ocsp == NULL))
		return tls_context_memory(report);
	return CONSENT_OK;
}

static int
read_entry(struct tls_server *server, const struct tls_certificate *from,
    struct tls_report *report)
{
	/* counted first: what a failure leaves behind is freed with it */
	struct tls_entry *entry = &server->entries[server->n++];
	int rc = name_entry(entry, from, report);

	if (rc == CONSENT_OK)
		rc = tls_identity_read(
		    from->certificate, from->key, report, &entry->identity);
	if (rc == CONSENT_OK)
		entry->until = tls_identity_until(&entry->identity);
	if (rc == CONSENT_OK && from->ocsp != NULL)
		rc = tls_staple_read(
		    from->ocsp, &entry->identity, report, &entry->staple);
	/* the first one is the context's; the others are tried while what is
	 * wrong with them can be said */
	if (rc == CONSENT_OK && server->n > 1)
		rc = try_identity(server, from, &entry->identity, report);
	return rc;
}

/*
 * A ticket of a listener that asked for other certificates, or for none, is
 * nothing here: sessions belong to who was asked, and for what.
 */
static int
name_sessions(struct tls_server *server,
    const struct tls_server_options *options, struct tls_report *report)
{
	unsigned char id[DIGEST_BYTES];
	struct buf bytes;
	int rc = CONSENT_OK;

	buf_init(&bytes, TLS_FILE_BYTES + 1);
	if (options->verify != TLS_VERIFY_OFF)
		rc = tls_file_read(options->client_ca, &bytes, report);
	if (rc == CONSENT_OK)
		rc = buf_append_byte(&bytes, (char)options->verify);
	if (rc == CONSENT_OK)
		rc = digest_sha256(buf_span(&bytes), id);
	buf_fini(&bytes);
	if (rc == CONSENT_OK &&
	    SSL_CTX_set_session_id_context(server->ctx, id, sizeof id) != 1)
		rc = CONSENT_ENOMEM;
	return rc == CONSENT_ENOMEM ? tls_context_memory(report) : rc;
}

/* Tells clients which authorities we know, so that they choose well. */
static int
name_authorities(SSL_CTX *ctx, const char *path, struct tls_report *report)
{
	STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(path);

	if (names == NULL)
		return tls_report_error(report, CONSENT_EINVAL,
		    "%s: cannot be read: %s", path, tls_last_error());
	SSL_CTX_set_client_CA_list(ctx, names);
	return CONSENT_OK;
}

static int
ask_clients(struct tls_server *server, const struct tls_server_options *options,
    struct tls_report *report)
{
	int rc, mode = SSL_VERIFY_PEER;

	if (options->verify == TLS_VERIFY_OFF)
		return CONSENT_OK;
	if (options->verify == TLS_VERIFY_REQUIRE)
		mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	rc = tls_authorities_read(server->ctx, options->client_ca, report);
	if (rc == CONSENT_OK)
		rc = name_authorities(server->ctx, options->client_ca, report);
	SSL_CTX_set_verify(server->ctx, mode, NULL);
	return rc;
}

static int
fill(struct tls_server *server, const struct tls_server_options *options,
    struct tls_report *report)
{
	size_t i;
	int rc = name_sessions(server, options, report);

	for (i = 0; rc == CONSENT_OK && i < options->n_certificates; i++)
		rc = read_entry(server, &options->certificates[i], report);
	if (rc == CONSENT_OK) /* last: this one is the default */
		rc = tls_context_set_identity(server->ctx,
		    options->certificates[0].certificate,
		    &server->entries[0].identity, report);
	if (rc == CONSENT_OK)
		rc = ask_clients(server, options, report);
	return rc;
}

int
tls_server_new(const struct tls_server_options *options,
    struct tls_report *report, struct tls_server **out)
{
	struct tls_server *server = calloc(1, sizeof *server);
	int rc;

	if (server == NULL)
		return tls_context_memory(report);
	server->http2 = options->http2;
	server->ctx = tls_context_new(TLS_server_method(), options->minimum);
	if (server->ctx == NULL) {
		tls_server_free(server);
		return tls_context_memory(report);
	}
	(void)SSL_CTX_set_app_data(server->ctx, server);
	(void)SSL_CTX_set_num_tickets(server->ctx, 0);
	SSL_CTX_set_cert_cb(server->ctx, on_certificate, server);
	(void)SSL_CTX_set_tlsext_status_cb(server->ctx, on_status);
	(void)SSL_CTX_set_tlsext_status_arg(server->ctx, server);
	SSL_CTX_set_alpn_select_cb(server->ctx, on_protocols, server);
	rc = fill(server, options, report);
	ERR_clear_error();
	if (rc != CONSENT_OK) {
		tls_server_free(server);
		return rc;
	}
	*out = server;
	return CONSENT_OK;
}

void
tls_server_set_secret(
    struct tls_server *server, const unsigned char secret[TLS_SECRET_BYTES])
{
	/* a certificate of a client is looked at each time */
	if (SSL_CTX_get_verify_mode(server->ctx) != SSL_VERIFY_NONE)
		return;
	memcpy(server->secret, secret, sizeof server->secret);
	tls_ticket_use(server);
}

void
tls_server_free(struct tls_server *server)
{
	size_t i;

	if (server == NULL)
		return;
	for (i = 0; i < server->n; i++) {
		tls_identity_fini(&server->entries[i].identity);
		tls_staple_fini(&server->entries[i].staple);
		free(server->entries[i].file);
		free(server->entries[i].ocsp);
	}
	SSL_CTX_free(server->ctx);
	digest_wipe(server->secret, sizeof server->secret);
	free(server);
}
