#include "html/xml_tag.h"

#include "base/ascii.h"
#include "html/attribute.h"

#include <string.h>

/* One attribute as it stands. */
struct xml_attribute {
	struct span name;
	struct span value; /* raw, without quotes */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_name_byte(char c)
{
	return ascii_is(c, ASCII_ALNUM) || (unsigned char)c >= 0x80 ||
	       memchr("_:.-", c, 4) != NULL;
}

/* The name in front of s; empty where none begins. */
static struct span
take_name(struct span *s)
{
	struct span name;
	size_t n = 0;

	while (n < s->n && is_name_byte(s->p[n]))
		n++;
	if (n > 0 && (ascii_is(s->p[0], ASCII_DIGIT) || s->p[0] == '.' ||
			 s->p[0] == '-'))
		n = 0;
	name = span_sub(*s, 0, n);
	*s = span_sub(*s, n, s->n);
	return name;
}

static size_t
skip_blanks(struct span *s)
{
	size_t n = 0;

	while (n < s->n && is_blank(s->p[n]))
		n++;
	*s = span_sub(*s, n, s->n);
	return n;
}

struct span
xml_tag_name(struct span raw)
{
	struct span s = span_sub(raw, 1, raw.n);

	if (span_starts(s, SPAN("/")))
		s = span_sub(s, 1, s.n);
	return take_name(&s);
}

/* What stands behind the name, up to ">" or "/>". */
static struct span
tag_rest(struct span raw)
{
	size_t from = 1 + xml_tag_name(raw).n;
	size_t n = raw.n - from - 1;

	if (n > 0 && raw.p[from + n - 1] == '/')
		n--;
	return span_sub(raw, from, n);
}

/*
 * Takes the next attribute off *rest (41): CONSENT_OK, CONSENT_ENOENT at the
 * end, CONSENT_ELIMIT for what is none.
 */
static int
take_attribute(struct span *rest, struct xml_attribute *out)
{
	size_t blanks = skip_blanks(rest), n;

	if (rest->n == 0)
		return CONSENT_ENOENT;
	out->name = take_name(rest);
	if (blanks == 0 || out->name.n == 0)
		return CONSENT_ELIMIT;
	(void)skip_blanks(rest);
	if (!span_starts(*rest, SPAN("=")))
		return CONSENT_ELIMIT;
	*rest = span_sub(*rest, 1, rest->n);
	(void)skip_blanks(rest);
	if (rest->n == 0 || (rest->p[0] != '"' && rest->p[0] != '\''))
		return CONSENT_ELIMIT;
	n = span_find(span_sub(*rest, 1, rest->n), rest->p[0]);
	if (n + 1 >= rest->n)
		return CONSENT_ELIMIT;
	out->value = span_sub(*rest, 1, n);
	*rest = span_sub(*rest, n + 2, rest->n);
	return span_find(out->value, '<') < n ? CONSENT_ELIMIT : CONSENT_OK;
}

/* Binds what the attributes say of prefixes. */
static int
bind_all(const struct xml_scope *scope, struct span raw)
{
	struct span rest = tag_rest(raw), prefix;
	struct xml_attribute a;
	size_t count = 0;
	struct buf uri;
	int rc;

	buf_init(&uri, REWRITER_TAG_MAX);
	while ((rc = take_attribute(&rest, &a)) == CONSENT_OK) {
		if (++count > XML_ATTRIBUTES_MAX)
			rc = CONSENT_ELIMIT;
		if (rc != CONSENT_OK)
			break;
		if (span_equal(a.name, SPAN("xmlns")))
			prefix = SPAN("");
		else if (span_starts(a.name, SPAN("xmlns:")))
			prefix = span_sub(a.name, 6, a.name.n);
		else
			continue;
		buf_clear(&uri);
		rc = xml_decode(scope->entities, a.value, &uri);
		if (rc == CONSENT_OK)
			rc = xml_names_bind(
			    scope->names, prefix, buf_span(&uri));
		if (rc != CONSENT_OK)
			break;
	}
	buf_fini(&uri);
	return rc == CONSENT_ENOENT ? CONSENT_OK : rc;
}

static bool
has_capitals(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (ascii_is(s.p[i], ASCII_UPPER))
			return true;
	return false;
}

/*
 * The attribute's name as handlers know it: those of XLink with the usual
 * prefix, those of other namespaces and those that capitals keep from being
 * the ones of HTML behind one that nobody knows.
 */
static int
put_name(const struct xml_names *names, struct span raw, struct buf *out)
{
	struct span mark = SPAN("");
	struct xml_name name;
	int rc = xml_name_split(raw, &name);

	if (rc != CONSENT_OK)
		return rc;
	if (name.prefix.n > 0 && !span_equal(name.prefix, SPAN("xmlns"))) {
		enum xml_space space = xml_names_space(names, name.prefix);

		raw = space == XML_XLINK || space == XML_XML ? name.local : raw;
		mark = space == XML_XLINK ? SPAN("xlink:")
		       : space == XML_XML ? SPAN("xml:")
					  : SPAN("other:");
	} else if (has_capitals(raw)) {
		mark = SPAN("other:");
	}
	rc = buf_append(out, mark);
	return rc == CONSENT_OK ? buf_append(out, raw) : rc;
}

/* White space of the source is blanks to the tree (3.3.3). */
static char
normal(char c)
{
	return is_blank(c) ? ' ' : c;
}

/* Appends the value in quotes, as HTML has it. */
static int
put_value(const struct xml_scope *scope, struct span raw, struct buf *out)
{
	struct buf plain, text;
	size_t i;
	int rc = CONSENT_OK;

	buf_init(&plain, REWRITER_TAG_MAX);
	buf_init(&text, REWRITER_TAG_MAX);
	for (i = 0; i < raw.n && rc == CONSENT_OK; i++)
		rc = buf_append_byte(&plain, normal(raw.p[i]));
	if (rc == CONSENT_OK)
		rc = xml_decode(scope->entities, buf_span(&plain), &text);
	if (rc == CONSENT_OK)
		rc = buf_append(out, SPAN("=\""));
	if (rc == CONSENT_OK)
		rc = xml_escape(buf_span(&text), out);
	if (rc == CONSENT_OK)
		rc = buf_append_byte(out, '"');
	buf_fini(&plain);
	buf_fini(&text);
	return rc;
}

static int
put_attributes(const struct xml_scope *scope, struct span raw, struct buf *out)
{
	struct span rest = tag_rest(raw);
	struct xml_attribute a;
	int rc;

	while ((rc = take_attribute(&rest, &a)) == CONSENT_OK) {
		rc = buf_append_byte(out, ' ');
		if (rc == CONSENT_OK)
			rc = put_name(scope->names, a.name, out);
		if (rc == CONSENT_OK)
			rc = put_value(scope, a.value, out);
		if (rc != CONSENT_OK)
			return rc;
	}
	return rc == CONSENT_ENOENT ? CONSENT_OK : rc;
}

static bool
is_empty_element(struct span raw)
{
	return span_ends(raw, SPAN("/>"));
}

int
xml_tag_space(
    const struct xml_scope *scope, struct span raw, enum xml_space *space)
{
	struct xml_name name;
	int rc = xml_name_split(xml_tag_name(raw), &name);

	if (rc == CONSENT_OK)
		*space = xml_names_space(scope->names, name.prefix);
	return rc;
}

/* Fills what a handler is told, from the form that was written. */
static void
fill(struct rewriter_tag *tag, struct span local, const struct buf *form)
{
	tag->raw = buf_span(form);
	tag->self_closing = is_empty_element(tag->raw);
	tag->name_n = local.n < sizeof tag->name ? local.n : sizeof tag->name;
	memcpy(tag->name, local.p, tag->name_n);
}

int
xml_tag_read(const struct xml_scope *scope, struct span raw,
    struct rewriter_tag *tag, struct buf *form)
{
	struct span name = xml_tag_name(raw);
	struct xml_name parts;
	int rc = xml_name_split(name, &parts);

