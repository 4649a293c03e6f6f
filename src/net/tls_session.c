#include "net/tls_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <libconsent/buf.h>

#include "net/tls_context.h"
#include "net/tls_resume.h"

enum {
	OUTPUT_BYTES = 16 * 1024 * 1024, /* nobody writes so much at once */
	REASON_BYTES = 192
};

struct tls_session {
	SSL *ssl;
	struct tls_client *client; /* NULL on the side of a server */
	struct tls_wire wire;
	struct buf output;	/* for the wire */
	struct buf record;	/* small spans, gathered for one */
	enum tls_progress over; /* TLS_CUT or TLS_BROKEN once it is */
	bool wire_ended, wire_broken;
	bool shaken;   /* the handshake is complete */
	bool said_end; /* close_notify was written */
	char reason[REASON_BYTES];
};

/* The wire as OpenSSL sees it: a BIO over the owner's function. */

static int
wire_read(BIO *bio, char *room, size_t max, size_t *n)
{
	struct tls_session *session = BIO_get_data(bio);
	int rc = session->wire.read(session->wire.ctx, room, max, n);

	BIO_clear_retry_flags(bio);
	if (rc == CONSENT_OK && *n != 0)
		return 1;
	session->wire_ended = session->wire_ended || rc == CONSENT_OK;
	if (rc == CONSENT_EBUSY)
		BIO_set_retry_read(bio);
	else if (rc != CONSENT_OK)
		session->wire_broken = true;
	*n = 0;
	return 0;
}

static int
wire_write(BIO *bio, const char *bytes, size_t length, size_t *n)
{
	struct tls_session *session = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	if (buf_append(&session->output, (struct span){bytes, length}) !=
	    CONSENT_OK)
		return 0;
	*n = length;
	return 1;
}

static long
wire_control(BIO *bio, int command, long number, void *pointer)
{
	const struct tls_session *session = BIO_get_data(bio);

	(void)number;
	(void)pointer;
	if (command == BIO_CTRL_EOF)
		return session->wire_ended;
	return command == BIO_CTRL_FLUSH;
}

