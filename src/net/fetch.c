#include "net/fetch.h"

#include "http/codec_types.h"
#include "http/head_edit.h"
#include "net/lane.h"
#include "net/lane_send.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "net/upstream.h"

#include <libconsent/url.h>

#include <event2/event.h>
#include <stdio.h>
#include <string.h>

enum {
	FETCH_ORIGIN = 512, /* "https://host:port" and NUL */
	FETCH_TARGET = 65536
};

/* One question and what it needs. */
struct fetch {
	const struct fetch_request *request;
	struct fetch_answer *answer;
	struct loop *loop;
	struct resolver *resolver;
	struct upstream *upstream;
	struct upstream_wait wait;
	struct tls_client *tls;
	struct lane *lane;
	struct event *late;
	char origin[FETCH_ORIGIN];
	char name[FETCH_ORIGIN]; /* of the host, as certificates have it */
	bool done;
	int rc;
};

void
fetch_answer_init(struct fetch_answer *a)
{
	head_init(&a->head, NULL);
	buf_init(&a->body, FETCH_BYTES);
	a->error[0] = '\0';
}

void
fetch_answer_fini(struct fetch_answer *a)
{
	head_fini(&a->head);
	buf_fini(&a->body);
}

/* Ends it; the first reason counts. */
static void
finish(struct fetch *f, int rc, const char *why)
{
	if (f->done)
		return;
	f->done = true;
	f->rc = rc;
	if (rc != CONSENT_OK)
		(void)snprintf(f->answer->error, FETCH_ERROR, "%s", why);
	(void)event_base_loopbreak(loop_base(f->loop));
}

static void
on_late(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	finish(ctx, CONSENT_EBUSY, "it took too long");
}

/* Keeps what the lane's head says: that one goes with the lane. */
static int
keep_head(const struct head *from, struct head *to)
{
	int rc = head_start_response(to, from->status, from->reason);
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < from->count; i++)
		if (from->fields[i].live)
			rc = head_add(
			    to, from->fields[i].name, from->fields[i].value);
	return rc;
}

static void
on_head(void *ctx, struct lane *lane)
{
	struct fetch *f = ctx;
	const struct head *head = lane_head(lane);
	int rc;

	if (head->status < 200)
		return; /* interim */
	rc = keep_head(head, &f->answer->head);
	if (rc != CONSENT_OK)
		finish(f, rc, "its head is too long");
}

static void
on_body(void *ctx, struct lane *lane, struct span bytes)
{
	struct fetch *f = ctx;
	struct buf *body = &f->answer->body;
	size_t room = body->max - body->n;
	int rc = buf_append(body, span_sub(bytes, 0, room));

	(void)lane;
	if (rc == CONSENT_OK && bytes.n > room)
		rc = CONSENT_ELIMIT;
	if (rc != CONSENT_OK)
		finish(f, rc,
		    rc == CONSENT_ELIMIT ? "it is too long" : status_text(rc));
}

static void
on_end(void *ctx, struct lane *lane)
{
	(void)lane;
	finish(ctx, CONSENT_OK, "");
}

/* Says which rule of HTTP it breaks: a head that is too long is one. */
static void
finish_fault(struct fetch *f, const struct codec_fault *fault)
{
	char why[FETCH_ERROR];

	(void)snprintf(why, sizeof why, "its answer is no HTTP (%s)",
	    fault == NULL ? "unknown" : fault->reason);
	finish(f, CONSENT_EIO, why);
}

static void
on_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	struct fetch *f = ctx;

	if (why == LANE_FAULT)
		finish_fault(f, lane_fault(lane));
	else if (why == LANE_CLOSED)
		finish(f, CONSENT_EIO, "the answer broke off");
	else if (why == LANE_IO || why == LANE_TIMEOUT_SEND)
		finish(f, CONSENT_EIO, "the connection broke");
	else
		finish(f, CONSENT_EBUSY, "it took too long");
}

static const struct lane_handler handler = {.on_head = on_head,
    .on_body = on_body,
    .on_end = on_end,
    .on_fail = on_fail};

static int
add_unless_empty(struct head *head, struct span name, struct span value)
{
	return value.n == 0 ? CONSENT_OK : head_add(head, name, value);
}

static int
write_request(const struct fetch *f, struct head *head)
{
	const struct fetch_request *r = f->request;
	struct span host = span_of(strstr(f->origin, "://") + 3);
	struct buf target;
	int rc;

	buf_init(&target, FETCH_TARGET);
	rc = url_write_target(r->url, &target);
	if (rc == CONSENT_OK)
		rc = head_start_request(head, SPAN("GET"), buf_span(&target));
	if (rc == CONSENT_OK)
		rc = head_add(head, SPAN("Host"), host);
	if (rc == CONSENT_OK)
		rc = head_add(head, SPAN("User-Agent"), r->agent);
	if (rc == CONSENT_OK)
		rc = head_add(head, SPAN("Accept"),
		    r->accept.n == 0 ? SPAN("*/*") : r->accept);
	if (rc == CONSENT_OK)
		rc = head_add(head, SPAN("Accept-Encoding"), SPAN("identity"));
	if (rc == CONSENT_OK)
		rc = add_unless_empty(
		    head, SPAN("Accept-Language"), r->language);
	buf_fini(&target);
	return rc;
}

