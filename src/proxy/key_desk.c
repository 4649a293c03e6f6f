#include "proxy/key_desk.h"

#include "audit/note.h"
#include "base/clock.h"
#include "base/log.h"
#include "consent/claims.h"
#include "consent/keys.h"
#include "proxy/key_board.h"
#include "proxy/key_news.h"
#include "proxy/setup.h"

#include <libconsent/seal.h>

#include <jansson.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	WAIT_MS = 10000, /* for the notary to log it */
	DESK_WHY = 640	 /* of a refusal: more than a reason of keys */
};

static const int64_t day_ms = INT64_C(86400) * 1000;

struct key_desk {
	struct key_board *board;
	struct key_news *news;
	struct proxy_setup *setup;
	int64_t until;	      /* monotonic ms: when to wait no more; 0: not */
	char kid[SEAL_KID];   /* that the order was about */
	char signs[SEAL_KID]; /* the newest after it */
	const char *done;     /* "made" or "revoked" */
	char why[DESK_WHY];   /* of a refusal */
};

struct key_desk *
key_desk_new(struct key_board *board, struct key_news *news)
{
	struct key_desk *d = calloc(1, sizeof *d);

	if (d == NULL)
		return NULL;
	d->board = board;
	d->news = news;
	return d;
}

void
key_desk_free(struct key_desk *d)
{
	free(d);
}

void
key_desk_date(struct proxy_setup *setup)
{
	size_t n = seal_ring_count(setup->ring);
	const struct note_ring *log = setup->note_ring;

	setup->token_key_made =
	    n == 0 ? 0 : keys_made(seal_ring_kid(setup->ring, n - 1));
	setup->log_key_made =
	    log->n == 0 ? 0 : keys_made(log->kids[log->n - 1]);
}

void
key_desk_renew(struct key_desk *d, struct proxy_setup *setup)
{
	int rc = CONSENT_OK;

	d->setup = setup;
	if (setup != NULL)
		rc = key_board_write(d->board, setup->ring);
	if (rc != CONSENT_OK)
		log_error("key.failed", "reason=\"%s\"", status_text(rc));
}

/* ---- what there is ------------------------------------------------------ */

static const char *
token_algorithm(const struct key_desk *d)
{
	return seal_ring_algorithm(d->setup->ring) == SEAL_HS256 ? "HS256"
								 : "ES256";
}

/* The folder's files of one kind; reasons go to d->why. */
static struct keys_folder
folder_of(struct key_desk *d, enum signer_algorithm algorithm)
{
	return (struct keys_folder){d->setup->keys, algorithm, d->why};
}

static enum signer_algorithm
token_kind(const struct key_desk *d)
{
	return seal_ring_algorithm(d->setup->ring) == SEAL_HS256 ? SIGNER_HS256
								 : SIGNER_ES256;
}

/* The kid of the newest key of tokens, which signs; there is one always. */
static const char *
newest(const struct key_desk *d)
{
	return seal_ring_kid(
	    d->setup->ring, seal_ring_count(d->setup->ring) - 1);
}

static void
list_key(json_t *list, const struct key_fact *key, bool signs)
{
	char text[CLOCK_TEXT];
	json_t *row = json_pack("{s:s, s:s, s:s, s:b}", "kid", key->kid,
	    "algorithm", key->alg, "of", key->what, "signs", (int)signs);
	int64_t made = keys_made(key->kid);

	if (made != 0) {
		clock_format(made, text);
		(void)json_object_set_new(row, "made", json_string(text));
	}
	if (key->why != NULL)
		(void)json_object_set_new(
		    row, "verifier", json_string(key->why));
	(void)json_array_append_new(list, row);
}

/* All keys by age: those of tokens, then those of the log's checkpoints. */
static char *
list_keys(const struct key_desk *d)
{
	const struct note_ring *log = d->setup->note_ring;
	size_t i, n = seal_ring_count(d->setup->ring);
	json_t *list = json_array(), *answer;
	char vkey[NOTE_VKEY], *text;

	for (i = 0; i < n; i++)
		list_key(list,
		    &(struct key_fact){seal_ring_kid(d->setup->ring, i),
			token_algorithm(d), "tokens", NULL},
		    i + 1 == n);
	for (i = 0; i < log->n; i++) {
		note_key_write(log->keys[i], vkey);
		list_key(list,
		    &(struct key_fact){
			log->kids[i], "Ed25519", "checkpoints", vkey},
		    i + 1 == log->n);
	}
	answer = json_pack("{s:o}", "keys", list);
	text = json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	return text;
}

/* ---- changing the folder ------------------------------------------------ */

