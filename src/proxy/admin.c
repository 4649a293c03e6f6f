#include "proxy/admin.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/codec.h"
#include "net/lane.h"
#include "net/lane_send.h"
#include "net/loop.h"
#include "net/peer.h"
#include "proxy/admin_pages.h"
#include "proxy/answer.h"
#include "proxy/sandbox.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	ADMIN_REST_US = 100000, /* pause when descriptors run out */
	ADMIN_ACCEPTS = 16,	/* connections taken in one go */
	ADMIN_END_US = 500000,	/* for the last answers, at the end */
	ADMIN_LAST_MS = 100	/* and of that, for the last questions */
};

/* One connection. */
struct caller {
	struct admin *admin;
	struct peer *peer;
	struct caller *next, *prev; /* the newest first */
};

struct admin {
	const struct proxy_setup *setup;
	const struct admin_place *place;
	struct loop *loop;
	struct peer_options options;
	struct event *accept, *rest, *beat, *term;
	bool ending; /* with the last caller */
	size_t n;
	struct caller callers; /* head of a ring */
};

/* ---- one request ------------------------------------------------------ */

static void
send_answer(struct lane *lane, struct answer *a)
{
	int rc = a->rc;

	if (rc == CONSENT_OK)
		rc = lane_send_head(lane, &a->head, BODY_LENGTH, a->body.n);
	if (rc == CONSENT_OK)
		rc = lane_send(lane, buf_span(&a->body), SINK_LAST);
	if (rc != CONSENT_OK)
		lane_abort(lane);
	lane_release(lane);
}

static void
on_head(void *ctx, struct lane *lane)
{
	const struct admin *admin = ((const struct caller *)ctx)->admin;
	const struct admin_page page = {
	    admin->place->metrics, admin->setup, clock_monotonic()};
	struct answer answer;

	answer_init(&answer);
	if (lane_body_kind(lane) != BODY_NONE)
		lane_close_after(lane); /* nobody wants its body */
	admin_answer(&page, lane_head(lane), &answer);
	send_answer(lane, &answer);
	answer_fini(&answer);
}

static void
on_body(void *ctx, struct lane *lane, struct span bytes)
{
	(void)ctx;
	(void)lane;
	(void)bytes;
}

static void
on_end(void *ctx, struct lane *lane)
{
	(void)ctx;
	(void)lane;
}

static void
on_fail(void *ctx, struct lane *lane, enum lane_failure why)
{
	const struct codec_fault *fault = lane_fault(lane);
	struct answer answer;

	(void)ctx;
	if (why == LANE_IO || why == LANE_TIMEOUT_SEND) {
		lane_release(lane);
		return;
	}
	answer_init(&answer);
	lane_close_after(lane);
	if (why == LANE_FAULT)
		answer_error_json(&answer, fault->status, span_of(fault->text));
	else
		answer_error_json(
		    &answer, 408, SPAN("the request did not come in time"));
	send_answer(lane, &answer);
	answer_fini(&answer);
}

static const struct lane_handler handler = {
    .on_head = on_head,
    .on_body = on_body,
    .on_end = on_end,
    .on_fail = on_fail,
};

/* ---- connections ------------------------------------------------------ */

static void
on_lane(void *ctx, struct peer *peer, struct lane *lane)
{
	(void)peer;
	lane_attach(lane, &handler, ctx);
}

static void
on_closed(void *ctx, struct peer *peer)
{
	struct caller *caller = ctx;
	struct admin *admin = caller->admin;

	(void)peer;
	caller->prev->next = caller->next;
	caller->next->prev = caller->prev;
	admin->n--;
	free(caller);
	if (admin->ending && admin->n == 0)
		(void)event_base_loopbreak(loop_base(admin->loop));
}

static const struct peer_owner owner = {
    .on_lane = on_lane,
    .on_closed = on_closed,
};

static void
serve(struct admin *admin, evutil_socket_t fd)
{
	struct caller *caller = calloc(1, sizeof *caller);
	const struct peer_user user = {
	    &owner, &admin->options, caller, PEER_HTTP1};

	if (caller == NULL) {
		(void)evutil_closesocket(fd);
		return;
	}
	caller->admin = admin;
	caller->peer = peer_accept(admin->loop, fd, &user);
	if (caller->peer == NULL) {
		free(caller);
		return;
	}
	if (admin->n >= ADMIN_CONNECTIONS) /* on_closed comes later */
		peer_close(admin->callers.prev->peer);
	caller->next = admin->callers.next;
	caller->prev = &admin->callers;
	caller->next->prev = caller;
	admin->callers.next = caller;
	admin->n++;
}

/* No descriptor is left: a pause instead of spinning. */
static void
rest(struct admin *admin)
{
	const struct timeval pause = {0, ADMIN_REST_US};

	log_warn("admin.accept", "reason=\"%s\"", strerror(errno));
	(void)event_del(admin->accept);
	(void)event_add(admin->rest, &pause);
}

static void
on_rested(evutil_socket_t fd, short what, void *ctx)
{
	struct admin *admin = ctx;

	(void)fd;
	(void)what;
	(void)event_add(admin->accept, NULL);
}

