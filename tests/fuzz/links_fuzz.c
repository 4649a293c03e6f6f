#include "census/links.h"

#include "fuzz.h"

#include <libconsent/buf.h>
#include <libconsent/url.h>

#include <stdlib.h>

struct told {
	size_t n;
	struct buf text, again, scratch;
};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* A link is a whole URL: what is written of it is read as the same. */
static void
on_link(void *ctx, const struct url *to)
{
	struct told *told = ctx;
	struct url url;

	told->n++;
	must(to->kind == URL_NETWORK);
	buf_clear(&told->text);
	if (url_write(to, &told->text) != CONSENT_OK)
		return; /* longer than any that is followed */
	must(span_find(buf_span(&told->text), '#') == told->text.n);
	must(url_parse(buf_span(&told->text), NULL, &told->scratch, &url) ==
	     CONSENT_OK);
	buf_clear(&told->again);
	must(url_write(&url, &told->again) == CONSENT_OK);
	must(span_equal(buf_span(&told->text), buf_span(&told->again)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct span page = {(const char *)data, n};
	struct told told = {.n = 0};
	const struct links_user user = {on_link, &told};
	struct buf scratch;
	struct url at;
	int rc;

	buf_init(&told.text, URL_INPUT);
	buf_init(&told.again, URL_INPUT);
	buf_init(&told.scratch, URL_SCRATCH);
	buf_init(&scratch, URL_SCRATCH);
	must(url_parse(SPAN("http://a.example/d/p?q"), NULL, &scratch, &at) ==
	     CONSENT_OK);
	rc = links_read(page, &at, &user);
	must(rc == CONSENT_OK || rc == CONSENT_ELIMIT);
	must(told.n <= n / 8); /* "<a href>" */
	buf_fini(&told.text);
	buf_fini(&told.again);
	buf_fini(&told.scratch);
	buf_fini(&scratch);
	return 0;
}
