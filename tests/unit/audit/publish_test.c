#include "fixture.h"
#include "mth.h"

#include "audit/checkpoint.h"
#include "audit/publish.h"
#include "audit/tiles.h"

#include <signal.h>
#include <sys/resource.h>

#define SEGMENT "log/entries/000000000000.jsonl"

static struct ledger *
reopen(void)
{
	struct ledger *l = NULL;

	assert_int_equal(ledger_open("log", &fixture_options, &l), CONSENT_OK);
	return l;
}

static int
open_code(void)
{
	struct ledger *l = NULL;
	int rc = ledger_open("log", &fixture_options, &l);

	ledger_close(l);
	return rc;
}

/* The head that the lines of the first segment ask for. */
static struct merkle_head
head_of_lines(void)
{
	static struct merkle_hash leaves[2000];
	struct merkle_head head = {.n = 0};
	struct buf text;
	struct span rest;

	fixture_read(SEGMENT, &text);
	rest = buf_span(&text);
	while (rest.n > 0)
		assert_int_equal(
		    merkle_leaf(span_cut(&rest, '\n'), &leaves[head.n++]),
		    CONSENT_OK);
	head.root = mth_of(leaves, head.n);
	buf_fini(&text);
	return head;
}

static struct merkle_head
head_on_disk(void)
{
	struct merkle_head head;
	struct buf note;

	fixture_read("log/checkpoint", &note);
	assert_int_equal(
	    checkpoint_read(buf_span(&note), &fixture_ring, &head), CONSENT_OK);
	buf_fini(&note);
	return head;
}

static void
expect_published(void)
{
	struct merkle_head want = head_of_lines(), is = head_on_disk();

	assert_int_equal(is.n, want.n);
	assert_memory_equal(&is.root, &want.root, sizeof is.root);
}

static void
expect_size(const char *path, off_t size)
{
	struct stat st;

	if (stat(path, &st) != 0)
		fail_msg("%s is not there", path);
	assert_int_equal(st.st_size, size);
}

static void
the_checkpoint_is_that_of_the_lines(void **state)
{
	struct ledger *l;
	int i;

	(void)state;
	l = reopen();
	assert_int_equal(ledger_publish(l), CONSENT_OK); /* nothing to do */
	assert_int_equal(access("log/checkpoint", F_OK), -1);
	fixture_introduce(l);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	expect_published();
	for (i = 0; i < 12; i++) {
		fixture_fill(l, 97);
		assert_int_not_equal(ledger_facts(l).published, ledger_next(l));
		assert_int_equal(ledger_publish(l), CONSENT_OK);
		assert_int_equal(ledger_facts(l).published, ledger_next(l));
		expect_published();
		if (i % 3 == 0) {
			ledger_close(l);
			l = reopen();
			assert_int_equal(
			    ledger_facts(l).published, ledger_next(l));
		}
	}
	ledger_close(l);
}

static void
tiles_are_those_of_the_size(void **state)
{
	(void)state;
	fixture_log("log", 600); /* and two texts */
	expect_size("log/tile/0/000", 8192);
	expect_size("log/tile/0/001", 8192);
	expect_size("log/tile/0/002.p/90", 90 * 32);
	expect_size("log/tile/1/000.p/2", 64);
	assert_int_equal(access("log/tile/2", F_OK), -1);
	assert_int_equal(access("log/tile/0/003.p", F_OK), -1);
	assert_int_equal(access("log/tile/entries/001", F_OK), 0);
	assert_int_equal(access("log/tile/entries/002.p/90", F_OK), 0);
	expect_published();
}

static void
bundles_hold_the_lines(void **state)
{
	struct buf bundle, lines;
	struct span rest, entry;
	struct tile tile = {TILE_ENTRIES, 0, TILE_WIDTH};
	int dir;
	unsigned i;

	(void)state;
	fixture_log("log", 300);
	fixture_read(SEGMENT, &lines);
	rest = buf_span(&lines);
	dir = open("log", O_RDONLY | O_DIRECTORY);
	buf_init(&bundle, LAYOUT_TEXT_BYTES);
	for (i = 0; i < 302; i++) {
		if (i % TILE_WIDTH == 0) {
			tile.index = i / TILE_WIDTH;
			tile.width = tile_width(TILE_ENTRIES, tile.index, 302);
			assert_int_equal(
			    tiles_read(dir, &tile, &bundle), CONSENT_OK);
		}
		assert_int_equal(
		    tiles_entry(buf_span(&bundle), i % TILE_WIDTH, &entry),
		    CONSENT_OK);
		assert_true(span_equal(entry, span_cut(&rest, '\n')));
	}
	assert_int_equal(tiles_entry(buf_span(&bundle), i % TILE_WIDTH, &entry),
	    CONSENT_EINVAL);
	(void)close(dir);
	buf_fini(&bundle);
	buf_fini(&lines);
}

