#include "report/database.h"

#include "base/clock.h"
#include "base/digest.h"
#include "report/database_url.h"
#include "report/pause.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	WHY = 400,
	PLACE = 200,
	PATIENCE_CONNECT = 15 * 1000,
	PATIENCE = 120 * 1000 /* for one answer */
};

struct database {
	char *url;
	char *secret; /* the password in it, or NULL */
	const char *application;
	char place[PLACE];
	char why[WHY];
	PGconn *conn;	  /* or NULL */
	PGresult *result; /* the rows at hand, or NULL */
};

/* ---- what is told ----------------------------------------------------- */

/* Puts crosses where the password stands in text. */
static void
hide(const struct database *db, char *text)
{
	size_t i, n = db->secret != NULL ? strlen(db->secret) : 0;
	char *at = text;

	while (n > 0 && (at = strstr(at, db->secret)) != NULL)
		for (i = 0; i < n; i++)
			*at++ = 'x';
}

/* Keeps a reason: one line, printable, without the password. */
static void
tell(struct database *db, const char *state, const char *text)
{
	size_t i, n;

	if (text == NULL || text[0] == '\0')
		text = "no reason was given";
	n = (size_t)snprintf(db->why, sizeof db->why, "%s%s%s", text,
	    state[0] != '\0' ? " SQLSTATE " : "", state);
	if (n >= sizeof db->why)
		n = sizeof db->why - 1;
	hide(db, db->why);
	while (n > 0 && (db->why[n - 1] == '\n' || db->why[n - 1] == ' '))
		db->why[--n] = '\0';
	for (i = 0; i < n; i++)
		if (db->why[i] < 0x20 || db->why[i] > 0x7e)
			db->why[i] = db->why[i] == '\n' ? ' ' : '?';
}

const char *
database_why(const struct database *db)
{
	return db->why;
}

const char *
database_place(const struct database *db)
{
	return db->place;
}

/* ---- birth and death -------------------------------------------------- */

static const char *
find_option(const PQconninfoOption *options, const char *name)
{
	for (; options->keyword != NULL; options++)
		if (strcmp(options->keyword, name) == 0)
			return options->val;
	return NULL;
}

