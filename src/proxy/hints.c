#include "proxy/hints.h"

#include "base/ascii.h"
#include "http/head.h"
#include "http/head_edit.h"
#include "proxy/visit.h"

#include <libconsent/buf.h>
#include <libconsent/gate.h>

/* One link-value: "<" URI ">" *( ";" parameter ). */
struct hint {
	struct span url;
	struct span parameters; /* all behind the ">" */
	struct span bytes;	/* the whole, without the comma */
};

/* Where the link-value that starts s ends: its comma, or s.n. */
static size_t
hint_length(struct span s)
{
	bool in_url = false, quoted = false;
	size_t i;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"' && !in_url)
			quoted = !quoted;
		else if (!quoted && c == '<')
			in_url = true;
		else if (!quoted && c == '>')
			in_url = false;
		else if (c == ',' && !quoted && !in_url)
			break;
	}
	return i < s.n ? i : s.n;
}

static bool
read_hint(struct span bytes, struct hint *out)
{
	struct span s = span_trim(bytes);
	size_t end = span_find(s, '>');

	if (s.n == 0 || s.p[0] != '<' || end == s.n)
		return false;
	out->url = span_sub(s, 1, end - 1);
	out->parameters = span_sub(s, end + 1, s.n);
	out->bytes = s;
	return true;
}

static bool
rel_fetches(struct span rel)
{
	static const char *const fetching[] = {"preload", "modulepreload",
	    "prefetch", "prerender", "preconnect", "dns-prefetch", "stylesheet",
	    "icon"};
	size_t i;

	for (i = 0; i < sizeof fetching / sizeof fetching[0]; i++)
		if (span_equal_nocase(rel, span_of(fetching[i])))
			return true;
	return false;
}

/* Whether any of the relation types in a rel value makes a browser fetch. */
static bool
value_fetches(struct span value)
{
	while (value.n > 0) {
		size_t end = 0;

		while (end < value.n && !ascii_is(value.p[end], ASCII_SPACE))
			end++;
		if (rel_fetches(span_sub(value, 0, end)))
			return true;
		value = span_sub(value, end + 1, value.n);
	}
	return false;
}

/* Whether the link has a rel (the first counts) that fetches. */
static bool
hint_fetches(const struct hint *hint)
{
	struct span rest = hint->parameters;

	while (rest.p != NULL) {
		struct span part = span_trim(span_cut(&rest, ';'));
		size_t at = span_find(part, '=');
		struct span name = span_trim(span_sub(part, 0, at));
		struct span value = span_trim(span_sub(part, at + 1, part.n));

		if (!span_equal_nocase(name, SPAN("rel")))
			continue;
		if (value.n >= 2 && value.p[0] == '"' &&
		    value.p[value.n - 1] == '"')
			value = span_sub(value, 1, value.n - 2);
		return value_fetches(value);
	}
	return false;
}

static bool
hint_passes(const struct hint *hint, const struct visit *v, struct buf *scratch)
{
	return !hint_fetches(hint) ||
	       gate_url(&v->gate, hint->url, &v->url, scratch).answer !=
		   GATE_WITHHOLD;
}

/* What stays of one line; *dropped says whether anything went. */
static int
screen_line(
    struct span line, const struct visit *v, struct buf *kept, bool *dropped)
{
	struct buf scratch;
	int rc = CONSENT_OK;

	buf_init(&scratch, URL_SCRATCH);
	while (line.n > 0 && rc == CONSENT_OK) {
		size_t end = hint_length(line);
		struct hint hint;

		if (!read_hint(span_sub(line, 0, end), &hint) ||
		    !hint_passes(&hint, v, &scratch)) {
			*dropped = true;
		} else {
			if (kept->n > 0)
				rc = buf_append(kept, SPAN(", "));
			if (rc == CONSENT_OK)
				rc = buf_append(kept, hint.bytes);
		}
		line = span_sub(line, end + 1, line.n);
	}
	buf_fini(&scratch);
	return rc;
}

int
hints_screen(struct head *h, const struct visit *v)
{
	size_t i = head_find(h, SPAN("Link"), 0);
	struct buf kept;
	int rc = CONSENT_OK;

	buf_init(&kept, HEAD_BYTES);
	for (; i != HEAD_NONE && rc == CONSENT_OK;
	     i = head_find(h, SPAN("Link"), i + 1)) {
		bool dropped = false;

		buf_clear(&kept);
		rc = screen_line(h->fields[i].value, v, &kept, &dropped);
		if (rc != CONSENT_OK || !dropped)
			continue;
		if (kept.n == 0)
			head_drop(h, i);
		else
			rc = head_replace(h, i, buf_span(&kept));
	}
	buf_fini(&kept);
	return rc;
}
