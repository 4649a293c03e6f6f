#include "proxy/notary_limit.h"

#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

enum {
	SETS = 4096, /* a power of two */
	WAYS = 4,    /* addresses of one set */
	ONE = 60000  /* what one choice costs: filling adds per_minute a ms */
};

struct bucket {
	unsigned char address[NOTARY_ADDRESS]; /* zeros: free */
	int64_t last;			       /* ms of the last take */
	int64_t level;			       /* 0 to per_minute * ONE */
};

struct limiter {
	unsigned per_minute;
	uint64_t secret; /* nobody outside can aim at a set */
	struct bucket buckets[SETS][WAYS];
};

static const unsigned char nobody[NOTARY_ADDRESS];

int
limiter_new(unsigned per_minute, struct limiter **out)
{
	struct limiter *l = calloc(1, sizeof *l);

	if (l == NULL)
		return CONSENT_ENOMEM;
	l->per_minute = per_minute;
	if (digest_random(&l->secret, sizeof l->secret) != CONSENT_OK) {
		free(l);
		return CONSENT_ENOMEM;
	}
	*out = l;
	return CONSENT_OK;
}

void
limiter_free(struct limiter *l)
{
	free(l);
}

/* The buckets that an address may stand in. */
static struct bucket *
set_of(struct limiter *l, const unsigned char *address)
{
	uint64_t hash = l->secret;
	size_t i;

	for (i = 0; i < NOTARY_ADDRESS; i++) {
		hash = (hash ^ address[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return l->buckets[hash & (SETS - 1)];
}

/* The bucket of an address, full when it is new: the longest quiet goes. */
static struct bucket *
bucket_of(struct limiter *l, const unsigned char *address, int64_t now)
{
	struct bucket *set = set_of(l, address), *oldest = set;
	size_t i;

	for (i = 0; i < WAYS; i++) {
		if (memcmp(set[i].address, address, NOTARY_ADDRESS) == 0)
			return &set[i];
		if (set[i].last < oldest->last)
			oldest = &set[i];
	}
	memcpy(oldest->address, address, NOTARY_ADDRESS);
	oldest->last = now;
	oldest->level = (int64_t)l->per_minute * ONE;
	return oldest;
}

bool
limiter_take(
    struct limiter *l, const unsigned char address[NOTARY_ADDRESS], int64_t now)
{
	int64_t full = (int64_t)l->per_minute * ONE;
	struct bucket *bucket;

	if (l->per_minute == 0 || memcmp(address, nobody, NOTARY_ADDRESS) == 0)
		return true;
	bucket = bucket_of(l, address, now);
	/* a minute fills any bucket; more would only risk an overflow */
	if (now - bucket->last >= 60000)
		bucket->level = full;
	else if (now > bucket->last)
		bucket->level += (now - bucket->last) * l->per_minute;
	if (bucket->level > full)
		bucket->level = full;
	bucket->last = now;
	if (bucket->level < ONE)
		return false;
	bucket->level -= ONE;
	return true;
}
