#ifndef CONSENT_UNIT_AUDIT_GROWING_H
#define CONSENT_UNIT_AUDIT_GROWING_H

/*
 * Grows logs as the notary grows them, through the ledger: rounds of entries
 * of every type, checkpoints in between, segments of any size, stops and
 * starts, and kills at any place (an entry half written, tiles without their
 * checkpoint). The same seed grows the same shape; ids and keys are new each
 * time. Needs no test framework: a tool uses it, too.
 */

#include "audit/eraser.h"
#include "audit/ledger.h"
#include "audit/publish.h"
#include "audit/reader.h"
#include "audit/store.h"
#include "base/digest.h"
#include <libconsent/record.h>

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct growth {
	const char *dir;
	const struct note_ring *ring;
	uint64_t seed;
	uint64_t entries;      /* about so many */
	uint64_t segment_size; /* 0: the usual one */
	unsigned round;	       /* most entries of one commit */
	unsigned stops;	       /* of a hundred rounds so many end in a stop */
	unsigned kills;	       /* and so many in a kill */
	unsigned erasures;     /* and before that, so many in an erasure */
	bool ends_killed;      /* so does the log */
};

static const char growing_policy[] =
    "{\"categories\":[{\"id\":\"essential\",\"required\":true},"
    "{\"id\":\"analytics\"},{\"id\":\"marketing\"},{\"id\":\"social\"}]}";
static const char growing_notice[] = "{\"title\":\"\xc3\x87"
				     "erezler\"}";

/* A visitor who comes again and again, and wants to be forgotten. */
static const char growing_subject[] = "AliceAliceAliceAliceAQ";

/* A log that grows. */
struct grower {
	const struct growth *how;
	struct ledger *ledger;
	uint64_t random;
	struct record record; /* what all choices have in common */
};

/* The next random number below n (xorshift64). */
static inline unsigned
growing_pick(struct grower *g, unsigned n)
{
	g->random ^= g->random << 13;
	g->random ^= g->random >> 7;
	g->random ^= g->random << 17;
	return (unsigned)(g->random >> 33) % n;
}

/* Appends, wherever it then stands. */
static inline int
growing_append(struct grower *g, const struct entry_fact *fact)
{
	struct ledger_place place;

	return ledger_append(g->ledger, fact, &place);
}

/* A choice of a new visitor. */
static inline int
growing_choice(struct grower *g)
{
	static const char *const languages[] = {"en", "tr", "de", "zh-Hant"};
	static const enum record_action actions[] = {RECORD_ACCEPT,
	    RECORD_REJECT, RECORD_CHOOSE, RECORD_WITHDRAW, RECORD_EMBED};
	struct record r = g->record;
	struct entry_fact fact = {
	    .type = LAYOUT_CHOICE, .record = &r, .kid = "20261101-a"};
	unsigned i;

	r.action = actions[growing_pick(g, 5)];
	r.gpc = growing_pick(g, 4) == 0;
	r.via = (enum record_via)growing_pick(g, 3);
	(void)snprintf(
	    r.lang, sizeof r.lang, "%s", languages[growing_pick(g, 4)]);
	for (i = 0; i < r.n_categories; i++)
		r.categories[i].granted =
		    r.action == RECORD_ACCEPT ||
		    (r.action == RECORD_CHOOSE && growing_pick(g, 2) == 0);
	if (r.action == RECORD_EMBED) {
		r.n_categories = 0;
		(void)snprintf(r.embed, sizeof r.embed, "video.example");
	}
	if (digest_new_id(r.id) != CONSENT_OK ||
	    digest_new_id(r.sub) != CONSENT_OK)
		return CONSENT_EIO;
	if (growing_pick(g, 20) == 0)
		memcpy(r.sub, growing_subject, RECORD_ID);
	return growing_append(g, &fact);
}

/* Something that is no choice. */
static inline int
growing_report(struct grower *g)
{
	static const struct entry_sum removed[] = {
	    {"cookie _ga*", "analytics", "denied", 7},
	    {"inline \"gtag\\(\"", "marketing", "undecided", 1}};
	const struct entry_sums sums = {.since = 1793527200000,
	    .until = 1793530800007,
	    .screened = growing_pick(g, 100000),
	    .confirmed = growing_pick(g, 9),
	    .n = growing_pick(g, 3),
	    .removed = removed};
	const struct entry_fact facts[] = {
	    {.type = LAYOUT_ENFORCEMENT, .sums = &sums},
	    {.type = LAYOUT_INCIDENT,
		.what = "a page was cut: \"\xe2\x82\xac\"",
		.since = 1793527200000,
		.count = 2}};

	return growing_append(g, &facts[growing_pick(g, 2)]);
}

