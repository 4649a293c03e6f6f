#include "demo/origin.h"

#include "base/ascii.h"
#include "base/digest.h"
#include "base/embedded.h"
#include "base/log.h"
#include "demo/big.h"
#include "demo/collector.h"
#include "demo/hits.h"
#include "demo/pages.h"
#include "demo/reply.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define HTML_TYPE "text/html; charset=utf-8"
#define JSON_TYPE "application/json"

/* what the origin sets: two that it needs and two that analytics wants */
#define SESSION_ATTRIBUTES "Path=/; HttpOnly; SameSite=Lax"
#define CSRF_ATTRIBUTES "Path=/; HttpOnly; SameSite=Strict"
#define PULSE_ATTRIBUTES "Path=/; Max-Age=34128000; SameSite=Lax"
#define BAY_ATTRIBUTES "Path=/; Max-Age=33868800; SameSite=Lax"
#define FOOTFALL_ATTRIBUTES "Path=/; Max-Age=31536000; SameSite=Lax"

static const uint64_t BIG_MAX = UINT64_C(1) << 36;

struct demo {
	struct event_base *base;
	struct evhttp *origin, *collector;
	struct event *stop;
	unsigned collector_port;
	struct hits hits;
};

struct route {
	const char *path; /* a trailing * stands for any rest */
	void (*answer)(struct demo *demo, struct evhttp_request *request);
};

static void
send_page(struct demo *demo, struct evhttp_request *request, int status,
    struct page *page)
{
	struct evbuffer *body;

	page->collector_port = demo->collector_port;
	page->query = request_query(request);
	body = evbuffer_new();
	if (body == NULL || page_render(page, body) < 0) {
		log_error("demo.page", "lang=%s name=%.*s", page->lang,
		    SPAN_ARG(page->name));
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
	} else if (status == HTTP_OK) {
		reply_send_tagged(request, HTML_TYPE, body);
	} else {
		reply_send_buffer(request, status, HTML_TYPE, body);
	}
	if (body != NULL)
		evbuffer_free(body);
}

static void
redirect(struct evhttp_request *request, int status, const char *lang,
    const char *rest)
{
	char to[128];
	int n;

	n = snprintf(to, sizeof to, "/%s/%s", lang, rest);
	if (n > 0 && (size_t)n < sizeof to)
		reply_header(request, "Location", to);
	reply_send(request, status, NULL, SPAN(""));
}

static void
redirect_by_language(struct evhttp_request *request, const char *rest)
{
	struct span accept = request_header(request, "Accept-Language");

	reply_header(request, "Vary", "Accept-Language");
	redirect(request, HTTP_MOVETEMP, page_accepted_language(accept), rest);
}

static void
answer_root(struct demo *demo, struct evhttp_request *request)
{
	(void)demo;
	redirect_by_language(request, "");
}

static void
answer_policy(struct demo *demo, struct evhttp_request *request)
{
	(void)demo;
	redirect_by_language(request, "cookie-policy");
}

static const char *
asset_type(struct span name)
{
	if (span_ends(name, SPAN(".css")))
		return "text/css; charset=utf-8";
	if (span_ends(name, SPAN(".js")))
		return "text/javascript; charset=utf-8";
	return "image/svg+xml";
}

static void
answer_not_found(struct demo *demo, struct evhttp_request *request)
{
	struct page page = {.lang = "en", .name = SPAN("not-found")};
	struct span path = span_sub(request_path(request), 1, SIZE_MAX);
	const char *lang;

	lang = page_language(span_cut(&path, '/'));
	page.lang = lang != NULL ? lang
				 : page_accepted_language(request_header(
				       request, "Accept-Language"));
	send_page(demo, request, HTTP_NOTFOUND, &page);
}

static void
answer_asset(struct demo *demo, struct evhttp_request *request)
{
	const struct embedded_file *file;
	struct evbuffer *body;
	struct span name;

	name = span_sub(request_path(request), 1, SIZE_MAX);
	file = embedded_find(demo_pages, demo_pages_count, name);
	if (file == NULL) {
		answer_not_found(demo, request);
		return;
	}
	reply_header(request, "Cache-Control", "no-cache");
	body = evbuffer_new();
	if (body == NULL ||
	    evbuffer_add_reference(body, file->bytes, file->n, NULL, NULL) < 0)
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
	else
		reply_send_tagged(request, asset_type(name), body);
	if (body != NULL)
		evbuffer_free(body);
}

