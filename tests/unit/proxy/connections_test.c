#include "proxy/connections.h"

#include "net/peer.h"
#include "net/upstream.h"
#include "proxy/setup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Each with a number of its own, so that none is taken for another. */
static const struct proxy_setup setup = {
    .upstream = "http://127.0.0.1:80",
    .header_bytes = 1,
    .header_fields = 2,
    .request_body = 3,
    .streams = 4,
    .body_rate = 5,
    .send_rate = 6,
    .origin_connections = 7,
    .queue = 8,
    .timeouts = {.header = 11,
	.body = 12,
	.send = 13,
	.idle = 14,
	.half_closed = 15,
	.tunnel = 16,
	.connect = 17,
	.upstream = 18,
	.upstream_idle = 19,
	.queue = 20,
	.resolve = 21},
};

static void
clients_have_their_own_limits(void **state)
{
	struct peer_options options;

	(void)state;
	connections_of_clients(&setup, &options);
	assert_int_equal(options.head_ms, 11);
	assert_int_equal(options.body_ms, 12);
	assert_int_equal(options.body_rate, 5);
	assert_int_equal(options.send_ms, 13);
	assert_int_equal(options.send_rate, 6);
	assert_int_equal(options.idle_ms, 14);
	assert_int_equal(options.half_ms, 15);
	assert_int_equal(options.tunnel_ms, 16);
	assert_int_equal(options.streams, 4);
	assert_int_equal(options.limits.head.bytes, 1);
	assert_int_equal(options.limits.head.fields, 2);
	assert_int_equal(options.limits.body_bytes, 3);
}

static void
the_origin_is_asked_for_no_rate(void **state)
{
	struct upstream_options options;

	(void)state;
	connections_to_origin(&setup, &options);
	assert_true(span_equal(options.origin, span_of(setup.upstream)));
	assert_int_equal(options.open, 7);
	assert_int_equal(options.queue, 8);
	assert_int_equal(options.queue_ms, 20);
	assert_int_equal(options.resolve_ms, 21);
	assert_int_equal(options.peer.connect_ms, 17);
	assert_int_equal(options.peer.head_ms, 18);
	assert_int_equal(options.peer.body_ms, 18);
	assert_int_equal(options.peer.body_rate, 0);
	assert_int_equal(options.peer.send_ms, 18);
	assert_int_equal(options.peer.send_rate, 0);
	assert_int_equal(options.peer.idle_ms, 19);
	assert_int_equal(options.peer.tunnel_ms, 16);
	assert_int_equal(options.peer.limits.head.bytes, 1);
	assert_int_equal(options.peer.limits.head.fields, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(clients_have_their_own_limits),
	    cmocka_unit_test(the_origin_is_asked_for_no_rate),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
