#ifndef CONSENT_BASE_LOG_ROOM_H
#define CONSENT_BASE_LOG_ROOM_H

/*
 * Where lines wait for one write(2) together, those of base/log first of all.
 * The room lies in memory that a process shares with the one that started it,
 * which writes what is left when the process was killed: no line is lost. What
 * is written at once is whole lines and never more than a pipe takes whole
 * (PIPE_BUF), so that those of several processes do not mix. One writer.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>

enum {
	LOG_ROOM_BYTES = 4096 - sizeof(size_t) /* a page with the count */
};

struct log_room {
	_Atomic size_t n; /* bytes of whole lines */
	char text[LOG_ROOM_BYTES];
};

/* n empty rooms in shared memory; NULL without memory. */
struct log_room *log_room_map(size_t n);

/* Gives them back. */
void log_room_unmap(struct log_room *rooms, size_t n);

/* Keeps a line; false, and nothing changes, where there is no room for it. */
bool log_room_keep(struct log_room *room, struct span line);

/* The lines that wait, until the next call; the count is not trusted. */
struct span log_room_lines(const struct log_room *room);

/* None waits any more. */
void log_room_clear(struct log_room *room);

/* Keeps a line of at most LOG_ROOM_BYTES; writes what waits if it must. */
void log_room_add(struct log_room *room, struct span line);

/*
 * Writes what waits. For the parent, too, once the writer has ended: a line
 * that the writer was killed over may come twice then. The count is not
 * trusted. What cannot be written is lost: nothing is left to tell.
 */
void log_room_empty(struct log_room *room);

#endif
