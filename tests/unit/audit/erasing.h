#ifndef CONSENT_UNIT_AUDIT_ERASING_H
#define CONSENT_UNIT_AUDIT_ERASING_H

/* Logs with choices of one subject, how they go and what may be left. */

#include "../failing_file.h"
#include "fixture.h"
#include "mth.h"

#include "audit/checkpoint.h"
#include "audit/erase.h"
#include "audit/eraser.h"
#include "audit/reader.h"
#include "audit/tile.h"

enum {
	SMALL = 4096, /* bytes of a segment */
	MOST = 12000  /* lines of a log */
};

static const char alice[] = "AliceAliceAliceAliceAQ";
static const char other[] = "OtherOtherOtherOtherOg";

/* Opens the log, with segments of that size. */
static inline struct ledger *
open_log(uint64_t segment)
{
	struct ledger_options options = fixture_options;
	struct ledger *l = NULL;

	options.segment_size = segment;
	assert_int_equal(ledger_open("log", &options, &l), CONSENT_OK);
	return l;
}

/* Appends and commits a choice of a subject; its id. */
static inline void
choose(struct ledger *l, const char *subject, char id[RECORD_ID])
{
	struct entry_fact fact = {.type = LAYOUT_CHOICE, .kid = "k1"};
	struct ledger_place place;
	struct record r;

	fact.record = &r;
	fixture_record(&r);
	memcpy(r.sub, subject, RECORD_ID);
	if (id != NULL)
		memcpy(id, r.id, RECORD_ID);
	assert_int_equal(ledger_append(l, &fact, &place), CONSENT_OK);
	assert_int_equal(ledger_commit(l), CONSENT_OK);
}

/* A new log of small segments with Alice's choices at these numbers. */
static inline struct ledger *
new_log(const uint64_t *hers, size_t n, uint64_t end)
{
	struct ledger *l = open_log(SMALL);
	size_t i = 0;

	fixture_introduce(l);
	while (ledger_next(l) < end) {
		bool is_hers = i < n && ledger_next(l) == hers[i];

		i += is_hers;
		choose(l, is_hers ? alice : other, NULL);
	}
	assert_int_equal(i, n);
	assert_int_equal(ledger_publish(l), CONSENT_OK);
	return l;
}

/* ---- what is looked for ----------------------------------------------- */

static const char *needle;
static unsigned hits;

/* For nftw: looks into one file. */
static inline int
look(const char *path, const struct stat *st, int type, struct FTW *at)
{
	struct buf text;

	(void)st;
	(void)at;
	if (type != FTW_F)
		return 0;
	fixture_read(path, &text);
	hits += span_search(buf_span(&text), span_of(needle)) < text.n;
	buf_fini(&text);
	return 0;
}

/* How many files of the log hold a text. */
static inline unsigned
files_with(const char *text)
{
	needle = text;
	hits = 0;
	assert_int_equal(nftw("log", look, 8, FTW_PHYS), 0);
	return hits;
}

/* For nftw: what a writer only needs while it writes. */
static inline int
look_for_drafts(
    const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	hits += type == FTW_F && path[at->base] == '.' &&
		strcmp(path, "log/." ERASE_MARK ".tmp") != 0; /* a number */
	return 0;
}

/* The head of the tree that the lines on the disk ask for. */
static inline struct merkle_head
head_of_lines(void)
{
	static struct merkle_hash leaves[MOST];
	struct merkle_head head = {.n = 0};
	enum reader_state state = READER_LINE;
	struct reader *reader = NULL;
	struct reader_line line;
	char stray[LAYOUT_NAME];
	bool erased;

	assert_int_equal(reader_open("log", &reader, stray), CONSENT_OK);
	for (;;) {
		assert_int_equal(
		    reader_next(reader, &state, &line), CONSENT_OK);
		if (state != READER_LINE)
			break;
		assert_int_equal(
		    entry_leaf(line.text, &leaves[head.n++], &erased),
		    CONSENT_OK);
	}
	reader_close(reader);
	head.root = mth_of(leaves, head.n);
	return head;
}

/* The log holds, with tiles, bundles and checkpoint, as a verifier says. */
static inline void
verify(struct verify_result *result)
{
	const struct verify_options options = {.ring = &fixture_ring};
	int rc = verify_run("log", &options, result);

	if (rc != CONSENT_OK)
		print_message("%s:%llu: %s\n", result->fault.file,
		    (unsigned long long)result->fault.line, result->fault.why);
	assert_int_equal(rc, CONSENT_OK);
}

/* The same, nothing is half done, and the checkpoint is that of the lines. */
static inline void
expect_log(uint64_t erased)
{
	struct merkle_head head, of_lines = head_of_lines();
	struct verify_result result;
	struct buf note;

	verify(&result);
	assert_int_equal(result.erased, erased);
	assert_int_equal(result.pending, 0);
	fixture_read("log/checkpoint", &note);
	assert_int_equal(
	    checkpoint_read(buf_span(&note), &fixture_ring, &head), CONSENT_OK);
	buf_fini(&note);
	assert_int_equal(head.n, of_lines.n);
	assert_memory_equal(&head.root, &of_lines.root, sizeof head.root);
	assert_int_equal(access("log/" ERASE_MARK, F_OK), -1);
	hits = 0;
	assert_int_equal(nftw("log", look_for_drafts, 8, FTW_PHYS), 0);
	assert_int_equal(hits, 0);
}

/* ---- what is done ----------------------------------------------------- */

/* Goes on until all is done, with a choice of another between the pieces. */
static inline struct eraser_result
carry_out(struct eraser *e, struct ledger *l, bool busy)
{
	struct eraser_result result = {.is_over = false};

	while (eraser_is_busy(e)) {
		assert_int_equal(eraser_go_on(e, 0, &result), CONSENT_OK);
		if (busy && ledger_next(l) < MOST)
			choose(l, other, NULL);
	}
	assert_true(result.is_over);
	return result;
}

/* Erases a subject's choices. */
static inline struct eraser_result
erase(struct ledger *l, const char *subject)
{
	const struct eraser_wish wish = {
	    .subject = subject, .why = "she asked for it"};
	struct eraser_result result;
	struct eraser *e = NULL;

	assert_int_equal(eraser_new("log", l, &e), CONSENT_OK);
	assert_int_equal(eraser_begin(e, &wish), CONSENT_OK);
	result = carry_out(e, l, false);
	eraser_free(e);
	assert_int_equal(result.status, CONSENT_OK);
	return result;
}

#endif
