#include "report/diff.h"

#include <stdint.h>
#include <stdlib.h>

/* The lines of a text. */
struct lines {
	struct span *at;
	size_t n;
};

static int
split(struct span text, struct lines *out)
{
	struct span rest = text;
	size_t i, n = 1;

	for (i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	if (n > DIFF_LINES)
		n = DIFF_LINES;
	out->n = 0;
	out->at = calloc(n, sizeof *out->at);
	if (out->at == NULL)
		return CONSENT_ENOMEM;
	while (rest.n > 0 && out->n + 1 < n)
		out->at[out->n++] = span_cut(&rest, '\n');
	if (rest.n > 0)
		out->at[out->n++] = rest;
	return CONSENT_OK;
}

static void
put(struct diff *d, enum diff_kind kind, struct span text)
{
	d->lines[d->n++] = (struct diff_line){kind, text};
	d->removed += kind == DIFF_REMOVED;
	d->added += kind == DIFF_ADDED;
}

static void
put_all(struct diff *d, enum diff_kind kind, const struct lines *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		put(d, kind, l->at[i]);
}

/*
 * Fills table, (a.n + 1) rows of (b.n + 1), with how many lines the rest of a
 * from row i and the rest of b from column j have in common.
 */
static void
measure(const struct lines *a, const struct lines *b, uint32_t *table)
{
	size_t i, j, width = b->n + 1;

	for (i = a->n; i-- > 0;)
		for (j = b->n; j-- > 0;) {
			uint32_t *cell = &table[i * width + j];

			if (span_equal(a->at[i], b->at[j]))
				*cell = cell[width + 1] + 1;
			else
				*cell = cell[width] > cell[1] ? cell[width]
							      : cell[1];
		}
}

static void
follow(struct diff *d, const struct lines *a, const struct lines *b,
    const uint32_t *table)
{
	size_t i = 0, j = 0, width = b->n + 1;

	while (i < a->n || j < b->n) {
		const uint32_t *cell = &table[i * width + j];

		if (i < a->n && j < b->n && span_equal(a->at[i], b->at[j])) {
			put(d, DIFF_SAME, a->at[i]);
			i++;
			j++;
		} else if (j == b->n || (i < a->n && cell[width] >= cell[1])) {
			put(d, DIFF_REMOVED, a->at[i++]);
		} else {
			put(d, DIFF_ADDED, b->at[j++]);
		}
	}
}

/* What is left between the lines that both texts begin and end with. */
static int
compare(struct diff *d, const struct lines *a, const struct lines *b)
{
	uint32_t *table;

	if (a->n == 0 || b->n == 0 || (a->n + 1) > DIFF_CELLS / (b->n + 1)) {
		put_all(d, DIFF_REMOVED, a);
		put_all(d, DIFF_ADDED, b);
		return CONSENT_OK;
	}
	table = calloc((a->n + 1) * (b->n + 1), sizeof *table);
	if (table == NULL)
		return CONSENT_ENOMEM;
	measure(a, b, table);
	follow(d, a, b, table);
	free(table);
	return CONSENT_OK;
}

/* Compares what is split already. */
static int
compare_lines(struct diff *d, const struct lines *a, const struct lines *b)
{
	size_t front = 0, back = 0, n = a->n < b->n ? a->n : b->n;
	struct lines left, right;
	int rc;

	d->lines = calloc(a->n + b->n + 1, sizeof *d->lines);
	if (d->lines == NULL)
		return CONSENT_ENOMEM;
	while (front < n && span_equal(a->at[front], b->at[front]))
		front++;
	while (back < n - front &&
	       span_equal(a->at[a->n - 1 - back], b->at[b->n - 1 - back]))
		back++;
	left = (struct lines){a->at, front};
	put_all(d, DIFF_SAME, &left);
	left = (struct lines){a->at + front, a->n - front - back};
	right = (struct lines){b->at + front, b->n - front - back};
	rc = compare(d, &left, &right);
	left = (struct lines){a->at + (a->n - back), back};
	if (rc == CONSENT_OK)
		put_all(d, DIFF_SAME, &left);
	return rc;
}

int
diff_texts(struct span before, struct span after, struct diff *out)
{
	struct lines a = {NULL, 0}, b = {NULL, 0};
	struct diff d = {.n = 0};
	int rc = split(before, &a);

	if (rc == CONSENT_OK)
		rc = split(after, &b);
	if (rc == CONSENT_OK)
		rc = compare_lines(&d, &a, &b);
	free(a.at);
	free(b.at);
	if (rc == CONSENT_OK)
		*out = d;
	else
		diff_fini(&d);
	return rc;
}

void
diff_fini(struct diff *d)
{
	free(d->lines);
	*d = (struct diff){.n = 0};
}
