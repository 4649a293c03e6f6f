#include "audit/form.h"

#include "base/ascii.h"
#include "base/clock.h"
#include "base/utf8.h"

#include <libconsent/record.h>

#include <string.h>

enum {
	SUMS = 512,    /* most rows in an enforcement entry */
	TIME_TEXT = 24 /* RFC 3339 with milliseconds */
};

static const char misspelled[] = "not spelled as the writer spells it";

/* ---- what texts may be ------------------------------------------------ */

/* 22 characters of base64url whose last four bits are zero. */
static const char *
check_id(struct span s)
{
	size_t i;

	if (s.n != RECORD_ID - 1)
		return "not an id of 128 bits";
	for (i = 0; i < s.n; i++)
		if (!ascii_is(s.p[i], ASCII_ALNUM) && s.p[i] != '-' &&
		    s.p[i] != '_')
			return "not an id of 128 bits";
	if (memchr("AQgw", s.p[s.n - 1], 4) == NULL)
		return "not an id of 128 bits";
	return NULL;
}

/* Printable ASCII that JSON needs no escape for. */
static const char *
check_name(struct span s)
{
	size_t i;

	if (s.n == 0 || s.n >= LAYOUT_NAME)
		return "a name that is empty or too long";
	for (i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e || s.p[i] == '"' ||
		    s.p[i] == '\\')
			return "a name with a strange character";
	return NULL;
}

static const char *
check_hash(struct span s)
{
	size_t i;

	if (s.n != RECORD_HASH - 1)
		return "not a SHA-256 in hex";
	for (i = 0; i < s.n; i++)
		if (!ascii_is(s.p[i], ASCII_HEX) ||
		    ascii_is(s.p[i], ASCII_UPPER))
			return "not a SHA-256 in hex";
	return NULL;
}

/* Whether c is an ASCII byte of a class, or one of these. */
static bool
is_of(char c, unsigned mask, struct span others)
{
	return ascii_is(c, mask) || span_find(others, c) < others.n;
}

/* A host as policies name it: ASCII, in lower case, or an address. */
static const char *
check_host(struct span s)
{
	size_t i;

	if (s.n == 0 || s.n >= RECORD_HOST)
		return "not a host";
	for (i = 0; i < s.n; i++)
		if (!is_of(s.p[i], ASCII_LOWER | ASCII_DIGIT, SPAN("-._[]:")))
			return "not a host";
	return NULL;
}

static const char *
check_act(struct span s)
{
	enum record_action action;

	return record_action_of(s, &action) == CONSENT_OK ? NULL : "not an act";
}

static const char *
check_via(struct span s)
{
	if (!span_equal(s, span_of(record_via_name(RECORD_VIA_NOTICE))) &&
	    !span_equal(s, span_of(record_via_name(RECORD_VIA_PREFERENCES))) &&
	    !span_equal(s, span_of(record_via_name(RECORD_VIA_API))))
		return "not a way of choosing";
	return NULL;
}

static const char *
check_signal(struct span s)
{
	if (!span_equal(s, SPAN("none")) && !span_equal(s, SPAN("gpc")))
		return "not a signal";
	return NULL;
}

/* The characters of RFC 5646. */
static const char *
check_lang(struct span s)
{
	size_t i;

	if (s.n == 0 || s.n >= RECORD_LANG)
		return "not a language tag";
	for (i = 0; i < s.n; i++)
		if (!is_of(s.p[i], ASCII_ALNUM, SPAN("-")))
			return "not a language tag";
	return NULL;
}

/* A key of RFC 9651, 3.1.2. */
static const char *
check_category(struct span s)
{
	size_t i;

	if (s.n == 0 || s.n >= RECORD_NAME ||
	    !is_of(s.p[0], ASCII_LOWER, SPAN("*")))
		return "not a category";
	for (i = 0; i < s.n; i++)
		if (!is_of(s.p[i], ASCII_LOWER | ASCII_DIGIT, SPAN("_-.*")))
			return "not a category";
	return NULL;
}

/* Of the visitors that something was removed for. */
static const char *
check_state(struct span s)
{
	if (!span_equal(s, SPAN("undecided")) &&
	    !span_equal(s, SPAN("denied")) && !span_equal(s, SPAN("granted")))
		return "not a state of consent";
	return NULL;
}

static const char *
check_type(struct span s)
{
	enum layout_type type;

	if (layout_type_of(s, &type) != CONSENT_OK || type == LAYOUT_ERASED)
		return "an unknown type of entry";
	return NULL;
}

static const char *(*const checks[])(struct span s) = {
    [FORM_ID] = check_id,
    [FORM_NAME] = check_name,
    [FORM_HASH] = check_hash,
    [FORM_HOST] = check_host,
    [FORM_ACT] = check_act,
    [FORM_VIA] = check_via,
    [FORM_SIGNAL] = check_signal,
    [FORM_LANG] = check_lang,
    [FORM_CATEGORY] = check_category,
    [FORM_STATE] = check_state,
    [FORM_TYPE] = check_type,
};

