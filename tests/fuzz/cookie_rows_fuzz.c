#include "fuzz.h"
#include "listing.h"
#include "lists/cookie_rows.h"

/* An input that does not begin with "!" gets the usual head. */
static const char head[] =
    "ID,Platform,Category,Cookie / Data Key name,Domain,Description,"
    "Retention period,Data Controller,Portals,Wildcard match\n";

/* As adblock_fuzz; the code, which may be that it is no such list. */
static int
read_list(struct listing *l, struct span text, size_t step, bool has_head)
{
	const struct cookie_rows_settings settings = {
	    .map = {{SPAN("Analytics"), "a"}, {SPAN("Marketing"), "m"},
		{SPAN("Functional"), "m"}},
	    .n_map = 3};
	struct cookie_rows *r;
	int rc;

	must(listing_init(l) == CONSENT_OK);
	must(cookie_rows_new(&settings, l, &r) == CONSENT_OK);
	rc = has_head ? CONSENT_OK : cookie_rows_feed(r, span_of(head));
	while (text.n > 0 && rc == CONSENT_OK) {
		size_t n = step == 0 || step > text.n ? text.n : step;

		rc = cookie_rows_feed(r, span_sub(text, 0, n));
		text = span_sub(text, n, text.n);
	}
	if (rc == CONSENT_OK)
		rc = cookie_rows_end(r);
	must(rc == CONSENT_OK || (rc == CONSENT_EINVAL && has_head));
	cookie_rows_free(r);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct listing whole, cut; /* too large for a frame */
	struct span text = {(const char *)data + (n > 0), n - (n > 0)};
	unsigned first = n > 0 ? data[0] : 0;
	bool has_head = first == '!';
	int rc = read_list(&whole, text, 0, has_head);

	must(read_list(&cut, text, 1 + (first >> 3), has_head) == rc);
	if (rc == CONSENT_OK) {
		listing_compare(&whole, &cut);
		listing_check(&whole, "cookies");
	}
	listing_fini(&whole);
	listing_fini(&cut);
	return 0;
}
