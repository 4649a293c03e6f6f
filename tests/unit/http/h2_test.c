#include "http/h2.h"

#include "h2_ask.h"

/* Requests and responses over a session; the far side is nghttp2's own client.
 * What a client may not do is in h2_refuse_test.c. */

static void
reads_a_request(void **state)
{
	struct far_client c;
	const struct head *h;

	(void)state;
	far_open(&c, NULL);
	far_get(&c, "/a?b=c");
	far_talk(&c);
	heard(&c, "request end ");
	h = &c.last->head;
	assert_true(span_equal(h->method, SPAN("GET")));
	assert_true(span_equal(h->target, SPAN("/a?b=c")));
	assert_true(
	    span_equal(head_value(h, SPAN("Host")), SPAN("library.example")));
	assert_true(h->is_h2);
	assert_int_equal(h->minor, 1);
	assert_int_equal(c.last->kind, BODY_NONE);
	far_close(&c);
}

/* RFC 9113 8.2.3 */
static void
joins_crumbs_of_cookies(void **state)
{
	static const char *const crumbs[] = {
	    "cookie", "a=1", "x-other", "y", "cookie", "b=2", "cookie", "c=3"};
	struct far_client c;
	const struct head *h;
	size_t i;

	(void)state;
	far_open(&c, NULL);
	far_request(&c, "GET", "/", crumbs, 4);
	far_talk(&c);
	heard(&c, "request end ");
	h = &c.last->head;
	i = head_find(h, SPAN("Cookie"), 0);
	assert_true(i != HEAD_NONE);
	assert_true(span_equal(h->fields[i].value, SPAN("a=1; b=2; c=3")));
	assert_int_equal(head_find(h, SPAN("Cookie"), i + 1), HEAD_NONE);
	far_close(&c);
}

static void
reads_bodies_and_trailers(void **state)
{
	static const char *const sum[] = {"x-sum", "7", "host", "evil"};
	struct far_client c;

	(void)state;
	far_open(&c, NULL);
	far_post(&c, "hello", NULL, 0);
	far_talk(&c);
	heard(&c, "request body end ");
	assert_int_equal(c.last->kind, BODY_CHUNKED);
	assert_true(span_equal(buf_span(&c.body), SPAN("hello")));
	far_post(&c, "world", sum, 2);
	far_talk(&c);
	heard(&c, "request body end ");
	assert_true(span_equal(
	    head_value(&c.last->trailers, SPAN("x-sum")), SPAN("7")));
	/* RFC 9110 6.5.1: not in trailers */
	assert_null(head_value(&c.last->trailers, SPAN("host")).p);
	far_close(&c);
}

static void
knows_announced_lengths(void **state)
{
	static const char *const length[] = {"content-length", "5"};
	struct far_client c;

	(void)state;
	far_open(&c, NULL);
	far_post_with(&c, "hello", length, 1);
	far_talk(&c);
	heard(&c, "request body end ");
	assert_int_equal(c.last->kind, BODY_LENGTH);
	assert_int_equal(c.last->length, 5);
	far_close(&c);
}

static void
answers_with_a_body(void **state)
{
	struct far_client c;

	(void)state;
	far_open(&c, NULL);
	far_get(&c, "/");
	far_talk(&c);
	send_response(&c, 200, BODY_LENGTH, 5);
	assert_int_equal(h2_send(c.last, SPAN("hello world")), CONSENT_ELIMIT);
	assert_int_equal(h2_send(c.last, SPAN("he")), CONSENT_OK);
	assert_int_equal(h2_finish(c.last, NULL), CONSENT_EINVAL);
	assert_int_equal(h2_send(c.last, SPAN("llo")), CONSENT_OK);
	assert_int_equal(h2_finish(c.last, NULL), CONSENT_OK);
	h2_release(c.last);
	far_talk(&c);
	heard(&c, "request end taken sent closed ");
	far_saw(&c, ":status: 200\nx-a: B\ncontent-length: 5\n\nhello$0 ");
	far_close(&c);
}

