#ifndef CONSENT_AUDIT_PUBLISH_H
#define CONSENT_AUDIT_PUBLISH_H

/*
 * What the writer of a log publishes of it: tiles, entry bundles and the
 * signed checkpoint (C2SP tlog-tiles, tlog-checkpoint). Is told each entry
 * once it is on the disk, and writes nothing before publisher_publish: tiles
 * and bundles first, then the checkpoint, each by way of a temporary file.
 * All of it can be made anew from the entries; a checkpoint that is there is
 * never contradicted. Single-threaded; blocks on the disk.
 */

#include <stdbool.h>
#include <stdint.h>

#include "audit/merkle.h"
#include "audit/note.h"

#include <libconsent/span.h>
#include <libconsent/status.h>

#define PUBLISH_CHECKPOINT "checkpoint"

enum {
	PUBLISH_BACKLOG = 64 << 20 /* most bytes that wait to be written */
};

struct publisher;

/*
 * Begins with what was published in the log's directory, open as dir, which
 * stays the caller's, as does the ring, whose last key signs. *from is the
 * first entry that publisher_add wants: where tiles are missing or wrong it is
 * 0. CONSENT_EINVAL: no checkpoint of ours is in the file of that name;
 * CONSENT_EDENIED: another key signed it; CONSENT_EIO; CONSENT_ENOMEM.
 */
int publisher_open(int dir, const struct note_ring *ring, uint64_t *from,
    struct publisher **out) CONSENT_CHECKED;

/* Frees, and writes nothing; NULL is nothing. */
void publisher_close(struct publisher *p);

/*
 * Takes the next entry, a line without its newline that is durable.
 * CONSENT_EDENIED: it, or one before it, is not what was published;
 * CONSENT_ENOMEM, CONSENT_ELIMIT (more than PUBLISH_BACKLOG waits); CONSENT_EIO
 * where the backlog had to be written. After a failure it takes no more.
 */
int publisher_add(struct publisher *p, struct span line) CONSENT_CHECKED;

/* Whether all that was published is among what was added. */
bool publisher_is_complete(const struct publisher *p);

/* Entries that the newest checkpoint covers. */
uint64_t publisher_published(const struct publisher *p);

/*
 * Forgets the bundle of that index: it is not written any more, for an entry
 * of it is about to be erased. What is on the disk stays.
 */
void publisher_forget(struct publisher *p, uint64_t bundle);

/*
 * Publishes all that was added; nothing to do is no failure. CONSENT_EIO
 * (errno tells why): the checkpoint before stands, try again; CONSENT_ENOMEM.
 */
int publisher_publish(struct publisher *p) CONSENT_CHECKED;

#endif
