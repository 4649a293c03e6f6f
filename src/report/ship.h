#ifndef CONSENT_REPORT_SHIP_H
#define CONSENT_REPORT_SHIP_H

/*
 * Follows the directory of a consent log and puts its entries into a database,
 * each at least once and none twice, until it is told to stop. Nothing goes
 * there that was not compared with the log's checkpoint before; where
 * something is wrong it stops and says what. What is away, the database or the
 * log, is waited for. Reads the log only, keeps nothing on the disk: where it
 * stands is in the database. Logs by base/log.
 */

#include "audit/note.h"
#include "report/database.h"

struct ship_options {
	const char *dir;
	struct database *db;
	const struct note_ring *ring; /* NULL: no signature is checked */
	bool once; /* end where all is shipped, and wait for nothing */
};

enum ship_end {
	SHIP_STOPPED, /* told to, or once and done */
	SHIP_FAULT,   /* the log or what the database has of it is wrong */
	SHIP_FAILED   /* it cannot go on; with once, something is away */
};

/*
 * Ships. pause_begin comes before. Why it ended otherwise than SHIP_STOPPED
 * was logged.
 */
enum ship_end ship_run(const struct ship_options *options);

#endif
