#include "base/log_room.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct log_room *
log_room_map(size_t n)
{
	const int access = PROT_READ | PROT_WRITE;
	const int kind = MAP_SHARED | MAP_ANONYMOUS;
	struct log_room *at;

	/* no file is behind it: mmap(2) wants -1 then, which cppcheck denies */
	/* cppcheck-suppress invalidFunctionArg */
	at = mmap(NULL, n * sizeof *at, access, kind, -1, 0);
	if (at == MAP_FAILED)
		return NULL;
	return at;
}

void
log_room_unmap(struct log_room *rooms, size_t n)
{
	if (rooms != NULL)
		(void)munmap(rooms, n * sizeof *rooms); /* it was mapped */
}

bool
log_room_keep(struct log_room *room, struct span line)
{
	size_t n = atomic_load_explicit(&room->n, memory_order_relaxed);

	if (n > sizeof room->text || line.n > sizeof room->text - n)
		return false;
	memcpy(room->text + n, line.p, line.n);
	/* counted when it is whole: who reads it may do so at any time */
	atomic_store_explicit(&room->n, n + line.n, memory_order_release);
	return true;
}

struct span
log_room_lines(const struct log_room *room)
{
	size_t n = atomic_load_explicit(&room->n, memory_order_acquire);

	return (struct span){room->text, n > sizeof room->text ? 0 : n};
}

void
log_room_clear(struct log_room *room)
{
	atomic_store_explicit(&room->n, 0, memory_order_relaxed);
}

void
log_room_add(struct log_room *room, struct span line)
{
	if (log_room_keep(room, line))
		return;
	log_room_empty(room);
	(void)log_room_keep(room, line); /* it is empty: there is room */
}

void
log_room_empty(struct log_room *room)
{
	struct span lines = log_room_lines(room);

	while (lines.n > 0) {
		ssize_t took = write(STDERR_FILENO, lines.p, lines.n);

		if (took <= 0)
			break;
		lines = span_sub(lines, (size_t)took, lines.n);
	}
	log_room_clear(room);
}