/* Browsers ask for it unasked; there is an icon of ours in assets. */
static void
answer_favicon(struct demo *demo, struct evhttp_request *request)
{
	(void)demo;
	reply_header(request, "Location", "/assets/logo.svg");
	reply_send(request, HTTP_MOVETEMP, NULL, SPAN(""));
}

/* Footfall under the site's own name: no third party to be seen. */
static void
answer_footfall(struct demo *demo, struct evhttp_request *request)
{
	demo->hits.count[HITS_FOOTFALL][HITS_IMAGE]++;
	reply_new_cookie(request, "_ff_seen", FOOTFALL_ATTRIBUTES);
	reply_header(request, "Cache-Control", "no-store");
	reply_send(request, HTTP_OK, "image/gif", collector_pixel());
}

static void
send_json(struct evhttp_request *request, struct evbuffer *body, int rc)
{
	reply_header(request, "Cache-Control", "no-store");
	if (body == NULL || rc < 0)
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
	else
		reply_send_buffer(request, HTTP_OK, JSON_TYPE, body);
	if (body != NULL)
		evbuffer_free(body);
}

static void
answer_hits(struct demo *demo, struct evhttp_request *request)
{
	struct evbuffer *body = evbuffer_new();
	int rc = -1;

	if (body != NULL)
		rc = hits_json(&demo->hits, body);
	send_json(request, body, rc);
}

/* A page whose relative URLs are the collector's: what we add must not be. */
static void
answer_base(struct demo *demo, struct evhttp_request *request)
{
	struct evbuffer *body = evbuffer_new();

	if (body == NULL ||
	    evbuffer_add_printf(body,
		"<!DOCTYPE html><html lang=\"en\"><head><meta "
		"charset=\"utf-8\">"
		"<title>Base</title>"
		"<base href=\"http://collector.localhost:%u/\"></head>"
		"<body><main>Elsewhere</main></body></html>\n",
		demo->collector_port) < 0)
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
	else
		reply_send_tagged(request, HTML_TYPE, body);
	if (body != NULL)
		evbuffer_free(body);
}

/* A JSON string; bytes over 0x7E are passed, a head rarely has any. */
static int
add_json_string(struct evbuffer *out, struct span text)
{
	int rc = evbuffer_add(out, "\"", 1);
	size_t i;

	for (i = 0; i < text.n && rc >= 0; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\' ||
		    (unsigned char)text.p[i] < 0x20)
			rc = evbuffer_add_printf(
			    out, "\\u%04x", (unsigned)text.p[i]);
		else
			rc = evbuffer_add(out, &text.p[i], 1);
	}
	return rc < 0 ? rc : evbuffer_add(out, "\"", 1);
}

static void
answer_cookies(struct demo *demo, struct evhttp_request *request)
{
	struct evbuffer *body = evbuffer_new();
	int rc = -1;

	(void)demo;
	if (body != NULL && evbuffer_add_printf(body, "{\"cookie\":") >= 0 &&
	    add_json_string(body, request_header(request, "Cookie")) >= 0 &&
	    evbuffer_add_printf(body, ",\"consent\":") >= 0 &&
	    add_json_string(body, request_header(request, "Consent")) >= 0)
		rc = evbuffer_add_printf(body, "}\n");
	send_json(request, body, rc);
}

static void
answer_reset(struct demo *demo, struct evhttp_request *request)
{
	if (evhttp_request_get_command(request) != EVHTTP_REQ_POST) {
		reply_header(request, "Allow", "POST");
		reply_send(
		    request, HTTP_BADMETHOD, "text/plain", SPAN("only POST\n"));
		return;
	}
	hits_reset(&demo->hits);
	reply_send(request, HTTP_NOCONTENT, NULL, SPAN(""));
}

