#include "proxy/pulse.h"

#include "base/clock.h"

#include <sys/mman.h>

struct pulse *
pulse_map(size_t n)
{
	const int access = PROT_READ | PROT_WRITE;
	const int kind = MAP_SHARED | MAP_ANONYMOUS;
	struct pulse *at;

	/* no file is behind it: mmap(2) wants -1 then, which cppcheck denies */
	/* cppcheck-suppress invalidFunctionArg */
	at = mmap(NULL, n * sizeof *at, access, kind, -1, 0);
	if (at == MAP_FAILED)
		return NULL;
	return at; /* zeros: no beats */
}

void
pulse_unmap(struct pulse *pulses, size_t n)
{
	if (pulses != NULL)
		(void)munmap(pulses, n * sizeof *pulses); /* it was mapped */
}

void
pulse_reset(struct pulse *p)
{
	atomic_store_explicit(&p->at, 0, memory_order_relaxed);
}

void
pulse_beat(struct pulse *p)
{
	atomic_store_explicit(&p->at, clock_monotonic(), memory_order_relaxed);
}

int64_t
pulse_silence(const struct pulse *p, int64_t now)
{
	int64_t at = atomic_load_explicit(&p->at, memory_order_relaxed);

	if (at == 0)
		return -1;
	/* a broken child may write what it likes */
	return at > now ? 0 : now - at;
}
