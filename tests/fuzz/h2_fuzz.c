#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libconsent/buf.h>

#include "base/clock.h"
#include "http/h2.h"
#include "http/h2_stream.h"
#include "http/head_edit.h"
#include "http/request.h"

/*
 * Any bytes as an HTTP/2 connection; of the first byte the lower bits say how
 * requests are answered, the highest that the client's preface and settings
 * come before the rest. However the bytes are cut, the same events follow; a
 * stream tells nothing after its end, and never more than was announced or
 * allowed; what leaves us is whole frames.
 */

enum {
	MODE_GREET = 0x80, /* the preface is put before the input */
	MODE_EARLY = 0x01, /* answers at the head, not at the end */
	MODE_BODY = 0x02,  /* with a body */
	MODE_RESET = 0x04, /* breaks each third stream off */
	MODE_KEEP = 0x08,  /* grants no room for bodies */
	MODE_DRAIN = 0x10, /* announces the end after the first request */

	BODY_MOST = 3000, /* bytes of a request */
	HEAD_MOST = 1200,
	FIELDS_MOST = 12,
	STREAMS_MOST = 8,
	VISITS = 512, /* streams that are watched */
	STORY_MOST = 1 << 20,
	FRAME_HEAD = 9,
	FRAME_GOAWAY = 7
};

