#include "http/trace.h"

#include "http/head.h"
#include "http/head_edit.h"

#include <string.h>

enum {
	PARENT = 55, /* bytes of a traceparent of version 00 */
	KEY = 256,   /* longest key, or of its two parts: */
	TENANT = 241,
	SYSTEM = 14,
	VALUE = 256 /* longest value */
};

/* Lower-case hex digits; zeros: whether these alone will do. */
static bool
is_hex(struct span s, bool zeros)
{
	bool other = false;
	size_t i;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
			return false;
		other |= c != '0';
	}
	return other || zeros;
}

bool
trace_is_parent(struct span value)
{
	struct span version = span_sub(value, 0, 2);

	if (value.n < PARENT || !is_hex(version, true) ||
	    span_equal(version, SPAN("ff")))
		return false;
	if (value.n > PARENT &&
	    (span_equal(version, SPAN("00")) || value.p[PARENT] != '-'))
		return false;
	return value.p[2] == '-' && value.p[35] == '-' && value.p[52] == '-' &&
	       is_hex(span_sub(value, 3, 32), false) &&
	       is_hex(span_sub(value, 36, 16), false) &&
	       is_hex(span_sub(value, 53, 2), true);
}

/* ---- tracestate ------------------------------------------------------- */

static bool
is_part(struct span s, size_t most, bool digit_first)
{
	size_t i;

	if (s.n == 0 || s.n > most)
		return false;
	for (i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool digit = c >= '0' && c <= '9';
		bool mark = c == '_' || c == '-' || c == '*' || c == '/';

		if (c >= 'a' && c <= 'z')
			continue;
		if (i == 0 ? !(digit && digit_first) : !(digit || mark))
			return false;
	}
	return true;
}

static bool
is_key(struct span key)
{
	size_t at = span_find(key, '@');

	if (at == key.n)
		return is_part(key, KEY, false);
	return is_part(span_sub(key, 0, at), TENANT, true) &&
	       is_part(span_sub(key, at + 1, key.n), SYSTEM, false);
}

static bool
is_value(struct span value)
{
	size_t i;

	if (value.n == 0 || value.n > VALUE || value.p[value.n - 1] == ' ')
		return false;
	for (i = 0; i < value.n; i++)
		if (value.p[i] < ' ' || value.p[i] > '~' || value.p[i] == ',' ||
		    value.p[i] == '=')
			return false;
	return true;
}

/* The keys so far: each may come once. */
struct members {
	size_t n;
	struct span keys[TRACE_MEMBERS];
};

static bool
take_member(struct members *m, struct span member)
{
	size_t at = span_find(member, '='), i;
	struct span key = span_sub(member, 0, at);

	if (member.n == 0)
		return true; /* an empty one is allowed */
	if (at == member.n || m->n == TRACE_MEMBERS || !is_key(key) ||
	    !is_value(span_sub(member, at + 1, member.n)))
		return false;
	for (i = 0; i < m->n; i++)
		if (span_equal(m->keys[i], key))
			return false;
	m->keys[m->n++] = key;
	return true;
}

/* Whether the fields of a head, taken together, are a tracestate. */
static bool
is_state(const struct head *h, struct span name)
{
	struct members members = {0};
	size_t i = head_find(h, name, 0);

	for (; i != HEAD_NONE; i = head_find(h, name, i + 1)) {
		struct span rest = h->fields[i].value;

		while (rest.p != NULL)
			if (!take_member(
				&members, span_trim(span_cut(&rest, ','))))
				return false;
	}
	return true;
}

void
trace_screen(struct head *request, char id[TRACE_ID])
{
	const struct span parent = SPAN("traceparent");
	const struct span state = SPAN("tracestate");
	size_t at = head_find(request, parent, 0);
	bool good = at != HEAD_NONE &&
		    head_find(request, parent, at + 1) == HEAD_NONE &&
		    trace_is_parent(request->fields[at].value);

	id[0] = '\0';
	if (good) {
		memcpy(id, request->fields[at].value.p + 3, TRACE_ID - 1);
		id[TRACE_ID - 1] = '\0';
	} else if (at != HEAD_NONE) {
		head_drop_all(request, parent);
	}
	if (head_find(request, state, 0) != HEAD_NONE &&
	    (!good || !is_state(request, state)))
		head_drop_all(request, state);
}