/* ---- taking values off a line ----------------------------------------- */

static void
advance(struct span *rest, size_t n)
{
	rest->p += n;
	rest->n -= n;
}

/* Takes one byte, which must be this one. */
static bool
take_byte(struct span *rest, char c)
{
	if (rest->n == 0 || rest->p[0] != c)
		return false;
	advance(rest, 1);
	return true;
}

/* A text without escapes. */
static const char *
take_quoted(struct span *rest, struct span *out)
{
	size_t n;

	if (!take_byte(rest, '"'))
		return misspelled;
	n = span_find(*rest, '"');
	if (n == rest->n)
		return misspelled;
	*out = span_sub(*rest, 0, n);
	advance(rest, n + 1);
	return NULL;
}

/*
 * The bytes of one character of a text, an escape being one; 0 and *why where
 * there is no good one. No C0 or C1 control (U+0080 to U+009F): terminals obey
 * them.
 */
static size_t
measure(struct span s, const char **why)
{
	uint32_t c;
	size_t n = utf8_first(s, &c);

	if (n == 0) {
		*why = "a text that is not UTF-8";
		return 0;
	}
	if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
		*why = "a text with a control character";
		return 0;
	}
	if (c != '\\')
		return n;
	*why = misspelled;
	return s.n > 1 && (s.p[1] == '"' || s.p[1] == '\\') ? 2 : 0;
}

/* A sentence for people. */
static const char *
take_text(struct span *rest, void *out)
{
	size_t at = 0, escapes = 0;
	const char *why = NULL;
	struct span s;

	if (!take_byte(rest, '"'))
		return misspelled;
	s = *rest;
	while (at < s.n && s.p[at] != '"') {
		size_t n = measure(span_sub(s, at, s.n), &why);

		if (n == 0)
			return why;
		escapes += s.p[at] == '\\';
		at += n;
	}
	if (at == s.n)
		return misspelled;
	if (at - escapes >= LAYOUT_NAME)
		return "not a text, or too long";
	*(struct span *)out = span_sub(s, 0, at);
	advance(rest, at + 1);
	return NULL;
}

static const char *
take_seq(struct span *rest, void *out)
{
	uint64_t n = 0;
	size_t at = 0;

	for (; at < rest->n && ascii_is(rest->p[at], ASCII_DIGIT); at++) {
		n = n * 10 + (uint64_t)(rest->p[at] - '0');
		if (n > LAYOUT_SEQ_MAX)
			return "not an entry's number";
	}
	if (at == 0)
		return "not an entry's number";
	if (at > 1 && rest->p[0] == '0')
		return misspelled;
	*(uint64_t *)out = n;
	advance(rest, at);
	return NULL;
}

static const char *
take_count(struct span *rest, void *out)
{
	return take_seq(rest, out) == NULL ? NULL : "not a count";
}

static const char *
take_time(struct span *rest, void *out)
{
	struct span s;
	const char *why = take_quoted(rest, &s);

	if (why != NULL)
		return why;
	if (s.n != TIME_TEXT || clock_parse(s, out) != CONSENT_OK)
		return "not a time in UTC with milliseconds";
	return NULL;
}

/* ---- lists ------------------------------------------------------------ */

/*
 * The end of a list, or a comma before its next item; n are before it. False
 * where neither stands: then there is no such list.
 */
static bool
is_at_end(struct span *rest, size_t n, bool *end)
{
	*end = rest->n > 0 && rest->p[0] == ']';
	return *end || n == 0 || take_byte(rest, ',');
}

/* What was taken since start, to the ']' that *rest begins with. */
static void
close_list(struct span *rest, struct span start, void *out)
{
	*(struct span *)out = span_sub(start, 0, start.n - rest->n);
	advance(rest, 1);
}

static const char *
take_categories(struct span *rest, void *out)
{
	struct span start, id, seen[POLICY_CATEGORIES];
	size_t i, n = 0;
	bool end;

	if (!take_byte(rest, '['))
		return "not a list of categories";
	for (start = *rest; is_at_end(rest, n, &end); n++) {
		if (end) {
			close_list(rest, start, out);
			return NULL;
		}
		if (n == POLICY_CATEGORIES || take_quoted(rest, &id) != NULL)
			return "not a list of categories";
		if (check_category(id) != NULL)
			return "not a category";
		for (i = 0; i < n; i++)
			if (span_equal(seen[i], id))
				return "a category that is named twice";
		seen[n] = id;
	}
	return misspelled;
}

static const char *
take_seqs(struct span *rest, void *out)
{
	uint64_t seq = 0, before = 0;
	struct span start;
	size_t n = 0;
	bool end;

	if (!take_byte(rest, '['))
		return "not a list of entries";
	for (start = *rest; is_at_end(rest, n, &end); n++) {
		if (end && n > 0) {
			close_list(rest, start, out);
			return NULL;
		}
		if (n == LAYOUT_ERASES || take_seq(rest, &seq) != NULL)
			return "not a list of entries";
		if (n > 0 && seq <= before)
			return "a list of entries that does not ascend";
		before = seq;
	}
	return misspelled;
}

