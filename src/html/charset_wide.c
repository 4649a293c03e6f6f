#include "html/charset_wide.h"

enum {
	UNIT_SURROGATES = 0xD800, /* leading ones, then trailing ones */
	UNIT_TRAILING = 0xDC00,
	UNIT_BEHIND = 0xE000,
	CODE_REPLACEMENT = 0xFFFD,
	CODE_SUPPLEMENTARY = 0x10000
};

struct charset_wide
charset_wide_of(enum charset charset)
{
	return (struct charset_wide){.big = charset == CHARSET_UTF16BE};
}

static int
put_code(uint32_t c, struct buf *out)
{
	char bytes[4];
	size_t n = 0;

	if (c < 0x80) {
		bytes[n++] = (char)c;
	} else if (c < 0x800) {
		bytes[n++] = (char)(0xC0 | c >> 6);
		bytes[n++] = (char)(0x80 | (c & 0x3F));
	} else if (c < CODE_SUPPLEMENTARY) {
		bytes[n++] = (char)(0xE0 | c >> 12);
		bytes[n++] = (char)(0x80 | (c >> 6 & 0x3F));
		bytes[n++] = (char)(0x80 | (c & 0x3F));
	} else {
		bytes[n++] = (char)(0xF0 | c >> 18);
		bytes[n++] = (char)(0x80 | (c >> 12 & 0x3F));
		bytes[n++] = (char)(0x80 | (c >> 6 & 0x3F));
		bytes[n++] = (char)(0x80 | (c & 0x3F));
	}
	return buf_append(out, (struct span){bytes, n});
}

static int
put_unit(struct charset_wide *w, uint16_t unit, struct buf *out)
{
	uint16_t lead = w->lead;
	int rc;

	w->lead = 0;
	if (lead != 0 && unit >= UNIT_TRAILING && unit < UNIT_BEHIND)
		return put_code(CODE_SUPPLEMENTARY +
				    ((uint32_t)(lead - UNIT_SURROGATES) << 10) +
				    (uint32_t)(unit - UNIT_TRAILING),
		    out);
	if (lead != 0) {
		rc = put_code(CODE_REPLACEMENT, out);
		if (rc != CONSENT_OK)
			return rc;
	}
	if (unit >= UNIT_SURROGATES && unit < UNIT_TRAILING) {
		w->lead = unit;
		return CONSENT_OK;
	}
	return put_code(unit >= UNIT_TRAILING && unit < UNIT_BEHIND
			    ? (uint32_t)CODE_REPLACEMENT
			    : unit,
	    out);
}

int
charset_wide_write(
    struct charset_wide *wide, struct span bytes, struct buf *out)
{
	size_t i;
	int rc = CONSENT_OK;

	for (i = 0; i < bytes.n && rc == CONSENT_OK; i++) {
		unsigned char byte = (unsigned char)bytes.p[i];
		unsigned unit;

		wide->has_byte = !wide->has_byte;
		if (wide->has_byte) {
			wide->byte = byte;
			continue;
		}
		unit = wide->big ? (unsigned)wide->byte << 8 | byte
				 : (unsigned)byte << 8 | wide->byte;
		rc = put_unit(wide, (uint16_t)unit, out);
	}
	return rc;
}

int
charset_wide_end(struct charset_wide *wide, struct buf *out)
{
	bool broken = wide->has_byte || wide->lead != 0;

	wide->has_byte = false;
	wide->lead = 0;
	return broken ? put_code(CODE_REPLACEMENT, out) : CONSENT_OK;
}
