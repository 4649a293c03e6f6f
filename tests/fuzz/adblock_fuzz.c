#include "fuzz.h"
#include "listing.h"
#include "lists/adblock.h"

/* The list in pieces of so many bytes; all of it at once for 0. */
static void
read_list(struct listing *l, struct span text, size_t step, unsigned flags)
{
	const struct span site = SPAN("www.site.example");
	const struct adblock_settings settings = {.category = "a",
	    .exceptions = (flags & 1) != 0 ? "e" : NULL,
	    .sites = &site,
	    .n_sites = (flags & 2) != 0,
	    .any_type = (flags & 4) != 0};
	struct adblock *a;

	must(listing_init(l) == CONSENT_OK);
	must(adblock_new(&settings, l, &a) == CONSENT_OK);
	while (text.n > 0) {
		size_t n = step == 0 || step > text.n ? text.n : step;

		must(adblock_feed(a, span_sub(text, 0, n)) == CONSENT_OK);
		text = span_sub(text, n, text.n);
	}
	must(adblock_end(a) == CONSENT_OK);
	adblock_free(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct listing whole, cut; /* too large for a frame */
	struct span text = {(const char *)data + (n > 0), n - (n > 0)};
	unsigned first = n > 0 ? data[0] : 0;

	read_list(&whole, text, 0, first);
	read_list(&cut, text, 1 + (first >> 3), first);
	listing_compare(&whole, &cut);
	listing_check(&whole, "resources");
	listing_fini(&whole);
	listing_fini(&cut);
	return 0;
}