/* A start, stop or key. */
static inline int
growing_note(struct grower *g, enum layout_type type, const char *why)
{
	const struct entry_fact fact = {.type = type,
	    .what = type == LAYOUT_KEY ? "signs tokens" : "notary",
	    .why = why,
	    .kid = "20261101-a",
	    .alg = "ES256"};

	return growing_append(g, &fact);
}

/* As the notary ends: all of it is published. */
static inline int
growing_stop(struct grower *g)
{
	int rc = growing_note(g, LAYOUT_STOP, "asked to stop");

	if (rc == CONSENT_OK)
		rc = ledger_commit(g->ledger);
	if (rc == CONSENT_OK)
		rc = ledger_publish(g->ledger);
	ledger_close(g->ledger);
	g->ledger = NULL;
	return rc;
}

/* Publishes all but the checkpoint, as who is killed before it does. */
static inline int
growing_half_publish(struct grower *g)
{
	int rc, dir = open(g->how->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct buf note;

	if (dir < 0)
		return CONSENT_EIO;
	buf_init(&note, NOTE_BYTES);
	rc = store_read(dir, PUBLISH_CHECKPOINT, &note);
	if (rc == CONSENT_OK)
		rc = ledger_publish(g->ledger);
	if (rc == CONSENT_OK)
		rc = store_file(dir, PUBLISH_CHECKPOINT, buf_span(&note));
	buf_fini(&note);
	(void)close(dir);
	return rc;
}

/* Goes on with an erasure; to its end, or for that many pieces. */
static inline int
growing_go_on(struct eraser *e, unsigned pieces)
{
	struct eraser_result result = {.status = CONSENT_OK};
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && eraser_is_busy(e) && pieces-- > 0)
		rc = eraser_go_on(e, 0, &result);
	return rc == CONSENT_OK ? result.status : rc;
}

/* Completes what a writer has left that was killed while it erased. */
static inline int
growing_complete(struct grower *g)
{
	struct eraser *e = NULL;
	int rc = eraser_new(g->how->dir, g->ledger, &e);

	if (rc == CONSENT_OK)
		rc = growing_go_on(e, UINT_MAX);
	eraser_free(e);
	return rc;
}

/* As the notary begins: its start, its key, the texts; all of it published. */
static inline int
growing_start(struct grower *g)
{
	struct ledger_options options = {.node = "library.example/one",
	    .version = "0.1.0",
	    .ring = g->how->ring,
	    .segment_size = g->how->segment_size};
	int rc = ledger_open(g->how->dir, &options, &g->ledger);

	if (rc == CONSENT_OK)
		rc = growing_note(g, LAYOUT_START, "a new log, or it goes on");
	if (rc == CONSENT_OK)
		rc = growing_note(g, LAYOUT_KEY, "start");
	if (rc == CONSENT_OK)
		rc = ledger_record_text(g->ledger, LAYOUT_POLICY,
		    g->record.policy, span_of(growing_policy));
	if (rc == CONSENT_OK)
		rc = ledger_record_text(g->ledger, LAYOUT_NOTICE,
		    g->record.notice, span_of(growing_notice));
	if (rc == CONSENT_OK)
		rc = ledger_commit(g->ledger);
	if (rc == CONSENT_OK)
		rc = ledger_publish(g->ledger);
	if (rc == CONSENT_OK && g->how->erasures > 0 && growing_pick(g, 4) > 0)
		rc = growing_complete(g);
	return rc;
}

/* Erases one subject, or begins to. */
static inline int
growing_erase(struct grower *g, unsigned pieces)
{
	const struct eraser_wish wish = {
	    .subject = growing_subject, .why = "asked for"};
	struct eraser *e = NULL;
	int rc = eraser_new(g->how->dir, g->ledger, &e);

	if (rc == CONSENT_OK)
		rc = growing_go_on(e, UINT_MAX);
	if (rc == CONSENT_OK)
		rc = eraser_begin(e, &wish);
	if (rc == CONSENT_OK)
		rc = growing_go_on(e, pieces);
	eraser_free(e);
	return rc;
}

