#ifndef CONSENT_HTTP_CODEC_BODY_H
#define CONSENT_HTTP_CODEC_BODY_H

/*
 * The states of the codec while it reads a body (RFC 9112 6 and 7), as rows of
 * the table in codec.c. Inside http/ only.
 */

#include "http/codec_steps.h"

/* STATE_LENGTH: exactly the announced bytes. */
enum codec_event codec_length_body(struct codec *c, struct feed *f);

/* STATE_PASS: all that comes, up to the limit unless it is a tunnel. */
enum codec_event codec_pass_body(struct codec *c, struct feed *f);

/* STATE_CHUNK_SIZE: a size line. */
enum codec_event codec_chunk_size(struct codec *c, struct feed *f);

/* STATE_CHUNK_DATA: the bytes of a chunk. */
enum codec_event codec_chunk_data(struct codec *c, struct feed *f);

/* STATE_CHUNK_END: the CRLF behind them. */
enum codec_event codec_chunk_end(struct codec *c, struct feed *f);

/* STATE_TRAILERS: fields up to the empty line, then the message ends. */
enum codec_event codec_read_trailers(struct codec *c, struct feed *f);

#endif
