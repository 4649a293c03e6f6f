#include "report/ship_store.h"

#include "base/clock.h"
#include "base/digest.h"
#include "report/migrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MONTHS = 64, /* most that are remembered */
	NUMBER = 24, /* room for a number's text */
	AHEAD = 2,   /* months that are made before they begin */
	DAYS_31 = 31
};

#define DAY_MS INT64_C(86400000)

struct ship_store {
	struct database *db;
	int64_t months[MONTHS]; /* that have what they can have */
	size_t n_months;
};

int
ship_store_new(struct database *db, struct ship_store **out)
{
	struct ship_store *store = calloc(1, sizeof *store);

	if (store == NULL)
		return CONSENT_ENOMEM;
	store->db = db;
	*out = store;
	return CONSENT_OK;
}

void
ship_store_free(struct ship_store *store)
{
	free(store);
}

#define ASK(store, sql, ...)                                                   \
	ask((store), (sql),                                                    \
	    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *),       \
	    (const char *const[]){__VA_ARGS__})

static int
ask(struct ship_store *store, const char *sql, size_t n,
    const char *const *texts)
{
	struct database_values values = {n, texts};

	return database_ask(store->db, sql, &values);
}

static const char *
number(uint64_t value, char text[NUMBER])
{
	(void)snprintf(text, NUMBER, "%" PRIu64, value); /* it has room */
	return text;
}

/* ---- months ----------------------------------------------------------- */

/* Has the partition of a month made, once in the life of the store. */
static int
make_month(struct ship_store *store, int64_t month)
{
	char date[CLOCK_TEXT];
	size_t i;
	int rc;

	for (i = 0; i < store->n_months; i++)
		if (store->months[i] == month)
			return CONSENT_OK;
	clock_format(month, date);
	date[sizeof "2026-11-01" - 1] = '\0';
	/* false is no failure: then the rows go to entries_other */
	rc = ASK(store, "SELECT entries_month($1::date)", date);
	if (rc != CONSENT_OK)
		return rc;
	if (store->n_months == MONTHS)
		store->n_months = 0;
	store->months[store->n_months++] = month;
	return CONSENT_OK;
}

static int
make_months_ahead(struct ship_store *store)
{
	int64_t month = clock_month_start(clock_now());
	int i, rc = CONSENT_OK;

	for (i = 0; rc == CONSENT_OK && i <= AHEAD; i++) {
		rc = make_month(store, month);
		month = clock_month_start(month + DAYS_31 * DAY_MS);
	}
	return rc;
}

/* ---- session ---------------------------------------------------------- */

int
ship_store_begin(struct ship_store *store, uint64_t *version)
{
	/* what was rolled back leaves nothing here, nor does a batch */
	static const char session[] =
	    "SET TIME ZONE 'UTC';"
	    "SET bytea_output = 'hex';"
	    "CREATE TEMPORARY TABLE ship_rows (seq bigint NOT NULL, "
	    "time timestamp with time zone NOT NULL, type text NOT NULL, "
	    "id text, sub text, act text, lang text, policy text, notice text, "
	    "signal text, via text, kid text, leaf bytea NOT NULL, "
	    "line text NOT NULL) ON COMMIT DELETE ROWS";
	int rc = migrate_version(store->db, version);

	if (rc == CONSENT_OK && *version != migrate_known())
		return CONSENT_EINVAL;
	if (rc == CONSENT_OK)
		rc = database_ask(store->db, session, NULL);
	if (rc == CONSENT_OK)
		rc = make_months_ahead(store);
	return rc;
}

/* The bytes that 64 hex digits spell. CONSENT_EINVAL. */
static int
read_hash(struct span text, struct merkle_hash *out)
{
	size_t i;

	if (text.n != 2 * sizeof out->bytes)
		return CONSENT_EINVAL;
	for (i = 0; i < sizeof out->bytes; i++) {
		uint64_t byte;

		if (span_to_u64(span_sub(text, 2 * i, 2), 16, UINT8_MAX,
			&byte) != CONSENT_OK)
			return CONSENT_EINVAL;
		out->bytes[i] = (unsigned char)byte;
	}
	return CONSENT_OK;
}

int
ship_store_position(
    struct ship_store *store, const char *origin, struct ship_position *out)
{
	struct ship_position at;
	int rc = ASK(store,
	    "INSERT INTO logs (origin) VALUES ($1) ON CONFLICT DO NOTHING",
	    origin);

