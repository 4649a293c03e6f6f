#include "report/ship_rows.h"

#include "base/clock.h"
#include "base/digest.h"

#include <inttypes.h>
#include <string.h>

enum {
	LISTS = SHIP_ERASES * (LAYOUT_LINE + 1)
};

void
ship_rows_init(struct ship_rows *rows)
{
	memset(rows, 0, sizeof *rows);
	/* a backslash is all that takes two bytes; and the columns */
	buf_init(&rows->rows, SHIP_ROWS_BYTES + 4 * (size_t)LAYOUT_LINE);
	buf_init(&rows->lists, LISTS);
}

void
ship_rows_fini(struct ship_rows *rows)
{
	buf_fini(&rows->rows);
	buf_fini(&rows->lists);
}

void
ship_rows_begin(struct ship_rows *rows, uint64_t from)
{
	buf_clear(&rows->rows);
	buf_clear(&rows->lists);
	rows->n_texts = rows->n_erases = rows->n_months = 0;
	rows->from = rows->to = from;
}

bool
ship_rows_is_full(const struct ship_rows *rows)
{
	return rows->to - rows->from >= SHIP_ROWS ||
	       rows->rows.n >= SHIP_ROWS_BYTES || rows->n_texts == SHIP_TEXTS ||
	       rows->n_erases == SHIP_ERASES || rows->n_months == SHIP_MONTHS;
}

/* ---- what goes with a row --------------------------------------------- */

static void
want_month(struct ship_rows *rows, int64_t time)
{
	int64_t month = clock_month_start(time);
	size_t i;

	for (i = 0; i < rows->n_months; i++)
		if (rows->months[i] == month)
			return;
	rows->months[rows->n_months++] = month;
}

static void
want_text(struct ship_rows *rows, const struct entry *entry)
{
	struct ship_text *text = &rows->texts[rows->n_texts++];
	struct span hash = span_sub(entry->hash, 0, sizeof text->hash - 1);

	text->kind = entry->type;
	memcpy(text->hash, hash.p, hash.n);
	text->hash[hash.n] = '\0';
}

/* The list of numbers as the database spells it. */
static int
want_erase(struct ship_rows *rows, const struct entry *entry)
{
	struct ship_erase *erase = &rows->erases[rows->n_erases++];
	int rc;

	erase->by = entry->seq;
	erase->at = rows->lists.n;
	rc = buf_printf(&rows->lists, "{%.*s}", SPAN_ARG(entry->entries));
	return rc == CONSENT_OK ? buf_append_byte(&rows->lists, '\0') : rc;
}

/* ---- columns ---------------------------------------------------------- */

/* Appends a value as COPY has it; these lines hold no control characters. */
static int
put_escaped(struct buf *out, struct span text)
{
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && text.n > 0) {
		size_t n = span_find(text, '\\');

		rc = buf_append(out, span_sub(text, 0, n));
		if (rc == CONSENT_OK && n < text.n)
			rc = buf_append(out, SPAN("\\\\"));
		text = span_sub(text, n + 1, text.n);
	}
	return rc;
}

/* A column and the tab before it; "" is null. */
static int
put(struct buf *out, struct span text)
{
	int rc = buf_append_byte(out, '\t');

	if (rc != CONSENT_OK)
		return rc;
	return text.n > 0 ? put_escaped(out, text)
			  : buf_append(out, SPAN("\\N"));
}

static int
put_columns(struct buf *out, const struct entry *entry)
{
	const struct span columns[] = {
	    span_of(layout_type_name(entry->type)),
	    entry->id,
	    entry->sub,
	    entry->act,
	    entry->lang,
	    entry->type == LAYOUT_POLICY ? entry->hash : entry->policy,
	    entry->type == LAYOUT_NOTICE ? entry->hash : entry->notice,
	    entry->signal,
	    entry->via,
	    entry->kid,
	};
	size_t i;
	int rc = CONSENT_OK;

	for (i = 0; rc == CONSENT_OK && i < sizeof columns / sizeof *columns;
	     i++)
		rc = put(out, columns[i]);
	return rc;
}

static int
put_row(struct buf *out, const struct witness_entry *line,
    const struct entry *entry, int64_t time)
{
	char moment[CLOCK_TEXT], leaf[DIGEST_HEX];
	int rc;

	clock_format(time, moment);
	digest_hex(line->leaf.bytes, sizeof line->leaf.bytes, leaf);
	rc = buf_printf(out, "%" PRIu64 "\t%s", line->seq, moment);
	if (rc == CONSENT_OK)
		rc = put_columns(out, entry);
	if (rc == CONSENT_OK)
		rc = buf_printf(out, "\t\\\\x%s", leaf);
	if (rc == CONSENT_OK)
		rc = put(out, line->line.text);
	return rc == CONSENT_OK ? buf_append_byte(out, '\n') : rc;
}

int
ship_rows_add(struct ship_rows *rows, const struct witness_entry *line,
    const struct entry *entry)
{
	int64_t time = line->time;
	int rc = CONSENT_OK;

	/* an erased entry keeps no time but its month, or one near by */
	if (entry->type == LAYOUT_ERASED)
		time = clock_month_start(time > 0 ? time : clock_now());
	want_month(rows, time);
	if (entry->type == LAYOUT_POLICY || entry->type == LAYOUT_NOTICE)
		want_text(rows, entry);
	if (entry->type == LAYOUT_ERASE)
		rc = want_erase(rows, entry);
	if (rc == CONSENT_OK)
		rc = put_row(&rows->rows, line, entry, time);
	if (rc == CONSENT_OK)
		rows->to++;
	return rc;
}
