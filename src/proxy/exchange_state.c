#include "proxy/exchange_state.h"

#include "net/lane.h"
#include "net/lane_send.h"

void
exchange_step(struct exchange *x)
{
	x->step(x);
}

enum exchange_flow
exchange_refuse(
    struct exchange *x, unsigned status, const char *why, const char *reason)
{
	x->status = status;
	x->why = why;
	x->reason = reason;
	return EXCHANGE_FAIL;
}

void
exchange_release_origin(struct exchange *x)
{
	upstream_cancel(&x->wait);
	if (x->origin != NULL)
		lane_release(x->origin);
	x->origin = NULL;
}

void
exchange_abort_origin(struct exchange *x)
{
	if (x->origin != NULL)
		lane_abort(x->origin);
	exchange_release_origin(x);
}
