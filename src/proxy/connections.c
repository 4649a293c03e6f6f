#include "proxy/connections.h"

#include "net/peer.h"
#include "net/upstream.h"
#include "proxy/setup.h"

void
connections_of_clients(
    const struct proxy_setup *setup, struct peer_options *options)
{
	peer_options_init(options, PEER_CLIENT);
	options->head_ms = setup->timeouts.header;
	options->idle_ms = setup->timeouts.idle;
	options->half_ms = setup->timeouts.half_closed;
	options->body_ms = setup->timeouts.body;
	options->body_rate = setup->body_rate;
	options->send_ms = setup->timeouts.send;
	options->send_rate = setup->send_rate;
	options->tunnel_ms = setup->timeouts.tunnel;
	options->limits.head.bytes = setup->header_bytes;
	options->limits.head.fields = setup->header_fields;
	options->limits.body_bytes = setup->request_body;
	options->streams = setup->streams;
}

void
connections_to_origin(
    const struct proxy_setup *setup, struct upstream_options *options)
{
	upstream_options_init(options);
	options->origin = span_of(setup->upstream);
	options->open = setup->origin_connections;
	options->queue = setup->queue;
	options->queue_ms = setup->timeouts.queue;
	options->resolve_ms = setup->timeouts.resolve;
	options->peer.idle_ms = setup->timeouts.upstream_idle;
	options->peer.tls = setup->upstream_tls;
	options->peer.connect_ms = setup->timeouts.connect;
	options->peer.head_ms = setup->timeouts.upstream;
	options->peer.body_ms = setup->timeouts.upstream;
	options->peer.send_ms = setup->timeouts.upstream;
	options->peer.tunnel_ms = setup->timeouts.tunnel;
	options->peer.limits.head.bytes = setup->header_bytes;
	options->peer.limits.head.fields = setup->header_fields;
}
