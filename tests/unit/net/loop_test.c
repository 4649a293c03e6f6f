#include "net/loop.h"

#include "harness.h"

struct work {
	struct loop *loop;
	struct loop_task task;
	unsigned runs;
	unsigned again; /* queue itself so many times more */
	struct work *cancels;
};

static void
run(void *ctx)
{
	struct work *w = ctx;

	w->runs++;
	if (w->cancels != NULL)
		loop_cancel(&w->cancels->task);
	if (w->again != 0) {
		w->again--;
		loop_defer(w->loop, &w->task);
	}
}

static void
work_init(struct work *w, struct loop *loop)
{
	*w = (struct work){.loop = loop};
	loop_task_init(&w->task, run, w);
}

static void
runs_tasks_once_and_later(void **state)
{
	struct harness h;
	struct work a, b;

	(void)state;
	harness_init(&h);
	work_init(&a, h.loop);
	work_init(&b, h.loop);
	loop_defer(h.loop, &a.task);
	loop_defer(h.loop, &a.task);
	loop_defer(h.loop, &b.task);
	loop_cancel(&b.task);
	loop_cancel(&b.task);
	assert_int_equal(a.runs, 0);
	harness_turn(&h);
	assert_int_equal(a.runs, 1);
	assert_int_equal(b.runs, 0);
	harness_fini(&h);
}

static void
cancels_what_is_due_next(void **state)
{
	struct harness h;
	struct work a, b;

	(void)state;
	harness_init(&h);
	work_init(&a, h.loop);
	work_init(&b, h.loop);
	a.cancels = &b;
	loop_defer(h.loop, &a.task);
	loop_defer(h.loop, &b.task);
	harness_turn(&h);
	assert_int_equal(a.runs, 1);
	assert_int_equal(b.runs, 0);
	harness_fini(&h);
}

static void
lets_others_have_their_turn(void **state)
{
	struct harness h;
	struct work a;

	(void)state;
	harness_init(&h);
	work_init(&a, h.loop);
	a.again = 1000000;
	loop_defer(h.loop, &a.task);
	harness_turn(&h); /* ends because its tick comes through */
	assert_true(a.runs != 0);
	assert_true(a.again != 0);
	loop_cancel(&a.task);
	harness_fini(&h);
}

static void
ends_its_guests(void **state)
{
	struct harness h;
	struct work a, b;

	(void)state;
	harness_init(&h);
	work_init(&a, h.loop);
	work_init(&b, h.loop);
	assert_false(loop_has_guests(h.loop));
	loop_adopt(h.loop, &a.task);
	loop_adopt(h.loop, &b.task);
	assert_true(loop_has_guests(h.loop));
	loop_cancel(&b.task);
	harness_turn(&h);
	assert_int_equal(a.runs, 0);
	a.again = 1; /* what a guest queues still runs */
	harness_fini(&h);
	assert_int_equal(a.runs, 2);
	assert_int_equal(b.runs, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(runs_tasks_once_and_later),
	    cmocka_unit_test(cancels_what_is_due_next),
	    cmocka_unit_test(lets_others_have_their_turn),
	    cmocka_unit_test(ends_its_guests),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
