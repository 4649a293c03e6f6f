#ifndef CONSENT_UNIT_HTTP_H2_ASK_H
#define CONSENT_UNIT_HTTP_H2_ASK_H

/*
 * For the tests of http/h2: requests of the client.
 */

#include "h2_client.h"

/* A request, with a body if with_body. */
static inline void
far_ask(struct far_client *c, const char *const *pairs, size_t n, bool body)
{
	const nghttp2_data_provider provider = {{0}, on_near_read};
	nghttp2_nv all[32];
	bool on = failing_pause();

	assert_true(
	    nghttp2_submit_request(c->session, NULL, all,
		far_pairs(all, pairs, n), body ? &provider : NULL, NULL) > 0);
	failing_resume(on);
}

/* A request to the usual host with n pairs of fields, with a body or not. */
static inline void
far_begin(struct far_client *c, const char *const line[2],
    const char *const *pairs, size_t n, bool body)
{
	const char *all[64] = {":method", line[0], ":scheme", "http", ":path",
	    line[1], ":authority", "library.example"};

	if (n > 0)
		memcpy(all + 8, pairs, 2 * n * sizeof *pairs);
	far_ask(c, all, 4 + n, body);
}

/* A request without a body. */
static inline void
far_request(struct far_client *c, const char *method, const char *path,
    const char *const *pairs, size_t n)
{
	far_begin(c, (const char *const[]){method, path}, pairs, n, false);
}

/* GET path */
static inline void
far_get(struct far_client *c, const char *path)
{
	far_request(c, "GET", path, NULL, 0);
}

/* A body with trailers. */
static inline void
far_post(
    struct far_client *c, const char *body, const char *const *tail, size_t n)
{
	c->sending = span_of(body);
	c->tail = tail;
	c->n_tail = n;
	far_begin(c, (const char *const[]){"POST", "/"}, NULL, 0, true);
	(void)far_push(c);
}

/* A body with fields. */
static inline void
far_post_with(
    struct far_client *c, const char *body, const char *const *pairs, size_t n)
{
	c->sending = span_of(body);
	c->n_tail = 0;
	far_begin(c, (const char *const[]){"POST", "/"}, pairs, n, true);
	(void)far_push(c);
}

/* A body that goes on and never ends. */
static inline void
far_post_endless(struct far_client *c)
{
	c->sending = (struct span){NULL, 0};
	c->endless = FAR_ENDLESS;
	far_begin(c, (const char *const[]){"POST", "/"}, NULL, 0, true);
	(void)far_push(c);
}

#endif
