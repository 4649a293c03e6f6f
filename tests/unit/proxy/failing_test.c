#include "../failing.h"

#include "bodies.h"

#include "http/coding.h"
#include "proxy/memo.h"
#include "proxy/memo_body.h"

/*
 * The chain of a body, and choices on their way to the notary, when memory
 * ends at any point: a page that is cut has no ending, and each choice is
 * answered once.
 */

#define PIXEL "<img src=\"https://tracker.example/p.gif\">"
#define PAGE TOP "<body>" TRACKER PIXEL REST

/* A page in a coding, and what the whole chain makes of it. */
static struct buf coded, whole;

/* Sends coded through a chain; whether all of it came out. */
static bool
rewrites(enum coding coding)
{
	struct sink out = {on_out, &got};
	struct body *body = NULL;
	int rc;

	plan.codings = (struct coding_stack){1, {coding}};
	got.ends = 0;
	rc = body_new(&plan, &s.f.visit, out, &body);
	if (rc == CONSENT_OK)
		rc = body_write(body, buf_span(&coded), SINK_LAST);
	body_free(body);
	failing_must(
	    got.ends == (rc == CONSENT_OK), "a page has an ending or is cut");
	failing_must(rc != CONSENT_OK || whole.n == 0 ||
			 span_equal(buf_span(&got.bytes), buf_span(&whole)),
	    "a page that ends is the same");
	if (rc == CONSENT_OK && whole.n == 0)
		rc = buf_append(&whole, buf_span(&got.bytes));
	buf_fini(&got.bytes);
	return rc == CONSENT_OK;
}

static bool
rewrites_a_page(enum coding coding)
{
	bool on = failing_pause(), well;

	if (!on) { /* the first run: it shows what is right */
		buf_fini(&coded);
		buf_fini(&whole);
		buf_init(&coded, OUT_MAX);
		buf_init(&whole, OUT_MAX);
		encode(coding, SPAN(PAGE), &coded);
	}
	failing_resume(on);
	well = rewrites(coding);
	return well;
}

static bool
rewrites_gzip(void)
{
	return rewrites_a_page(CODING_GZIP);
}

static bool
rewrites_brotli(void)
{
	return rewrites_a_page(CODING_BR);
}

/* ---- pages that come again -------------------------------------------- */

#define EDITED TOP "<body>" PIXEL TRACKER REST

/* What the true path makes of a page. */
static void
make(struct span page, char *out, size_t room)
{
	buf_init(&got.bytes, OUT_MAX);
	assert_int_equal(run(page, CUT_WHOLE, 0), CONSENT_OK);
	assert_true(got.bytes.n < room);
	memcpy(out, got.bytes.p, got.bytes.n);
	out[got.bytes.n] = '\0';
	buf_fini(&got.bytes);
}

/* Sends a page through a memo; whether all of it came out. */
static bool
remembers(struct memo *memo, struct span page, const char *wanted)
{
	static const struct head response = {.status = 200};
	const struct memo_body_options options = {.plan = &plan,
	    .visit = &s.f.visit,
	    .memo = memo,
	    .heads = {codec_head(&s.f.codec), &response}};
	struct memo_body *body = NULL;
	int rc;

	got.ends = 0;
	rc = memo_body_new(&options, (struct sink){on_out, &got}, &body);
	if (rc == CONSENT_OK)
		rc = memo_body_write(body, page, SINK_FLUSH);
	if (rc == CONSENT_OK)
		rc = memo_body_write(body, SPAN(""), SINK_LAST);
	memo_body_free(body);
	failing_must(
	    got.ends == (rc == CONSENT_OK), "a page has an ending or is cut");
	failing_must(rc != CONSENT_OK ||
			 span_equal(buf_span(&got.bytes), span_of(wanted)),
	    "a page that ends is the same");
	buf_fini(&got.bytes);
	return rc == CONSENT_OK;
}

/* Seen, taken, answered, edited, answered. */
static bool
remembers_pages(void)
{
	static char page[1 << 16], edited[1 << 16];
	bool on = failing_pause(), well = true;
	struct memo *memo = NULL;
	size_t i;

	plan.codings.n = 0;
	if (!on) { /* the first run: it shows what is right */
		make(SPAN(PAGE), page, sizeof page);
		make(SPAN(EDITED), edited, sizeof edited);
	}
	failing_resume(on);
	if (memo_new(1 << 20, &memo) != CONSENT_OK)
		return false;
	for (i = 0; i < 5; i++)
		well &= i < 3 ? remembers(memo, SPAN(PAGE), page)
			      : remembers(memo, SPAN(EDITED), edited);
	failing_must(memo_bytes(memo) <= 1 << 20, "it keeps to its room");
	memo_free(memo);
	return well;
}

/* ---- choices ---------------------------------------------------------- */

/* Two choices, the notary's end of their channel, and what came of them. */
struct poll {
	struct event_base *base;
	struct ballot *ballot;
	int ends[2];
	size_t cast, done;
};

static void
on_done(void *ctx, const struct ballot_result *result)
{
	struct poll *p = ctx;

	failing_must(
	    result->status == CONSENT_OK, "the answer is the notary's");
	p->done++;
}

static void
cast(struct poll *p)
{
	struct ballot_request request = {
	    .record = {.action = RECORD_ACCEPT, .site = "https://site.example"},
	    .done = on_done,
	    .ctx = p};

	p->cast += ballot_cast(p->ballot, &request) == CONSENT_OK;
}

/* Answers all that the notary hears. */
static void
answer_all(struct poll *p)
{
	struct wire_request request;

	while (recv(p->ends[1], &request, sizeof request, MSG_DONTWAIT) ==
	       (ssize_t)sizeof request) {
		struct wire_reply reply = {
		    .magic = WIRE_REPLY, .version = WIRE_VERSION};

		memcpy(reply.id, request.record.id, sizeof reply.id);
		(void)send(p->ends[1], &reply, sizeof reply, 0);
	}
}

static bool
casts_choices(void)
{
	const struct ballot_options options = {0};
	struct poll p = {.base = event_base_new()};

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, p.ends), 0);
	if (p.base != NULL &&
	    ballot_new(p.base, p.ends[0], &options, &p.ballot) == CONSENT_OK) {
		cast(&p);
		cast(&p);
		answer_all(&p);
		(void)event_base_loop(p.base, EVLOOP_NONBLOCK);
		failing_must(p.done == p.cast && ballot_pending(p.ballot) == 0,
		    "each choice that was taken is answered");
	}
	ballot_free(p.ballot);
	if (p.base != NULL)
		event_base_free(p.base);
	(void)close(p.ends[0]);
	(void)close(p.ends[1]);
	return p.cast == 2;
}

#define CASE(f)                                                                \
	static void f##_without_memory(void **state)                           \
	{                                                                      \
		(void)state;                                                   \
		failing_scenario(f);                                           \
	}
CASE(rewrites_gzip)
CASE(rewrites_brotli)
CASE(remembers_pages)
CASE(casts_choices)

static int
close_all(void **state)
{
	buf_fini(&coded);
	buf_fini(&whole);
	return teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rewrites_gzip_without_memory),
	    cmocka_unit_test(rewrites_brotli_without_memory),
	    cmocka_unit_test(remembers_pages_without_memory),
	    cmocka_unit_test(casts_choices_without_memory),
	};

	return failing_run_between(
	    tests, sizeof tests / sizeof *tests, setup, close_all);
}
