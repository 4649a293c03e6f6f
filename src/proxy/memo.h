#ifndef CONSENT_PROXY_MEMO_H
#define CONSENT_PROXY_MEMO_H

/*
 * The pages that one worker remembers, with the bytes that the origin sent and
 * those that went out for them (proxy/memo_body uses them). It holds no more
 * than its ceiling, pages that grow or are still read included. A page is taken
 * at its second sight; one that differed from what was remembered waits longer
 * each time. What was not asked for goes first, so that addresses which are
 * made up push out each other: all that they can cost is that pages take the
 * true path. Nothing is ever served out of here that the origin did not just
 * send byte for byte. One thread; entries are counted references.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/status.h>

#include "proxy/memo_key.h"

struct memo;
struct memo_entry;
struct siphash;

/*
 * An empty memo of at most max bytes; with 0 *out is NULL, which every
 * function here takes for a memo that remembers nothing. CONSENT_ENOMEM,
 * CONSENT_EIO: no random bytes.
 */
int memo_new(size_t max, struct memo **out) CONSENT_CHECKED;

/* Frees it and all that it lists; nobody may hold an entry. NULL is nothing. */
void memo_free(struct memo *memo);

/* What the keys of pages are hashed with; the memo's. */
struct siphash *memo_hasher(const struct memo *memo);

/* The page of that key, with a reference for the caller; NULL: none. */
struct memo_entry *memo_find(struct memo *memo, const struct memo_key *key);

/*
 * Counts a sight of a page that is not remembered. A new entry to be grown
 * where it is to be by now, with a reference; else, or without room, NULL.
 */
struct memo_entry *memo_draft(struct memo *memo, const struct memo_key *key);

/*
 * The page of an entry went by and was another: the entry goes. A new one to
 * be grown in its place, or NULL.
 */
struct memo_entry *memo_differs(struct memo *memo, struct memo_entry *entry);

/*
 * The origin paused where the output was not known: a new one to be grown that
 * knows the place, or NULL after a few of those. The entry stays meanwhile.
 */
struct memo_entry *memo_pauses(struct memo *memo, struct memo_entry *entry);

/*
 * Counts what a growing entry has by now. False where it fails or has no room:
 * the caller gives it back, and its page waits longer for the next try.
 */
bool memo_charge(struct memo *memo, struct memo_entry *entry);

/* Lists an entry whose page is complete; the caller keeps his reference. */
void memo_keep(struct memo *memo, struct memo_entry *entry);

/* The page of an entry was answered by it. */
void memo_used(struct memo *memo, struct memo_entry *entry);

/* Gives a reference back; NULL is nothing. */
void memo_release(struct memo *memo, struct memo_entry *entry);

/* Bytes that it holds, of all kinds. */
size_t memo_bytes(const struct memo *memo);

#endif
