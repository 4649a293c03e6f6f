#include "policy/needles.h"

#include <stdlib.h>

/* Gives a class to each byte that stands in a needle; counts the bytes. */
static size_t
classes_fill(struct needles *m, const struct span *strings, size_t n)
{
	size_t total = 0, i, k;

	m->n_classes = 1;
	for (i = 0; i < n; i++)
		for (k = 0; k < strings[i].n; k++) {
			unsigned char byte = (unsigned char)strings[i].p[k];

			if (m->classes[byte] == 0 && m->n_classes < 256)
				m->classes[byte] =
				    (unsigned char)m->n_classes++;
			total++;
		}
	return total;
}

static size_t
class_of(const struct needles *m, char byte)
{
	return m->classes[(unsigned char)byte];
}

/* Adds one needle to the trie. */
static void
trie_add(struct needles *m, struct span needle, size_t index)
{
	size_t state = 0, i;

	for (i = 0; i < needle.n; i++) {
		uint16_t *next =
		    &m->next[state * m->n_classes + class_of(m, needle.p[i])];

		if (*next == 0)
			*next = (uint16_t)m->n_states++;
		state = *next;
	}
	if (m->best[state] < index + 1)
		m->best[state] = (uint16_t)(index + 1);
}

/*
 * Turns the trie into a table without missing steps, breadth first: where a
 * state has none, it takes that of the state for its longest proper suffix.
 * 0 as "none" and 0 as the root are the same thing here.
 */
static void
trie_complete(struct needles *m, uint16_t *queue, uint16_t *suffix)
{
	size_t head = 0, tail = 0, class;

	for (class = 0; class < m->n_classes; class ++)
		if (m->next[class] != 0)
			queue[tail++] = m->next[class];
	while (head < tail) {
		size_t state = queue[head++], back = suffix[state];
		uint16_t *row = &m->next[state * m->n_classes];

		if (m->best[back] > m->best[state])
			m->best[state] = m->best[back];
		for (class = 0; class < m->n_classes; class ++) {
			uint16_t step = m->next[back * m->n_classes + class];

			if (row[class] == 0) {
				row[class] = step;
			} else {
				suffix[row[class]] = step;
				queue[tail++] = row[class];
			}
		}
	}
}

int
needles_init(struct needles *m, const struct span *strings, size_t n)
{
	uint16_t *queue = NULL, *suffix = NULL;
	size_t total, i;
	int rc = CONSENT_ENOMEM;

	*m = (struct needles){.n_states = 1};
	total = classes_fill(m, strings, n);
	if (total > NEEDLES_BYTES || n > NEEDLES_BYTES)
		return CONSENT_ELIMIT;
	m->next = calloc((total + 1) * m->n_classes, sizeof *m->next);
	m->best = calloc(total + 1, sizeof *m->best);
	queue = calloc(total + 1, sizeof *queue);
	suffix = calloc(total + 1, sizeof *suffix);
	if (m->next == NULL || m->best == NULL || queue == NULL ||
	    suffix == NULL)
		goto out;
	for (i = 0; i < n; i++)
		trie_add(m, strings[i], i);
	trie_complete(m, queue, suffix);
	rc = CONSENT_OK;
out:
	free(queue);
	free(suffix);
	if (rc != CONSENT_OK)
		needles_fini(m);
	return rc;
}

int
needles_find(const struct needles *m, struct span text)
{
	size_t state = 0, i;
	unsigned best = 0;

	if (m->n_states < 2)
		return -1;
	for (i = 0; i < text.n; i++) {
		/* no needle has begun: most bytes begin none */
		while (state == 0 && m->next[class_of(m, text.p[i])] == 0)
			if (++i == text.n)
				return (int)best - 1;
		state = m->next[state * m->n_classes + class_of(m, text.p[i])];
		if (m->best[state] > best)
			best = m->best[state];
	}
	return (int)best - 1;
}

void
needles_fini(struct needles *m)
{
	free(m->next);
	free(m->best);
	*m = (struct needles){.n_states = 0};
}
