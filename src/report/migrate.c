#include "report/migrate.h"

#include "base/embedded.h"

#include <inttypes.h>
#include <libconsent/buf.h>

enum {
	DIGITS = 3, /* "001_logs.sql" */
	SQL = 1 << 20
};

static uint64_t
number_of(const struct embedded_file *file)
{
	uint64_t number = 0;

	/* the build lists only files of ours; another name counts as 0 */
	if (span_to_u64(span_sub(span_of(file->name), 0, DIGITS), 10, 999,
		&number) != CONSENT_OK)
		return 0;
	return number;
}

uint64_t
migrate_known(void)
{
	uint64_t newest = 0;
	size_t i;

	for (i = 0; i < embedded_postgresql_count; i++)
		if (number_of(&embedded_postgresql[i]) > newest)
			newest = number_of(&embedded_postgresql[i]);
	return newest;
}

int
migrate_version(struct database *db, uint64_t *out)
{
	static const char ask[] =
	    "SELECT coalesce(max(version), 0) FROM schema_migrations";
	int rc = database_ask(db,
	    "SELECT 1 WHERE to_regclass('schema_migrations') IS NOT NULL",
	    NULL);

	if (rc != CONSENT_OK)
		return rc;
	*out = 0;
	if (database_rows(db) == 0)
		return CONSENT_OK;
	rc = database_ask(db, ask, NULL);
	if (rc == CONSENT_OK && database_number(db, 0, 0, out) != CONSENT_OK)
		rc = CONSENT_EDENIED;
	return rc;
}

static int
apply(struct database *db, const struct embedded_file *file)
{
	struct buf sql;
	int rc;

	buf_init(&sql, SQL);
	/* the row comes first: who applies it at the same time waits for it */
	rc = buf_printf(&sql,
	    "BEGIN; INSERT INTO schema_migrations (version, name) "
	    "VALUES (%" PRIu64 ", '%s');\n%s\nCOMMIT",
	    number_of(file), file->name, file->bytes);
	if (rc == CONSENT_OK)
		rc = buf_append_byte(&sql, '\0');
	if (rc == CONSENT_OK)
		rc = database_ask(db, sql.p, NULL);
	buf_fini(&sql);
	return rc;
}

int
migrate_run(struct database *db, void (*on_applied)(const char *name))
{
	static const char table[] =
	    "CREATE TABLE IF NOT EXISTS schema_migrations ("
	    "version bigint PRIMARY KEY, name text NOT NULL, "
	    "applied_at timestamp with time zone NOT NULL DEFAULT now())";
	uint64_t version = 0;
	size_t i;
	int rc = migrate_version(db, &version);

	if (rc == CONSENT_OK && version == 0)
		rc = database_ask(db, table, NULL);
	for (i = 0; rc == CONSENT_OK && i < embedded_postgresql_count; i++) {
		const struct embedded_file *file = &embedded_postgresql[i];

		if (number_of(file) <= version)
			continue;
		rc = apply(db, file);
		if (rc == CONSENT_OK)
			on_applied(file->name);
	}
	return rc;
}
