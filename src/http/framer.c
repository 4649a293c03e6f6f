#include "http/framer.h"

#include "http/head_edit.h"

void
framer_begin(struct framer *f, enum body_kind kind, uint64_t length)
{
	*f = (struct framer){.kind = kind};
	if (kind == BODY_LENGTH)
		f->left = length;
}

/* Spells value in the given base without leading zeros, from the end back. */
static struct span
spell_number(uint64_t value, unsigned base, char digits[FRAMER_SCRATCH])
{
	size_t at = FRAMER_SCRATCH;

	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value > 0);
	return (struct span){digits + at, FRAMER_SCRATCH - at};
}

int
framer_announce(const struct framer *f, struct head *head)
{
	char digits[FRAMER_SCRATCH];

	head_drop_all(head, SPAN("Transfer-Encoding"));
	head_drop_all(head, SPAN("Content-Length"));
	if (f->kind == BODY_LENGTH)
		return head_add(head, SPAN("Content-Length"),
		    spell_number(f->left, 10, digits));
	if (f->kind == BODY_CHUNKED)
		return head_add(
		    head, SPAN("Transfer-Encoding"), SPAN("chunked"));
	return CONSENT_OK;
}

/* The size line (RFC 9112 7.1) stands at the end of scratch. */
static struct span
spell_size(size_t n, char scratch[FRAMER_SCRATCH])
{
	struct span digits;
	size_t i;

	digits = spell_number(n, 16, scratch);
	for (i = 0; i < digits.n; i++)
		scratch[i] = digits.p[i];
	scratch[i++] = '\r';
	scratch[i++] = '\n';
	return (struct span){scratch, i};
}

/* Whether n more bytes may follow; counts them. */
static int
framer_count(struct framer *f, size_t n)
{
	if (f->ended)
		return CONSENT_EINVAL;
	if (n == 0)
		return CONSENT_OK;
	if (f->kind == BODY_NONE)
		return CONSENT_ELIMIT;
	if (f->kind != BODY_LENGTH)
		return CONSENT_OK;
	if (n > f->left)
		return CONSENT_ELIMIT;
	f->left -= n;
	return CONSENT_OK;
}

int
framer_piece(struct framer *f, struct span data, struct span out[FRAMER_PARTS],
    char scratch[FRAMER_SCRATCH])
{
	int rc = framer_count(f, data.n);

	if (rc != CONSENT_OK)
		return rc;
	out[0] = out[2] = (struct span){"", 0};
	out[1] = data;
	if (f->kind == BODY_CHUNKED && data.n > 0) {
		out[0] = spell_size(data.n, scratch);
		out[2] = SPAN("\r\n");
	}
	return CONSENT_OK;
}

static int
write_last_chunk(const struct head *trailers, struct buf *out)
{
	size_t before = out->n;
	int rc;

	if (trailers == NULL)
		return buf_append(out, SPAN("0\r\n\r\n"));
	rc = buf_append(out, SPAN("0\r\n"));
	if (rc == CONSENT_OK)
		rc = head_write_fields(trailers, out);
	if (rc != CONSENT_OK)
		out->n = before;
	return rc;
}

int
framer_end(struct framer *f, const struct head *trailers, struct buf *out)
{
	int rc = CONSENT_OK;

	if (f->ended || f->left > 0)
		return CONSENT_EINVAL;
	if (f->kind == BODY_CHUNKED)
		rc = write_last_chunk(trailers, out);
	if (rc == CONSENT_OK)
		f->ended = true;
	return rc;
}
