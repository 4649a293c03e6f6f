#ifndef CONSENT_UNIT_HTTP_CODEC_TRACE_H
#define CONSENT_UNIT_HTTP_CODEC_TRACE_H

/*
 * Feeds bytes to a codec in some split and writes down what it says, so that
 * tests compare one text, and splits can be compared with each other. Every
 * piece is given in memory of its exact size that is gone afterwards: reading
 * past it, or keeping it, shows under the sanitizers.
 *
 *	HEAD GET /a 1.1 [Host: x] length 5 keep
 *	BODY hello
 *	END
 *	EOF clean
 */

#include <libconsent/buf.h>

#include "http/codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TRACE_WHOLE = 0, /* cut: everything at once */
	TRACE_BYTES = 1, /* one byte at a time; others seed random cuts */
	TRACE_BYTES_MAX = 1 << 22
};

struct trace {
	struct codec codec;
	const enum codec_expected *expected; /* for each message, or NULL */
	size_t message;
	bool in_body;
	bool stopped;
	struct buf text;
	/* around what is allocated for the trace; NULL: nothing */
	void (*own)(bool begins);
};

/* Memory for the trace itself is asked for, or was. */
static void
trace_own(const struct trace *t, bool begins)
{
	if (t->own != NULL)
		t->own(begins);
}

/* Writes down some bytes. */
static void
trace_text(struct trace *t, struct span s)
{
	trace_own(t, true);
	if (buf_append(&t->text, s) != CONSENT_OK)
		abort();
	trace_own(t, false);
}

/* Writes down the live fields. */
static void
trace_fields(struct trace *t, const struct head *h)
{
	size_t i;

	for (i = 0; i < h->count; i++) {
		if (!h->fields[i].live)
			continue;
		trace_text(t, SPAN(" ["));
		trace_text(t, h->fields[i].name);
		trace_text(t, SPAN(": "));
		trace_text(t, h->fields[i].value);
		trace_text(t, SPAN("]"));
	}
}

/* Writes down a HEAD event. */
static void
trace_head(struct trace *t)
{
	static const char *const kinds[] = {
	    "none", "length", "chunked", "until-close", "tunnel"};
	const struct head *h = codec_head(&t->codec);
	char text[64];

	trace_text(t, SPAN("HEAD "));
	if (h->status == 0) {
		trace_text(t, h->method);
		trace_text(t, SPAN(" "));
		trace_text(t, h->target);
	} else {
		(void)snprintf(text, sizeof text, "%u ", h->status);
		trace_text(t, span_of(text));
		trace_text(t, h->reason);
	}
	(void)snprintf(text, sizeof text, " 1.%u", h->minor);
	trace_text(t, span_of(text));
	trace_fields(t, h);
	(void)snprintf(text, sizeof text, " %s %llu%s\n",
	    kinds[codec_body_kind(&t->codec)],
	    (unsigned long long)codec_body_length(&t->codec),
	    codec_keep_alive(&t->codec) ? " keep" : "");
	trace_text(t, span_of(text));
}

/* Writes down a piece of body; pieces are not told apart. */
static void
trace_body(struct trace *t, struct span piece)
{
	if (!t->in_body)
		trace_text(t, SPAN("BODY "));
	t->in_body = true;
	trace_text(t, piece);
}

/* Tells the codec what the next message answers. */
static void
trace_begin(struct trace *t)
{
	if (t->expected != NULL)
		codec_expect(&t->codec, t->expected[t->message]);
	t->message++;
}

/* Writes down an END event and goes on, if the connection may. */
static void
trace_end(struct trace *t)
{
	trace_text(t, SPAN("END"));
	trace_fields(t, codec_trailers(&t->codec));
	trace_text(t, SPAN("\n"));
	t->stopped = !codec_keep_alive(&t->codec);
	codec_next(&t->codec);
	if (!t->stopped)
		trace_begin(t);
}

/* Writes down any event. */
static void
trace_event(struct trace *t, enum codec_event event, struct span piece)
{
	if (event == CODEC_BODY) {
		trace_body(t, piece);
		return;
	}
	if (t->in_body && event != CODEC_MORE) {
		trace_text(t, SPAN("\n"));
		t->in_body = false;
	}
	if (event == CODEC_HEAD)
		trace_head(t);
	if (event == CODEC_END)
		trace_end(t);
	if (event != CODEC_BROKEN)
		return;
	trace_text(t, SPAN("BROKEN "));
	trace_text(t, span_of(codec_fault(&t->codec)->reason));
	trace_text(t, SPAN("\n"));
	t->stopped = true;
}

/* One piece of input, in its own memory. */
static void
trace_feed(struct trace *t, struct span piece)
{
	struct span in = {NULL, piece.n}, body = {NULL, 0};
	enum codec_event event;
	size_t used;
	char *copy;

	trace_own(t, true);
	copy = malloc(piece.n == 0 ? 1 : piece.n);
	trace_own(t, false);
	if (copy == NULL)
		abort();
	memcpy(copy, piece.p, piece.n);
	in.p = copy;
	do {
		event = codec_feed(&t->codec, in, &used, &body);
		if (used > in.n || (event == CODEC_MORE && used != in.n))
			abort();
		trace_event(t, event, body);
		in = span_sub(in, used, in.n);
	} while (event != CODEC_MORE && !t->stopped);
	free(copy);
}

/* The peer closes. */
static void
trace_eof(struct trace *t)
{
	enum codec_event event = codec_eof(&t->codec);

	if (t->in_body)
		trace_text(t, SPAN("\n"));
	t->in_body = false;
	if (event == CODEC_BROKEN) {
		trace_text(t, SPAN("EOF "));
		trace_text(t, span_of(codec_fault(&t->codec)->reason));
		trace_text(t, SPAN("\n"));
	} else {
		trace_text(t, event == CODEC_END ? SPAN("EOF end\n")
						 : SPAN("EOF clean\n"));
	}
}

/* The size of the next piece. */
static size_t
trace_cut(unsigned *cut)
{
	if (*cut == TRACE_WHOLE)
		return SIZE_MAX;
	if (*cut == TRACE_BYTES)
		return 1;
	*cut = *cut * 1103515245u + 12345u;
	*cut |= 2u;
	return (*cut >> 16) % 9 + 1;
}

/*
 * Feeds all of input in the given cut and returns what was said; the caller
 * frees it. t->codec and t->expected are set by the caller; the codec is gone
 * afterwards.
 */
static char *
trace_run(struct trace *t, struct span input, unsigned cut)
{
	char *text;

	buf_init(&t->text, TRACE_BYTES_MAX);
	t->message = 0;
	t->in_body = t->stopped = false;
	trace_begin(t);
	while (!t->stopped && input.n > 0) {
		struct span piece = span_sub(input, 0, trace_cut(&cut));

		trace_feed(t, piece);
		input = span_sub(input, piece.n, input.n);
	}
	if (!t->stopped)
		trace_eof(t);
	trace_own(t, true);
	text = buf_take(&t->text);
	trace_own(t, false);
	if (text == NULL)
		abort();
	codec_fini(&t->codec);
	return text;
}

#endif
