#include "proxy/hints.h"

#include "consent/page_table.h"
#include "http/head.h"
#include "http/head_edit.h"
#include "proxy/judge.h"

#include <libconsent/buf.h>

#include <stdint.h>

/* What part_length says of text that cannot be read to its end. */
#define PART_BROKEN SIZE_MAX

/* One link-value: "<" URI ">" *( ";" parameter ). */
struct hint {
	struct span url;
	struct span parameters; /* all behind the ">" */
	struct span bytes;	/* the whole, without the comma */
};

/*
 * Where the part of s before a byte sep outside of quotes ends, or s.n; it is
 * broken where a quote stays open or another link begins.
 */
static size_t
part_length(struct span s, char sep)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '"')
			quoted = !quoted;
		else if (quoted && c == '\\')
			i++;
		else if (!quoted && c == sep)
			return i;
		else if (!quoted && (c == '<' || c == '>'))
			return PART_BROKEN;
	}
	return quoted ? PART_BROKEN : s.n;
}

/* Cuts the next link-value off *line. CONSENT_ENOENT at the end, _EINVAL. */
static int
read_hint(struct span *line, struct hint *out)
{
	struct span s = span_trim(*line), behind;
	size_t end, n;

	while (s.n > 0 && s.p[0] == ',') /* empty members (RFC 9110 5.6.1) */
		s = span_trim(span_sub(s, 1, s.n));
	if (s.n == 0)
		return CONSENT_ENOENT;
	end = span_find(s, '>');
	if (s.p[0] != '<' || end == s.n)
		return CONSENT_EINVAL;
	behind = span_sub(s, end + 1, s.n);
	n = part_length(behind, ',');
	if (n == PART_BROKEN)
		return CONSENT_EINVAL;
	out->url = span_sub(s, 1, end - 1);
	out->parameters = span_sub(behind, 0, n);
	out->bytes = span_trim(span_sub(s, 0, end + 1 + n));
	*line = span_sub(behind, n + 1, behind.n);
	return CONSENT_OK;
}

/* The next parameter of a link-value; false at the end. */
static bool
next_parameter(struct span *rest, struct span *name, struct span *value)
{
	struct span part;
	size_t n = part_length(*rest, ';'), at;

	if (rest->n == 0)
		return false;
	part = span_sub(*rest, 0, n);
	*rest = span_sub(*rest, n + 1, rest->n);
	at = span_find(part, '=');
	*name = span_trim(span_sub(part, 0, at));
	*value = span_trim(span_sub(part, at + 1, part.n));
	if (value->n >= 2 && value->p[0] == value->p[value->n - 1] &&
	    (value->p[0] == '"' || value->p[0] == '\''))
		*value = span_sub(*value, 1, value->n - 2);
	return true;
}

static bool
has_escape(struct span value)
{
	return span_find(value, '\\') < value.n;
}

/*
 * Whether the link has a rel that makes a browser fetch. Browsers differ in
 * which of several counts: any does; and none writes a type with escapes.
 */
static bool
hint_fetches(const struct hint *hint)
{
	struct span rest = hint->parameters, name, value;

	while (next_parameter(&rest, &name, &value))
		if (span_equal_nocase(name, SPAN("rel")) &&
		    (has_escape(value) || page_rel_fetches(value)))
			return true;
	return false;
}

/* Whether the gate withholds any of the candidates of an imagesrcset. */
static bool
withholds_candidate(struct judge *j, struct span candidates)
{
	struct span url;

	if (has_escape(candidates)) /* not what a browser makes of it */
		return true;
	while (page_value_next(PAGE_VALUE_SRCSET, &candidates, &url))
		if (judge_takes_url(j, url))
			return true;
	return false;
}

static bool
hint_passes(struct judge *j, const struct hint *hint)
{
	struct span rest = hint->parameters, name, value;

	if (!hint_fetches(hint))
		return true;
	if (judge_takes_url(j, hint->url))
		return false;
	while (next_parameter(&rest, &name, &value))
		if (span_equal_nocase(name, SPAN("imagesrcset")) &&
		    withholds_candidate(j, value))
			return false;
	return true;
}

/* What stays of one line; *dropped says whether anything went. */
static int
screen_line(struct judge *j, struct span line, struct buf *kept, bool *dropped)
{
	struct hint hint;
	int rc;

	*dropped = false;
	buf_clear(kept);
	while ((rc = read_hint(&line, &hint)) == CONSENT_OK) {
		if (!hint_passes(j, &hint)) {
			*dropped = true;
			continue;
		}
		if (kept->n > 0)
			rc = buf_append(kept, SPAN(", "));
		if (rc == CONSENT_OK)
			rc = buf_append(kept, hint.bytes);
		if (rc != CONSENT_OK)
			break;
	}
	if (rc == CONSENT_EINVAL) { /* where a link ends, nobody knows */
		*dropped = true;
		buf_clear(kept);
	}
	return rc == CONSENT_EINVAL || rc == CONSENT_ENOENT ? CONSENT_OK : rc;
}

int
hints_screen(struct head *h, const struct visit *v, bool *varies)
{
	size_t i = head_find(h, SPAN("Link"), 0);
	struct judge judge;
	struct buf kept;
	bool dropped;
	int rc = CONSENT_OK;

	judge_init(&judge, v);
	buf_init(&kept, HEAD_BYTES);
	for (; i != HEAD_NONE && rc == CONSENT_OK;
	     i = head_find(h, SPAN("Link"), i + 1)) {
		rc = screen_line(&judge, h->fields[i].value, &kept, &dropped);
		if (rc != CONSENT_OK || !dropped)
			continue;
		if (kept.n == 0)
			head_drop(h, i);
		else
			rc = head_replace(h, i, buf_span(&kept));
	}
	judge_fini(&judge, varies);
	buf_fini(&kept);
	return rc;
}
