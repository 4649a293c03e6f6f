#include "../audit/fixture.h"

#include "audit/reader.h"
#include "proxy/ballot.h"
#include "proxy/notary.h"
#include "proxy/notary_wire.h"

#include <event2/event.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum {
	CHANNELS = 2,
	CAST = 500,	 /* choices through each channel */
	PATIENCE = 20000 /* ms for an attempt; far over what is needed */
};

static const char *const sites[] = {"https://library.example"};
static const struct token_options token = {
    .sites = sites, .n_sites = 1, .lifetime_days = 185};

/* A notary in a child, its channels, and this side of them. */
struct stage {
	struct seal_ring *ring;
	struct event_base *base;
	struct ballot *ballots[CHANNELS];
	int ours[CHANNELS], theirs[CHANNELS];
	unsigned per_minute;
	pid_t parent, pid;
	size_t done;
	/* of the last answer */
	int status;
	struct record record;
	char token[SEAL_TOKEN_MAX + 1];
};

static void
notary_main(struct stage *s)
{
	struct record r;
	struct notary_text policy = {r.policy, POLICY_TEXT};
	struct notary_text notice = {r.notice, NOTICE_TEXT};
	struct notary_options options = {.log = {.directory = "log",
					     .node = "n/1",
					     .version = "1.0",
					     .ring = s->ring,
					     .note_ring = &fixture_ring,
					     .policies = &policy,
					     .n_policies = 1,
					     .notices = &notice,
					     .n_notices = 1},
	    .token = &token,
	    .channels = s->theirs,
	    .n_channels = CHANNELS,
	    .stop_fd = -1,
	    .per_minute = s->per_minute};

	/* a test that fails leaves none behind */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != s->parent)
		_exit(2);
	fixture_record(&r);
	_exit(notary_run(&options));
}

static void
start_notary(struct stage *s)
{
	s->parent = getpid();
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0)
		notary_main(s);
}

/*
 * Starts one and takes its first words, which would have what is cast before
 * them sent twice.
 */
static void
meet_notary(struct stage *s)
{
	struct pollfd at = {s->ours[0], POLLIN, 0};

	start_notary(s);
	assert_int_equal(poll(&at, 1, PATIENCE), 1);
	assert_true(event_base_loop(s->base, EVLOOP_ONCE) >= 0);
}

/* Waits for the notary's end: its exit code, or minus its signal. */
static int
end_notary(struct stage *s, int number)
{
	int status;

	if (number != 0)
		assert_int_equal(kill(s->pid, number), 0);
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	s->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static struct stage *
stage_new(unsigned per_minute, int64_t timeout)
{
	struct ballot_options options = {.timeout_ms = timeout};
	struct stage *s = calloc(1, sizeof *s);
	int i, ends[2];

	assert_non_null(s);
	s->per_minute = per_minute;
	assert_int_equal(seal_ring_new(SEAL_HS256, &s->ring), CONSENT_OK);
	assert_int_equal(seal_ring_add(s->ring, "20261101-a",
			     SPAN("0123456789abcdef0123456789abcdef")),
	    CONSENT_OK);
	s->base = event_base_new();
	assert_non_null(s->base);
	for (i = 0; i < CHANNELS; i++) {
		assert_int_equal(
		    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends),
		    0);
		s->ours[i] = ends[0];
		s->theirs[i] = ends[1];
		assert_int_equal(
		    ballot_new(s->base, ends[0], &options, &s->ballots[i]),
		    CONSENT_OK);
	}
	return s;
}

static void
stage_free(struct stage *s)
{
	int i;

	if (s->pid != 0)
		(void)end_notary(s, SIGKILL);
	for (i = 0; i < CHANNELS; i++) {
		ballot_free(s->ballots[i]);
		(void)close(s->ours[i]);
		(void)close(s->theirs[i]);
	}
	event_base_free(s->base);
	seal_ring_free(s->ring);
	free(s);
}

static void
on_done(void *ctx, const struct ballot_result *result)
{
	struct stage *s = ctx;

	s->done++;
	s->status = result->status;
	s->record = *result->record;
	if (result->token.n > 0)
		memcpy(s->token, result->token.p, result->token.n);
	s->token[result->token.n] = '\0';
}

static void
run_until(struct stage *s, size_t done)
{
	while (s->done < done)
		assert_true(event_base_loop(s->base, EVLOOP_ONCE) >= 0);
}

static void
fill_request(struct stage *s, struct ballot_request *request)
{
	memset(request, 0, sizeof *request);
	fixture_record(&request->record);
	memcpy(request->record.categories[0].rev, "0123abcd", POLICY_REV);
	memcpy(request->record.categories[1].rev, "4567abcd", POLICY_REV);
	request->address[0] = 1;
	request->done = on_done;
	request->ctx = s;
}

