#include "audit/note.h"

#include "base/digest.h"
#include "consent/signer.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ID_BYTES = 4,
	ID_HEX = 2 * ID_BYTES + 1,
	TYPE_ED25519 = 0x01,
	SIGNED_BYTES = ID_BYTES + SIGNER_BYTES, /* what a line has in base64 */
	SIGNATURES = 64				/* most lines that are read */
};

struct note_key {
	char name[NOTE_NAME];
	unsigned char id[ID_BYTES];
	unsigned char key[SIGNER_ED25519_BYTES];
	struct signer *signer;
};

#define DASH "\xe2\x80\x94 " /* U+2014 and a space */

int
note_check_name(struct span name)
{
	size_t i;

	if (name.n == 0 || name.n >= NOTE_NAME)
		return CONSENT_EINVAL;
	for (i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] > '~' || name.p[i] == '+')
			return CONSENT_EINVAL;
	return CONSENT_OK;
}

/* SHA-256(name || 0x0A || type || key), its first four bytes. */
static int
make_id(struct note_key *key)
{
	const struct span parts[] = {span_of(key->name), {"\n\x01", 2},
	    {(const char *)key->key, sizeof key->key}};
	unsigned char hash[DIGEST_BYTES];
	int rc = digest_sha256_parts(parts, 3, hash);

	if (rc == CONSENT_OK)
		memcpy(key->id, hash, sizeof key->id);
	return rc;
}

/* A key of that name; takes the signer over, whatever comes of it. */
static int
new_key(struct span name, struct signer *signer, struct note_key **out)
{
	struct note_key *key = calloc(1, sizeof *key);
	int rc = key == NULL ? CONSENT_ENOMEM : note_check_name(name);

	if (key == NULL) {
		signer_free(signer);
		return rc;
	}
	key->signer = signer;
	if (rc == CONSENT_OK) {
		memcpy(key->name, name.p, name.n);
		rc = signer_ed25519(signer, key->key);
	}
	if (rc == CONSENT_OK)
		rc = make_id(key);
	if (rc == CONSENT_OK)
		*out = key;
	else
		note_key_free(key);
	return rc;
}

/* The key in base64 behind the last plus of a verifier key. */
static int
read_signer(struct span text, struct signer **out)
{
	char bytes[1 + SIGNER_ED25519_BYTES + 3];
	struct buf raw = {.p = bytes, .cap = sizeof bytes, .max = sizeof bytes};
	int rc = digest_from_base64(text, &raw);

	if (rc == CONSENT_ELIMIT)
		return CONSENT_EINVAL;
	if (rc != CONSENT_OK)
		return rc;
	if (raw.n != 1 + SIGNER_ED25519_BYTES || raw.p[0] != TYPE_ED25519)
		return CONSENT_EINVAL;
	return signer_new_ed25519(span_sub(buf_span(&raw), 1, raw.n), out);
}

int
note_key_read(struct span vkey, struct note_key **out)
{
	struct signer *signer = NULL;
	struct note_key *key = NULL;
	struct span rest = vkey, name, id;
	char hex[ID_HEX];
	int rc;

	while (rest.n > 0 && (unsigned char)rest.p[0] <= ' ')
		rest = span_sub(rest, 1, rest.n);
	while (rest.n > 0 && (unsigned char)rest.p[rest.n - 1] <= ' ')
		rest.n--;
	name = span_cut(&rest, '+');
	id = span_cut(&rest, '+');
	rc = read_signer(rest, &signer);
	if (rc == CONSENT_OK)
		rc = new_key(name, signer, &key);
	if (rc != CONSENT_OK)
		return rc;
	digest_hex(key->id, sizeof key->id, hex);
	if (!span_equal(id, span_of(hex))) {
		note_key_free(key);
		return CONSENT_EINVAL;
	}
	*out = key;
	return CONSENT_OK;
}

