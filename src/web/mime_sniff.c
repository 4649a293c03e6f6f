#include "web/mime.h"

#include "base/ascii.h"

/*
 * The signs of 7.1 and, below them, what Firefox goes by beside these: a tag
 * that it takes for HTML must not pass as text.
 */
static const char *const tags[] = {"<HTML", "<HEAD", "<SCRIPT", "<IFRAME",
    "<H1", "<DIV", "<FONT", "<TABLE", "<A", "<STYLE", "<TITLE", "<B", "<BODY",
    "<BR", "<P",
    /* Firefox */
    "<FRAMESET", "<IMG", "<LINK", "<BASE", "<APPLET", "<META", "<CENTER",
    "<FORM", "<ISINDEX", "<H2", "<H3", "<H4", "<H5", "<H6", "<PRE"};

/* What is behind any byte order mark and white space. */
static struct span
skip_blanks(struct span body)
{
	if (span_starts(body, SPAN("\xEF\xBB\xBF")))
		body = span_sub(body, 3, body.n);
	while (body.n > 0 && ascii_is(body.p[0], ASCII_SPACE))
		body = span_sub(body, 1, body.n);
	return body;
}

enum mime_form
mime_sniff(struct span body)
{
	size_t i, n;

	body = skip_blanks(span_sub(body, 0, MIME_SNIFF));
	if (span_starts_nocase(body, SPAN("<?xml")))
		return MIME_XML;
	if (span_starts(body, SPAN("<!")) || span_starts(body, SPAN("<?")))
		return MIME_HTML;
	for (i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		n = span_of(tags[i]).n;
		/* the sign, then a byte that ends a tag's name */
		if (body.n > n && (body.p[n] == ' ' || body.p[n] == '>') &&
		    span_starts_nocase(body, span_of(tags[i])))
			return MIME_HTML;
	}
	return MIME_OTHER;
}
