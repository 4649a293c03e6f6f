#include "report/tally.h"

#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

int
tally_init(struct tally *t)
{
	*t = (struct tally){.n = 0};
	return idset_init(&t->index);
}

void
tally_fini(struct tally *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		free(t->rows[i].text);
	free(t->rows);
	idset_fini(&t->index);
	*t = (struct tally){.n = 0};
}

/* Where the row of a text may be remembered. */
static size_t *
recent_of(struct tally *t, struct span text)
{
	unsigned first = 0, last = 0;

	if (text.n > 0) {
		first = (unsigned char)text.p[0];
		last = (unsigned char)text.p[text.n - 1];
	}
	return &t->recent[(text.n + 5 * first + last) % TALLY_RECENT];
}

static bool
is_row(const struct tally *t, size_t i, struct span text)
{
	return i < t->n && span_equal(span_of(t->rows[i].text), text);
}

static int
add_row(struct tally *t, struct span text, size_t *at)
{
	struct tally_row *row;

	if (t->n == t->cap) {
		size_t cap = t->cap == 0 ? 16 : t->cap * 2;

		row = realloc(t->rows, cap * sizeof *row);
		if (row == NULL)
			return CONSENT_ENOMEM;
		t->rows = row;
		t->cap = cap;
	}
	row = &t->rows[t->n];
	*row = (struct tally_row){.text = malloc(text.n + 1)};
	if (row->text == NULL)
		return CONSENT_ENOMEM;
	if (text.n > 0)
		memcpy(row->text, text.p, text.n);
	row->text[text.n] = '\0';
	*at = t->n++;
	return CONSENT_OK;
}

/* Finds the row of a text, or makes it; key names it in the index. */
static int
enter(struct tally *t, struct span text, struct span key, size_t *at)
{
	struct span rest = SPAN(TALLY_REST);
	uint64_t found;
	int rc = idset_find(&t->index, key, &found);

	if (rc == CONSENT_OK) {
		*at = (size_t)found;
		return CONSENT_OK;
	}
	if (rc != CONSENT_ENOENT)
		return rc;
	if (t->n >= TALLY_ROWS && !span_equal(text, rest))
		return enter(t, rest, rest, at);
	rc = add_row(t, text, at);
	return rc == CONSENT_OK ? idset_add(&t->index, key, *at) : rc;
}

int
tally_add(struct tally *t, struct span text, unsigned column, uint64_t count)
{
	size_t *at = recent_of(t, text);
	char hash[DIGEST_HEX];
	struct span key = text;
	int rc = CONSENT_OK;

	if (!is_row(t, *at, text)) {
		if (text.n > IDSET_TEXT) {
			rc = digest_sha256_hex(text, hash);
			key = (struct span){hash, DIGEST_HEX - 1};
		}
		if (rc == CONSENT_OK)
			rc = enter(t, text, key, at);
	}
	if (rc == CONSENT_OK)
		t->rows[*at].counts[column] += count;
	return rc;
}

uint64_t
tally_sum(const struct tally_row *row)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < TALLY_COLUMNS; i++)
		sum += row->counts[i];
	return sum;
}

static int
compare_texts(const void *a, const void *b)
{
	const struct tally_row *x = a, *y = b;

	return strcmp(x->text, y->text);
}

static int
compare_sums(const void *a, const void *b)
{
	uint64_t x = tally_sum(a), y = tally_sum(b);

	if (x == y)
		return compare_texts(a, b);
	return x < y ? 1 : -1;
}

void
tally_sort(struct tally *t)
{
	if (t->n > 0)
		qsort(t->rows, t->n, sizeof *t->rows, compare_texts);
}

void
tally_rank(struct tally *t)
{
	if (t->n > 0)
		qsort(t->rows, t->n, sizeof *t->rows, compare_sums);
}
