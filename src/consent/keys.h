#ifndef CONSENT_CONSENT_KEYS_H
#define CONSENT_CONSENT_KEYS_H

/*
 * The directory that holds the keys of consent/seal: makes, reads and retires
 * key files, and refuses those that others could read. Knows file formats,
 * never tokens.
 */

#include <libconsent/seal.h>

/*
 * Writes a fresh key of that algorithm into the directory (made with mode
 * 0700 when it is missing) and its id to kid. The file appears whole or not
 * at all. CONSENT_EIO, CONSENT_EDENIED, CONSENT_ENOMEM; *error says why.
 */
int keys_create(const char *directory, enum seal_algorithm algorithm,
    char kid[SEAL_KID], struct seal_error *error) CONSENT_CHECKED;

/*
 * Adds every key of the ring's algorithm in the directory to the ring.
 * CONSENT_ENOENT: the directory is missing. Else as seal_ring_open.
 */
int keys_load(const char *directory, struct seal_ring *ring,
    struct seal_error *error) CONSENT_CHECKED;

/*
 * Takes a key out of service: its file is renamed to NAME.revoked, and tokens
 * under it are no choice any more. CONSENT_ENOENT, CONSENT_EINVAL (bad kid),
 * CONSENT_EIO.
 */
int keys_revoke(const char *directory, enum seal_algorithm algorithm,
    const char *kid, struct seal_error *error) CONSENT_CHECKED;

#endif
