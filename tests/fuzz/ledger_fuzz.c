#include "fuzz.h"

#include "audit/layout.h"

#include <assert.h>
#include <string.h>

/*
 * One line of a consent log. What is taken as an entry must look like the same
 * entry to the quick reader that recovery trusts, and must not be taken any
 * more with a byte added to it.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span line = {(const char *)data, n};
	struct layout_entry entry, longer;
	struct layout_peek peek;
	const char *why = NULL;
	struct buf more;

	if (layout_read(line, &entry, &why) != CONSENT_OK) {
		assert(why != NULL);
		(void)layout_peek(line, &peek);
		(void)layout_essence(line);
		return 0;
	}
	assert(layout_peek(line, &peek));
	assert(peek.type == entry.type && peek.seq == entry.seq);
	if (entry.type != LAYOUT_ERASED) {
		assert(span_equal(peek.id, span_of(entry.id)));
		assert(peek.time == entry.time);
	}
	assert((layout_essence(line).n > 0) == (entry.type == LAYOUT_CHOICE));
	layout_entry_fini(&entry);
	buf_init(&more, n + 1);
	if (buf_append(&more, line) == CONSENT_OK &&
	    buf_append_byte(&more, ' ') == CONSENT_OK)
		assert(
		    layout_read(buf_span(&more), &longer, &why) != CONSENT_OK);
	buf_fini(&more);
	return 0;
}