static bool
refuse(const struct key_desk *d, char **text)
{
	json_t *answer = json_pack(
	    "{s:s}", "error", d->why[0] == '\0' ? "out of memory" : d->why);

	log_error("key.failed", "reason=\"%s\"",
	    d->why[0] == '\0' ? "out of memory" : d->why);
	*text = json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	return true;
}

/* What holds is what the folder has: reads it, tells the workers. */
static int
take_folder(struct key_desk *d)
{
	struct keys_folder folder = folder_of(d, SIGNER_ED25519);
	struct seal_ring *ring = NULL;
	struct note_ring log = {.n = 0};
	struct seal_error error;
	int rc =
	    seal_ring_open(d->setup->keys, seal_ring_algorithm(d->setup->ring),
		SEAL_KEYS_REQUIRED, &ring, &error);

	if (rc != CONSENT_OK)
		(void)snprintf(d->why, sizeof d->why, "%s", error.text);
	if (rc == CONSENT_OK)
		rc = note_ring_load(&folder, d->setup->log_name, &log);
	if (rc == CONSENT_OK)
		rc = key_board_write(d->board, ring);
	if (rc != CONSENT_OK) {
		seal_ring_free(ring);
		note_ring_fini(&log);
		return rc;
	}
	seal_ring_free(d->setup->ring);
	d->setup->ring = ring;
	note_ring_fini(d->setup->note_ring);
	*d->setup->note_ring = log;
	key_desk_date(d->setup);
	return CONSENT_OK;
}

/* Something that happened, for the log and for who reads ours. */
static void
note(struct key_desk *d, const struct key_fact *fact)
{
	log_info("key.changed", "kid=%s algorithm=%s what=%s reason=\"%s\"",
	    fact->kid, fact->alg, fact->what, fact->why);
	(void)key_news_add(d->news, fact); /* which says if it cannot */
}

/*
 * Whether no token of key i can be in force: its successor signs for longer
 * than one holds.
 */
static bool
has_ended(const struct key_desk *d, size_t i)
{
	const struct claims_issuer issuer = {
	    .lifetime_days = d->setup->token.lifetime_days};
	int64_t days = claims_days_most(&issuer), made;
	const char *next = seal_ring_kid(d->setup->ring, i + 1);

	made = next == NULL ? 0 : keys_made(next);
	return made != 0 && clock_now() - made > days * day_ms;
}

/* Takes away whose tokens have all ended; the ring has them until it is read
 * anew. */
static int
retire(struct key_desk *d)
{
	struct keys_folder folder = folder_of(d, token_kind(d));
	size_t i;
	int rc = CONSENT_OK;

	for (i = 0; rc == CONSENT_OK && has_ended(d, i); i++) {
		const struct key_fact fact = {seal_ring_kid(d->setup->ring, i),
		    token_algorithm(d), "retired",
		    "no token that it signed is in force any more"};

		rc = keys_put_away(&folder, fact.kid, KEYS_RETIRED);
		if (rc == CONSENT_OK)
			note(d, &fact);
	}
	return rc;
}

/* Makes a key of that kind that comes behind all others. */
static int
make(struct key_desk *d, enum signer_algorithm kind, const char *why)
{
	const struct note_ring *log = d->setup->note_ring;
	struct keys_folder folder = folder_of(d, kind);
	bool is_log = kind == SIGNER_ED25519;
	const char *last = is_log ? log->kids[log->n - 1] : newest(d);
	struct key_fact fact = {
	    d->kid, is_log ? "Ed25519" : token_algorithm(d), "made", why};
	int rc;

	rc = keys_create(&folder, last, d->kid);
	if (rc == CONSENT_OK)
		note(d, &fact);
	return rc;
}

/* Whether there can be one more of that kind. */
static int
check_room(struct key_desk *d, bool is_log)
{
	if (is_log ? d->setup->note_ring->n < NOTE_KEYS
		   : seal_ring_count(d->setup->ring) < SEAL_KEYS)
		return CONSENT_OK;
	(void)snprintf(d->why, sizeof d->why,
	    "as many keys as can be: revoke one whose tokens may go");
	return CONSENT_ELIMIT;
}

/* ---- orders ------------------------------------------------------------- */

/* The change holds; the notary has to come to know it and to log it. */
static bool
wait_for_notary(struct key_desk *d, const char *done)
{
	d->done = done;
	(void)snprintf(d->signs, sizeof d->signs, "%s", newest(d));
	d->until = clock_monotonic() + WAIT_MS;
	return false;
}