/* Casts one and waits for its answer. */
static int
cast(struct stage *s, const struct ballot_request *request)
{
	assert_int_equal(ballot_cast(s->ballots[0], request), CONSENT_OK);
	run_until(s, s->done + 1);
	return s->status;
}

static void
expect_whole(uint64_t choices)
{
	struct verify_result result;
	int rc = verify_run("log", NULL, &result);

	if (rc != CONSENT_OK)
		print_message("%s:%llu: %s\n", result.fault.file,
		    (unsigned long long)result.fault.line, result.fault.why);
	assert_int_equal(rc, CONSENT_OK);
	assert_int_equal(result.choices, choices);
}

/* ---- nothing lost, nothing doubled ------------------------------------ */

/* One of many choices: what was asked and what was answered. */
struct vote {
	struct stage *stage;
	char id[RECORD_ID];
	unsigned answers;
	uint64_t seq;
};

static void
on_vote(void *ctx, const struct ballot_result *result)
{
	struct vote *vote = ctx;

	assert_int_equal(result->status, CONSENT_OK);
	assert_true(result->token.n > 0);
	assert_string_equal(result->record->id, vote->id);
	vote->seq = result->record->seq;
	vote->answers++;
	vote->stage->done++;
}

/* Every vote stands in the log, under the number that was answered. */
static void
expect_logged(const struct vote *votes, size_t n)
{
	struct reader *reader = NULL;
	struct reader_line line;
	enum reader_state state;
	char stray[LAYOUT_NAME];
	size_t found = 0, i;

	assert_int_equal(reader_open("log", &reader, stray), CONSENT_OK);
	while (reader_next(reader, &state, &line) == CONSENT_OK &&
	       state == READER_LINE) {
		struct entry_peek peek;

		assert_true(entry_peek(line.text, &peek));
		for (i = 0; peek.type == LAYOUT_CHOICE && i < n; i++) {
			if (!span_equal(peek.id, span_of(votes[i].id)))
				continue;
			assert_int_equal(votes[i].seq, peek.seq);
			found++;
		}
	}
	reader_close(reader);
	assert_int_equal(found, n);
}

static void
killed_notary_loses_and_doubles_nothing(void **state)
{
	struct stage *s = stage_new(0, PATIENCE);
	struct vote *votes = calloc(CHANNELS * CAST, sizeof *votes);
	struct ballot_request request;
	size_t i, kills;

	(void)state;
	assert_non_null(votes);
	start_notary(s);
	for (i = 0; i < CHANNELS * CAST; i++) {
		fill_request(s, &request);
		votes[i].stage = s;
		memcpy(votes[i].id, request.record.id, RECORD_ID);
		request.done = on_vote;
		request.ctx = &votes[i];
		assert_int_equal(
		    ballot_cast(s->ballots[i % CHANNELS], &request),
		    CONSENT_OK);
	}
	for (kills = 1; kills <= 3; kills++) {
		run_until(s, kills * 200);
		assert_int_equal(end_notary(s, SIGKILL), -SIGKILL);
		start_notary(s);
	}
	run_until(s, CHANNELS * CAST);
	assert_int_equal(ballot_pending(s->ballots[0]), 0);
	assert_int_equal(end_notary(s, SIGTERM), 0);
	for (i = 0; i < CHANNELS * CAST; i++)
		assert_int_equal(votes[i].answers, 1);
	expect_whole(CHANNELS * CAST);
	expect_logged(votes, CHANNELS * CAST);
	free(votes);
	stage_free(s);
}

static void
queued_choices_wait_for_a_notary(void **state)
{
	struct stage *s = stage_new(0, PATIENCE);
	struct ballot_request request;

	(void)state;
	fill_request(s, &request);
	assert_int_equal(ballot_cast(s->ballots[1], &request), CONSENT_OK);
	start_notary(s);
	run_until(s, 1);
	assert_int_equal(s->status, CONSENT_OK);
	assert_int_equal(end_notary(s, SIGTERM), 0);
	expect_whole(1);
	stage_free(s);
}

/* ---- answers ---------------------------------------------------------- */

static void
fill_refusal(struct stage *s, struct ballot_request *request)
{
	fill_request(s, request);
	request->record.categories[0].granted = false;
	request->record.action = RECORD_REJECT;
}

