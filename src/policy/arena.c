#include "policy/arena.h"

#include <stdlib.h>
#include <string.h>

enum {
	ARENA_BLOCK = 16 * 1024, /* bytes of a usual block */
	ARENA_ALIGN = 16
};

struct arena_block {
	struct arena_block *next;
	size_t n; /* bytes behind this head */
	_Alignas(ARENA_ALIGN) char bytes[];
};

void
arena_init(struct arena *a)
{
	*a = (struct arena){NULL, 0};
}

void
arena_fini(struct arena *a)
{
	while (a->blocks != NULL) {
		struct arena_block *block = a->blocks;

		a->blocks = block->next;
		free(block);
	}
	a->room = 0;
}

void *
arena_take(struct arena *a, size_t n)
{
	struct arena_block *block = a->blocks;
	size_t size;
	void *p;

	if (n > SIZE_MAX / 2)
		return NULL;
	n = (n + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if (block == NULL || n > a->room) {
		size = n > ARENA_BLOCK ? n : ARENA_BLOCK;
		block = calloc(1, sizeof *block + size);
		if (block == NULL)
			return NULL;
		block->n = size;
		block->next = a->blocks;
		a->blocks = block;
		a->room = size;
	}
	p = block->bytes + (block->n - a->room);
	a->room -= n;
	return p;
}

const char *
arena_text(struct arena *a, struct span s)
{
	char *p = arena_take(a, s.n + 1);

	if (p != NULL && s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}
