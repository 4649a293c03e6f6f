#ifndef CONSENT_DEMO_REPLY_H
#define CONSENT_DEMO_REPLY_H

/*
 * Requests and answers of the demo over evhttp, with its traps closed: an
 * answer to HEAD has the length of the body and no body, and every answer
 * says its own type. Each reply_* that sends ends the request: the caller
 * does not touch it again.
 */

#include <stdbool.h>

#include <libconsent/span.h>

struct evbuffer;
struct evhttp;
struct evhttp_request;
struct event_base;

/* An evhttp with the demo's limits, methods and no default type, or NULL. */
struct evhttp *reply_server_new(struct event_base *base);

/* The path of the request without its query; valid as long as the request. */
struct span request_path(const struct evhttp_request *request);

/* The query without its question mark, or an empty span; as long valid. */
struct span request_query(const struct evhttp_request *request);

/* A request header's first line of that name, or an empty span. */
struct span request_header(struct evhttp_request *request, const char *name);

/* The value of a cookie of that name, or a span with a NULL pointer. */
struct span request_cookie(struct evhttp_request *request, struct span name);

/* Whether the method is GET or HEAD. */
bool request_is_read(const struct evhttp_request *request);

/* Adds a line to the answer's head; one that does not fit is left out. */
void reply_header(
    struct evhttp_request *request, const char *name, const char *value);

/*
 * Adds Set-Cookie NAME=ID; ATTRIBUTES with a fresh random ID, unless the
 * request already brought a cookie of that name.
 */
void reply_new_cookie(
    struct evhttp_request *request, const char *name, const char *attributes);

/* Sends status, Content-Type type (or none) and a body that never changes. */
void reply_send(struct evhttp_request *request, int status, const char *type,
    struct span body);

/* The same; the bytes move out of body, which stays the caller's to free. */
void reply_send_buffer(struct evhttp_request *request, int status,
    const char *type, struct evbuffer *body);

/*
 * The same with an ETag over the bytes, and 304 when If-None-Match names it.
 */
void reply_send_tagged(
    struct evhttp_request *request, const char *type, struct evbuffer *body);

#endif
