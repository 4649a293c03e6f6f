#include "proxy/server.h"

#include "base/clock.h"
#include "base/log.h"
#include "proxy/control.h"
#include "proxy/doors.h"
#include "proxy/erasure.h"
#include "proxy/expiry.h"
#include "proxy/family.h"
#include "proxy/inventory.h"
#include "proxy/inventory_file.h"
#include "proxy/inventory_list.h"
#include "proxy/key_board.h"
#include "proxy/key_desk.h"
#include "proxy/key_news.h"
#include "proxy/metrics.h"
#include "proxy/mode.h"
#include "proxy/mode_map.h"
#include "proxy/sandbox.h"
#include "proxy/service.h"
#include "proxy/status.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum {
	SERVER_TICK = 200,   /* ms between looks at deadlines */
	SERVER_ECHO = 20,    /* ms between two signals that are one */
	SERVER_LATE = 10000, /* ms that new workers have to begin */
	SERVER_FILES = 64,   /* open in a worker besides connections */
	SERVER_GRACE = 2000  /* ms after the drain time before SIGKILL */
};

/* What the parent waits for: the rows of its table of descriptors. */
enum {
	WATCH_SIGNALS,
	WATCH_NOTARY,
	WATCH_ERASURE,
	WATCH_MODES,
	WATCH_CONTROL,
	WATCH_ROWS = WATCH_CONTROL + CONTROL_ROWS
};

struct server {
	const struct server_host *host;
	struct proxy_setup *setup;
	struct metrics *metrics;
	struct inventory *inventory;
	struct inventory_file kept;
	struct erasure *erasure;
	struct modes *modes;
	struct mode_map *mode_map;
	struct key_board *key_board;
	struct key_news *key_news;
	struct key_desk *key_desk;
	struct doors both[2];
	struct doors *doors; /* in force; one of the two */
	struct family *family;
	sigset_t signals; /* those that the parent waits for */
	struct control *control;
	int signals_fd;		   /* where they are read */
	struct status_reload last; /* reload; its findings: */
	struct findings findings;
	bool announced; /* that all runs, since the last change */
	bool reload_wanted;
	bool changing;	  /* old workers serve until the new ones do */
	bool late;	  /* and that takes too long */
	int64_t late_at;  /* from when on it does */
	int64_t watchdog; /* ms of the service manager's; 0: none */
	int64_t alive_at; /* when it was last told that we live */
	bool stopping;
	int64_t close_at; /* monotonic ms: when to accept no more; 0: done */
	int64_t kill_at;  /* monotonic ms; 0: not set */
	struct expiry expiry;
};

/*
 * A connection to each client, some to the origin, one more for each tunnel,
 * and what stands open.
 */
static void
warn_of_files(const struct proxy_setup *setup)
{
	uint64_t wanted = (uint64_t)setup->connections +
			  setup->origin_connections + setup->tunnels +
			  SERVER_FILES;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < wanted)
		log_warn("server.files",
		    "limit=%llu wanted=%llu reason=\"limits.connections does "
		    "not fit: raise LimitNOFILE\"",
		    (unsigned long long)files.rlim_cur,
		    (unsigned long long)wanted);
}

/* As many files as we may have: each connection is one. */
static void
raise_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 ||
	    files.rlim_cur == files.rlim_max)
		return;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0)
		log_warn("server.files", "reason=\"%s\"", strerror(errno));
}

/* Makes all ready that setup needs before a child can run with it. */
static int
prepare(const struct proxy_setup *setup, struct privilege *privilege)
{
	int rc = privilege_find(setup->user, setup->group, privilege);

	if (rc == CONSENT_OK)
		rc = privilege_prepare(privilege, setup->log_directory);
	return rc;
}

/* Says where the numbers are to be had, and to whom. */
static void
tell_admin(const struct server *s)
{
	char url[SERVICE_STATUS / 2];

	if (s->doors->admin.n == 0)
		return;
	listen_url(&s->doors->admin.at[0], url, sizeof url);
	if (s->setup->admin_public)
		log_warn("admin.public",
		    "url=%s reason=\"admin_public is set: whoever reaches the "
		    "address sees the numbers\"",
		    url);
	else
		log_info("admin.listening", "url=%s", url);
}

/* In a child: who gives orders, and by which signals, is the parent's. */
static void
forget(void *ctx)
{
	struct server *s = ctx;
	size_t i;

	(void)close(s->signals_fd);
	control_forget(s->control);
	for (i = 0; i < s->doors->control.n; i++)
		(void)close(s->doors->control.at[i].fds[0]);
}

