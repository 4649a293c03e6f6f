#include "proxy/exchange_tunnel.h"

#include "base/log.h"
#include "http/head.h"
#include "net/lane.h"
#include "net/lane_send.h"
#include "proxy/home.h"
#include "proxy/metrics.h"
#include "proxy/screen.h"
#include "proxy/upgrade.h"

/* Breaks both sides off: why is one token for the log. */
static void
break_tunnel(struct exchange *x, const char *why)
{
	x->facts |= FACT_FAILED;
	(void)exchange_refuse(x, x->access.status, why, "");
	exchange_step(x);
}

/* Passes bytes on; their source rests while the other side takes no more. */
static void
pass(struct exchange *x, struct lane *from, struct lane *to, struct span bytes)
{
	int rc = lane_send(to, bytes, SINK_MORE);

	if (rc == CONSENT_OK && lane_is_full(to))
		lane_pause(from);
	if (rc != CONSENT_OK && rc != CONSENT_EIO) /* on_fail tells of that */
		break_tunnel(x, "memory");
}

/* Passes an end on; the other direction stays as it is. */
static void
pass_end(struct exchange *x, enum exchange_fact whose, struct lane *to)
{
	int rc = lane_finish(to, NULL);

	x->facts |= whose;
	if (rc != CONSENT_OK && rc != CONSENT_EIO) /* likewise */
		break_tunnel(x, "memory");
	else
		exchange_step(x);
}

static void
on_client_body(void *ctx, struct lane *lane, struct span bytes)
{
	struct exchange *x = ctx;

	x->access.received += bytes.n;
	metrics_add(METRIC_REQUEST_BYTES, bytes.n);
	pass(x, lane, x->origin, bytes);
}

static void
on_client_end(void *ctx, struct lane *lane)
{
	struct exchange *x = ctx;

	(void)lane;
	pass_end(x, FACT_CLIENT_END, x->origin);
}

static void
on_client_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	(void)lane;
	break_tunnel(ctx, why == LANE_TIMEOUT_BODY ? "tunnel" : "client-gone");
}

static void
on_client_drain(void *ctx, struct lane *lane)
{
	struct exchange *x = ctx;

	(void)lane;
	lane_resume(x->origin);
}

static void
on_origin_body(void *ctx, struct lane *lane, struct span bytes)
{
	struct exchange *x = ctx;

	x->access.bytes += bytes.n;
	pass(x, lane, x->client, bytes);
}

static void
on_origin_end(void *ctx, struct lane *lane)
{
	struct exchange *x = ctx;

	(void)lane;
	pass_end(x, FACT_RESPONSE_END, x->client);
}

/*
 * An origin that had said all it had to and is gone just hears no more: the
 * client still gets the rest and its end.
 */
static void
on_origin_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	struct exchange *x = ctx;

	(void)lane;
	if (x->facts & FACT_RESPONSE_END) {
		x->facts |= FACT_CLIENT_END;
		exchange_step(x);
		return;
	}
	break_tunnel(x, why == LANE_TIMEOUT_BODY ? "tunnel" : "origin-broke");
}

static void
on_origin_drain(void *ctx, struct lane *lane)
{
	struct exchange *x = ctx;

	(void)lane;
	lane_resume(x->client);
}

static const struct lane_handler client_handler = {
    .on_body = on_client_body,
    .on_end = on_client_end,
    .on_fail = on_client_fail,
    .on_drain = on_client_drain,
};

static const struct lane_handler origin_handler = {
    .on_body = on_origin_body,
    .on_end = on_origin_end,
    .on_fail = on_origin_fail,
    .on_drain = on_origin_drain,
};

/* Sends the 101, screened like any other head; both lanes are tunnels then. */
static int
open_tunnel(struct exchange *x)
{
	struct head *head = lane_head(x->origin);
	int rc = upgrade_forward_response(lane_head(x->client), head);

	if (rc == CONSENT_OK)
		rc = screen_interim(head, &x->visit, x->home->setup);
	if (rc == CONSENT_OK)
		rc = lane_send_head(x->client, head, BODY_TUNNEL, 0);
	if (rc != CONSENT_OK)
		return rc;
	x->facts |= FACT_HEAD_SENT;
	x->access.status = head->status;
	lane_attach(x->client, &client_handler, x);
	lane_attach(x->origin, &origin_handler, x);
	lane_resume(x->origin);
	return CONSENT_OK;
}

enum exchange_flow
exchange_reserve_tunnel(struct exchange *x)
{
	if (x->home->tunnels >= x->home->setup->tunnels)
		return exchange_refuse(x, 503, "origin-busy",
		    "The site is busy. Please try again in a moment.");
	x->home->tunnels++;
	x->facts |= FACT_TUNNEL;
	return EXCHANGE_NEXT;
}

void
exchange_leave_tunnel(struct exchange *x)
{
	if (!(x->facts & FACT_TUNNEL))
		return;
	x->facts &= ~(unsigned)FACT_TUNNEL;
	x->home->tunnels--;
	if (x->stage == STAGE_TUNNEL)
		upstream_set_tunnels(x->home->upstream, --x->home->switched);
}

enum exchange_flow
exchange_switch(struct exchange *x)
{
	const struct head *request = lane_head(x->client);

	lane_pause(x->origin);
	if (!(x->facts & FACT_TUNNEL) ||
	    !upgrade_is_answer(request, lane_head(x->origin)))
		return exchange_refuse(x, 502, "upgrade",
		    "The site changed to a protocol that was not asked for.");
	if (!(x->facts & FACT_REQUEST_END))
		return EXCHANGE_WAIT;
	if (open_tunnel(x) != CONSENT_OK)
		return exchange_refuse(x, 502, "upgrade",
		    "The answer of the site cannot be passed on.");
	log_info("tunnel.opened", "protocol=%.*s",
	    SPAN_ARG(head_value(lane_head(x->origin), SPAN("Upgrade"))));
	x->stage = STAGE_TUNNEL;
	upstream_set_tunnels(x->home->upstream, ++x->home->switched);
	return EXCHANGE_AGAIN;
}

enum exchange_flow
exchange_tunnel(struct exchange *x)
{
	const unsigned both = FACT_CLIENT_END | FACT_RESPONSE_END;

	if ((x->facts & both) != both)
		return EXCHANGE_WAIT;
	x->facts |= FACT_FINISHED;
	return EXCHANGE_DONE;
}
