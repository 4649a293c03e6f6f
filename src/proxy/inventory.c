#include "proxy/inventory.h"

#include "base/clock.h"
#include "proxy/metrics.h"
#include "proxy/told.h"

#include <libconsent/policy.h>
#include <libconsent/url.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	WAYS = 8, /* rows that a name may stand in */
	SETS = INVENTORY_ROWS / WAYS,
	MINUTE = 60000,
	TRIES = 4 /* to read a row that is being written */
};

struct row {
	_Atomic uint32_t turn; /* odd while the name is written */
	uint32_t hash;
	_Atomic int64_t first, last;
	_Atomic uint64_t count;
	unsigned char length; /* 0: free */
	unsigned char is_cut;
	unsigned char path_length;
	char name[INVENTORY_NAME];
	char path[INVENTORY_PATH];
};

struct table {
	struct row rows[SETS][WAYS];
	_Atomic uint64_t forgotten;
	char rest[1528];
};

/* Of one post: whole pages, so that a worker can give up all others. */
struct slot {
	struct table tables[INVENTORY_KINDS];
};

_Static_assert(sizeof(struct slot) % 4096 == 0, "whole pages");
_Static_assert((int)INVENTORY_KINDS == (int)NAMES_FINDS, "a name for each");
_Static_assert(SETS *WAYS == INVENTORY_ROWS, "no row is left over");

struct inventory {
	struct slot *slots;
	bool reserved[METRICS_POSTS]; /* the parent's own: others are zeros */
	struct inventory_sum *kept;   /* of earlier, by kind, or NULL */
};

/* Where this process notes; NULL: nowhere. */
static struct slot *mine;

/* What it knows of its tables besides. */
static struct {
	unsigned rows[INVENTORY_KINDS];	 /* in use */
	unsigned fresh[INVENTORY_KINDS]; /* taken in this minute */
	int64_t since[INVENTORY_KINDS];	 /* its begin, monotonic ms; 0: none */
	bool is_tool;			 /* nobody else sends anything */
} state;

/* ---- memory ----------------------------------------------------------- */

struct inventory *
inventory_map(void)
{
	const int access = PROT_READ | PROT_WRITE;
	const int kind = MAP_SHARED | MAP_ANONYMOUS;
	struct inventory *v = calloc(1, sizeof *v);

	if (v == NULL)
		return NULL;
	/* no file is behind it: mmap(2) wants -1 then, which cppcheck denies */
	v->slots =
	    /* cppcheck-suppress invalidFunctionArg */
	    mmap(NULL, METRICS_POSTS * sizeof *v->slots, access, kind, -1, 0);
	if (v->slots == MAP_FAILED) {
		free(v);
		return NULL;
	}
	return v;
}

/* Gives up the slots from one to before another. */
static void
give_up(const struct inventory *v, size_t from, size_t to)
{
	if (from < to) /* it was mapped */
		(void)munmap(&v->slots[from], (to - from) * sizeof v->slots[0]);
}

void
inventory_unmap(struct inventory *v)
{
	if (v == NULL)
		return;
	give_up(v, 0, METRICS_POSTS);
	free(v->kept);
	free(v);
}

void
inventory_reserve(struct inventory *v, size_t post)
{
	if (post < METRICS_POSTS)
		v->reserved[post] = true;
}

/* ---- rows ------------------------------------------------------------- */

static uint64_t
load(const _Atomic uint64_t *from)
{
	return atomic_load_explicit(from, memory_order_relaxed);
}

static int64_t
load_time(const _Atomic int64_t *from)
{
	return atomic_load_explicit(from, memory_order_relaxed);
}

static void
store_time(_Atomic int64_t *to, int64_t when)
{
	atomic_store_explicit(to, when, memory_order_relaxed);
}

static void
store(_Atomic uint64_t *to, uint64_t value)
{
	atomic_store_explicit(to, value, memory_order_relaxed);
}

