#include "fuzz.h"

#include "audit/entry.h"

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
	struct entry entry, longer;
	struct entry_peek peek;
	const char *why = NULL;
	struct buf more;

	if (entry_read(line, &entry, &why) != CONSENT_OK) {
		assert(why != NULL);
		(void)entry_peek(line, &peek);
		(void)entry_essence(line);
		return 0;
	}
	assert(entry_peek(line, &peek));
	assert(peek.type == entry.type && peek.seq == entry.seq);
	if (entry.type != LAYOUT_ERASED) {
		assert(span_equal(peek.id, span_of(entry.id)));
		assert(peek.time == entry.time);
	}
	assert((entry_essence(line).n > 0) == (entry.type == LAYOUT_CHOICE));
	entry_fini(&entry);
	buf_init(&more, n + 1);
	if (buf_append(&more, line) == CONSENT_OK &&
	    buf_append_byte(&more, ' ') == CONSENT_OK)
		assert(
		    entry_read(buf_span(&more), &longer, &why) != CONSENT_OK);
	buf_fini(&more);
	return 0;
}
