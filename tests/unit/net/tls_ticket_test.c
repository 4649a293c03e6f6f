#include "net/tls_ticket.h"

#include <string.h>

#include <libconsent/buf.h>

#include "base/clock.h"
#include "base/digest.h"
#include "net/tls_session.h"
#include "throwaway.h"

/* Our server, and OpenSSL's client, which keeps the tickets that it gets. */

enum {
	HOUR = 3600000,
	WIRE = 1 << 20
};

static int64_t moment;

static int64_t
replaced(void)
{
	return moment;
}

struct party {
	struct throwaway keys;
	struct tls_session *server;
	struct buf in; /* on the way to the server */
	SSL_CTX *ctx;
	SSL_SESSION *kept;
};

static int
on_read(void *ctx, void *room, size_t max, size_t *n)
{
	struct party *p = ctx;

	*n = p->in.n < max ? p->in.n : max;
	if (*n == 0)
		return CONSENT_EBUSY;
	memcpy(room, p->in.p, *n);
	buf_drain(&p->in, *n);
	return CONSENT_OK;
}

static int
on_session(SSL *ssl, SSL_SESSION *session)
{
	struct party *p = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	SSL_SESSION_free(p->kept);
	p->kept = session;
	return 1;
}

/* A server that has the secret, if there is one. */
static void
party_init(struct party *p, const unsigned char *secret, int version)
{
	*p = (struct party){.kept = NULL};
	throwaway_init(&p->keys, "localhost");
	if (secret != NULL)
		tls_server_set_secret(p->keys.server, secret);
	buf_init(&p->in, WIRE);
	p->ctx = SSL_CTX_new(TLS_client_method());
	assert_non_null(p->ctx);
	assert_int_equal(SSL_CTX_set_max_proto_version(p->ctx, version), 1);
	(void)SSL_CTX_set_app_data(p->ctx, p);
	(void)SSL_CTX_set_session_cache_mode(
	    p->ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(p->ctx, on_session);
}

static void
party_fini(struct party *p)
{
	SSL_SESSION_free(p->kept);
	SSL_CTX_free(p->ctx);
	buf_fini(&p->in);
	throwaway_fini(&p->keys);
}

/* Carries what either side has to say. */
static void
carry(struct party *p, SSL *ssl)
{
	BIO *out = SSL_get_wbio(ssl), *in = SSL_get_rbio(ssl);
	struct span bytes;
	char *room;
	int n;

	while ((n = (int)BIO_ctrl_pending(out)) > 0) {
		assert_int_equal(
		    buf_reserve(&p->in, (size_t)n, &room), CONSENT_OK);
		assert_int_equal(BIO_read(out, room, n), n);
		p->in.n += (size_t)n;
	}
	(void)tls_session_shake(p->server);
	bytes = tls_session_output(p->server);
	if (bytes.n > 0)
		assert_int_equal(
		    BIO_write(in, bytes.p, (int)bytes.n), (int)bytes.n);
	tls_session_taken(p->server);
}

/* One connection; whether it resumed the session before. The newest ticket
 * that the server gave is kept. */
static bool
connects(struct party *p)
{
	const struct tls_wire wire = {on_read, p};
	SSL *ssl = SSL_new(p->ctx);
	bool resumed;
	char byte;
	int turn;

	assert_non_null(ssl);
	SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_connect_state(ssl);
	if (p->kept != NULL)
		assert_int_equal(SSL_set_session(ssl, p->kept), 1);
	p->server = tls_session_accept(p->keys.server, &wire);
	assert_non_null(p->server);
	for (turn = 0; turn < 6; turn++) {
		(void)SSL_do_handshake(ssl);
		carry(p, ssl);
	}
	assert_true(SSL_is_init_finished(ssl));
	assert_int_equal(SSL_read(ssl, &byte, 1), -1); /* takes the tickets */
	resumed = SSL_session_reused(ssl) == 1;
	tls_session_free(p->server);
	/* of one that was broken off the client would keep no session */
	SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(ssl);
	buf_clear(&p->in);
	return resumed;
}

static const unsigned char secret[TLS_SECRET_BYTES] = "a secret of 32 bytes, "
						      "no more";
static const unsigned char other[TLS_SECRET_BYTES] = "another one";
static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

static void
set_clock(int64_t now)
{
	moment = now;
	clock_replace(replaced);
}

/* With the same ticket at another time. */
static bool
connects_again(struct party *p, int64_t now)
{
	/* OpenSSL's clients use a ticket once, but not a copy of it */
	SSL_SESSION *copy = SSL_SESSION_dup(p->kept), *first = p->kept;
	bool resumed;

	assert_non_null(copy);
	p->kept = copy;
	set_clock(now);
	resumed = connects(p);
	SSL_SESSION_free(p->kept);
	p->kept = first;
	return resumed;
}

static void
resumes_within_this_hour_and_the_next(void **state)
{
	const int64_t start = clock_now() / HOUR * HOUR;
	struct party p;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		set_clock(start);
		party_init(&p, secret, versions[i]);
		assert_false(connects(&p));
		assert_true(connects_again(&p, start + HOUR - 1));
		assert_true(connects_again(&p, start + 2 * HOUR - 1));
		assert_false(connects_again(&p, start + 2 * HOUR));
		party_fini(&p);
		clock_replace(NULL);
	}
}

/* Workers and generations have contexts of their own and one secret. */
static void
resumes_by_whoever_has_the_secret(void **state)
{
	struct party a, b, c;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		party_init(&a, secret, versions[i]);
		party_init(&b, secret, versions[i]);
		party_init(&c, other, versions[i]);
		assert_false(connects(&a));
		b.kept = a.kept;
		assert_int_equal(SSL_SESSION_up_ref(a.kept), 1);
		assert_true(connects(&b));
		c.kept = a.kept;
		assert_int_equal(SSL_SESSION_up_ref(a.kept), 1);
		assert_false(connects(&c));
		party_fini(&a);
		party_fini(&b);
		party_fini(&c);
	}
}

static void
gives_no_tickets_without_a_secret(void **state)
{
	struct party p;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		party_init(&p, NULL, versions[i]);
		assert_false(connects(&p));
		assert_false(connects(&p));
		party_fini(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(resumes_within_this_hour_and_the_next),
	    cmocka_unit_test(resumes_by_whoever_has_the_secret),
	    cmocka_unit_test(gives_no_tickets_without_a_secret),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
