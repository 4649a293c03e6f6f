#include "proxy/memo.h"

#include "base/digest.h"
#include "base/siphash.h"
#include "proxy/memo_entry.h"
#include "proxy/metrics.h"

#include <stdlib.h>

enum {
	BUCKETS_MIN = 64,
	BUCKETS_MAX = 65536,
	BUCKET_BYTES = 16384, /* a usual page: one bucket each */
	CHAIN_MAX = 8,	      /* pages of a bucket */
	SIGHTS = 4096,	      /* fingerprints; a power of two */
	STRIKES_MAX = 6,
	PAUSES_MAX = 3,
	WARMTH_MAX = 3,
	SHARE_PAGE = 8,	  /* a page may have an eighth of all */
	SHARE_GROWING = 4 /* and all that grow a quarter */
};

/* A page that was seen and is not remembered. */
struct sight {
	uint32_t tag;	 /* of its key's hash */
	uint8_t strikes; /* times in a row that it was another */
	uint8_t wait;	 /* sights until it is tried again */
};

struct memo {
	size_t max, page_max;
	size_t bytes;	/* of all entries that are not freed */
	size_t growing; /* of these, of the ones that grow */
	size_t n;	/* listed */
	struct siphash *hasher;
	struct memo_entry *hand; /* where the next victim is looked for */
	struct memo_entry **buckets;
	size_t n_buckets; /* a power of two */
	struct sight sights[SIGHTS];
};

int
memo_new(size_t max, struct memo **out)
{
	unsigned char key[SIPHASH_KEY];
	struct memo *m;

	*out = NULL;
	if (max == 0)
		return CONSENT_OK;
	m = calloc(1, sizeof *m);
	if (m == NULL)
		return CONSENT_ENOMEM;
	m->max = max;
	m->page_max =
	    max / SHARE_PAGE < MEMO_PAGE_MAX ? max / SHARE_PAGE : MEMO_PAGE_MAX;
	m->n_buckets = BUCKETS_MIN;
	while (m->n_buckets < max / BUCKET_BYTES && m->n_buckets < BUCKETS_MAX)
		m->n_buckets *= 2;
	m->buckets = calloc(m->n_buckets, sizeof(struct memo_entry *));
	if (m->buckets == NULL ||
	    digest_random(key, sizeof key) != CONSENT_OK ||
	    siphash_new(key, &m->hasher) != CONSENT_OK) {
		memo_free(m);
		return CONSENT_ENOMEM;
	}
	*out = m;
	return CONSENT_OK;
}

struct siphash *
memo_hasher(const struct memo *memo)
{
	return memo->hasher;
}

size_t
memo_bytes(const struct memo *memo)
{
	return memo == NULL ? 0 : memo->bytes;
}

/* ---- entries ---------------------------------------------------------- */

static void
tell(const struct memo *m)
{
	metrics_set(METRIC_MEMO_BYTES, m->bytes);
	metrics_set(METRIC_MEMO_PAGES, m->n);
}

static struct memo_entry **
bucket_of(struct memo *m, uint64_t hash)
{
	return &m->buckets[(hash ^ hash >> 32) & (m->n_buckets - 1)];
}

void
memo_release(struct memo *m, struct memo_entry *e)
{
	if (e == NULL || --e->refs > 0)
		return;
	m->bytes -= e->charged;
	if (e->stage == MEMO_GROWING)
		m->growing -= e->charged;
	memo_entry_free(e);
	tell(m);
}

/* Takes an entry out of bucket and ring; it stays while somebody holds it. */
static void
unlist(struct memo *m, struct memo_entry *e)
{
	struct memo_entry **at = bucket_of(m, e->hash);

	while (*at != e)
		at = &(*at)->chain;
	*at = e->chain;
	if (m->hand == e)
		m->hand = e->next == e ? NULL : e->next;
	e->next->prev = e->prev;
	e->prev->next = e->next;
	e->stage = MEMO_LEFT;
	m->n--;
	memo_release(m, e);
}

/* Behind the hand: the last that it comes to. */
static void
list(struct memo *m, struct memo_entry *e)
{
	struct memo_entry **bucket = bucket_of(m, e->hash);

	if (m->hand == NULL)
		m->hand = e->next = e->prev = e;
	e->next = m->hand;
	e->prev = m->hand->prev;
	e->prev->next = e;
	e->next->prev = e;
	e->chain = *bucket;
	*bucket = e;
	e->stage = MEMO_LISTED;
	e->refs++;
	m->n++;
}

void
memo_free(struct memo *m)
{
	if (m == NULL)
		return;
	while (m->hand != NULL)
		unlist(m, m->hand);
	siphash_free(m->hasher);
	free(m->buckets);
	free(m);
}

/* ---- room ------------------------------------------------------------- */

/*
 * One step of the hand (CLOCK): a page that was used since it came by, or is
 * read right now, stays for this time.
 */
static void
step(struct memo *m)
{
	struct memo_entry *e = m->hand;

	m->hand = e->next;
	if (e->refs > 1)
		return;
	if (e->warmth > 0) {
		e->warmth--;
		return;
	}
	unlist(m, e);
	metrics_add(METRIC_MEMO_EVICTED, 1);
}

