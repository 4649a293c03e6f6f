#include "http/coding_engine.h"

#include "http/coding.h"

#include <stdint.h>
#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>

/*
 * zlib's window bits: a sign or 16 more choose the format. The encoder's
 * window and memory are half of zlib's defaults: 128 KiB a body, for output of
 * pages that is a fifteenth larger. Its level is the fastest; docs/BODIES.md
 * has the figures.
 */
enum {
	WINDOW_MAX = 15,
	WINDOW_GZIP = 16, /* added: gzip header and trailer */
	ENCODER_WINDOW = 14,
	ENCODER_MEMORY = 7,
	ENCODER_LEVEL = 1,
	GZIP_MAGIC = 0x1F,  /* first byte of a member, RFC 1952 2.3.1 */
	ZLIB_METHOD = 8,    /* low half of the first byte, RFC 1950 2.2 */
	ZLIB_WINDOW_MAX = 7 /* its high half */
};

struct inflater {
	z_stream stream;
	bool gzip;	  /* members may follow each other */
	bool open;	  /* the format is known */
	bool whole;	  /* no member or stream is half read */
	bool over;	  /* what follows belongs to none of them */
	unsigned members; /* begun so far */
};

static void
inflater_free(void *state)
{
	struct inflater *z = state;

	if (z->open)
		(void)inflateEnd(&z->stream); /* can only say: no stream */
	free(z);
}

static bool
inflater_is_complete(const void *state)
{
	return ((const struct inflater *)state)->whole;
}

/*
 * RFC 9110 8.4.1.2 means the zlib format by "deflate", but some servers send
 * it bare. The first byte tells: as the start of bare deflate it would be a
 * stored block with bits set in its padding, which no encoder writes.
 */
static int
inflater_window(const struct inflater *z, unsigned char first)
{
	if (z->gzip)
		return WINDOW_MAX + WINDOW_GZIP;
	if ((first & 0x0F) == ZLIB_METHOD && first >> 4 <= ZLIB_WINDOW_MAX)
		return WINDOW_MAX;
	return -WINDOW_MAX;
}

static enum engine_result
result_of(int rc)
{
	return rc == Z_MEM_ERROR ? ENGINE_STARVED : ENGINE_DAMAGED;
}

/*
 * Whether the bytes behind what is whole are no part of the body: all behind a
 * zlib stream, and behind gzip members what does not begin like another one.
 * Browsers do not read them either.
 */
static bool
inflater_is_over(struct inflater *z, char first)
{
	if (z->members > 0 && !(z->gzip && (unsigned char)first == GZIP_MAGIC))
		z->over = true;
	return z->over;
}

/* A stream begins, or another gzip member. */
static int
inflater_begin(struct inflater *z, char first)
{
	unsigned char byte = (unsigned char)first;

	if (z->gzip && byte != GZIP_MAGIC)
		return Z_DATA_ERROR;
	if (z->members == (unsigned)CODING_MEMBERS)
		return Z_DATA_ERROR;
	z->members++;
	z->whole = false;
	if (z->open)
		return inflateReset(&z->stream);
	z->open = true;
	return inflateInit2(&z->stream, inflater_window(z, byte));
}

/* zlib counts in unsigned int. */
static size_t
stream_lend(z_stream *stream, const struct engine_step *step)
{
	size_t n = step->in.n > UINT32_MAX ? UINT32_MAX : step->in.n;

	stream->next_in = (const unsigned char *)step->in.p;
	stream->avail_in = (uInt)n;
	stream->next_out = (unsigned char *)step->room;
	stream->avail_out = (uInt)step->free;
	return n;
}

static void
stream_return(const z_stream *stream, size_t lent, struct engine_step *step)
{
	step->in = span_sub(step->in, lent - stream->avail_in, step->in.n);
	step->room = (char *)stream->next_out;
	step->free = stream->avail_out;
}

/* One run of inflate, within one member. */
static int
inflater_run(struct inflater *z, struct engine_step *step)
{
	size_t lent = stream_lend(&z->stream, step);
	int rc = inflate(&z->stream, Z_NO_FLUSH);

	stream_return(&z->stream, lent, step);
	if (rc == Z_STREAM_END) {
		z->whole = true;
		return Z_OK;
	}
	/* without input this only says that nothing was pending */
	return rc == Z_BUF_ERROR && step->in.n == 0 ? Z_OK : rc;
}

static enum engine_result
inflater_step(void *state, struct engine_step *step)
{
	struct inflater *z = state;
	int rc = Z_OK;

	while (step->free > 0) {
		if (z->whole && step->in.n == 0)
			return ENGINE_HUNGRY;
		if (z->whole && inflater_is_over(z, step->in.p[0])) {
			step->in = SPAN("");
			return ENGINE_HUNGRY;
		}
		if (z->whole)
			rc = inflater_begin(z, step->in.p[0]);
		if (rc == Z_OK)
			rc = inflater_run(z, step);
		if (rc != Z_OK)
			return result_of(rc);
		if (step->in.n == 0 && step->free > 0)
			return ENGINE_HUNGRY;
	}
	return ENGINE_FULL;
}

static int
inflater_open(bool gzip, struct engine *out)
{
	struct inflater *z = calloc(1, sizeof *z);

	if (z == NULL)
		return CONSENT_ENOMEM;
	z->gzip = gzip;
	z->whole = true;
	*out = (struct engine){
	    .step = inflater_step,
	    .is_complete = inflater_is_complete,
	    .free = inflater_free,
	    .state = z,
	};
	return CONSENT_OK;
}

int
engine_open_gunzip(struct engine *out)
{
	return inflater_open(true, out);
}

int
engine_open_inflate(struct engine *out)
{
	return inflater_open(false, out);
}

static void
deflater_free(void *state)
{
	(void)deflateEnd(state); /* says whether it was cut short: it may */
	free(state);
}

static enum engine_result
deflater_step(void *state, struct engine_step *step)
{
	static const int flush[] = {
	    [SINK_MORE] = Z_NO_FLUSH,
	    [SINK_FLUSH] = Z_SYNC_FLUSH,
	    [SINK_LAST] = Z_FINISH,
	};
	z_stream *stream = state;
	size_t lent;
	int rc;

	do {
		lent = stream_lend(stream, step);
		rc = deflate(stream,
		    lent == step->in.n ? flush[step->mark] : Z_NO_FLUSH);
		stream_return(stream, lent, step);
		if (rc == Z_STREAM_ERROR)
			return ENGINE_DAMAGED;
		if (step->free == 0)
			return ENGINE_FULL;
	} while (step->in.n > 0);
	return ENGINE_HUNGRY;
}

/* A new writer of a format; NULL without memory. */
static z_stream *
deflater_new(int window)
{
	z_stream *stream = calloc(1, sizeof *stream);

	if (stream == NULL)
		return NULL;
	if (deflateInit2(stream, ENCODER_LEVEL, Z_DEFLATED, window,
		ENCODER_MEMORY, Z_DEFAULT_STRATEGY) == Z_OK)
		return stream;
	free(stream);
	return NULL;
}

int
engine_open_deflate(struct engine *out)
{
	z_stream *stream = deflater_new(ENCODER_WINDOW);

	if (stream == NULL)
		return CONSENT_ENOMEM;
	*out = (struct engine){
	    .step = deflater_step,
	    .free = deflater_free,
	    .state = stream,
	};
	return CONSENT_OK;
}