static void
answer_big(struct demo *demo, struct evhttp_request *request)
{
	struct span query = request_query(request), key;
	char length[32];
	uint64_t n;

	key = span_cut(&query, '=');
	if (!span_equal(key, SPAN("bytes")) ||
	    span_to_u64(query, 10, BIG_MAX, &n) < 0) {
		reply_send(
		    request, HTTP_BADREQUEST, "text/plain", SPAN("bytes=N\n"));
		return;
	}
	if (snprintf(length, sizeof length, "%" PRIu64, n) > 0)
		reply_header(request, "Content-Length", length);
	reply_header(request, "Content-Type", "application/octet-stream");
	reply_header(request, "Cache-Control", "no-store");
	if (evhttp_request_get_command(request) == EVHTTP_REQ_HEAD || n == 0)
		evhttp_send_reply(request, HTTP_OK, NULL, NULL);
	else
		big_start(demo->base, request, n);
}

/* The token of the form must be the cookie's (double submit). */
static void
answer_form(struct evhttp_request *request, const char *lang)
{
	struct evbuffer *input = evhttp_request_get_input_buffer(request);
	struct span form, pair, key, sent = {NULL, 0}, cookie;

	form.n = evbuffer_get_length(input);
	form.p = (const char *)evbuffer_pullup(input, -1);
	cookie = request_cookie(request, SPAN("csrf"));
	while (form.p != NULL) {
		pair = span_cut(&form, '&');
		key = span_cut(&pair, '=');
		if (span_equal(key, SPAN("csrf")))
			sent = pair;
	}
	if (cookie.n == 0 || sent.p == NULL || !digest_equal(cookie, sent)) {
		reply_send(request, 403, "text/plain; charset=utf-8",
		    SPAN("The form has expired. Please load it again.\n"));
		return;
	}
	redirect(request, 303, lang, "appointment?sent=1");
}

/* Whether a cookie's value can be one of our ids: it goes into a page. */
static bool
is_token(struct span value)
{
	size_t i;

	for (i = 0; i < value.n; i++)
		if (!ascii_is(value.p[i], ASCII_ALNUM) && value.p[i] != '-' &&
		    value.p[i] != '_')
			return false;
	return value.n == DIGEST_ID_TEXT - 1;
}

static void
answer_page(
    struct demo *demo, struct evhttp_request *request, struct page *page)
{
	char csrf[DIGEST_ID_TEXT], line[128];
	int n;

	reply_header(request, "Cache-Control", "no-cache");
	reply_header(request, "Content-Language", page->lang);
	reply_new_cookie(request, "session", SESSION_ATTRIBUTES);
	page->csrf = request_cookie(request, SPAN("csrf"));
	if (!is_token(page->csrf)) {
		if (digest_new_id(csrf) < 0)
			csrf[0] = '\0'; /* fits no form */
		page->csrf = span_of(csrf);
		n = snprintf(
		    line, sizeof line, "csrf=%s; " CSRF_ATTRIBUTES, csrf);
		if (n > 0 && (size_t)n < sizeof line)
			reply_header(request, "Set-Cookie", line);
	}
	reply_new_cookie(request, "_pulse", PULSE_ATTRIBUTES);
	reply_new_cookie(request, "_mb_uid", BAY_ATTRIBUTES);
	send_page(demo, request, HTTP_OK, page);
}

/* /LANG, /LANG/ and /LANG/NAME. */
static void
answer_language(struct demo *demo, struct evhttp_request *request)
{
	struct span path = span_sub(request_path(request), 1, SIZE_MAX);
	struct page page = {.lang = page_language(span_cut(&path, '/'))};

	page.name = path.n == 0 ? SPAN("home") : path;
	if (page.lang == NULL || span_equal(path, SPAN("home")) ||
	    span_equal(path, SPAN("not-found")) ||
	    !page_exists(page.lang, page.name))
		answer_not_found(demo, request);
	else if (path.p == NULL)
		redirect(request, HTTP_MOVEPERM, page.lang, "");
	else if (request_is_read(request))
		answer_page(demo, request, &page);
	else if (span_equal(page.name, SPAN("appointment")))
		answer_form(request, page.lang);
	else
		reply_send(
		    request, HTTP_BADMETHOD, "text/plain", SPAN("only GET\n"));
}

