#include "consent/data_url.h"

#include <string.h>

#include "base/ascii.h"
#include "html/charset.h"
#include "html/charset_wide.h"

enum {
	SEXTET = 6,
	OCTET = 8,
	HEAD_MAX = 4096 /* longest type that is looked at */
};

static bool
is_noise(char c)
{
	return c == '\t' || c == '\n' || c == '\r';
}

int
data_url_unescape(struct span text, struct buf *out)
{
	char *room;
	size_t i = 0;
	int rc = buf_reserve(out, text.n, &room);

	if (rc != CONSENT_OK)
		return rc;
	while (i < text.n) {
		int high = i + 2 < text.n ? ascii_hex_value(text.p[i + 1]) : -1;
		int low = i + 2 < text.n ? ascii_hex_value(text.p[i + 2]) : -1;

		if (text.p[i] == '%' && high >= 0 && low >= 0) {
			*room++ = (char)(high << 4 | low);
			i += 3;
		} else {
			if (!is_noise(text.p[i]))
				*room++ = text.p[i];
			i++;
		}
	}
	out->n = (size_t)(room - out->p);
	return CONSENT_OK;
}

/* The six bits of a base64 digit (RFC 4648 4), or -1. */
static int
base64_value(char c)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
				       "mnopqrstuvwxyz0123456789+/";
	const char *at = c == '\0' ? NULL : strchr(alphabet, c);

	return at == NULL ? -1 : (int)(at - alphabet);
}

/* Decodes out from offset from in place (WHATWG Infra, forgiving base64). */
static int
decode_base64(struct buf *out, size_t from)
{
	unsigned bits = 0, held = 0;
	size_t i, to = from;

	for (i = from; i < out->n; i++) {
		int value = base64_value(out->p[i]);

		if (ascii_is(out->p[i], ASCII_SPACE))
			continue;
		if (out->p[i] == '=')
			break;
		if (value < 0)
			return CONSENT_EINVAL;
		bits = (bits << SEXTET | (unsigned)value) & 0xffff;
		held += SEXTET;
		if (held >= OCTET) {
			held -= OCTET;
			out->p[to++] = (char)(bits >> held & 0xff);
		}
	}
	out->n = to;
	return CONSENT_OK;
}

static bool
is_base64(struct span type)
{
	struct span mark = SPAN("base64");
	struct span tail;

	type = span_trim(type);
	if (type.n < mark.n + 1)
		return false;
	tail = span_sub(type, type.n - mark.n, mark.n);
	type = span_trim(span_sub(type, 0, type.n - mark.n));
	return span_equal_nocase(tail, mark) && span_ends(type, SPAN(";"));
}

/* What stands before the comma. CONSENT_EINVAL: there is none. */
static int
read_head(struct span rest, struct buf *out)
{
	size_t n = span_find(rest, ','), i;
	int rc = n == rest.n ? CONSENT_EINVAL : CONSENT_OK;

	for (i = 0; rc == CONSENT_OK && i < n; i++)
		if (!is_noise(rest.p[i]))
			rc = buf_append_byte(out, rest.p[i]);
	return rc;
}

/* What stands behind it, decoded. */
static int
read_body(struct span rest, struct span head, struct buf *out)
{
	size_t from = out->n;
	int rc = data_url_unescape(
	    span_sub(rest, span_find(rest, ',') + 1, rest.n), out);

	return rc == CONSENT_OK && is_base64(head) ? decode_base64(out, from)
						   : rc;
}

int
data_url_body(struct span rest, struct buf *out)
{
	struct buf head;
	int rc;

	buf_init(&head, HEAD_MAX);
	rc = read_head(rest, &head);
	if (rc == CONSENT_OK)
		rc = read_body(rest, buf_span(&head), out);
	buf_fini(&head);
	return rc;
}

/* UTF-16 becomes UTF-8. */
static int
narrow(enum charset charset, struct buf *text)
{
	struct charset_wide wide = charset_wide_of(charset);
	struct buf out;
	int rc;

	buf_init(&out, 2 * (size_t)DATA_URL_MAX);
	rc = charset_wide_write(&wide, buf_span(text), &out);
	if (rc == CONSENT_OK)
		rc = charset_wide_end(&wide, &out);
	buf_fini(text);
	*text = out;
	return rc;
}

static int
decode(struct span label, enum mime_form form, struct buf *text)
{
	enum charset_basis basis = CHARSET_BASIS_HEADER;
	struct span first = span_sub(buf_span(text), 0, CHARSET_SNIFF_BYTES);
	enum charset charset = form == MIME_XML
				   ? charset_sniff_xml(label, first)
				   : charset_sniff(label, first, &basis);
	bool escaped = false;

	if (charset == CHARSET_UNREADABLE)
		return CONSENT_ECODING;
	if (charset != CHARSET_ASCII_COMPATIBLE)
		return narrow(charset, text);
	return (basis == CHARSET_BASIS_META ||
		   basis == CHARSET_BASIS_DEFAULT) &&
		       charset_escapes(&escaped, buf_span(text))
		   ? CONSENT_ECODING
		   : CONSENT_OK;
}

int
data_url_text(struct span rest, enum mime_form *form, struct buf *out)
{
	struct mime mime;
	struct buf head;
	int rc;

	buf_init(&head, HEAD_MAX);
	rc = read_head(rest, &head);
	if (rc == CONSENT_OK) {
		*form = mime_form(buf_span(&head), &mime);
		rc = read_body(rest, buf_span(&head), out);
	}
	if (rc == CONSENT_OK)
		rc = decode(mime.charset, *form, out);
	buf_fini(&head);
	return rc;
}
