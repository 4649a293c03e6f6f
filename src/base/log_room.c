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

void
log_room_add(struct log_room *room, struct span line)
{
	size_t n = atomic_load_explicit(&room->n, memory_order_relaxed);

	if (line.n > sizeof room->text - n) {
		log_room_empty(room);
		n = 0;
	}
	memcpy(room->text + n, line.p, line.n);
	/* counted when it is whole: who reads it may do so at any time */
	atomic_store_explicit(&room->n, n + line.n, memory_order_release);
}

void
log_room_empty(struct log_room *room)
{
	size_t n = atomic_load_explicit(&room->n, memory_order_acquire);
	size_t at = 0;

	while (n <= sizeof room->text && at < n) {
		ssize_t took = write(STDERR_FILENO, room->text + at, n - at);

		if (took <= 0)
			break;
		at += (size_t)took;
	}
	atomic_store_explicit(&room->n, 0, memory_order_relaxed);
}
