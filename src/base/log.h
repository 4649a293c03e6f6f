#ifndef CONSENT_BASE_LOG_H
#define CONSENT_BASE_LOG_H

/*
 * Diagnostics to stderr, one line an event, one write(2) a line unless they
 * are gathered:
 *	2026-11-01T10:00:00.000Z info worker event.name key=value ...
 * Event names are fixed and documented. Control bytes, blanks inside quoted
 * values and bytes over 0x7E are escaped, so that no input can forge a line.
 * Never pass cookie values, tokens, keys, addresses in full or bodies.
 * Knows nothing of the application; one thread per process.
 */

#include <libconsent/status.h>

struct log_room;

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/* Lines above this level are not written. The default is LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);

/* Names the process in each line ("parent", "worker", "notary"); borrowed. */
void log_set_role(const char *role);

/*
 * From now on lines wait in the room, until it is full, an error or a warning
 * is among them, or log_flush is called; on_line says that the first of them
 * waits. All is borrowed. NULL, as at the start: none waits.
 */
void log_gather(struct log_room *room, void (*on_line)(void *ctx), void *ctx);

/* Writes the lines that wait. */
void log_flush(void);

/*
 * Writes one line. event is a dotted name, format gives "key=%s ..." pairs or
 * is "". A line over 2 KiB is cut and marked with "...".
 */
void log_error(const char *event, const char *format, ...) CONSENT_PRINTF(2, 3);
void log_warn(const char *event, const char *format, ...) CONSENT_PRINTF(2, 3);
void log_info(const char *event, const char *format, ...) CONSENT_PRINTF(2, 3);
void log_debug(const char *event, const char *format, ...) CONSENT_PRINTF(2, 3);

#endif
