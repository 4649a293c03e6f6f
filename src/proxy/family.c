#include "proxy/family.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/version.h"
#include "proxy/access_out.h"
#include "proxy/admin.h"
#include "proxy/child.h"
#include "proxy/counted.h"
#include "proxy/erasure.h"
#include "proxy/inventory.h"
#include "proxy/key_board.h"
#include "proxy/key_news.h"
#include "proxy/mode.h"
#include "proxy/notary.h"
#include "proxy/post.h"
#include "proxy/sandbox.h"
#include "proxy/worker.h"

#include <libconsent/notice.h>
#include <libconsent/seal.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	FAMILY_PULSES = POST_MOST + 2,
	FAMILY_PATIENCE = 30000, /* ms a child may be silent */
	FAMILY_READY = 10000,	 /* ms the notary has for its first word */
	FAMILY_TURN = 3000,	 /* the same in a reload: old workers serve */
	FAMILY_LOOK = 200	 /* ms between looks whether it lives */
};

_Static_assert((int)POST_MOST == (int)METRICS_POSTS, "a slot for each");

struct family {
	struct child_ground ground;
	const struct proxy_setup *setup; /* in force */
	const struct listen_set *listeners, *admin_at;
	unsigned generation; /* of the setup in force */
	struct post posts[POST_MOST];
	struct child notary, admin, companion;
	struct metrics *metrics;
	struct inventory *inventory;
	struct erasure *erasure;
	struct modes *modes;
	struct key_board *key_board;
	struct key_news *key_news;
	struct pulse *pulses;	 /* of the posts, the notary and the admin */
	int64_t patience;	 /* ms without a beat until a child is killed */
	int access_fd;		 /* where lines about requests go; -1 */
	int companion_stop;	 /* its other end ends when we do; -1 */
	struct account *account; /* the notaries' */
	int64_t man_by; /* when posts are manned unrecorded; 0: they are */
	bool stopping;
};

/* ---- what the children run -------------------------------------------- */

/* The notary's process: tells it the texts that choices may name. */
static int
run_notary(const struct family *f, const int *channels, size_t n)
{
	const struct proxy_setup *setup = f->setup;
	const struct policy_facts *policy = policy_facts(setup->policy);
	struct notary_text policies[1] = {{policy->hash, policy->text}};
	struct notary_text notices[NOTICE_LANGUAGES];
	char node[HOST_NAME_MAX + 1] = "";
	struct notary_options options = {
	    .log = {.directory = setup->log_directory,
		.node = node,
		.version = CONSENT_VERSION,
		.ring = setup->ring,
		.note_ring = setup->note_ring,
		.key_news = f->key_news,
		.account = f->account,
		.account_ms = setup->log_summary,
		.retain_days = setup->log_retain_days,
		.policies = policies,
		.n_policies = 1,
		.notices = notices,
		.n_notices = notice_count(setup->notices)},
	    .token = &setup->token,
	    .channels = channels,
	    .n_channels = n,
	    .stop_fd = -1,
	    .erase_fd = erasure_notary_end(f->erasure),
	    .mode_fd = modes_notary_end(f->modes),
	    .pulse = f->notary.pulse,
	    .per_minute = setup->choices_per_minute};
	size_t i;

	for (i = 0; i < options.log.n_notices; i++) {
		const struct notice_facts *facts =
		    notice_facts(notice_at(setup->notices, i));

		notices[i] = (struct notary_text){facts->hash, facts->bundle};
	}
	(void)gethostname(node, sizeof node - 1); /* "" when it fails */
	if (setup->sandbox &&
	    sandbox_enter(SANDBOX_NOTARY, setup->log_directory) != CONSENT_OK)
		return 1;
	return notary_run(&options);
}

/* In a child that serves nobody: a socket is closed when all have closed it. */
static void
close_listeners(const struct family *f)
{
	listen_leave(f->listeners);
	listen_leave(f->admin_at);
}

/* In a child that has no business with the notary. */
static void
close_channels(const struct family *f)
{
	size_t i;

	for (i = 0; i < POST_MOST; i++)
		if (f->posts[i].used)
			post_leave(&f->posts[i], POST_KEEPS_NOTHING);
	access_close(&f->setup->access, f->access_fd);
}

