#include "consent/data_url.h"

#include <string.h>

#include "base/ascii.h"

enum {
	SEXTET = 6,
	OCTET = 8
};

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
			*room++ = text.p[i++];
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

int
data_url_body(struct span rest, struct buf *out)
{
	size_t comma = span_find(rest, ','), from = out->n;
	int rc;

	if (comma == rest.n)
		return CONSENT_EINVAL;
	rc = data_url_unescape(span_sub(rest, comma + 1, rest.n), out);
	if (rc == CONSENT_OK && is_base64(span_sub(rest, 0, comma)))
		rc = decode_base64(out, from);
	return rc;
}
