#include "http/multipart.h"

#include "web/mime.h"

struct span
multipart_boundary(struct span type)
{
	struct span name = SPAN("boundary"), s = type;

	while (s.n > 0 && !span_starts_nocase(s, name))
		s = span_sub(s, 1, s.n);
	s = span_trim(span_sub(s, name.n, s.n));
	if (!span_starts(s, SPAN("=")))
		return SPAN("");
	s = span_sub(s, 1, s.n);
	s = span_trim(span_sub(s, 0, span_find(s, ';')));
	while (span_starts(s, SPAN("\"")))
		s = span_sub(s, 1, s.n);
	while (span_ends(s, SPAN("\"")))
		s.n--;
	s = span_trim(s);
	/* some name it with the dashes that stand before it */
	while (span_starts(s, SPAN("-")))
		s = span_sub(s, 1, s.n);
	return s;
}

int
multipart_init(struct multipart *m, struct span boundary, struct sink out)
{
	size_t i, k = 0;

	*m = (struct multipart){.out = out, .boundary = boundary};
	buf_init(&m->head, MULTIPART_HEAD_MAX);
	if (boundary.n == 0 || boundary.n > MULTIPART_BOUNDARY_MAX)
		return CONSENT_ECODING;
	/* how much of it still matches where it breaks off (Knuth, Morris
	   and Pratt) */
	for (i = 1; i < boundary.n; i++) {
		while (k > 0 && boundary.p[i] != boundary.p[k])
			k = m->retreat[k - 1];
		if (boundary.p[i] == boundary.p[k])
			k++;
		m->retreat[i] = (unsigned char)k;
	}
	return CONSENT_OK;
}

/* Moves behind the next boundary; the length, or all of s without one. */
static size_t
pass_boundary(struct multipart *m, struct span s)
{
	size_t i = 0;

	while (i < s.n) {
		char c = s.p[i++];

		while (m->matched > 0 && c != m->boundary.p[m->matched])
			m->matched = m->retreat[m->matched - 1];
		if (c == m->boundary.p[m->matched])
			m->matched++;
		if (m->matched == m->boundary.n) {
			m->matched = 0;
			m->in_head = true;
			break;
		}
	}
	return i;
}

/* Whether the head is complete: an empty line, or the end of all parts. */
static bool
is_complete(struct span head)
{
	struct span line;

	if (span_starts(head, SPAN("--")))
		return true;
	/* what is left of the boundary's line, then lines up to an empty one */
	(void)span_cut(&head, '\n');
	while (head.p != NULL) {
		struct span before = head;

		line = span_cut(&head, '\n');
		if (head.p == NULL && span_find(before, '\n') == before.n)
			return false;
		if (line.n == 0 || span_equal(line, SPAN("\r")))
			return true;
	}
	return false;
}

/* Whether a part with this head is something that a browser only shows. */
static bool
is_shown_only(struct span head)
{
	struct span name = SPAN("Content-Type:");
	bool typed = false;

	if (span_starts(head, SPAN("--")))
		return true;
	while (head.p != NULL) {
		struct span line = span_trim(span_cut(&head, '\n'));

		if (!span_starts_nocase(line, SPAN("Content-Type")))
			continue;
		if (!span_starts_nocase(line, name) ||
		    mime_form(span_trim(span_sub(line, name.n, line.n)),
			NULL) != MIME_OTHER)
			return false;
		typed = true;
	}
	return typed;
}

/* Takes one byte of a part's head; lets it go when it is complete. */
static int
take_head(struct multipart *m, char c)
{
	int rc = buf_append_byte(&m->head, c);
	struct span head = buf_span(&m->head);

	/* only these bytes can complete it */
	if (rc != CONSENT_OK || (c != '\n' && head.n != 2) ||
	    !is_complete(head))
		return rc;
	if (!is_shown_only(head))
		return CONSENT_ECODING;
	m->in_head = false;
	rc = sink_write(&m->out, head, SINK_MORE);
	buf_clear(&m->head);
	return rc;
}

int
multipart_write(struct multipart *m, struct span bytes, enum sink_mark mark)
{
	int rc = CONSENT_OK;

	while (bytes.n > 0 && rc == CONSENT_OK) {
		size_t n = 1;

		if (m->in_head) {
			rc = take_head(m, bytes.p[0]);
		} else {
			n = pass_boundary(m, bytes);
			rc = sink_write(
			    &m->out, span_sub(bytes, 0, n), SINK_MORE);
		}
		bytes = span_sub(bytes, n, bytes.n);
	}
	if (rc == CONSENT_OK && mark == SINK_LAST && m->in_head)
		return CONSENT_ECODING; /* a head without an end */
	return rc != CONSENT_OK || mark == SINK_MORE
		   ? rc
		   : sink_write(&m->out, SPAN(""), mark);
}

void
multipart_fini(struct multipart *m)
{
	buf_fini(&m->head);
}