	if (rc == CONSENT_OK)
		rc = xml_names_open(scope->names, name);
	if (rc == CONSENT_OK)
		rc = bind_all(scope, raw);
	if (rc == CONSENT_OK)
		rc = buf_append_byte(form, '<');
	if (rc == CONSENT_OK)
		rc = buf_append(form, parts.local);
	if (rc == CONSENT_OK)
		rc = put_attributes(scope, raw, form);
	if (rc == CONSENT_OK)
		rc = buf_append(
		    form, is_empty_element(raw) ? SPAN("/>") : SPAN(">"));
	if (rc == CONSENT_OK)
		fill(tag, parts.local, form);
	tag->at = raw;
	return rc;
}

/* ---- back ------------------------------------------------------------- */

int
xml_escape(struct span text, struct buf *out)
{
	static const char *const escapes[256] = {['&'] = "&amp;",
	    ['<'] = "&lt;",
	    ['>'] = "&gt;",
	    ['"'] = "&quot;",
	    ['\t'] = "&#9;",
	    ['\n'] = "&#10;",
	    ['\r'] = "&#13;"};
	size_t i;
	int rc = CONSENT_OK;

	for (i = 0; i < text.n && rc == CONSENT_OK; i++) {
		const char *escape = escapes[(unsigned char)text.p[i]];

		rc = escape != NULL ? buf_append(out, span_of(escape))
				    : buf_append_byte(out, text.p[i]);
	}
	return rc;
}

/* Whether edit is one tag of that name and nothing else. */
static bool
is_one_tag(struct span edit, struct span name)
{
	char quote = 0;
	size_t i;

	if (!span_starts(edit, SPAN("<")) || !span_ends(edit, SPAN(">")) ||
	    !span_equal(attribute_tag_name(edit), name))
		return false;
	for (i = 1; i + 1 < edit.n; i++) {
		char c = edit.p[i];

		if (quote != 0)
			quote = c == quote ? 0 : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '>' || c == '<')
			return false;
	}
	return quote == 0;
}

