#include "fixture.h"

#include "growing.h"

#include "audit/checkpoint.h"
#include "audit/merkle.h"

/*
 * A log after a clean stop, in which one thing is changed: verify with the
 * public key must name the place. TAMPER in the environment is the step from
 * one byte to the next, 1 for each of them.
 */

#define SEGMENT "entries/000000000000.jsonl"

enum {
	LINES = 400,
	FILES = 64
};

static struct note_ring public_ring;

/* Makes fsync nothing: what a power loss leaves is not asked here. */
int
fsync(int fd)
{
	(void)fd;
	return 0;
}

int
fdatasync(int fd)
{
	(void)fd;
	return 0;
}

/* ---- the log ---------------------------------------------------------- */

/* Grows "log" of about n entries; its public key is all that is kept. */
static void
grow(uint64_t n, uint64_t segment)
{
	struct growth how = {.dir = "log",
	    .ring = &fixture_ring,
	    .seed = n,
	    .entries = n,
	    .segment_size = segment,
	    .round = 10};
	char vkey[NOTE_VKEY];

	assert_int_equal(growing_run(&how), CONSENT_OK);
	note_key_write(fixture_ring.keys[0], vkey);
	note_ring_fini(&public_ring);
	public_ring.n = 1;
	assert_int_equal(
	    note_key_read(span_of(vkey), &public_ring.keys[0]), CONSENT_OK);
}

static int
forget_key(void **state)
{
	note_ring_fini(&public_ring);
	return fixture_teardown(state);
}

static int
verify(struct verify_result *result)
{
	const struct verify_options options = {.ring = &public_ring};

	return verify_run("log", &options, result);
}

static void
expect_good(void)
{
	struct verify_result result;
	int rc = verify(&result);

	if (rc != CONSENT_OK)
		print_message("%s: %s\n", result.fault.file, result.fault.why);
	assert_int_equal(rc, CONSENT_OK);
}

/* The log does not hold, and the place that is named is this one. */
static void
expect_bad(const char *what, const char *file, uint64_t line)
{
	struct verify_result result;
	int rc = verify(&result);

	if (rc == CONSENT_EDENIED &&
	    (file == NULL || strcmp(result.fault.file, file) == 0) &&
	    (line == 0 || result.fault.line == line))
		return;
	fail_msg("%s in %s:%llu: %d, %s:%llu: %s", what, file,
	    (unsigned long long)line, rc, result.fault.file,
	    (unsigned long long)result.fault.line, result.fault.why);
}

static unsigned
step(void)
{
	const char *wish = getenv("TAMPER");
	uint64_t n = 29;

	if (wish != NULL)
		assert_int_equal(
		    span_to_u64(span_of(wish), 10, 1000, &n), CONSENT_OK);
	return (unsigned)n;
}

/* ---- its files -------------------------------------------------------- */

static char files[FILES][128];
static unsigned n_files;

/* For nftw: remembers a file that is evidence. */
static int
keep_file(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)at;
	if (type != FTW_F || strcmp(path, "log/lock") == 0)
		return 0;
	assert_true(n_files < FILES);
	(void)snprintf(files[n_files++], sizeof files[0], "%s", path + 4);
	return 0;
}

static void
list_files(void)
{
	n_files = 0;
	assert_int_equal(nftw("log", keep_file, 8, FTW_PHYS), 0);
	assert_true(n_files >= 6);
}

static const char *
path_of(const char *file)
{
	static char path[160];

	(void)snprintf(path, sizeof path, "log/%s", file);
	return path;
}

static void
put(const char *file, struct span bytes)
{
	char folder[160];
	char *slash;

	(void)snprintf(folder, sizeof folder, "%s", path_of(file));
	slash = strrchr(folder, '/');
	*slash = '\0';
	(void)mkdir(folder, 0700); /* it may be there */
	fixture_write(path_of(file), bytes);
}

/* The lines of the one segment. */
static struct span lines[LINES];

static unsigned
split(struct span text)
{
	unsigned n = 0;

	while (text.n > 0) {
		assert_true(n < LINES);
		lines[n++] = span_cut(&text, '\n');
	}
	return n;
}

