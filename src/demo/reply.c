#include "demo/reply.h"

#include "base/digest.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include <stdio.h>
#include <sys/time.h>

enum {
	LIMIT_HEAD_BYTES = 32 * 1024,
	LIMIT_BODY_BYTES = 64 * 1024,
	TIMEOUT_SECONDS = 60,
	ETAG_DIGITS = 20
};

struct evhttp *
reply_server_new(struct event_base *base)
{
	const struct timeval timeout = {TIMEOUT_SECONDS, 0};
	struct evhttp *http;

	http = evhttp_new(base);
	if (http == NULL)
		return NULL;
	evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD |
					     EVHTTP_REQ_POST |
					     EVHTTP_REQ_OPTIONS);
	evhttp_set_max_headers_size(http, LIMIT_HEAD_BYTES);
	evhttp_set_max_body_size(http, LIMIT_BODY_BYTES);
	evhttp_set_default_content_type(http, NULL);
	evhttp_set_timeout_tv(http, &timeout);
	return http;
}

struct span
request_path(const struct evhttp_request *request)
{
	const struct evhttp_uri *uri;

	uri = evhttp_request_get_evhttp_uri(request);
	return uri == NULL ? SPAN("") : span_of(evhttp_uri_get_path(uri));
}

struct span
request_query(const struct evhttp_request *request)
{
	const struct evhttp_uri *uri;

	uri = evhttp_request_get_evhttp_uri(request);
	return uri == NULL ? SPAN("") : span_of(evhttp_uri_get_query(uri));
}

struct span
request_header(struct evhttp_request *request, const char *name)
{
	return span_of(evhttp_find_header(
	    evhttp_request_get_input_headers(request), name));
}

static struct span
line_cookie(struct span line, struct span name)
{
	struct span pair, key;

	while (line.p != NULL) {
		pair = span_trim(span_cut(&line, ';'));
		key = span_cut(&pair, '=');
		if (pair.p != NULL && span_equal(key, name))
			return pair;
	}
	return (struct span){NULL, 0};
}

struct span
request_cookie(struct evhttp_request *request, struct span name)
{
	struct span value = {NULL, 0};
	struct evkeyval *line;

	for (line = evhttp_request_get_input_headers(request)->tqh_first;
	     line != NULL && value.p == NULL; line = line->next.tqe_next)
		if (span_equal_nocase(span_of(line->key), SPAN("Cookie")))
			value = line_cookie(span_of(line->value), name);
	return value;
}

bool
request_is_read(const struct evhttp_request *request)
{
	enum evhttp_cmd_type method = evhttp_request_get_command(request);

	return method == EVHTTP_REQ_GET || method == EVHTTP_REQ_HEAD;
}

void
reply_header(
    struct evhttp_request *request, const char *name, const char *value)
{
	struct evkeyvalq *head = evhttp_request_get_output_headers(request);

	/* refuses CR and LF; the answer is then sent without the line */
	(void)evhttp_add_header(head, name, value);
}

void
reply_new_cookie(
    struct evhttp_request *request, const char *name, const char *attributes)
{
	char id[DIGEST_ID_TEXT], line[256];
	int n;

	if (request_cookie(request, span_of(name)).p != NULL)
		return;
	if (digest_new_id(id) < 0)
		return;
	n = snprintf(line, sizeof line, "%s=%s; %s", name, id, attributes);
	if (n > 0 && (size_t)n < sizeof line)
		reply_header(request, "Set-Cookie", line);
}

void
reply_send_buffer(struct evhttp_request *request, int status, const char *type,
    struct evbuffer *body)
{
	char length[32];
	int n;

	n = snprintf(length, sizeof length, "%zu", evbuffer_get_length(body));
	if (type != NULL)
		reply_header(request, "Content-Type", type);
	if (status != 204 && status != 304 && n > 0)
		reply_header(request, "Content-Length", length);
	reply_header(request, "X-Content-Type-Options", "nosniff");
	/* evhttp would write the body of an answer to HEAD as well */
	if (evhttp_request_get_command(request) == EVHTTP_REQ_HEAD)
		(void)evbuffer_drain(body, evbuffer_get_length(body));
	evhttp_send_reply(request, status, NULL, body);
}

void
reply_send(struct evhttp_request *request, int status, const char *type,
    struct span body)
{
	struct evbuffer *out;

	out = evbuffer_new();
	if (out == NULL || (body.n > 0 && evbuffer_add_reference(out, body.p,
					      body.n, NULL, NULL) < 0))
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
	else
		reply_send_buffer(request, status, type, out);
	if (out != NULL)
		evbuffer_free(out);
}

void
reply_send_tagged(
    struct evhttp_request *request, const char *type, struct evbuffer *body)
{
	char hex[DIGEST_HEX], tag[ETAG_DIGITS + 3];
	struct span bytes;
	int n;

	bytes.n = evbuffer_get_length(body);
	bytes.p = (const char *)evbuffer_pullup(body, -1);
	if (bytes.p == NULL || digest_sha256_hex(bytes, hex) < 0) {
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
		return;
	}
	n = snprintf(tag, sizeof tag, "\"%.*s\"", ETAG_DIGITS, hex);
	if (n > 0)
		reply_header(request, "ETag", tag);
	if (!span_equal(
		request_header(request, "If-None-Match"), span_of(tag))) {
		reply_send_buffer(request, HTTP_OK, type, body);
		return;
	}
	reply_send(request, HTTP_NOTMODIFIED, NULL, SPAN(""));
}
