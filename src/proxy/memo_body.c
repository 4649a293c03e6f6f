#include "proxy/memo_body.h"

#include "proxy/body.h"
#include "proxy/memo.h"
#include "proxy/memo_entry.h"
#include "proxy/metrics.h"
#include "proxy/plan.h"
#include "proxy/visit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* of a plain body that is watched: where one write ends another can
	 * be taken up, so that little is held back when the origin pauses */
	MEMO_STEP = 2048
};

struct memo_body {
	const struct plan *plan;
	struct visit *visit;
	struct memo *memo;
	struct sink out;
	struct body *body;	  /* the true path; NULL while bytes match */
	struct memo_entry *entry; /* that is compared with, or NULL */
	struct memo_entry *draft; /* that grows, or NULL */
	size_t matched;		  /* bytes that came and were the entry's */
	size_t piece;		  /* pieces of it that are complete */
	struct memo_piece last;	  /* the newest of these */
	size_t sent;		  /* bytes of its output that went out */
	size_t dropped;		  /* of these, that the true path repeated */
	bool answered;		  /* the page ended as the entry did */
};

/* ---- what grows ------------------------------------------------------- */

static void
give_up(struct memo_body *b)
{
	memo_release(b->memo, b->draft);
	b->draft = NULL;
	b->visit->on_note = NULL;
}

static void
on_note(void *ctx, enum inventory_kind kind, struct span name)
{
	struct memo_body *b = ctx;

	memo_entry_note(b->draft, kind, name);
}

static void
watch(struct memo_body *b, struct memo_entry *draft)
{
	b->draft = draft;
	if (draft == NULL)
		return;
	b->visit->on_note = on_note;
	b->visit->note_ctx = b;
}

/* The page has ended: from now on it is known. */
static void
keep(struct memo_body *b)
{
	const struct page_counts *counts = body_counts(b->body);
	struct memo_entry *e = b->draft;
	struct span charset;

	if (e == NULL)
		return;
	e->fails |= counts == NULL; /* it is no page */
	if (!memo_charge(b->memo, e)) {
		give_up(b);
		return;
	}
	e->counts = *counts;
	charset = body_charset(b->body, &e->form);
	(void)snprintf(
	    e->charset, sizeof e->charset, "%.*s", SPAN_ARG(charset));
	memo_keep(b->memo, e);
	give_up(b);
}

/* ---- the true path ---------------------------------------------------- */

/*
 * Leaves out what was sent already. It was made by the same function of the
 * same bytes; should it ever differ, the client has half of something else.
 */
static int
drop_sent(struct memo_body *b, struct span *bytes)
{
	size_t n = b->sent - b->dropped;

	if (n > bytes->n)
		n = bytes->n;
	if (n == 0)
		return CONSENT_OK;
	if (memcmp(b->entry->out.p + b->dropped, bytes->p, n) != 0)
		return CONSENT_EINVAL;
	b->dropped += n;
	*bytes = span_sub(*bytes, n, bytes->n);
	return CONSENT_OK;
}

static int
on_true(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct memo_body *b = ctx;
	int rc;

	if (b->draft != NULL)
		memo_entry_give(b->draft, bytes);
	rc = drop_sent(b, &bytes);
	if (rc != CONSENT_OK)
		return rc;
	if (mark == SINK_LAST && b->dropped < b->sent)
		return CONSENT_EINVAL;
	if (bytes.n == 0 && (mark == SINK_MORE || b->dropped < b->sent))
		return CONSENT_OK;
	return sink_write(&b->out, bytes, mark);
}

/* One write that is remembered, if any is. */
static int
write_piece(struct memo_body *b, struct span bytes, enum sink_mark mark)
{
	int rc;

	if (b->draft != NULL)
		memo_entry_take(b->draft, bytes);
	rc = body_write(b->body, bytes, mark);
	if (b->draft == NULL || mark == SINK_LAST)
		return rc;
	memo_entry_mark(b->draft, mark);
	b->draft->fails |= rc != CONSENT_OK;
	if (!memo_charge(b->memo, b->draft))
		give_up(b);
	return rc;
}

