#include "html/xml_entity.h"

#include "base/ascii.h"
#include "html/charref.h"

void
xml_entities_init(struct xml_entities *entities)
{
	entities->n = 0;
	buf_init(&entities->text, XML_DOCTYPE_MAX);
}

void
xml_entities_fini(struct xml_entities *entities)
{
	buf_fini(&entities->text);
}

/* ---- the declaration -------------------------------------------------- */

/*
 * The length of the piece in front of s, by how it begins: a comment, an
 * instruction, a literal, or one byte. 0 when its end is not there.
 */
static size_t
piece_length(struct span s)
{
	struct span end = {NULL, 0};
	size_t from = 0, at;

	if (span_starts(s, SPAN("<!--"))) {
		end = SPAN("-->");
		from = 4;
	} else if (span_starts(s, SPAN("<?"))) {
		end = SPAN("?>");
		from = 2;
	} else if (s.p[0] == '"' || s.p[0] == '\'') {
		end = (struct span){s.p, 1};
		from = 1;
	} else {
		return 1;
	}
	at = span_search(span_sub(s, from, s.n), end);
	return from + at < s.n ? from + at + end.n : 0;
}

size_t
xml_doctype_length(struct span s)
{
	size_t i = 2, n;
	int angles = 1;

	while (i < s.n) {
		n = piece_length(span_sub(s, i, s.n));
		if (n == 0)
			return 0;
		if (n == 1 && s.p[i] == '<')
			angles++;
		if (n == 1 && s.p[i] == '>' && --angles == 0)
			return i + 1;
		i += n;
	}
	return 0;
}

static void
skip_space(struct span *s)
{
	while (s->n > 0 && ascii_is(s->p[0], ASCII_SPACE))
		*s = span_sub(*s, 1, s->n);
}

/* Takes a name, or whatever stands up to a blank or quote. */
static struct span
take_word(struct span *s)
{
	struct span word;
	size_t n = 0;

	skip_space(s);
	while (n < s->n && !ascii_is(s->p[n], ASCII_SPACE) && s->p[n] != '"' &&
	       s->p[n] != '\'')
		n++;
	word = span_sub(*s, 0, n);
	*s = span_sub(*s, n, s->n);
	return word;
}

/* Whether an entity's value is mere text, wherever it is put. */
static bool
is_harmless(struct span value)
{
	return span_find(value, '<') == value.n &&
	       span_find(value, '&') == value.n &&
	       span_find(value, '%') == value.n;
}

static int
add_entity(struct xml_entities *e, struct span name, struct span value)
{
	size_t at = e->text.n;
	int rc;

	if (e->n == XML_ENTITIES_MAX || name.n == 0)
		return CONSENT_ELIMIT;
	rc = buf_append(&e->text, name);
	if (rc == CONSENT_OK)
		rc = buf_append(&e->text, value);
	if (rc != CONSENT_OK)
		return rc;
	e->rows[e->n].name = at;
	e->rows[e->n].name_n = name.n;
	e->rows[e->n].value = at + name.n;
	e->rows[e->n].value_n = value.n;
	e->n++;
	return CONSENT_OK;
}

/* <!ENTITY name "value">: body is what stands between. */
static int
read_entity(struct xml_entities *e, struct span body)
{
	struct span name = take_word(&body), value;
	size_t n;

	skip_space(&body);
	if (span_equal(name, SPAN("%")) || body.n == 0 ||
	    (body.p[0] != '"' && body.p[0] != '\''))
		return CONSENT_ELIMIT;
	n = piece_length(body);
	if (n == 0)
		return CONSENT_ELIMIT;
	value = span_sub(body, 1, n - 2);
	body = span_sub(body, n, body.n);
	skip_space(&body);
	if (body.n > 0 || !is_harmless(value))
		return CONSENT_ELIMIT;
	return add_entity(e, name, value);
}

