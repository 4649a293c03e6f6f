#include "audit/recall.h"

#include "base/digest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	NOBODY = UINT32_MAX
};

/* A text that was logged. */
struct text {
	enum layout_type kind;
	char hash[RECORD_HASH];
};

/*
 * Attempts stand in a ring in the order of the log; those of one bucket are
 * chained from the newest to the oldest, so both ends of the ring can be taken
 * off a chain without a search for the one and with a short one for the other.
 */
struct recall {
	struct recall_attempt *ring;
	uint32_t *next;	   /* the older one of the same bucket */
	uint32_t *buckets; /* the newest one of each */
	size_t n_buckets;  /* a power of two */
	size_t cap, n;
	size_t head;  /* where the next one goes */
	size_t fresh; /* not committed */
	struct text *texts;
	size_t cap_texts, n_texts, fresh_texts;
};

int
recall_new(size_t n, size_t texts, struct recall **out)
{
	struct recall *r = calloc(1, sizeof *r);
	size_t i;

	if (r == NULL)
		return CONSENT_ENOMEM;
	for (r->n_buckets = 1; r->n_buckets < n;)
		r->n_buckets *= 2;
	r->cap = n;
	r->cap_texts = texts;
	r->ring = calloc(n, sizeof *r->ring);
	r->next = calloc(n, sizeof *r->next);
	r->buckets = calloc(r->n_buckets, sizeof *r->buckets);
	r->texts = calloc(texts, sizeof *r->texts);
	if (r->ring == NULL || r->next == NULL || r->buckets == NULL ||
	    r->texts == NULL) {
		recall_free(r);
		return CONSENT_ENOMEM;
	}
	for (i = 0; i < r->n_buckets; i++)
		r->buckets[i] = NOBODY;
	*out = r;
	return CONSENT_OK;
}

void
recall_free(struct recall *r)
{
	if (r == NULL)
		return;
	free(r->ring);
	free(r->next);
	free(r->buckets);
	free(r->texts);
	free(r);
}

int
recall_read(
    struct span line, const struct entry_peek *peek, struct recall_attempt *out)
{
	struct span essence = entry_essence(line);
	unsigned char hash[DIGEST_BYTES];
	int rc;

	if (peek->type != LAYOUT_CHOICE || essence.n == 0 ||
	    peek->id.n != sizeof out->id)
		return CONSENT_EINVAL;
	rc = digest_sha256(essence, hash);
	if (rc != CONSENT_OK)
		return rc;
	memcpy(out->id, peek->id.p, sizeof out->id);
	memcpy(out->essence, hash, sizeof out->essence);
	out->seq = peek->seq;
	out->time = peek->time;
	return CONSENT_OK;
}

/* FNV-1a: ids are random already, and a chain is short in any case. */
static uint32_t *
bucket_of(const struct recall *r, const char *id)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < RECORD_ID - 1; i++)
		hash = (hash ^ (unsigned char)id[i]) * UINT64_C(0x100000001b3);
	return &r->buckets[(hash >> 20) & (r->n_buckets - 1)];
}

const struct recall_attempt *
recall_find(const struct recall *r, struct span id)
{
	uint32_t i;

	if (id.n != RECORD_ID - 1)
		return NULL;
	for (i = *bucket_of(r, id.p); i != NOBODY; i = r->next[i])
		if (memcmp(r->ring[i].id, id.p, id.n) == 0)
			return &r->ring[i];
	return NULL;
}

/* Takes the oldest one out: it stands last in its chain. */
static void
drop_oldest(struct recall *r)
{
	uint32_t oldest = (uint32_t)((r->head + r->cap - r->n) % r->cap);
	uint32_t *at = bucket_of(r, r->ring[oldest].id);

	while (*at != oldest) {
		assert(*at != NOBODY);
		at = &r->next[*at];
	}
	*at = r->next[oldest];
	r->n--;
}

void
recall_add(struct recall *r, const struct recall_attempt *attempt)
{
	uint32_t *bucket = bucket_of(r, attempt->id);

	if (r->n == r->cap)
		drop_oldest(r);
	r->ring[r->head] = *attempt;
	r->next[r->head] = *bucket;
	*bucket = (uint32_t)r->head;
	r->head = (r->head + 1) % r->cap;
	r->n++;
	r->fresh++;
	assert(r->fresh <= r->cap);
}

/* Takes the newest one out: it stands first in its chain. */
static void
drop_newest(struct recall *r)
{
	r->head = (r->head + r->cap - 1) % r->cap;
	*bucket_of(r, r->ring[r->head].id) = r->next[r->head];
	r->n--;
}

void
recall_add_text(struct recall *r, enum layout_type kind, const char *hash)
{
	struct text *text;

	if (r->n_texts == r->cap_texts) {
		r->n_texts--;
		memmove(r->texts, r->texts + 1, r->n_texts * sizeof *r->texts);
	}
	text = &r->texts[r->n_texts++];
	text->kind = kind;
	memcpy(text->hash, hash, RECORD_HASH - 1);
	text->hash[RECORD_HASH - 1] = '\0';
	r->fresh_texts++;
}

bool
recall_has_text(const struct recall *r, enum layout_type kind, const char *hash)
{
	size_t i;

	for (i = r->n_texts; i > 0; i--)
		if (r->texts[i - 1].kind == kind &&
		    strcmp(r->texts[i - 1].hash, hash) == 0)
			return true;
	return false;
}

bool
recall_is_newest(
    const struct recall *r, enum layout_type kind, const char *hash)
{
	size_t i;

	for (i = r->n_texts; i > 0; i--)
		if (r->texts[i - 1].kind == kind)
			return strcmp(r->texts[i - 1].hash, hash) == 0;
	return false;
}

void
recall_commit(struct recall *r)
{
	r->fresh = 0;
	r->fresh_texts = 0;
}

void
recall_rollback(struct recall *r)
{
	while (r->fresh > 0 && r->n > 0) {
		drop_newest(r);
		r->fresh--;
	}
	r->fresh = 0;
	r->n_texts -= r->fresh_texts < r->n_texts ? r->fresh_texts : r->n_texts;
	r->fresh_texts = 0;
}