/*
 * In a child that neither signs nor checks a token: no keys are left, and
 * nothing of what the notary or the workers alone write to.
 */
static void
leave_to_notary(const struct family *f)
{
	close_channels(f);
	erasure_leave(f->erasure, false);
	modes_leave(f->modes, false);
	key_board_leave(f->key_board);
	key_news_leave(f->key_news);
	account_unmap(f->account);
	inventory_unmap(f->inventory);
	seal_ring_free(f->setup->ring);
	note_ring_fini(f->setup->note_ring);
}

static void
start_notary(struct family *f)
{
	int ends[POST_MOST];
	size_t n = 0, i;

	if (child_start(&f->notary, &f->ground) != 0)
		return;
	metrics_join(f->metrics, METRICS_NOTARY);
	erasure_leave(f->erasure, true);
	modes_leave(f->modes, true);
	inventory_unmap(f->inventory);
	close_listeners(f);
	for (i = 0; i < POST_MOST; i++) {
		if (!f->posts[i].used)
			continue;
		ends[n++] = f->posts[i].notary_end;
		post_leave(&f->posts[i], POST_KEEPS_NOTARY);
	}
	access_close(&f->setup->access, f->access_fd);
	_exit(run_notary(f, ends, n));
}

/* In a worker: its listening sockets; those of the others are closed. */
static void
take_listeners(const struct family *f, size_t slot, struct worker_place *place)
{
	size_t i, k;

	for (i = 0; i < f->listeners->n; i++) {
		const struct listen_address *at = &f->listeners->at[i];

		for (k = 0; k < at->n_fds; k++)
			if (listen_is_for(at, k, slot, f->setup->workers))
				place->sockets[place->n_sockets++] =
				    (struct worker_socket){
					at->fds[k], (unsigned)i};
			else
				(void)close(at->fds[k]);
	}
}

static void
start_worker(struct family *f, struct post *post)
{
	struct worker_place place = {.channel = post->worker_end,
	    .watch = {.pulse = post->child.pulse,
		.lines = post->child.lines,
		.access_lines = post->access_lines,
		.access_fd = f->access_fd,
		.hand_end = post->hand_end},
	    .keys = f->key_board,
	    .metrics = f->metrics};
	size_t number = (size_t)(post - f->posts), i;

	inventory_reserve(f->inventory, number);
	if (child_start(&post->child, &f->ground) != 0)
		return;
	metrics_join(f->metrics, number);
	inventory_join(f->inventory, number, f->setup->policy);
	modes_join(f->modes, f->setup->policy);
	listen_leave(f->admin_at);
	erasure_leave(f->erasure, false);
	modes_leave(f->modes, false);
	key_news_leave(f->key_news);
	account_unmap(f->account); /* a worker tells sums by its channel */
	take_listeners(f, post->slot, &place);
	for (i = 0; i < POST_MOST; i++)
		if (f->posts[i].used)
			post_leave(&f->posts[i], &f->posts[i] == post
						     ? POST_KEEPS_WORKER
						     : POST_KEEPS_NOTHING);
	_exit(worker_run(f->setup, &place));
}

/* Who answers on the admin address; with none, nobody. */
static void
start_admin(struct family *f)
{
	struct admin_place place = {
	    .metrics = f->metrics, .pulse = f->admin.pulse};

	f->admin.restart_at = 0;
	if (f->admin_at->n == 0 || child_start(&f->admin, &f->ground) != 0)
		return;
	metrics_join(NULL, 0); /* it only reads */
	listen_leave(f->listeners);
	leave_to_notary(f);
	place.fd = f->admin_at->at[0].fds[0];
	_exit(admin_run(f->setup, &place));
}

static void
start_companion(struct family *f)
{
	const struct proxy_setup *setup = f->setup;
	int ends[2];

	if (setup->companion == NULL || pipe(ends) != 0)
		return;
	if (child_start(&f->companion, &f->ground) == 0) {
		(void)close(ends[1]);
		close_listeners(f);
		leave_to_notary(f);
		_exit(setup->companion(setup->companion_ctx, ends[0]));
	}
	(void)close(ends[0]);
	f->companion_stop = ends[1];
}

