#ifndef CONSENT_UNIT_PROXY_STAGE_H
#define CONSENT_UNIT_PROXY_STAGE_H

/*
 * A request to ourselves and all that it needs: notices, a key, a ballot whose
 * other end is in the test's hands, two sites. One stage, one request at a
 * time; nothing listens and nothing waits.
 */

#include "fixture.h"

#include "base/clock.h"
#include "http/head.h"
#include "proxy/answer.h"
#include "proxy/ballot.h"
#include "proxy/call.h"
#include "proxy/edition.h"
#include "proxy/endpoint.h"
#include "proxy/home.h"
#include "proxy/notary_wire.h"

#include <libconsent/notice.h>
#include <libconsent/seal.h>
#include <libconsent/token.h>

#include <event2/event.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* The record's id as a token has it. */
#define STAGE_SUB "AAAAAAAAAAAAAAAAAAAAAA"
#define STAGE_ID "BBBBBBBBBBBBBBBBBBBBBA"

struct stage {
	struct fixture f;
	struct notice_set *notices;
	struct seal_ring *ring;
	struct event_base *base;
	struct token_checker *checker;
	struct home home;
	struct home_client client;
	struct answer answer;
	struct endpoint *endpoint;
	struct buf request, second_text, head;
	int ours, theirs;    /* of the channel to the notary */
	size_t done;	     /* answers that came late */
	struct record asked; /* what the notary was last asked to record */
};

/* Begins with a visitor who did not choose. */
static inline void
stage_open(struct stage *s)
{
	static const char *const sites[] = {
	    "https://site.example", "https://second.example:8443"};
	struct notice_options options = {
	    .site = sites[0], .sites = sites, .n_sites = 2};
	struct ballot_options patience = {.timeout_ms = 0};
	struct proxy_setup *setup = &s->f.setup;
	struct findings findings;
	int ends[2];

	memset(s, 0, sizeof *s);
	fixture_open(&s->f, "/");
	visit_fini(&s->f.visit);
	memset(&s->f.visit, 0, sizeof s->f.visit);
	findings_init(&findings);
	assert_int_equal(
	    notice_set_new(s->f.policy, &options, &findings, &s->notices),
	    CONSENT_OK);
	findings_fini(&findings);
	buf_init(&s->second_text, URL_SCRATCH);
	setup->sites[1] = "https://second.example:8443";
	assert_int_equal(url_parse(span_of(setup->sites[1]), NULL,
			     &s->second_text, &setup->site_urls[1]),
	    CONSENT_OK);
	setup->notices = s->notices;
	setup->token.n_sites = 2;
	setup->token.lifetime_days = 185;
	assert_int_equal(seal_ring_new(SEAL_HS256, &s->ring), CONSENT_OK);
	assert_int_equal(seal_ring_add(s->ring, "20261101-a",
			     SPAN("0123456789abcdef0123456789abcdef")),
	    CONSENT_OK);
	setup->ring = s->ring;
	assert_int_equal(edition_write(setup, setup->edition), CONSENT_OK);
	assert_int_equal(
	    token_checker_new(s->ring, &setup->token, &s->checker), CONSENT_OK);
	s->home.setup = setup;
	s->home.checker = s->checker;
	s->client.key[0] = 7;
	s->base = event_base_new();
	assert_non_null(s->base);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	s->ours = ends[0];
	s->theirs = ends[1];
	assert_int_equal(
	    ballot_new(s->base, s->ours, &patience, &s->home.ballot),
	    CONSENT_OK);
	buf_init(&s->request, 65536);
	buf_init(&s->head, 65536);
	answer_init(&s->answer);
}

/* Ends the request that is there, if any. */
static inline void
stage_end(struct stage *s)
{
	endpoint_free(s->endpoint);
	s->endpoint = NULL;
	visit_fini(&s->f.visit);
	memset(&s->f.visit, 0, sizeof s->f.visit);
	if (s->request.n > 0)
		fixture_unread(&s->f);
	buf_clear(&s->request);
}

/* Frees all of it. */
static inline void
stage_close(struct stage *s)
{
	stage_end(s);
	answer_fini(&s->answer);
	buf_fini(&s->head);
	buf_fini(&s->request);
	buf_fini(&s->second_text);
	ballot_free(s->home.ballot);
	event_base_free(s->base);
	(void)close(s->ours);
	(void)close(s->theirs);
	token_checker_free(s->checker);
	seal_ring_free(s->ring);
	notice_set_free(s->notices);
	fixture_close(&s->f);
}

/*
 * Reads a request for the visitor; line is "GET /path", fields are whole lines.
 * Without a Host among them it is for the first site.
 */
