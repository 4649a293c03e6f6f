/*
 * What a log costs as it grows:
 *	ledger-bench FOLDER ENTRIES...
 * Appends choices to a log in FOLDER until it has so many, and tells at each
 * of these lengths, as a row of a JSON array: how long one more choice takes
 * (the processor's time of appending, committing and publishing, over the
 * LATELY entries before), and how long opening the log takes, of the
 * processor's time and by the clock. Commits are of BATCH entries, as when so
 *many visitors answer at once.
 */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit/ledger.h"
#include "base/digest.h"
#include <libconsent/record.h>

enum {
	BATCH = 64,
	CROWD = 8000, /* on the way, where nothing is measured */
	LATELY = 6400,
	PATH_BYTES = 4096
};

#define NAME "library.example/bench"
#define POLICY_TEXT                                                            \
	SPAN("{\"categories\":[{\"id\":\"essential\",\"required\":true},"      \
	     "{\"id\":\"analytics\",\"required\":false}]}")
#define NOTICE_TEXT SPAN("{\"title\":\"Cookies\"}")

struct bench {
	struct note_ring ring;
	struct ledger_options options;
	char log[PATH_BYTES], keys[PATH_BYTES];
	struct ledger *ledger;
	struct record record;
};

static void
must(int rc, const char *what)
{
	if (rc != CONSENT_OK) {
		(void)fprintf(
		    stderr, "ledger-bench: %s: %s\n", what, status_text(rc));
		exit(2);
	}
}

static double
seconds(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
open_log(struct bench *b)
{
	must(ledger_open(b->log, &b->options, &b->ledger), b->log);
}

/* Records what choices name, as is done at each start. */
static void
introduce(struct bench *b)
{
	const struct record *r = &b->record;

	must(ledger_record_text(
		 b->ledger, LAYOUT_POLICY, r->policy, POLICY_TEXT),
	    "policy");
	must(ledger_record_text(
		 b->ledger, LAYOUT_NOTICE, r->notice, NOTICE_TEXT),
	    "notice");
	must(ledger_commit(b->ledger), "commit");
}

static void
append(struct bench *b)
{
	struct entry_fact fact = {
	    .type = LAYOUT_CHOICE, .kid = "k1", .record = &b->record};
	struct ledger_place place;

	must(digest_new_id(b->record.id), "id");
	must(digest_new_id(b->record.sub), "sub");
	must(ledger_append(b->ledger, &fact, &place), "append");
}

/* In the background as in the daemon; on the way, where all at once comes
   faster than it can be published, it is waited for. */
static void
publish(struct bench *b, uint64_t batch)
{
	int rc = batch == BATCH ? ledger_publish_step(b->ledger)
				: ledger_publish(b->ledger);

	if (rc != CONSENT_EBUSY) /* the one before is under way */
		must(rc, "publish");
}

/* Appends n, a batch durable at a time; the processor's seconds. */
static double
grow(struct bench *b, uint64_t n, uint64_t batch)
{
	double from = seconds(CLOCK_PROCESS_CPUTIME_ID);
	uint64_t i;

	for (i = 1; i <= n; i++) {
		append(b);
		if (i % batch == 0 || i == n) {
			must(ledger_commit(b->ledger), "commit");
			publish(b, batch);
		}
	}
	return seconds(CLOCK_PROCESS_CPUTIME_ID) - from;
}

static void
init(struct bench *b, const char *folder)
{
	char error[KEYS_ERROR] = "";
	struct keys_folder keys = {b->keys, SIGNER_ED25519, error};
	struct record *r = &b->record;

	(void)snprintf(b->log, sizeof b->log, "%s/log", folder);
	(void)snprintf(b->keys, sizeof b->keys, "%s/keys", folder);
	must(note_ring_open(&keys, NAME, &b->ring), b->keys);
	b->options = (struct ledger_options){
	    .node = NAME, .version = "1.0.0", .ring = &b->ring};
	r->action = RECORD_CHOOSE;
	r->n_categories = 1;
	memcpy(r->categories[0].id, "analytics", 10);
	r->categories[0].granted = true;
	must(digest_sha256_hex(POLICY_TEXT, r->policy), "policy");
	must(digest_sha256_hex(NOTICE_TEXT, r->notice), "notice");
	memcpy(r->lang, "en", 3);
	memcpy(r->site, "https://library.example", 24);
	r->via = RECORD_VIA_NOTICE;
	open_log(b);
	introduce(b);
}

/* Grows the log to n entries and writes the row of that length. */
static void
measure(struct bench *b, uint64_t n)
{
	uint64_t has = ledger_next(b->ledger), lately;
	double used, from, work;

	if (n <= has)
		return;
	lately = n - has < LATELY ? n - has : LATELY;
	(void)grow(b, n - has - lately, CROWD);
	used = grow(b, lately, BATCH);
	must(ledger_publish(b->ledger), "publish");
	ledger_close(b->ledger);
	from = seconds(CLOCK_MONOTONIC);
	work = seconds(CLOCK_PROCESS_CPUTIME_ID);
	open_log(b);
	from = seconds(CLOCK_MONOTONIC) - from;
	work = seconds(CLOCK_PROCESS_CPUTIME_ID) - work;
	(void)printf("{\"entries\":%llu,\"append_us\":%.2f,"
		     "\"open_cpu_ms\":%.2f,\"open_ms\":%.2f}",
	    (unsigned long long)n, used * 1e6 / (double)lately, work * 1e3,
	    from * 1e3);
	introduce(b);
}

int
main(int argc, char **argv)
{
	static struct bench b;
	uint64_t n;
	int i;

	if (argc < 3) {
		(void)fputs("usage: ledger-bench FOLDER ENTRIES...\n", stderr);
		return 2;
	}
	init(&b, argv[1]);
	for (i = 2; i < argc; i++) {
		must(
		    span_to_u64(span_of(argv[i]), 10, 1000000000, &n), argv[i]);
		(void)fputs(i == 2 ? "[" : ",\n", stdout);
		measure(&b, n);
		(void)fflush(stdout);
	}
	(void)puts("]");
	ledger_close(b.ledger);
	note_ring_fini(&b.ring);
	return 0;
}