/* Leaves the beginning of an entry behind the last one. */
static inline int
growing_tear(struct grower *g, uint64_t first)
{
	static const char torn[] = "{\"seq\":7,\"id\":\"vSNVdJBje7gtdesYuWe";
	char name[LAYOUT_SEGMENT], path[512];
	int fd, rc = CONSENT_OK;
	size_t n = 1 + growing_pick(g, sizeof torn - 1);

	layout_segment_name(first, name);
	if (snprintf(path, sizeof path, "%s/%s/%s", g->how->dir, LAYOUT_ENTRIES,
		name) >= (int)sizeof path)
		return CONSENT_ELIMIT;
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0 || write(fd, torn, n) != (ssize_t)n)
		rc = CONSENT_EIO;
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

/* The number in the name of the last segment. */
static inline int
growing_last_segment(const struct grower *g, uint64_t *first)
{
	char stray[LAYOUT_NAME];
	struct reader *reader = NULL;
	int rc = reader_open(g->how->dir, &reader, stray);

	if (rc == CONSENT_OK)
		*first = reader_first(reader, reader_segments(reader) - 1);
	reader_close(reader);
	return rc;
}

/* As a notary ends that is killed. */
static inline int
growing_kill(struct grower *g)
{
	unsigned how = growing_pick(g, 4);
	uint64_t first = 0;
	int rc = CONSENT_OK;

	if (g->how->erasures > 0 && growing_pick(g, 4) == 0)
		rc = growing_erase(g, growing_pick(g, 12));
	if (rc == CONSENT_OK && how == 0)
		rc = growing_half_publish(g);
	else if (rc == CONSENT_OK && how == 1)
		rc = ledger_publish(g->ledger);
	ledger_close(g->ledger);
	g->ledger = NULL;
	if (rc == CONSENT_OK && growing_pick(g, 2) == 0)
		rc = growing_last_segment(g, &first);
	else
		return rc;
	return rc == CONSENT_OK ? growing_tear(g, first) : rc;
}

/* One commit, and what may come behind it. */
static inline int
growing_round(struct grower *g)
{
	unsigned what, n = 1 + growing_pick(g, g->how->round);
	int rc = CONSENT_OK;

	for (; rc == CONSENT_OK && n > 0; n--)
		rc = growing_pick(g, 50) == 0 ? growing_report(g)
					      : growing_choice(g);
	if (rc == CONSENT_OK)
		rc = ledger_commit(g->ledger);
	if (rc == CONSENT_OK && growing_pick(g, 4) == 0)
		rc = ledger_publish(g->ledger);
	if (rc == CONSENT_OK && growing_pick(g, 100) < g->how->erasures)
		rc = growing_erase(g, UINT_MAX);
	what = growing_pick(g, 100);
	if (rc != CONSENT_OK || what >= g->how->stops + g->how->kills)
		return rc;
	rc = what < g->how->stops ? growing_stop(g) : growing_kill(g);
	return rc == CONSENT_OK ? growing_start(g) : rc;
}

/* Grows a log; *ring signs it. */
static inline int
growing_run(const struct growth *how)
{
	struct grower g = {
	    .how = how, .random = how->seed * 2 + 88172645463325253};
	struct record *r = &g.record;
	int rc;

	memset(r, 0, sizeof *r);
	r->n_categories = 3;
	(void)snprintf(r->categories[0].id, RECORD_NAME, "analytics");
	(void)snprintf(r->categories[1].id, RECORD_NAME, "marketing");
	(void)snprintf(r->categories[2].id, RECORD_NAME, "social");
	rc = digest_sha256_hex(span_of(growing_policy), r->policy);
	if (rc == CONSENT_OK)
		rc = digest_sha256_hex(span_of(growing_notice), r->notice);
	if (rc == CONSENT_OK)
		rc = growing_start(&g);
	while (rc == CONSENT_OK && ledger_next(g.ledger) < how->entries)
		rc = growing_round(&g);
	if (rc == CONSENT_OK)
		rc = how->ends_killed ? growing_kill(&g) : growing_stop(&g);
	ledger_close(g.ledger);
	return rc;
}

#endif