static inline struct head *
stage_admit(struct stage *s, const char *line, const char *fields)
{
	bool has_host = strstr(fields, "Host:") != NULL;
	struct head *h;

	stage_end(s);
	assert_int_equal(
	    buf_printf(&s->request, "%s HTTP/1.1\r\n%s%s\r\n", line,
		has_host ? "" : "Host: site.example\r\n", fields),
	    CONSENT_OK);
	assert_int_equal(buf_append_byte(&s->request, '\0'), CONSENT_OK);
	h = fixture_read(&s->f, CODEC_READS_REQUESTS, s->request.p);
	assert_int_equal(visit_admit(&s->f.visit, &s->home, h), CONSENT_OK);
	return h;
}

/* For calls: an answer is complete. */
static inline void
stage_on_done(void *ctx)
{
	struct stage *s = ctx;

	s->done++;
}

/* The call that the last request makes. */
static inline struct call
stage_call(struct stage *s)
{
	return (struct call){.home = &s->home,
	    .client = &s->client,
	    .visit = &s->f.visit,
	    .request = codec_head(&s->f.codec),
	    .answer = &s->answer,
	    .done = stage_on_done,
	    .ctx = s};
}

/* Sends a request to our own paths; the answer is ready or waits. */
static inline enum call_result
stage_ask(
    struct stage *s, const char *line, const char *fields, const char *body)
{
	struct call call;

	(void)stage_admit(s, line, fields);
	call = stage_call(s);
	s->endpoint = endpoint_new(&call);
	assert_non_null(s->endpoint);
	endpoint_body(s->endpoint, span_of(body));
	return endpoint_start(s->endpoint);
}

/* The notary's turn: answers the oldest choice with this status. */
static inline void
stage_reply(struct stage *s, int status)
{
	struct wire_reply reply = {
	    .magic = WIRE_REPLY, .version = WIRE_VERSION, .status = status};
	struct wire_request request;
	size_t before = s->done;
	struct buf token;
	ssize_t n = recv(s->theirs, &request, sizeof request, MSG_DONTWAIT);

	assert_int_equal(n, sizeof request);
	s->asked = request.record;
	memcpy(reply.id, request.record.id, sizeof reply.id);
	buf_init(&token, SEAL_TOKEN_MAX);
	if (status == CONSENT_OK) {
		request.record.seq = reply.seq = 41;
		request.record.time = reply.time = clock_now();
		assert_int_equal(token_mint(s->ring, &s->f.setup.token,
				     &request.record, &token),
		    CONSENT_OK);
		reply.expires = request.record.expires;
		reply.n = (uint32_t)token.n;
		memcpy(reply.token, token.p, token.n);
	}
	buf_fini(&token);
	assert_int_equal(
	    send(s->theirs, &reply, sizeof reply, 0), sizeof reply);
	while (s->done == before)
		assert_int_equal(event_base_loop(s->base, EVLOOP_ONCE), 0);
}

/* A Cookie line with the token of a choice that grants these categories. */
static inline void
stage_cookie(struct stage *s, category_set granted, struct buf *line)
{
	struct record record = {
	    .action = granted == 0 ? RECORD_REJECT : RECORD_CHOOSE,
	    .id = STAGE_ID,
	    .sub = STAGE_SUB,
	    .site = "https://site.example",
	    .time = clock_now()};
	struct span name = token_cookie_name(&s->f.setup.token);

	record_decide(&record, s->f.policy, granted);
	assert_int_equal(
	    buf_printf(line, "Cookie: %.*s=", SPAN_ARG(name)), CONSENT_OK);
	assert_int_equal(
	    token_mint(s->ring, &s->f.setup.token, &record, line), CONSENT_OK);
	assert_int_equal(buf_append(line, SPAN("\r\n")), CONSENT_OK);
}

/* Whether the answer's head has this whole line, without its CRLF. */
static inline bool
stage_has(struct stage *s, const char *line)
{
	char whole[1024];
	int n = snprintf(whole, sizeof whole, "\r\n%s\r\n", line);
	struct span head;

	assert_int_equal(s->answer.rc, CONSENT_OK);
	buf_clear(&s->head);
	assert_int_equal(head_write(&s->answer.head, &s->head), CONSENT_OK);
	head = buf_span(&s->head);
	return span_search(head, (struct span){whole, (size_t)n}) < head.n;
}

/* The value of a field of the answer; empty without it. */
static inline struct span
stage_value(const struct stage *s, const char *name)
{
	return head_value(&s->answer.head, span_of(name));
}

/* Whether the body has this text in it. */
static inline bool
stage_says(const struct stage *s, const char *text)
{
	struct span body = buf_span(&s->answer.body);

	return span_search(body, span_of(text)) < body.n;
}

#endif
