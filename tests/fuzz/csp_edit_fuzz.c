#include <libconsent/csp.h>

#include "fuzz.h"

#include <stdlib.h>

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* Those who are told of violations, by the first letter of the path. */
static bool
on_report(void *ctx, struct span url)
{
	(void)ctx;
	return url.n > 1 && url.p[1] == 't';
}

static int
edit(struct span value, const struct csp_edit *wanted, struct buf *out,
    bool *changed)
{
	int rc = csp_edit(value, wanted, out, changed);

	must(rc == CONSENT_OK || rc == CONSENT_ELIMIT);
	if (rc == CONSENT_OK && !*changed)
		must(out->n == 0 || span_equal(buf_span(out), value));
	return rc;
}

/*
 * What is not changed stays as it is, no control byte comes in, and what was
 * edited is not edited again: two in a row do what one does.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span value = {(const char *)data, n};
	struct url sheet = {.kind = URL_NETWORK,
	    .scheme = SPAN("https"),
	    .host = SPAN("site.example"),
	    .path = SPAN("/.consent/notice.css")};
	struct csp_edit wanted = {.sheet = &sheet,
	    .form = &sheet,
	    .scripts = {SPAN("'sha256-AAAA='"), SPAN("'sha256-BBBB='")},
	    .withholds = on_report};
	struct buf once, twice;
	bool changed = false, again = false;

	buf_init(&once, 4 * n + 65536);
	buf_init(&twice, 4 * n + 131072);
	if (edit(value, &wanted, &once, &changed) == CONSENT_OK && changed &&
	    edit(buf_span(&once), &wanted, &twice, &again) == CONSENT_OK)
		must(!again || span_equal(buf_span(&once), buf_span(&twice)));
	buf_fini(&once);
	buf_fini(&twice);
	return 0;
}
