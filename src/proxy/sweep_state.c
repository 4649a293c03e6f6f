#include "proxy/sweep_state.h"

#include <string.h>

enum {
	NAME_BITS = 24,
	PLACE_BITS = 12,
	TRIED_BITS = 8,
	PASSES_BITS = 3,
	SIX = 6 /* bits of a character */
};

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* FNV-1a. */
static uint32_t
hash(struct span s, unsigned bits)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return ((h >> bits) ^ h) & ((1u << bits) - 1);
}

uint32_t
sweep_hash(struct span name)
{
	return hash(name, NAME_BITS);
}

/* "/a" of "/a/b", "/" of "/a". */
static struct span
folder_of(struct span path)
{
	while (path.n > 1 && path.p[path.n - 1] != '/')
		path.n--;
	return path.n > 1 ? span_sub(path, 0, path.n - 1) : SPAN("/");
}

unsigned
sweep_place(struct span path)
{
	return hash(folder_of(path), PLACE_BITS);
}

bool
sweep_covers(unsigned place, struct span path)
{
	struct span folder = folder_of(path);

	while (folder.n > 1) {
		if (hash(folder, PLACE_BITS) == place)
			return true;
		folder = folder_of(folder);
	}
	return hash(folder, PLACE_BITS) == place;
}

/* One below the other from the highest bit down: what an entry has. */
static uint64_t
pack(const struct sweep_entry *e)
{
	uint64_t bits = e->name;

	bits = bits << PLACE_BITS | e->place;
	bits = bits << TRIED_BITS | e->tried;
	bits = bits << PASSES_BITS | e->passes;
	return bits << 1 | e->pending;
}

static void
unpack(uint64_t bits, struct sweep_entry *e)
{
	e->pending = bits & 1;
	bits >>= 1;
	e->passes = bits & ((1u << PASSES_BITS) - 1);
	bits >>= PASSES_BITS;
	e->tried = bits & ((1u << TRIED_BITS) - 1);
	bits >>= TRIED_BITS;
	e->place = bits & ((1u << PLACE_BITS) - 1);
	e->name = (uint32_t)(bits >> PLACE_BITS);
}

bool
sweep_state_read(struct span text, struct sweep_state *out)
{
	size_t i;

	out->n = 0;
	if (text.n % SWEEP_ENTRY != 0 || text.n >= SWEEP_TEXT)
		return false;
	for (i = 0; i < text.n; i += SWEEP_ENTRY) {
		uint64_t bits = 0;
		size_t k;

		for (k = 0; k < SWEEP_ENTRY; k++) {
			const char *at = memchr(
			    alphabet, text.p[i + k], sizeof alphabet - 1);

			if (at == NULL) {
				out->n = 0;
				return false;
			}
			bits = bits << SIX | (uint64_t)(at - alphabet);
		}
		unpack(bits, &out->entries[out->n++]);
	}
	return true;
}

void
sweep_state_write(const struct sweep_state *state, char text[SWEEP_TEXT])
{
	char *to = text;
	size_t i, k;

	for (i = 0; i < state->n; i++) {
		uint64_t bits = pack(&state->entries[i]);

		for (k = SWEEP_ENTRY; k-- > 0;)
			*to++ = alphabet[bits >> k * SIX & 63];
	}
	*to = '\0';
}
