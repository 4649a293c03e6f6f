#include <libconsent/url.h>

#include "fuzz.h"

#include <stdlib.h>

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* What was written is parsed to the same again: the form is final. */
static void
check_final(const struct url *url)
{
	struct buf first, second, scratch;
	struct url again;

	buf_init(&first, 2 * URL_SCRATCH);
	buf_init(&second, 2 * URL_SCRATCH);
	buf_init(&scratch, URL_SCRATCH);
	must(url_write(url, &first) == CONSENT_OK);
	if (first.n <= URL_INPUT) {
		must(url_parse(buf_span(&first), NULL, &scratch, &again) == 0);
		must(scratch.n == 0 || again.host.p[0] == '[' ||
		     url_domain_allows(again.host, again.host));
		must(url_origin_equal(url, &again));
		must(span_equal(url->path, again.path));
		must(span_equal(url->query, again.query));
		must(url_write(&again, &second) == CONSENT_OK);
		must(span_equal(buf_span(&first), buf_span(&second)));
	}
	buf_fini(&scratch);
	buf_fini(&second);
	buf_fini(&first);
}

static void
check_parts(const struct url *url)
{
	struct span site;

	if (url->kind != URL_NETWORK)
		return;
	must(url->host.n > 0 && url->path.n > 0 && url->path.p[0] == '/');
	site = url_registrable_domain(url->host);
	must(site.n > 0 && span_ends(url->host, site));
	check_final(url);
}

/* The input up to the first NUL is the base, the rest the reference. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span rest = {(const char *)data, n};
	struct span first = span_cut(&rest, '\0');
	struct buf scratch, base_scratch;
	struct url base, url;

	buf_init(&scratch, URL_SCRATCH);
	buf_init(&base_scratch, URL_SCRATCH);
	if (url_parse(first, NULL, &base_scratch, &base) == CONSENT_OK) {
		check_parts(&base);
		if (url_parse(rest, &base, &scratch, &url) == CONSENT_OK)
			check_parts(&url);
	}
	buf_fini(&base_scratch);
	buf_fini(&scratch);
	return 0;
}
