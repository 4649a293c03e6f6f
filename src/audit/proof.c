#include "audit/proof.h"

#include "audit/checkpoint.h"
#include "base/digest.h"

#include <inttypes.h>
#include <string.h>

#define FIRST_LINE "c2sp.org/tlog-proof@v1"

int
proof_write(const struct proof *proof, struct buf *out)
{
	size_t i, mark = out->n;
	int rc =
	    buf_printf(out, FIRST_LINE "\nindex %" PRIu64 "\n", proof->index);

	for (i = 0; rc == CONSENT_OK && i < proof->path.n; i++) {
		const struct merkle_hash *hash = &proof->path.hashes[i];

		rc = digest_base64(
		    (struct span){(const char *)hash->bytes, MERKLE_BYTES},
		    out);
		if (rc == CONSENT_OK)
			rc = buf_append(out, SPAN("\n"));
	}
	if (rc == CONSENT_OK)
		rc = buf_append(out, SPAN("\n"));
	if (rc == CONSENT_OK)
		rc = buf_append(out, proof->checkpoint);
	if (rc != CONSENT_OK)
		out->n = mark;
	return rc;
}

static int
read_hash(struct span line, struct merkle_proof *path)
{
	char bytes[MERKLE_BYTES + 4];
	struct buf raw = {.p = bytes, .cap = sizeof bytes, .max = sizeof bytes};
	int rc = digest_from_base64(line, &raw);

	if (rc == CONSENT_ENOMEM)
		return rc;
	if (rc != CONSENT_OK || raw.n != MERKLE_BYTES ||
	    path->n == MERKLE_LEVELS)
		return CONSENT_EINVAL;
	memcpy(path->hashes[path->n++].bytes, bytes, MERKLE_BYTES);
	return CONSENT_OK;
}

static int
read_index(struct span line, uint64_t *index)
{
	struct span mark = SPAN("index ");
	struct span digits = span_sub(line, mark.n, line.n);

	if (!span_starts(line, mark) || (digits.n > 1 && digits.p[0] == '0') ||
	    span_to_u64(digits, 10, UINT64_MAX, index) != CONSENT_OK)
		return CONSENT_EINVAL;
	return CONSENT_OK;
}

int
proof_read(struct span text, struct proof *out)
{
	struct proof proof = {.path.n = 0};
	struct span line = span_cut(&text, '\n');
	int rc =
	    span_equal(line, SPAN(FIRST_LINE)) ? CONSENT_OK : CONSENT_EINVAL;

	if (rc == CONSENT_OK)
		rc = read_index(span_cut(&text, '\n'), &proof.index);
	while (rc == CONSENT_OK && text.p != NULL) {
		line = span_cut(&text, '\n');
		if (line.n == 0)
			break;
		rc = read_hash(line, &proof.path);
	}
	if (rc == CONSENT_OK && text.n == 0)
		rc = CONSENT_EINVAL;
	proof.checkpoint = text;
	if (rc == CONSENT_OK)
		*out = proof;
	return rc;
}

int
proof_check(const struct proof *proof, struct span entry,
    const struct note_ring *ring, const char **why)
{
	struct merkle_head head;
	struct merkle_hash hash;
	int rc = checkpoint_read(proof->checkpoint, ring, &head);

	*why = "the checkpoint is not signed with that key";
	if (rc == CONSENT_EINVAL) {
		*why = "the proof holds no checkpoint";
		rc = CONSENT_EDENIED;
	}
	if (rc != CONSENT_OK)
		return rc;
	*why = "the path does not fit the number and the checkpoint's size";
	rc = merkle_leaf(entry, &hash);
	if (rc == CONSENT_OK)
		rc = merkle_climb(&proof->path, proof->index, head.n, &hash);
	if (rc != CONSENT_OK)
		return rc;
	*why = "the entry is not the one that the checkpoint covers";
	return memcmp(hash.bytes, head.root.bytes, MERKLE_BYTES) == 0
		   ? CONSENT_OK
		   : CONSENT_EDENIED;
}