/* Writes the segment with its lines in that order. */
static void
put_lines(const struct span *order, unsigned n)
{
	struct buf text;
	unsigned i;

	buf_init(&text, 1 << 20);
	for (i = 0; i < n; i++) {
		assert_int_equal(buf_append(&text, order[i]), CONSENT_OK);
		assert_int_equal(buf_append_byte(&text, '\n'), CONSENT_OK);
	}
	put(SEGMENT, buf_span(&text));
	buf_fini(&text);
}

/* ---- bytes ------------------------------------------------------------ */

/* The line of a byte; texts of policies have none of the log's. */
static uint64_t
line_of(const char *file, struct span text, size_t at)
{
	uint64_t line = 1;
	size_t i;

	if (strncmp(file, LAYOUT_ENTRIES, 7) != 0)
		return 0;
	for (i = 0; i < at; i++)
		line += text.p[i] == '\n';
	return line;
}

static unsigned
flip_file(const char *file, unsigned by, size_t from)
{
	bool is_text = strncmp(file, LAYOUT_POLICIES, 8) == 0 ||
		       strncmp(file, LAYOUT_NOTICES, 7) == 0;
	struct buf text;
	unsigned n = 0;
	size_t at;
	int fd;

	fixture_read(path_of(file), &text);
	fd = open(path_of(file), O_WRONLY);
	assert_true(fd >= 0);
	for (at = from % by; at < text.n; at += by, n++) {
		char bad = (char)(text.p[at] ^ (n % 3 == 2 ? 0x20 : 1));

		assert_int_equal(pwrite(fd, &bad, 1, (off_t)at), 1);
		expect_bad("a flipped byte", is_text ? NULL : file,
		    line_of(file, buf_span(&text), at));
		assert_int_equal(pwrite(fd, text.p + at, 1, (off_t)at), 1);
	}
	(void)close(fd);
	buf_fini(&text);
	return n;
}

static void
flip_all(unsigned by)
{
	unsigned i, n = 0;

	list_files();
	for (i = 0; i < n_files; i++)
		n += flip_file(files[i], by, i);
	expect_good();
	print_message("# %u bytes flipped\n", n);
}

static void
r22_every_byte_of_fifty_entries_is_tied(void **state)
{
	(void)state;
	grow(49, 0);
	flip_all(step());
}

static void
every_byte_of_full_tiles_is_tied(void **state)
{
	(void)state;
	grow(300, 40000);
	flip_all(step() * 53);
}

static void
a_tail_cut_at_any_byte_is_missed(void **state)
{
	struct buf text;
	unsigned by = step();
	size_t n;

	(void)state;
	grow(49, 0);
	fixture_read(path_of(SEGMENT), &text);
	for (n = text.n - 1; n > by; n -= by) {
		assert_int_equal(truncate(path_of(SEGMENT), (off_t)n), 0);
		expect_bad(
		    "a cut", SEGMENT, line_of(SEGMENT, buf_span(&text), n));
	}
	buf_fini(&text);
}

/* ---- lines ------------------------------------------------------------ */

static void
lines_deleted_doubled_and_swapped_are_named(void **state)
{
	struct span order[LINES + 1];
	struct buf text;
	unsigned i, n;

	(void)state;
	grow(49, 0);
	fixture_read(path_of(SEGMENT), &text);
	n = split(buf_span(&text));
	for (i = 0; i < n; i++) {
		size_t tail = n - i - 1;

		memcpy(order, lines, n * sizeof *order);
		memmove(order + i, order + i + 1, tail * sizeof *order);
		put_lines(order, n - 1);
		expect_bad("a deleted line", SEGMENT, i + 1);
		memcpy(order, lines, n * sizeof *order);
		memmove(order + i + 1, order + i, (tail + 1) * sizeof *order);
		put_lines(order, n + 1);
		expect_bad("a doubled line", SEGMENT, i + 2);
		if (i + 1 == n)
			break;
		memcpy(order, lines, n * sizeof *order);
		order[i] = lines[i + 1];
		order[i + 1] = lines[i];
		put_lines(order, n);
		expect_bad("swapped lines", SEGMENT, i + 1);
	}
	put_lines(lines, n);
	expect_good();
	buf_fini(&text);
}

