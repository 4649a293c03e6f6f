#include "proxy/notary_mint.h"

#include "base/clock.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	REFUSALS = 32 /* tokens that grant nothing, kept at a time */
};

/* A token that grants nothing, with all that it depends on. */
struct refusal {
	int64_t month; /* its first ms */
	struct record record;
	char kid[SEAL_KID];
	struct minted minted; /* n 0: this place is free */
};

struct minter {
	const struct seal_ring *ring;
	const struct token_options *options;
	size_t next; /* place that is used next */
	struct refusal refusals[REFUSALS];
};

int
minter_new(const struct seal_ring *ring, const struct token_options *options,
    struct minter **out)
{
	struct minter *m = calloc(1, sizeof *m);

	if (m == NULL)
		return CONSENT_ENOMEM;
	m->ring = ring;
	m->options = options;
	*out = m;
	return CONSENT_OK;
}

void
minter_free(struct minter *m)
{
	free(m);
}

const char *
minter_kid(const struct minter *m)
{
	size_t n = seal_ring_count(m->ring);

	return n == 0 ? "" : seal_ring_kid(m->ring, n - 1);
}

static int
make(const struct minter *m, const struct record *r, struct minted *out)
{
	struct record copy = *r;
	struct buf token;
	int rc;

	buf_init(&token, SEAL_TOKEN_MAX);
	rc = token_mint(m->ring, m->options, &copy, &token);
	if (rc == CONSENT_OK) {
		memcpy(out->token, token.p, token.n);
		out->n = token.n;
		out->expires = copy.expires;
	}
	buf_fini(&token);
	return rc;
}

/* Whether two records that grant nothing make the same token. */
static bool
is_alike(const struct record *a, const struct record *b)
{
	unsigned i;

	if (a->action != b->action || a->n_categories != b->n_categories ||
	    strcmp(a->site, b->site) != 0)
		return false;
	for (i = 0; i < a->n_categories; i++)
		if (strcmp(a->categories[i].id, b->categories[i].id) != 0 ||
		    strcmp(a->categories[i].rev, b->categories[i].rev) != 0)
			return false;
	return true;
}

static const struct refusal *
find_refusal(const struct minter *m, const struct record *r)
{
	int64_t month = clock_month_start(r->time);
	const char *kid = minter_kid(m);
	size_t i;

	for (i = 0; i < REFUSALS; i++) {
		const struct refusal *at = &m->refusals[i];

		if (at->minted.n > 0 && at->month == month &&
		    is_alike(&at->record, r) && strcmp(at->kid, kid) == 0)
			return at;
	}
	return NULL;
}

int
minter_mint(struct minter *m, const struct record *r, struct minted *out)
{
	const struct refusal *known;
	struct refusal *fresh;
	int rc;

	if (record_grants(r))
		return make(m, r, out);
	known = find_refusal(m, r);
	if (known != NULL) {
		*out = known->minted;
		return CONSENT_OK;
	}
	rc = make(m, r, out);
	if (rc != CONSENT_OK)
		return rc;
	fresh = &m->refusals[m->next];
	m->next = (m->next + 1) % REFUSALS;
	fresh->month = clock_month_start(r->time);
	fresh->record = *r;
	fresh->minted = *out;
	memcpy(fresh->kid, minter_kid(m), strlen(minter_kid(m)) + 1);
	return CONSENT_OK;
}