/*
 * Takes a configuration that was loaded into force: the notary is
 * replaced between two messages, new workers come on the same sockets once it
 * has the texts that they show in the log, old ones drain. NULL, or why not;
 * then nothing has changed.
 */
static const char *
take_over(struct server *s, struct proxy_setup *next)
{
	struct doors *before = s->doors;
	struct doors *opened = &s->both[before == &s->both[0]];
	struct privilege privilege;
	const struct family_plan plan = {.setup = next,
	    .listeners = &opened->visitors,
	    .admin = &opened->admin,
	    .privilege = &privilege,
	    .forget = forget,
	    .ctx = s};
	const char *why;

	if (prepare(next, &privilege) != CONSENT_OK)
		return "user";
	why = doors_open(opened, next, before);
	if (why != NULL)
		return why;
	if (listen_give(&opened->visitors, &privilege) != CONSENT_OK ||
	    family_enlist(s->family, &plan) != CONSENT_OK) {
		doors_shut(opened, before);
		return "busy";
	}
	s->doors = opened;
	listen_join(&opened->visitors);
	doors_shut(before, opened);
	return NULL;
}

/* ---- the control socket ----------------------------------------------- */

/* Gives all who wait for it an answer, which is freed. */
static void
answer(struct server *s, enum control_order order, char *text)
{
	control_answer(s->control, order,
	    text == NULL ? SPAN("{\"error\":\"out of memory\"}")
			 : span_of(text));
	free(text);
}

/* One reload more, each once: a late one is refused, whatever becomes of it. */
static void
count_reload(const char *refused)
{
	metrics_add(METRIC_RELOADS + (refused == NULL ? NAMES_RELOAD_OK
						      : NAMES_RELOAD_REFUSED),
	    1);
}

/* What came of the reload that was asked for. */
static void
answer_reload(struct server *s, const char *refused)
{
	s->last.refused = refused;
	s->last.at = clock_now();
	answer(s, CONTROL_RELOAD, status_write_reload(&s->last));
}

/* What was ordered and can be done at once. */
static void
obey(struct server *s)
{
	const struct status_facts facts = {.file = s->host->file,
	    .setup = s->setup,
	    .family = s->family,
	    .metrics = s->metrics,
	    .modes = s->modes,
	    .reload = s->last,
	    .stopping = s->stopping};

	if (control_take(s->control, CONTROL_STATUS) > 0)
		answer(s, CONTROL_STATUS, status_write(&facts));
	if (control_take(s->control, CONTROL_INVENTORY) > 0)
		answer(s, CONTROL_INVENTORY,
		    inventory_list(s->inventory, s->setup->policy));
}

/* Has the notary erase one subject after the other. */
static void
erase(struct server *s)
{
	char text[ERASURE_ANSWER];
	struct span order;

	if (erasure_hear(s->erasure, text))
		control_answer(s->control, CONTROL_ERASE, span_of(text));
	while (!erasure_waits(s->erasure) &&
	       control_take_one(s->control, CONTROL_ERASE, &order)) {
		const char *why = "not the form of a subject, or the reason is "
				  "too long";
		int rc = CONSENT_EBUSY;

		if (!s->stopping)
			rc = erasure_ask(s->erasure, order);
		if (rc == CONSENT_OK)
			break;
		if (rc != CONSENT_EINVAL)
			why = "the notary cannot be reached";
		(void)snprintf(text, sizeof text, "{\"error\":\"%s\"}", why);
		control_answer(s->control, CONTROL_ERASE, span_of(text));
	}
}

/* Has one order about a mode done after the other; ends what is over. */
static void
tend_modes(struct server *s)
{
	char text[MODE_ANSWER];
	struct span order;

	if (modes_tend(s->modes, clock_monotonic(), text))
		control_answer(s->control, CONTROL_MODE, span_of(text));
	while (!modes_waits(s->modes) &&
	       control_take_one(s->control, CONTROL_MODE, &order)) {
		if (order.p == NULL)
			answer(s, CONTROL_MODE,
			    status_write_modes(s->setup->policy, s->modes));
		else if (modes_order(s->modes, order, text))
			control_answer(s->control, CONTROL_MODE, span_of(text));
	}
}

