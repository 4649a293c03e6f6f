#include "consent/page_trail.h"

#include "base/utf8.h"

/* Whether one way of reading withholds text. */
static int
ask(struct scope *s, enum charset_pairs pairs, struct span text,
    struct gate_verdict *v)
{
	struct page *page = s->page;
	struct buf masked;
	int rc;

	buf_init(&masked, text.n);
	rc = charset_trail_mask(pairs, text, &masked);
	if (rc == CONSENT_OK)
		*v = gate_url(
		    page->gate, buf_span(&masked), s->url, &page->parsing);
	buf_fini(&masked);
	return rc;
}

struct gate_verdict
page_trail_url(struct scope *s, struct span text, struct gate_verdict read)
{
	static const enum charset_pairs ways[] = {
	    CHARSET_PAIRS_SHIFT_JIS, CHARSET_PAIRS_CHINESE};
	struct gate_verdict v = read;
	size_t i;

	for (i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		if (ask(s, ways[i], text, &v) != CONSENT_OK)
			return (struct gate_verdict){
			    .answer = GATE_WITHHOLD, .category = GATE_UNNAMED};
		/* letters of UTF-8 were read: no other way is asked for */
		if (v.answer == GATE_WITHHOLD &&
		    (v.subject != GATE_LETTERS || !utf8_is_all(text)))
			return v;
	}
	return read;
}
