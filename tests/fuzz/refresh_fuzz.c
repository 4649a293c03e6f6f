#include "web/refresh.h"

#include "fuzz.h"

#include <libconsent/buf.h>

#include <stdlib.h>

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/*
 * Where it goes lies in the value, blanks before it change nothing, and the
 * readings are two at most.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span value = {(const char *)data, n}, rest = value, moved;
	struct span url, again;
	struct buf text;
	size_t readings = 0;

	buf_init(&text, n + 8);
	must(buf_append(&text, SPAN(" \t\n")) == CONSENT_OK);
	must(buf_append(&text, value) == CONSENT_OK);
	moved = buf_span(&text);
	while (refresh_next(&rest, &url)) {
		if (url.n > 0)
			must(url.p >= value.p && url.p + url.n <= value.p + n);
		must(refresh_next(&moved, &again));
		must(span_equal(url, again));
		readings++;
	}
	must(readings <= 2 && !refresh_next(&moved, &again));
	buf_fini(&text);
	return 0;
}