/* Whether n more bytes find room. The hand goes around a few times at most. */
static bool
make_room(struct memo *m, size_t n)
{
	size_t steps = m->n * (WARMTH_MAX + 1);

	if (n > m->max)
		return false;
	for (; m->bytes > m->max - n && steps > 0 && m->hand != NULL; steps--)
		step(m);
	return m->bytes <= m->max - n;
}

/* Counts the bytes that a growing entry has now. */
static bool
count(struct memo *m, struct memo_entry *e, size_t bytes)
{
	size_t more = bytes - e->charged;

	if (e->fails || bytes > m->page_max)
		return false;
	if (bytes <= e->charged)
		return true;
	if (m->growing + more > m->max / SHARE_GROWING || !make_room(m, more))
		return false;
	e->charged = bytes;
	m->bytes += more;
	m->growing += more;
	return true;
}

/* ---- sights ----------------------------------------------------------- */

static struct sight *
row_of(struct memo *m, uint64_t hash)
{
	return &m->sights[hash & (SIGHTS - 1)];
}

static uint32_t
tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 32);
}

/* The row of a page; *known is whether it was the page's own before. */
static struct sight *
sight_of(struct memo *m, uint64_t hash, bool *known)
{
	struct sight *s = row_of(m, hash);

	*known = s->tag == tag_of(hash);
	if (!*known)
		*s = (struct sight){.tag = tag_of(hash)};
	return s;
}

/* A new one, as long as there is room for what it begins with. */
static struct memo_entry *
begin(struct memo *m, const struct memo_key *key)
{
	struct memo_entry *e = NULL;

	if (memo_entry_new(key, m->page_max, &e) != CONSENT_OK)
		return NULL;
	if (count(m, e, memo_entry_bytes(e)))
		return e;
	memo_release(m, e);
	return NULL;
}

struct memo_entry *
memo_draft(struct memo *m, const struct memo_key *key)
{
	struct sight *s;
	bool known;

	if (m == NULL)
		return NULL;
	s = sight_of(m, key->hash, &known);
	if (!known)
		return NULL;
	if (s->wait > 0) {
		s->wait--;
		return NULL;
	}
	return begin(m, key);
}

/* Another one of the same page. */
static struct memo_entry *
begin_again(struct memo *m, const struct memo_entry *e)
{
	struct span named = buf_span(&e->named);
	const struct memo_key key = {.facts = e->facts,
	    .url = span_sub(named, 0, e->url_n),
	    .charset = span_sub(named, e->url_n, named.n),
	    .hash = e->hash};

	return begin(m, &key);
}

struct memo_entry *
memo_pauses(struct memo *m, struct memo_entry *e)
{
	struct memo_entry *again = NULL;

	if (e->stage == MEMO_LISTED && e->pauses < PAUSES_MAX)
		again = begin_again(m, e);
	if (again != NULL)
		again->pauses = ++e->pauses;
	return again;
}

/* Once more in a row in vain; whether it is the first time. */
static bool
strike(struct memo *m, uint64_t hash)
{
	bool known;
	struct sight *s = sight_of(m, hash, &known);

	if (s->strikes < STRIKES_MAX)
		s->strikes++;
	if (s->strikes == 1)
		return true;
	s->wait = (uint8_t)(1u << s->strikes);
	return false;
}

bool
memo_charge(struct memo *m, struct memo_entry *e)
{
	bool has_room = count(m, e, memo_entry_bytes(e));

	if (!has_room)
		(void)strike(m, e->hash); /* nothing is tried now */
	return has_room;
}

struct memo_entry *
memo_differs(struct memo *m, struct memo_entry *e)
{
	if (e->stage != MEMO_LISTED)
		return NULL; /* another was there before */
	unlist(m, e);
	/* at first it was edited, as pages are */
	return strike(m, e->hash) ? begin_again(m, e) : NULL;
}

/* ---- listed ones ------------------------------------------------------ */

struct memo_entry *
memo_find(struct memo *m, const struct memo_key *key)
{
	struct memo_entry *e = m == NULL ? NULL : *bucket_of(m, key->hash);

	while (e != NULL && !memo_entry_is_of(e, key))
		e = e->chain;
	if (e != NULL)
		e->refs++;
	return e;
}

/* An older one of the same page goes, and the last of a long chain. */
static void
tidy(struct memo *m, const struct memo_entry *fresh)
{
	struct memo_entry *e = *bucket_of(m, fresh->hash), *next;
	size_t n = 0;

	for (; e != NULL; e = next) {
		next = e->chain;
		n++;
		if (e->hash == fresh->hash || n >= CHAIN_MAX)
			unlist(m, e);
	}
}

void
memo_keep(struct memo *m, struct memo_entry *e)
{
	size_t bytes;

	if (e->stage != MEMO_GROWING || e->fails)
		return;
	memo_entry_seal(e);
	bytes = memo_entry_bytes(e);
	m->growing -= e->charged;
	m->bytes += bytes - e->charged; /* less, and wraps back */
	e->charged = bytes;
	tidy(m, e);
	list(m, e);
	metrics_add(METRIC_MEMO_KEPT, 1);
	tell(m);
}

void
memo_used(struct memo *m, struct memo_entry *e)
{
	struct sight *s = row_of(m, e->hash);

	if (e->warmth < WARMTH_MAX)
		e->warmth++;
	if (s->tag == tag_of(e->hash))
		s->strikes = 0;
}
