#ifndef CONSENT_REPORT_MIGRATE_H
#define CONSENT_REPORT_MIGRATE_H

/*
 * Brings the tables of a database to what this program knows: the files of
 * conf/postgresql, which are built in, by their numbers, each in a transaction
 * of its own, recorded in the table schema_migrations. Never goes back.
 */

#include <stdint.h>

#include "report/database.h"

/* The number of the newest file that is built in. */
uint64_t migrate_known(void);

/*
 * The newest number that the database, which is connected, has recorded; 0
 * where it has no tables of ours. As database_ask; CONSENT_EDENIED too when
 * what it says is no number.
 */
int migrate_version(struct database *db, uint64_t *out) CONSENT_CHECKED;

/*
 * Applies what the database lacks, and names each file after it was applied.
 * As migrate_version. What was applied stays.
 */
int migrate_run(
    struct database *db, void (*on_applied)(const char *name)) CONSENT_CHECKED;

#endif