/*
 * No more in one go than may stay: those that are over it are closed from the
 * loop, before the next are taken.
 */
static void
on_accept(evutil_socket_t fd, short what, void *ctx)
{
	struct admin *admin = ctx;
	unsigned i;

	(void)what;
	for (i = 0; i < ADMIN_ACCEPTS; i++) {
		int got = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (got >= 0) {
			serve(admin, got);
			if (admin->n > ADMIN_CONNECTIONS)
				return;
			continue;
		}
		if (errno == EINTR || errno == ECONNABORTED)
			continue;
		if (errno != EAGAIN)
			rest(admin);
		return;
	}
}

/* ---- life ------------------------------------------------------------- */

static void
on_beat(evutil_socket_t fd, short what, void *ctx)
{
	const struct admin *admin = ctx;

	(void)fd;
	(void)what;
	if (admin->place->pulse != NULL)
		pulse_beat(admin->place->pulse);
}

/*
 * Nobody more is let in: the next process has the same socket. Those who are in
 * get their answers, and a moment to ask: a question may be on its way, or here
 * and not read yet.
 */
static void
on_term(evutil_socket_t fd, short what, void *ctx)
{
	struct admin *admin = ctx;
	const struct timeval end = {0, ADMIN_END_US};
	struct caller *caller;

	(void)fd;
	(void)what;
	(void)event_del(admin->accept);
	(void)event_del(admin->rest);
	for (caller = admin->callers.next; caller != &admin->callers;
	     caller = caller->next)
		peer_drain(caller->peer, ADMIN_LAST_MS);
	admin->ending = true;
	if (admin->n == 0)
		(void)event_base_loopbreak(loop_base(admin->loop));
	else
		(void)event_base_loopexit(loop_base(admin->loop), &end);
}

static int
open_events(struct admin *admin)
{
	const struct timeval each = {PULSE_MS / 1000, PULSE_MS % 1000 * 1000};
	struct event_base *base = loop_base(admin->loop);
	sigset_t stop;

	admin->accept = event_new(
	    base, admin->place->fd, EV_READ | EV_PERSIST, on_accept, admin);
	admin->rest = evtimer_new(base, on_rested, admin);
	admin->beat = event_new(base, -1, EV_PERSIST, on_beat, admin);
	admin->term = evsignal_new(base, SIGTERM, on_term, admin);
	if (admin->accept == NULL || admin->rest == NULL ||
	    admin->beat == NULL || admin->term == NULL ||
	    event_add(admin->accept, NULL) != 0 ||
	    event_add(admin->beat, &each) != 0 ||
	    event_add(admin->term, NULL) != 0)
		return CONSENT_ENOMEM;
	(void)sigemptyset(&stop);
	(void)sigaddset(&stop, SIGTERM);
	(void)sigprocmask(SIG_UNBLOCK, &stop, NULL);
	return CONSENT_OK;
}

static int
admin_open(struct admin *admin)
{
	int rc;

	admin->callers.next = admin->callers.prev = &admin->callers;
	peer_options_init(&admin->options, PEER_CLIENT);
	admin->options.head_ms = ADMIN_HEAD_MS;
	admin->options.body_ms = ADMIN_HEAD_MS;
	admin->options.send_ms = ADMIN_SEND_MS;
	admin->options.idle_ms = ADMIN_IDLE_MS;
	admin->options.limits.head.bytes = ADMIN_HEAD_BYTES;
	admin->options.limits.head.fields = ADMIN_HEAD_FIELDS;
	admin->options.limits.body_bytes = 1; /* none is read */
	admin->loop = loop_new();
	if (admin->loop == NULL)
		return CONSENT_ENOMEM;
	rc = open_events(admin);
	if (rc == CONSENT_OK && admin->setup->sandbox)
		rc = sandbox_enter(SANDBOX_ADMIN, NULL);
	if (rc == CONSENT_OK)
		on_beat(-1, 0, admin);
	return rc;
}

static void
admin_close(struct admin *admin)
{
	struct caller *caller;

	for (caller = admin->callers.next; caller != &admin->callers;
	     caller = caller->next)
		peer_close(caller->peer);
	(void)event_base_loop(loop_base(admin->loop),
	    EVLOOP_NONBLOCK); /* the closed ones say goodbye */
	event_free(admin->accept);
	event_free(admin->rest);
	event_free(admin->beat);
	event_free(admin->term);
	loop_free(admin->loop);
}

int
admin_run(const struct proxy_setup *setup, const struct admin_place *place)
{
	struct admin *admin = calloc(1, sizeof *admin);
	int rc;

	if (admin == NULL)
		return 1;
	admin->setup = setup;
	admin->place = place;
	rc = admin_open(admin);
	if (rc != CONSENT_OK) {
		log_error("admin.start", "reason=\"%s\"", status_text(rc));
		return 1; /* the process ends: the kernel cleans up */
	}
	(void)event_base_dispatch(loop_base(admin->loop));
	admin_close(admin);
	free(admin);
	return 0;
}