/* Reads what the address says of password, host and name. */
static int
read_options(struct database *db)
{
	PQconninfoOption *options = PQconninfoParse(db->url, NULL);
	const char *secret, *host, *name;
	int rc = CONSENT_OK;
	char *p;

	if (options == NULL)
		return CONSENT_EINVAL;
	secret = find_option(options, "password");
	host = find_option(options, "host");
	name = find_option(options, "dbname");
	if (secret != NULL && secret[0] != '\0') {
		db->secret = strdup(secret);
		if (db->secret == NULL)
			rc = CONSENT_ENOMEM;
	}
	if (snprintf(db->place, sizeof db->place, "%s/%s",
		host != NULL ? host : "", name != NULL ? name : "") < 0)
		rc = CONSENT_EINVAL;
	for (p = db->place; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			*p = '?';
	PQconninfoFree(options);
	return rc;
}

int
database_new(const char *url, const char *application, struct database **out)
{
	struct database *db;
	int rc = CONSENT_ENOMEM;

	if (!database_url_is(url))
		return CONSENT_EINVAL;
	db = calloc(1, sizeof *db);
	if (db == NULL)
		return CONSENT_ENOMEM;
	db->application = application;
	db->url = strdup(url);
	if (db->url != NULL)
		rc = read_options(db);
	if (rc != CONSENT_OK) {
		database_free(db);
		return rc;
	}
	tell(db, "", "it was not asked yet");
	*out = db;
	return CONSENT_OK;
}

void
database_drop(struct database *db, const char *why)
{
	if (why != NULL)
		tell(db, "", why);
	PQclear(db->result);
	db->result = NULL;
	PQfinish(db->conn);
	db->conn = NULL;
}

static void
free_secret(char *text)
{
	if (text != NULL)
		digest_wipe(text, strlen(text));
	free(text);
}

void
database_free(struct database *db)
{
	if (db == NULL)
		return;
	database_drop(db, NULL);
	free_secret(db->url);
	free_secret(db->secret);
	free(db);
}

/* ---- failures --------------------------------------------------------- */

/*
 * Whether it may be as well as not at another time: connection, rollback,
 * resources, locks, an operator, the system; read-only is what a server is
 * that lost its role.
 */
static bool
is_passing(const char *state)
{
	static const char *const classes[] = {
	    "08", "25", "40", "53", "55", "57", "58", "XX", "23505"};
	size_t i;

	for (i = 0; i < sizeof classes / sizeof classes[0]; i++)
		if (strncmp(state, classes[i], strlen(classes[i])) == 0)
			return true;
	return false;
}

/* The connection is of no use any more. */
static int
fail_away(struct database *db, const char *text)
{
	database_drop(db, text);
	return CONSENT_EBUSY;
}

static int
fail_connection(struct database *db)
{
	return fail_away(db, PQerrorMessage(db->conn));
}

static int
fail_result(struct database *db)
{
	const char *state = PQresultErrorField(db->result, PG_DIAG_SQLSTATE);
	const char *text =
	    PQresultErrorField(db->result, PG_DIAG_MESSAGE_PRIMARY);

	if (state == NULL)
		return fail_connection(db);
	tell(db, state, text);
	if (!is_passing(state))
		return CONSENT_EDENIED;
	database_drop(db, NULL);
	return CONSENT_EBUSY;
}

/* ---- waiting ---------------------------------------------------------- */

enum wait_for {
	WAIT_ANSWER, /* goes on over a signal: ends what was begun */
	WAIT_CONNECT /* ends when we are told to stop */
};

/* Waits for the socket. CONSENT_EBUSY after a complaint. */
static int
wait_socket(struct database *db, short events, int64_t until, enum wait_for why)
{
	struct pollfd fd = {.fd = PQsocket(db->conn), .events = events};

	for (;;) {
		int64_t left = until - clock_monotonic();
		int n;

		if (why == WAIT_CONNECT && pause_is_stopped())
			return fail_away(db, "told to stop");
		if (fd.fd < 0 || left <= 0)
			return fail_away(db, "it does not answer");
		n = poll(&fd, 1, (int)left);
		if (n > 0)
			return CONSENT_OK;
		if (n < 0 && errno != EINTR)
			return fail_away(db, "poll failed");
	}
}

static int
finish_connect(struct database *db)
{
	int64_t until = clock_monotonic() + PATIENCE_CONNECT;
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;

	while (state != PGRES_POLLING_OK) {
		int rc;

		if (state == PGRES_POLLING_FAILED)
			return fail_connection(db);
		rc = wait_socket(db,
		    state == PGRES_POLLING_READING ? POLLIN : POLLOUT, until,
		    WAIT_CONNECT);
		if (rc != CONSENT_OK)
			return rc;
		state = PQconnectPoll(db->conn);
	}
	return CONSENT_OK;
}

/* What the server says beside its answers is nobody's affair. */
static void
on_notice(void *ctx, const PGresult *result)
{
	(void)ctx;
	(void)result;
}

int
database_connect(struct database *db)
{
	const char *const names[] = {
	    "dbname", "fallback_application_name", "client_encoding", NULL};
	const char *const values[] = {db->url, db->application, "UTF8", NULL};
	int rc;

	if (db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK)
		return CONSENT_OK;
	database_drop(db, NULL);
	db->conn = PQconnectStartParams(names, values, 1);
	if (db->conn == NULL)
		return CONSENT_ENOMEM;
	if (PQstatus(db->conn) == CONNECTION_BAD)
		return fail_connection(db);
	(void)PQsetNoticeReceiver(db->conn, on_notice, NULL);
	rc = finish_connect(db);
	if (rc != CONSENT_OK)
		return rc;
	if (PQsetnonblocking(db->conn, 1) != 0)
		return fail_connection(db);
	return CONSENT_OK;
}

/* Sends what is waiting, and takes what comes meanwhile. */
static int
flush(struct database *db)
{
	int64_t until = clock_monotonic() + PATIENCE;
	int more;

	while ((more = PQflush(db->conn)) == 1) {
		int rc = wait_socket(db, POLLIN | POLLOUT, until, WAIT_ANSWER);

		if (rc != CONSENT_OK)
			return rc;
		if (PQconsumeInput(db->conn) != 1)
			return fail_connection(db);
	}
	return more == 0 ? CONSENT_OK : fail_connection(db);
}

/* Makes the next result the one at hand; NULL after the last one. */
static int
next_result(struct database *db)
{
	int64_t until = clock_monotonic() + PATIENCE;

	PQclear(db->result);
	db->result = NULL;
	while (PQisBusy(db->conn)) {
		int rc = wait_socket(db, POLLIN, until, WAIT_ANSWER);

		if (rc != CONSENT_OK)
			return rc;
		if (PQconsumeInput(db->conn) != 1)
			return fail_connection(db);
	}
	db->result = PQgetResult(db->conn);
	return CONSENT_OK;
}

/* What the result at hand says of the statement. */
static int
judge(struct database *db)
{
	ExecStatusType status = PQresultStatus(db->result);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
	    status == PGRES_SINGLE_TUPLE || status == PGRES_EMPTY_QUERY)
		return CONSENT_OK;
	if (status == PGRES_FATAL_ERROR)
		return fail_result(db);
	return fail_away(db, "it answers what was not asked");
}