	memset(&at, 0, sizeof at);
	if (rc == CONSENT_OK)
		rc = ASK(store,
		    "SELECT shipped, size, encode(root, 'hex') FROM logs "
		    "WHERE origin = $1",
		    origin);
	if (rc != CONSENT_OK)
		return rc;
	if (database_number(store->db, 0, 0, &at.shipped) != CONSENT_OK ||
	    database_number(store->db, 0, 1, &at.head.n) != CONSENT_OK ||
	    at.head.n > at.shipped || at.shipped > LAYOUT_SEQ_MAX)
		return CONSENT_EINVAL;
	if (at.head.n > 0 && read_hash(database_value(store->db, 0, 2),
				 &at.head.root) != CONSENT_OK)
		return CONSENT_EINVAL;
	*out = at;
	return CONSENT_OK;
}

int
ship_store_text(
    struct ship_store *store, const struct ship_text *text, const char *body)
{
	return ASK(store,
	    "INSERT INTO texts (hash, kind, body) VALUES ($1, $2, $3) "
	    "ON CONFLICT DO NOTHING",
	    text->hash, layout_type_name(text->kind), body);
}

/* ---- a batch ---------------------------------------------------------- */

/* What all statements of a batch name: the log, and its entries. */
struct batch {
	struct ship_store *store;
	const char *origin;
	const struct ship_rows *rows;
	char from[NUMBER], to[NUMBER];
};

/* Locks the log's row; who was faster has moved it. */
static int
lock_log(struct batch *b)
{
	uint64_t shipped = 0;
	int rc = ASK(b->store,
	    "SELECT shipped FROM logs WHERE origin = $1 FOR UPDATE", b->origin);

	if (rc != CONSENT_OK)
		return rc;
	if (database_number(b->store->db, 0, 0, &shipped) == CONSENT_OK &&
	    shipped == b->rows->from)
		return CONSENT_OK;
	database_drop(b->store->db, "another one ships this log, too");
	return CONSENT_EBUSY;
}

static void
keep_hex(struct span text, char out[65])
{
	text = span_sub(text, 0, 64);
	memcpy(out, text.n > 0 ? text.p : "", text.n);
	out[text.n] = '\0';
}

/* An entry that is there already must be the same one. */
static int
check_conflict(struct batch *b, struct ship_conflict *out)
{
	int rc = ASK(b->store,
	    "SELECT e.seq, encode(s.leaf, 'hex'), encode(e.leaf, 'hex') "
	    "FROM entries e JOIN ship_rows s ON s.seq = e.seq "
	    "WHERE e.log = $1 AND e.seq >= $2::bigint AND e.seq < $3::bigint "
	    "AND e.leaf <> s.leaf ORDER BY e.seq LIMIT 1",
	    b->origin, b->from, b->to);
	const struct database *db = b->store->db;

	if (rc != CONSENT_OK || database_rows(db) == 0)
		return rc;
	if (database_number(db, 0, 0, &out->seq) != CONSENT_OK)
		out->seq = b->rows->from;
	keep_hex(database_value(db, 0, 1), out->here);
	keep_hex(database_value(db, 0, 2), out->there);
	return CONSENT_EINVAL;
}

static int
insert_rows(struct batch *b, struct ship_conflict *conflict)
{
	int rc = database_copy(b->store->db,
	    "COPY ship_rows (" SHIP_COLUMNS ") FROM STDIN",
	    buf_span(&b->rows->rows));

	if (rc == CONSENT_OK)
		rc = check_conflict(b, conflict);
	if (rc != CONSENT_OK)
		return rc;
	/* its time may be another there: the key alone is not enough */
	return ASK(b->store,
	    "INSERT INTO entries (log, " SHIP_COLUMNS ") "
	    "SELECT $1, " SHIP_COLUMNS " FROM ship_rows s WHERE NOT EXISTS ("
	    "SELECT 1 FROM entries e WHERE e.log = $1 AND e.seq = s.seq "
	    "AND e.seq >= $2::bigint AND e.seq < $3::bigint) "
	    "ON CONFLICT DO NOTHING",
	    b->origin, b->from, b->to);
}

/* Empties what an erase entry names, as the log does. */
static int
erase_rows(struct batch *b, const struct ship_erase *erase)
{
	char by[NUMBER];

	return ASK(b->store,
	    "UPDATE entries SET type = 'erased', id = NULL, sub = NULL, "
	    "act = NULL, lang = NULL, policy = NULL, notice = NULL, "
	    "signal = NULL, via = NULL, kid = NULL, "
	    "time = date_trunc('month', time AT TIME ZONE 'UTC') "
	    "AT TIME ZONE 'UTC', "
	    "line = '{\"seq\":' || seq || ',\"erased\":\"' || "
	    "encode(leaf, 'hex') || '\",\"by\":' || $2::text || '}' "
	    "WHERE log = $1 AND seq = ANY($3::bigint[]) AND type <> 'erased'",
	    b->origin, number(erase->by, by), b->rows->lists.p + erase->at);
}