/* ---- posts ------------------------------------------------------------ */

int
family_enlist(struct family *f, const struct family_plan *plan)
{
	const struct post_plan posts = {.generation = f->generation + 1,
	    .n = plan->setup->workers,
	    .pulses = f->pulses};
	size_t i;
	int fd;

	if (access_open(&plan->setup->access, &fd) != CONSENT_OK)
		return CONSENT_EIO;
	if (post_open_all(f->posts, &posts) != CONSENT_OK) {
		access_close(&plan->setup->access, fd);
		return CONSENT_EBUSY;
	}
	if (f->setup != NULL)
		access_close(&f->setup->access, f->access_fd);
	f->access_fd = fd;
	if (f->generation++ > 0) /* at the start family_open waits */
		f->man_by = clock_monotonic() + FAMILY_TURN;
	for (i = 0; i < POST_MOST; i++)
		if (f->posts[i].used && f->posts[i].generation != f->generation)
			f->posts[i].leaving = true;
	f->setup = plan->setup;
	f->listeners = plan->listeners;
	f->admin_at = plan->admin;
	counted_name(f->metrics, policy_facts(f->setup->policy));
	f->ground.privilege = *plan->privilege;
	f->ground.forget = plan->forget;
	f->ground.forget_ctx = plan->ctx;
	f->ground.harden = plan->setup->sandbox;
	f->notary.deaths = 0; /* what it died of may be mended */
	child_replace(&f->notary);
	return CONSENT_OK;
}

/* ---- life ------------------------------------------------------------- */

struct family *
family_new(const sigset_t *waited, const struct family_shared *shared)
{
	struct family *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	f->metrics = shared->metrics;
	f->inventory = shared->inventory;
	f->erasure = shared->erasure;
	f->modes = shared->modes;
	f->key_board = shared->key_board;
	f->key_news = shared->key_news;
	f->pulses = pulse_map(FAMILY_PULSES);
	f->account = account_map();
	if (f->pulses == NULL || f->account == NULL) {
		family_free(f);
		return NULL;
	}
	f->ground.waited = *waited;
	f->companion_stop = f->access_fd = -1;
	f->patience =
	    shared->patience != 0 ? shared->patience : FAMILY_PATIENCE;
	f->notary.role = "notary";
	f->notary.pulse = &f->pulses[POST_MOST];
	f->admin.role = "admin";
	f->admin.pulse = &f->pulses[POST_MOST + 1];
	f->companion.role = "companion";
	return f;
}

void
family_free(struct family *f)
{
	if (f == NULL)
		return;
	if (f->pulses != NULL)
		pulse_unmap(f->pulses, FAMILY_PULSES);
	account_unmap(f->account);
	free(f);
}

/* Notes when and whether one that has ended is started again. */
static void
end_child(const struct family *f, struct child *c, int status)
{
	child_ended(c, status);
	if (f->stopping)
		c->restart_at = 0;
}

static void
on_child_exit(struct family *f, pid_t pid, int status)
{
	size_t i;

	if (pid == f->notary.pid) {
		end_child(f, &f->notary, status);
		erasure_lose(f->erasure);
		modes_lose(f->modes);
		metrics_vacate(f->metrics, METRICS_NOTARY);
		return;
	}
	if (pid == f->admin.pid) {
		end_child(f, &f->admin, status);
		return;
	}
	if (pid == f->companion.pid) {
		end_child(f, &f->companion, status);
		return;
	}
	for (i = 0; i < POST_MOST; i++) {
		struct post *post = &f->posts[i];

		if (!post->used || post->child.pid != pid)
			continue;
		access_rescue(
		    &f->setup->access, f->access_fd, post->access_lines);
		end_child(f, &post->child, status);
		metrics_vacate(f->metrics, i);
		if (post->leaving || f->stopping)
			post_close(post);
		return;
	}
}

static void
reap(struct family *f)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		on_child_exit(f, pid, status);
}

static void
restart_post(struct family *f, struct post *post)
{
	if (post->leaving) {
		post_close(post);
	} else {
		metrics_add(METRIC_RESTARTS + NAMES_WORKER, 1);
		start_worker(f, post);
	}
}

