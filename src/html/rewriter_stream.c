#include "html/rewriter.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "html/rewriter_element.h"
#include "html/rewriter_event.h"

enum {
	CARRY_STEP = 256 /* bytes first added to an incomplete token */
};

struct rewriter *
rewriter_new(const struct rewriter_options *options,
    const struct rewriter_handler *handler, void *ctx, struct sink out)
{
	struct rewriter *r = malloc(sizeof *r);
	bool page = options->start == REWRITER_PAGE;
	size_t held;

	if (r == NULL)
		return NULL;
	memset(r, 0, offsetof(struct rewriter, context));
	r->options = *options;
	if (r->options.tag_max == 0)
		r->options.tag_max = REWRITER_TAG_MAX;
	if (r->options.text_max == 0)
		r->options.text_max = REWRITER_TEXT_MAX;
	r->handler = *handler;
	r->ctx = ctx;
	r->out.sink = out;
	tokenizer_init(&r->tokenizer);
	skim_begin(&r->skim, handler->wishes);
	context_init(&r->context, page ? CONTEXT_PAGE : CONTEXT_FRAGMENT);
	held = r->options.tag_max + r->options.text_max;
	/* a step may add as much again before the limit is looked at */
	buf_init(&r->carry, 2 * r->options.tag_max + CARRY_STEP);
	buf_init(&r->held, held);
	buf_init(&r->edit, held);
	buf_init(&r->tag_edit, held);
	buf_init(&r->text, held);
	r->started = !page;
	if (options->nesting > REWRITER_NESTING_MAX)
		r->rc = CONSENT_ELIMIT;
	return r;
}

void
rewriter_free(struct rewriter *r)
{
	if (r == NULL)
		return;
	buf_fini(&r->carry);
	buf_fini(&r->held);
	buf_fini(&r->edit);
	buf_fini(&r->tag_edit);
	buf_fini(&r->text);
	free(r);
}

/* The window goes away: what is kept is written, what is held is copied. */
static int
window_leave(struct rewriter *r)
{
	struct span hold = r->hold;
	int rc = output_settle(&r->out);

	r->hold = (struct span){NULL, 0};
	if (rc == CONSENT_OK && hold.n > 0)
		rc = buf_append(&r->held, hold);
	return rc;
}

/* Lets pass what nobody has to look at; how many bytes that are. */
static size_t
window_skim(struct rewriter *r, struct span rest)
{
	bool *in_link = context_link(&r->context);

	if (r->handler.wishes == NULL || r->passage != PASS_KEEP ||
	    in_link == NULL || !tokenizer_is_between(&r->tokenizer))
		return 0;
	/* so that no tag in it can be longer */
	rest = span_sub(rest, 0, r->options.tag_max);
	rest.n = skim(&r->skim, rest, in_link);
	output_keep(&r->out, rest);
	return rest.n;
}

/* Works through a window as far as its tokens are complete. */
static int
window_run(struct rewriter *r, struct span window, bool last, size_t *used)
{
	struct tokenizer_event e;
	int rc = CONSENT_OK;

	if (window.p == NULL)
		window.p = "";
	*used = window_skim(r, window);
	while (rc == CONSENT_OK &&
	       tokenizer_next(&r->tokenizer, span_sub(window, *used, window.n),
		   last, &e) == TOKENIZER_EVENT) {
		rc = event_take(r, &e);
		*used += e.raw.n;
		if (rc == CONSENT_OK)
			*used +=
			    window_skim(r, span_sub(window, *used, window.n));
	}
	if (rc == CONSENT_OK && window.n - *used > r->options.tag_max)
		rc = CONSENT_ELIMIT;
	return rc == CONSENT_OK ? window_leave(r) : rc;
}

/*
 * Goes on with an incomplete token: bytes are added to the carry in growing
 * steps until it is complete. What was added too much is given back, so that
 * the rest of the input is again used where it lies.
 */
