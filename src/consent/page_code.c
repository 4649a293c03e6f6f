#include "consent/page_code.h"

#include <string.h>

#include "base/ascii.h"
#include "consent/page_count.h"

enum {
	HEX_BYTE = 2, /* digits of %3C and \x3c */
	HEX_UNIT = 4  /* of \u003c and %u003c */
};

static bool
is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

static size_t
skip_blanks(struct span text, size_t at)
{
	while (at < text.n && ascii_is(text.p[at], ASCII_SPACE))
		at++;
	return at;
}

/* Where the string goes on after a quote and a plus; 0: nowhere. */
static size_t
next_piece(struct span text, size_t at)
{
	at = skip_blanks(text, at + 1);
	if (at == text.n || text.p[at] != '+')
		return 0;
	at = skip_blanks(text, at + 1);
	return at < text.n && is_quote(text.p[at]) ? at + 1 : 0;
}

/* The number in n hex digits at at, or -1. */
static int
read_hex(struct span text, size_t at, size_t n)
{
	int value = 0, digit;
	size_t i;

	if (n > text.n || at > text.n - n)
		return -1;
	for (i = at; i < at + n; i++) {
		digit = ascii_hex_value(text.p[i]);
		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/*
 * The byte that an escape at at stands for, or -1; *n is its length. Only
 * ASCII counts: what rules name is looked for byte by byte.
 */
static int
read_escape(struct span text, size_t at, size_t *n)
{
	char next = at + 1 < text.n ? text.p[at + 1] : '\0';
	bool is_percent = text.p[at] == '%';
	int value;

	if (next == 'u') {
		*n = 2 + HEX_UNIT;
		value = read_hex(text, at + 2, HEX_UNIT);
	} else if (is_percent) {
		*n = 1 + HEX_BYTE;
		value = read_hex(text, at + 1, HEX_BYTE);
	} else if (next == 'x') {
		*n = 2 + HEX_BYTE;
		value = read_hex(text, at + 2, HEX_BYTE);
	} else {
		*n = 2;
		value = next == '/' || is_quote(next) ? next : -1;
	}
	return value < 0x80 ? value : -1;
}

/* The byte at at, or what an escape there stands for; *n is its length. */
static char
read_byte(struct span text, size_t at, size_t *n)
{
	int value = -1;

	if (text.p[at] == '\\' || text.p[at] == '%')
		value = read_escape(text, at, n);
	if (value >= 0)
		return (char)value;
	*n = 1;
	return text.p[at];
}

int
page_code_plain(struct span text, struct buf *out, bool *changed)
{
	size_t at = 0, n, piece;
	char *room;
	int rc = buf_reserve(out, text.n, &room);

	if (rc != CONSENT_OK)
		return rc;
	*changed = false;
	while (at < text.n) {
		piece = is_quote(text.p[at]) ? next_piece(text, at) : 0;
		if (piece > 0) {
			at = piece;
			*changed = true;
			continue;
		}
		*room++ = read_byte(text, at, &n);
		*changed |= n > 1;
		at += n;
	}
	out->n = (size_t)(room - out->p);
	return CONSENT_OK;
}

/* Whether code has anything that page_code_plain would change. */
static bool
may_differ(struct span text)
{
	return text.n > 0 && (memchr(text.p, '+', text.n) != NULL ||
				 memchr(text.p, '\\', text.n) != NULL ||
				 memchr(text.p, '%', text.n) != NULL);
}

/* What the gate says; *judged is the text that it said it of. */
static struct gate_verdict
judge(struct page *page, struct span text, struct span *judged)
{
	struct gate_verdict verdict = gate_inline(page->gate, text), plain;
	bool changed = false;

	*judged = text;
	if (verdict.answer != GATE_PASS || !may_differ(text))
		return verdict;
	buf_clear(&page->words);
	if (page_code_plain(text, &page->words, &changed) != CONSENT_OK)
		return (struct gate_verdict){
		    .answer = GATE_WITHHOLD, .category = GATE_UNNAMED};
	if (!changed)
		return verdict;
	plain = gate_inline(page->gate, buf_span(&page->words));
	if (plain.answer == GATE_PASS)
		return verdict;
	*judged = buf_span(&page->words);
	return plain;
}

/* The line of text that what begins in. */
static unsigned
line_of(struct span text, const char *what)
{
	size_t at = span_search(text, span_of(what)), i;
	unsigned line = 1;

	for (i = 0; i < at; i++)
		line += text.p[i] == '\n';
	return line;
}

/* Where a developer finds what is to be parted, in the row that counted it. */
static void
note_lines(struct page *page, struct gate_verdict verdict,
    const struct policy_rule *beside, struct span text)
{
	size_t i;

	for (i = 0; i < page->counts.n; i++) {
		struct page_count *row = &page->counts.rows[i];

		if (row->rule != verdict.rule || row->beside != beside ||
		    row->line != 0)
			continue;
		row->line = line_of(text, row->rule->name);
		row->beside_line = line_of(text, beside->name);
	}
}

bool
page_code(struct page *page, struct span text, struct gate_verdict *verdict)
{
	const struct policy_rule *beside = NULL;
	struct span judged;
	bool stays;

	*verdict = judge(page, text, &judged);
	if (verdict->answer != GATE_PASS)
		beside =
		    policy_find_inline_essential(page->gate->policy, judged);
	stays = page_settle_script(page, *verdict, beside);
	if (beside != NULL && verdict->rule != NULL)
		note_lines(page, *verdict, beside, judged);
	return stays;
}
