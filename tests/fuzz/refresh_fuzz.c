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

/* Where it goes lies in the value, and blanks before it change nothing. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span value = {(const char *)data, n}, url, again;
	struct buf text;
	bool leaves = refresh_parse(value, &url);

	if (leaves && url.n > 0)
		must(url.p >= value.p && url.p + url.n <= value.p + n);
	buf_init(&text, n + 8);
	must(buf_append(&text, SPAN(" \t\n")) == CONSENT_OK);
	must(buf_append(&text, value) == CONSENT_OK);
	must(refresh_parse(buf_span(&text), &again) == leaves);
	if (leaves)
		must(span_equal(url, again));
	buf_fini(&text);
	return 0;
}
