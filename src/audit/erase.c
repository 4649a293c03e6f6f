#include "audit/erase.h"

#include "audit/layout.h"
#include "audit/merkle.h"
#include "audit/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MARK = 24 /* room for a number, its newline and NUL */
};

int
erase_list_add(struct erase_list *list, struct erase_target target)
{
	if (list->n == list->cap) {
		size_t cap = list->cap == 0 ? 64 : list->cap * 2;
		struct erase_target *more =
		    realloc(list->at, cap * sizeof *more);

		if (more == NULL)
			return CONSENT_ENOMEM;
		list->at = more;
		list->cap = cap;
	}
	list->at[list->n++] = target;
	return CONSENT_OK;
}

int
erase_list_read(struct erase_list *list, struct span line, uint64_t by)
{
	static const struct span name = {",\"entries\":[", 12};
	size_t at = span_search(line, name);
	struct span rest;
	int rc = CONSENT_OK;

	if (at == line.n)
		return CONSENT_EINVAL;
	rest = span_sub(line, at + name.n, line.n);
	rest = span_sub(rest, 0, span_find(rest, ']'));
	while (rc == CONSENT_OK && rest.n > 0) {
		struct erase_target target = {.by = by};

		rc = span_to_u64(
		    span_cut(&rest, ','), 10, LAYOUT_SEQ_MAX, &target.seq);
		if (rc == CONSENT_OK && target.seq < by)
			rc = erase_list_add(list, target);
	}
	return rc;
}

static int
compare(const void *a, const void *b)
{
	const struct erase_target *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return (x->by > y->by) - (x->by < y->by);
}

void
erase_list_sort(struct erase_list *list)
{
	size_t i, n = 0;

	if (list->n == 0)
		return;
	qsort(list->at, list->n, sizeof *list->at, compare);
	for (i = 1; i < list->n; i++)
		if (list->at[i].seq != list->at[n].seq)
			list->at[++n] = list->at[i];
	list->n = n + 1;
}

size_t
erase_list_find(const struct erase_list *list, uint64_t seq)
{
	size_t low = 0, high = list->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->at[middle].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
erase_list_fini(struct erase_list *list)
{
	free(list->at);
	*list = (struct erase_list){.n = 0};
}

int
erase_line(struct span line, struct erase_target target, struct buf *out)
{
	char hex[2 * MERKLE_BYTES + 1];
	struct merkle_hash leaf;
	int rc = merkle_leaf(line, &leaf);
	size_t i;

	for (i = 0; i < sizeof leaf.bytes; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", leaf.bytes[i]);
	if (rc != CONSENT_OK)
		return rc;
	return buf_printf(out,
	    "{\"seq\":%" PRIu64 ",\"erased\":\"%s\",\"by\":%" PRIu64 "}\n",
	    target.seq, hex, target.by);
}

int
erase_mark(int dir, uint64_t by)
{
	char text[MARK];

	(void)snprintf(text, sizeof text, "%" PRIu64 "\n", by);
	return store_file(dir, ERASE_MARK, span_of(text));
}

int
erase_marked(int dir, uint64_t *by)
{
	struct buf text;
	struct span s;
	int rc;

	buf_init(&text, MARK);
	rc = store_read(dir, ERASE_MARK, &text);
	s = buf_span(&text);
	if (rc == CONSENT_ELIMIT ||
	    (rc == CONSENT_OK && (!span_ends(s, SPAN("\n")) ||
				     span_to_u64(span_sub(s, 0, s.n - 1), 10,
					 LAYOUT_SEQ_MAX, by) != CONSENT_OK))) {
		*by = 0; /* what it was is not known any more */
		rc = CONSENT_OK;
	}
	buf_fini(&text);
	return rc;
}

int
erase_unmark(int dir)
{
	return store_remove(dir, ERASE_MARK);
}