static int
keep_checkpoint(struct batch *b, const struct witness_head *head)
{
	char size[NUMBER], root[DIGEST_HEX];
	const char *vkey = head->vkey[0] != '\0' ? head->vkey : NULL;
	int rc;

	(void)number(head->head.n, size);
	digest_hex(head->head.root.bytes, sizeof head->head.root.bytes, root);
	rc = ASK(b->store,
	    "UPDATE logs SET size = $2::bigint, root = decode($3, 'hex'), "
	    "note = $4, vkey = $5, verified = CASE WHEN $5::text IS NULL "
	    "THEN verified ELSE $2::bigint END, checked_at = now(), "
	    "fault = NULL, fault_at = NULL WHERE origin = $1",
	    b->origin, size, root, head->note.p, vkey);
	if (rc != CONSENT_OK)
		return rc;
	return ASK(b->store,
	    "INSERT INTO checkpoints (log, size, root, note, vkey) "
	    "SELECT $1, $2::bigint, decode($3, 'hex'), $4, $5 "
	    "WHERE NOT EXISTS (SELECT 1 FROM checkpoints WHERE log = $1 "
	    "AND kept_at > now() - interval '10 minutes') "
	    "ON CONFLICT DO NOTHING",
	    b->origin, size, root, head->note.p, vkey);
}

static int
move_position(struct batch *b)
{
	return ASK(b->store,
	    "UPDATE logs SET shipped = $2::bigint WHERE origin = $1", b->origin,
	    b->to);
}

static int
fill(struct batch *b, const struct witness_head *head,
    struct ship_conflict *conflict)
{
	size_t i;
	int rc = lock_log(b);

	if (rc == CONSENT_OK && b->rows->to > b->rows->from)
		rc = insert_rows(b, conflict);
	for (i = 0; rc == CONSENT_OK && i < b->rows->n_erases; i++)
		rc = erase_rows(b, &b->rows->erases[i]);
	if (rc == CONSENT_OK && b->rows->to > b->rows->from)
		rc = move_position(b);
	if (rc == CONSENT_OK && head != NULL)
		rc = keep_checkpoint(b, head);
	return rc;
}

int
ship_store_send(struct ship_store *store, const char *origin,
    const struct ship_rows *rows, const struct witness_head *head,
    struct ship_conflict *conflict)
{
	struct batch b = {.store = store, .origin = origin, .rows = rows};
	size_t i;
	int rc = make_months_ahead(store);

	(void)number(rows->from, b.from);
	(void)number(rows->to, b.to);
	for (i = 0; rc == CONSENT_OK && i < rows->n_months; i++)
		rc = make_month(store, rows->months[i]);
	if (rc == CONSENT_OK)
		rc = database_ask(store->db, "BEGIN", NULL);
	if (rc == CONSENT_OK)
		rc = fill(&b, head, conflict);
	if (rc == CONSENT_OK)
		return database_ask(store->db, "COMMIT", NULL);
	/* what is away has rolled back by itself */
	if (rc != CONSENT_EBUSY &&
	    database_ask(store->db, "ROLLBACK", NULL) != CONSENT_OK)
		database_drop(store->db, NULL);
	return rc;
}

/* ---- faults ----------------------------------------------------------- */

int
ship_store_leaves(
    struct ship_store *store, const char *origin, struct ship_leaves *out)
{
	char from[NUMBER], to[NUMBER];
	uint64_t seq;
	size_t i;
	int rc;

	(void)number(out->from, from);
	rc = ASK(store,
	    "SELECT seq, encode(leaf, 'hex') FROM entries WHERE log = $1 "
	    "AND seq >= $2::bigint AND seq < $3::bigint",
	    origin, from, number(out->from + SHIP_LEAVES, to));
	memset(out->hex, 0, sizeof out->hex);
	for (i = 0; rc == CONSENT_OK && i < database_rows(store->db); i++)
		if (database_number(store->db, i, 0, &seq) == CONSENT_OK &&
		    seq >= out->from && seq - out->from < SHIP_LEAVES)
			keep_hex(database_value(store->db, i, 1),
			    out->hex[seq - out->from]);
	return rc;
}

int
ship_store_fault(struct ship_store *store, const char *origin, const char *why)
{
	return ASK(store,
	    "UPDATE logs SET fault = $2, fault_at = now() WHERE origin = $1",
	    origin, why);
}
