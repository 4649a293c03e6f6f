#include "html/charset_page.h"

#include "html/charset.h"
#include "html/charset_wide.h"

static int
decode(enum charset charset, struct span body, struct buf *wide,
    struct charset_page *out)
{
	struct charset_wide reader = charset_wide_of(charset);
	size_t before = wide->n;
	int rc = charset_wide_write(&reader, body, wide);

	if (rc == CONSENT_OK)
		rc = charset_wide_end(&reader, wide);
	if (rc == CONSENT_OK)
		out->text = span_sub(buf_span(wide), before, wide->n - before);
	return rc;
}

int
charset_page_read(struct span type, struct span body, struct buf *wide,
    struct charset_page *out)
{
	struct span first = span_sub(body, 0, CHARSET_SNIFF_BYTES);
	enum charset_basis basis;
	enum charset charset;
	struct mime mime;

	out->form = mime_form(type, &mime);
	if (out->form == MIME_UNKNOWN)
		out->form = mime_sniff(span_sub(body, 0, MIME_SNIFF));
	if (out->form != MIME_HTML && out->form != MIME_XML)
		return CONSENT_ENOENT;
	charset = out->form == MIME_XML
		      ? charset_sniff_xml(mime.charset, first)
		      : charset_sniff(mime.charset, first, &basis);
	out->text = body;
	if (charset == CHARSET_ASCII_COMPATIBLE)
		return CONSENT_OK;
	return charset == CHARSET_UNREADABLE ? CONSENT_ECODING
					     : decode(charset, body, wide, out);
}
