#include "census/frontier.h"

#include "proxy/told.h"

#include <stdlib.h>
#include <string.h>

enum {
	FIRST_ROOM = 64,
	SLOTS = 1 << 16 /* three for each URL at least */
};

/* The slot of a URL, or the empty one for it. */
static uint32_t *
find(const struct frontier *f, struct span url, uint64_t key)
{
	size_t i = (key ^ key >> 32) % SLOTS;

	for (; f->slots[i] != 0; i = (i + 1) % SLOTS) {
		const struct frontier_entry *entry =
		    &f->entries[f->slots[i] - 1];

		if (entry->key == key && span_equal(span_of(entry->url), url))
			break;
	}
	return &f->slots[i];
}

static int
grow(struct frontier *f)
{
	size_t room = f->room == 0 ? FIRST_ROOM : 2 * f->room;
	struct frontier_entry *more =
	    realloc(f->entries, room * sizeof *f->entries);

	if (more == NULL)
		return CONSENT_ENOMEM;
	f->entries = more;
	f->room = room;
	return CONSENT_OK;
}

int
frontier_add(struct frontier *f, struct span url, unsigned depth, bool *is_new)
{
	uint64_t key = told_key(TOLD_KEY, url);
	struct frontier_entry *entry;
	uint32_t *slot;
	char *copy;

	if (f->slots == NULL)
		f->slots = calloc(SLOTS, sizeof *f->slots);
	if (f->slots == NULL)
		return CONSENT_ENOMEM;
	slot = find(f, url, key);
	if (*slot != 0) {
		*is_new = false;
		return CONSENT_OK;
	}
	if (url.n == 0 || url.n > FRONTIER_URL || f->n == FRONTIER_KNOWN)
		return CONSENT_ELIMIT;
	if (f->n == f->room && grow(f) != CONSENT_OK)
		return CONSENT_ENOMEM;
	copy = malloc(url.n + 1);
	if (copy == NULL)
		return CONSENT_ENOMEM;
	memcpy(copy, url.p, url.n);
	copy[url.n] = '\0';
	entry = &f->entries[f->n++];
	entry->url = copy;
	entry->key = key;
	entry->depth = depth;
	*slot = (uint32_t)f->n;
	*is_new = true;
	return CONSENT_OK;
}

const struct frontier_entry *
frontier_take(struct frontier *f)
{
	return f->next == f->n ? NULL : &f->entries[f->next++];
}

size_t
frontier_waiting(const struct frontier *f)
{
	return f->n - f->next;
}

void
frontier_fini(struct frontier *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		free(f->entries[i].url);
	free(f->entries);
	free(f->slots);
	memset(f, 0, sizeof *f);
}