/* Writes what came to the true path. */
static int
write_true(struct memo_body *b, struct span bytes, enum sink_mark mark)
{
	bool steps = b->draft != NULL && b->plan->codings.n == 0;
	int rc = CONSENT_OK;

	while (steps && rc == CONSENT_OK && bytes.n > MEMO_STEP) {
		rc = write_piece(b, span_sub(bytes, 0, MEMO_STEP), SINK_MORE);
		bytes = span_sub(bytes, MEMO_STEP, bytes.n);
	}
	/* so that what is remembered has the end as a write of its own */
	if (rc == CONSENT_OK && b->draft != NULL && bytes.n > 0 &&
	    mark == SINK_LAST) {
		rc = write_piece(b, bytes, SINK_MORE);
		bytes = span_sub(bytes, bytes.n, bytes.n);
	}
	if (rc == CONSENT_OK)
		rc = write_piece(b, bytes, mark);
	if (rc == CONSENT_OK && mark == SINK_LAST)
		keep(b);
	return rc;
}

/* What had come, in the pieces in which it was remembered. */
static int
replay(struct memo_body *b)
{
	struct span in = buf_span(&b->entry->in);
	struct memo_piece piece;
	size_t at = 0, i;
	int rc = CONSENT_OK;

	for (i = 0; i < b->piece && rc == CONSENT_OK &&
		    memo_entry_piece(b->entry, i, &piece);
	     i++) {
		rc = write_piece(b, span_sub(in, at, piece.in - at),
		    (enum sink_mark)piece.mark);
		at = piece.in;
	}
	if (rc == CONSENT_OK && at < b->matched)
		rc = write_piece(
		    b, span_sub(in, at, b->matched - at), SINK_MORE);
	return rc;
}

/* Leaves the entry for the true path. */
static int
take_true_path(struct memo_body *b, struct memo_entry *draft)
{
	int rc =
	    body_new(b->plan, b->visit, (struct sink){on_true, b}, &b->body);

	if (rc != CONSENT_OK) {
		memo_release(b->memo, draft);
		return rc;
	}
	watch(b, draft);
	return replay(b);
}

/* ---- a page that is remembered ---------------------------------------- */

/* Sends the entry's output up to there. */
static int
send_to(struct memo_body *b, size_t end, enum sink_mark mark)
{
	struct span out = buf_span(&b->entry->out);
	struct span bytes = span_sub(out, b->sent, end - b->sent);

	if (bytes.n == 0 && mark != SINK_LAST)
		return CONSENT_OK;
	b->sent = end;
	return sink_write(&b->out, bytes, mark);
}

/* Finds the last place that the bytes have come to whose output is known. */
static void
advance(struct memo_body *b)
{
	struct memo_piece piece;

	while (memo_entry_piece(b->entry, b->piece, &piece) &&
	       piece.in <= b->matched) {
		b->last = piece;
		b->piece++;
	}
}

/* The names that the page showed, as the true path would have noted them. */
static void
note_again(const struct memo_body *b)
{
	struct span text = buf_span(&b->entry->text);
	struct memo_note note;
	size_t i;

	for (i = 0; memo_entry_noted(b->entry, i, &note); i++)
		visit_note_times(b->visit, note.kind,
		    span_sub(text, note.at, note.n), note.times);
}

/* The page was the one that is remembered, to its end. */
static int
answer(struct memo_body *b)
{
	int rc = send_to(b, b->entry->out.n, SINK_LAST);

	b->answered = true;
	note_again(b);
	memo_used(b->memo, b->entry);
	metrics_add(METRIC_MEMO + NAMES_MEMO_HIT, 1);
	return rc;
}

static bool
matches(const struct memo_body *b, struct span bytes)
{
	const struct buf *in = &b->entry->in;

	return bytes.n <= in->n - b->matched &&
	       (bytes.n == 0 ||
		   memcmp(in->p + b->matched, bytes.p, bytes.n) == 0);
}

/* The page is another than the one that is remembered. */
static int
differ(struct memo_body *b, struct span bytes, enum sink_mark mark)
{
	int rc;

	metrics_add(METRIC_MEMO + NAMES_MEMO_DIFFERENT, 1);
	rc = take_true_path(b, memo_differs(b->memo, b->entry));
	return rc == CONSENT_OK ? write_true(b, bytes, mark) : rc;
}

