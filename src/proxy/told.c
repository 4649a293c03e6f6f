#include "proxy/told.h"

enum {
	MINUTE = 60000
};

uint64_t
told_key(uint64_t key, struct span bytes)
{
	size_t i;

	/* FNV-1a, and an end that no byte of another span looks like */
	for (i = 0; i < bytes.n; i++)
		key = (key ^ (unsigned char)bytes.p[i]) * 0x100000001b3;
	return (key ^ 0x100) * 0x100000001b3;
}

bool
told_first(struct told *t, uint64_t key, int64_t now)
{
	uint64_t *row = &t->keys[(key ^ key >> 32) % TOLD_ROWS];

	if (*row == key)
		return false;
	if (t->n == 0 || now - t->since >= MINUTE) {
		t->since = now;
		t->n = 0;
	}
	if (t->n >= TOLD_MINUTE)
		return false;
	t->n++;
	*row = key;
	return true;
}