/* Puts b in the place of the first a behind a mark in the segment. */
static void
replace(const char *mark, const char *a, const char *b)
{
	struct buf text, out;
	struct span all, rest;
	size_t at;

	fixture_read(path_of(SEGMENT), &text);
	all = buf_span(&text);
	at = span_search(all, span_of(mark));
	rest = span_sub(all, at, all.n);
	at += span_search(rest, span_of(a));
	assert_true(at < all.n);
	buf_init(&out, 1 << 20);
	assert_int_equal(buf_append(&out, span_sub(all, 0, at)), CONSENT_OK);
	assert_int_equal(buf_append(&out, span_of(b)), CONSENT_OK);
	assert_int_equal(
	    buf_append(&out, span_sub(all, at + strlen(a), all.n)), CONSENT_OK);
	put(SEGMENT, buf_span(&out));
	buf_fini(&text);
	buf_fini(&out);
}

/* Signs what lies in the log now, whatever was signed before. */
static void
sign_anew(void)
{
	struct ledger *l = NULL;

	fixture_unpublish("log");
	assert_int_equal(ledger_open("log", &fixture_options, &l), CONSENT_OK);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	ledger_close(l);
}

static void
an_entry_with_its_tiles_needs_its_checkpoint(void **state)
{
	struct buf note;

	(void)state;
	grow(49, 0);
	fixture_read(path_of("checkpoint"), &note);
	replace(
	    "\"seq\":20,", "\"version\":\"0.1.0\"", "\"version\":\"0.1.1\"");
	expect_bad("another version", SEGMENT, 21);
	sign_anew();
	expect_good(); /* whoever has the key may do anything */
	put("checkpoint", buf_span(&note));
	expect_bad("an old checkpoint", "checkpoint", 0);
	buf_fini(&note);
}

static void
a_tombstone_needs_its_erase_entry(void **state)
{
	struct span order[LINES];
	struct merkle_hash leaf;
	char hex[DIGEST_HEX], stone[160];
	struct buf text;
	unsigned n;

	(void)state;
	grow(49, 0);
	fixture_read(path_of(SEGMENT), &text);
	n = split(buf_span(&text));
	assert_int_equal(merkle_leaf(lines[9], &leaf), CONSENT_OK);
	digest_hex(leaf.bytes, sizeof leaf.bytes, hex);
	(void)snprintf(stone, sizeof stone,
	    "{\"seq\":9,\"erased\":\"%s\",\"by\":%u}", hex, n - 1);
	memcpy(order, lines, n * sizeof *order);
	order[9] = span_of(stone);
	put_lines(order, n);
	list_files();
	while (n_files-- > 0)
		if (strncmp(files[n_files], "tile/entries", 12) == 0)
			assert_int_equal(unlink(path_of(files[n_files])), 0);
	expect_bad("a tombstone", "entries", 0);
	buf_fini(&text);
}

static void
the_last_entries_must_be_signed_after_a_stop(void **state)
{
	struct verify_result result;
	struct ledger *l = NULL;
	struct entry_fact stop = {
	    .type = LAYOUT_STOP, .what = "notary", .why = "asked to stop"};
	struct ledger_place place;

	(void)state;
	grow(49, 0);
	assert_int_equal(ledger_open("log", &fixture_options, &l), CONSENT_OK);
	fixture_fill(l, 0);
	stop.type = LAYOUT_START;
	assert_int_equal(ledger_append(l, &stop, &place), CONSENT_OK);
	assert_int_equal(ledger_commit(l), CONSENT_OK);
	/* at work, and killed */
	assert_int_equal(verify(&result), CONSENT_OK);
	assert_true(result.is_live);
	assert_int_equal(result.heads.newest.n, place.seq);
	stop.type = LAYOUT_STOP;
	assert_int_equal(ledger_append(l, &stop, &place), CONSENT_OK);
	assert_int_equal(ledger_commit(l), CONSENT_OK);
	ledger_close(l);
	expect_bad("a stop that is not covered", "checkpoint", 0);
}