static void
partial_tiles_go_when_full_ones_come(void **state)
{
	struct ledger *l;

	(void)state;
	fixture_log("log", 200);
	assert_int_equal(access("log/tile/0/000.p/202", F_OK), 0);
	assert_int_equal(access("log/tile/entries/000.p/202", F_OK), 0);
	l = reopen();
	fixture_fill(l, 10);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	/* each size that was signed keeps its tiles until then */
	assert_int_equal(access("log/tile/0/000.p/202", F_OK), 0);
	assert_int_equal(access("log/tile/0/000.p/212", F_OK), 0);
	fixture_fill(l, 100);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	ledger_close(l);
	assert_int_equal(access("log/tile/0/000.p", F_OK), -1);
	assert_int_equal(access("log/tile/entries/000.p", F_OK), -1);
	expect_size("log/tile/0/000", 8192);
	expect_published();
}

static void
lost_tiles_are_made_anew(void **state)
{
	static const char *const lost[] = {
	    "log/tile/0/001.p/46", "log/tile/1/000.p/1"};
	size_t i;

	(void)state;
	fixture_log("log", 300);
	for (i = 0; i < 2; i++) {
		struct ledger *l;

		assert_int_equal(unlink(lost[i]), 0);
		l = reopen();
		assert_int_equal(ledger_publish(l), CONSENT_OK);
		ledger_close(l);
		assert_int_equal(access(lost[i], F_OK), 0);
		expect_published();
		fixture_write(lost[i], SPAN("nonsense"));
		l = reopen();
		assert_int_equal(ledger_publish(l), CONSENT_OK);
		ledger_close(l);
		expect_size(lost[i], i == 0 ? 46 * 32 : 32);
	}
}

/* what was signed is never contradicted. */
static void
r22_a_log_that_was_rolled_back_is_refused(void **state)
{
	struct buf lines, checkpoint;
	size_t n;

	(void)state;
	fixture_log("log", 5);
	fixture_read(SEGMENT, &lines);
	fixture_read("log/checkpoint", &checkpoint);
	for (n = lines.n - 1; lines.p[n - 1] != '\n';)
		n--;
	fixture_write(SEGMENT, span_sub(buf_span(&lines), 0, n));
	assert_int_equal(open_code(), CONSENT_EDENIED);
	/* another entry in the place of the last */
	lines.p[lines.n - 4] ^= 1;
	fixture_write(SEGMENT, buf_span(&lines));
	assert_int_equal(open_code(), CONSENT_EDENIED);
	lines.p[lines.n - 4] ^= 1;
	fixture_write(SEGMENT, buf_span(&lines));
	assert_int_equal(open_code(), CONSENT_OK);
	/* what stands there after is what stood there before */
	fixture_write("log/checkpoint", SPAN("nonsense\n"));
	assert_int_equal(open_code(), CONSENT_EINVAL);
	fixture_write("log/checkpoint", buf_span(&checkpoint));
	assert_int_equal(open_code(), CONSENT_OK);
	buf_fini(&lines);
	buf_fini(&checkpoint);
}

static void
a_checkpoint_of_another_key_is_refused(void **state)
{
	char error[KEYS_ERROR], kid[KEYS_KID];
	struct keys_folder folder = {"keys", SIGNER_ED25519, error};
	struct ledger *l;

	(void)state;
	fixture_log("log", 5);
	note_ring_fini(&fixture_ring);
	assert_int_equal(keys_create(&folder, "", kid), CONSENT_OK);
	/* a new key goes on, for the old one is still known */
	assert_int_equal(
	    note_ring_open(&folder, ORIGIN, &fixture_ring), CONSENT_OK);
	assert_int_equal(fixture_ring.n, 2);
	l = reopen();
	fixture_fill(l, 1);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	ledger_close(l);
	expect_published();
	note_ring_fini(&fixture_ring);
	folder.path = "others";
	assert_int_equal(
	    note_ring_open(&folder, ORIGIN, &fixture_ring), CONSENT_OK);
	assert_int_equal(open_code(), CONSENT_EDENIED);
}

static void
what_cannot_be_written_is_published_later(void **state)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct rlimit all, none = {0, 0};
	struct ledger *l;

	(void)state;
	assert_int_equal(sigaction(SIGXFSZ, &ignore, NULL), 0);
	l = reopen();
	fixture_introduce(l);
	fixture_fill(l, 300);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
	none.rlim_max = all.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(ledger_publish(l), CONSENT_EIO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
	assert_int_equal(ledger_facts(l).published, 0);
	assert_int_equal(access("log/checkpoint", F_OK), -1);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	ledger_close(l);
	expect_published();
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_checkpoint_is_that_of_the_lines),
	    TEST(tiles_are_those_of_the_size),
	    TEST(bundles_hold_the_lines),
	    TEST(partial_tiles_go_when_full_ones_come),
	    TEST(lost_tiles_are_made_anew),
	    TEST(r22_a_log_that_was_rolled_back_is_refused),
	    TEST(a_checkpoint_of_another_key_is_refused),
	    TEST(what_cannot_be_written_is_published_later),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