/* Has one order about keys done after the other. */
static void
tend_keys(struct server *s)
{
	struct span order;
	char *text;

	if (key_desk_tend(s->key_desk, clock_monotonic(), &text))
		answer(s, CONTROL_KEY, text);
	while (!key_desk_waits(s->key_desk) &&
	       control_take_one(s->control, CONTROL_KEY, &order)) {
		if (key_desk_order(s->key_desk, order, &text))
			answer(s, CONTROL_KEY, text);
	}
}

/* ---- reload ----------------------------------------------------------- */

/*
 * Lets the old workers go as soon as the new ones serve, and not before: they
 * go on where the new ones cannot start. Then that is said, and another
 * configuration may be tried.
 */
static void
finish_reload(struct server *s)
{
	if (!s->changing)
		return;
	if (family_retire(s->family)) {
		s->changing = false;
		s->announced = false;
		if (!s->late)
			count_reload(NULL);
		answer_reload(s, NULL);
		log_info("reload.done", "workers=%u", s->setup->workers);
	} else if (!s->late && clock_monotonic() >= s->late_at) {
		s->late = true;
		s->announced = false;
		count_reload("late");
		answer_reload(s, "new workers do not start");
		log_error("reload.late",
		    "reason=\"new workers do not start: the old go on\"");
	}
}

/* Loads the configuration anew; one that is wrong changes nothing. */
static void
reload(struct server *s)
{
	struct proxy_setup *next = NULL, *unused;
	const char *why = "configuration";

	s->reload_wanted = false;
	(void)control_take(s->control, CONTROL_RELOAD); /* or it was a signal */
	service_reloading();
	findings_fini(&s->findings);
	if (s->host->load(s->host->ctx, &s->findings, &next) == CONSENT_OK)
		why = take_over(s, next);
	unused = next;
	if (why == NULL) {
		unused = s->setup;
		s->setup = next;
		modes_renew(
		    s->modes, next->policy, "the configuration was reloaded");
		key_desk_renew(s->key_desk, next);
		s->expiry = (struct expiry){0};
		warn_of_files(next);
		s->changing = true;
		s->late = false;
		s->late_at = clock_monotonic() + SERVER_LATE;
		metrics_set(METRIC_LOADED_AT, (uint64_t)clock_now());
		tell_admin(s);
	} else {
		log_error("reload.refused", "reason=%s", why);
	}
	if (unused != NULL)
		s->host->unload(s->host->ctx, unused);
	if (why != NULL) {
		count_reload(why);
		answer_reload(s, why);
	}
	s->announced = false;
}

/* Who asked gets to know that there will be none. */
static void
refuse_reloads(struct server *s)
{
	bool wanted = control_take(s->control, CONTROL_RELOAD) > 0;

	if (!wanted && !s->changing)
		return;
	if (s->changing && !s->late)
		count_reload("stopping");
	if (wanted)
		count_reload("stopping");
	s->changing = false;
	findings_fini(&s->findings);
	answer_reload(s, "stopping");
}

/* One reload after the other; none once the end has begun. */
static void
go_on_reloading(struct server *s)
{
	if (control_wants(s->control, CONTROL_RELOAD))
		s->reload_wanted = true;
	if (s->stopping) {
		refuse_reloads(s);
		return;
	}
	finish_reload(s);
	if (s->reload_wanted && (!s->changing || s->late))
		reload(s);
}

/*
 * One stop may come as two signals, to us and to our group: what follows on
 * its heels is no second one.
 */
static void
swallow_echo(void)
{
	struct timespec moment = {0, SERVER_ECHO * 1000000L};
	sigset_t stops;

	(void)sigemptyset(&stops);
	(void)sigaddset(&stops, SIGTERM);
	(void)sigaddset(&stops, SIGINT);
	(void)sigtimedwait(&stops, NULL, &moment); /* mostly there is none */
}

/* From here on nobody is accepted. */
static void
close_doors(struct server *s)
{
	s->close_at = 0;
	/* first ours, then theirs: who comes after a worker has said that it
	   drains is refused */
	listen_close(&s->doors->visitors, NULL);
	family_stop(s->family);
}

/*
 * Readiness turns false first; who sends visitors by it has the grace to see
 * that before the doors close.
 */