void
note_key_write(const struct note_key *key, char vkey[NOTE_VKEY])
{
	char raw[1 + SIGNER_ED25519_BYTES] = {TYPE_ED25519};
	char room[64], hex[ID_HEX];
	struct buf text = {.p = room, .cap = sizeof room, .max = sizeof room};

	memcpy(raw + 1, key->key, sizeof key->key);
	digest_hex(key->id, sizeof key->id, hex);
	/* 44 letters into room for 64 */
	if (digest_base64((struct span){raw, sizeof raw}, &text) != CONSENT_OK)
		text.n = 0;
	(void)snprintf(vkey, NOTE_VKEY, "%s+%s+%.*s", key->name, hex,
	    SPAN_ARG(buf_span(&text)));
}

struct span
note_key_name(const struct note_key *key)
{
	return span_of(key->name);
}

void
note_key_free(struct note_key *key)
{
	if (key == NULL)
		return;
	signer_free(key->signer);
	free(key);
}

/* ---- the ring --------------------------------------------------------- */

struct filling {
	struct note_ring *ring;
	const char *name;
	char *error;
};

/* Puts a key where its age belongs: kids by name are by age. */
static int
take_key(void *ctx, const char *kid, struct span pem)
{
	const struct filling *f = ctx;
	struct note_ring *ring = f->ring;
	struct signer *signer = NULL;
	struct note_key *key = NULL;
	size_t at = ring->n;
	int rc = ring->n < NOTE_KEYS ? CONSENT_OK : CONSENT_ELIMIT;

	if (rc == CONSENT_OK)
		rc = signer_new(SIGNER_ED25519, pem, &signer);
	if (rc == CONSENT_OK && !signer_can_sign(signer)) {
		signer_free(signer);
		rc = CONSENT_EINVAL;
	}
	if (rc == CONSENT_OK)
		rc = new_key(span_of(f->name), signer, &key);
	if (rc != CONSENT_OK) {
		(void)snprintf(f->error, KEYS_ERROR,
		    "%s: not a key for the log's checkpoints: %s", kid,
		    rc == CONSENT_ELIMIT
			? "too many of them"
			: "want an Ed25519 private key, not encrypted");
		return rc;
	}
	for (; at > 0 && strcmp(ring->kids[at - 1], kid) > 0; at--) {
		ring->keys[at] = ring->keys[at - 1];
		memcpy(ring->kids[at], ring->kids[at - 1], KEYS_KID);
	}
	ring->keys[at] = key;
	(void)snprintf(ring->kids[at], KEYS_KID, "%s", kid);
	ring->n++;
	return CONSENT_OK;
}

int
note_ring_load(
    const struct keys_folder *folder, const char *name, struct note_ring *out)
{
	struct keys_folder own = {folder->path, SIGNER_ED25519, folder->error};
	struct filling f = {out, name, folder->error};
	struct keys_taker taker = {take_key, &f};
	int rc = note_check_name(span_of(name));

	memset(out, 0, sizeof *out);
	if (rc == CONSENT_OK)
		rc = keys_load(&own, &taker);
	return rc == CONSENT_OK && out->n == 0 ? CONSENT_ENOENT : rc;
}

int
note_ring_open(
    const struct keys_folder *folder, const char *name, struct note_ring *out)
{
	struct keys_folder own = {folder->path, SIGNER_ED25519, folder->error};
	char kid[KEYS_KID];
	int rc = note_ring_load(folder, name, out);

	if (rc == CONSENT_ENOENT) {
		rc = keys_create(&own, "", kid);
		if (rc == CONSENT_OK)
			rc = note_ring_load(folder, name, out);
	}
	if (rc == CONSENT_OK)
		folder->error[0] = '\0'; /* that there was none before */
	return rc;
}

void
note_ring_fini(struct note_ring *ring)
{
	while (ring->n > 0)
		note_key_free(ring->keys[--ring->n]);
}

/* ---- notes ------------------------------------------------------------ */

/* Whether a text may be signed: lines of UTF-8 without control characters. */
static bool
is_text(struct span text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' && text.p[i] != '\n')
			return false;
	return span_ends(text, SPAN("\n"));
}

