#include "proxy/prelude.h"

#include "fixture.h"

#include <libconsent/buf.h>

static struct {
	struct fixture f;
	struct guard *guard;
	struct preludes *all;
} s;

static int
setup(void **state)
{
	(void)state;
	fixture_open(&s.f, "/");
	assert_int_equal(guard_new(s.f.policy, &s.guard), CONSENT_OK);
	assert_int_equal(preludes_new(&s.all), CONSENT_OK);
	s.f.visit.guard = s.guard;
	s.f.visit.preludes = s.all;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	preludes_free(s.all);
	guard_free(s.guard);
	fixture_close(&s.f);
	return 0;
}

static struct prelude *
take(enum guard_form form)
{
	struct prelude *p = NULL;

	assert_int_equal(prelude_take(&s.f.visit, form, &p), CONSENT_OK);
	assert_non_null(p);
	return p;
}

/* It is what the guard writes for this visit, kept or not. */
static void
check(enum guard_form form)
{
	struct prelude *kept = take(form), *alone;
	struct buf wanted;

	s.f.visit.preludes = NULL;
	alone = take(form);
	s.f.visit.preludes = s.all;
	buf_init(&wanted, GUARD_MAX);
	assert_int_equal(
	    guard_write(s.guard, &s.f.visit.gate, form, &wanted), CONSENT_OK);
	assert_true(span_equal(prelude_text(kept), buf_span(&wanted)));
	assert_true(span_equal(prelude_text(alone), buf_span(&wanted)));
	assert_ptr_not_equal(kept, alone);
	buf_fini(&wanted);
	prelude_give(kept);
	prelude_give(alone);
}

static void
it_is_that_of_the_choice(void **state)
{
	(void)state;
	check(GUARD_HTML);
	check(GUARD_XML);
	fixture_grant(&s.f, "/");
	check(GUARD_HTML);
	s.f.visit.gate.reported = 1;
	check(GUARD_HTML);
}

static void
who_chose_the_same_shares_it(void **state)
{
	struct prelude *first = take(GUARD_HTML), *same = take(GUARD_HTML);
	struct prelude *xml = take(GUARD_XML), *granted;

	(void)state;
	fixture_grant(&s.f, "/");
	s.f.visit.guard = s.guard;
	s.f.visit.preludes = s.all;
	granted = take(GUARD_HTML);
	assert_ptr_equal(first, same);
	assert_ptr_not_equal(first, xml);
	assert_ptr_not_equal(first, granted);
	assert_true(prelude_text(first).n > 0);
	assert_int_equal(prelude_text(granted).n, 0);
	prelude_give(first);
	prelude_give(same);
	prelude_give(xml);
	prelude_give(granted);
}

/* Many choices push out each other; one that a page holds stays as it is. */
static void
few_are_kept(void **state)
{
	struct prelude *held = take(GUARD_HTML), *again;
	unsigned i;

	(void)state;
	for (i = 1; i <= 40; i++) {
		s.f.visit.gate.reported = i;
		check(GUARD_HTML);
	}
	s.f.visit.gate.reported = 0;
	again = take(GUARD_HTML);
	assert_ptr_not_equal(held, again);
	assert_true(span_equal(prelude_text(held), prelude_text(again)));
	prelude_give(held);
	prelude_give(again);
	assert_int_equal(prelude_text(NULL).n, 0);
	prelude_give(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(it_is_that_of_the_choice),
	    TEST(who_chose_the_same_shares_it),
	    TEST(few_are_kept),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
