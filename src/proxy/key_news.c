#include "proxy/key_news.h"

#include "audit/ledger.h"
#include "base/log.h"
#include "consent/keys.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

struct row {
	char kid[KEYS_KID];
	char alg[16], what[16], why[KEY_NEWS_WHY];
};

/* The notary's to write, the parent's to read. */
struct told {
	_Atomic uint64_t number; /* of the last row that is logged */
	_Atomic uint64_t seq;	 /* and where it is */
};

struct key_news {
	struct row rows[KEY_NEWS_ROWS];
	size_t n;
	bool is_fresh;	 /* a notary that runs does not know of the last */
	uint64_t number; /* of the last row that there was */
	uint64_t seq;	 /* in the notary, until it tells */
	struct told *told;
};

struct key_news *
key_news_new(void)
{
	const int access = PROT_READ | PROT_WRITE;
	const int kind = MAP_SHARED | MAP_ANONYMOUS;
	struct key_news *news = calloc(1, sizeof *news);
	void *p;

	if (news == NULL)
		return NULL;
	/* no file is behind it: mmap(2) wants -1 then, which cppcheck denies */
	/* cppcheck-suppress invalidFunctionArg */
	p = mmap(NULL, sizeof *news->told, access, kind, -1, 0);
	if (p == MAP_FAILED) {
		free(news);
		return NULL;
	}
	news->told = p;
	return news;
}

void
key_news_leave(const struct key_news *news)
{
	(void)munmap(news->told, sizeof *news->told);
}

void
key_news_free(struct key_news *news)
{
	if (news == NULL)
		return;
	key_news_leave(news);
	free(news);
}

bool
key_news_add(struct key_news *news, const struct key_fact *fact)
{
	struct row *row = &news->rows[news->n];

	if (news->n == KEY_NEWS_ROWS) {
		log_error(
		    "key.unlogged", "kid=%s what=%s", fact->kid, fact->what);
		return false;
	}
	(void)snprintf(row->kid, sizeof row->kid, "%s", fact->kid);
	(void)snprintf(row->alg, sizeof row->alg, "%s", fact->alg);
	(void)snprintf(row->what, sizeof row->what, "%s", fact->what);
	(void)snprintf(row->why, sizeof row->why, "%s", fact->why);
	news->n++;
	news->number++;
	news->is_fresh = true;
	return true;
}

bool
key_news_begins(struct key_news *news)
{
	bool begins = news->is_fresh;

	news->is_fresh = false;
	return begins;
}

bool
key_news_heard(struct key_news *news, uint64_t *seq)
{
	if (news->n == 0 || atomic_load(&news->told->number) != news->number)
		return false;
	news->n = 0;
	*seq = atomic_load(&news->told->seq);
	return true;
}

int
key_news_append(struct key_news *news, struct ledger *ledger)
{
	struct ledger_place place;
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < news->n; i++) {
		const struct row *row = &news->rows[i];
		const struct entry_fact fact = {.type = LAYOUT_KEY,
		    .kid = row->kid,
		    .alg = row->alg,
		    .what = row->what,
		    .why = row->why};

		rc = ledger_append(ledger, &fact, &place);
		if (rc == CONSENT_OK)
			news->seq = place.seq;
	}
	return rc;
}

void
key_news_tell(struct key_news *news)
{
	if (news->n == 0)
		return;
	atomic_store(&news->told->seq, news->seq);
	atomic_store(&news->told->number, news->number);
}
