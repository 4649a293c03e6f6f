#include "proxy/metrics.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

struct slot {
	/* no line shared with another */
	_Alignas(64) _Atomic uint64_t values[METRIC_COUNT];
};

struct metrics {
	struct slot slots[METRICS_SLOTS];
	/* written by the parent alone, before anybody counts by them */
	_Atomic unsigned n_names[NAMES_GIVEN];
	char categories[METRICS_CATEGORIES][NAMES_TEXT];
	char vendors[METRICS_VENDORS][NAMES_TEXT];
};

/* Where this process counts; before it has joined, where nobody looks. */
static struct slot nowhere;
static struct slot *mine = &nowhere;

struct metrics *
metrics_map(void)
{
	const int access = PROT_READ | PROT_WRITE;
	const int kind = MAP_SHARED | MAP_ANONYMOUS;
	struct metrics *m;

	/* no file is behind it: mmap(2) wants -1 then, which cppcheck denies */
	/* cppcheck-suppress invalidFunctionArg */
	m = mmap(NULL, sizeof *m, access, kind, -1, 0);
	if (m == MAP_FAILED)
		return NULL;
	return m; /* zeros */
}

void
metrics_unmap(struct metrics *m)
{
	if (m != NULL)
		(void)munmap(m, sizeof *m); /* it was mapped */
}

void
metrics_join(struct metrics *m, size_t slot)
{
	mine = m == NULL || slot >= METRICS_SLOTS ? &nowhere : &m->slots[slot];
}

static uint64_t
read_value(const struct slot *slot, unsigned what)
{
	return atomic_load_explicit(&slot->values[what], memory_order_relaxed);
}

static void
write_value(struct slot *slot, unsigned what, uint64_t value)
{
	atomic_store_explicit(&slot->values[what], value, memory_order_relaxed);
}

void
metrics_add(unsigned what, uint64_t n)
{
	if (what < METRIC_COUNT)
		write_value(mine, what, read_value(mine, what) + n);
}

void
metrics_set(unsigned what, uint64_t value)
{
	if (what < METRIC_COUNT)
		write_value(mine, what, value);
}

void
metrics_time(unsigned what, int64_t ms)
{
	unsigned i = 0;

	if (ms < 0)
		ms = 0; /* the clock never goes back; a caller may be early */
	while (ms > names_bound(i))
		i++;
	metrics_add(what + i, 1);
	metrics_add(what + NAMES_BUCKETS, (uint64_t)ms);
}

uint64_t
metrics_sum(const struct metrics *m, unsigned what)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < METRICS_SLOTS; i++)
		sum += read_value(&m->slots[i], what);
	return sum;
}

uint64_t
metrics_most(const struct metrics *m, unsigned what)
{
	uint64_t most = 0;
	size_t i;

	for (i = 0; i < METRICS_SLOTS; i++) {
		uint64_t value = read_value(&m->slots[i], what);

		if (value > most)
			most = value;
	}
	return most;
}

void
metrics_vacate(struct metrics *m, size_t slot)
{
	unsigned what;

	for (what = METRIC_STATE; what < METRIC_COUNT; what++)
		write_value(&m->slots[slot], what, 0);
}

/* How many names there are; who reads may not trust it. */
static unsigned
count_names(const struct metrics *m, enum names_given set)
{
	unsigned most = names_room(set);
	unsigned n =
	    atomic_load_explicit(&m->n_names[set], memory_order_acquire);

	return n > most ? most : n;
}

/* Where a name stands. */
static const char *
name_at(const struct metrics *m, enum names_given set, unsigned i)
{
	return set == NAMES_GIVEN_VENDORS ? m->vendors[i] : m->categories[i];
}

void
metrics_name(struct metrics *m, enum names_given set, struct span id)
{
	unsigned n = count_names(m, set), other = names_room(set);
	char *name;

	if (n == other || id.n >= NAMES_TEXT ||
	    metrics_number(m, set, id) < other)
		return;
	name = set == NAMES_GIVEN_VENDORS ? m->vendors[n] : m->categories[n];
	memcpy(name, id.p, id.n);
	name[id.n] = '\0';
	atomic_store_explicit(&m->n_names[set], n + 1, memory_order_release);
}

unsigned
metrics_number(const struct metrics *m, enum names_given set, struct span id)
{
	unsigned n = m == NULL ? 0 : count_names(m, set), i;
	char name[NAMES_TEXT];

	for (i = 0; i < n; i++) {
		metrics_name_of(m, set, i, name);
		if (span_equal(span_of(name), id))
			return i;
	}
	return names_room(set);
}

void
metrics_name_of(const struct metrics *m, enum names_given set, unsigned number,
    char name[NAMES_TEXT])
{
	name[0] = '\0';
	if (number >= count_names(m, set))
		return;
	memcpy(name, name_at(m, set, number), NAMES_TEXT);
	name[NAMES_TEXT - 1] = '\0';
}