/* One declaration of the internal subset, between "<!" and ">". */
static int
read_declaration(struct xml_entities *e, struct span body)
{
	struct span kind = take_word(&body);

	if (span_equal(kind, SPAN("ENTITY")))
		return read_entity(e, body);
	/* a quote in it is that of an attribute's default value */
	if (span_equal(kind, SPAN("ATTLIST")))
		return span_find(body, '"') < body.n ||
			       span_find(body, '\'') < body.n
			   ? CONSENT_ELIMIT
			   : CONSENT_OK;
	return span_equal(kind, SPAN("ELEMENT")) ||
		       span_equal(kind, SPAN("NOTATION"))
		   ? CONSENT_OK
		   : CONSENT_ELIMIT;
}

/* The length of "<!...>" in front of s, literals skipped. */
static size_t
declaration_length(struct span s)
{
	size_t i = 2, n;

	for (; i < s.n; i += n) {
		if (s.p[i] == '>')
			return i + 1;
		n = piece_length(span_sub(s, i, s.n));
		if (n == 0)
			return 0;
	}
	return 0;
}

/* What stands between "[" and "]" (28b). */
static int
read_subset(struct xml_entities *e, struct span s)
{
	size_t n;
	int rc = CONSENT_OK;

	for (skip_space(&s); s.n > 0 && rc == CONSENT_OK; skip_space(&s)) {
		if (s.p[0] != '<')
			return CONSENT_ELIMIT; /* "%name;" above all */
		n = piece_length(s);
		if (n <= 1) {
			n = span_starts(s, SPAN("<!")) ? declaration_length(s)
						       : 0;
			if (n == 0)
				return CONSENT_ELIMIT;
			rc = read_declaration(e, span_sub(s, 2, n - 3));
		} else if (span_starts(s, SPAN("<?xml"))) {
			return CONSENT_ELIMIT; /* a style sheet, perhaps */
		}
		s = span_sub(s, n, s.n);
	}
	return rc;
}

int
xml_doctype_read(struct xml_entities *entities, struct span raw)
{
	struct span s = span_sub(raw, 9, raw.n - 10);
	size_t i = 0, n, end;

	while (i < s.n && s.p[i] != '[') {
		n = piece_length(span_sub(s, i, s.n));
		if (n == 0)
			return CONSENT_ELIMIT;
		i += n;
	}
	if (i >= s.n)
		return CONSENT_OK;
	end = s.n;
	while (end > i + 1 && ascii_is(s.p[end - 1], ASCII_SPACE))
		end--;
	if (end == i + 1 || s.p[end - 1] != ']')
		return CONSENT_ELIMIT;
	return read_subset(entities, span_sub(s, i + 1, end - i - 2));
}

/* ---- references ------------------------------------------------------- */

static bool
find_entity(const struct xml_entities *e, struct span name, struct span *value)
{
	struct span text = buf_span(&e->text);
	size_t i;

	for (i = 0; i < e->n; i++)
		if (span_equal(name,
			span_sub(text, e->rows[i].name, e->rows[i].name_n))) {
			*value = span_sub(
			    text, e->rows[i].value, e->rows[i].value_n);
			return true;
		}
	return false;
}

/* Appends what one "&...;" stands for. */
static int
put_reference(const struct xml_entities *e, struct span raw, struct buf *out)
{
	struct span value;
	struct charref ref;

	if (find_entity(e, span_sub(raw, 1, raw.n - 2), &value))
		return buf_append(out, value);
	if (span_equal(raw, SPAN("&apos;")))
		return buf_append_byte(out, '\'');
	if (charref_match(raw, CHARREF_DATA, &ref) != raw.n)
		return CONSENT_ELIMIT;
	return charref_decode(raw, CHARREF_DATA, out);
}

int
xml_decode(
    const struct xml_entities *entities, struct span raw, struct buf *out)
{
	int rc = CONSENT_OK;

	while (raw.n > 0 && rc == CONSENT_OK) {
		size_t n = span_find(raw, '&'), end;

		if (n > 0) {
			rc = buf_append(out, span_sub(raw, 0, n));
			raw = span_sub(raw, n, raw.n);
			continue;
		}
		end = span_find(raw, ';');
		if (end == raw.n)
			return CONSENT_ELIMIT;
		rc = put_reference(entities, span_sub(raw, 0, end + 1), out);
		raw = span_sub(raw, end + 1, raw.n);
	}
	return rc;
}
