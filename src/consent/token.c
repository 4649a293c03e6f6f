#include <libconsent/token.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/siphash.h"
#include "consent/claims.h"

enum {
	CACHE_WAYS = 4, /* slots that one digest may lie in */
	CACHE_SETS = TOKEN_CACHE / CACHE_WAYS,
	SECOND_MS = 1000,
	COOKIE_AGE_MAX = 34560000 /* seconds; 400 days (RFC 6265bis 5.5) */
};

/* A good token that was seen. */
struct slot {
	uint64_t used; /* the checker's count at the last hit; 0: empty */
	uint64_t hash;
	size_t n;
	struct record record;
	char token[SEAL_TOKEN_MAX];
};

struct token_checker {
	const struct seal_ring *ring;
	const struct token_options *options;
	struct siphash *places; /* nobody chooses a token's */
	uint64_t count;
	uint64_t checks; /* of signatures */
	struct slot slots[CACHE_SETS][CACHE_WAYS];
};

static_assert((int)TOKEN_DAYS_MAX == (int)CLAIMS_DAYS_MAX,
    "what is promised is what is checked");

static struct claims_issuer
issuer_of(const struct token_options *options)
{
	return (struct claims_issuer){
	    options->sites, options->n_sites, options->lifetime_days};
}

int
token_mint(const struct seal_ring *ring, const struct token_options *options,
    struct record *record, struct buf *out)
{
	struct claims_issuer issuer = issuer_of(options);
	struct buf claims;
	int64_t expires = 0;
	int rc;

	buf_init(&claims, SEAL_CLAIMS_MAX);
	rc = claims_write(&issuer, record, &expires, &claims);
	if (rc == CONSENT_OK)
		rc = seal_sign(ring, buf_span(&claims), out);
	if (rc == CONSENT_OK)
		record->expires = expires;
	buf_fini(&claims);
	return rc;
}

int
token_read(const struct seal_ring *ring, const struct token_options *options,
    struct span token, struct record *out)
{
	struct claims_issuer issuer = issuer_of(options);
	struct buf claims;
	int rc;

	buf_init(&claims, SEAL_CLAIMS_MAX);
	rc = seal_check(ring, token, &claims);
	if (rc == CONSENT_OK)
		rc = claims_read(&issuer, buf_span(&claims), out);
	buf_fini(&claims);
	return rc;
}

int
token_checker_new(const struct seal_ring *ring,
    const struct token_options *options, struct token_checker **out)
{
	struct token_checker *checker = calloc(1, sizeof *checker);
	unsigned char key[SIPHASH_KEY];
	int rc;

	if (checker == NULL)
		return CONSENT_ENOMEM;
	checker->ring = ring;
	checker->options = options;
	rc = digest_random(key, sizeof key);
	if (rc == CONSENT_OK)
		rc = siphash_new(key, &checker->places);
	digest_wipe(key, sizeof key);
	if (rc == CONSENT_OK)
		*out = checker;
	else
		token_checker_free(checker);
	return rc;
}

void
token_checker_free(struct token_checker *checker)
{
	if (checker == NULL)
		return;
	siphash_free(checker->places);
	free(checker);
}

/* A token that is looked up, and what decides where it lies. */
struct wanted {
	struct span token;
	uint64_t hash;
	struct slot *set;
};

static struct slot *
cache_find(const struct wanted *w)
{
	size_t i;

	for (i = 0; i < CACHE_WAYS; i++) {
		struct slot *slot = &w->set[i];

		if (slot->used != 0 && slot->hash == w->hash &&
		    span_equal((struct span){slot->token, slot->n}, w->token))
			return slot;
	}
	return NULL;
}

/* Keeps a good token in the place of the one that was longest unused. */
static void
cache_keep(const struct wanted *w, uint64_t count, const struct record *record)
{
	struct slot *oldest = &w->set[0];
	size_t i;

	for (i = 1; i < CACHE_WAYS; i++) {
		if (w->set[i].used < oldest->used)
			oldest = &w->set[i];
	}
	oldest->used = count;
	oldest->hash = w->hash;
	oldest->n = w->token.n;
	oldest->record = *record;
	memcpy(oldest->token, w->token.p, w->token.n);
}

/*
 * Whether a token that was good is so now: one that a clock made which was
 * ahead is not, until its time has come.
 */
static bool
holds_now(const struct record *r)
{
	int64_t now = clock_now();

	return r->expires > now && r->time <= now + CLAIMS_LEEWAY_MS;
}

int
token_checker_read(
    struct token_checker *checker, struct span token, struct record *out)
{
	struct wanted w = {.token = token};
	struct slot *found;
	int rc;

