#include "html/charset.h"

#include "base/ascii.h"
#include "base/spelling.h"

/* A position in the first bytes of a page. */
struct scan {
	const char *p;
	const char *end;
};

/* One attribute, as "get an attribute" of 13.2.3.2 finds it. */
struct found {
	struct span name;
	struct span value;
};

/* What the attributes of one meta element say. */
struct meta {
	bool got_pragma;
	bool need_pragma;
	bool has_label;
	bool known; /* the label is that of an encoding */
	struct span label;
	enum charset charset;
	bool seen_equiv; /* only the first of each name counts */
	bool seen_content;
	bool seen_charset;
};

static bool
scan_is_space(const struct scan *s)
{
	return s->p < s->end && ascii_is(*s->p, ASCII_SPACE);
}

static struct span
scan_rest(const struct scan *s)
{
	return (struct span){s->p, (size_t)(s->end - s->p)};
}

/* Moves behind the next occurrence of text, or to the end. */
static bool
scan_past(struct scan *s, struct span text)
{
	struct span rest = scan_rest(s);
	size_t at = span_search(rest, text);

	if (at == rest.n) {
		s->p = s->end;
		return false;
	}
	s->p += at + text.n;
	return true;
}

/* The value of an attribute; s is behind the equals sign. */
static struct span
scan_value(struct scan *s)
{
	const char *start;
	char quote = 0;

	while (scan_is_space(s))
		s->p++;
	if (s->p < s->end && (*s->p == '"' || *s->p == '\''))
		quote = *s->p++;
	start = s->p;
	while (
	    s->p < s->end &&
	    (quote != 0 ? *s->p != quote : *s->p != '>' && !scan_is_space(s)))
		s->p++;
	if (quote != 0 && s->p < s->end)
		return (struct span){start, (size_t)(s->p++ - start)};
	return (struct span){start, (size_t)(s->p - start)};
}

/* 13.2.3.2 Get an attribute; false at the tag's '>' and at the end. */
static bool
scan_attribute(struct scan *s, struct found *out)
{
	while (scan_is_space(s) || (s->p < s->end && *s->p == '/'))
		s->p++;
	if (s->p == s->end || *s->p == '>')
		return false;
	out->name.p = s->p++;
	while (s->p < s->end && *s->p != '=' && *s->p != '/' && *s->p != '>' &&
	       !scan_is_space(s))
		s->p++;
	out->name.n = (size_t)(s->p - out->name.p);
	out->value = (struct span){s->p, 0};
	while (scan_is_space(s))
		s->p++;
	if (s->p == s->end || *s->p != '=')
		return true;
	s->p++;
	out->value = scan_value(s);
	return true;
}

struct span
charset_in_content(struct span content)
{
	static const struct span none = {NULL, 0};
	struct scan s = {content.p, content.p + content.n};

	while (s.p < s.end) {
		if (!span_starts_nocase(scan_rest(&s), SPAN("charset"))) {
			s.p++;
			continue;
		}
		s.p += 7;
		while (scan_is_space(&s))
			s.p++;
		if (s.p < s.end && *s.p == '=')
			break;
	}
	if (s.p == s.end)
		return none;
	s.p++;
	while (scan_is_space(&s))
		s.p++;
	content = scan_rest(&s);
	if (content.n > 0 && (content.p[0] == '"' || content.p[0] == '\'')) {
		size_t n =
		    span_find(span_sub(content, 1, content.n), content.p[0]);

		return n + 1 < content.n ? span_sub(content, 1, n) : none;
	}
	while (s.p < s.end && *s.p != ';' && !scan_is_space(&s))
		s.p++;
	return span_sub(content, 0, (size_t)(s.p - content.p));
}

/* Whether this is the first attribute of a name. */
static bool
first_of(struct span have, struct span name, bool *seen)
{
	bool first = span_equal_nocase(have, name) && !*seen;

	*seen = *seen || first;
	return first;
}

static void
meta_take(struct meta *m, const struct found *a)
{
	if (first_of(a->name, SPAN("http-equiv"), &m->seen_equiv)) {
		m->got_pragma =
		    span_equal_nocase(a->value, SPAN("content-type"));
	} else if (first_of(a->name, SPAN("content"), &m->seen_content)) {
		struct span label = charset_in_content(a->value);

		if (m->has_label || !charset_find(label, &m->charset))
			return;
		m->label = label;
		m->has_label = m->known = m->need_pragma = true;
	} else if (first_of(a->name, SPAN("charset"), &m->seen_charset)) {
		m->has_label = true;
		m->known = charset_find(a->value, &m->charset);
		m->label = a->value;
		m->need_pragma = false;
	}
}

/* What a page declares. */
struct declared {
	enum charset charset;
	struct span label;
};