#define MEMBER(text, what, field)                                              \
	FORM_MEMBER(text, what, struct form_sum, field)

static const struct form_member sum_members[] = {
    MEMBER("rule", FORM_TEXT, rule),
    MEMBER("category", FORM_CATEGORY, category),
    MEMBER("state", FORM_STATE, state),
    MEMBER("count", FORM_COUNT, count),
    {.name = NULL},
};

static const char *
take_sum(struct span *rest, struct form_sum *sum)
{
	const char *why = form_take(rest, '{', sum_members, sum);

	if (why == NULL && !take_byte(rest, '}'))
		why = "a member that does not belong there";
	return why;
}

static const char *
take_sums(struct span *rest, void *out)
{
	struct form_sum sum;
	struct span start;
	const char *why;
	size_t n = 0;
	bool end;

	if (!take_byte(rest, '['))
		return "not a list of sums";
	for (start = *rest; is_at_end(rest, n, &end); n++) {
		if (end) {
			close_list(rest, start, out);
			return NULL;
		}
		if (n == SUMS)
			return "not a list of sums";
		why = take_sum(rest, &sum);
		if (why != NULL)
			return why;
	}
	return misspelled;
}

/* ---- members ---------------------------------------------------------- */

static const char *(*const takers[])(struct span *rest, void *out) = {
    [FORM_TEXT] = take_text,
    [FORM_SEQ] = take_seq,
    [FORM_COUNT] = take_count,
    [FORM_TIME] = take_time,
    [FORM_CATEGORIES] = take_categories,
    [FORM_SEQS] = take_seqs,
    [FORM_SUMS] = take_sums,
};

static const char *
take_value(struct span *rest, enum form_kind kind, void *out)
{
	const char *why;

	if (kind >= FORM_TEXT)
		return takers[kind](rest, out);
	why = take_quoted(rest, out);
	return why == NULL ? checks[kind](*(struct span *)out) : why;
}

const char *
form_take(
    struct span *rest, char lead, const struct form_member *members, void *out)
{
	const struct form_member *m = members;
	const char *why;

	for (; m->name != NULL; m++) {
		if (rest->n < m->n || rest->p[0] != lead ||
		    memcmp(rest->p + 1, m->name + 1, m->n - 1) != 0) {
			if (m->optional)
				continue;
			return "members are missing, foreign or out of order";
		}
		advance(rest, m->n);
		why = take_value(rest, m->kind, (char *)out + m->at);
		if (why != NULL)
			return why;
		lead = ',';
	}
	return NULL;
}

/* ---- going through what was read -------------------------------------- */

/* Takes the comma before the next item off, if there is one. */
static void
skip_comma(struct span *list)
{
	if (list->n > 0)
		(void)take_byte(list, ','); /* none behind the last one */
}

bool
form_next_category(struct span *list, struct span *id)
{
	if (take_quoted(list, id) != NULL)
		return false;
	skip_comma(list);
	return true;
}

bool
form_next_seq(struct span *list, uint64_t *seq)
{
	if (take_seq(list, seq) != NULL)
		return false;
	skip_comma(list);
	return true;
}

bool
form_next_sum(struct span *list, struct form_sum *sum)
{
	if (take_sum(list, sum) != NULL)
		return false;
	skip_comma(list);
	return true;
}

/* The bytes of the text that s begins with, and its quotes. */
static size_t
text_length(struct span s)
{
	size_t i;

	for (i = 1; i < s.n && s.p[i] != '"'; i++)
		i += s.p[i] == '\\';
	return i < s.n ? i + 1 : s.n;
}

/* The bytes of a value: up to the comma or bracket that does not belong. */
static size_t
value_length(struct span s)
{
	size_t i = 0, depth = 0;

	while (i < s.n) {
		char c = s.p[i];

		if (depth == 0 && (c == ',' || c == '}'))
			break;
		depth += c == '[' || c == '{';
		depth -= c == ']' || c == '}';
		i += c == '"' ? text_length(span_sub(s, i, s.n)) : 1;
	}
	return i;
}

bool
form_next_member(struct span *rest, struct form_value *out)
{
	if (!take_byte(rest, '{') && !take_byte(rest, ','))
		return false;
	if (take_quoted(rest, &out->name) != NULL || !take_byte(rest, ':'))
		return false;
	out->is_text = rest->n > 0 && rest->p[0] == '"';
	out->raw = span_sub(*rest, 0, value_length(*rest));
	advance(rest, out->raw.n);
	return true;
}

size_t
form_plain(struct span text, char out[LAYOUT_NAME])
{
	size_t i, n = 0;

	for (i = 0; i < text.n && n + 1 < LAYOUT_NAME; i++) {
		if (text.p[i] == '\\' && i + 1 < text.n)
			i++;
		out[n++] = text.p[i];
	}
	out[n] = '\0';
	return n;
}