	if (token.n == 0 || token.n > SEAL_TOKEN_MAX)
		return CONSENT_EDENIED;
	rc = siphash(checker->places, token, &w.hash);
	if (rc != CONSENT_OK)
		return rc;
	w.set = checker->slots[w.hash % CACHE_SETS];
	checker->count++;
	found = cache_find(&w);
	if (found != NULL && holds_now(&found->record)) {
		found->used = checker->count;
		*out = found->record;
		return CONSENT_OK;
	}
	if (found != NULL) {
		found->used = 0;
		return CONSENT_EDENIED;
	}
	checker->checks++;
	rc = token_read(checker->ring, checker->options, token, out);
	if (rc == CONSENT_OK)
		cache_keep(&w, checker->count, out);
	return rc;
}

void
token_checker_forget(struct token_checker *checker)
{
	memset(checker->slots, 0, sizeof checker->slots);
}

uint64_t
token_checker_checks(const struct token_checker *checker)
{
	return checker->checks;
}

static unsigned
grants_count(const struct record *r)
{
	unsigned i, n = 0;

	for (i = 0; i < r->n_categories; i++)
		n += r->categories[i].granted ? 1 : 0;
	return n;
}

static bool
grants_category(const struct record *r, const struct record_category *wanted)
{
	unsigned i;

	for (i = 0; i < r->n_categories; i++) {
		const struct record_category *c = &r->categories[i];

		if (c->granted && strcmp(c->id, wanted->id) == 0 &&
		    strcmp(c->rev, wanted->rev) == 0)
			return true;
	}
	return false;
}

/* Takes from kept what other does not grant too. */
static void
narrow(struct record *kept, const struct record *other)
{
	unsigned i;

	for (i = 0; i < kept->n_categories; i++) {
		struct record_category *c = &kept->categories[i];

		c->granted = c->granted && grants_category(other, c);
	}
}

static void
pick_merge(struct token_pick *pick, struct record *next)
{
	if (pick->n_valid++ == 0) {
		pick->record = *next;
		return;
	}
	if (grants_count(next) < grants_count(&pick->record)) {
		narrow(next, &pick->record);
		pick->record = *next;
	} else {
		narrow(&pick->record, next);
	}
}

void
token_checker_pick(struct token_checker *checker,
    const struct token_candidates *candidates, struct token_pick *out)
{
	const char *site = candidates->site;
	struct record next;
	size_t i;

	out->n_valid = 0;
	out->n_invalid = 0;
	if (candidates->n > TOKEN_CANDIDATES) {
		out->n_invalid = candidates->n;
		return;
	}
	for (i = 0; i < candidates->n; i++) {
		if (token_checker_read(checker, candidates->values[i], &next) ==
			CONSENT_OK &&
		    (site == NULL || strcmp(next.site, site) == 0))
			pick_merge(out, &next);
		else
			out->n_invalid++;
	}
}

const char *
token_issuer(const struct token_options *options, size_t site)
{
	return options->scope == TOKEN_SCOPE_SITE ? NULL : options->sites[site];
}

/* One cookie is for all sites, so all of them must be https for Secure. */
static bool
is_secure(const struct token_options *options)
{
	size_t i;

	for (i = 0; i < options->n_sites; i++)
		if (!span_starts(span_of(options->sites[i]), SPAN("https://")))
			return false;
	return options->n_sites > 0;
}

struct span
token_cookie_name(const struct token_options *options)
{
	if (options->cookie != NULL && options->cookie[0] != '\0')
		return span_of(options->cookie);
	if (!is_secure(options))
		return SPAN("consent");
	return options->scope == TOKEN_SCOPE_SITE ? SPAN("__Secure-consent")
						  : SPAN("__Host-consent");
}

static int
append_cookie(const struct token_options *options, struct span value,
    int64_t age, struct buf *out)
{
	struct span name = token_cookie_name(options);
	size_t before = out->n;
	int rc = buf_printf(out, "%.*s=%.*s; Path=/; Max-Age=%lld",
	    SPAN_ARG(name), SPAN_ARG(value), (long long)age);

	/* a __Host- cookie with a Domain would be refused */
	if (rc == CONSENT_OK && options->scope == TOKEN_SCOPE_SITE &&
	    options->domain != NULL && !span_starts(name, SPAN("__Host-")))
		rc = buf_printf(out, "; Domain=%s", options->domain);
	if (rc == CONSENT_OK && is_secure(options))
		rc = buf_append(out, SPAN("; Secure"));
	if (rc == CONSENT_OK)
		rc = buf_append(out, SPAN("; HttpOnly; SameSite=Lax"));
	if (rc != CONSENT_OK)
		out->n = before;
	return rc;
}

int
token_set_cookie(const struct token_options *options, struct span token,
    int64_t expires, struct buf *out)
{
	/* up, for the token's own second has begun */
	int64_t age = (expires - clock_now() + SECOND_MS - 1) / SECOND_MS;

	if (age < 0)
		age = 0;
	if (age > COOKIE_AGE_MAX)
		age = COOKIE_AGE_MAX;
	return append_cookie(options, token, age, out);
}

int
token_delete_cookie(const struct token_options *options, struct buf *out)
{
	return append_cookie(options, SPAN(""), 0, out);
}