static const struct route routes[] = {
    {"/", answer_root},
    {"/cookie-policy", answer_policy},
    {"/favicon.ico", answer_favicon},
    {"/assets/*", answer_asset},
    {"/ff/p.gif", answer_footfall},
    {"/demo/hits", answer_hits},
    {"/demo/cookies", answer_cookies},
    {"/demo/reset", answer_reset},
    {"/demo/base", answer_base},
    {"/demo/big", answer_big},
    {"/*", answer_language},
};

static void
on_origin_request(struct evhttp_request *request, void *ctx)
{
	struct span path = request_path(request), pattern;
	size_t i;

	for (i = 0; i < sizeof routes / sizeof routes[0]; i++) {
		pattern = span_of(routes[i].path);
		if (span_ends(pattern, SPAN("*"))
			? span_starts(path, span_sub(pattern, 0, pattern.n - 1))
			: span_equal(path, pattern)) {
			routes[i].answer(ctx, request);
			return;
		}
	}
	/* "*" and the like: no path of ours */
	reply_send(request, HTTP_BADREQUEST, "text/plain", SPAN("no path\n"));
}

static void
on_collector_request(struct evhttp_request *request, void *ctx)
{
	struct demo *demo = ctx;

	collector_answer(request, &demo->hits);
}

static struct bufferevent *
on_collector_connection(struct event_base *base, void *ctx)
{
	struct demo *demo = ctx;

	demo->hits.connections++;
	return bufferevent_socket_new(base, -1, 0);
}

static void
on_stop(evutil_socket_t fd, short what, void *ctx)
{
	struct demo *demo = ctx;

	(void)fd;
	(void)what;
	event_base_loopbreak(demo->base);
}

/* Takes fd: http closes it, or it is closed here. */
static int
listen_on(struct evhttp *http, int fd)
{
	if (evutil_make_socket_nonblocking(fd) < 0 ||
	    evutil_make_socket_closeonexec(fd) < 0 ||
	    evhttp_accept_socket(http, fd) < 0) {
		close(fd);
		return CONSENT_EIO;
	}
	return CONSENT_OK;
}

static int
demo_open(struct demo *demo, const struct demo_options *options)
{
	demo->collector_port = options->collector_port;
	demo->base = event_base_new();
	if (demo->base == NULL)
		return CONSENT_ENOMEM;
	demo->origin = reply_server_new(demo->base);
	demo->collector = reply_server_new(demo->base);
	demo->stop =
	    event_new(demo->base, options->stop_fd, EV_READ, on_stop, demo);
	if (demo->origin == NULL || demo->collector == NULL ||
	    demo->stop == NULL)
		return CONSENT_ENOMEM;
	evhttp_set_gencb(demo->origin, on_origin_request, demo);
	evhttp_set_gencb(demo->collector, on_collector_request, demo);
	evhttp_set_bevcb(demo->collector, on_collector_connection, demo);
	return event_add(demo->stop, NULL) < 0 ? CONSENT_EIO : CONSENT_OK;
}

static void
demo_close(struct demo *demo)
{
	if (demo->stop != NULL)
		event_free(demo->stop);
	if (demo->origin != NULL)
		evhttp_free(demo->origin);
	if (demo->collector != NULL)
		evhttp_free(demo->collector);
	if (demo->base != NULL)
		event_base_free(demo->base);
}

static int
ignore_signals(void)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};

	return sigaction(SIGPIPE, &ignore, NULL) < 0 ||
		       sigaction(SIGINT, &ignore, NULL) < 0 ||
		       sigaction(SIGTERM, &ignore, NULL) < 0
		   ? CONSENT_EIO
		   : CONSENT_OK;
}

int
demo_run(const struct demo_options *options)
{
	struct demo demo = {0};
	int rc, other;

	rc = ignore_signals();
	if (rc == 0)
		rc = demo_open(&demo, options);
	if (rc < 0) {
		close(options->origin_fd);
		close(options->collector_fd);
		goto out;
	}
	rc = listen_on(demo.origin, options->origin_fd);
	other = listen_on(demo.collector, options->collector_fd);
	if (rc == 0)
		rc = other;
	if (rc == 0 && event_base_dispatch(demo.base) < 0)
		rc = CONSENT_EIO;
out:
	demo_close(&demo);
	return rc;
}