/* A child that was asked to end is replaced; any other is started again. */
static void
count_restart(const struct child *c, enum names_role role)
{
	if (!c->replaced)
		metrics_add(METRIC_RESTARTS + role, 1);
}

static void
restart_due(struct family *f)
{
	int64_t now = clock_monotonic();
	size_t i;

	if (f->stopping)
		return;
	if (child_is_due(&f->notary, now)) {
		count_restart(&f->notary, NAMES_NOTARY);
		start_notary(f);
	}
	if (child_is_due(&f->admin, now)) {
		count_restart(&f->admin, NAMES_ADMIN);
		start_admin(f);
	}
	if (child_is_due(&f->companion, now)) {
		(void)close(f->companion_stop);
		start_companion(f);
	}
	for (i = 0; i < POST_MOST; i++)
		if (f->posts[i].used && child_is_due(&f->posts[i].child, now))
			restart_post(f, &f->posts[i]);
}

/* Ends those that hang; reap sees them next. */
static void
check_pulses(struct family *f)
{
	int64_t now = clock_monotonic();
	size_t i;

	child_check(&f->notary, now, f->patience);
	child_check(&f->admin, now, f->patience);
	for (i = 0; i < POST_MOST; i++)
		if (f->posts[i].used)
			child_check(&f->posts[i].child, now, f->patience);
}

/* What the parent sees, for those who judge by it. */
static void
tell(const struct family *f)
{
	int64_t now = clock_monotonic();
	uint64_t wanted = 0, well = 0, serving = 0, lost = 0;
	size_t i;

	for (i = 0; i < POST_MOST; i++) {
		const struct post *post = &f->posts[i];
		bool is_well = post->used && !post->retired &&
			       child_is_well(&post->child, now, f->patience);

		serving += is_well;
		if (!post->used || post->leaving)
			continue;
		wanted++;
		well += is_well;
	}
	if (!child_is_well(&f->notary, now, f->patience)) {
		lost = metrics_most(f->metrics, METRIC_NOTARY_LOST_AT);
		lost = lost == 0 ? (uint64_t)now : lost;
	}
	metrics_set(METRIC_WORKERS_WANTED, wanted);
	metrics_set(METRIC_WORKERS_WELL, well);
	metrics_set(METRIC_WORKERS_SERVING, serving);
	metrics_set(METRIC_NOTARY_LOST_AT, lost);
	metrics_set(METRIC_PARENT_AT, (uint64_t)now);
}

/*
 * A notary whose log fails speaks all the same, for pages go on being served.
 * What they show is recorded with the first choice at the latest: none passes
 * before.
 */
static void
tell_log(const struct family *f)
{
	if (metrics_most(f->metrics, METRIC_LEDGER_STATE) ==
	    METRICS_LEDGER_FAILING)
		log_error("texts.unrecorded",
		    "reason=\"the consent log cannot be written: texts are "
		    "shown before they are in it, and no choice is taken\"");
}

static void
start_workers(struct family *f)
{
	size_t i;

	for (i = 0; i < POST_MOST; i++)
		if (f->posts[i].used && !f->posts[i].leaving &&
		    f->posts[i].child.pid == 0)
			start_worker(f, &f->posts[i]);
}

/* Waits until the notary has said its first word to the first worker. */
int
family_open(struct family *f)
{
	int64_t until = clock_monotonic() + FAMILY_READY;

	start_companion(f);
	start_admin(f);
	start_notary(f);
	while (f->notary.pid > 0 && clock_monotonic() < until) {
		if (post_hears(post_awaited(f->posts), FAMILY_LOOK)) {
			tell_log(f);
			start_workers(f);
			return CONSENT_OK;
		}
		reap(f);
	}
	log_error("server.start", "reason=\"the consent log is not writable\"");
	return CONSENT_EIO;
}

int
family_awaited(const struct family *f)
{
	const struct post *post =
	    f->man_by == 0 ? NULL : post_awaited(f->posts);

	return post == NULL ? -1 : post->worker_end;
}