static int
wire_create(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

/* Made once; OpenSSL frees it never, as it must outlive each BIO. */
static const BIO_METHOD *
wire_method(void)
{
	static BIO_METHOD *method;

	if (method != NULL)
		return method;
	method =
	    BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
	if (method == NULL)
		return NULL;
	(void)BIO_meth_set_create(method, wire_create);
	(void)BIO_meth_set_read_ex(method, wire_read);
	(void)BIO_meth_set_write_ex(method, wire_write);
	(void)BIO_meth_set_ctrl(method, wire_control);
	return method;
}

/* Beginnings. */

static struct tls_session *
session_new(SSL_CTX *ctx, const struct tls_wire *wire)
{
	struct tls_session *session = calloc(1, sizeof *session);
	BIO *bio;

	if (session == NULL)
		return NULL;
	session->wire = *wire;
	buf_init(&session->output, OUTPUT_BYTES);
	buf_init(&session->record, TLS_RECORD);
	session->ssl = SSL_new(ctx);
	bio = wire_method() == NULL ? NULL : BIO_new(wire_method());
	if (session->ssl == NULL || bio == NULL) {
		BIO_free(bio);
		ERR_clear_error();
		tls_session_free(session);
		return NULL;
	}
	BIO_set_data(bio, session);
	SSL_set_bio(session->ssl, bio, bio);
	return session;
}

struct tls_session *
tls_session_accept(struct tls_server *server, const struct tls_wire *wire)
{
	struct tls_session *session = session_new(server->ctx, wire);

	if (session != NULL)
		SSL_set_accept_state(session->ssl);
	return session;
}

struct tls_session *
tls_session_connect(struct tls_client *client, const struct tls_wire *wire)
{
	struct tls_session *session = session_new(client->ctx, wire);

	if (session == NULL)
		return NULL;
	session->client = client;
	SSL_set_connect_state(session->ssl);
	if (client->is_address ||
	    SSL_set_tlsext_host_name(session->ssl, client->name) == 1) {
		tls_resume_offer(client, session->ssl);
		return session;
	}
	ERR_clear_error();
	tls_session_free(session);
	return NULL;
}

void
tls_session_free(struct tls_session *session)
{
	if (session == NULL)
		return;
	SSL_free(session->ssl);
	buf_fini(&session->output);
	buf_fini(&session->record);
	free(session);
}

/* Failures. */

/* A certificate that is not good says more than the alert about it. */
static void
note_reason(struct tls_session *session)
{
	long verdict = SSL_get_verify_result(session->ssl);
	unsigned long code = ERR_peek_last_error();
	const char *text = code == 0 ? NULL : ERR_reason_error_string(code);

	if (session->over == TLS_CUT)
		text = "the connection ended";
	else if (session->wire_broken)
		text = "the connection broke";
	else if (verdict != X509_V_OK && !session->shaken)
		text = X509_verify_cert_error_string(verdict);
	else if (text == NULL)
		text = "memory or protocol";
	(void)snprintf(session->reason, sizeof session->reason, "%s", text);
}

/* What the return value of one of OpenSSL's functions means. */
static enum tls_progress
judge(struct tls_session *session, int rc)
{
	int error = rc > 0 ? SSL_ERROR_NONE : SSL_get_error(session->ssl, rc);

	if (error != SSL_ERROR_NONE && error != SSL_ERROR_WANT_READ &&
	    error != SSL_ERROR_ZERO_RETURN) {
		session->over = session->wire_ended ? TLS_CUT : TLS_BROKEN;
		note_reason(session);
		if (session->wire_ended) /* nobody is there to be told */
			buf_clear(&session->output);
	}
	ERR_clear_error();
	if (error == SSL_ERROR_WANT_READ)
		return TLS_WAIT;
	return error == SSL_ERROR_ZERO_RETURN ? TLS_ENDED : session->over;
}

/*
 * Whether the other side has the name that was asked for. OpenSSL checks it as
 * well, by copies of it for the connection and then for the check: where there
 * was no memory for a copy it does without, and takes any name.
 */
static bool
is_named(const struct tls_session *session)
{
	const struct tls_client *client = session->client;
	X509 *certificate = SSL_get0_peer_certificate(session->ssl);

	if (client == NULL ||
	    SSL_get_verify_mode(session->ssl) == SSL_VERIFY_NONE)
		return true;
	if (certificate == NULL)
		return false;
	return client->is_address
		   ? X509_check_ip_asc(certificate, client->name, 0) == 1
		   : X509_check_host(certificate, client->name, 0,
			 TLS_HOST_FLAGS, NULL) == 1;
}

/* The handshake is complete; what it is worth. */
static enum tls_progress
shaken(struct tls_session *session)
{
	if (is_named(session)) {
		session->shaken = true;
		return TLS_DONE;
	}
	ERR_clear_error();
	session->over = TLS_BROKEN;
	(void)snprintf(session->reason, sizeof session->reason, "%s",
	    X509_verify_cert_error_string(session->client->is_address
					      ? X509_V_ERR_IP_ADDRESS_MISMATCH
					      : X509_V_ERR_HOSTNAME_MISMATCH));
	return TLS_BROKEN;
}

/* The session. */

enum tls_progress
tls_session_shake(struct tls_session *session)
{
	enum tls_progress progress;

	if (session->over != TLS_DONE)
		return session->over;
	ERR_clear_error();
	progress = judge(session, SSL_do_handshake(session->ssl));
	if (progress == TLS_DONE && !session->shaken)
		progress = shaken(session);
	if (progress != TLS_DONE && progress != TLS_WAIT &&
	    session->client != NULL)
		tls_resume_forget(session->client);
	return progress;
}

/* What there is to be read, which stays. */
static enum tls_progress
look(struct tls_session *session)
{
	char byte;
	size_t n;

	ERR_clear_error();
	return judge(session, SSL_peek_ex(session->ssl, &byte, 1, &n));
}

enum tls_progress
tls_session_read(struct tls_session *session, char *room, size_t max, size_t *n)
{
	enum tls_progress progress = session->over;

	*n = 0;
	if (room == NULL && progress == TLS_DONE)
		return look(session);
	while (progress == TLS_DONE && *n < max) {
		size_t got = 0;

		ERR_clear_error();
		progress = judge(session,
		    SSL_read_ex(session->ssl, room + *n, max - *n, &got));
		*n += got;
	}
	/* what came before the end or the failure is good all the same */
	return *n != 0 ? TLS_DONE : progress;
}

static int
write_record(struct tls_session *session, struct span bytes)
{
	while (bytes.n != 0) {
		size_t n = 0;

		ERR_clear_error();
		if (judge(session, SSL_write_ex(session->ssl, bytes.p, bytes.n,
				       &n)) != TLS_DONE) {
			session->over = TLS_BROKEN;
			return CONSENT_EIO;
		}
		bytes = span_sub(bytes, n, bytes.n);
	}
	return CONSENT_OK;
}

static int
write_gathered(struct tls_session *session)
{
	int rc = write_record(session, buf_span(&session->record));

	buf_clear(&session->record);
	return rc;
}

/* Whole records leave from where they are, the rest joins the others. */
static int
write_span(struct tls_session *session, struct span bytes)
{
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && bytes.n != 0) {
		size_t n = TLS_RECORD - session->record.n;

		if (n > bytes.n)
			n = bytes.n;
		if (n == TLS_RECORD)
			rc = write_record(session, (struct span){bytes.p, n});
		else
			rc = buf_append(
			    &session->record, (struct span){bytes.p, n});
		if (rc == CONSENT_OK && session->record.n == TLS_RECORD)
			rc = write_gathered(session);
		bytes = span_sub(bytes, n, bytes.n);
	}
	return rc;
}

int
tls_session_write(
    struct tls_session *session, const struct span *spans, size_t count)
{
	size_t i;
	int rc = session->over != TLS_DONE || session->said_end ? CONSENT_EIO
								: CONSENT_OK;

	for (i = 0; rc == CONSENT_OK && i < count; i++)
		rc = write_span(session, spans[i]);
	if (rc == CONSENT_OK)
		rc = write_gathered(session);
	if (rc != CONSENT_OK)
		session->over = TLS_BROKEN;
	buf_fini(&session->record);
	return rc;
}

void
tls_session_end(struct tls_session *session)
{
	if (session->over != TLS_DONE || !session->shaken || session->said_end)
		return;
	session->said_end = true;
	ERR_clear_error();
	(void)SSL_shutdown(session->ssl); /* 0: theirs is still to come */
	ERR_clear_error();
}

struct span
tls_session_output(const struct tls_session *session)
{
	return buf_span(&session->output);
}

void
tls_session_taken(struct tls_session *session)
{
	buf_fini(&session->output);
}

bool
tls_session_has_input(const struct tls_session *session)
{
	return session->over == TLS_DONE && SSL_has_pending(session->ssl) == 1;
}

struct span
tls_session_protocol(const struct tls_session *session)
{
	const unsigned char *p = NULL;
	unsigned n = 0;

	SSL_get0_alpn_selected(session->ssl, &p, &n);
	return (struct span){(const char *)p, n};
}

const char *
tls_session_reason(const struct tls_session *session)
{
	return session->reason;
}
