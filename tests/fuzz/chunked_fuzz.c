#include "fuzz.h"

#include "codec_fuzz.h"

/* Any bytes as a chunked body, its trailers, and what comes behind. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf in;

	buf_init(&in, SIZE_MAX);
	if (buf_append(&in, SPAN("PUT / HTTP/1.1\r\nHost: h\r\n"
				 "Transfer-Encoding: chunked\r\n\r\n")) !=
		CONSENT_OK ||
	    buf_append(&in, (struct span){(const char *)data, n}) != CONSENT_OK)
		abort();
	check_cuts(CODEC_READS_REQUESTS, NULL, buf_span(&in));
	buf_fini(&in);
	return 0;
}
