#ifndef CONSENT_AUDIT_SYNCER_H
#define CONSENT_AUDIT_SYNCER_H

/*
 * A thread that waits for the disk, so that its owner can work meanwhile. It
 * knows one file at a time and shares no more than its descriptor. Every
 * function is for the one thread that owns the syncer.
 */

#include <libconsent/status.h>

struct syncer;

/* Starts the thread. CONSENT_ENOMEM: there is none; *out is not written. */
int syncer_new(struct syncer **out) CONSENT_CHECKED;

/* Ends the thread once it is done with what it does; NULL is nothing. */
void syncer_free(struct syncer *s);

/* Begins fdatasync of fd, which stays open until syncer_end. */
void syncer_begin(struct syncer *s, int fd);

/*
 * Waits for what was begun, once for each syncer_begin. CONSENT_EIO: fdatasync
 * failed, errno tells why.
 */
int syncer_end(struct syncer *s) CONSENT_CHECKED;

#endif
