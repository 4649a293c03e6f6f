#include "http/coding.h"

#include "http/coding_engine.h"

#include <stdlib.h>

enum {
	CODER_ROOM = 16384 /* output at once */
};

struct coder {
	struct sink out;
	struct engine engine; /* step is NULL for identity */
	struct coding_limits limits;
	uint64_t taken; /* bytes in so far */
	uint64_t made;	/* bytes out so far */
	int failed;	/* the first error, for good */
	bool ended;	/* SINK_LAST was here */
	char room[CODER_ROOM];
};

/* Counts n bytes of output. CONSENT_ELIMIT for a bomb. */
static int
coder_count(struct coder *c, size_t n)
{
	uint64_t taken = c->limits.taken ? *c->limits.taken : c->taken;

	c->made += n;
	if (c->made > c->limits.bytes)
		return CONSENT_ELIMIT;
	if (c->made > CODING_RATIO_FREE && c->made / c->limits.ratio > taken)
		return CONSENT_ELIMIT;
	return CONSENT_OK;
}

static int
coder_give(struct coder *c, struct span bytes)
{
	int rc = coder_count(c, bytes.n);

	if (rc != CONSENT_OK || bytes.n == 0)
		return rc;
	return sink_write(&c->out, bytes, SINK_MORE);
}

/* One step of the engine and what came of it. CONSENT_ECODING, _ENOMEM. */
static int
coder_step(
    struct coder *c, struct engine_step *step, enum engine_result *result)
{
	step->room = c->room;
	step->free = sizeof c->room;
	*result = c->engine.step(c->engine.state, step);
	if (*result == ENGINE_DAMAGED)
		return CONSENT_ECODING;
	if (*result == ENGINE_STARVED)
		return CONSENT_ENOMEM;
	return coder_give(
	    c, (struct span){c->room, sizeof c->room - step->free});
}

static int
coder_run(struct coder *c, struct span bytes, enum sink_mark mark)
{
	struct engine_step step = {.in = bytes, .mark = mark};
	enum engine_result result;
	int rc;

	do {
		rc = coder_step(c, &step, &result);
		if (rc != CONSENT_OK)
			return rc;
	} while (result == ENGINE_FULL);
	if (mark == SINK_LAST && c->engine.is_complete != NULL &&
	    !c->engine.is_complete(c->engine.state))
		return CONSENT_ECODING;
	return mark == SINK_MORE ? CONSENT_OK
				 : sink_write(&c->out, SPAN(""), mark);
}

static int
coder_pass(struct coder *c, struct span bytes, enum sink_mark mark)
{
	int rc = coder_count(c, bytes.n);

	return rc != CONSENT_OK ? rc : sink_write(&c->out, bytes, mark);
}

static int
coder_write(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct coder *c = ctx;

	if (c->failed != CONSENT_OK)
		return c->failed;
	if (c->ended)
		return c->failed = CONSENT_EINVAL;
	c->taken += bytes.n;
	c->ended = mark == SINK_LAST;
	c->failed = c->engine.step == NULL ? coder_pass(c, bytes, mark)
					   : coder_run(c, bytes, mark);
	return c->failed;
}

/* How an engine is opened, by enum coding; NULL for identity. */
typedef int engine_open(struct engine *out);

static struct coder *
coder_new(engine_open *open, struct coding_limits limits, struct sink out)
{
	struct coder *c = malloc(sizeof *c);

	if (c == NULL)
		return NULL;
	c->out = out;
	c->engine = (struct engine){0};
	c->limits = limits;
	c->taken = c->made = 0;
	c->failed = CONSENT_OK;
	c->ended = false;
	if (open != NULL && open(&c->engine) != CONSENT_OK) {
		free(c);
		return NULL;
	}
	return c;
}

struct coder *
coder_new_decoder(
    enum coding coding, const struct coding_limits *limits, struct sink out)
{
	static engine_open *const decoders[CODING_UNKNOWN] = {
	    [CODING_GZIP] = engine_open_gunzip,
	    [CODING_DEFLATE] = engine_open_inflate,
	    [CODING_BR] = engine_open_unbrotli,
	    [CODING_ZSTD] = engine_open_unzstd,
	};
	struct coding_limits bounds = {UINT64_MAX, CODING_RATIO, NULL};

	if (coding >= CODING_UNKNOWN)
		return NULL;
	if (limits != NULL && limits->bytes != 0)
		bounds.bytes = limits->bytes;
	if (limits != NULL && limits->ratio != 0)
		bounds.ratio = limits->ratio;
	if (limits != NULL)
		bounds.taken = limits->taken;
	return coder_new(decoders[coding], bounds, out);
}

struct coder *
coder_new_encoder(enum coding coding, struct sink out)
{
	static engine_open *const encoders[CODING_UNKNOWN] = {
	    [CODING_GZIP] = engine_open_gzip,
	    [CODING_DEFLATE] = engine_open_deflate,
	    [CODING_BR] = engine_open_brotli,
	    [CODING_ZSTD] = engine_open_zstd,
	};
	struct coding_limits bounds = {UINT64_MAX, UINT64_MAX, NULL};

	if (coding >= CODING_UNKNOWN)
		return NULL;
	return coder_new(encoders[coding], bounds, out);
}

void
coder_free(struct coder *c)
{
	if (c == NULL)
		return;
	if (c->engine.free != NULL)
		c->engine.free(c->engine.state);
	free(c);
}

struct sink
coder_sink(struct coder *c)
{
	return (struct sink){coder_write, c};
}
