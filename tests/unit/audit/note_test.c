#include "audit/note.h"

#include "audit/checkpoint.h"
#include "audit/proof.h"
#include "fixture.h"

/* Key, text and signature of the example in golang.org/x/mod/sumdb/note. */
static const char peter[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char peters_note[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInN"
    "IuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

static void
ring_of(const char *vkey, struct note_ring *ring)
{
	memset(ring, 0, sizeof *ring);
	assert_int_equal(
	    note_key_read(span_of(vkey), &ring->keys[0]), CONSENT_OK);
	ring->n = 1;
}

/* A ring with a fresh key of its own in the folder "keys". */
static void
own_ring(struct note_ring *ring)
{
	char error[KEYS_ERROR] = "";
	struct keys_folder folder = {"keys", SIGNER_ED25519, error};

	assert_int_equal(note_ring_open(&folder, ORIGIN, ring), CONSENT_OK);
	assert_string_equal(error, "");
}

static void
a_note_of_others_is_opened(void **state)
{
	struct note_ring ring;
	struct span text;
	char vkey[NOTE_VKEY];
	size_t by = 9;

	(void)state;
	ring_of(peter, &ring);
	note_key_write(ring.keys[0], vkey);
	assert_string_equal(vkey, peter);
	assert_int_equal(
	    note_open(span_of(peters_note), &ring, &text, &by), CONSENT_OK);
	assert_int_equal(by, 0);
	assert_true(span_ends(text, SPAN("your problem is.\n")));
	note_ring_fini(&ring);
}

static void
every_changed_byte_is_seen(void **state)
{
	char note[sizeof peters_note];
	struct note_ring ring;
	struct span text;
	size_t i, by;

	(void)state;
	ring_of(peter, &ring);
	memcpy(note, peters_note, sizeof note);
	for (i = 0; i < sizeof note - 1; i++) {
		unsigned bit;

		for (bit = 0; bit < 8; bit++) {
			note[i] = (char)(note[i] ^ 1 << bit);
			if (note_open((struct span){note, sizeof note - 1},
				&ring, &text, &by) == CONSENT_OK)
				fail_msg("bit %u of byte %zu", bit, i);
			note[i] = (char)(note[i] ^ 1 << bit);
		}
	}
	for (i = 0; i < sizeof note - 1; i++)
		if (note_open((struct span){note, i}, &ring, &text, &by) ==
		    CONSENT_OK)
			fail_msg("cut at %zu", i);
	note_ring_fini(&ring);
}

static void
what_is_no_key_is_refused(void **state)
{
	static const char *const bad[] = {"", "+", "++", "a+b+c",
	    "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T"
	    "W", /* the id of another */
	    "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T"
	    "W", /* in capitals */
	    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T"
	    "X", /* another spelling */
	    "PeterNeumann+c74f20a3+ABpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T"
	    "W", /* another type */
	    "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10"
	    "TW",
	    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy",
	    "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"};
	struct note_key *key = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (note_key_read(span_of(bad[i]), &key) != CONSENT_EINVAL)
			fail_msg("was read: %s", bad[i]);
	assert_int_equal(note_check_name(SPAN("a b")), CONSENT_EINVAL);
	assert_int_equal(note_check_name(SPAN("a+b")), CONSENT_EINVAL);
	assert_int_equal(note_check_name(SPAN("a\xc2\xa0")), CONSENT_EINVAL);
	assert_int_equal(note_check_name(SPAN("")), CONSENT_EINVAL);
	assert_int_equal(note_check_name(SPAN("a.b/c")), CONSENT_OK);
}

static void
foreign_signatures_are_passed_over(void **state)
{
	struct note_ring ring, foreign;
	struct buf note;
	struct span text;
	size_t by;

	(void)state;
	own_ring(&ring);
	ring_of(peter, &foreign);
	buf_init(&note, NOTE_BYTES);
	assert_int_equal(buf_append(&note, SPAN("one\ntwo\n")), CONSENT_OK);
	assert_int_equal(note_sign(foreign.keys[0], &note), CONSENT_EDENIED);
	assert_int_equal(note_sign(ring.keys[0], &note), CONSENT_OK);
	assert_int_equal(
	    note_open(buf_span(&note), &foreign, &text, &by), CONSENT_EDENIED);
	assert_int_equal(
	    buf_append(&note, SPAN("\xe2\x80\x94 witness AAAAAAAA\n")),
	    CONSENT_OK);
	assert_int_equal(
	    note_open(buf_span(&note), &ring, &text, &by), CONSENT_OK);
	assert_true(span_equal(text, SPAN("one\ntwo\n")));
	/* text that cannot be signed */
	buf_clear(&note);
	assert_int_equal(buf_append(&note, SPAN("one")), CONSENT_OK);
	assert_int_equal(note_sign(ring.keys[0], &note), CONSENT_EINVAL);
	assert_int_equal(buf_append(&note, SPAN("\t\n")), CONSENT_OK);
	assert_int_equal(note_sign(ring.keys[0], &note), CONSENT_EINVAL);
	buf_fini(&note);
	note_ring_fini(&ring);
	note_ring_fini(&foreign);
}

static void
the_newest_key_comes_last(void **state)
{
	char error[KEYS_ERROR] = "", first[NOTE_VKEY], kid[KEYS_KID];
	struct keys_folder folder = {"keys", SIGNER_ED25519, error};
	struct keys_folder none = {"none", SIGNER_ED25519, error};
	char again[NOTE_VKEY];
	struct note_ring ring;

	(void)state;
	/* who only looks makes no key, nor a folder for it */
	assert_int_equal(note_ring_load(&none, ORIGIN, &ring), CONSENT_ENOENT);
	assert_int_equal(access("none", F_OK), -1);
	assert_int_equal(mkdir("none", 0700), 0);
	assert_int_equal(note_ring_load(&none, ORIGIN, &ring), CONSENT_ENOENT);
	error[0] = '\0';
	own_ring(&ring);
	assert_int_equal(ring.n, 1);
	note_key_write(ring.keys[0], first);
	note_ring_fini(&ring);
	assert_int_equal(keys_create(&folder, "", kid), CONSENT_OK);
	own_ring(&ring);
	assert_int_equal(ring.n, 2);
	assert_true(strcmp(ring.kids[0], ring.kids[1]) < 0);
	note_key_write(ring.keys[strcmp(ring.kids[0], kid) == 0], again);
	assert_string_equal(again, first);
	note_ring_fini(&ring);
	assert_int_equal(
	    note_ring_open(&folder, "a name", &ring), CONSENT_EINVAL);
	note_ring_fini(&ring);
}

static void
checkpoints_come_back(void **state)
{
	struct merkle_head head = {.n = 20852163}, back;
	struct note_ring ring, foreign;
	struct span name;
	struct buf note;

	(void)state;
	own_ring(&ring);
	ring_of(peter, &foreign);
	memset(head.root.bytes, 0xa5, sizeof head.root.bytes);
	buf_init(&note, NOTE_BYTES);
	assert_int_equal(
	    checkpoint_write(ring.keys[0], &head, &note), CONSENT_OK);
	assert_true(span_starts(buf_span(&note),
	    SPAN("library.example/one\n20852163\npaWlpaWlpaWlpaWlpaWlpaWlpaWlp"
		 "aWlpaWlpaWlpaU=\n\n\xe2\x80\x94 library.example/one ")));
	assert_int_equal(
	    checkpoint_read(buf_span(&note), &ring, &back), CONSENT_OK);
	assert_int_equal(back.n, head.n);
	assert_memory_equal(&back.root, &head.root, sizeof back.root);
	assert_int_equal(
	    checkpoint_read(buf_span(&note), &foreign, &back), CONSENT_EDENIED);
	assert_int_equal(
	    checkpoint_peek(buf_span(&note), &name, &back), CONSENT_OK);
	assert_true(span_equal(name, span_of(ORIGIN)));
	buf_fini(&note);
	note_ring_fini(&ring);
	note_ring_fini(&foreign);
}

#define ROOT "paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaU="

static void
other_spellings_of_a_checkpoint_are_refused(void **state)
{
	static const char *const bad[] = {"one\n" ROOT "\n",
	    "one\n\n" ROOT "\n", "one\n07\n" ROOT "\n", "one\n-7\n" ROOT "\n",
	    "one\n7 \n" ROOT "\n", "\n7\n" ROOT "\n",
	    "one\n7\n" ROOT "\nmore\n", "one\n7\n " ROOT "\n",
	    "one\n7\n" ROOT "AAAA\n", "one\n7\n\n",
	    "one\n99999999999999999999\n" ROOT "\n"};
	struct merkle_head head;
	struct note_ring ring;
	struct span name;
	struct buf note;
	size_t i;

	(void)state;
	own_ring(&ring);
	buf_init(&note, NOTE_BYTES);
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		buf_clear(&note);
		assert_int_equal(
		    buf_append(&note, span_of(bad[i])), CONSENT_OK);
		assert_int_equal(note_sign(ring.keys[0], &note), CONSENT_OK);
		if (checkpoint_peek(buf_span(&note), &name, &head) !=
		    CONSENT_EINVAL)
			fail_msg("was read: %s", bad[i]);
	}
	/* good but for the origin, which is another log's */
	buf_clear(&note);
	assert_int_equal(
	    buf_append(&note, SPAN("two\n7\n" ROOT "\n")), CONSENT_OK);
	assert_int_equal(note_sign(ring.keys[0], &note), CONSENT_OK);
	assert_int_equal(
	    checkpoint_read(buf_span(&note), &ring, &head), CONSENT_EDENIED);
	buf_fini(&note);
	note_ring_fini(&ring);
}

/* A tree of two entries, a proof of the second, and what ring signed it. */
static void
prove(const struct note_ring *ring, struct buf *checkpoint, struct buf *text)
{
	struct merkle_head head = {.n = 2};
	struct proof proof = {.index = 1, .path.n = 1};
	struct merkle_hash leaf;

	assert_int_equal(
	    merkle_leaf(SPAN("first"), &proof.path.hashes[0]), CONSENT_OK);
	assert_int_equal(merkle_leaf(SPAN("second"), &leaf), CONSENT_OK);
	assert_int_equal(
	    merkle_node(&proof.path.hashes[0], &leaf, &head.root), CONSENT_OK);
	assert_int_equal(
	    checkpoint_write(ring->keys[0], &head, checkpoint), CONSENT_OK);
	proof.checkpoint = buf_span(checkpoint);
	assert_int_equal(proof_write(&proof, text), CONSENT_OK);
}

/* Whether a text proves the second entry. */
static bool
holds(struct span text, const struct note_ring *ring)
{
	struct proof proof;
	const char *why;

	return proof_read(text, &proof) == CONSENT_OK &&
	       proof_check(&proof, SPAN("second"), ring, &why) == CONSENT_OK;
}

/* who holds entry, proof and key needs nobody to believe. */
static void
r22_a_proof_holds_for_its_entry_alone(void **state)
{
	struct note_ring ring, foreign;
	struct buf checkpoint, text;
	struct proof proof;
	const char *why;
	size_t i;

	(void)state;
	own_ring(&ring);
	ring_of(peter, &foreign);
	buf_init(&checkpoint, NOTE_BYTES);
	buf_init(&text, PROOF_BYTES);
	prove(&ring, &checkpoint, &text);
	assert_true(span_starts(
	    buf_span(&text), SPAN("c2sp.org/tlog-proof@v1\nindex 1\n")));
	assert_int_equal(proof_read(buf_span(&text), &proof), CONSENT_OK);
	assert_int_equal(
	    proof_check(&proof, SPAN("second"), &ring, &why), CONSENT_OK);
	assert_int_equal(
	    proof_check(&proof, SPAN("secone"), &ring, &why), CONSENT_EDENIED);
	assert_string_equal(
	    why, "the entry is not the one that the checkpoint covers");
	assert_int_equal(proof_check(&proof, SPAN("second"), &foreign, &why),
	    CONSENT_EDENIED);
	assert_string_equal(why, "the checkpoint is not signed with that key");
	for (i = 0; i < text.n; i++) {
		text.p[i] ^= 1;
		if (holds(buf_span(&text), &ring))
			fail_msg("byte %zu was changed", i);
		text.p[i] ^= 1;
		if (holds(span_sub(buf_span(&text), 0, i), &ring))
			fail_msg("cut at %zu", i);
	}
	buf_fini(&checkpoint);
	buf_fini(&text);
	note_ring_fini(&ring);
	note_ring_fini(&foreign);
}

int
main(void)
{
#define CASE(f)                                                                \
	cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    CASE(a_note_of_others_is_opened),
	    CASE(every_changed_byte_is_seen),
	    CASE(what_is_no_key_is_refused),
	    CASE(foreign_signatures_are_passed_over),
	    CASE(the_newest_key_comes_last),
	    CASE(checkpoints_come_back),
	    CASE(other_spellings_of_a_checkpoint_are_refused),
	    CASE(r22_a_proof_holds_for_its_entry_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
