#include "proxy/listen.h"

#include "base/log.h"
#include "proxy/setup.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct proxy_setup setup;
static struct listen_set first, second;

static void
want_loopback(unsigned workers, unsigned port)
{
	struct sockaddr_in *in = (void *)&setup.listeners[0].at.address;

	memset(&setup, 0, sizeof setup);
	setup.workers = workers;
	setup.n_listeners = 1;
	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in->sin_port = htons((in_port_t)port);
	setup.listeners[0].at.length = sizeof *in;
	(void)snprintf(setup.listeners[0].at.text,
	    sizeof setup.listeners[0].at.text, "127.0.0.1:%u", port);
}

static unsigned
port_of(const struct listen_set *set)
{
	const struct sockaddr_in *in = (const void *)&set->at[0].bound;

	return ntohs(in->sin_port);
}

static void
each_slot_has_a_socket_on_one_port(void **state)
{
	struct sockaddr_in at;
	socklen_t n = sizeof at;
	char url[64], want[64];

	(void)state;
	want_loopback(3, 0);
	assert_int_equal(listen_open(&first, &setup, NULL), CONSENT_OK);
	assert_int_equal(first.at[0].n_fds, 3);
	assert_int_equal(getsockname(first.at[0].fds[2], (void *)&at, &n), 0);
	assert_int_equal(ntohs(at.sin_port), port_of(&first));
	listen_url(&first.at[0], url, sizeof url);
	(void)snprintf(
	    want, sizeof want, "http://127.0.0.1:%u/", port_of(&first));
	assert_string_equal(url, want);
	listen_close(&first, NULL);
}

static void
a_taken_port_is_told(void **state)
{
	(void)state;
	want_loopback(2, 0);
	assert_int_equal(listen_open(&first, &setup, NULL), CONSENT_OK);
	want_loopback(2, port_of(&first));
	assert_int_equal(listen_open(&second, &setup, NULL), CONSENT_EIO);
	listen_close(&first, NULL);
	assert_int_equal(listen_open(&second, &setup, NULL), CONSENT_OK);
	listen_close(&second, NULL);
}

static void
a_reload_keeps_the_sockets(void **state)
{
	int kept;

	(void)state;
	want_loopback(1, 0);
	assert_int_equal(listen_open(&first, &setup, NULL), CONSENT_OK);
	kept = first.at[0].fds[0];
	setup.workers = 2;
	assert_int_equal(listen_open(&second, &setup, &first), CONSENT_OK);
	assert_int_equal(second.at[0].fds[0], kept);
	assert_int_equal(second.at[0].n_fds, 2);
	assert_int_equal(port_of(&second), port_of(&first));
	listen_close(&first, &second);
	assert_int_equal(dup2(kept, kept), kept); /* still open */
	listen_close(&second, NULL);
	assert_int_equal(dup2(kept, kept), -1);
}

static void
fewer_workers_serve_all_sockets(void **state)
{
	size_t workers, slot, k, many;

	(void)state;
	want_loopback(5, 0);
	assert_int_equal(listen_open(&first, &setup, NULL), CONSENT_OK);
	setup.workers = 2;
	assert_int_equal(listen_open(&second, &setup, &first), CONSENT_OK);
	assert_int_equal(second.at[0].n_fds, 5);
	for (workers = 1; workers <= 5; workers++)
		for (k = many = 0; k < 5; k++) {
			for (slot = 0; slot < workers; slot++)
				many += listen_is_for(
				    &second.at[0], k, slot, workers);
			assert_int_equal(many, k + 1); /* one each */
		}
	second.at[0].n_fds = 1; /* as of a unix socket */
	for (slot = 0; slot < 5; slot++)
		assert_true(listen_is_for(&second.at[0], 0, slot, 5));
	listen_close(&first, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_slot_has_a_socket_on_one_port),
	    cmocka_unit_test(a_taken_port_is_told),
	    cmocka_unit_test(a_reload_keeps_the_sockets),
	    cmocka_unit_test(fewer_workers_serve_all_sockets),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
