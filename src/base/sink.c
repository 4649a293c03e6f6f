#include <libconsent/sink.h>

int
sink_write(const struct sink *s, struct span bytes, enum sink_mark mark)
{
	return s->write(s->ctx, bytes, mark);
}
