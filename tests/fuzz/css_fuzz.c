#include "html/css.h"

#include "fuzz.h"

#include <stdlib.h>

/*
 * Any bytes as CSS. Some of its URLs are replaced, as consent/page does it.
 * Asserted: walked again, none of them is there any more and all others are,
 * in their order; and only the bytes of URLs changed.
 */

enum {
	CEILING = 1 << 24
};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

#define NOWHERE SPAN("about:invalid")

/* Which URLs go: half of them, by their length. */
static bool
is_withheld(struct span value)
{
	return value.n % 2 == 1 && !span_equal(value, NOWHERE);
}

static void
add(struct buf *out, struct span bytes)
{
	must(buf_append(out, bytes) == CONSENT_OK);
}

/* Copies text to out without what is withheld; what stays goes to kept. */
static size_t
replace(struct span text, struct buf *out, struct buf *kept)
{
	struct css_walk w;
	struct css_url url;
	struct buf scratch;
	size_t done = 0, n = 0;
	int rc;

	buf_init(&scratch, CEILING);
	css_begin(&w, text);
	while ((rc = css_next(&w, &scratch, &url)) == CONSENT_OK) {
		size_t at = (size_t)(url.raw.p - text.p);

		must(at >= done && at + url.raw.n <= text.n);
		if (is_withheld(url.value)) {
			add(out, span_sub(text, done, at - done));
			add(out, NOWHERE);
			done = at + url.raw.n;
			n++;
		} else if (!span_equal(url.value, NOWHERE)) {
			add(kept, url.value);
			add(kept, SPAN("\n"));
		}
		buf_clear(&scratch);
	}
	must(rc == CONSENT_ENOENT);
	add(out, span_sub(text, done, text.n));
	buf_fini(&scratch);
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span text = {(const char *)data, n};
	struct buf first, second, kept, kept_again;

	buf_init(&first, CEILING);
	buf_init(&second, CEILING);
	buf_init(&kept, CEILING);
	buf_init(&kept_again, CEILING);
	if (replace(text, &first, &kept) == 0)
		must(span_equal(buf_span(&first), text));
	else
		must(css_may_fetch(text));
	must(replace(buf_span(&first), &second, &kept_again) == 0);
	must(span_equal(buf_span(&first), buf_span(&second)));
	must(span_equal(buf_span(&kept), buf_span(&kept_again)));
	buf_fini(&kept_again);
	buf_fini(&kept);
	buf_fini(&second);
	buf_fini(&first);
	return 0;
}
