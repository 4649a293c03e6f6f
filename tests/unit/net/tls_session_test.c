#include "net/tls_session.h"

#include "far.h"

#include <libconsent/buf.h>

#include "base/digest.h"
#include "throwaway.h"

enum {
	PIPE_BYTES = 1 << 21,
	SOME = 50000
};

/* One end: its session, and the bytes that are on the way to it. */
struct end {
	struct tls_session *session;
	struct buf in;
	size_t step;	   /* most bytes at a time; 0: all */
	bool cut, failing; /* what comes after them */
};

struct pair {
	struct throwaway keys;
	struct end near, far; /* server and client */
	bool spares_server;   /* only the client's memory is refused */
};

static int
on_read(void *ctx, void *room, size_t max, size_t *n)
{
	struct end *end = ctx;

	*n = 0;
	if (end->in.n == 0 && end->failing)
		return CONSENT_EIO;
	if (end->in.n == 0)
		return end->cut ? CONSENT_OK : CONSENT_EBUSY;
	*n = end->in.n < max ? end->in.n : max;
	if (end->step != 0 && *n > end->step)
		*n = end->step;
	memcpy(room, end->in.p, *n);
	buf_drain(&end->in, *n);
	return CONSENT_OK;
}

static void
carry(struct end *from, struct end *to)
{
	far_note(&to->in, tls_session_output(from->session));
	tls_session_taken(from->session);
}

static void
pair_fini(struct pair *p)
{
	bool strict = failing_ends(p);

	tls_session_free(p->near.session);
	tls_session_free(p->far.session);
	buf_fini(&p->near.in);
	buf_fini(&p->far.in);
	failing_ended(strict);
}

static void
pair_end(void *ctx)
{
	pair_fini(ctx);
}

static void
pair_init(struct pair *p, const char *name)
{
	const struct tls_wire near = {on_read, &p->near};
	const struct tls_wire far = {on_read, &p->far};

	*p = (struct pair){.near.session = NULL};
	throwaway_keep(&p->keys, name);
	buf_init(&p->near.in, PIPE_BYTES);
	buf_init(&p->far.in, PIPE_BYTES);
	failing_later(pair_end, p);
	p->near.session = tls_session_accept(p->keys.server, &near);
	p->far.session = tls_session_connect(p->keys.client, &far);
	assert_non_null(p->near.session);
	assert_non_null(p->far.session);
}

/* Until both have done what they can; what became of them. */
static void
shake(struct pair *p, enum tls_progress *near, enum tls_progress *far)
{
	int turn;

	for (turn = 0; turn < 8; turn++) {
		bool on;

		*far = tls_session_shake(p->far.session);
		carry(&p->far, &p->near);
		on = p->spares_server && failing_pause();
		*near = tls_session_shake(p->near.session);
		if (on)
			failing_resume(on);
		carry(&p->near, &p->far);
	}
}

/* Both agree: how they do so without memory one case shows for all. */
static void
pair_agree(struct pair *p)
{
	enum tls_progress near, far;
	bool on = failing_pause();

	pair_init(p, "localhost");
	shake(p, &near, &far);
	assert_int_equal(near, TLS_DONE);
	assert_int_equal(far, TLS_DONE);
	failing_resume(on);
}

/*
 * All that one side can read is text, and then it is as it says. Without memory
 * it is less, and the end of it is none.
 */
static void
reads(struct end *end, struct span text, enum tls_progress then)
{
	static char room[SOME + 1];
	struct span got = {room, 0};
	enum tls_progress progress;
	size_t n;

	while ((progress = tls_session_read(end->session, room + got.n,
		    text.n + 1 - got.n, &n)) == TLS_DONE)
		got.n += n;
	failing_must(span_starts(text, got), "other bytes were read");
	failing_must(progress == then || progress == TLS_BROKEN ||
			 (then == TLS_ENDED && progress == TLS_CUT),
	    "it ended in another way");
	assert_int_equal(progress, then);
	assert_true(span_equal(got, text));
}

static void
agrees(void **state)
{
	enum tls_progress near, far;
	struct pair p;

	(void)state;
	pair_init(&p, "localhost");
	shake(&p, &near, &far);
	assert_int_equal(near, TLS_DONE);
	assert_int_equal(far, TLS_DONE);
	pair_fini(&p);
}

static void
talks_both_ways(void **state)
{
	const struct span parts[] = {{"GET ", 4}, {NULL, 0}, {"/", 1}};
	struct pair p;

	(void)state;
	pair_agree(&p);
	assert_int_equal(
	    tls_session_write(p.far.session, parts, 3), CONSENT_OK);
	carry(&p.far, &p.near);
	reads(&p.near, SPAN("GET /"), TLS_WAIT);
	assert_int_equal(
	    tls_session_write(p.near.session, parts, 1), CONSENT_OK);
	carry(&p.near, &p.far);
	reads(&p.far, SPAN("GET "), TLS_WAIT);
	pair_fini(&p);
}

/* Small spans share a record: one header of 5 bytes and one tag of 17. */
static void
gathers_small_spans(void **state)
{
	const struct span parts[] = {{"12345", 5}, {"678", 3}, {"90", 2}};
	struct pair p;

	(void)state;
	pair_agree(&p);
	assert_int_equal(
	    tls_session_write(p.near.session, parts, 3), CONSENT_OK);
	assert_int_equal(tls_session_output(p.near.session).n, 10 + 22);
	pair_fini(&p);
}