static void
grants_carry_a_handle_and_refusals_none(void **state)
{
	struct stage *s = stage_new(0, PATIENCE);
	struct ballot_request request;
	char first[SEAL_TOKEN_MAX + 1];
	struct record read;

	(void)state;
	meet_notary(s);
	fill_request(s, &request);
	request.record.id[0] = request.record.sub[0] = '\0';
	assert_int_equal(cast(s, &request), CONSENT_OK);
	assert_int_equal(strlen(s->record.sub), RECORD_ID - 1);
	assert_int_equal(
	    token_read(s->ring, &token, span_of(s->token), &read), CONSENT_OK);
	assert_string_equal(read.sub, s->record.sub);
	assert_string_equal(read.id, s->record.id);
	assert_true(read.seq == s->record.seq && read.seq > 0);
	fill_refusal(s, &request);
	assert_int_equal(cast(s, &request), CONSENT_OK);
	memcpy(first, s->token, sizeof first);
	fill_refusal(s, &request);
	assert_int_equal(cast(s, &request), CONSENT_OK);
	assert_string_equal(first, s->token);
	assert_int_equal(
	    token_read(s->ring, &token, span_of(s->token), &read), CONSENT_OK);
	assert_string_equal(read.sub, "");
	assert_string_equal(read.id, "");
	stage_free(s);
	expect_whole(3);
}

/* It is in the log before it is answered; no token says so, new or old. */
static void
one_embed_is_logged_without_a_token(void **state)
{
	struct stage *s = stage_new(0, PATIENCE);
	struct ballot_request request;

	(void)state;
	meet_notary(s);
	fill_request(s, &request);
	request.record.action = RECORD_EMBED;
	request.record.n_categories = 0;
	request.record.sub[0] = '\0';
	memcpy(request.record.embed, "video.example", 14);
	assert_int_equal(cast(s, &request), CONSENT_OK);
	assert_string_equal(s->token, "");
	assert_string_equal(s->record.sub, "");
	assert_true(s->record.expires == 0 && s->record.seq > 0);
	fill_request(s, &request);
	request.record.action = RECORD_EMBED; /* and decides as well */
	assert_int_equal(cast(s, &request), CONSENT_EINVAL);
	stage_free(s);
	expect_whole(1);
}

static void
bad_choices_are_refused(void **state)
{
	struct stage *s = stage_new(0, PATIENCE);
	struct ballot_request request, again;
	struct wire_request packet;
	size_t i;

	(void)state;
	meet_notary(s);
	fill_request(s, &request);
	memcpy(request.record.site, "https://other.example", 22);
	assert_int_equal(cast(s, &request), CONSENT_EINVAL);
	fill_request(s, &request);
	memset(request.record.policy, 'a', RECORD_HASH - 1);
	assert_int_equal(cast(s, &request), CONSENT_ENOENT);
	fill_request(s, &request);
	request.record.lang[0] = '"';
	assert_int_equal(cast(s, &request), CONSENT_EINVAL);
	fill_request(s, &request);
	assert_int_equal(cast(s, &request), CONSENT_OK);
	again = request;
	again.record.categories[1].granted = true;
	assert_int_equal(cast(s, &again), CONSENT_EDENIED);
	fill_request(s, &request);
	request.record.n_categories = POLICY_CATEGORIES + 1;
	assert_int_equal(ballot_cast(s->ballots[0], &request), CONSENT_EINVAL);
	/* what is no request at all is passed over, an empty packet too */
	memset(&packet, 0xff, sizeof packet);
	for (i = 0; i <= sizeof packet; i += sizeof packet / 4)
		assert_int_equal(send(s->ours[0], &packet, i, 0), i);
	fill_request(s, &request);
	assert_int_equal(cast(s, &request), CONSENT_OK);
	assert_int_equal(end_notary(s, SIGTERM), 0);
	stage_free(s);
	expect_whole(2);
}

static void
one_address_has_its_share(void **state)
{
	struct stage *s = stage_new(2, PATIENCE);
	struct ballot_request request, first;

	(void)state;
	meet_notary(s);
	fill_request(s, &first);
	assert_int_equal(cast(s, &first), CONSENT_OK);
	fill_request(s, &request);
	assert_int_equal(cast(s, &request), CONSENT_OK);
	fill_request(s, &request);
	assert_int_equal(cast(s, &request), CONSENT_ELIMIT);
	assert_int_equal(cast(s, &first), CONSENT_OK); /* it is no new one */
	request.address[0] = 2;
	assert_int_equal(cast(s, &request), CONSENT_OK);
	stage_free(s);
	expect_whole(3);
}