static bool
rotate(struct key_desk *d, struct span what, char **text)
{
	bool is_log = span_equal(what, SPAN("log"));
	int rc = CONSENT_OK;

	if (!is_log && what.n > 0) {
		(void)snprintf(
		    d->why, sizeof d->why, "rotate takes nothing, or log");
		return refuse(d, text);
	}
	if (!is_log)
		rc = retire(d);
	if (rc == CONSENT_OK && !is_log)
		rc = take_folder(d);
	if (rc == CONSENT_OK)
		rc = check_room(d, is_log);
	if (rc == CONSENT_OK)
		rc = make(d, is_log ? SIGNER_ED25519 : token_kind(d),
		    "an operator asked for a new key");
	if (rc == CONSENT_OK)
		rc = take_folder(d);
	return rc == CONSENT_OK ? wait_for_notary(d, "made") : refuse(d, text);
}

/* Whether a reason may stand in the log, where it stays. */
static bool
is_reason(struct span why)
{
	size_t i;

	for (i = 0; i < why.n; i++)
		if (why.p[i] < ' ' || why.p[i] > '~')
			return false;
	return why.n < KEY_NEWS_WHY;
}

/* Why an order to revoke is none, or NULL. */
static const char *
check_revoke(const struct key_desk *d, struct span kid, struct span why)
{
	const struct note_ring *log = d->setup->note_ring;
	size_t i;

	if (!is_reason(why))
		return "a reason has printable ASCII, less than 192 bytes";
	for (i = 0; i < log->n; i++)
		if (span_equal(span_of(log->kids[i]), kid))
			return "it signs checkpoints: rotate it, and have "
			       "auditors told (docs/OPERATIONS.md)";
	for (i = 0; i < seal_ring_count(d->setup->ring); i++)
		if (span_equal(span_of(seal_ring_kid(d->setup->ring, i)), kid))
			return NULL;
	return "there is no such key in force";
}

static bool
revoke(struct key_desk *d, struct span order, char **text)
{
	struct span kid = span_cut(&order, ' ');
	struct span why = order.n > 0 ? order : SPAN("an operator said so");
	const char *no = check_revoke(d, kid, why);
	struct keys_folder folder = folder_of(d, token_kind(d));
	char name[SEAL_KID], reason[KEY_NEWS_WHY];
	const struct key_fact fact = {
	    name, token_algorithm(d), "revoked", reason};
	int rc = CONSENT_OK;

	if (no != NULL) {
		(void)snprintf(d->why, sizeof d->why, "%s", no);
		return refuse(d, text);
	}
	(void)snprintf(name, sizeof name, "%.*s", SPAN_ARG(kid));
	(void)snprintf(reason, sizeof reason, "%.*s", SPAN_ARG(why));
	if (strcmp(name, newest(d)) == 0)
		rc = make(d, token_kind(d), "the key before it is revoked");
	if (rc == CONSENT_OK)
		rc = keys_put_away(&folder, name, KEYS_REVOKED);
	if (rc == CONSENT_OK || rc == CONSENT_ENOENT) /* put away before */
		rc = take_folder(d);
	if (rc != CONSENT_OK)
		return refuse(d, text);
	note(d, &fact);
	memcpy(d->kid, name, sizeof name);
	return wait_for_notary(d, "revoked");
}

bool
key_desk_order(struct key_desk *d, struct span order, char **text)
{
	struct span word = span_cut(&order, ' ');

	d->why[0] = '\0';
	if (d->setup == NULL) {
		(void)snprintf(d->why, sizeof d->why, "consentd stops");
		return refuse(d, text);
	}
	if (word.n == 0) {
		*text = list_keys(d);
		return true;
	}
	if (span_equal(word, SPAN("rotate")))
		return rotate(d, order, text);
	if (span_equal(word, SPAN("revoke")))
		return revoke(d, order, text);
	(void)snprintf(d->why, sizeof d->why, "say rotate or revoke");
	return refuse(d, text);
}

bool
key_desk_waits(const struct key_desk *d)
{
	return d->until != 0;
}

bool
key_desk_tend(struct key_desk *d, int64_t now, char **text)
{
	json_t *answer;
	uint64_t seq = 0;
	bool heard = key_news_heard(d->news, &seq);

	if (d->until == 0 || (!heard && now < d->until))
		return false;
	d->until = 0;
	if (!heard) {
		(void)snprintf(d->why, sizeof d->why,
		    "%s is %s, and no notary has logged that yet: is the log "
		    "writable?",
		    d->kid, d->done);
		return refuse(d, text);
	}
	answer = json_pack("{s:s, s:s, s:s, s:I}", "kid", d->kid, "result",
	    d->done, "signs", d->signs, "seq", (json_int_t)seq);
	*text = json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	return true;
}
