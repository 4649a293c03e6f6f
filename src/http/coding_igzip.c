#include "http/coding_engine.h"

#include <stdint.h>
#include <stdlib.h>

#include <isa-l/igzip_lib.h>

/*
 * ISA-L's level 1 writes pages smaller than zlib's level 1 in a quarter of its
 * time; docs/BODIES.md has the figures. Its state and its level buffer are one
 * block of 166 KiB.
 */
enum {
	LEVEL = 1,
	IDLE = 4 /* kept of the writers */
};

struct writer {
	struct isal_zstream stream;
	uint8_t level[ISAL_DEF_LVL1_SMALL];
};

/*
 * Writers that wait for another body: to have the pages of a new one from the
 * system is a good part of the work of a small page.
 */
static struct {
	struct writer *idle[IDLE];
	size_t n;
} writers;

static struct writer *
writer_new(void)
{
	struct writer *w = calloc(1, sizeof *w);

	if (w == NULL)
		return NULL;
	isal_deflate_init(&w->stream);
	w->stream.level = LEVEL;
	w->stream.level_buf = w->level;
	w->stream.level_buf_size = sizeof w->level;
	return w;
}

/* Keeps it for another body, wherever it stopped in this one. */
static void
writer_free(void *state)
{
	struct writer *w = state;

	if (writers.n == IDLE) {
		free(w);
		return;
	}
	isal_deflate_reset(&w->stream);
	writers.idle[writers.n++] = w;
}

/* Lends what there is; it counts in 32 bits. How many bytes it lent. */
static size_t
stream_lend(struct isal_zstream *stream, const struct engine_step *step)
{
	size_t n = step->in.n > UINT32_MAX ? UINT32_MAX : step->in.n;
	bool is_all = n == step->in.n;

	/* it only reads from there */
	stream->next_in = (uint8_t *)(uintptr_t)step->in.p;
	stream->avail_in = (uint32_t)n;
	stream->next_out = (uint8_t *)step->room;
	stream->avail_out =
	    step->free > UINT32_MAX ? UINT32_MAX : (uint32_t)step->free;
	stream->flush =
	    is_all && step->mark == SINK_FLUSH ? SYNC_FLUSH : NO_FLUSH;
	stream->end_of_stream = is_all && step->mark == SINK_LAST;
	return n;
}

static void
stream_return(
    const struct isal_zstream *stream, size_t lent, struct engine_step *step)
{
	char *room = (char *)stream->next_out;

	step->in = span_sub(step->in, lent - stream->avail_in, step->in.n);
	step->free -= (size_t)(room - step->room);
	step->room = room;
}

static enum engine_result
writer_step(void *state, struct engine_step *step)
{
	struct isal_zstream *stream = &((struct writer *)state)->stream;

	do {
		size_t lent = stream_lend(stream, step);
		int rc = isal_deflate(stream);

		stream_return(stream, lent, step);
		if (rc != COMP_OK)
			return ENGINE_DAMAGED;
		if (step->free == 0)
			return ENGINE_FULL;
	} while (step->in.n > 0);
	return ENGINE_HUNGRY;
}

int
engine_open_gzip(struct engine *out)
{
	struct writer *w =
	    writers.n > 0 ? writers.idle[--writers.n] : writer_new();

	if (w == NULL)
		return CONSENT_ENOMEM;
	w->stream.gzip_flag = IGZIP_GZIP; /* it forgets that at the header */
	*out = (struct engine){
	    .step = writer_step,
	    .free = writer_free,
	    .state = w,
	};
	return CONSENT_OK;
}