/* Reads a meta element's attributes; whether they name an encoding. */
static bool
scan_meta(struct scan *s, struct declared *out)
{
	struct meta m = {.got_pragma = false};
	struct found a;

	while (scan_attribute(s, &a))
		meta_take(&m, &a);
	if (s->p == s->end || !m.has_label || !m.known ||
	    (m.need_pragma && !m.got_pragma))
		return false;
	/* what was read so far cannot be UTF-16: it means UTF-8 */
	out->charset =
	    m.charset == CHARSET_UTF16LE || m.charset == CHARSET_UTF16BE
		? CHARSET_ASCII_COMPATIBLE
		: m.charset;
	out->label = m.charset == out->charset
			 ? spelling_trim(m.label, ASCII_SPACE)
			 : SPAN("utf-8");
	return true;
}

static size_t
name_length(struct span tag)
{
	size_t n = 0;

	while (n < tag.n && tag.p[n] != '>' && tag.p[n] != '/' &&
	       !ascii_is(tag.p[n], ASCII_SPACE))
		n++;
	return n;
}

/* Moves behind a tag that is no meta element; s is behind its '<'. */
static void
scan_tag(struct scan *s)
{
	struct found a;

	while (s->p < s->end && *s->p != '>' && !scan_is_space(s))
		s->p++;
	while (scan_attribute(s, &a))
		continue;
}

static bool
is_meta(struct span rest)
{
	return span_starts_nocase(rest, SPAN("<meta")) && rest.n > 5 &&
	       (rest.p[5] == '/' || ascii_is(rest.p[5], ASCII_SPACE));
}

