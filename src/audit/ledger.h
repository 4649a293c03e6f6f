#ifndef CONSENT_AUDIT_LEDGER_H
#define CONSENT_AUDIT_LEDGER_H

/*
 * The writer of a consent log: an append-only directory with one owner, held
 * by a lock. Entries are buffered by ledger_append and become durable together
 * in ledger_commit (group commit: one fdatasync for all that wait). A commit
 * that fails takes everything uncommitted back, so the log never holds an
 * entry that nobody was told of, and a later commit tries again. What is
 * durable is published by ledger_publish: tiles and a signed checkpoint. After
 * kill -9 or a torn write ledger_open cuts the tail that is not a whole entry
 * and goes on with the same tree.
 * Single-threaded; blocks on the disk; never reads anything but its folder.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/entry.h"
#include "audit/layout.h"
#include "audit/note.h"
#include <libconsent/span.h>
#include <libconsent/status.h>

struct ledger;

enum {
	LEDGER_SEGMENT_BYTES = 16 << 20, /* a new segment starts after this */
	LEDGER_BATCH_BYTES = 4 << 20,	 /* most bytes of one commit */
	LEDGER_MANY = 8,		 /* entries that are worth a thread */
	LEDGER_ATTEMPTS = 1 << 16,	 /* latest choices known by id */
	LEDGER_TEXTS = 1024		 /* latest texts known by hash */
};

struct ledger_options {
	const char *node;	      /* names this machine in each entry */
	const char *version;	      /* of the software */
	const struct note_ring *ring; /* signs checkpoints */
	uint64_t segment_size;	      /* 0: LEDGER_SEGMENT_BYTES */
	int64_t segment_ms;	      /* most age of a segment; 0: any */
	/*
	 * Or NULL. A commit calls it when all is written, and then waits for
	 * the disk; with LEDGER_MANY entries that goes on in the meantime. Not
	 * called where there is nothing to write or it cannot be written. It
	 * knows nothing yet of what is durable and must not use the ledger.
	 */
	void (*on_written)(void *ctx);
	void *ctx;
};

/* Where an entry stands in the log. */
struct ledger_place {
	uint64_t seq;
	int64_t time; /* ms, as logged */
	bool again;   /* that attempt had been logged before */
};

/*
 * Opens the log in directory dir; makes it (mode 0700) when it is not there,
 * but not the folders above it. Borrows the texts of options until
 * ledger_close. Codes: CONSENT_EBUSY when another writer has it;
 * CONSENT_EINVAL when it is damaged other than at its end or has entries that
 * are not known here, and CONSENT_EDENIED when it is not the log that its
 * checkpoint was signed for or no key of the ring signed that (nothing is
 * changed then: both are evidence); CONSENT_EIO, CONSENT_ENOMEM. *out is
 * written on success only.
 */
int ledger_open(const char *dir, const struct ledger_options *options,
    struct ledger **out) CONSENT_CHECKED;

/* Gives up the lock and what is uncommitted; NULL is nothing. */
void ledger_close(struct ledger *l);

/* The number that the next new entry gets. */
uint64_t ledger_next(const struct ledger *l);

/* What is known of a log besides. */
struct ledger_facts {
	uint64_t cut;	    /* bytes that ledger_open cut off its end */
	uint64_t published; /* entries that its checkpoint covers */
	uint64_t written;   /* bytes of entries committed since it was opened */
};

/* As of now. */
struct ledger_facts ledger_facts(const struct ledger *l);

/* Whether the attempt of that id is among the latest LEDGER_ATTEMPTS. */
bool ledger_knows(const struct ledger *l, const char *id);

/*
 * Adds an entry, stamped with the time of now, to what the next commit
 * writes. A choice whose record->id is among the latest LEDGER_ATTEMPTS is
 * not logged twice: out names the first one. Codes: CONSENT_EDENIED when that
 * id was logged with another content, CONSENT_ENOENT when the choice names a
 * policy or notice that was not recorded, CONSENT_EINVAL for values that have
 * no place in the log, CONSENT_ELIMIT when the batch is full (commit first),
 * CONSENT_EIO without random bytes or while too much waits to be published,
 * CONSENT_ENOMEM. A failure changes nothing. What an erase entry names stands
 * in earlier segments: a new one begins with it where that is needed.
 */
int ledger_append(struct ledger *l, const struct entry_fact *fact,
    struct ledger_place *out) CONSENT_CHECKED;

/*
 * Makes everything appended durable. On CONSENT_EIO (errno tells why) nothing
 * of it is in the log, its numbers are free again, and the ledger is good for
 * another try.
 */
int ledger_commit(struct ledger *l) CONSENT_CHECKED;

/*
 * Publishes a checkpoint over all that is durable, with the tiles that it
 * wants; nothing to do is no failure. CONSENT_EIO (errno tells why): the
 * checkpoint before stands, try again; CONSENT_ENOMEM.
 */
int ledger_publish(struct ledger *l) CONSENT_CHECKED;

/*
 * The same in the background, where commits need not wait: begins it, or looks
 * how what was begun stands. CONSENT_EBUSY: it is under way; else as above, and
 * the next call begins anew.
 */
int ledger_publish_step(struct ledger *l) CONSENT_CHECKED;

/*
 * Takes the bundle of entries with that index away, from the disk too, for an
 * entry of it was erased. CONSENT_EIO: it may be there still.
 */
int ledger_forget(struct ledger *l, uint64_t bundle) CONSENT_CHECKED;

/* Forgets what was appended since the last commit. */
void ledger_rollback(struct ledger *l);

/*
 * Keeps the text behind a hash: writes policies/HASH.json or
 * notices/HASH.json (temporary file, fsync, rename, fsync of the folder) when
 * it is not there, and appends the entry that names it, for a policy when it
 * is not the newest one, for a notice when it is not known. CONSENT_EINVAL
 * when hash is not the text's SHA-256, CONSENT_ELIMIT over LAYOUT_TEXT_BYTES,
 * CONSENT_EIO, CONSENT_ENOMEM. Needs a commit like any entry.
 */
int ledger_record_text(struct ledger *l, enum layout_type kind,
    const char *hash, struct span text) CONSENT_CHECKED;

#endif
