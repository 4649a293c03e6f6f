#include "http/coding_engine.h"

#include "http/coding.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/*
 * RFC 9659 allows the coding "zstd" windows of up to 8 MiB; the encoder takes
 * far less, since a body is a page and many are in work at once.
 */
enum {
	DECODER_WINDOW = 23,
	ENCODER_WINDOW = 17,
	ENCODER_LEVEL = 3,
	MAGIC = 4,  /* bytes that a frame begins with */
	HEADER = 18 /* and most of its header (RFC 8878, 3.1.1.1) */
};

struct unzstd {
	ZSTD_DCtx *stream;
	bool whole;	 /* no frame is half read */
	bool pending;	 /* the room was full: more output waits */
	unsigned frames; /* begun so far */
	size_t n;	 /* bytes of header: */
	char header[HEADER];
	uint64_t made; /* bytes of content */
};

static void
unzstd_free(void *state)
{
	struct unzstd *z = state;

	(void)ZSTD_freeDCtx(z->stream); /* always 0 */
	free(z);
}

static bool
unzstd_is_complete(const void *state)
{
	return ((const struct unzstd *)state)->whole;
}

/* Looks at what is used of a frame's first bytes. */
static void
unzstd_note(struct unzstd *z, struct span used)
{
	size_t n = used.n < HEADER - z->n ? used.n : HEADER - z->n;

	if (n > 0)
		memcpy(z->header + z->n, used.p, n);
	z->n += n;
}

/*
 * Whether a frame begins as RFC 8878 says (3.1.1, 3.1.2). The library reads
 * the formats before that as well, which no browser does, and not the same way
 * however they are cut.
 */
static bool
unzstd_knows(const struct unzstd *z, struct span in)
{
	static const unsigned char frame[MAGIC] = {0x28, 0xb5, 0x2f, 0xfd};
	static const unsigned char skippable[MAGIC] = {0x50, 0x2a, 0x4d, 0x18};
	const unsigned char *magic = frame;
	size_t i;

	for (i = 0; i < MAGIC && i < z->n + in.n; i++) {
		char c = i < z->n ? z->header[i] : in.p[i - z->n];
		unsigned char byte = (unsigned char)c;

		if (i == 0 && (byte & 0xf0) == skippable[0]) {
			magic = skippable;
			byte = skippable[0];
		}
		if (byte != magic[i])
			return false;
	}
	return true;
}

/* Whether a frame has as much content as it says, where it does: the library
 * looks only at some. */
static bool
unzstd_is_sound(const struct unzstd *z)
{
	unsigned long long size = ZSTD_getFrameContentSize(z->header, z->n);

	return size == ZSTD_CONTENTSIZE_UNKNOWN || size == z->made;
}

/*
 * One run, within one frame. Out of memory is an error of the stream like any
 * other here: its window is what asks for memory.
 */
static enum engine_result
unzstd_run(struct unzstd *z, struct engine_step *step)
{
	ZSTD_inBuffer in = {step->in.p, step->in.n, 0};
	ZSTD_outBuffer out = {step->room, step->free, 0};
	size_t rc;

	if (!unzstd_knows(z, step->in))
		return ENGINE_DAMAGED;
	rc = ZSTD_decompressStream(z->stream, &out, &in);
	if (ZSTD_isError(rc))
		return ENGINE_DAMAGED;
	unzstd_note(z, span_sub(step->in, 0, in.pos));
	z->made += out.pos;
	step->in = span_sub(step->in, in.pos, step->in.n);
	step->room += out.pos;
	step->free -= out.pos;
	z->whole = rc == 0;
	if (z->whole && !unzstd_is_sound(z))
		return ENGINE_DAMAGED;
	if (z->whole)
		z->n = z->made = 0;
	/* a frame that is whole has nothing left, however full the room is */
	z->pending = step->free == 0 && !z->whole;
	return step->free == 0 ? ENGINE_FULL : ENGINE_HUNGRY;
}

/* zstd counts runs that can do nothing as an error: there are none. */
static enum engine_result
unzstd_step(void *state, struct engine_step *step)
{
	struct unzstd *z = state;
	enum engine_result result = ENGINE_HUNGRY;

	while (result == ENGINE_HUNGRY && (step->in.n > 0 || z->pending)) {
		if (z->whole && !z->pending && z->frames++ == CODING_MEMBERS)
			return ENGINE_DAMAGED;
		result = unzstd_run(z, step);
	}
	return result;
}

int
engine_open_unzstd(struct engine *out)
{
	struct unzstd *z = calloc(1, sizeof *z);

	if (z != NULL)
		z->stream = ZSTD_createDCtx();
	if (z == NULL || z->stream == NULL) {
		free(z);
		return CONSENT_ENOMEM;
	}
	if (ZSTD_isError(ZSTD_DCtx_setParameter(
		z->stream, ZSTD_d_windowLogMax, DECODER_WINDOW))) {
		unzstd_free(z);
		return CONSENT_ENOMEM;
	}
	z->whole = true;
	*out = (struct engine){
	    .step = unzstd_step,
	    .is_complete = unzstd_is_complete,
	    .free = unzstd_free,
	    .state = z,
	};
	return CONSENT_OK;
}

static void
zstd_free(void *state)
{
	(void)ZSTD_freeCCtx(state); /* always 0 */
}

static enum engine_result
zstd_step(void *state, struct engine_step *step)
{
	static const ZSTD_EndDirective directive[] = {
	    [SINK_MORE] = ZSTD_e_continue,
	    [SINK_FLUSH] = ZSTD_e_flush,
	    [SINK_LAST] = ZSTD_e_end,
	};
	ZSTD_inBuffer in = {step->in.p, step->in.n, 0};
	ZSTD_outBuffer out = {step->room, step->free, 0};
	size_t left =
	    ZSTD_compressStream2(state, &out, &in, directive[step->mark]);

	if (ZSTD_isError(left))
		return ENGINE_STARVED;
	step->in = span_sub(step->in, in.pos, step->in.n);
	step->room += out.pos;
	step->free -= out.pos;
	if (step->in.n > 0 || step->free == 0)
		return ENGINE_FULL;
	return step->mark != SINK_MORE && left > 0 ? ENGINE_FULL
						   : ENGINE_HUNGRY;
}

int
engine_open_zstd(struct engine *out)
{
	ZSTD_CCtx *z = ZSTD_createCCtx();

	if (z == NULL)
		return CONSENT_ENOMEM;
	if (ZSTD_isError(ZSTD_CCtx_setParameter(
		z, ZSTD_c_compressionLevel, ENCODER_LEVEL)) ||
	    ZSTD_isError(
		ZSTD_CCtx_setParameter(z, ZSTD_c_windowLog, ENCODER_WINDOW))) {
		zstd_free(z);
		return CONSENT_ENOMEM;
	}
	*out = (struct engine){
	    .step = zstd_step,
	    .free = zstd_free,
	    .state = z,
	};
	return CONSENT_OK;
}
