#include "fuzz.h"

#include "codec_fuzz.h"

#include "http/head_edit.h"
#include "http/request.h"

/*
 * Any bytes as requests. Beyond the cuts: a head that was taken and is written
 * again is taken again and means the same, so that the next reader of what we
 * forward cannot see another request than we did.
 */

static void
check_same(const struct head *a, const struct head *b)
{
	size_t i;

	if (a->count != b->count || !span_equal(a->method, b->method) ||
	    !span_equal(a->target, b->target) ||
	    !span_equal(request_host(a), request_host(b)))
		abort();
	for (i = 0; i < a->count; i++)
		if (!span_equal(a->fields[i].name, b->fields[i].name) ||
		    !span_equal(a->fields[i].value, b->fields[i].value))
			abort();
}

static void
check_again(struct span in)
{
	struct codec first, second;
	struct span body;
	struct buf out;
	size_t used;

	codec_init(&first, CODEC_READS_REQUESTS, NULL);
	codec_init(&second, CODEC_READS_REQUESTS, NULL);
	buf_init(&out, 1 << 20);
	if (codec_feed(&first, in, &used, &body) == CODEC_HEAD &&
	    codec_head(&first)->minor == 1) {
		if (head_write(codec_head(&first), &out) != CONSENT_OK ||
		    codec_feed(&second, buf_span(&out), &used, &body) !=
			CODEC_HEAD ||
		    used != out.n ||
		    codec_body_kind(&first) != codec_body_kind(&second) ||
		    codec_body_length(&first) != codec_body_length(&second))
			abort();
		check_same(codec_head(&first), codec_head(&second));
	}
	buf_fini(&out);
	codec_fini(&first);
	codec_fini(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span in = {(const char *)data, n};

	check_cuts(CODEC_READS_REQUESTS, NULL, in);
	check_again(in);
	return 0;
}
