#ifndef CONSENT_CMD_CTL_LOG_PRINT_H
#define CONSENT_CMD_CTL_LOG_PRINT_H

/*
 * Entries of the consent log on stdout, in the forms that people and other
 * programs read. Entries have passed entry_read, so no text in them can hold
 * a control character. Errors of stdout are the caller's to look for.
 */

#include "audit/entry.h"

/* One line for people: number, time, type, and the gist. */
void log_print_line(const struct entry *entry);

/* All members of a good line, one a line. */
void log_print_members(struct span line);

/* The header row of log_print_csv. */
void log_print_csv_header(void);

/*
 * One row (RFC 4180) for a good line. The members of a choice have their
 * columns; what other types have stands in the last one as JSON. A cell that a
 * spreadsheet would take for a formula begins with an apostrophe.
 */
void log_print_csv(struct span line);

#endif