static void
sends_what_comes_later(void **state)
{
	static const struct head_limits small = {1024, 16};
	struct head tail;
	struct far_client c;

	(void)state;
	far_open(&c, NULL);
	far_get(&c, "/");
	far_talk(&c);
	send_response(&c, 200, BODY_CHUNKED, 0);
	far_talk(&c);
	far_saw(&c, ":status: 200\nx-a: B\n\n");
	assert_int_equal(h2_send(c.last, SPAN("one")), CONSENT_OK);
	far_talk(&c);
	far_saw(&c, "one");
	assert_int_equal(h2_send(c.last, SPAN("two")), CONSENT_OK);
	head_init(&tail, &small);
	assert_int_equal(head_add(&tail, SPAN("X-Sum"), SPAN("9")), CONSENT_OK);
	assert_int_equal(h2_finish(c.last, &tail), CONSENT_OK);
	head_fini(&tail);
	far_talk(&c);
	far_saw(&c, "twox-sum: 9\n\n$0 ");
	far_close(&c);
}

/* What was cut never looks whole: no END_STREAM, a reset. */
static void
resets_what_is_cut(void **state)
{
	struct far_client c;

	(void)state;
	far_open(&c, NULL);
	far_get(&c, "/");
	far_talk(&c);
	send_response(&c, 200, BODY_CHUNKED, 0);
	assert_int_equal(h2_send(c.last, SPAN("half")), CONSENT_OK);
	far_talk(&c);
	h2_release(c.last);
	far_talk(&c);
	far_saw(&c, ":status: 200\nx-a: B\n\nhalf$2 ");
	heard(&c, "request end taken closed ");
	far_close(&c);
}

static void
sends_no_body_where_none_may_be(void **state)
{
	struct far_client c;

	(void)state;
	far_open(&c, NULL);
	far_request(&c, "HEAD", "/", NULL, 0);
	far_talk(&c);
	send_response(&c, 200, BODY_LENGTH, 5);
	far_talk(&c);
	far_saw(&c, ":status: 200\nx-a: B\ncontent-length: 5\n\n$0 ");
	assert_int_equal(h2_send(c.last, SPAN("hello")), CONSENT_OK);
	assert_int_equal(h2_finish(c.last, NULL), CONSENT_OK);
	h2_release(c.last);
	heard(&c, "request end sent closed ");
	far_get(&c, "/");
	far_talk(&c);
	heard(&c, "request end ");
	send_response(&c, 204, BODY_CHUNKED, 0);
	assert_int_equal(h2_finish(c.last, NULL), CONSENT_OK);
	far_talk(&c);
	far_saw(&c, ":status: 204\nx-a: B\n\n$0 ");
	far_close(&c);
}

static void
drops_what_belongs_to_a_connection(void **state)
{
	struct far_client c;
	struct head head;

	(void)state;
	far_open(&c, NULL);
	far_get(&c, "/");
	far_talk(&c);
	assert_non_null(c.last);
	head_init(&head, NULL);
	assert_int_equal(
	    head_start_response(&head, 200, SPAN("Fine")), CONSENT_OK);
	assert_int_equal(
	    head_add(&head, SPAN("Connection"), SPAN("X-Hop")), CONSENT_OK);
	assert_int_equal(head_add(&head, SPAN("X-Hop"), SPAN("1")), CONSENT_OK);
	assert_int_equal(
	    head_add(&head, SPAN("Transfer-Encoding"), SPAN("chunked")),
	    CONSENT_OK);
	assert_int_equal(h2_send_head(c.last, &head, BODY_NONE, 0), CONSENT_OK);
	head_fini(&head);
	far_talk(&c);
	far_saw(&c, ":status: 200\ncontent-length: 0\n\n$0 ");
	far_close(&c);
}

static void
sends_interim_heads_first(void **state)
{
	struct far_client c;
	struct head head;

	(void)state;
	far_open(&c, NULL);
	far_get(&c, "/");
	far_talk(&c);
	assert_non_null(c.last);
	head_init(&head, NULL);
	assert_int_equal(head_start_response(&head, 103, SPAN("")), CONSENT_OK);
	assert_int_equal(h2_send_interim(c.last, &head), CONSENT_OK);
	send_response(&c, 200, BODY_NONE, 0);
	assert_int_equal(h2_send_interim(c.last, &head), CONSENT_EINVAL);
	head_fini(&head);
	far_talk(&c);
	far_saw(&c, ":status: 103\n\n:status: 200\nx-a: B\n"
		    "content-length: 0\n\n$0 ");
	far_close(&c);
}