int
note_sign(const struct note_key *key, struct buf *text)
{
	char bytes[SIGNED_BYTES];
	unsigned char *signature = (unsigned char *)bytes + ID_BYTES;
	size_t n = 0, mark = text->n;
	int rc = is_text(buf_span(text)) ? CONSENT_OK : CONSENT_EINVAL;

	memcpy(bytes, key->id, ID_BYTES);
	if (rc == CONSENT_OK)
		rc = signer_sign(key->signer, buf_span(text), signature, &n);
	if (rc == CONSENT_OK)
		rc = buf_printf(text, "\n" DASH "%s ", key->name);
	if (rc == CONSENT_OK)
		rc = digest_base64((struct span){bytes, sizeof bytes}, text);
	if (rc == CONSENT_OK)
		rc = buf_append(text, SPAN("\n"));
	if (rc != CONSENT_OK)
		text->n = mark;
	return rc;
}

/* Parts a note at its last blank line. */
static int
part(struct span note, struct span *text, struct span *lines)
{
	size_t at = note.n;

	if (note.n > NOTE_BYTES || !is_text(note))
		return CONSENT_EINVAL;
	while (at > 1 && !(note.p[at - 1] == '\n' && note.p[at - 2] == '\n'))
		at--;
	if (at <= 1 || at == note.n)
		return CONSENT_EINVAL;
	*text = span_sub(note, 0, at - 1);
	*lines = span_sub(note, at, note.n);
	return CONSENT_OK;
}

int
note_text(struct span note, struct span *text)
{
	struct span lines;

	return part(note, text, &lines);
}

/* A signature line: whose it is, by name, and what it has in base64. */
static int
read_line(struct span line, struct span *name, struct buf *bytes)
{
	if (!span_starts(line, SPAN(DASH)))
		return CONSENT_EINVAL;
	line = span_sub(line, sizeof DASH - 1, line.n);
	*name = span_cut(&line, ' ');
	buf_clear(bytes);
	if (name->n == 0 || digest_from_base64(line, bytes) != CONSENT_OK ||
	    bytes->n <= ID_BYTES)
		return CONSENT_EINVAL;
	return CONSENT_OK;
}

static bool
is_of_key(const struct note_key *key, struct span name, struct span bytes)
{
	return span_equal(name, span_of(key->name)) &&
	       memcmp(bytes.p, key->id, ID_BYTES) == 0;
}

/* What one line says of the text; *found: the key that signed. */
static int
check_line(struct span line, const struct note_ring *ring, struct span text,
    size_t *found)
{
	struct span name;
	struct buf bytes;
	size_t i;
	int rc;

	buf_init(&bytes, NOTE_BYTES);
	rc = read_line(line, &name, &bytes);
	for (i = 0; rc == CONSENT_OK && i < ring->n; i++) {
		struct span raw = buf_span(&bytes);

		if (!is_of_key(ring->keys[i], name, raw))
			continue;
		if (signer_verify(ring->keys[i]->signer, text,
			span_sub(raw, ID_BYTES, raw.n)))
			*found = i;
		else
			rc = CONSENT_EDENIED;
	}
	buf_fini(&bytes);
	return rc;
}

int
note_open(struct span note, const struct note_ring *ring, struct span *text,
    size_t *by)
{
	struct span lines, signed_text;
	size_t n = 0, found = SIZE_MAX;
	int rc = part(note, &signed_text, &lines);

	while (rc == CONSENT_OK && lines.n > 0)
		rc = n++ < SIGNATURES ? check_line(span_cut(&lines, '\n'), ring,
					    signed_text, &found)
				      : CONSENT_EINVAL;
	if (rc == CONSENT_OK && found == SIZE_MAX)
		rc = CONSENT_EDENIED;
	if (rc != CONSENT_OK)
		return rc;
	*text = signed_text;
	*by = found;
	return CONSENT_OK;
}