/* ---- checkpoints ------------------------------------------------------ */

/* The checkpoint with b in the place of the n-th a. */
static void
respell(struct span note, const char *a, unsigned n, const char *b)
{
	size_t at = 0;
	struct buf out;

	for (;; at++) {
		at += span_search(span_sub(note, at, note.n), span_of(a));
		assert_true(at < note.n);
		if (n-- == 0)
			break;
	}
	buf_init(&out, NOTE_BYTES);
	assert_int_equal(buf_append(&out, span_sub(note, 0, at)), CONSENT_OK);
	assert_int_equal(buf_append(&out, span_of(b)), CONSENT_OK);
	assert_int_equal(
	    buf_append(&out, span_sub(note, at + strlen(a), note.n)),
	    CONSENT_OK);
	put("checkpoint", buf_span(&out));
	expect_bad(b, "checkpoint", 0);
	buf_fini(&out);
}

/* The letter that stands for the same bits before left-over ones. */
static void
other_letter(struct span note, size_t at, char a[3], char b[3])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
				      "opqrstuvwxyz0123456789+/";

	a[0] = b[0] = note.p[at];
	a[1] = b[1] = '=';
	a[2] = b[2] = '\0';
	b[0] = letters[(size_t)(strchr(letters, b[0]) - letters) ^ 1];
}

static void
checkpoints_have_one_spelling(void **state)
{
	char a[3], b[3];
	struct buf text;
	struct span note;
	size_t at;

	(void)state;
	grow(49, 0);
	fixture_read(path_of("checkpoint"), &text);
	note = buf_span(&text);
	at = span_find(note, '='); /* the root's */
	other_letter(note, at - 1, a, b);
	respell(note, a, 0, b);
	respell(note, "=\n", 0, "\n");
	at = note.n - 2; /* the signature's, which has no padding or two */
	if (note.p[at] == '=') {
		at -= note.p[at - 1] == '=';
		other_letter(note, at - 1, a, b);
		respell(note, a,
		    span_equal(span_sub(note, span_find(note, '=') - 1, 2),
			span_of(a)),
		    b);
	}
	respell(note, "\n\n", 0, "\n\n\n");
	respell(note, "\n\n", 0, "\nan extension\n\n");
	respell(note, "\n", 0, "\r\n");
	respell(note, "\n", 0, "\n0");
	respell(note, "\n", 0, "\n+");
	respell(note, "library", 0, "Library");
	respell(note, "library", 1, "Library");
	put("checkpoint", SPAN(""));
	expect_bad("an empty checkpoint", "checkpoint", 0);
	assert_int_equal(unlink(path_of("checkpoint")), 0);
	expect_bad("no checkpoint", "checkpoint", 0);
	put("checkpoint", note);
	expect_good();
	buf_fini(&text);
}