static void
carries_much_in_any_pieces(void **state)
{
	static char bytes[SOME];
	const struct span parts[] = {
	    {bytes, 10}, {bytes + 10, 30000}, {bytes + 30010, SOME - 30010}};
	const size_t steps[] = {0, 1, 4096, 16389};
	struct pair p;
	size_t i;

	(void)state;
	assert_int_equal(digest_random(bytes, sizeof bytes), CONSENT_OK);
	for (i = 0; i < sizeof steps / sizeof *steps; i++) {
		if (!failing_part() || (failing.on && steps[i] == 1))
			continue; /* the same memory, for a long time */
		pair_agree(&p);
		p.far.step = steps[i];
		assert_int_equal(
		    tls_session_write(p.near.session, parts, 3), CONSENT_OK);
		carry(&p.near, &p.far);
		reads(&p.far, (struct span){bytes, SOME}, TLS_WAIT);
		pair_fini(&p);
	}
}

static void
agrees_on_a_protocol(void **state)
{
	struct pair p;

	(void)state;
	pair_agree(&p); /* the client offers no other */
	assert_true(
	    span_equal(tls_session_protocol(p.near.session), SPAN("http/1.1")));
	assert_true(
	    span_equal(tls_session_protocol(p.far.session), SPAN("http/1.1")));
	pair_fini(&p);
}

static void
believes_an_end_that_was_said(void **state)
{
	const struct span last = SPAN("last");
	struct pair p;

	(void)state;
	pair_agree(&p);
	assert_int_equal(
	    tls_session_write(p.near.session, &last, 1), CONSENT_OK);
	tls_session_end(p.near.session);
	tls_session_end(p.near.session); /* said once */
	assert_int_equal(
	    tls_session_write(p.near.session, &last, 1), CONSENT_EIO);
	carry(&p.near, &p.far);
	p.far.cut = true;
	reads(&p.far, last, TLS_ENDED);
	reads(&p.far, SPAN(""), TLS_ENDED);
	pair_fini(&p);
}

/* The same bytes, and no word of an end: it is none. */
static void
believes_no_other_end(void **state)
{
	const struct span last = SPAN("last");
	struct pair p;

	(void)state;
	pair_agree(&p);
	assert_int_equal(
	    tls_session_write(p.near.session, &last, 1), CONSENT_OK);
	carry(&p.near, &p.far);
	p.far.cut = true;
	reads(&p.far, last, TLS_CUT);
	reads(&p.far, SPAN(""), TLS_CUT);
	pair_fini(&p);
}

static void
tells_a_wire_that_failed(void **state)
{
	struct pair p;

	(void)state;
	pair_agree(&p);
	p.far.failing = true;
	reads(&p.far, SPAN(""), TLS_BROKEN);
	assert_string_equal(
	    tls_session_reason(p.far.session), "the connection broke");
	pair_fini(&p);
}

static void
refuses_bytes_that_were_changed(void **state)
{
	const struct span text = SPAN("amount=10");
	struct pair p;

	(void)state;
	pair_agree(&p);
	assert_int_equal(
	    tls_session_write(p.far.session, &text, 1), CONSENT_OK);
	carry(&p.far, &p.near);
	p.near.in.p[p.near.in.n - 1] ^= 1;
	reads(&p.near, SPAN(""), TLS_BROKEN);
	assert_true(tls_session_output(p.near.session).n > 0); /* an alert */
	pair_fini(&p);
}

static void
refuses_a_name_that_is_another(void **state)
{
	enum tls_progress near, far;
	struct pair p;

	(void)state;
	pair_init(&p, "elsewhere.example");
	p.spares_server = true;
	shake(&p, &near, &far);
	failing_must(far != TLS_DONE, "it trusts another name");
	assert_int_equal(far, TLS_BROKEN);
	assert_string_equal(
	    tls_session_reason(p.far.session), "hostname mismatch");
	assert_int_equal(near, TLS_BROKEN);
	pair_fini(&p);
}

static void
knows_an_address_by_the_certificate(void **state)
{
	enum tls_progress near, far;
	struct pair p;

	(void)state;
	if (!failing.on) { /* with memory */
		pair_init(&p, "127.0.0.1");
		shake(&p, &near, &far);
		assert_int_equal(far, TLS_DONE);
		pair_fini(&p);
	}
	pair_init(&p, "127.0.0.2");
	p.spares_server = true;
	shake(&p, &near, &far);
	failing_must(far != TLS_DONE, "it trusts another address");
	assert_int_equal(far, TLS_BROKEN);
	assert_string_equal(
	    tls_session_reason(p.far.session), "IP address mismatch");
	pair_fini(&p);
}

static void
refuses_what_is_no_tls(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, "localhost");
	assert_int_equal(
	    buf_append(&p.near.in, SPAN("GET / HTTP/1.1\r\n\r\n")), CONSENT_OK);
	assert_int_equal(tls_session_shake(p.near.session), TLS_BROKEN);
	assert_string_equal(tls_session_reason(p.near.session), "http request");
	assert_int_equal(tls_session_shake(p.near.session), TLS_BROKEN);
	pair_fini(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(agrees),
	    cmocka_unit_test(talks_both_ways),
	    cmocka_unit_test(gathers_small_spans),
	    cmocka_unit_test(carries_much_in_any_pieces),
	    cmocka_unit_test(agrees_on_a_protocol),
	    cmocka_unit_test(believes_an_end_that_was_said),
	    cmocka_unit_test(believes_no_other_end),
	    cmocka_unit_test(tells_a_wire_that_failed),
	    cmocka_unit_test(refuses_bytes_that_were_changed),
	    cmocka_unit_test(refuses_a_name_that_is_another),
	    cmocka_unit_test(knows_an_address_by_the_certificate),
	    cmocka_unit_test(refuses_what_is_no_tls),
	};

	return failing_run(tests, sizeof tests / sizeof *tests);
}
