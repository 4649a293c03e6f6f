#include "proxy/inventory.h"

#include "base/clock.h"
#include "proxy/control.h"
#include "proxy/inventory_file.h"
#include "proxy/inventory_list.h"
#include "proxy/metrics.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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
	bool fresh = inventory_note(INVENTORY_SET, SPAN("a"), SPAN(""));

	now += 5;
	fresh &= !inventory_note(INVENTORY_SET, SPAN("a"), SPAN(""));
	fresh &= inventory_note(INVENTORY_HOST, SPAN("a"), SPAN(""));
	return fresh ? 0 : 1;
}

static int
see_more(void)
{
	now += 10;
	return inventory_note(INVENTORY_SET, SPAN("a"), SPAN("")) &&
		       inventory_note(INVENTORY_SET, SPAN("b"), SPAN(""))
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
	return inventory_note(INVENTORY_SET, SPAN("a"), SPAN("")) ? 1 : 0;
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
	assert_false(inventory_note(INVENTORY_SET, SPAN("a"), SPAN("")));
	inventory_join(NULL, 0, f.setup.policy);
	assert_false(inventory_note(INVENTORY_SET, SPAN("a"), SPAN("")));
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
		taken += inventory_note(kind, span_of(name), SPAN(""));
	}
	return taken;
}

static int
flood(void)
{
	unsigned i;

	for (i = 0; i < 3; i++)
		(void)inventory_note(INVENTORY_SET, SPAN("often"), SPAN(""));
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
	if (!inventory_note(INVENTORY_HOST, SPAN("shown.example"), SPAN("")) ||
	    !inventory_note(INVENTORY_SET, SPAN("shown"), SPAN("")))
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
	(void)inventory_note(INVENTORY_SET, SPAN("cookie" HUNDRED), SPAN(""));
	(void)inventory_note(INVENTORY_SET, SPAN(""), SPAN(""));
	return inventory_note(
		   INVENTORY_HOST, SPAN(HUNDRED ".tracker.example"), SPAN(""))
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

	memset(all + (size_t)9 * 245760, byte, 245760);
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
	return scribble(0x3e); /* 62: as long as name and path may be */
}

static int
note_once(void)
{
	return inventory_note(INVENTORY_SET, SPAN("a"), SPAN("")) ? 0 : 1;
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
	assert_int_equal(json_array_size(json_object_get(root, "rows")), 5);
	json_decref(root);
	/* who follows makes something of it, too */
	assert_int_equal(as_worker(9, scribble_ones), 0);
	assert_int_equal(as_worker(9, note_once), 0);
	assert_int_equal(find(INVENTORY_SET, "a")->count, 1);
}

static int
see_named(void)
{
	(void)inventory_note(INVENTORY_SET, SPAN("session"), SPAN(""));
	(void)inventory_note(INVENTORY_SET, SPAN("o\x1b;\\\"r"), SPAN(""));
	(void)inventory_note(
	    INVENTORY_HOST, SPAN("a.tracker.example"), SPAN(""));
	(void)inventory_note(INVENTORY_HOST, SPAN("stats.other"), SPAN(""));
	(void)inventory_note(INVENTORY_HOST, SPAN("seldom.other"), SPAN(""));
	(void)inventory_note(INVENTORY_HOST, SPAN("stats.other"), SPAN(""));
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
			    (struct span){name, sizeof name},
			    SPAN("/abcdefghijklmnopqrstuvwx/"
				 "abcdefghijklmnopqrstuvwx/abcdefghijkl"));
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
	(void)inventory_note(INVENTORY_SENT, SPAN("a"), SPAN(""));
	(void)inventory_note(INVENTORY_SENT, SPAN("a"), SPAN(""));
	(void)inventory_note(INVENTORY_SENT, SPAN("b"), SPAN(""));
	return (int)metrics_sum(m, METRIC_INVENTORY + INVENTORY_SENT);
}

static void
rows_are_counted(void **state)
{
	(void)state;
	assert_int_equal(as_worker(0, count_rows), 2);
	assert_int_equal(as_worker(0, count_rows), 2); /* they stay */
}