/* An early answer: the rest of the request is refused without an error. */
static void
stops_a_request_that_nobody_reads(void **state)
{
	struct far_client c;

	(void)state;
	far_open(&c, NULL);
	far_post_endless(&c);
	far_talk(&c);
	send_response(&c, 403, BODY_NONE, 0);
	assert_int_equal(h2_finish(c.last, NULL), CONSENT_OK);
	h2_release(c.last);
	far_talk(&c);
	far_saw(&c, ":status: 403\nx-a: B\ncontent-length: 0\n\n");
	heard(&c, "request body sent ");
	h2_reset(c.last, H2_NO_ERROR);
	far_talk(&c);
	far_saw(&c, "$0 ");
	heard(&c, "closed ");
	far_close(&c);
}

/* What the user does not consume is not granted again. */
static void
grants_what_is_consumed(void **state)
{
	struct far_client c;

	(void)state;
	far_open(&c, NULL);
	c.greedy = false;
	far_post_endless(&c);
	far_talk(&c);
	assert_int_equal(c.body.n, H2_STREAM_WINDOW);
	assert_non_null(c.last);
	h2_consume(c.last, c.body.n);
	far_talk(&c);
	assert_int_equal(c.body.n, 2 * H2_STREAM_WINDOW);
	far_close(&c);
}

static void
ends_gracefully(void **state)
{
	struct far_client c;

	(void)state;
	far_open(&c, NULL);
	far_get(&c, "/1");
	far_talk(&c);
	heard(&c, "request end ");
	h2_goaway_soon(c.h2);
	far_get(&c, "/2"); /* they cross on the way */
	(void)far_push(&c);
	(void)far_pull(&c);
	far_saw(&c, "goaway-2147483647-0 ");
	h2_goaway(c.h2);
	far_talk(&c);
	far_saw(&c, "goaway-3-0 ");
	assert_false(h2_is_over(c.h2));
	send_response(&c, 200, BODY_NONE, 0);
	send_response_to(c.first, 200, BODY_NONE, 0);
	assert_int_equal(h2_finish(c.first, NULL), CONSENT_OK);
	assert_int_equal(h2_finish(c.last, NULL), CONSENT_OK);
	far_talk(&c);
	assert_true(h2_is_over(c.h2));
	assert_null(h2_why(c.h2));
	far_close(&c);
}

static void
reads_any_split(void **state)
{
	static const char *const sum[] = {"x-sum", "7"};
	struct far_client c;

	(void)state;
	far_open(&c, NULL);
	c.step = 1;
	far_post(&c, "hello", sum, 1);
	heard(&c, "request body end ");
	assert_true(span_equal(buf_span(&c.body), SPAN("hello")));
	far_get(&c, "/2");
	far_talk(&c);
	assert_true(span_equal(c.last->head.target, SPAN("/2")));
	far_close(&c);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(reads_a_request),
    cmocka_unit_test(joins_crumbs_of_cookies),
    cmocka_unit_test(reads_bodies_and_trailers),
    cmocka_unit_test(knows_announced_lengths),
    cmocka_unit_test(answers_with_a_body),
    cmocka_unit_test(sends_what_comes_later),
    cmocka_unit_test(resets_what_is_cut),
    cmocka_unit_test(sends_no_body_where_none_may_be),
    cmocka_unit_test(drops_what_belongs_to_a_connection),
    cmocka_unit_test(sends_interim_heads_first),
    cmocka_unit_test(stops_a_request_that_nobody_reads),
    cmocka_unit_test(grants_what_is_consumed),
    cmocka_unit_test(ends_gracefully),
    cmocka_unit_test(reads_any_split),
};

int
main(void)
{
	return failing_run(tests, sizeof tests / sizeof *tests);
}
