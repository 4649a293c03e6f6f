#include "http/coding_engine.h"

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <stdint.h>
#include <stdlib.h>

/*
 * The encoder's window and quality keep a body under 2 MiB at about the speed
 * of gzip; the decoder takes windows of up to 16 MiB (RFC 7932 9.1) and no
 * larger ones, which need an extension.
 */
enum {
	ENCODER_WINDOW = 18,
	ENCODER_QUALITY = 3
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

static void
brotli_free(void *state)
{
	BrotliEncoderDestroyInstance(state);
}

static enum engine_result
brotli_step(void *state, struct engine_step *step)
{
	static const BrotliEncoderOperation operation[] = {
	    [SINK_MORE] = BROTLI_OPERATION_PROCESS,
	    [SINK_FLUSH] = BROTLI_OPERATION_FLUSH,
	    [SINK_LAST] = BROTLI_OPERATION_FINISH,
	};
	const uint8_t *in = (const uint8_t *)step->in.p;
	uint8_t *out = (uint8_t *)step->room;
	size_t left = step->in.n;

	if (!BrotliEncoderCompressStream(state, operation[step->mark], &left,
		&in, &step->free, &out, NULL))
		return ENGINE_STARVED;
	step->in = span_sub(step->in, step->in.n - left, left);
	step->room = (char *)out;
	return left > 0 || BrotliEncoderHasMoreOutput(state) ? ENGINE_FULL
							     : ENGINE_HUNGRY;
}

int
engine_open_brotli(struct engine *out)
{
	BrotliEncoderState *b = BrotliEncoderCreateInstance(NULL, NULL, NULL);

	if (b == NULL)
		return CONSENT_ENOMEM;
	if (!BrotliEncoderSetParameter(
		b, BROTLI_PARAM_QUALITY, ENCODER_QUALITY) ||
	    !BrotliEncoderSetParameter(b, BROTLI_PARAM_LGWIN, ENCODER_WINDOW)) {
		BrotliEncoderDestroyInstance(b);
		return CONSENT_ENOMEM;
	}
	*out = (struct engine){
	    .step = brotli_step,
	    .free = brotli_free,
	    .state = b,
	};
	return CONSENT_OK;
}