static const char greeting[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
			       "\0\0\0\4\0\0\0\0"; /* SETTINGS */

/* What was told of one stream. */
struct visit {
	uint64_t got;
	uint32_t sum; /* of what was got */
	bool over, closed, kept;
};

struct client {
	struct h2 *h2;
	unsigned mode;
	struct buf story;
	const char *why; /* NULL: nothing was wrong */
	bool over;	 /* nothing more would be read */
	size_t n;
	struct visit visits[VISITS];
};

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

/* A story that grows too long is cut, for every way of feeding alike. */
static void
tell(struct client *c, const char *what, struct span more)
{
	if (buf_append(&c->story, span_of(what)) != CONSENT_OK ||
	    buf_append(&c->story, more) != CONSENT_OK)
		return;
}

static void
answer(struct client *c, struct h2_stream *s)
{
	static const char body[5000] = {'b'};
	bool with_body = (c->mode & MODE_BODY) != 0;
	struct visit *v = s->user;
	struct head head;
	int rc;

	v->kept = false;
	if ((c->mode & MODE_RESET) && s->id % 3 == 0) {
		h2_reset(s, H2_CANCEL);
		h2_release(s);
		return;
	}
	head_init(&head, NULL);
	rc = head_start_response(&head, 200, SPAN(""));
	if (rc == CONSENT_OK)
		rc = h2_send_head(
		    s, &head, with_body ? BODY_CHUNKED : BODY_NONE, 0);
	if (rc == CONSENT_OK && with_body)
		rc = h2_send(s, (struct span){body, sizeof body});
	if (rc == CONSENT_OK)
		rc = h2_finish(s, NULL);
	claim(rc == CONSENT_OK || rc == CONSENT_EIO); /* it may be closed */
	head_fini(&head);
	h2_release(s);
}

/* What every reader of a head may rely on. */
static void
check_head(const struct h2_stream *s)
{
	const struct head *h = &s->head;
	size_t i, cookies = 0;

	claim(h->method.n != 0 && h->target.n != 0 && h->is_h2);
	claim(h->count <= FIELDS_MOST + 1); /* Host may be ours */
	claim(request_host(h).n != 0);
	for (i = 0; i < h->count; i++) {
		struct span name = h->fields[i].name;

		claim(name.n != 0 && name.p[0] != ':');
		claim(!span_equal_nocase(name, SPAN("Connection")));
		claim(!span_equal_nocase(name, SPAN("Transfer-Encoding")));
		claim(memchr(h->fields[i].value.p, '\n',
			  h->fields[i].value.n) == NULL);
		cookies += span_equal_nocase(name, SPAN("Cookie"));
	}
	claim(cookies <= 1);
}

static void
on_request(void *ctx, struct h2_stream *s)
{
	struct client *c = ctx;
	struct visit *v = &c->visits[c->n % VISITS];
	size_t i;

	claim(c->n < VISITS); /* inputs are too short for more */
	c->n++;
	*v = (struct visit){.kept = true, .over = s->fault != NULL};
	s->user = v;
	tell(c, s->fault == NULL ? "\nrequest " : "\nrefused ", s->head.method);
	if (s->fault == NULL) {
		check_head(s);
		tell(c, " ", s->head.target);
		for (i = 0; i < s->head.count; i++)
			tell(c, "|", s->head.fields[i].value);
	}
	if (c->mode & MODE_DRAIN)
		h2_goaway_soon(c->h2);
	if (c->mode & MODE_EARLY)
		answer(c, s);
}

/* The body so far; how much of one that is refused comes through may vary. */
static void
tell_body(struct client *c, const struct visit *v)
{
	char text[64];
	int n = snprintf(text, sizeof text, " %llu bytes %08x",
	    (unsigned long long)v->got, (unsigned)v->sum);

	claim(n > 0 && (size_t)n < sizeof text);
	tell(c, text, (struct span){NULL, 0});
}

static void
on_body(void *ctx, struct h2_stream *s, struct span bytes)
{
	struct client *c = ctx;
	struct visit *v = s->user;
	size_t i;

	claim(!v->over && !v->closed && bytes.n != 0);
	v->got += bytes.n;
	claim(v->got <= BODY_MOST);
	claim(s->kind != BODY_NONE);
	claim(s->kind != BODY_LENGTH || v->got <= s->length);
	for (i = 0; i < bytes.n; i++)
		v->sum = v->sum * 31 + (unsigned char)bytes.p[i];
	if (!(c->mode & MODE_KEEP))
		h2_consume(s, bytes.n);
}

static void
on_end(void *ctx, struct h2_stream *s)
{
	struct client *c = ctx;
	struct visit *v = s->user;

	claim(!v->over && !v->closed && s->ended);
	claim(s->kind != BODY_LENGTH || v->got == s->length);
	v->over = true;
	tell(c, "\nend", (struct span){NULL, 0});
	tell_body(c, v);
	if (v->kept)
		answer(c, s);
}

static void
on_fault(void *ctx, struct h2_stream *s)
{
	struct client *c = ctx;
	struct visit *v = s->user;

	claim(!v->over && !v->closed && s->fault != NULL);
	v->over = true;
	tell(c, "\nfault ", span_of(s->fault->reason));
}

static void
on_progress(void *ctx, struct h2_stream *s)
{
	struct visit *v = s->user;

	(void)ctx;
	claim(!v->closed);
}

static void
on_closed(void *ctx, struct h2_stream *s)
{
	struct client *c = ctx;
	struct visit *v = s->user;

	claim(!v->closed);
	v->closed = true;
	tell(c, "\nclosed", (struct span){NULL, 0});
	if (s->fault == NULL)
		tell_body(c, v);
	if (v->kept)
		h2_release(s);
}

static const struct h2_events events = {
    .on_request = on_request,
    .on_body = on_body,
    .on_end = on_end,
    .on_fault = on_fault,
    .on_taken = on_progress,
    .on_sent = on_progress,
    .on_closed = on_closed,
};

/* Whole frames only, and the last words of a broken session are GOAWAY. */
static void
check_frames(struct span out, bool broken)
{
	unsigned kind = 0;

	while (out.n != 0) {
		const unsigned char *at = (const unsigned char *)out.p;
		size_t n;

		claim(out.n >= FRAME_HEAD);
		n = (size_t)at[0] << 16 | (size_t)at[1] << 8 | at[2];
		kind = at[3];
		claim(out.n - FRAME_HEAD >= n);
		out = span_sub(out, FRAME_HEAD + n, out.n);
	}
	claim(!broken || kind == FRAME_GOAWAY);
}

static void
pull(struct client *c, bool broken)
{
	struct buf out;

	buf_init(&out, H2_PULL_BYTES);
	claim(h2_pull(c->h2, &out, H2_PULL_BYTES / 2) == CONSENT_OK);
	check_frames(buf_span(&out), broken && out.n != 0);
	buf_fini(&out);
}

/* Feeds in in pieces; pulls after each of them or only behind the last. */
static void
converse(struct client *c, struct span in, size_t piece, bool often)
{
	static const struct h2_options options = {
	    .limits = {.head = {.bytes = HEAD_MOST, .fields = FIELDS_MOST},
		.start_bytes = HEAD_MOST / 2,
		.body_bytes = BODY_MOST},
	    .streams = STREAMS_MOST,
	};
	const struct h2_user user = {&events, c};
	int rc = CONSENT_OK;

	buf_init(&c->story, STORY_MOST);
	c->h2 = h2_new(&options, &user);
	claim(c->h2 != NULL);
	while (in.n != 0 && rc == CONSENT_OK) {
		rc = h2_feed(c->h2, span_sub(in, 0, piece));
		in = span_sub(in, piece, in.n);
		if (often)
			pull(c, rc != CONSENT_OK);
	}
	claim(rc == CONSENT_OK || h2_why(c->h2) != NULL);
	claim(often || rc != CONSENT_OK || h2_why(c->h2) == NULL);
	c->why = h2_why(c->h2);
	pull(c, rc != CONSENT_OK);
	c->over = h2_is_over(c->h2);
	h2_free(c->h2);
	c->h2 = NULL;
}

/*
 * But for two things of nghttp2: it counts the reads of CONTINUATION frames
 * that it ignores, and after a GOAWAY of the client it ends with the read.
 */
static void
check_same(const struct client *whole, const struct client *parts)
{
	struct span a = buf_span(&whole->story), b = buf_span(&parts->story);
	static const char frames[] = "continuations";

	if ((whole->why != NULL && strcmp(whole->why, frames) == 0) ||
	    (parts->why != NULL && strcmp(parts->why, frames) == 0))
		return;
	if (parts->over && parts->why == NULL) {
		claim(span_starts(a, b));
		return;
	}
	claim(whole->why == parts->why); /* one of a few static texts */
	claim(span_equal(a, b));
}

static void
check_connection(unsigned mode, struct span in)
{
	static struct client whole, parts, lively; /* too large for a stack */
	size_t piece;

	whole = (struct client){.mode = mode};
	converse(&whole, in, in.n + 1, false);
	for (piece = 1; piece <= 7; piece += 6) {
		parts = (struct client){.mode = mode};
		converse(&parts, in, piece, false);
		check_same(&whole, &parts);
		buf_fini(&parts.story);
	}
	buf_fini(&whole.story);
	lively = (struct client){.mode = mode};
	converse(&lively, in, 1 + mode % 32, true);
	buf_fini(&lively.story);
}

/* No time passes, so that limits by rate are the same at every run. */
static int64_t
stand_still(void)
{
	return 1000000;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span rest;
	struct buf in;

	if (n == 0 || n > 8192)
		return 0;
	rest = (struct span){(const char *)data + 1, n - 1};
	clock_replace(stand_still);
	buf_init(&in, 16384);
	if ((data[0] & MODE_GREET) != 0)
		claim(buf_append(&in, (struct span){greeting,
					  sizeof greeting - 1}) == CONSENT_OK);
	claim(buf_append(&in, rest) == CONSENT_OK);
	check_connection(data[0], buf_span(&in));
	buf_fini(&in);
	return 0;
}
