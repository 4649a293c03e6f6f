#ifndef CONSENT_AUDIT_RECALL_H
#define CONSENT_AUDIT_RECALL_H

/*
 * What the writer of a log remembers of it: the latest choices by the id of
 * their attempt, so that none is logged twice, and the latest policies and
 * notices, so that no choice names one that is not there. Of fixed size, the
 * oldest go first. What was added since the last recall_commit can be taken
 * back. No I/O.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/entry.h"
#include "audit/layout.h"
#include <libconsent/span.h>
#include <libconsent/status.h>

struct recall;

/* A choice that was logged. */
struct recall_attempt {
	char id[RECORD_ID - 1];	  /* without NUL */
	unsigned char essence[8]; /* head of the SHA-256 of its essence */
	uint64_t seq;
	int64_t time;
};

/* Room for n attempts and as many texts. CONSENT_ENOMEM. */
int recall_new(size_t n, size_t texts, struct recall **out) CONSENT_CHECKED;

/* Frees; NULL is nothing. */
void recall_free(struct recall *r);

/*
 * Fills attempt from a choice's line whose head is in peek. CONSENT_EINVAL
 * when it is no choice, CONSENT_ENOMEM.
 */
int recall_read(struct span line, const struct entry_peek *peek,
    struct recall_attempt *out) CONSENT_CHECKED;

/* The attempt with that id (22 characters), or NULL. */
const struct recall_attempt *recall_find(
    const struct recall *r, struct span id);

/* Remembers an attempt that recall_find does not know. */
void recall_add(struct recall *r, const struct recall_attempt *attempt);

/* Remembers a text; the newest of its kind from now on. */
void recall_add_text(struct recall *r, enum layout_type kind, const char *hash);

/* Whether a text is remembered. */
bool recall_has_text(
    const struct recall *r, enum layout_type kind, const char *hash);

/* Whether a text is the newest of its kind. */
bool recall_is_newest(
    const struct recall *r, enum layout_type kind, const char *hash);

/* Keeps what was added. */
void recall_commit(struct recall *r);

/* Forgets what was added since recall_commit, at most half of the room. */
void recall_rollback(struct recall *r);

#endif
