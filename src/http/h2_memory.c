#include "http/h2_memory.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Stands before the bytes that are handed out, which are aligned for any. */
struct h2_memory_block {
	struct h2_memory_block *next, *prev;
	_Alignas(max_align_t) char bytes[];
};

static struct h2_memory_block *
block_of(void *bytes)
{
	return (
	    void *)((char *)bytes - offsetof(struct h2_memory_block, bytes));
}

/* Makes the neighbours see the block where it is. */
static void
block_link(struct h2_memory *m, struct h2_memory_block *b)
{
	if (b->next != NULL)
		b->next->prev = b;
	if (b->prev != NULL)
		b->prev->next = b;
	else
		m->blocks = b;
}

static void
block_unlink(struct h2_memory *m, struct h2_memory_block *b)
{
	if (b->next != NULL)
		b->next->prev = b->prev;
	if (b->prev != NULL)
		b->prev->next = b->next;
	else
		m->blocks = b->next;
}

/* nghttp2_realloc; a new block where there is none */
static void *
memory_realloc(void *bytes, size_t n, void *ctx)
{
	struct h2_memory *m = ctx;
	struct h2_memory_block *old = bytes == NULL ? NULL : block_of(bytes);
	struct h2_memory_block *b = NULL;

	if (n <= SIZE_MAX - sizeof *b)
		b = realloc(old, sizeof *b + n);
	if (b == NULL) {
		m->starved = true;
		return NULL;
	}
	if (old == NULL) {
		b->next = m->blocks;
		b->prev = NULL;
	}
	block_link(m, b);
	return b->bytes;
}

/* nghttp2_malloc */
static void *
memory_malloc(size_t n, void *ctx)
{
	return memory_realloc(NULL, n, ctx);
}

/* nghttp2_calloc */
static void *
memory_calloc(size_t count, size_t n, void *ctx)
{
	void *bytes;

	if (n != 0 && count > SIZE_MAX / n)
		return NULL;
	bytes = memory_realloc(NULL, count * n, ctx);
	if (bytes != NULL)
		memset(bytes, 0, count * n);
	return bytes;
}

/* nghttp2_free */
static void
memory_free(void *bytes, void *ctx)
{
	if (bytes == NULL)
		return;
	block_unlink(ctx, block_of(bytes));
	free(block_of(bytes));
}

void
h2_memory_init(struct h2_memory *m)
{
	*m = (struct h2_memory){
	    .functions =
		{
		    .mem_user_data = m,
		    .malloc = memory_malloc,
		    .free = memory_free,
		    .calloc = memory_calloc,
		    .realloc = memory_realloc,
		},
	};
}

void
h2_memory_fini(struct h2_memory *m)
{
	while (m->blocks != NULL) {
		struct h2_memory_block *b = m->blocks;

		m->blocks = b->next;
		free(b);
	}
}
