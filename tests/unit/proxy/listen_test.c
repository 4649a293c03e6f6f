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

/* Connects so many clients and closes them. */
static void
connect_clients(unsigned many)
{
	while (many-- > 0) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		assert_int_equal(
		    connect(fd, (void *)&first.at[0].bound, first.at[0].length),
		    0);
		(void)close(fd);
	}
}

/* Takes all that waits on a socket; how many there were. */
static unsigned
count_waiting(int fd)
{
	unsigned many = 0;
	int got;

	while ((got = accept(fd, NULL, NULL)) >= 0) {
		(void)close(got);
		many++;
	}
	return many;
}

/* A reload that comes to nothing closes them again, and would reset many. */
static void
added_sockets_wait_until_they_join(void **state)
{
	unsigned many = 0;
	size_t k;

	(void)state;
	want_loopback(1, 0);
	assert_int_equal(listen_open(&first, &setup, NULL), CONSENT_OK);
	setup.workers = 4;
	assert_int_equal(listen_open(&second, &setup, &first), CONSENT_OK);
	connect_clients(64);
	assert_int_equal(count_waiting(first.at[0].fds[0]), 64);
	listen_join(&second);
	connect_clients(64);
	assert_in_range(count_waiting(first.at[0].fds[0]), 0, 63);
	for (k = 1; k < 4; k++)
		many += count_waiting(second.at[0].fds[k]);
	assert_in_range(many, 1, 64);
	listen_close(&first, &second);
	listen_close(&second, NULL);
}

/* Each of them has ports of its own, and keeps them. */
static void
addresses_without_a_port_stay_apart(void **state)
{
	(void)state;
	want_loopback(1, 0);
	setup.listeners[1] = setup.listeners[0];
	setup.n_listeners = 2;
	assert_int_equal(listen_open(&first, &setup, NULL), CONSENT_OK);
	assert_int_equal(listen_open(&second, &setup, &first), CONSENT_OK);
	assert_int_equal(second.at[0].fds[0], first.at[0].fds[0]);
	assert_int_equal(second.at[1].fds[0], first.at[1].fds[0]);
	listen_close(&first, &second);
	setup.n_listeners = 3;
	setup.listeners[2] = setup.listeners[0];
	assert_int_equal(listen_open(&first, &setup, &second), CONSENT_OK);
	assert_int_not_equal(first.at[2].fds[0], first.at[0].fds[0]);
	assert_int_not_equal(first.at[2].fds[0], first.at[1].fds[0]);
	listen_close(&second, &first);
	listen_close(&first, NULL);
}

/* From one host to all hosts, on a port that we hold ourselves. */
static void
a_port_of_ours_may_change_its_host(void **state)
{
	struct sockaddr_in *in = (void *)&setup.listeners[0].at.address;

	(void)state;
	want_loopback(2, 0);
	assert_int_equal(listen_open(&first, &setup, NULL), CONSENT_OK);
	want_loopback(2, port_of(&first));
	in->sin_addr.s_addr = htonl(INADDR_ANY);
	(void)snprintf(setup.listeners[0].at.text,
	    sizeof setup.listeners[0].at.text, "0.0.0.0:%u", port_of(&first));
	assert_int_equal(listen_open(&second, &setup, &first), CONSENT_OK);
	listen_close(&first, &second);
	connect_clients(8);
	assert_int_equal(count_waiting(second.at[0].fds[0]) +
			     count_waiting(second.at[0].fds[1]),
	    8);
	listen_close(&second, NULL);
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
	    cmocka_unit_test(added_sockets_wait_until_they_join),
	    cmocka_unit_test(addresses_without_a_port_stay_apart),
	    cmocka_unit_test(a_port_of_ours_may_change_its_host),
	    cmocka_unit_test(fewer_workers_serve_all_sockets),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
