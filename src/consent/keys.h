#ifndef CONSENT_CONSENT_KEYS_H
#define CONSENT_CONSENT_KEYS_H

/*
 * The directory that holds the keys of tokens and of the log: makes, reads and
 * retires key files, and refuses those that others could read. Knows file
 * formats, never tokens nor what a key is good for.
 */

#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

#include "consent/signer.h"

enum {
	KEYS_KID = 33,	  /* a key id and its NUL */
	KEYS_ERROR = 512, /* room for a reason and its NUL */
	KEYS_FILES = 4096 /* directory entries that are looked at */
};

struct keys_folder {
	const char *path;
	enum signer_algorithm algorithm; /* which files are meant */
	char *error; /* of KEYS_ERROR bytes: why a call failed */
};

/* Takes one key; borrowed for the call. 0 or a status; writes the error. */
struct keys_taker {
	int (*take)(void *ctx, const char *kid, struct span key);
	void *ctx;
};

/*
 * Writes a fresh key into the folder (made with mode 0700 when it is missing)
 * and its id to kid: the time, or a second more than that in after where the
 * clock is behind it, so that of both the new one is the last by name. after is
 * "" or the id of a key. The file appears whole or not at all. CONSENT_EINVAL:
 * after is last by name and tells no time; CONSENT_EIO, CONSENT_EDENIED,
 * CONSENT_ENOMEM.
 */
int keys_create(const struct keys_folder *folder, const char *after,
    char kid[KEYS_KID]) CONSENT_CHECKED;

/*
 * Gives every key of that algorithm to the taker, in no order.
 * CONSENT_ENOENT: the folder is missing; CONSENT_EDENIED: others can read a
 * file or write to the folder; CONSENT_EINVAL: malformed; CONSENT_ELIMIT;
 * CONSENT_EIO; CONSENT_ENOMEM; what the taker returned.
 */
int keys_load(const struct keys_folder *folder,
    const struct keys_taker *taker) CONSENT_CHECKED;

/* Why a key is taken out of service. */
enum keys_end {
	KEYS_REVOKED, /* others may have it: nothing of it counts */
	KEYS_RETIRED  /* nothing that it signed is in force any more */
};

/*
 * Takes a key out of service: its file is renamed to NAME.revoked or
 * NAME.retired. CONSENT_ENOENT, CONSENT_EINVAL (no kid), CONSENT_EIO,
 * CONSENT_EDENIED.
 */
int keys_put_away(const struct keys_folder *folder, const char *kid,
    enum keys_end how) CONSENT_CHECKED;

/*
 * When a key was made, in milliseconds since 1970, by its id; 0 for an id that
 * does not begin with a time.
 */
int64_t keys_made(const char *kid);

#endif
