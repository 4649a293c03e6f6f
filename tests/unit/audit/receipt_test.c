#include "fixture.h"

#include "audit/proof.h"
#include "audit/receipt.h"

#define SEGMENT "log/entries/000000000000.jsonl"

/* Line i of the first segment. */
static struct span
line_at(const struct buf *text, uint64_t i)
{
	struct span rest = buf_span(text), line = {NULL, 0};

	for (;; i--) {
		line = span_cut(&rest, '\n');
		if (i == 0)
			return line;
	}
}

static int
check(const struct receipt *r)
{
	struct proof proof;
	const char *why;
	int rc = proof_read(buf_span(&r->proof), &proof);

	return rc == CONSENT_OK ? proof_check(&proof, buf_span(&r->entry),
				      &fixture_ring, &why)
				: rc;
}

/* every entry has its proof, and goes through JSON and back. */
static void
r22_each_entry_has_a_receipt_that_holds(void **state)
{
	struct receipt made, read;
	struct buf lines, json;
	uint64_t seq;

	(void)state;
	fixture_log("log", 300);
	fixture_read(SEGMENT, &lines);
	receipt_init(&made);
	receipt_init(&read);
	buf_init(&json, RECEIPT_BYTES);
	for (seq = 0; seq < 302; seq += seq < 250 ? 25 : 1) {
		assert_int_equal(receipt_find("log", seq, &made), CONSENT_OK);
		assert_true(
		    span_equal(buf_span(&made.entry), line_at(&lines, seq)));
		assert_int_equal(check(&made), CONSENT_OK);
		buf_clear(&json);
		assert_int_equal(receipt_write(&made, &json), CONSENT_OK);
		assert_true(span_starts(
		    buf_span(&json), SPAN("{\"entry\":\"{\\\"seq\\\":")));
		assert_int_equal(
		    receipt_read(buf_span(&json), &read), CONSENT_OK);
		assert_int_equal(check(&read), CONSENT_OK);
		read.entry.p[read.entry.n / 2] ^= 1;
		assert_int_equal(check(&read), CONSENT_EDENIED);
	}
	assert_int_equal(receipt_find("log", seq, &made), CONSENT_EBUSY);
	/* without the bundle the segment serves */
	assert_int_equal(unlink("log/tile/entries/000"), 0);
	assert_int_equal(receipt_find("log", 17, &made), CONSENT_OK);
	assert_int_equal(check(&made), CONSENT_OK);
	buf_fini(&json);
	buf_fini(&lines);
	receipt_fini(&made);
	receipt_fini(&read);
}

static void
none_is_made_that_would_not_hold(void **state)
{
	struct receipt r;
	struct buf lines, tile;

	(void)state;
	receipt_init(&r);
	assert_int_equal(receipt_find("log", 0, &r), CONSENT_ENOENT);
	fixture_log("log", 300);
	assert_int_equal(unlink("log/tile/entries/000"), 0);
	fixture_read(SEGMENT, &lines);
	lines.p[20] ^= 1; /* in the id of the first entry */
	fixture_write(SEGMENT, buf_span(&lines));
	assert_int_equal(receipt_find("log", 0, &r), CONSENT_EINVAL);
	assert_int_equal(receipt_find("log", 1, &r), CONSENT_OK);
	fixture_read("log/tile/0/000", &tile);
	tile.p[32 * 2] ^= 1;
	fixture_write("log/tile/0/000", buf_span(&tile));
	assert_int_equal(receipt_find("log", 1, &r), CONSENT_EINVAL);
	assert_int_equal(unlink("log/tile/0/000"), 0);
	assert_int_equal(receipt_find("log", 1, &r), CONSENT_EINVAL);
	fixture_write("log/checkpoint", SPAN("nonsense"));
	assert_int_equal(receipt_find("log", 1, &r), CONSENT_EINVAL);
	assert_int_equal(unlink("log/checkpoint"), 0);
	assert_int_equal(receipt_find("log", 1, &r), CONSENT_ENOENT);
	buf_fini(&lines);
	buf_fini(&tile);
	receipt_fini(&r);
}

static void
what_is_no_receipt_is_refused(void **state)
{
	static const char *const bad[] = {"", "{}", "[]", "{\"entry\":\"a\"}",
	    "{\"entry\":\"a\",\"proof\":1}", "{\"entry\":\"a\",\"proof\":null}",
	    "{\"entry\":\"a\",\"proof\":\"b\",\"more\":1}",
	    "{\"entry\":\"a\",\"entry\":\"b\",\"proof\":\"c\"}",
	    "{\"entry\":\"a\",\"proof\":\"b\"} x", "{\"entry\":\"a\\u0000\"}"};
	struct receipt r;
	size_t i;

	(void)state;
	receipt_init(&r);
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (receipt_read(span_of(bad[i]), &r) != CONSENT_EINVAL)
			fail_msg("was read: %s", bad[i]);
	assert_int_equal(
	    receipt_read(SPAN("{\"proof\":\"b\",\"entry\":\"a\"}"), &r),
	    CONSENT_OK);
	assert_true(span_equal(buf_span(&r.entry), SPAN("a")));
	receipt_fini(&r);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r22_each_entry_has_a_receipt_that_holds),
	    TEST(none_is_made_that_would_not_hold),
	    TEST(what_is_no_receipt_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
