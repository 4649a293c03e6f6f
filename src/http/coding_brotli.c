#include "http/coding_engine.h"

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * The encoder's window and quality keep a body under 2 MiB at about the speed
 * of gzip; the decoder takes windows of up to 16 MiB (RFC 7932 9.1) and no
 * larger ones, which need an extension.
 */
enum {
	ENCODER_WINDOW = 18,
	ENCODER_QUALITY = 3,
	ARENA_BYTES = 4 << 20,
	ARENA_BLOCKS = 16,
	ARENA_ALIGN = 64
};

/*
 * The encoder's library is built to end the program when it finds no memory.
 * So all of its memory is there before it begins. With this window and quality
 * it holds at most 6 blocks, 2.0 MiB together, whatever it is fed; twice as
 * much leaves room between them. Pages that are never touched cost nothing.
 */
struct arena_block {
	size_t from, end;
};

struct brotli {
	BrotliEncoderState *stream;
	char *arena;
	size_t count;
	struct arena_block blocks[ARENA_BLOCKS]; /* in the order of places */
};

struct unbrotli {
	BrotliDecoderState *stream;
	bool begun; /* a byte was seen */
	bool ended; /* what follows is no part of the body */
};

static void
unbrotli_free(void *state)
{
	struct unbrotli *b = state;

	BrotliDecoderDestroyInstance(b->stream);
	free(b);
}

static bool
unbrotli_is_complete(const void *state)
{
	const struct unbrotli *b = state;

	return b->ended || !b->begun;
}

static enum engine_result
unbrotli_failure(const struct unbrotli *b)
{
	BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(b->stream);

	/* the codes of memory lie together, above those of the state */
	return code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
		       code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES
		   ? ENGINE_STARVED
		   : ENGINE_DAMAGED;
}

static enum engine_result
unbrotli_step(void *state, struct engine_step *step)
{
	struct unbrotli *b = state;
	const uint8_t *in = (const uint8_t *)step->in.p;
	uint8_t *out = (uint8_t *)step->room;
	size_t left = step->in.n;
	BrotliDecoderResult result;

	if (b->ended || (left == 0 && !b->begun)) {
		step->in = SPAN("");
		return ENGINE_HUNGRY;
	}
	b->begun = true;
	result = BrotliDecoderDecompressStream(
	    b->stream, &left, &in, &step->free, &out, NULL);
	step->in = span_sub(step->in, step->in.n - left, left);
	step->room = (char *)out;
	if (result == BROTLI_DECODER_RESULT_ERROR)
		return unbrotli_failure(b);
	if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT)
		return ENGINE_FULL;
	b->ended = result == BROTLI_DECODER_RESULT_SUCCESS;
	return ENGINE_HUNGRY;
}

int
engine_open_unbrotli(struct engine *out)
{
	struct unbrotli *b = calloc(1, sizeof *b);

	if (b != NULL)
		b->stream = BrotliDecoderCreateInstance(NULL, NULL, NULL);
	if (b == NULL || b->stream == NULL) {
		free(b);
		return CONSENT_ENOMEM;
	}
	*out = (struct engine){
	    .step = unbrotli_step,
	    .is_complete = unbrotli_is_complete,
	    .free = unbrotli_free,
	    .state = b,
	};
	return CONSENT_OK;
}

/* For the library: the first gap that is large enough. */
static void *
arena_take(void *ctx, size_t n)
{
	struct brotli *b = ctx;
	size_t from = 0, i;

	if (n > ARENA_BYTES || b->count == ARENA_BLOCKS)
		return NULL;
	n += (ARENA_ALIGN - n % ARENA_ALIGN) % ARENA_ALIGN;
	for (i = 0; i < b->count && b->blocks[i].from - from < n; i++)
		from = b->blocks[i].end;
	if (ARENA_BYTES - from < n)
		return NULL;
	memmove(&b->blocks[i + 1], &b->blocks[i],
	    (b->count - i) * sizeof *b->blocks);
	b->blocks[i] = (struct arena_block){from, from + n};
	b->count++;
	return b->arena + from;
}

/* For the library: what was there is a gap. */
static void
arena_give(void *ctx, void *p)
{
	struct brotli *b = ctx;
	size_t i;

	for (i = 0; p != NULL && i < b->count; i++) {
		if (b->arena + b->blocks[i].from != p)
			continue;
		b->count--;
		memmove(&b->blocks[i], &b->blocks[i + 1],
		    (b->count - i) * sizeof *b->blocks);
		return;
	}
}

static void
brotli_free(void *state)
{
	struct brotli *b = state;

	BrotliEncoderDestroyInstance(b->stream);
	free(b->arena);
	free(b);
}

static enum engine_result
brotli_step(void *state, struct engine_step *step)
{
	static const BrotliEncoderOperation operation[] = {
	    [SINK_MORE] = BROTLI_OPERATION_PROCESS,
	    [SINK_FLUSH] = BROTLI_OPERATION_FLUSH,
	    [SINK_LAST] = BROTLI_OPERATION_FINISH,
	};
	struct brotli *b = state;
	const uint8_t *in = (const uint8_t *)step->in.p;
	uint8_t *out = (uint8_t *)step->room;
	size_t left = step->in.n;

	if (!BrotliEncoderCompressStream(b->stream, operation[step->mark],
		&left, &in, &step->free, &out, NULL))
		return ENGINE_STARVED;
	step->in = span_sub(step->in, step->in.n - left, left);
	step->room = (char *)out;
	return left > 0 || BrotliEncoderHasMoreOutput(b->stream)
		   ? ENGINE_FULL
		   : ENGINE_HUNGRY;
}

int
engine_open_brotli(struct engine *out)
{
	struct brotli *b = calloc(1, sizeof *b);

	if (b != NULL)
		b->arena = malloc(ARENA_BYTES);
	if (b != NULL && b->arena != NULL)
		b->stream =
		    BrotliEncoderCreateInstance(arena_take, arena_give, b);
	if (b == NULL || b->stream == NULL) {
		if (b != NULL)
			free(b->arena);
		free(b);
		return CONSENT_ENOMEM;
	}
	if (!BrotliEncoderSetParameter(
		b->stream, BROTLI_PARAM_QUALITY, ENCODER_QUALITY) ||
	    !BrotliEncoderSetParameter(
		b->stream, BROTLI_PARAM_LGWIN, ENCODER_WINDOW)) {
		brotli_free(b);
		return CONSENT_ENOMEM;
	}
	*out = (struct engine){
	    .step = brotli_step,
	    .free = brotli_free,
	    .state = b,
	};
	return CONSENT_OK;
}
