#include "html/rewriter_output.h"

#include <assert.h>

void
output_keep(struct rewriter_output *o, struct span raw)
{
	if (raw.n > 0)
		o->last = raw.p[raw.n - 1];
	if (o->run.n == 0) {
		o->run = raw;
		return;
	}
	assert(raw.n == 0 || o->run.p + o->run.n == raw.p);
	o->run.n += raw.n;
}

int
output_settle(struct rewriter_output *o)
{
	struct span run = o->run;

	o->run = (struct span){NULL, 0};
	return run.n > 0 ? sink_write(&o->sink, run, SINK_MORE) : CONSENT_OK;
}

int
output_emit(struct rewriter_output *o, struct span bytes)
{
	int rc = output_settle(o);

	if (rc != CONSENT_OK || bytes.n == 0)
		return rc;
	o->last = bytes.p[bytes.n - 1];
	return sink_write(&o->sink, bytes, SINK_MORE);
}

int
output_drop(struct rewriter_output *o)
{
	return o->last == '<' ? output_emit(o, SPAN("</>")) : output_settle(o);
}
