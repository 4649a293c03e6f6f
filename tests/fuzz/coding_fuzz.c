#include "fuzz.h"

#include "http/coding.h"

#include <libconsent/buf.h>

#include <stdlib.h>

/*
 * Any bytes as a coded body; the first says the coding. A body that is read
 * whole is read bytewise too, to the same end; what is read, coded again and
 * read again is unchanged.
 */

enum {
	OUTPUT_MAX = 1 << 18
};

static int
keep(void *ctx, struct span bytes, enum sink_mark mark)
{
	(void)mark;
	return buf_append(ctx, bytes);
}

/* Writes in to c in pieces of n bytes and ends it; c is gone afterwards. */
static int
run(struct coder *c, struct span in, size_t n)
{
	struct sink to;
	int rc = CONSENT_OK;

	if (c == NULL)
		abort();
	to = coder_sink(c);
	while (in.n > 0 && rc == CONSENT_OK) {
		rc = sink_write(&to, span_sub(in, 0, n), SINK_MORE);
		in = span_sub(in, n, in.n);
	}
	if (rc == CONSENT_OK)
		rc = sink_write(&to, SPAN(""), SINK_LAST);
	coder_free(c);
	return rc;
}

static void
check_body(enum coding coding, struct span in)
{
	const struct coding_limits limits = {OUTPUT_MAX, UINT64_MAX, NULL};
	struct buf whole, parts, coded;
	struct sink to_whole = {keep, &whole}, to_parts = {keep, &parts},
		    to_coded = {keep, &coded};
	int rc;

	buf_init(&whole, OUTPUT_MAX);
	buf_init(&parts, OUTPUT_MAX);
	buf_init(&coded, SIZE_MAX);
	rc = run(coder_new_decoder(coding, &limits, to_whole), in, SIZE_MAX);
	if ((run(coder_new_decoder(coding, &limits, to_parts), in, 1) ==
		CONSENT_OK) != (rc == CONSENT_OK))
		abort();
	if (rc == CONSENT_OK) {
		if (!span_equal(buf_span(&whole), buf_span(&parts)))
			abort();
		buf_clear(&parts);
		if (run(coder_new_encoder(coding, to_coded), buf_span(&whole),
			500) != CONSENT_OK ||
		    run(coder_new_decoder(coding, &limits, to_parts),
			buf_span(&coded), 500) != CONSENT_OK ||
		    !span_equal(buf_span(&whole), buf_span(&parts)))
			abort();
	}
	buf_fini(&whole);
	buf_fini(&parts);
	buf_fini(&coded);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n > 0)
		check_body((enum coding)(data[0] % CODING_UNKNOWN),
		    (struct span){(const char *)data + 1, n - 1});
	return 0;
}