/* Who reads sees the odd turn before, and the even one behind, the name. */
static void
begin_turn(struct row *row)
{
	uint32_t turn = atomic_load_explicit(&row->turn, memory_order_relaxed);

	atomic_store_explicit(&row->turn, turn | 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
}

static void
end_turn(struct row *row)
{
	uint32_t turn = atomic_load_explicit(&row->turn, memory_order_relaxed);

	atomic_store_explicit(&row->turn, turn + 1, memory_order_release);
}

static void
clear_row(struct row *row)
{
	begin_turn(row);
	row->length = 0;
	end_turn(row);
}

/* What is noted: the name as far as it is kept. */
struct noted {
	struct span name, path;
	uint64_t key;
	bool is_cut;
};

static bool
is_host(enum inventory_kind kind)
{
	return kind == INVENTORY_HOST || kind == INVENTORY_REPORTED;
}

/* Whether anybody can make such names up; a script may differ each time. */
static bool
is_of_strangers(enum inventory_kind kind)
{
	return kind == INVENTORY_SENT || kind == INVENTORY_REPORTED ||
	       kind == INVENTORY_INLINE;
}

static struct noted
cut(enum inventory_kind kind, struct span name)
{
	struct noted noted = {.name = name, .is_cut = name.n > INVENTORY_NAME};

	/* what a rule would name of a host is its end */
	if (noted.is_cut && is_host(kind))
		noted.name = span_sub(name, name.n - INVENTORY_NAME, name.n);
	else
		noted.name = span_sub(name, 0, INVENTORY_NAME);
	noted.key = told_key(TOLD_KEY, noted.name);
	return noted;
}

static void
write_row(struct row *row, const struct noted *noted)
{
	int64_t now = clock_now();

	begin_turn(row);
	row->hash = (uint32_t)noted->key;
	row->length = (unsigned char)noted->name.n;
	row->is_cut = noted->is_cut;
	row->path_length =
	    (unsigned char)inventory_path(noted->path, row->path);
	memcpy(row->name, noted->name.p, noted->name.n);
	store_time(&row->first, now);
	store_time(&row->last, now);
	store(&row->count, 1);
	end_turn(row);
}

static bool
holds(const struct row *row, const struct noted *noted)
{
	return row->hash == (uint32_t)noted->key &&
	       row->length == noted->name.n &&
	       memcmp(row->name, noted->name.p, noted->name.n) == 0;
}

/* Whether a row goes rather than another. */
static bool
is_lesser(const struct row *a, const struct row *b)
{
	uint64_t n = load(&a->count), m = load(&b->count);

	if (a->length == 0 || b->length == 0)
		return a->length < b->length;
	return n != m ? n < m : load_time(&a->last) < load_time(&b->last);
}

/* ---- a worker --------------------------------------------------------- */

/* Whether one more new name is taken now. */
static bool
is_taken(enum inventory_kind kind)
{
	int64_t now;

	if (state.is_tool || !is_of_strangers(kind))
		return true;
	now = clock_monotonic();
	if (state.since[kind] == 0 || now - state.since[kind] >= MINUTE) {
		state.since[kind] = now;
		state.fresh[kind] = 0;
	}
	return state.fresh[kind]++ < INVENTORY_MINUTE;
}

static void
tell_rows(enum inventory_kind kind)
{
	metrics_set(METRIC_INVENTORY + kind, state.rows[kind]);
}

static bool
add(enum inventory_kind kind, struct row *room, const struct noted *noted)
{
	struct table *table = &mine->tables[kind];
	bool taken = is_taken(kind);

	if (!taken || room->length > 0)
		store(&table->forgotten, load(&table->forgotten) + 1);
	if (!taken)
		return false;
	if (room->length == 0)
		state.rows[kind]++;
	write_row(room, noted);
	tell_rows(kind);
	return true;
}

/* Counts n more where the name has a row; else *room is the one to go. */
static bool
count_known(enum inventory_kind kind, const struct noted *noted, size_t n,
    struct row **room)
{
	size_t at = (noted->key ^ noted->key >> 32) % SETS, i;
	struct row *set = mine->tables[kind].rows[at];

	*room = set;
	for (i = 0; i < WAYS; i++) {
		if (holds(&set[i], noted)) {
			store(&set[i].count, load(&set[i].count) + n);
			store_time(&set[i].last, clock_now());
			return true;
		}
		if (is_lesser(&set[i], *room))
			*room = &set[i];
	}
	return false;
}

/* What is noted of a name and a path. */
static struct noted
noted_of(enum inventory_kind kind, struct span name, struct span path)
{
	struct noted noted = cut(kind, name);

	noted.path = path;
	return noted;
}

bool
inventory_note(enum inventory_kind kind, struct span name, struct span path)
{
	struct noted noted;
	struct row *room;

	if (mine == NULL || name.n == 0)
		return false;
	noted = noted_of(kind, name, path);
	return !count_known(kind, &noted, 1, &room) && add(kind, room, &noted);
}

void
inventory_note_times(
    enum inventory_kind kind, struct span name, struct span path, size_t times)
{
	struct noted noted;
	struct row *room;

	if (mine == NULL || name.n == 0)
		return;
	noted = noted_of(kind, name, path);
	for (; times > 0 && !count_known(kind, &noted, times, &room); times--)
		(void)add(kind, room, &noted); /* counted either way */
}

bool
inventory_is_named(
    const struct policy *policy, enum inventory_kind kind, struct span name)
{
	if (kind == INVENTORY_INLINE)
		return false;
	return is_host(kind) ? policy_find_host(policy, name) != NULL
			     : policy_find_cookie(policy, name) != NULL;
}

/* What a worker before us has left in a row. */
static void
review_row(
    struct row *row, enum inventory_kind kind, const struct policy *policy)
{
	uint32_t turn = atomic_load_explicit(&row->turn, memory_order_relaxed);
	bool is_broken = (turn & 1) != 0 || row->length > INVENTORY_NAME ||
			 row->path_length > INVENTORY_PATH;
	struct span name = {row->name, row->length};

	if (is_broken || (row->length > 0 && row->is_cut == 0 &&
			     inventory_is_named(policy, kind, name)))
		clear_row(row);
	if (row->length > 0)
		state.rows[kind]++;
}

static void
review(const struct policy *policy)
{
	unsigned kind;
	size_t i;

	for (kind = 0; kind < INVENTORY_KINDS; kind++) {
		for (i = 0; i < INVENTORY_ROWS; i++)
			review_row(&mine->tables[kind].rows[i / WAYS][i % WAYS],
			    (enum inventory_kind)kind, policy);
		tell_rows((enum inventory_kind)kind);
	}
}

void
inventory_begin(struct inventory *v, const struct policy *policy)
{
	memset(&state, 0, sizeof state);
	state.is_tool = true;
	inventory_reserve(v, 0);
	mine = &v->slots[0];
	review(policy);
}

void
inventory_join(struct inventory *v, size_t post, const struct policy *policy)
{
	memset(&state, 0, sizeof state);
	mine = NULL;
	if (v == NULL || post >= METRICS_POSTS)
		return;
	mine = &v->slots[post];
	free(v->kept);
	v->kept = NULL;
	give_up(v, 0, post);
	give_up(v, post + 1, METRICS_POSTS);
	review(policy);
}

/* ---- who reads -------------------------------------------------------- */

/* A copy of a row that is whole; false where there is none. */
static bool
read_row(const struct row *row, struct inventory_row *out)
{
	unsigned try;

	for (try = 0; try < TRIES; try++) {
		uint32_t turn =
		    atomic_load_explicit(&row->turn, memory_order_acquire);

		out->n = row->length;
		out->is_cut = row->is_cut != 0;
		out->n_path = row->path_length;
		memcpy(out->name, row->name, sizeof out->name);
		memcpy(out->path, row->path, sizeof out->path);
		out->first = load_time(&row->first);
		out->last = load_time(&row->last);
		out->count = load(&row->count);
		atomic_thread_fence(memory_order_acquire);
		if ((turn & 1) == 0 && turn == atomic_load_explicit(&row->turn,
						   memory_order_relaxed))
			return out->n > 0 && out->n <= INVENTORY_NAME &&
			       out->n_path <= INVENTORY_PATH;
	}
	return false;
}

static uint64_t
add_numbers(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void
add_row(struct inventory_sum *sum, const struct inventory_row *row)
{
	struct inventory_row *same = sum->rows;
	size_t i;

	for (i = 0; i < sum->n; i++, same++)
		if (same->n == row->n && same->is_cut == row->is_cut &&
		    memcmp(same->name, row->name, row->n) == 0)
			break;
	if (i == INVENTORY_SUM) {
		sum->forgotten = add_numbers(sum->forgotten, 1);
	} else if (i == sum->n) {
		sum->rows[sum->n++] = *row;
	} else {
		if (row->first < same->first) {
			same->first = row->first;
			same->n_path = row->n_path;
			memcpy(same->path, row->path, sizeof same->path);
		}
		if (row->last > same->last)
			same->last = row->last;
		same->count = add_numbers(same->count, row->count);
	}
}

void
inventory_add_up(const struct inventory *v, enum inventory_kind kind,
    struct inventory_sum *sum)
{
	size_t post, i;

	sum->n = 0;
	sum->forgotten = 0;
	for (i = 0; v->kept != NULL && i < v->kept[kind].n; i++)
		add_row(sum, &v->kept[kind].rows[i]);
	for (post = 0; post < METRICS_POSTS; post++) {
		const struct table *table = &v->slots[post].tables[kind];
		struct inventory_row row;

		if (!v->reserved[post])
			continue;
		sum->forgotten =
		    add_numbers(sum->forgotten, load(&table->forgotten));
		for (i = 0; i < INVENTORY_ROWS; i++)
			if (read_row(&table->rows[i / WAYS][i % WAYS], &row))
				add_row(sum, &row);
	}
}

bool
inventory_restore(struct inventory *v, enum inventory_kind kind,
    const struct inventory_row *row)
{
	if (v->kept == NULL)
		v->kept = calloc(INVENTORY_KINDS, sizeof *v->kept);
	if (v->kept == NULL || v->kept[kind].n == INVENTORY_SUM)
		return false;
	v->kept[kind].rows[v->kept[kind].n++] = *row;
	return true;
}

uint64_t
inventory_total(const struct inventory *v)
{
	uint64_t total = 0;
	size_t post, i;
	unsigned kind;

	for (post = 0; post < METRICS_POSTS; post++)
		for (kind = 0; v->reserved[post] && kind < INVENTORY_KINDS;
		     kind++)
			for (i = 0; i < INVENTORY_ROWS; i++)
				total += load(&v->slots[post]
						   .tables[kind]
						   .rows[i / WAYS][i % WAYS]
						   .count);
	return total;
}

const char *
inventory_kind_name(enum inventory_kind kind)
{
	return names_of(NAMES_OF_FINDS)->values[kind];
}
