#include "http/multipart.h"

#include "fuzz.h"

#include <stdbool.h>
#include <stdlib.h>

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* A sink that collects. */
static int
on_out(void *ctx, struct span bytes, enum sink_mark mark)
{
	(void)mark;
	return buf_append(ctx, bytes);
}

/* Writes all of body in pieces of that size; what came of it. */
static int
run(struct span boundary, struct span body, size_t size, struct buf *out)
{
	struct multipart m;
	int rc = multipart_init(&m, boundary, (struct sink){on_out, out});

	while (rc == CONSENT_OK && body.n > 0) {
		rc = multipart_write(&m, span_sub(body, 0, size), SINK_MORE);
		body = span_sub(body, size, body.n);
	}
	if (rc == CONSENT_OK)
		rc = multipart_write(&m, SPAN(""), SINK_LAST);
	multipart_fini(&m);
	return rc;
}

/*
 * The first line is the boundary. However it is cut, the same goes on, and
 * that is a beginning of what came: all of it where nothing was refused.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span rest = {(const char *)data, n};
	struct span boundary = span_cut(&rest, '\n');
	struct buf whole, bytes;
	int rc;

	if (rest.p == NULL)
		return 0;
	buf_init(&whole, n + 1);
	buf_init(&bytes, n + 1);
	rc = run(boundary, rest, SIZE_MAX, &whole);
	must(rc == run(boundary, rest, 1, &bytes));
	must(span_starts(rest, buf_span(&whole)));
	must(span_starts(rest, buf_span(&bytes)));
	if (rc == CONSENT_OK)
		must(whole.n == rest.n && bytes.n == rest.n);
	buf_fini(&whole);
	buf_fini(&bytes);
	return 0;
}
