#include "audit/checkpoint.h"

#include "base/digest.h"

#include <inttypes.h>
#include <string.h>

int
checkpoint_write(
    const struct note_key *key, const struct merkle_head *head, struct buf *out)
{
	struct span root = {(const char *)head->root.bytes, MERKLE_BYTES};
	struct span origin = note_key_name(key);
	int rc;

	buf_clear(out);
	rc = buf_printf(out, "%.*s\n%" PRIu64 "\n", SPAN_ARG(origin), head->n);
	if (rc == CONSENT_OK)
		rc = digest_base64(root, out);
	if (rc == CONSENT_OK)
		rc = buf_append(out, SPAN("\n"));
	return rc == CONSENT_OK ? note_sign(key, out) : rc;
}

/* The root hash in base64, 44 letters. */
static int
read_root(struct span text, struct merkle_hash *out)
{
	char bytes[MERKLE_BYTES + 4];
	struct buf raw = {.p = bytes, .cap = sizeof bytes, .max = sizeof bytes};
	int rc = digest_from_base64(text, &raw);

	if (rc == CONSENT_ENOMEM)
		return rc;
	if (rc != CONSENT_OK || raw.n != MERKLE_BYTES)
		return CONSENT_EINVAL;
	memcpy(out->bytes, bytes, MERKLE_BYTES);
	return CONSENT_OK;
}

static int
read_text(struct span text, struct span *origin, struct merkle_head *out)
{
	struct merkle_head head;
	struct span size;
	int rc;

	*origin = span_cut(&text, '\n');
	size = span_cut(&text, '\n');
	if (origin->n == 0 || !span_ends(text, SPAN("\n")) ||
	    (size.n > 1 && size.p[0] == '0') ||
	    span_to_u64(size, 10, UINT64_MAX, &head.n) != CONSENT_OK)
		return CONSENT_EINVAL;
	/* a fourth line would stand in the base64 */
	rc = read_root(span_sub(text, 0, text.n - 1), &head.root);
	if (rc == CONSENT_OK)
		*out = head;
	return rc;
}

int
checkpoint_peek(struct span note, struct span *origin, struct merkle_head *out)
{
	struct span text;
	int rc = note_text(note, &text);

	return rc == CONSENT_OK ? read_text(text, origin, out) : rc;
}

int
checkpoint_read(
    struct span note, const struct note_ring *ring, struct merkle_head *out)
{
	struct span text, origin;
	size_t by = 0;
	int rc = note_open(note, ring, &text, &by);

	if (rc == CONSENT_OK)
		rc = read_text(text, &origin, out);
	if (rc == CONSENT_OK &&
	    !span_equal(origin, note_key_name(ring->keys[by])))
		rc = CONSENT_EDENIED;
	return rc;
}