/* Moves behind the end tag of an element whose content is text, if it is. */
static void
scan_text(struct scan *s, struct span name)
{
	static const char *const texts[] = {"script", "style", "title",
	    "textarea", "noscript", "template", "xmp", "iframe", "noembed",
	    "noframes", "plaintext", "svg", "math"};
	size_t i;

	for (i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (span_equal_nocase(name, span_of(texts[i])))
			break;
	if (i == sizeof texts / sizeof texts[0])
		return;
	while (scan_past(s, SPAN("</")))
		if (span_starts_nocase(scan_rest(s), name))
			return;
}

/* How much of a page is looked at as its parser does. */
enum scan_care {
	SCAN_TAGS, /* as 13.2.3.2 does: tags alone */
	SCAN_TEXTS /* and past what is text inside of elements */
};

/* Moves behind what begins at a '<' that is no meta element. */
static void
scan_skip(struct scan *s, enum scan_care care)
{
	struct span rest = scan_rest(s);
	size_t name = rest.n > 1 && rest.p[1] == '/' ? 2 : 1;

	if (span_starts(rest, SPAN("<!--"))) {
		s->p += 2; /* its dashes may be those that end it */
		(void)scan_past(s, SPAN("-->"));
	} else if (rest.n > name && ascii_is(rest.p[name], ASCII_ALPHA)) {
		s->p += name;
		rest = scan_rest(s);
		scan_tag(s);
		if (care == SCAN_TEXTS && name == 1)
			scan_text(s, span_sub(rest, 0, name_length(rest)));
	} else if (rest.n > 1 &&
		   (rest.p[1] == '!' || name == 2 || rest.p[1] == '?')) {
		(void)scan_past(s, SPAN(">"));
	} else {
		s->p++;
	}
}

/* 13.2.3.2 Prescan a byte stream to determine its encoding */
static bool
prescan_meta(struct span first, enum scan_care care, struct declared *out)
{
	struct scan s = {first.p, first.p + first.n};

	while (s.p < s.end) {
		s.p += span_find(scan_rest(&s), '<');
		if (!is_meta(scan_rest(&s))) {
			if (s.p < s.end)
				scan_skip(&s, care);
			continue;
		}
		s.p += 5;
		if (scan_meta(&s, out))
			return true;
	}
	return false;
}

static void
scan_controls(struct scan *s)
{
	while (s->p < s->end && (unsigned char)*s->p <= ' ')
		s->p++;
}

/* The label in an XML declaration: 13.2.3.2 Get an XML encoding */
static bool
find_declaration(struct span first, struct span *out)
{
	struct scan s = {first.p, first.p + span_find(first, '>')};
	struct span label;
	size_t i;

	if (!span_starts(first, SPAN("<?xml")) || s.end == first.p + first.n ||
	    !scan_past(&s, SPAN("encoding")))
		return false;
	scan_controls(&s);
	if (s.p == s.end || *s.p++ != '=')
		return false;
	scan_controls(&s);
	if (s.p == s.end || (*s.p != '"' && *s.p != '\''))
		return false;
	label = span_sub(scan_rest(&s), 1, first.n);
	label.n = span_find(label, *s.p);
	if (s.p + 1 + label.n == s.end)
		return false;
	for (i = 0; i < label.n; i++)
		if ((unsigned char)label.p[i] <= ' ')
			return false;
	*out = label;
	return true;
}

static bool
prescan_xml(struct span first, enum charset *out)
{
	struct span label;

	if (!find_declaration(first, &label) || !charset_find(label, out))
		return false;
	if (*out == CHARSET_UTF16LE || *out == CHARSET_UTF16BE)
		*out = CHARSET_ASCII_COMPATIBLE;
	return true;
}

/* An XML declaration in UTF-16, which needs no byte order mark. */
static bool
prescan_wide(struct span first, enum charset *out)
{
	if (span_starts(first, SPAN("<\0?\0x\0")))
		*out = CHARSET_UTF16LE;
	else if (span_starts(first, SPAN("\0<\0?\0x")))
		*out = CHARSET_UTF16BE;
	else
		return false;
	return true;
}

static bool
find_bom(struct span first, enum charset *out)
{
	if (span_starts(first, SPAN("\xEF\xBB\xBF")))
		*out = CHARSET_ASCII_COMPATIBLE;
	else if (span_starts(first, SPAN("\xFE\xFF")))
		*out = CHARSET_UTF16BE;
	else if (span_starts(first, SPAN("\xFF\xFE")))
		*out = CHARSET_UTF16LE;
	else
		return false;
	return true;
}

bool
charset_escapes(bool *escaped, struct span bytes)
{
	while (bytes.n > 0) {
		size_t n;

		if (*escaped && (bytes.p[0] == '$' || bytes.p[0] == '('))
			return true;
		n = span_find(bytes, '\x1B');
		*escaped = n < bytes.n;
		bytes = span_sub(bytes, n + 1, bytes.n);
	}
	return false;
}

/* Whether a label that no browser knows meant something else than ASCII. */
static bool
is_dangerous(struct span label)
{
	static const char *const starts[] = {"utf-7", "utf7", "unicode-",
	    "x-unicode-", "csunicode", "utf-32", "utf32", "ucs-", "scsu",
	    "bocu", "hz", "ebcdic", "x-ebcdic", "ibm", "cp0", "iso-2022",
	    "x-imap"};
	size_t i;

	for (i = 0; i < sizeof starts / sizeof starts[0]; i++)
		if (span_starts_nocase(label, span_of(starts[i])))
			return true;
	return false;
}

/* The label without what careless hands leave around it. */
static struct span
bare(struct span label)
{
	label = span_trim(label);
	while (label.n > 0 && (label.p[0] == '"' || label.p[0] == '\''))
		label = span_sub(label, 1, label.n);
	while (label.n > 0 &&
	       (label.p[label.n - 1] == '"' || label.p[label.n - 1] == '\''))
		label.n--;
	return span_trim(label);
}

/*
 * Whether the label of Content-Type decides. One that is known only to some,
 * without its quotes, must mean the same without it.
 */
static bool
find_label(struct span label, enum charset *out)
{
	struct span inner = bare(label);
	enum charset found;

	if (charset_find(label, out))
		return true;
	*out = CHARSET_UNREADABLE;
	return is_dangerous(inner) || (charset_find(inner, &found) &&
					  found != CHARSET_ASCII_COMPATIBLE);
}

enum charset
charset_sniff(struct span label, struct span first, enum charset_basis *basis)
{
	struct span head = span_sub(first, 0, CHARSET_SNIFF_BYTES);
	enum charset found = CHARSET_UNREADABLE;
	struct declared meta;

	*basis = CHARSET_BASIS_BOM;
	if (find_bom(first, &found))
		return found;
	*basis = CHARSET_BASIS_HEADER;
	if (label.n > 0 && find_label(label, &found))
		return found;
	*basis = CHARSET_BASIS_META;
	if (head.n > 0 && prescan_wide(head, &found))
		return found;
	if (head.n > 0 && prescan_meta(head, SCAN_TAGS, &meta))
		return meta.charset;
	if (head.n > 0 && prescan_xml(head, &found))
		return found;
	*basis = CHARSET_BASIS_DEFAULT;
	return CHARSET_ASCII_COMPATIBLE;
}

struct span
charset_named(struct span first)
{
	struct span head = span_sub(first, 0, CHARSET_SNIFF_BYTES);
	struct declared tags, element;

	if (head.n == 0 || !prescan_meta(head, SCAN_TAGS, &tags) ||
	    !prescan_meta(head, SCAN_TEXTS, &element) ||
	    tags.label.p != element.label.p)
		return (struct span){NULL, 0};
	/* a meta element that says so means this (13.2.3.2) */
	return span_equal_nocase(tags.label, SPAN("x-user-defined"))
		   ? SPAN("windows-1252")
		   : tags.label;
}

struct span
charset_declared(struct span first)
{
	struct span head = span_sub(first, 0, CHARSET_SNIFF_BYTES), label;

	return head.n > 0 && find_declaration(head, &label)
		   ? label
		   : (struct span){NULL, 0};
}

enum charset
charset_sniff_xml(struct span label, struct span first)
{
	struct span head = span_sub(first, 0, CHARSET_SNIFF_BYTES);
	enum charset found = CHARSET_UNREADABLE;
	struct span declaration = span_sub(head, 0, span_find(head, '>'));

	if (find_bom(first, &found) ||
	    (label.n > 0 && find_label(label, &found)) ||
	    prescan_wide(head, &found) || prescan_xml(head, &found))
		return found;
	/* "encoding" that was not found is one that nobody knows */
	return span_starts(declaration, SPAN("<?xml")) &&
		       span_search(declaration, SPAN("encoding")) <
			   declaration.n
		   ? CHARSET_UNREADABLE
		   : CHARSET_ASCII_COMPATIBLE;
}