/* The name that an attribute of the form has in raw; or its own. */
static struct span
name_back(const struct xml_scope *scope, struct span raw, struct span name)
{
	struct span rest = tag_rest(raw), found = name;
	struct xml_attribute a;
	struct buf known;

	buf_init(&known, REWRITER_TAG_MAX);
	while (take_attribute(&rest, &a) == CONSENT_OK) {
		buf_clear(&known);
		if (put_name(scope->names, a.name, &known) == CONSENT_OK &&
		    span_equal(buf_span(&known), name)) {
			found = a.name;
			break;
		}
	}
	buf_fini(&known);
	return found;
}

static int
write_attribute(const struct xml_scope *scope, struct span raw,
    const struct attribute *a, struct buf *out)
{
	struct span name = name_back(scope, raw, a->name), rest = name;
	struct buf value;
	int rc;

	if (take_name(&rest).n != name.n || name.n == 0)
		return CONSENT_EINVAL;
	buf_init(&value, REWRITER_TAG_MAX);
	rc = attribute_decode(a, &value);
	if (rc == CONSENT_OK)
		rc = buf_append_byte(out, ' ');
	if (rc == CONSENT_OK)
		rc = buf_append(out, name);
	if (rc == CONSENT_OK)
		rc = buf_append(out, SPAN("=\""));
	if (rc == CONSENT_OK)
		rc = xml_escape(buf_span(&value), out);
	if (rc == CONSENT_OK)
		rc = buf_append_byte(out, '"');
	buf_fini(&value);
	return rc;
}

int
xml_tag_write(const struct xml_scope *scope, struct span raw, struct span edit,
    struct buf *out)
{
	struct attribute_cursor c;
	struct attribute a;
	struct xml_name name;
	int rc = xml_name_split(xml_tag_name(raw), &name);

	if (rc != CONSENT_OK)
		return rc;
	if (!is_one_tag(edit, name.local))
		return CONSENT_EINVAL;
	rc = buf_append_byte(out, '<');
	if (rc == CONSENT_OK)
		rc = buf_append(out, xml_tag_name(raw));
	c = attribute_begin(edit);
	while (rc == CONSENT_OK && attribute_next(&c, &a))
		rc = write_attribute(scope, raw, &a, out);
	if (rc != CONSENT_OK)
		return rc;
	return buf_append(out, is_empty_element(raw) ? SPAN("/>") : SPAN(">"));
}
