#ifndef CONSENT_REPORT_FOLLOW_H
#define CONSENT_REPORT_FOLLOW_H

/*
 * Reads the lines of a consent log by their numbers while it is written, its
 * segments are changed for an erasure, or the directory goes and comes back.
 * Read-only, takes no lock, keeps no file open that it was told to let go, and
 * holds one line at a time. Believes nothing of what the lines say.
 */

#include <stdint.h>

#include "audit/reader.h"

struct follow;

/*
 * Where a follower stands. Numbers of files tell when one was put in another's
 * place; then its lines are counted anew.
 */
struct follow_place {
	uint64_t seq;	       /* the entry that comes next */
	uint64_t first;	       /* in the segment of that name */
	uint64_t line;	       /* lines of it that come before */
	uint64_t offset;       /* bytes of it that come before */
	uint64_t device, file; /* 0: not looked at yet */
};

/* A follower of the log in directory dir, which is borrowed. CONSENT_ENOMEM. */
int follow_new(const char *dir, struct follow **out) CONSENT_CHECKED;

/* Frees; NULL is nothing. */
void follow_free(struct follow *f);

/* Where it stands; entry 0 at first. */
struct follow_place follow_tell(const struct follow *f);

/* Goes to a place that follow_tell gave, and closes what is open. */
void follow_go(struct follow *f, const struct follow_place *place);

/* The place of an entry, wherever it may be. */
struct follow_place follow_entry(uint64_t seq);

/*
 * The next whole line, and goes on behind it. CONSENT_ENOENT: there is none
 * (yet); CONSENT_EINVAL: the next bytes are no line: *why says it, static, and
 * line where; CONSENT_EIO: the log is away, cannot be read, or has a file among
 * its segments that is none, as while one is changed; CONSENT_ENOMEM,
 * CONSENT_ELIMIT. Whatever fails can be tried again.
 */
int follow_next(struct follow *f, struct reader_line *line,
    const char **why) CONSENT_CHECKED;

#endif
