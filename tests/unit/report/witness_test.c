#include "report/witness.h"

#include "../audit/fixture.h"

#include <inttypes.h>

#define SEGMENT "log/entries/000000000000.jsonl"

enum {
	CHOICES = 10
};

/* A witness of the case's log, and its checkpoint. */
struct stand_by {
	struct witness *witness;
	struct witness_head head;
};

static void
call_witness(struct stand_by *s)
{
	buf_init(&s->head.note, NOTE_BYTES + 1);
	assert_int_equal(
	    witness_new("log", &fixture_ring, &s->witness), CONSENT_OK);
	assert_int_equal(witness_look(s->witness, &s->head), CONSENT_OK);
}

static void
dismiss(struct stand_by *s)
{
	witness_free(s->witness);
	buf_fini(&s->head.note);
}

static void
a_good_log_is_read_whole(void **state)
{
	struct witness_entry line;
	struct entry entry;
	struct stand_by s;
	uint64_t n;

	(void)state;
	fixture_log("log", CHOICES);
	call_witness(&s);
	assert_int_equal(s.head.head.n, CHOICES + 2);
	assert_string_equal(s.head.origin, ORIGIN);
	assert_int_equal(witness_check(s.witness, &s.head.head), CONSENT_OK);
	assert_int_equal(witness_size(s.witness), 0);
	for (n = 0; n < s.head.head.n; n++) {
		assert_int_equal(
		    witness_next(s.witness, &line, &entry), CONSENT_OK);
		assert_int_equal(line.seq, n);
		assert_int_equal(entry.seq, n);
		assert_int_equal(line.time, entry.time);
		if (n == 4)
			witness_mark(s.witness);
	}
	assert_int_equal(witness_compare(s.witness, &s.head.head), CONSENT_OK);
	/* past the end there is nothing, which a checkpoint would contradict */
	assert_int_equal(
	    witness_next(s.witness, &line, &entry), CONSENT_EDENIED);
	witness_return(s.witness);
	assert_int_equal(witness_size(s.witness), 5);
	assert_int_equal(witness_next(s.witness, &line, &entry), CONSENT_OK);
	assert_int_equal(line.seq, 5);
	assert_int_equal(witness_check(s.witness, &s.head.head), CONSENT_OK);
	dismiss(&s);
}

static void
write_bytes(const char *path, const struct buf *bytes)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes->p, 1, bytes->n, f), bytes->n);
	assert_int_equal(fclose(f), 0);
}

static void
each_byte_that_changes_is_found(void **state)
{
	struct stand_by s;
	struct buf whole;
	size_t i;

	(void)state;
	fixture_log("log", 2);
	fixture_read(SEGMENT, &whole);
	call_witness(&s);
	for (i = 0; i < whole.n; i++) {
		whole.p[i] ^= 1;
		write_bytes(SEGMENT, &whole);
		whole.p[i] ^= 1;
		if (witness_check(s.witness, &s.head.head) != CONSENT_EDENIED)
			fail_msg("byte %zu was changed", i);
	}
	for (i = 0; i < whole.n; i += 7) {
		struct buf part = whole;

		part.n = i;
		write_bytes(SEGMENT, &part);
		assert_int_equal(
		    witness_check(s.witness, &s.head.head), CONSENT_EDENIED);
	}
	write_bytes(SEGMENT, &whole);
	assert_int_equal(witness_check(s.witness, &s.head.head), CONSENT_OK);
	dismiss(&s);
	buf_fini(&whole);
}

/* Puts one good entry in another's place: the tile tells which. */
static void
an_entry_of_another_leaf_is_named(void **state)
{
	struct buf whole;
	struct stand_by s;
	char *at;

	(void)state;
	fixture_log("log", CHOICES);
	fixture_read(SEGMENT, &whole);
	assert_int_equal(buf_append_byte(&whole, '\0'), CONSENT_OK);
	whole.n--;
	at = strstr(whole.p, "{\"seq\":9,");
	assert_non_null(at);
	at = strstr(at, "\"lang\":\"en\"");
	assert_non_null(at);
	at[9] = 'r';
	write_bytes(SEGMENT, &whole);
	call_witness(&s);
	assert_int_equal(
	    witness_check(s.witness, &s.head.head), CONSENT_EDENIED);
	assert_int_equal(witness_fault(s.witness)->seq, 9);
	assert_int_equal(witness_fault(s.witness)->line, 10);
	assert_string_equal(
	    witness_fault(s.witness)->file, "entries/000000000000.jsonl");
	dismiss(&s);
	buf_fini(&whole);
}

static void
checkpoints_of_others_are_refused(void **state)
{
	struct note_ring none = {.n = 0};
	struct witness_head head;
	struct witness *witness;
	struct buf note;

	(void)state;
	fixture_log("log", 1);
	buf_init(&head.note, NOTE_BYTES + 1);
	assert_int_equal(witness_new("log", &none, &witness), CONSENT_OK);
	assert_int_equal(witness_look(witness, &head), CONSENT_EDENIED);
	witness_free(witness);
	/* nobody's signature is looked at, but it is a checkpoint */
	assert_int_equal(witness_new("log", NULL, &witness), CONSENT_OK);
	assert_int_equal(witness_look(witness, &head), CONSENT_OK);
	assert_string_equal(head.vkey, "");
	fixture_read("log/checkpoint", &note);
	assert_int_equal(buf_append_byte(&note, '\0'), CONSENT_OK);
	write_bytes("log/checkpoint", &note);
	assert_int_equal(witness_look(witness, &head), CONSENT_EDENIED);
	assert_int_equal(unlink("log/checkpoint"), 0);
	assert_int_equal(witness_look(witness, &head), CONSENT_ENOENT);
	assert_int_equal(rename("log", "away"), 0);
	assert_int_equal(witness_look(witness, &head), CONSENT_EIO);
	witness_free(witness);
	buf_fini(&head.note);
	buf_fini(&note);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_good_log_is_read_whole),
	    TEST(each_byte_that_changes_is_found),
	    TEST(an_entry_of_another_leaf_is_named),
	    TEST(checkpoints_of_others_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("report/witness", tests, NULL, NULL);
}
