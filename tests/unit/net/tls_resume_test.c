#include "net/tls_resume.h"

#include "base/clock.h"
#include "net/tls_context.h"
#include "throwaway.h"

enum {
	MINUTE = 60000, /* ms */
	ROUNDS = 8
};

static int64_t now = 1700000000000;

static int64_t
at(void)
{
	return now;
}

/* One connection, with some bytes after the handshake; was it resumed? */
static bool
connects(const struct throwaway *t)
{
	const unsigned char secret[TLS_SECRET_BYTES] = {1};
	SSL *near, *far = SSL_new(t->client->ctx);
	BIO *one, *other;
	char byte;
	bool resumed;
	int i;

	tls_server_set_secret(t->server, secret);
	near = SSL_new(t->server->ctx);
	assert_int_equal(BIO_new_bio_pair(&one, 0, &other, 0), 1);
	SSL_set_bio(near, one, one);
	SSL_set_bio(far, other, other);
	SSL_set_accept_state(near);
	SSL_set_connect_state(far);
	tls_resume_offer(t->client, far);
	for (i = 0; i < ROUNDS; i++) {
		(void)SSL_do_handshake(far);
		(void)SSL_do_handshake(near);
	}
	assert_int_equal(SSL_write(near, "x", 1), 1);
	assert_int_equal(SSL_read(far, &byte, 1), 1); /* and tickets before */
	resumed = SSL_session_reused(far) == 1;
	assert_int_equal(resumed, SSL_session_reused(near));
	SSL_free(near);
	SSL_free(far);
	return resumed;
}

static int
setup(void **state)
{
	static struct throwaway t;

	clock_replace(at);
	throwaway_init(&t, "localhost");
	*state = &t;
	return 0;
}

static int
teardown(void **state)
{
	throwaway_fini(*state);
	clock_replace(NULL);
	return 0;
}

static void
goes_on_for_an_hour(void **state)
{
	const struct throwaway *t = *state;
	int i;

	assert_false(connects(t));
	for (i = 0; i < 5; i++) {
		now += 10 * MINUTE;
		assert_true(connects(t));
	}
	now += 10 * MINUTE; /* each was the child of the first */
	assert_false(connects(t));
	now += 10 * MINUTE;
	assert_true(connects(t));
}

static void
goes_on_with_tls_1_2(void **state)
{
	const struct throwaway *t = *state;

	(void)SSL_CTX_set_max_proto_version(t->client->ctx, TLS1_2_VERSION);
	assert_false(connects(t));
	assert_true(connects(t));
	now += 59 * MINUTE;
	assert_true(connects(t));
	now += MINUTE;
	assert_false(connects(t));
}

static void
begins_anew_when_told(void **state)
{
	const struct throwaway *t = *state;

	assert_false(connects(t));
	tls_resume_forget(t->client);
	assert_false(connects(t));
	assert_true(connects(t));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		goes_on_for_an_hour, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		goes_on_with_tls_1_2, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		begins_anew_when_told, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