/* ---- statements ------------------------------------------------------- */

static int
send_statement(
    struct database *db, const char *sql, const struct database_values *values)
{
	int sent;

	PQclear(db->result);
	db->result = NULL;
	if (db->conn == NULL)
		return fail_away(db, "not connected");
	if (values == NULL)
		sent = PQsendQuery(db->conn, sql);
	else
		sent = PQsendQueryParams(db->conn, sql, (int)values->n, NULL,
		    values->texts, NULL, NULL, 0);
	if (sent != 1)
		return fail_connection(db);
	return flush(db);
}

/* Reads all results; the last one, or the first that failed, stays. */
static int
collect(struct database *db)
{
	PGresult *last = NULL;
	int rc, verdict = CONSENT_OK;

	for (;;) {
		rc = next_result(db);
		if (rc != CONSENT_OK || db->result == NULL)
			break;
		if (verdict == CONSENT_OK)
			verdict = judge(db);
		if (db->conn == NULL) /* given up */
			break;
		PQclear(last);
		last = db->result;
		db->result = NULL;
	}
	if (rc != CONSENT_OK || db->conn == NULL) {
		PQclear(last);
		return rc != CONSENT_OK ? rc : verdict;
	}
	db->result = last;
	return verdict;
}

int
database_ask(
    struct database *db, const char *sql, const struct database_values *values)
{
	int rc = send_statement(db, sql, values);

	return rc == CONSENT_OK ? collect(db) : rc;
}

size_t
database_rows(const struct database *db)
{
	int n = db->result != NULL ? PQntuples(db->result) : 0;

	return n > 0 ? (size_t)n : 0;
}

struct span
database_value(const struct database *db, size_t row, size_t column)
{
	int i = (int)row, j = (int)column;

	if (row >= database_rows(db) || j >= PQnfields(db->result) ||
	    PQgetisnull(db->result, i, j))
		return (struct span){NULL, 0};
	return (struct span){PQgetvalue(db->result, i, j),
	    (size_t)PQgetlength(db->result, i, j)};
}

int
database_number(
    const struct database *db, size_t row, size_t column, uint64_t *out)
{
	struct span text = database_value(db, row, column);

	return span_to_u64(text, 10, INT64_MAX, out) == CONSENT_OK
		   ? CONSENT_OK
		   : CONSENT_EINVAL;
}

static int
send_rows(struct database *db, struct span rows)
{
	int64_t until = clock_monotonic() + PATIENCE;
	int sent, rc = CONSENT_OK;

	while ((sent = PQputCopyData(db->conn, rows.p, (int)rows.n)) == 0) {
		rc = wait_socket(db, POLLOUT, until, WAIT_ANSWER);
		if (rc != CONSENT_OK)
			return rc;
	}
	while (sent == 1 && (sent = PQputCopyEnd(db->conn, NULL)) == 0) {
		rc = wait_socket(db, POLLOUT, until, WAIT_ANSWER);
		if (rc != CONSENT_OK)
			return rc;
	}
	return sent == 1 ? flush(db) : fail_connection(db);
}

int
database_copy(struct database *db, const char *sql, struct span rows)
{
	int rc = send_statement(db, sql, NULL);

	if (rc == CONSENT_OK)
		rc = next_result(db);
	if (rc != CONSENT_OK)
		return rc;
	if (PQresultStatus(db->result) != PGRES_COPY_IN) {
		rc = judge(db);
		if (rc == CONSENT_OK)
			return fail_away(db, "it takes no rows");
		database_drop(db, NULL);
		return rc;
	}
	rc = send_rows(db, rows);
	return rc == CONSENT_OK ? collect(db) : rc;
}

int
database_stream(struct database *db, const char *sql,
    const struct database_values *values,
    int (*on_row)(void *ctx, const struct database *db), void *ctx)
{
	int rc = send_statement(db, sql, values);

	if (rc == CONSENT_OK && PQsetSingleRowMode(db->conn) != 1)
		rc = fail_connection(db);
	while (rc == CONSENT_OK) {
		rc = next_result(db);
		if (rc != CONSENT_OK || db->result == NULL)
			break;
		rc = judge(db);
		if (rc == CONSENT_OK &&
		    PQresultStatus(db->result) == PGRES_SINGLE_TUPLE)
			rc = on_row(ctx, db);
	}
	if (rc != CONSENT_OK)
		database_drop(db, NULL);
	return rc;
}
