#include <libconsent/sink.h>

#include <libconsent/buf.h>

static int
on_nothing(void *ctx, struct span bytes, enum sink_mark mark)
{
	(void)ctx;
	(void)bytes;
	(void)mark;
	return CONSENT_OK;
}

const struct sink sink_nowhere = {on_nothing, NULL};

static int
on_bytes(void *ctx, struct span bytes, enum sink_mark mark)
{
	(void)mark;
	return buf_append(ctx, bytes);
}

struct sink
sink_into(struct buf *out)
{
	return (struct sink){on_bytes, out};
}

int
sink_write(const struct sink *s, struct span bytes, enum sink_mark mark)
{
	return s->write(s->ctx, bytes, mark);
}
