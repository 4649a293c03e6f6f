#include "net/tls_resume.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/clock.h"
#include "net/tls_context.h"

enum {
	LIFE = 3600 * 1000 /* ms that one verification is good for */
};

void
tls_resume_forget(struct tls_client *client)
{
	SSL_SESSION_free(client->kept.session);
	client->kept = (struct tls_kept){NULL, 0};
}

/*
 * A copy is kept, and a copy is offered: OpenSSL lets a session not be resumed
 * any more when it was used once (TLS 1.3) or its connection was not closed in
 * peace. Neither concerns us: an origin may know that we are one client. The
 * time of verification goes on from session to session.
 */
static int
on_session(SSL *ssl, SSL_SESSION *session)
{
	struct tls_client *client = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	int64_t since = client->kept.since;

	if (!SSL_session_reused(ssl) || client->kept.session == NULL)
		since = clock_monotonic();
	SSL_SESSION_free(client->kept.session);
	client->kept = (struct tls_kept){SSL_SESSION_dup(session), since};
	return 0; /* the reference stays OpenSSL's */
}

void
tls_resume_use(struct tls_client *client)
{
	(void)SSL_CTX_set_app_data(client->ctx, client);
	(void)SSL_CTX_clear_options(client->ctx, SSL_OP_NO_TICKET);
	(void)SSL_CTX_set_session_cache_mode(client->ctx,
	    SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
	SSL_CTX_sess_set_new_cb(client->ctx, on_session);
}

static bool
is_good(const struct tls_kept *kept)
{
	const X509 *peer = SSL_SESSION_get0_peer(kept->session);

	return clock_monotonic() - kept->since < LIFE && peer != NULL &&
	       X509_cmp_current_time(X509_get0_notAfter(peer)) > 0 &&
	       SSL_SESSION_is_resumable(kept->session) == 1;
}

void
tls_resume_offer(struct tls_client *client, SSL *ssl)
{
	SSL_SESSION *copy = NULL;

	if (client->kept.session == NULL)
		return;
	if (is_good(&client->kept))
		copy = SSL_SESSION_dup(client->kept.session);
	if (copy == NULL || SSL_set_session(ssl, copy) != 1)
		tls_resume_forget(client);
	SSL_SESSION_free(copy);
	ERR_clear_error();
}
