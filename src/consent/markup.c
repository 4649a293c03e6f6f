#include "consent/markup.h"

#include "base/ascii.h"

static void
append(struct markup *m, struct span bytes)
{
	if (m->rc == CONSENT_OK)
		m->rc = buf_append(m->out, bytes);
}

void
markup_raw(struct markup *m, const char *literal)
{
	append(m, span_of(literal));
}

static struct span
escape_of(char c)
{
	switch (c) {
	case '&':
		return SPAN("&amp;");
	case '<':
		return SPAN("&lt;");
	case '>':
		return SPAN("&gt;");
	case '"':
		return SPAN("&quot;");
	case '\'':
		return SPAN("&#39;");
	default:
		return SPAN("");
	}
}

void
markup_span(struct markup *m, struct span text)
{
	size_t from = 0, i;

	for (i = 0; i < text.n; i++) {
		struct span escape = escape_of(text.p[i]);

		if (escape.n == 0)
			continue;
		append(m, span_sub(text, from, i - from));
		append(m, escape);
		from = i + 1;
	}
	append(m, span_sub(text, from, text.n));
}

void
markup_text(struct markup *m, const char *text)
{
	markup_span(m, span_of(text));
}

static const char *
value_of(const struct markup_value *values, struct span name)
{
	for (; values->name != NULL; values++) {
		if (span_equal(name, span_of(values->name)))
			return values->text;
	}
	return NULL;
}

/* Numbers and dates run from left to right in any text. */
static void
write_value(struct markup *m, const char *text)
{
	markup_raw(
	    m, ascii_is(text[0], ASCII_DIGIT) ? "<bdi dir=\"ltr\">" : "<bdi>");
	markup_text(m, text);
	markup_raw(m, "</bdi>");
}

void
markup_phrase(
    struct markup *m, const char *text, const struct markup_value *values)
{
	struct span rest = span_of(text);

	while (rest.n > 0) {
		size_t open = span_find(rest, '{');
		struct span tail = span_sub(rest, open, rest.n);
		size_t close = span_find(tail, '}');
		const char *value =
		    close == tail.n
			? NULL
			: value_of(values, span_sub(tail, 1, close - 1));

		markup_span(m, span_sub(rest, 0, open));
		if (open == rest.n)
			return;
		if (value != NULL)
			write_value(m, value);
		else
			append(m, SPAN("{"));
		rest = span_sub(tail, value != NULL ? close + 1 : 1, tail.n);
	}
}

void
markup_number(struct markup *m, size_t n)
{
	if (m->rc == CONSENT_OK)
		m->rc = buf_printf(m->out, "%zu", n);
}

void
markup_element(struct markup *m, const char *name, const char *text)
{
	struct span tag = span_of(name);

	append(m, SPAN("<"));
	append(m, tag);
	append(m, SPAN(">"));
	markup_text(m, text);
	append(m, SPAN("</"));
	append(m, span_sub(tag, 0, span_find(tag, ' ')));
	append(m, SPAN(">"));
}

void
markup_attribute(struct markup *m, const char *name, const char *text)
{
	append(m, SPAN(" "));
	markup_raw(m, name);
	append(m, SPAN("=\""));
	markup_text(m, text);
	append(m, SPAN("\""));
}

void
markup_hidden(struct markup *m, const char *name, const char *value)
{
	markup_raw(m, "<input type=\"hidden\"");
	markup_attribute(m, "name", name);
	markup_attribute(m, "value", value);
	markup_raw(m, "/>");
}

void
markup_query(struct markup *m, struct span value)
{
	size_t i;

	for (i = 0; m->rc == CONSENT_OK && i < value.n; i++) {
		char c = value.p[i];

		if (ascii_is(c, ASCII_ALNUM) || c == '-' || c == '.' ||
		    c == '_')
			m->rc = buf_append_byte(m->out, c);
		else
			m->rc = buf_printf(
			    m->out, "%%%02X", (unsigned)(unsigned char)c);
	}
}