static void
begin_stop(struct server *s)
{
	int64_t now = clock_monotonic();

	if (s->stopping) { /* once more, and meant so: at once */
		s->kill_at = now;
		if (s->close_at != 0)
			close_doors(s);
		return;
	}
	swallow_echo();
	log_info("server.stopping", "%s", "");
	metrics_set(METRIC_DRAINING, 1);
	service_stopping();
	modes_renew(s->modes, NULL, "consentd stops");
	key_desk_renew(s->key_desk, NULL);
	s->stopping = true;
	s->close_at = now + s->setup->timeouts.grace;
	s->kill_at = s->close_at + s->setup->timeouts.drain + SERVER_GRACE;
	if (s->setup->timeouts.grace == 0)
		close_doors(s);
}

/* Goes on stopping; whether nobody is left. */
static bool
go_on_stopping(struct server *s)
{
	int64_t now = clock_monotonic();

	if (!s->stopping)
		return false;
	if (s->close_at != 0 && now >= s->close_at)
		close_doors(s);
	return s->close_at == 0 && family_is_gone(s->family, now >= s->kill_at);
}

static void
on_signal(struct server *s)
{
	struct signalfd_siginfo got;

	if (read(s->signals_fd, &got, sizeof got) != (ssize_t)sizeof got)
		return;
	if (got.ssi_signo == SIGHUP)
		s->reload_wanted = true;
	else if (got.ssi_signo == SIGUSR1)
		family_reopen(s->family);
	else if (got.ssi_signo == SIGTERM || got.ssi_signo == SIGINT)
		begin_stop(s);
}

/* The one place where the parent sleeps. */
static void
wait_for_work(struct server *s)
{
	struct pollfd rows[WATCH_ROWS];
	int fd = s->doors->control.n == 0 ? -1 : s->doors->control.at[0].fds[0];

	rows[WATCH_SIGNALS] = (struct pollfd){s->signals_fd, POLLIN, 0};
	rows[WATCH_NOTARY] =
	    (struct pollfd){family_awaited(s->family), POLLIN, 0};
	rows[WATCH_ERASURE] =
	    (struct pollfd){erasure_fd(s->erasure), POLLIN, 0};
	rows[WATCH_MODES] = (struct pollfd){modes_fd(s->modes), POLLIN, 0};
	control_watch(s->control, fd, rows + WATCH_CONTROL);
	if (poll(rows, WATCH_ROWS, SERVER_TICK) < 0)
		return;
	if (rows[WATCH_SIGNALS].revents != 0)
		on_signal(s);
	control_serve(s->control, rows + WATCH_CONTROL);
}

/* The state in one line, for who asks the service manager. */
static void
announce(struct server *s)
{
	char url[SERVICE_STATUS / 2], text[SERVICE_STATUS];

	listen_url(&s->doors->visitors.at[0], url, sizeof url);
	(void)snprintf(text, sizeof text, "%u workers serve %s%s%s%s",
	    s->setup->workers, url, s->doors->visitors.n > 1 ? " and more" : "",
	    s->last.refused == NULL ? "" : "; the last reload was refused: ",
	    s->last.refused == NULL ? "" : s->last.refused);
	service_ready(text);
	s->announced = true;
}

/*
 * What the service manager wants to hear, as long as all is well: while old
 * workers still serve it may be otherwise with the new ones.
 */
static void
show_life(struct server *s)
{
	int64_t now = clock_monotonic();
	bool due = s->watchdog != 0 && now - s->alive_at >= s->watchdog / 2;
	bool done = !s->changing || s->late;

	if (s->stopping || (s->announced && !due) ||
	    !(s->changing || family_is_well(s->family)))
		return;
	if (!s->announced && done)
		announce(s);
	if (due) {
		service_alive();
		s->alive_at = now;
	}
}

/* Everything up to the first request: 0, or the exit code. */
static int
start_all(struct server *s)
{
	struct privilege privilege;
	struct family_plan plan = {.listeners = &s->doors->visitors,
	    .admin = &s->doors->admin,
	    .privilege = &privilege,
	    .forget = forget,
	    .ctx = s};
	struct doors *inherited = &s->both[1];

	if (s->host->load(s->host->ctx, &s->findings, &s->setup) != CONSENT_OK)
		return 2;
	plan.setup = s->setup;
	modes_renew(s->modes, s->setup->policy, "");
	key_desk_renew(s->key_desk, s->setup);
	if (s->setup->sandbox)
		sandbox_survey();
	warn_of_files(s->setup);
	if (prepare(s->setup, &privilege) != CONSENT_OK ||
	    service_sockets(&inherited->visitors, s->setup) != CONSENT_OK ||
	    doors_open(s->doors, s->setup, inherited) != NULL ||
	    listen_give(&s->doors->visitors, &privilege) != CONSENT_OK ||
	    family_enlist(s->family, &plan) != CONSENT_OK ||
	    family_open(s->family) != CONSENT_OK)
		return 1;
	metrics_set(METRIC_LOADED_AT, (uint64_t)clock_now());
	tell_admin(s);
	s->host->started(s->host->ctx, &s->doors->visitors);
	return 0;
}