/*
 * Nobody is shown a text that is not in the log yet, as long as that is a
 * matter of moments. A notary that does not come is no reason to keep a policy
 * from coming into force, which may be the stricter one.
 */
static void
man_posts(struct family *f)
{
	bool heard;

	if (f->man_by == 0 || f->stopping)
		return;
	heard = post_hears(post_awaited(f->posts), 0);
	if (!heard && clock_monotonic() < f->man_by)
		return;
	f->man_by = 0;
	if (heard)
		tell_log(f);
	else
		log_error("texts.unrecorded",
		    "reason=\"the notary does not answer: texts are shown "
		    "before they are in the log, and no choice is taken\"");
	start_workers(f);
}

/* It answers by the configuration that it was started with. */
static void
replace_admin(struct family *f)
{
	if (f->admin.pid > 0)
		child_replace(&f->admin);
	else if (f->admin.restart_at == 0)
		start_admin(f);
}

void
family_tend(struct family *f)
{
	if (key_news_begins(f->key_news)) { /* successors have the keys */
		child_replace(&f->notary);
		replace_admin(f);
	}
	check_pulses(f);
	reap(f);
	restart_due(f);
	man_posts(f);
	tell(f);
}

/* Whether a worker on each post in force runs and beats. */
static bool
is_manned(const struct family *f, int64_t now)
{
	size_t i;

	for (i = 0; i < POST_MOST; i++)
		if (f->posts[i].used && !f->posts[i].leaving &&
		    !child_is_well(&f->posts[i].child, now, f->patience))
			return false;
	return true;
}

bool
family_is_well(const struct family *f)
{
	int64_t now = clock_monotonic();

	return child_is_well(&f->notary, now, f->patience) && is_manned(f, now);
}

bool
family_retire(struct family *f)
{
	size_t i;

	if (!is_manned(f, clock_monotonic()))
		return false;
	post_signal(f->posts, WORKER_RETIRE, true);
	for (i = 0; i < POST_MOST; i++)
		f->posts[i].retired = f->posts[i].leaving;
	replace_admin(f);
	return true;
}

static void
look_at(
    const struct family *f, const struct child *c, struct family_member *out)
{
	*out = (struct family_member){.role = c->role,
	    .pid = c->pid,
	    .started = c->started,
	    .is_well = c->pulse == NULL ||
		       child_is_well(c, clock_monotonic(), f->patience)};
}

size_t
family_look(const struct family *f, struct family_member *out, size_t room)
{
	const struct child *const others[] = {
	    &f->notary, &f->admin, &f->companion};
	size_t n = 0, i;

	for (i = 0; i < sizeof others / sizeof others[0] && n < room; i++)
		if (others[i]->pid > 0)
			look_at(f, others[i], &out[n++]);
	for (i = 0; i < POST_MOST && n < room; i++) {
		if (!f->posts[i].used || f->posts[i].child.pid == 0)
			continue;
		look_at(f, &f->posts[i].child, &out[n]);
		out[n++].is_leaving = f->posts[i].leaving;
	}
	return n;
}

void
family_reopen(struct family *f)
{
	int fd;

	if (f->setup->access.to != ACCESS_FILE ||
	    access_open(&f->setup->access, &fd) != CONSENT_OK)
		return;
	access_close(&f->setup->access, f->access_fd);
	f->access_fd = fd;
	post_hand(f->posts, fd);
	log_info("access.reopened", "file=%s", f->setup->access.file);
}

void
family_stop(struct family *f)
{
	f->stopping = true;
	post_signal(f->posts, SIGTERM, false);
}

bool
family_is_gone(struct family *f, bool late)
{
	if (post_any_runs(f->posts)) {
		if (late)
			post_signal(f->posts, SIGKILL, false);
		return false;
	}
	if (f->companion_stop >= 0) {
		(void)close(f->companion_stop);
		f->companion_stop = -1;
	}
	child_signal(&f->notary, late ? SIGKILL : SIGTERM);
	if (late)
		child_signal(&f->companion, SIGKILL);
	if (f->notary.pid != 0 || f->companion.pid != 0)
		return false;
	child_signal(&f->admin, late ? SIGKILL : SIGTERM); /* the last word */
	return f->admin.pid == 0;
}
