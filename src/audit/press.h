#ifndef CONSENT_AUDIT_PRESS_H
#define CONSENT_AUDIT_PRESS_H

/*
 * A thread that publishes while the log's writer goes on: syncing tiles and
 * bundles takes as long as many commits. The publisher is the thread's alone
 * from press_new to press_free, and all it shares is the bytes that are handed
 * over, so nothing else of the house need know of threads. Every function is
 * for the one thread that owns the press.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

struct press;
struct publisher;

/*
 * Starts the thread, which takes p over; where none may be made press_begin
 * publishes itself. CONSENT_ENOMEM: p stays the caller's.
 */
int press_new(struct publisher *p, struct press **out) CONSENT_CHECKED;

/* Ends the thread once it is done with what it does, and frees p, too. */
void press_free(struct press *press);

/*
 * Hands over lines that are durable, each with its newline. CONSENT_ELIMIT:
 * too much waits to be published; CONSENT_ENOMEM. Then nothing is taken.
 */
int press_add(struct press *press, struct span lines) CONSENT_CHECKED;

/* Begins to publish all that was added. */
void press_begin(struct press *press);

/*
 * Whether nothing is under way; *rc is then what came of the last that was,
 * with errno. CONSENT_EDENIED and others than CONSENT_EIO and CONSENT_ENOMEM:
 * it can go on no more.
 */
bool press_is_done(struct press *press, int *rc);

/* Waits for that. */
int press_wait(struct press *press) CONSENT_CHECKED;

/* Entries that the newest checkpoint covers. */
uint64_t press_published(struct press *press);

/* As publisher_forget, when nothing is under way any more. */
void press_forget(struct press *press, uint64_t bundle);

#endif
