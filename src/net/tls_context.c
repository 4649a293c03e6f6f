#include "net/tls_context.h"

#include <time.h>

#include <openssl/err.h>

/* TLS 1.2: ECDHE for forward secrecy, and only ciphers that authenticate what
 * they encrypt; those of TLS 1.3 all do. What HTTP/2 forbids is not among them
 * (RFC 9113 9.2.2). */
static const char ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
static const char suites[] = "TLS_AES_256_GCM_SHA384:"
			     "TLS_CHACHA20_POLY1305_SHA256:"
			     "TLS_AES_128_GCM_SHA256";

SSL_CTX *
tls_context_new(const SSL_METHOD *method, enum tls_version minimum)
{
	static const int versions[] = {
	    [TLS_1_2] = TLS1_2_VERSION, [TLS_1_3] = TLS1_3_VERSION};
	char groups[] = "X25519:P-256:P-384"; /* the macro drops const */
	SSL_CTX *ctx = SSL_CTX_new(method);

	/* who looks at validity asks for the time zone, and that is a file
	 * that a confined process cannot open any more */
	tzset();
	if (ctx == NULL)
		return NULL;
	SSL_CTX_set_security_level(ctx, 2);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_options(ctx,
	    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
		SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
	/* memory of records only while there are some: most connections idle */
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS |
					SSL_MODE_ENABLE_PARTIAL_WRITE |
					SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(ctx, 1);
	if (SSL_CTX_set_min_proto_version(ctx, versions[minimum]) == 1 &&
	    SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) == 1 &&
	    SSL_CTX_set_cipher_list(ctx, ciphers) == 1 &&
	    SSL_CTX_set_ciphersuites(ctx, suites) == 1 &&
	    SSL_CTX_set1_groups_list(ctx, groups) == 1)
		return ctx;
	ERR_clear_error();
	SSL_CTX_free(ctx);
	return NULL;
}

int
tls_context_set_identity(SSL_CTX *ctx, const char *path,
    const struct tls_identity *identity, struct tls_report *report)
{
	if (SSL_CTX_use_cert_and_key(ctx, identity->certificate, identity->key,
		identity->chain, 1) == 1)
		return CONSENT_OK;
	return tls_report_error(report, CONSENT_EINVAL,
	    "%s: cannot be used: %s", path, tls_last_error());
}

int
tls_context_memory(struct tls_report *report)
{
	ERR_clear_error();
	return tls_report_error(
	    report, CONSENT_ENOMEM, "TLS: %s", status_text(CONSENT_ENOMEM));
}