static int
carry_run(struct rewriter *r, struct span *bytes)
{
	size_t old = r->carry.n;
	size_t step = old < CARRY_STEP ? CARRY_STEP : old;
	size_t used = 0;
	int rc;

	if (step > bytes->n)
		step = bytes->n;
	rc = buf_append(&r->carry, span_sub(*bytes, 0, step));
	if (rc == CONSENT_OK)
		rc = window_run(r, buf_span(&r->carry), false, &used);
	if (rc != CONSENT_OK)
		return rc;
	if (used < old) {
		buf_drain(&r->carry, used);
		*bytes = span_sub(*bytes, step, bytes->n);
	} else {
		buf_clear(&r->carry);
		*bytes = span_sub(*bytes, used - old, bytes->n);
	}
	return CONSENT_OK;
}

static int
feed(struct rewriter *r, struct span bytes)
{
	size_t used;
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && bytes.n > 0 && r->carry.n > 0)
		rc = carry_run(r, &bytes);
	if (rc != CONSENT_OK || bytes.n == 0)
		return rc;
	rc = window_run(r, bytes, false, &used);
	if (rc == CONSENT_OK && used < bytes.n)
		rc = buf_append(&r->carry, span_sub(bytes, used, bytes.n));
	return rc;
}

/*
 * The first bytes of a page. A byte order mark is none of its text, or the
 * body would begin with it (13.2.3.1).
 */
static int
start(struct rewriter *r, struct span *bytes)
{
	const struct span mark = SPAN("\xEF\xBB\xBF");
	struct span matched = {mark.p, 0};
	size_t n = 0;

	while (n < bytes->n && r->mark_n < mark.n &&
	       bytes->p[n] == mark.p[r->mark_n]) {
		n++;
		r->mark_n++;
	}
	*bytes = span_sub(*bytes, n, bytes->n);
	if (r->mark_n < mark.n && bytes->n == 0)
		return CONSENT_OK;
	r->started = true;
	matched.n = r->mark_n;
	if (matched.n < mark.n)
		return feed(r, matched);
	return output_emit(&r->out, matched);
}

/* The page ends. */
static int
finish(struct rewriter *r)
{
	bool level = tokenizer_is_level(&r->tokenizer) &&
		     context_top(&r->context).depth == 0;
	size_t used;
	int rc = CONSENT_OK;

	if (!r->started) /* it was but the start of a byte order mark */
		rc = feed(r, span_sub(SPAN("\xEF\xBB"), 0, r->mark_n));
	if (rc == CONSENT_OK)
		rc = window_run(r, buf_span(&r->carry), true, &used);

	if (rc == CONSENT_OK && !level && r->options.start == REWRITER_FRAGMENT)
		rc = CONSENT_ELIMIT;
	if (rc == CONSENT_OK)
		rc = element_finish(r);
	if (rc == CONSENT_OK && level)
		rc = event_begin_last(r);
	if (rc == CONSENT_OK && level)
		rc = event_end(r);
	return rc == CONSENT_OK ? output_settle(&r->out) : rc;
}

int
rewriter_write(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct rewriter *r = ctx;

	if (r->rc != CONSENT_OK)
		return r->rc;
	if (!r->started)
		r->rc = start(r, &bytes);
	if (r->rc == CONSENT_OK)
		r->rc = feed(r, bytes);
	if (r->rc == CONSENT_OK && mark == SINK_LAST)
		r->rc = finish(r);
	if (r->rc == CONSENT_OK && mark != SINK_MORE)
		r->rc = sink_write(&r->out.sink, SPAN(""), mark);
	return r->rc;
}

int
rewriter_run(const struct rewriter_job *job, struct span text, struct buf *out)
{
	struct rewriter *r =
	    rewriter_new(&job->options, job->handler, job->ctx, sink_into(out));
	int rc;

	if (r == NULL)
		return CONSENT_ENOMEM;
	rc = rewriter_write(r, text, SINK_LAST);
	rewriter_free(r);
	return rc;
}
