#include "html/xml_scan.h"

#include "html/xml_entity.h"

/* The length up to and with what ends a piece; 0 when it is not there. */
static size_t
find_end(struct xml_scan *scan, struct span s, size_t from, struct span end)
{
	size_t at = scan->looked > from ? scan->looked : from;
	size_t n = span_search(span_sub(s, at, s.n), end);

	if (at + n < s.n)
		return at + n + end.n;
	/* the end may stand half in what comes next */
	if (s.n >= from + end.n)
		scan->looked = s.n - (end.n - 1);
	return 0;
}

/* A start tag ends at a ">" outside of quotes. */
static size_t
find_tag_end(struct xml_scan *scan, struct span s)
{
	size_t i = scan->looked;

	for (; i < s.n; i++) {
		char c = s.p[i];

		if (scan->quote != 0)
			scan->quote = c == scan->quote ? 0 : scan->quote;
		else if (c == '"' || c == '\'')
			scan->quote = c;
		else if (c == '>')
			return i + 1;
	}
	scan->looked = i;
	return 0;
}

/* Whether s may be the beginning of text, and is not all of it. */
static bool
is_short_of(struct span s, struct span text)
{
	return s.n < text.n && span_starts(text, s);
}

static size_t
scan_declared(struct xml_scan *scan, struct span s, enum xml_kind *kind)
{
	if (span_starts(s, SPAN("<!--"))) {
		*kind = XML_COMMENT;
		return find_end(scan, s, 4, SPAN("-->"));
	}
	if (span_starts(s, SPAN("<![CDATA["))) {
		*kind = XML_CDATA;
		return find_end(scan, s, 9, SPAN("]]>"));
	}
	if (span_starts(s, SPAN("<!DOCTYPE"))) {
		*kind = XML_DOCTYPE;
		return xml_doctype_length(s);
	}
	if (is_short_of(s, SPAN("<!--")) || is_short_of(s, SPAN("<![CDATA[")) ||
	    is_short_of(s, SPAN("<!DOCTYPE")))
		return 0;
	*kind = XML_BROKEN;
	return 1;
}

static size_t
scan_piece(struct xml_scan *scan, struct span s, enum xml_kind *kind)
{
	if (s.p[0] != '<') {
		*kind = XML_TEXT;
		return span_find(s, '<');
	}
	if (s.n < 2)
		return 0;
	switch (s.p[1]) {
	case '!':
		return scan_declared(scan, s, kind);
	case '?':
		*kind = XML_INSTRUCTION;
		return find_end(scan, s, 2, SPAN("?>"));
	case '/':
		*kind = XML_END_TAG;
		return find_end(scan, s, 2, SPAN(">"));
	default:
		*kind = XML_START_TAG;
		return find_tag_end(scan, s);
	}
}

size_t
xml_scan_next(struct xml_scan *scan, struct span s, enum xml_kind *kind)
{
	size_t n = scan_piece(scan, s, kind);

	if (n > 0)
		*scan = (struct xml_scan){.quote = 0};
	return n;
}
