#include "audit/idset.h"

#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

enum {
	FIRST_CAP = 1024
};

int
idset_init(struct idset *s)
{
	memset(s, 0, sizeof *s);
	return digest_random(s->secret, sizeof s->secret);
}

void
idset_fini(struct idset *s)
{
	free(s->rows);
	s->rows = NULL;
	s->n = s->cap = 0;
}

static int
make_key(const struct idset *s, struct span text, unsigned char key[IDSET_KEY])
{
	unsigned char hash[DIGEST_BYTES];
	char bytes[sizeof s->secret + IDSET_TEXT];
	int rc;

	if (text.n > IDSET_TEXT)
		return CONSENT_ELIMIT;
	memcpy(bytes, s->secret, sizeof s->secret);
	if (text.n > 0)
		memcpy(bytes + sizeof s->secret, text.p, text.n);
	rc = digest_sha256(
	    (struct span){bytes, sizeof s->secret + text.n}, hash);
	if (rc == CONSENT_OK)
		memcpy(key, hash, IDSET_KEY);
	return rc;
}

/* The row of that key, or the free one where it would stand. */
static struct idset_row *
row_of(const struct idset *s, const unsigned char key[IDSET_KEY])
{
	size_t i;

	memcpy(&i, key, sizeof i); /* the bytes are random */
	for (i &= s->cap - 1; s->rows[i].value != 0; i = (i + 1) & (s->cap - 1))
		if (memcmp(s->rows[i].key, key, IDSET_KEY) == 0)
			break;
	return &s->rows[i];
}

static int
grow(struct idset *s)
{
	struct idset_row *old = s->rows;
	size_t i, n = s->cap, cap = n == 0 ? FIRST_CAP : n * 2;
	struct idset_row *rows = calloc(cap, sizeof *rows);

	if (rows == NULL)
		return CONSENT_ENOMEM;
	s->rows = rows;
	s->cap = cap;
	for (i = 0; i < n; i++)
		if (old[i].value != 0)
			*row_of(s, old[i].key) = old[i];
	free(old);
	return CONSENT_OK;
}

int
idset_add(struct idset *s, struct span text, uint64_t value)
{
	unsigned char key[IDSET_KEY];
	struct idset_row *row;
	int rc = make_key(s, text, key);

	/* at most three quarters full */
	if (rc == CONSENT_OK && s->n >= s->cap / 4 * 3)
		rc = grow(s);
	if (rc != CONSENT_OK)
		return rc;
	row = row_of(s, key);
	if (row->value != 0)
		return CONSENT_EBUSY;
	memcpy(row->key, key, IDSET_KEY);
	row->value = value + 1;
	s->n++;
	return CONSENT_OK;
}

int
idset_find(const struct idset *s, struct span text, uint64_t *value)
{
	unsigned char key[IDSET_KEY];
	const struct idset_row *row;
	int rc;

	if (s->cap == 0)
		return CONSENT_ENOENT;
	rc = make_key(s, text, key);
	if (rc != CONSENT_OK)
		return rc;
	row = row_of(s, key);
	if (row->value == 0)
		return CONSENT_ENOENT;
	*value = row->value - 1;
	return CONSENT_OK;
}

size_t
idset_count(const struct idset *s, uint64_t from)
{
	size_t i, n = 0;

	for (i = 0; i < s->cap; i++)
		n += s->rows[i].value > from;
	return n;
}