static void
foreign_keys_and_checkpoints_are_refused(void **state)
{
	char error[KEYS_ERROR];
	struct keys_folder folder = {"others", SIGNER_ED25519, error};
	struct note_ring mine = fixture_ring, others;
	struct buf note;

	(void)state;
	grow(49, 0);
	fixture_read(path_of("checkpoint"), &note);
	/* the log written anew, by a key of the same name */
	assert_int_equal(note_ring_open(&folder, ORIGIN, &others), CONSENT_OK);
	fixture_ring = others;
	sign_anew();
	expect_bad("another key", "checkpoint", 0);
	assert_int_equal(
	    nftw("log", fixture_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	fixture_log("log", 49);
	expect_bad("another log", "checkpoint", 0);
	/* with the checkpoint of the true one */
	put("checkpoint", buf_span(&note));
	expect_bad("a foreign checkpoint", NULL, 0);
	fixture_ring = mine;
	note_ring_fini(&others);
	buf_fini(&note);
}

/* ---- files ------------------------------------------------------------ */

static void
missing_and_strange_files_are_named(void **state)
{
	unsigned i;

	(void)state;
	grow(300, 40000);
	list_files();
	for (i = 0; i < n_files; i++) {
		bool is_tile = strncmp(files[i], "tile/", 5) == 0;
		struct buf text;

		fixture_read(path_of(files[i]), &text);
		assert_int_equal(unlink(path_of(files[i])), 0);
		/* partial ones of before may go */
		if (!is_tile || strchr(files[i], '.') == NULL)
			expect_bad(
			    "a missing file", is_tile ? files[i] : NULL, 0);
		put(files[i], buf_span(&text));
		buf_fini(&text);
	}
	expect_good();
	put("tile/0/001.p/255", SPAN("x"));
	expect_bad("a tile of the future", "tile/0/001.p/255", 0);
	assert_int_equal(unlink("log/tile/0/001.p/255"), 0);
	put("tile/0/notes.txt", SPAN("x"));
	expect_bad("a strange file", "tile/0/notes.txt", 0);
	assert_int_equal(unlink("log/tile/0/notes.txt"), 0);
	put("tile/entries/000.p/3", SPAN("x"));
	expect_bad("an old bundle", "tile/entries/000.p/3", 0);
	assert_int_equal(unlink("log/tile/entries/000.p/3"), 0);
	expect_good();
}

/* ---- what was kept ---------------------------------------------------- */

static int
verify_kept(struct span kept, struct verify_result *result)
{
	const struct verify_options options = {
	    .ring = &public_ring, .kept = kept};

	return verify_run("log", &options, result);
}

static void
r22_a_kept_checkpoint_tells_what_was_rolled_back(void **state)
{
	struct verify_result result;
	struct ledger *l = NULL;
	struct buf old, new, other;

	(void)state;
	grow(49, 0);
	fixture_read(path_of("checkpoint"), &old);
	assert_int_equal(rename("log", "copy"), 0);
	grow(49, 0); /* another log of the same key and size */
	fixture_read(path_of("checkpoint"), &other);
	assert_int_equal(verify_kept(buf_span(&old), &result), CONSENT_EDENIED);
	assert_string_equal(result.fault.file, "the kept checkpoint");
	assert_int_equal(
	    nftw("log", fixture_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	assert_int_equal(rename("copy", "log"), 0);
	/* it grows */
	assert_int_equal(ledger_open("log", &fixture_options, &l), CONSENT_OK);
	fixture_introduce(l);
	fixture_fill(l, 5);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	ledger_close(l);
	fixture_read(path_of("checkpoint"), &new);
	assert_int_equal(verify_kept(buf_span(&old), &result), CONSENT_OK);
	assert_true(result.heads.kept.n < result.heads.newest.n);
	assert_int_equal(verify_kept(buf_span(&new), &result), CONSENT_OK);
	/* the old checkpoint is put back, which fits as well */
	put("checkpoint", buf_span(&old));
	expect_good();
	assert_int_equal(verify_kept(buf_span(&new), &result), CONSENT_EDENIED);
	assert_string_equal(result.fault.file, "checkpoint");
	assert_non_null(strstr(result.fault.why, "rolled back"));
	buf_fini(&old);
	buf_fini(&new);
	buf_fini(&other);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, forget_key)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r22_every_byte_of_fifty_entries_is_tied),
	    TEST(every_byte_of_full_tiles_is_tied),
	    TEST(a_tail_cut_at_any_byte_is_missed),
	    TEST(lines_deleted_doubled_and_swapped_are_named),
	    TEST(an_entry_with_its_tiles_needs_its_checkpoint),
	    TEST(a_tombstone_needs_its_erase_entry),
	    TEST(the_last_entries_must_be_signed_after_a_stop),
	    TEST(checkpoints_have_one_spelling),
	    TEST(foreign_keys_and_checkpoints_are_refused),
	    TEST(missing_and_strange_files_are_named),
	    TEST(r22_a_kept_checkpoint_tells_what_was_rolled_back),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
