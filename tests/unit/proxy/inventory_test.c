#include "proxy/inventory.h"

#include "base/clock.h"
#include "proxy/control.h"
#include "proxy/inventory_list.h"
#include "proxy/metrics.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"

static struct fixture f;
static struct inventory *v;
static struct metrics *m;
static struct inventory_sum sum;
static int64_t now;

static int64_t
tell_time(void)
{
	return now;
}

static int
setup(void **state)
{
	(void)state;
	now = 1000000;
	clock_replace(tell_time);
	fixture_open(&f, "/");
	m = metrics_map();
	v = inventory_map();
	return m == NULL || v == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	inventory_join(NULL, 0, NULL);
	inventory_unmap(v);
	metrics_unmap(m);
	fixture_close(&f);
	clock_replace(NULL);
	return 0;
}

/* In a worker on that post, which ends then; its exit code. */
static int
as_worker(size_t post, int (*work)(void))
{
	int status;
	pid_t pid;

	inventory_reserve(v, post);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		metrics_join(m, post);
		inventory_join(v, post, f.setup.policy);
		_exit(work());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static const struct inventory_row *
find(enum inventory_kind kind, const char *name)
{
	size_t i;

	inventory_add_up(v, kind, &sum);
	for (i = 0; i < sum.n; i++)
		if (span_equal((struct span){sum.rows[i].name, sum.rows[i].n},
			span_of(name)))
			return &sum.rows[i];
	return NULL;
}

static int
see_some(void)
{
	bool fresh = inventory_note(INVENTORY_SET, SPAN("a"));

	now += 5;
	fresh &= !inventory_note(INVENTORY_SET, SPAN("a"));
	fresh &= inventory_note(INVENTORY_HOST, SPAN("a"));
	return fresh ? 0 : 1;
}

static int
see_more(void)
{
	now += 10;
	return inventory_note(INVENTORY_SET, SPAN("a")) &&
		       inventory_note(INVENTORY_SET, SPAN("b"))
		   ? 0
		   : 1;
}

static void
workers_add_up_and_leave_what_they_saw(void **state)
{
	const struct inventory_row *row;

	(void)state;
	assert_int_equal(as_worker(3, see_some), 0);
	assert_int_equal(as_worker(255, see_more), 0);
	row = find(INVENTORY_SET, "a");
	assert_non_null(row);
	assert_int_equal(row->count, 3);
	assert_int_equal(row->first, 1000000);
	assert_int_equal(row->last, 1000010);
	assert_int_equal(sum.n, 2);
	assert_int_equal(find(INVENTORY_HOST, "a")->count, 1);
	assert_null(find(INVENTORY_SENT, "a"));
	assert_int_equal(sum.n, 0);
}

static int
see_again(void)
{
	return inventory_note(INVENTORY_SET, SPAN("a")) ? 1 : 0;
}

static void
who_follows_on_a_post_counts_on(void **state)
{
	(void)state;
	assert_int_equal(as_worker(7, see_some), 0);
	assert_int_equal(as_worker(7, see_again), 0);
	assert_int_equal(find(INVENTORY_SET, "a")->count, 3);
}

static void
before_it_joins_a_process_notes_nowhere(void **state)
{
	(void)state;
	inventory_reserve(v, 0);
	assert_false(inventory_note(INVENTORY_SET, SPAN("a")));
	inventory_join(NULL, 0, f.setup.policy);
	assert_false(inventory_note(INVENTORY_SET, SPAN("a")));
	assert_null(find(INVENTORY_SET, "a"));
}

/* Names that nobody has had before. */
static unsigned
note_fresh(enum inventory_kind kind, unsigned n)
{
	static unsigned number;
	unsigned taken = 0;
	char name[32];

	while (n-- > 0) {
		(void)snprintf(name, sizeof name, "fresh%u", number++);
		taken += inventory_note(kind, span_of(name));
	}
	return taken;
}

static int
flood(void)
{
	unsigned i;

	for (i = 0; i < 3; i++)
		(void)inventory_note(INVENTORY_SET, SPAN("often"));
	return note_fresh(INVENTORY_SET, 10000) == 10000 ? 0 : 1;
}

static void
what_was_seen_least_goes(void **state)
{
	(void)state;
	assert_int_equal(as_worker(0, flood), 0);
	assert_int_equal(find(INVENTORY_SET, "often")->count, 3);
	assert_int_equal(sum.n, INVENTORY_ROWS);
	assert_int_equal(sum.forgotten, 10001 - INVENTORY_ROWS);
	inventory_add_up(v, INVENTORY_HOST, &sum);
	assert_int_equal(sum.n, 0);
	assert_int_equal(sum.forgotten, 0);
}

static int
flood_as_stranger(void)
{
	if (!inventory_note(INVENTORY_HOST, SPAN("shown.example")) ||
	    !inventory_note(INVENTORY_SET, SPAN("shown")))
		return 1;
	if (note_fresh(INVENTORY_SENT, 1000) != INVENTORY_MINUTE ||
	    note_fresh(INVENTORY_REPORTED, 1000) != INVENTORY_MINUTE)
		return 2;
	now += 59999;
	if (note_fresh(INVENTORY_SENT, 1) != 0)
		return 3;
	now += 1;
	return note_fresh(INVENTORY_SENT, 40) == INVENTORY_MINUTE ? 0 : 4;
}

static void
strangers_have_few_new_names_a_minute(void **state)
{
	(void)state;
	assert_int_equal(as_worker(0, flood_as_stranger), 0);
	assert_non_null(find(INVENTORY_HOST, "shown.example"));
	assert_int_equal(sum.forgotten, 0);
	assert_non_null(find(INVENTORY_SET, "shown"));
	inventory_add_up(v, INVENTORY_SENT, &sum);
	assert_int_equal(sum.n, 2 * INVENTORY_MINUTE);
	assert_int_equal(sum.forgotten, 970 + 1 + 10);
	inventory_add_up(v, INVENTORY_REPORTED, &sum);
	assert_int_equal(sum.n, INVENTORY_MINUTE);
}

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static int
see_long(void)
{
	(void)inventory_note(INVENTORY_SET, SPAN("cookie" HUNDRED));
	(void)inventory_note(INVENTORY_SET, SPAN(""));
	return inventory_note(INVENTORY_HOST, SPAN(HUNDRED ".tracker.example"))
		   ? 0
		   : 1;
}

static void
long_names_are_cut_where_rules_do_not_look(void **state)
{
	(void)state;
	assert_int_equal(as_worker(0, see_long), 0);
	inventory_add_up(v, INVENTORY_SET, &sum);
	assert_int_equal(sum.n, 1);
	assert_true(sum.rows[0].is_cut);
	assert_int_equal(sum.rows[0].n, INVENTORY_NAME);
	assert_memory_equal(sum.rows[0].name, "cookie0123", 10);
	inventory_add_up(v, INVENTORY_HOST, &sum);
	assert_memory_equal(
	    sum.rows[0].name + INVENTORY_NAME - 16, ".tracker.example", 16);
}

/* What a broken worker might write: to all that it has, the same byte. */
static int
scribble(unsigned char byte)
{
	char *all = *(char **)(void *)v; /* the first member */

	memset(all + (size_t)9 * 131072, byte, 131072);
	return 0;
}

static int
scribble_ones(void)
{
	return scribble(0xff);
}

static int
scribble_twos(void)
{
	return scribble(0x5e); /* 94: as long as a name may be */
}

static int
note_once(void)
{
	return inventory_note(INVENTORY_SET, SPAN("a")) ? 0 : 1;
}

static json_t *
list(void)
{
	char *text = inventory_list(v, f.setup.policy);
	json_t *root;

	assert_non_null(text);
	assert_true(strlen(text) < INVENTORY_LIST_TEXT);
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	free(text);
	return root;
}

static void
a_broken_worker_is_not_believed(void **state)
{
	json_t *root;

	(void)state;
	assert_int_equal(as_worker(9, scribble_ones), 0);
	inventory_add_up(v, INVENTORY_SET, &sum);
	assert_int_equal(sum.n, 0); /* odd turns, names that are too long */
	json_decref(list());
	assert_int_equal(as_worker(9, scribble_twos), 0);
	root = list(); /* numbers and times that cannot be */
	assert_int_equal(json_array_size(json_object_get(root, "rows")), 4);
	json_decref(root);
	/* who follows makes something of it, too */
	assert_int_equal(as_worker(9, scribble_ones), 0);
	assert_int_equal(as_worker(9, note_once), 0);
	assert_int_equal(find(INVENTORY_SET, "a")->count, 1);
}

static int
see_named(void)
{
	(void)inventory_note(INVENTORY_SET, SPAN("session"));
	(void)inventory_note(INVENTORY_SET, SPAN("o\x1b;\\\"r"));
	(void)inventory_note(INVENTORY_HOST, SPAN("a.tracker.example"));
	(void)inventory_note(INVENTORY_HOST, SPAN("stats.other"));
	(void)inventory_note(INVENTORY_HOST, SPAN("seldom.other"));
	(void)inventory_note(INVENTORY_HOST, SPAN("stats.other"));
	return 0;
}

static const char *
name_at(const json_t *root, size_t i)
{
	return json_string_value(json_object_get(
	    json_array_get(json_object_get(root, "rows"), i), "name"));
}

static void
the_list_leaves_out_what_a_rule_names(void **state)
{
	json_t *root;

	(void)state;
	assert_int_equal(as_worker(0, see_named), 0);
	root = list();
	assert_int_equal(json_array_size(json_object_get(root, "rows")), 3);
	assert_string_equal(name_at(root, 0), "o\\x1b;\\x5c\"r");
	assert_string_equal(name_at(root, 1), "stats.other");
	assert_string_equal(name_at(root, 2), "seldom.other");
	json_decref(root);
	/* nor does who follows keep it */
	assert_non_null(find(INVENTORY_SET, "session"));
	assert_int_equal(as_worker(0, see_again), 1);
	assert_null(find(INVENTORY_SET, "session"));
	assert_null(find(INVENTORY_HOST, "a.tracker.example"));
	assert_non_null(find(INVENTORY_HOST, "stats.other"));
}

/* Names as long and as hard to spell as can be. */
static int
see_worst(void)
{
	char name[INVENTORY_NAME + 1];
	unsigned i, kind;

	memset(name, '\\', sizeof name);
	for (kind = 0; kind < INVENTORY_KINDS; kind++)
		for (i = 0; i < INVENTORY_ROWS; i++) {
			now += 60000;
			memcpy(name + 40, &i, sizeof i);
			(void)inventory_note((enum inventory_kind)kind,
			    (struct span){name, sizeof name});
		}
	return 0;
}

static void
no_list_is_longer_than_an_answer(void **state)
{
	json_t *root;

	(void)state;
	_Static_assert((int)INVENTORY_LIST_TEXT < (int)CONTROL_ANSWER, "fits");
	assert_int_equal(as_worker(0, see_worst), 0);
	root = list();
	assert_true(json_array_size(json_object_get(root, "rows")) > 100);
	assert_true(json_integer_value(json_object_get(
			json_object_get(root, "forgotten"), "host")) > 0);
	json_decref(root);
}

static int
count_rows(void)
{
	(void)inventory_note(INVENTORY_SENT, SPAN("a"));
	(void)inventory_note(INVENTORY_SENT, SPAN("a"));
	(void)inventory_note(INVENTORY_SENT, SPAN("b"));
	return (int)metrics_sum(m, METRIC_INVENTORY + INVENTORY_SENT);
}

static void
rows_are_counted(void **state)
{
	(void)state;
	assert_int_equal(as_worker(0, count_rows), 2);
	assert_int_equal(as_worker(0, count_rows), 2); /* they stay */
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
	    EACH(workers_add_up_and_leave_what_they_saw),
	    EACH(who_follows_on_a_post_counts_on),
	    EACH(before_it_joins_a_process_notes_nowhere),
	    EACH(what_was_seen_least_goes),
	    EACH(strangers_have_few_new_names_a_minute),
	    EACH(long_names_are_cut_where_rules_do_not_look),
	    EACH(a_broken_worker_is_not_believed),
	    EACH(the_list_leaves_out_what_a_rule_names),
	    EACH(no_list_is_longer_than_an_answer),
	    EACH(rows_are_counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
