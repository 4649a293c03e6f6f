#include "audit/recall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
	ROOM = 8
};

static void
name_attempt(uint64_t seq, struct recall_attempt *out)
{
	char id[RECORD_ID];

	(void)snprintf(id, sizeof id, "%021lluA", (unsigned long long)seq);
	memset(out, 0, sizeof *out);
	memcpy(out->id, id, sizeof out->id);
	out->seq = seq;
}

static void
add(struct recall *r, uint64_t seq)
{
	struct recall_attempt attempt;

	name_attempt(seq, &attempt);
	recall_add(r, &attempt);
}

static bool
has(const struct recall *r, uint64_t seq)
{
	const struct recall_attempt *found;
	struct recall_attempt attempt;

	name_attempt(seq, &attempt);
	found = recall_find(r, (struct span){attempt.id, sizeof attempt.id});
	return found != NULL && found->seq == seq;
}

static void
oldest_attempts_go_first(void **state)
{
	struct recall *r = NULL;
	uint64_t i;

	(void)state;
	assert_int_equal(recall_new(ROOM, 2, &r), CONSENT_OK);
	for (i = 0; i < 100; i++) {
		assert_false(has(r, i));
		add(r, i);
		recall_commit(r);
		assert_true(has(r, i));
		assert_true(i < ROOM - 1 || has(r, i - ROOM + 1));
		assert_false(i >= ROOM && has(r, i - ROOM));
	}
	assert_null(recall_find(r, SPAN("short")));
	recall_free(r);
}

static void
rollback_takes_back_what_is_fresh(void **state)
{
	struct recall *r = NULL;
	uint64_t i, round;

	(void)state;
	assert_int_equal(recall_new(ROOM, 2, &r), CONSENT_OK);
	for (i = 0; i < 4; i++)
		add(r, i);
	recall_commit(r);
	for (round = 0; round < 20; round++) {
		for (i = 4; i < 8; i++)
			add(r, i);
		recall_rollback(r);
		for (i = 0; i < 8; i++)
			assert_true(has(r, i) == (i < 4));
	}
	recall_free(r);
}

static void
texts_are_known_by_kind_and_age(void **state)
{
	char a[RECORD_HASH], b[RECORD_HASH], c[RECORD_HASH];
	struct recall *r = NULL;

	(void)state;
	memset(a, 'a', sizeof a);
	memset(b, 'b', sizeof b);
	memset(c, 'c', sizeof c);
	a[RECORD_HASH - 1] = b[RECORD_HASH - 1] = c[RECORD_HASH - 1] = '\0';
	assert_int_equal(recall_new(ROOM, 2, &r), CONSENT_OK);
	recall_add_text(r, LAYOUT_POLICY, a);
	recall_commit(r);
	recall_add_text(r, LAYOUT_NOTICE, b);
	assert_true(recall_is_newest(r, LAYOUT_POLICY, a));
	assert_false(recall_has_text(r, LAYOUT_NOTICE, a));
	recall_rollback(r);
	assert_false(recall_has_text(r, LAYOUT_NOTICE, b));
	assert_true(recall_has_text(r, LAYOUT_POLICY, a));
	recall_add_text(r, LAYOUT_POLICY, b);
	recall_add_text(r, LAYOUT_POLICY, c); /* a makes room */
	recall_commit(r);
	assert_false(recall_has_text(r, LAYOUT_POLICY, a));
	assert_true(recall_has_text(r, LAYOUT_POLICY, b));
	assert_false(recall_is_newest(r, LAYOUT_POLICY, b));
	assert_true(recall_is_newest(r, LAYOUT_POLICY, c));
	recall_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(oldest_attempts_go_first),
	    cmocka_unit_test(rollback_takes_back_what_is_fresh),
	    cmocka_unit_test(texts_are_known_by_kind_and_age),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
