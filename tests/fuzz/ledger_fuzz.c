#include "fuzz.h"

#include "audit/entry.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* What is taken is JSON, in the spelling of a known writer. */
static void
check_spelling(struct span line)
{
	json_t *root = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
	char *text = json_dumps(root, JSON_COMPACT);

	assert(text != NULL && span_equal(span_of(text), line));
	free(text);
	json_decref(root);
}

/* Going through the members meets every byte of the line. */
static void
check_members(struct span line)
{
	struct form_value value;
	struct span rest = line;
	size_t n = 1;

	while (form_next_member(&rest, &value))
		n += value.name.n + value.raw.n + sizeof ",\"\":" - 1;
	assert(n == line.n && span_equal(rest, SPAN("}")));
}

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
		assert(span_equal(peek.id, entry.id));
		assert(peek.time == entry.time);
	}
	assert((entry_essence(line).n > 0) == (entry.type == LAYOUT_CHOICE));
	check_spelling(line);
	check_members(line);
	buf_init(&more, n + 1);
	if (buf_append(&more, line) == CONSENT_OK &&
	    buf_append_byte(&more, ' ') == CONSENT_OK)
		assert(
		    entry_read(buf_span(&more), &longer, &why) != CONSENT_OK);
	buf_fini(&more);
	return 0;
}