/* A peer that goes away is an error code of write, not a signal. */
static void
ignore_pipe(void)
{
	struct sigaction ignore;

	memset(&ignore, 0, sizeof ignore);
	ignore.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGUSR1, &ignore, NULL); /* the parent reads it */
}

/* From here on the signals are read from a descriptor. */
static int
watch_signals(struct server *s)
{
	int fd;

	(void)sigemptyset(&s->signals);
	(void)sigaddset(&s->signals, SIGCHLD);
	(void)sigaddset(&s->signals, SIGHUP);
	(void)sigaddset(&s->signals, SIGUSR1);
	(void)sigaddset(&s->signals, SIGTERM);
	(void)sigaddset(&s->signals, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &s->signals, NULL);
	fd = signalfd(-1, &s->signals, SFD_CLOEXEC | SFD_NONBLOCK);
	s->signals_fd = fd;
	return fd < 0 ? CONSENT_EIO : CONSENT_OK;
}

static int
run(struct server *s)
{
	int code;

	raise_files();
	code = start_all(s);
	if (code != 0 && s->setup != NULL)
		begin_stop(s);
	while (s->setup != NULL && !go_on_stopping(s)) {
		wait_for_work(s);
		family_tend(s->family);
		obey(s);
		erase(s);
		tend_modes(s);
		tend_keys(s);
		go_on_reloading(s);
		show_life(s);
		expiry_look(&s->expiry, s->setup, clock_now());
		inventory_file_tend(&s->kept, s->inventory, s->setup);
	}
	doors_shut(s->doors, NULL);
	if (s->setup != NULL) {
		inventory_file_end(&s->kept, s->inventory, s->setup);
		s->host->unload(s->host->ctx, s->setup);
		log_info("server.stopped", "code=%d", code);
	}
	return code;
}

int
server_run(const struct server_host *host)
{
	struct server *s = calloc(1, sizeof *s);
	int code = 1;

	if (s == NULL)
		return 1;
	s->host = host;
	s->watchdog = service_watchdog();
	s->doors = &s->both[0];
	s->metrics = metrics_map();
	s->inventory = inventory_map();
	s->erasure = erasure_new();
	s->mode_map = mode_map_new();
	if (s->mode_map != NULL)
		s->modes = modes_new(s->mode_map);
	s->key_board = key_board_new();
	s->key_news = key_news_new();
	if (s->key_board != NULL && s->key_news != NULL)
		s->key_desk = key_desk_new(s->key_board, s->key_news);
	s->control = control_new();
	findings_init(&s->findings);
	s->last.findings = &s->findings;
	ignore_pipe();
	log_set_role("parent");
	metrics_join(s->metrics, METRICS_PARENT);
	metrics_set(METRIC_STARTED_AT, (uint64_t)clock_now());
	if (watch_signals(s) == CONSENT_OK && s->metrics != NULL &&
	    s->inventory != NULL && s->control != NULL && s->erasure != NULL &&
	    s->modes != NULL && s->key_desk != NULL)
		s->family = family_new(&s->signals,
		    &(struct family_shared){s->metrics, s->inventory,
			s->erasure, s->modes, s->key_board, s->key_news,
			s->watchdog / 2});
	if (s->family != NULL)
		code = run(s);
	else
		log_error("server.start", "reason=\"%s\"", strerror(errno));
	if (s->signals_fd >= 0)
		(void)close(s->signals_fd);
	family_free(s->family);
	metrics_join(NULL, 0);
	metrics_unmap(s->metrics);
	inventory_unmap(s->inventory);
	control_free(s->control);
	erasure_free(s->erasure);
	modes_free(s->modes);
	mode_map_free(s->mode_map);
	key_desk_free(s->key_desk);
	key_news_free(s->key_news);
	key_board_free(s->key_board);
	findings_fini(&s->findings);
	free(s);
	return code;
}
