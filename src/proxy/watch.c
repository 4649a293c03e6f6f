#include "proxy/watch.h"

#include "base/clock.h"
#include "base/log.h"
#include "net/lane.h"
#include "net/lane_send.h"
#include "net/loop.h"
#include "net/upstream.h"
#include "proxy/access_out.h"
#include "proxy/ballot.h"
#include "proxy/home.h"
#include "proxy/metrics.h"
#include "proxy/post.h"
#include "proxy/report.h"
#include "proxy/sums.h"

#include <event2/event.h>
#include <stdlib.h>

struct watch {
	struct home *home;
	struct pulse *pulse;
	struct event *beat;
	struct event *hand;	     /* a file that was opened anew */
	struct loop_task write;	     /* of the lines that wait */
	struct upstream_counts told; /* what is in the sums */
	struct upstream_wait probe;
};

/* When the origin was last seen, one way or the other, by this worker. */
static int64_t seen_at;
static bool seen_bad;

void
watch_origin_good(void)
{
	seen_at = clock_monotonic();
	seen_bad = false;
	metrics_set(METRIC_ORIGIN_GOOD_AT, (uint64_t)seen_at);
}

void
watch_origin_bad(void)
{
	seen_at = clock_monotonic();
	seen_bad = true;
	metrics_set(METRIC_ORIGIN_BAD_AT, (uint64_t)seen_at);
}

/* Sums of the upstream begin at zero with each worker, ours do not. */
static void
tell_upstream(struct watch *w)
{
	struct upstream_counts now;

	upstream_count(w->home->upstream, &now);
	metrics_add(METRIC_UPSTREAM_OPENED, now.opened - w->told.opened);
	metrics_add(METRIC_UPSTREAM_REUSED, now.reused - w->told.reused);
	metrics_add(METRIC_UPSTREAM_FAILED, now.failed - w->told.failed);
	metrics_add(METRIC_UPSTREAM_SILENT, now.silent - w->told.silent);
	metrics_add(METRIC_UPSTREAM_REFUSED, now.refused - w->told.refused);
	metrics_set(METRIC_UPSTREAM_OPEN, now.open);
	metrics_set(METRIC_UPSTREAM_IDLE, now.idle);
	metrics_set(METRIC_UPSTREAM_WAITING, now.waiting);
	metrics_set(METRIC_UPSTREAM_KNOWN, now.known);
	metrics_set(METRIC_UPSTREAM_RESTING, now.resting);
	w->told = now;
}

/* The connection has served its purpose. */
static void
on_probed(void *ctx, struct lane *lane, int rc)
{
	(void)ctx;
	if (lane != NULL) {
		lane_abort(lane);
		lane_release(lane);
	}
	if (rc == CONSENT_OK)
		watch_origin_good();
	else if (rc == CONSENT_EIO)
		watch_origin_bad();
	/* else: all connections are in use, whose requests will tell */
}

static void
probe(struct watch *w)
{
	int64_t now = clock_monotonic();
	int64_t each = seen_bad ? WATCH_ORIGIN_BAD_MS : WATCH_ORIGIN_MS;

	if (w->home->setup->admin.length == 0 || w->probe.upstream != NULL ||
	    (seen_at != 0 && now - seen_at < each))
		return;
	w->probe.on_ready = on_probed;
	w->probe.want = UPSTREAM_FRESH;
	if (upstream_get(w->home->upstream, &w->probe) != CONSENT_OK)
		return; /* busy: the next beat tries again */
}

/* Gives back what a burst took that is over. */
static void
tell_system(struct home *home)
{
	bool over = thrift_look(&home->lives, home->live, THRIFT_EXCHANGES);

	if (thrift_look(&home->opens, home->open, THRIFT_CONNECTIONS))
		over = true;
	if (over)
		thrift_give();
}

static void
on_beat(evutil_socket_t fd, short what, void *ctx)
{
	struct watch *w = ctx;

	(void)fd;
	(void)what;
	pulse_beat(w->pulse);
	if (w->home->upstream != NULL)
		tell_upstream(w);
	metrics_set(METRIC_LIVE, w->home->live);
	metrics_set(METRIC_CHOICES_WAITING, ballot_pending(w->home->ballot));
	sums_tell(w->home->sums, w->home->ballot);
	if (w->home->upstream != NULL)
		probe(w);
	else
		watch_origin_good(); /* there is none that could be bad */
	tell_system(w->home);
}

static void
on_line(void *ctx)
{
	struct watch *w = ctx;

	loop_defer(w->home->loop, &w->write);
}

static void
write_lines(void *ctx)
{
	(void)ctx;
	log_flush();
	access_flush();
}

static void
on_hand(evutil_socket_t fd, short what, void *ctx)
{
	int got = post_take(fd);

	(void)what;
	(void)ctx;
	if (got >= 0)
		access_renew(got);
}

/* Lines about requests go where the setup says. */
static void
join_access(struct watch *w, const struct watch_place *place)
{
	const struct access_user user = {.plan = &w->home->setup->access,
	    .fd = place->access_fd,
	    .room = place->access_lines,
	    .on_line = on_line,
	    .ctx = w};

	access_join(&user);
}

int
watch_new(
    struct home *home, const struct watch_place *place, struct watch **out)
{
	const struct timeval each = {PULSE_MS / 1000, PULSE_MS % 1000 * 1000};
	struct watch *w = calloc(1, sizeof *w);

	if (w == NULL)
		return CONSENT_ENOMEM;
	w->home = home;
	w->pulse = place->pulse;
	if (sums_new(&home->sums) != CONSENT_OK ||
	    report_desk_new(&home->reports) != CONSENT_OK) {
		watch_free(w);
		return CONSENT_ENOMEM;
	}
	w->beat = event_new(loop_base(home->loop), -1, EV_PERSIST, on_beat, w);
	w->hand = event_new(loop_base(home->loop), place->hand_end,
	    EV_READ | EV_PERSIST, on_hand, w);
	if (w->beat == NULL || event_add(w->beat, &each) != 0 ||
	    w->hand == NULL || event_add(w->hand, NULL) != 0) {
		watch_free(w);
		return CONSENT_ENOMEM;
	}
	loop_task_init(&w->write, write_lines, w);
	log_gather(place->lines, on_line, w);
	join_access(w, place);
	on_beat(-1, 0, w);
	*out = w;
	return CONSENT_OK;
}

void
watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	log_flush();
	log_gather(NULL, NULL, NULL);
	access_flush();
	access_join(NULL);
	loop_cancel(&w->write);
	upstream_cancel(&w->probe);
	if (w->beat != NULL)
		event_free(w->beat);
	if (w->hand != NULL)
		event_free(w->hand);
	if (w->home->sums != NULL)
		sums_tell(w->home->sums, w->home->ballot);
	sums_free(w->home->sums);
	report_desk_free(w->home->reports);
	w->home->sums = NULL;
	w->home->reports = NULL;
	free(w);
}