static int
write_known(struct memo_body *b, struct span bytes, enum sink_mark mark)
{
	bool whole;

	if (!matches(b, bytes))
		return differ(b, bytes, mark);
	b->matched += bytes.n;
	advance(b);
	whole = b->matched == b->entry->in.n;
	if (mark == SINK_LAST)
		return whole ? answer(b) : differ(b, SPAN(""), mark);
	/* behind all of it comes the end, most likely: one write for both */
	return whole ? CONSENT_OK : send_to(b, b->last.out, SINK_FLUSH);
}

/* ---- the public half -------------------------------------------------- */

static int
open_true(struct memo_body *b, const struct memo_key *key)
{
	int rc =
	    body_new(b->plan, b->visit, (struct sink){on_true, b}, &b->body);

	if (rc == CONSENT_OK && key != NULL)
		watch(b, memo_draft(b->memo, key));
	return rc;
}

static int
open_body(struct memo_body *b, const struct memo_heads *heads)
{
	struct memo_key key;

	/* without memory for its key a page goes the true path, too */
	if (b->memo == NULL || !memo_key_suits(b->plan, b->visit, heads) ||
	    memo_key_of(b->plan, b->visit, memo_hasher(b->memo), &key) !=
		CONSENT_OK) {
		b->memo = NULL;
		return open_true(b, NULL);
	}
	b->entry = memo_find(b->memo, &key);
	if (b->entry != NULL)
		return CONSENT_OK;
	metrics_add(METRIC_MEMO + NAMES_MEMO_MISS, 1);
	return open_true(b, &key);
}

int
memo_body_new(const struct memo_body_options *options, struct sink out,
    struct memo_body **body)
{
	struct memo_body *b = calloc(1, sizeof *b);
	int rc;

	if (b == NULL)
		return CONSENT_ENOMEM;
	b->plan = options->plan;
	b->visit = options->visit;
	b->memo = options->memo;
	b->out = out;
	rc = open_body(b, &options->heads);
	if (rc == CONSENT_OK)
		*body = b;
	else
		memo_body_free(b);
	return rc;
}

int
memo_body_write(struct memo_body *b, struct span bytes, enum sink_mark mark)
{
	return b->body == NULL ? write_known(b, bytes, mark)
			       : write_true(b, bytes, mark);
}

bool
memo_body_lags(const struct memo_body *b)
{
	return b->body == NULL && !b->answered &&
	       (b->matched > b->last.in || b->sent < b->last.out);
}

int
memo_body_pause(struct memo_body *b)
{
	int rc;

	if (!memo_body_lags(b))
		return CONSENT_OK;
	if (b->matched == b->last.in)
		return send_to(b, b->last.out, SINK_FLUSH);
	metrics_add(METRIC_MEMO + NAMES_MEMO_PAUSED, 1);
	rc = take_true_path(b, memo_pauses(b->memo, b->entry));
	return rc == CONSENT_OK ? write_true(b, SPAN(""), SINK_FLUSH) : rc;
}

const struct page_counts *
memo_body_counts(struct memo_body *b)
{
	if (b == NULL)
		return NULL;
	if (b->answered)
		return &b->entry->counts;
	if (b->body == NULL) {
		b->out = sink_nowhere;
		if (take_true_path(b, NULL) != CONSENT_OK)
			return NULL;
		if (write_true(b, SPAN(""), SINK_FLUSH) != CONSENT_OK)
			return NULL;
	}
	return body_counts(b->body);
}

struct span
memo_body_charset(const struct memo_body *b, enum mime_form *form)
{
	if (b == NULL || b->body != NULL)
		return body_charset(b == NULL ? NULL : b->body, form);
	*form = b->entry->form;
	return span_of(b->entry->charset);
}

void
memo_body_free(struct memo_body *b)
{
	if (b == NULL)
		return;
	if (b->visit->on_note == on_note)
		b->visit->on_note = NULL;
	body_free(b->body);
	memo_release(b->memo, b->draft);
	memo_release(b->memo, b->entry);
	free(b);
}
