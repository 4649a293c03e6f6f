#ifndef CONSENT_AUDIT_NOTE_H
#define CONSENT_AUDIT_NOTE_H

/*
 * Signed notes (C2SP signed-note) with Ed25519: a text, a blank line, and
 * signature lines. Keys have a name, here the log's origin line, and an id
 * made of name and key. Reads nothing but what it is given, but for
 * note_ring_open, which reads the folder of keys.
 */

#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "consent/keys.h"

enum {
	NOTE_NAME = 256,	/* longest name and its NUL */
	NOTE_BYTES = 64 * 1024, /* longest note: 16 signatures of any kind */
	NOTE_VKEY = 320,	/* longest verifier key and its NUL */
	NOTE_KEYS = 64		/* most keys of a ring */
};

/* A name and an Ed25519 key that signs, or only checks. */
struct note_key;

/* Keys of one log by age, the newest last. Borrowed by who is given one. */
struct note_ring {
	size_t n;
	struct note_key *keys[NOTE_KEYS];
	char kids[NOTE_KEYS][KEYS_KID]; /* "" for one that was read */
};

/*
 * The verifier key in vkey, "NAME+ID+KEY": eight hex digits of the key id, and
 * the signature type 0x01 and the 32 bytes of the key in base64; blanks around
 * it are passed over. CONSENT_EINVAL: none, or its id is not its own;
 * CONSENT_ENOMEM.
 */
int note_key_read(struct span vkey, struct note_key **out) CONSENT_CHECKED;

/* Writes the key's verifier key, which is no secret. */
void note_key_write(const struct note_key *key, char vkey[NOTE_VKEY]);

/* The name; lives as long as the key. */
struct span note_key_name(const struct note_key *key);

/* Frees; NULL is nothing. */
void note_key_free(struct note_key *key);

/*
 * Whether a key, and so a log, may have that name: not empty, below
 * NOTE_NAME, printable ASCII without blank and plus.
 */
int note_check_name(struct span name) CONSENT_CHECKED;

/*
 * Reads the Ed25519 keys in a folder as those of a log of that name; makes one
 * when there is none. The folder's algorithm is ignored, its error says what
 * is wrong. As keys_load and keys_create; CONSENT_EINVAL for a name that no
 * key may have; CONSENT_ELIMIT over NOTE_KEYS. Give it back with
 * note_ring_fini either way.
 */
int note_ring_open(const struct keys_folder *folder, const char *name,
    struct note_ring *out) CONSENT_CHECKED;

/* The same, but makes none: CONSENT_ENOENT then. */
int note_ring_load(const struct keys_folder *folder, const char *name,
    struct note_ring *out) CONSENT_CHECKED;

/* Frees the keys. */
void note_ring_fini(struct note_ring *ring);

/*
 * Makes text, which ends in a newline, a note signed with the key: appends the
 * blank line and the signature line to it. CONSENT_EDENIED: the key only
 * checks; CONSENT_EINVAL: no such text; CONSENT_ELIMIT; CONSENT_ENOMEM.
 */
int note_sign(const struct note_key *key, struct buf *text) CONSENT_CHECKED;

/*
 * The text of a note that a key of the ring has signed; *by is that key.
 * Signatures of keys that are not in it are passed over. CONSENT_EINVAL: not a
 * note; CONSENT_EDENIED: a signature of a known key that does not hold, or
 * none of them signed; CONSENT_ENOMEM.
 */
int note_open(struct span note, const struct note_ring *ring, struct span *text,
    size_t *by) CONSENT_CHECKED;

/* The text of a note whoever signed it. CONSENT_EINVAL: not a note. */
int note_text(struct span note, struct span *text) CONSENT_CHECKED;

#endif