static void
full_disk_is_told_and_heals(void **state)
{
	struct stage *s = stage_new(0, PATIENCE);
	struct ballot_request request, lost;
	struct rlimit tight, old;
	struct stat st;

	(void)state;
	meet_notary(s);
	fill_request(s, &request);
	assert_int_equal(cast(s, &request), CONSENT_OK);
	assert_int_equal(stat("log/entries/000000000000.jsonl", &st), 0);
	assert_int_equal(prlimit(s->pid, RLIMIT_FSIZE, NULL, &old), 0);
	tight = old;
	tight.rlim_cur = (rlim_t)st.st_size + 50;
	assert_int_equal(prlimit(s->pid, RLIMIT_FSIZE, &tight, NULL), 0);
	fill_request(s, &lost);
	assert_int_equal(cast(s, &lost), CONSENT_EIO);
	assert_int_equal(cast(s, &request), CONSENT_OK); /* stands already */
	assert_int_equal(prlimit(s->pid, RLIMIT_FSIZE, &old, NULL), 0);
	assert_int_equal(cast(s, &lost), CONSENT_OK);
	assert_int_equal(end_notary(s, SIGTERM), 0);
	stage_free(s);
	expect_whole(2);
}

static void
notary_without_disk_answers_and_begins_later(void **state)
{
	struct stage *s = stage_new(0, PATIENCE);
	struct ballot_request request;

	(void)state;
	fixture_write("log", SPAN("not a folder"));
	meet_notary(s);
	fill_request(s, &request);
	assert_int_equal(cast(s, &request), CONSENT_EIO);
	assert_int_equal(unlink("log"), 0);
	assert_int_equal(cast(s, &request), CONSENT_OK);
	assert_int_equal(end_notary(s, SIGTERM), 0);
	stage_free(s);
	expect_whole(1);
}

/* ---- waiting ---------------------------------------------------------- */

static void
unanswered_choices_end(void **state)
{
	struct stage *s = stage_new(0, 1);
	struct ballot_request request;
	size_t i;

	(void)state;
	for (i = 0; i < BALLOT_PENDING; i++) {
		fill_request(s, &request);
		assert_int_equal(
		    ballot_cast(s->ballots[0], &request), CONSENT_OK);
	}
	fill_request(s, &request);
	assert_int_equal(ballot_cast(s->ballots[0], &request), CONSENT_EBUSY);
	assert_int_equal(s->done, 0);
	run_until(s, BALLOT_PENDING);
	assert_int_equal(s->status, CONSENT_EBUSY);
	assert_int_equal(ballot_pending(s->ballots[0]), 0);
	stage_free(s);
}

static void
what_was_given_up_is_not_logged(void **state)
{
	struct stage *s = stage_new(0, 1);
	struct ballot_request request;

	(void)state;
	fill_request(s, &request);
	assert_int_equal(ballot_cast(s->ballots[0], &request), CONSENT_OK);
	run_until(s, 1);
	assert_int_equal(s->status, CONSENT_EBUSY);
	meet_notary(s);
	assert_int_equal(end_notary(s, SIGTERM), 0);
	stage_free(s);
	expect_whole(0);
}

static void
cancelled_choices_are_logged(void **state)
{
	struct stage *s = stage_new(0, PATIENCE);
	struct ballot_request request;
	int gone;

	(void)state;
	fill_request(s, &request);
	request.ctx = &gone;
	assert_int_equal(ballot_cast(s->ballots[0], &request), CONSENT_OK);
	ballot_cancel(s->ballots[0], &gone);
	start_notary(s);
	fill_request(s, &request);
	assert_int_equal(cast(s, &request), CONSENT_OK);
	assert_int_equal(s->done, 1);
	stage_free(s);
	expect_whole(2);
}

static void
last_entry_says_stop(void **state)
{
	struct stage *s = stage_new(0, PATIENCE);
	struct stage *other = stage_new(0, PATIENCE);
	struct ballot_request request;
	struct buf log;
	size_t at;

	(void)state;
	start_notary(s);
	fill_request(s, &request);
	assert_int_equal(cast(s, &request), CONSENT_OK);
	start_notary(other); /* the log has a writer */
	assert_int_equal(end_notary(other, 0), 1);
	assert_int_equal(end_notary(s, SIGTERM), 0);
	fixture_read("log/entries/000000000000.jsonl", &log);
	for (at = log.n - 1; at > 0 && log.p[at - 1] != '\n';)
		at--;
	assert_true(span_search(span_sub(buf_span(&log), at, log.n),
			SPAN("\"type\":\"stop\"")) < log.n - at);
	buf_fini(&log);
	stage_free(s);
	stage_free(other);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(killed_notary_loses_and_doubles_nothing),
	    TEST(queued_choices_wait_for_a_notary),
	    TEST(grants_carry_a_handle_and_refusals_none),
	    TEST(one_embed_is_logged_without_a_token),
	    TEST(bad_choices_are_refused),
	    TEST(one_address_has_its_share),
	    TEST(full_disk_is_told_and_heals),
	    TEST(notary_without_disk_answers_and_begins_later),
	    TEST(unanswered_choices_end),
	    TEST(what_was_given_up_is_not_logged),
	    TEST(cancelled_choices_are_logged),
	    TEST(last_entry_says_stop),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
