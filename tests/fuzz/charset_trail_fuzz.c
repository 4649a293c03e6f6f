#include "html/charset_trail.h"

#include "fuzz.h"

#include <stdlib.h>

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* A mask changes bytes behind others beyond ASCII alone, and once. */
static void
check_mask(enum charset_pairs pairs, struct span text)
{
	struct buf once, twice;
	size_t i;

	buf_init(&once, text.n + 1);
	buf_init(&twice, text.n + 1);
	must(charset_trail_mask(pairs, text, &once) == CONSENT_OK);
	must(once.n == text.n);
	for (i = 0; i < text.n; i++)
		must(once.p[i] == text.p[i] ||
		     (i > 0 && (text.p[i] & 0x80) == 0 &&
			 (text.p[i - 1] & 0x80) != 0 &&
			 once.p[i] == (char)(text.p[i] | 0x80)));
	must(charset_trail_mask(pairs, buf_span(&once), &twice) == CONSENT_OK);
	must(span_equal(buf_span(&once), buf_span(&twice)));
	buf_fini(&once);
	buf_fini(&twice);
}

/* Where a section seems to end is found however the bytes are cut. */
static void
check_ends(enum charset_pairs pairs, struct span text, size_t size)
{
	struct charset_trail whole = {.pairs = pairs}, cut = whole;
	bool ends = charset_trail_ends(&whole, text), found = false;

	while (!found && text.n > 0) {
		found = charset_trail_ends(&cut, span_sub(text, 0, size));
		text = span_sub(text, size, text.n);
	}
	must(found == ends);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	enum charset_pairs pairs;
	struct span text;

	if (n == 0)
		return 0;
	pairs = data[0] & 1 ? CHARSET_PAIRS_SHIFT_JIS : CHARSET_PAIRS_CHINESE;
	text = (struct span){(const char *)data + 1, n - 1};
	check_mask(pairs, text);
	check_ends(pairs, text, 1 + data[0] % 5);
	(void)charset_trail_may_hide(text);
	return 0;
}