static void
on_ready(void *ctx, struct lane *lane, int rc)
{
	struct fetch *f = ctx;
	struct upstream_counts counts;
	struct head head;

	if (rc != CONSENT_OK) {
		upstream_count(f->upstream, &counts);
		finish(f, rc,
		    counts.known == 0 ? "its host has no address"
				      : "cannot connect");
		return;
	}
	f->lane = lane;
	lane_attach(lane, &handler, f);
	head_init(&head, NULL);
	rc = write_request(f, &head);
	if (rc == CONSENT_OK)
		rc = lane_send_head(lane, &head, BODY_NONE, 0);
	if (rc == CONSENT_OK)
		rc = lane_finish(lane, NULL);
	head_fini(&head);
	if (rc != CONSENT_OK)
		finish(f, rc, "the request could not be sent");
}

/* Why a URL cannot be asked, or NULL. */
static const char *
fault_of(const struct url *url)
{
	if (url->kind != URL_NETWORK ||
	    (!span_equal(url->scheme, SPAN("http")) &&
		!span_equal(url->scheme, SPAN("https"))))
		return "only http: and https: can be asked";
	return url->has_userinfo
		   ? "a URL with a name or password is not asked for"
		   : NULL;
}

/* Who is asked, as text. */
static int
name_origin(struct fetch *f)
{
	const struct url *url = f->request->url;
	struct span host = url->host;
	struct buf origin;
	int rc;

	buf_init(&origin, sizeof f->origin - 1);
	rc = url_write_origin(url, &origin);
	(void)snprintf(
	    f->origin, sizeof f->origin, "%.*s", SPAN_ARG(buf_span(&origin)));
	buf_fini(&origin);
	if (span_starts(host, SPAN("["))) /* certificates have no brackets */
		host = span_sub(host, 1, host.n - 2);
	(void)snprintf(f->name, sizeof f->name, "%.*s", SPAN_ARG(host));
	return rc;
}

static int
open_tls(struct fetch *f)
{
	struct tls_client_options options = {.name = f->name, .verify = true};
	struct tls_report report = {.on_warning = NULL};
	int rc;

	if (!span_equal(f->request->url->scheme, SPAN("https")))
		return CONSENT_OK;
	rc = tls_client_new(&options, &report, &f->tls);
	if (rc != CONSENT_OK)
		finish(f, rc, report.error);
	return rc;
}

static int
open_upstream(struct fetch *f)
{
	struct upstream_options options;

	upstream_options_init(&options);
	options.origin = span_of(f->origin);
	options.peer.tls = f->tls;
	options.open = 1;
	return upstream_new(f->loop, f->resolver, &options, &f->upstream);
}

static int
open_deadline(struct fetch *f)
{
	int64_t ms = f->request->ms == 0 ? FETCH_MS : f->request->ms;
	struct timeval after = {
	    .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	f->late = evtimer_new(loop_base(f->loop), on_late, f);
	return f->late == NULL || event_add(f->late, &after) != 0
		   ? CONSENT_ENOMEM
		   : CONSENT_OK;
}

static int
fetch_open(struct fetch *f)
{
	int rc;

	f->loop = loop_new();
	f->resolver = f->loop == NULL ? NULL : resolver_new(f->loop, NULL);
	if (f->resolver == NULL)
		return CONSENT_ENOMEM;
	rc = open_tls(f);
	if (rc == CONSENT_OK)
		rc = open_deadline(f);
	return rc == CONSENT_OK ? open_upstream(f) : rc;
}

static void
fetch_close(struct fetch *f)
{
	upstream_cancel(&f->wait);
	if (f->lane != NULL)
		lane_release(f->lane);
	upstream_free(f->upstream);
	resolver_free(f->resolver);
	if (f->late != NULL)
		event_free(f->late);
	loop_free(f->loop);
	tls_client_free(f->tls);
}

bool
fetch_leads_on(const struct fetch_answer *a, struct span *to)
{
	unsigned status = a->head.status;

	*to = head_value(&a->head, SPAN("Location"));
	return to->n > 0 && (status == 301 || status == 302 || status == 303 ||
				status == 307 || status == 308);
}

int
fetch_get(const struct fetch_request *request, struct fetch_answer *answer)
{
	struct fetch f = {.request = request, .answer = answer};
	const char *fault = fault_of(request->url);
	int rc = fault == NULL ? name_origin(&f) : CONSENT_EINVAL;

	if (rc != CONSENT_OK) {
		(void)snprintf(answer->error, FETCH_ERROR, "%s",
		    fault == NULL ? status_text(rc) : fault);
		return rc;
	}
	if (request->bytes > 0)
		answer->body.max = request->bytes;
	f.wait = (struct upstream_wait){
	    .on_ready = on_ready, .ctx = &f, .want = UPSTREAM_FRESH};
	rc = fetch_open(&f);
	if (rc == CONSENT_OK)
		rc = upstream_get(f.upstream, &f.wait);
	if (rc == CONSENT_OK) {
		(void)event_base_dispatch(loop_base(f.loop));
		rc = f.done ? f.rc : CONSENT_EIO;
	}
	fetch_close(&f);
	if (rc != CONSENT_OK && answer->error[0] == '\0')
		(void)snprintf(
		    answer->error, FETCH_ERROR, "%s", status_text(rc));
	return rc;
}
