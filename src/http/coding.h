#ifndef CONSENT_HTTP_CODING_H
#define CONSENT_HTTP_CODING_H

/*
 * Content codings (RFC 9110 8.4.1) as links in a chain of sinks: write coded
 * bytes in, plain ones come out, or the other way round. What comes out is
 * bounded against decompression bombs. A stream that is cut short or damaged
 * is an error, never an early end; bytes that follow a whole one and are no
 * part of it are left out, as browsers do. The first error latches. The
 * compression libraries are seen by coding*.c only. One body, one coder.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/sink.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "http/head.h"

enum coding {
	CODING_IDENTITY,
	CODING_GZIP,	/* also "x-gzip" */
	CODING_DEFLATE, /* zlib format; raw deflate is read as well */
	CODING_BR,	/* RFC 7932 */
	CODING_ZSTD,	/* RFC 8878, windows of RFC 9659 */
	CODING_UNKNOWN	/* another one */
};

enum {
	CODING_RATIO = 256,	      /* default: output per input byte */
	CODING_RATIO_FREE = 16 << 20, /* output before the ratio counts */
	CODING_MEMBERS = 4096 /* gzip members or zstd frames of one body */
};

struct coding_limits {
	uint64_t bytes;	       /* of decoded output; 0: no limit */
	uint64_t ratio;	       /* output by input; 0: CODING_RATIO */
	const uint64_t *taken; /* the input that counts; NULL: the coder's */
};

struct coder;

/*
 * A decoder that writes plain bytes to out; limits is copied, NULL: defaults.
 * The caller owns it and calls coder_free. NULL without memory or for
 * CODING_UNKNOWN. CODING_IDENTITY passes bytes through, bounded alike.
 */
struct coder *coder_new_decoder(
    enum coding coding, const struct coding_limits *limits, struct sink out);

/*
 * An encoder that writes coded bytes to out. SINK_FLUSH makes all that was
 * written so far readable at the other end. Ownership as above.
 */
struct coder *coder_new_encoder(enum coding coding, struct sink out);

/* Frees c; NULL is fine. What was not ended stays without an end. */
void coder_free(struct coder *c);

/*
 * The sink to write the body to; good until coder_free. Its writes return
 * CONSENT_ECODING for a damaged stream and for SINK_LAST before
 * the stream's own end, CONSENT_ELIMIT for a bomb, CONSENT_ENOMEM, or what
 * the sink behind it returned. Marks are passed on; SINK_LAST only after a
 * complete stream. A body of no bytes at all is
 * read as empty, which some servers mean.
 */
struct sink coder_sink(struct coder *c);

/* The coding of a name, case folded; of several see http/coding_stack.h. */
enum coding coding_named(struct span name);

/* Its name in Content-Encoding ("gzip"); "" for unknown; static. */
struct span coding_name(enum coding coding);

/*
 * Narrows Accept-Encoding of a request to what coder_new_decoder reads, with
 * the weights that the client gave (RFC 9110 12.5.3). One field is left; it is
 * "identity" where the client accepts none of it or sent no such field.
 * CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int coding_narrow_accept(struct head *h) CONSENT_CHECKED;

#endif