static int
see_bytes(void)
{
	(void)inventory_note(
	    INVENTORY_SET, SPAN("o\x1b\xff\\\"r"), SPAN("/a/7"));
	(void)inventory_note(
	    INVENTORY_HOST, SPAN(HUNDRED ".b.example"), SPAN(""));
	(void)inventory_note(INVENTORY_INLINE, SPAN("01234567 a b"), SPAN("/"));
	return 0;
}

static void
write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	(void)fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* Another daemon on the same file: what it had is added to what it sees. */
static void
a_file_outlives_the_tables(void **state)
{
	char folder[] = "/tmp/consentd-inventory-XXXXXX", path[64];
	static struct inventory_sum before;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/inventory.json", folder);
	assert_int_equal(inventory_file_read(path, v), CONSENT_ENOENT);
	assert_int_equal(as_worker(0, see_bytes), 0);
	assert_int_equal(as_worker(1, see_some), 0);
	assert_int_equal(
	    inventory_file_write(path, v, f.setup.policy), CONSENT_OK);
	inventory_add_up(v, INVENTORY_SET, &before);
	inventory_unmap(v);
	v = inventory_map();
	assert_int_equal(inventory_file_read(path, v), CONSENT_OK);
	inventory_add_up(v, INVENTORY_SET, &sum);
	assert_int_equal(sum.n, before.n);
	assert_memory_equal(
	    sum.rows[0].name, before.rows[0].name, before.rows[0].n);
	assert_int_equal(sum.rows[0].n_path, 4);
	assert_memory_equal(sum.rows[0].path, "/a/*", 4);
	inventory_add_up(v, INVENTORY_HOST, &sum);
	assert_true(sum.rows[0].is_cut);
	now = 2000000;
	assert_int_equal(as_worker(1, see_some), 0);
	assert_int_equal(find(INVENTORY_SET, "a")->count, 4);
	assert_int_equal(find(INVENTORY_SET, "a")->first, 1000000);
	assert_int_equal(find(INVENTORY_SET, "a")->last, 2000005);
	assert_int_equal(find(INVENTORY_INLINE, "01234567 a b")->count, 1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

static unsigned long allocations_left;

static void *
allot(size_t n)
{
	return allocations_left-- == 1 ? NULL : malloc(n);
}

/* Without memory the file is as it was: none that lacks some rows. */
static void
a_file_is_whole_or_not_written(void **state)
{
	char folder[] = "/tmp/consentd-inventory-XXXXXX", path[64];
	unsigned long n = 0;
	int rc;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/inventory.json", folder);
	assert_int_equal(as_worker(0, see_bytes), 0);
	json_set_alloc_funcs(allot, free);
	do {
		assert_int_equal(access(path, F_OK), -1);
		allocations_left = ++n;
		rc = inventory_file_write(path, v, f.setup.policy);
	} while (rc == CONSENT_ENOMEM);
	json_set_alloc_funcs(malloc, free);
	assert_int_equal(rc, CONSENT_OK);
	assert_true(n > 30); /* several for each of three rows */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

enum {
	NAMES = 20000 /* that are different; the environment may ask for more */
};

static unsigned long
names_asked(void)
{
	const char *text = getenv("NAMES");
	uint64_t n = NAMES;

	if (text != NULL)
		assert_int_equal(
		    span_to_u64(span_of(text), 10, UINT32_MAX, &n), CONSENT_OK);
	return (unsigned long)n;
}

/* Memory of this process that is in use, in KiB. */
static long
memory_used(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0;
}

static int
see_many(void)
{
	unsigned long n = names_asked(), i;
	char name[32];
	long before = 0;
	unsigned kind;

	for (i = 0; i < n; i++) {
		int length = snprintf(name, sizeof name, "name-%lu.example", i);

		for (kind = 0; kind < INVENTORY_KINDS; kind++)
			(void)inventory_note((enum inventory_kind)kind,
			    (struct span){name, (size_t)length}, SPAN("/a"));
		if (i == NAMES / 2)
			before = memory_used();
		if (i % 8 == 0)
			(void)inventory_note(
			    INVENTORY_SET, SPAN("often"), SPAN(""));
	}
	return memory_used() - before < 1024 ? 0 : 1;
}

static void
many_names_take_no_memory(void **state)
{
	unsigned long n = names_asked();
	unsigned kind;

	(void)state;
	assert_int_equal(as_worker(0, see_many), 0);
	for (kind = 0; kind < INVENTORY_KINDS; kind++) {
		inventory_add_up(v, (enum inventory_kind)kind, &sum);
		assert_true(sum.n > 0 && sum.n <= INVENTORY_ROWS);
		/* each is there, or is counted */
		assert_int_equal(
		    sum.n + sum.forgotten, n + (kind == INVENTORY_SET ? 1 : 0));
	}
	assert_int_equal(find(INVENTORY_SET, "often")->count, (n + 7) / 8);
}

#define KINDS                                                                  \
	"\"cookie\":[],\"host\":[],\"reported\":[],\"inline\":[],"             \
	"\"set-cookie\":["

/* Nothing of a file that is wrong anywhere counts. */
static void
a_wrong_file_is_nothing(void **state)
{
	static const char *const wrong[] = {"", "{", "[]", "{}",
	    "{\"consentd-inventory\":2," KINDS "]}",
	    "{\"consentd-inventory\":1}",
	    "{\"consentd-inventory\":1," KINDS "1]}",
	    "{\"consentd-inventory\":1," KINDS "{}]}",
	    "{\"consentd-inventory\":1," KINDS
	    "{\"name\":\"61\",\"cut\":false,\"count\":1,\"first\":1,"
	    "\"last\":1,\"path\":\"\"},"
	    "{\"name\":\"6\",\"cut\":false,\"count\":1,\"first\":1,"
	    "\"last\":1,\"path\":\"\"}]}",
	    "{\"consentd-inventory\":1," KINDS
	    "{\"name\":\"61\",\"cut\":false,\"count\":0,\"first\":1,"
	    "\"last\":1,\"path\":\"\"}]}",
	    "{\"consentd-inventory\":1," KINDS
	    "{\"name\":\"61\",\"cut\":false,\"count\":1,\"first\":2,"
	    "\"last\":1,\"path\":\"\"}]}",
	    "{\"consentd-inventory\":1," KINDS
	    "{\"name\":\"zz\",\"cut\":false,\"count\":1,\"first\":1,"
	    "\"last\":1,\"path\":\"\"}]}"};
	char folder[] = "/tmp/consentd-inventory-XXXXXX", path[64], bad[72];
	struct inventory_file file = {.was_read = false};
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/inventory.json", folder);
	(void)snprintf(bad, sizeof bad, "%s.bad", path);
	f.setup.inventory = path;
	for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		write_text(path, wrong[i]);
		assert_int_equal(inventory_file_read(path, v), CONSENT_EINVAL);
		inventory_add_up(v, INVENTORY_SET, &sum);
		assert_int_equal(sum.n, 0);
	}
	/* the parent moves it aside, and writes when something was seen */
	inventory_file_tend(&file, v, &f.setup);
	assert_int_equal(access(path, F_OK), -1);
	inventory_file_end(&file, v, &f.setup);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(as_worker(0, see_some), 0);
	inventory_file_tend(&file, v, &f.setup); /* not yet */
	assert_int_equal(access(path, F_OK), -1);
	inventory_file_end(&file, v, &f.setup);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(bad), 0);
	assert_int_equal(rmdir(folder), 0);
	inventory_file_end(&file, v, &f.setup); /* nothing is new: no try */
	assert_false(file.is_lost);
	assert_int_equal(as_worker(0, see_again), 0);
	inventory_file_end(&file, v, &f.setup);
	assert_true(file.is_lost);
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
	    EACH(a_file_outlives_the_tables),
	    EACH(a_wrong_file_is_nothing),
	    EACH(a_file_is_whole_or_not_written),
	    EACH(many_names_take_no_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
