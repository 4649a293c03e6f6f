#include "demo/collector.h"

#include "base/embedded.h"
#include "demo/pages.h"
#include "demo/reply.h"

#include <event2/buffer.h>
#include <event2/http.h>

#include <stdio.h>

#define SCRIPT_TYPE "text/javascript; charset=utf-8"
#define FRAME_TYPE "text/html; charset=utf-8"

struct collector_route {
	const char *path; /* a trailing * stands for any rest */
	const char *file; /* in the embedded pages, or NULL */
	enum hits_vendor vendor;
	enum hits_kind kind;
};

static const struct collector_route routes[] = {
    {"/pulse/js", "vendors/pulse.js", HITS_PULSE, HITS_SCRIPT},
    {"/pulse/collect*", NULL, HITS_PULSE, HITS_BEACON},
    {"/pulse/*", NULL, HITS_PULSE, HITS_IMAGE},
    {"/tagharbor/harbor.js", "vendors/tagharbor.js", HITS_TAGHARBOR,
	HITS_SCRIPT},
    {"/tagharbor/ns.html", "vendors/tagharbor.html", HITS_TAGHARBOR,
	HITS_FRAME},
    {"/tagharbor/*", NULL, HITS_TAGHARBOR, HITS_BEACON},
    {"/metrikabay/bay.js", "vendors/metrikabay.js", HITS_METRIKABAY,
	HITS_SCRIPT},
    {"/metrikabay/bay.php", NULL, HITS_METRIKABAY, HITS_IMAGE},
    {"/metrikabay/*", NULL, HITS_METRIKABAY, HITS_BEACON},
    {"/socialpixel/pixel.js", "vendors/socialpixel.js", HITS_SOCIALPIXEL,
	HITS_SCRIPT},
    {"/socialpixel/tr", NULL, HITS_SOCIALPIXEL, HITS_IMAGE},
    {"/socialpixel/*", NULL, HITS_SOCIALPIXEL, HITS_BEACON},
    {"/heatlens/c/*", "vendors/heatlens.js", HITS_HEATLENS, HITS_SCRIPT},
    {"/heatlens/*", NULL, HITS_HEATLENS, HITS_BEACON},
    {"/replaylight/tag/*", "vendors/replaylight.js", HITS_REPLAYLIGHT,
	HITS_SCRIPT},
    {"/replaylight/*", NULL, HITS_REPLAYLIGHT, HITS_BEACON},
    {"/footfall/frame.html", "vendors/footfall.html", HITS_FOOTFALL,
	HITS_FRAME},
    {"/footfall/*", NULL, HITS_FOOTFALL, HITS_IMAGE},
};

struct span
collector_pixel(void)
{
	/* GIF89a, 1 by 1, colour 0 transparent */
	return SPAN("GIF89a\1\0\1\0\200\0\0\0\0\0\0\0\0!\371\4\1\0\0\0\0"
		    ",\0\0\0\0\1\0\1\0\0\2\2D\1\0;");
}

static bool
route_matches(const struct collector_route *route, struct span path)
{
	struct span pattern = span_of(route->path);

	if (!span_ends(pattern, SPAN("*")))
		return span_equal(path, pattern);
	return span_starts(path, span_sub(pattern, 0, pattern.n - 1));
}

static const struct collector_route *
route_of(struct span path)
{
	size_t i;

	for (i = 0; i < sizeof routes / sizeof routes[0]; i++)
		if (route_matches(&routes[i], path))
			return &routes[i];
	return NULL;
}

/* What a vendor sends to be readable from another site's scripts. */
static void
add_cors(struct evhttp_request *request)
{
	struct span origin = request_header(request, "Origin");

	if (origin.n > 0) {
		reply_header(request, "Access-Control-Allow-Origin", origin.p);
		reply_header(
		    request, "Access-Control-Allow-Credentials", "true");
		reply_header(request, "Vary", "Origin");
	} else {
		reply_header(request, "Access-Control-Allow-Origin", "*");
	}
	reply_header(
	    request, "Access-Control-Allow-Methods", "GET, POST, OPTIONS");
	reply_header(request, "Access-Control-Allow-Headers", "Content-Type");
	reply_header(request, "Cross-Origin-Resource-Policy", "cross-origin");
	reply_header(request, "Cache-Control", "no-store");
}

static void
send_count(struct evhttp_request *request, const struct hits *hits)
{
	struct evbuffer *body;

	body = evbuffer_new();
	if (body == NULL || hits_json(hits, body) < 0)
		evhttp_send_error(request, HTTP_INTERNAL, NULL);
	else
		reply_send_buffer(request, HTTP_OK, "application/json", body);
	if (body != NULL)
		evbuffer_free(body);
}

static void
send_vendor(struct evhttp_request *request, const struct collector_route *route)
{
	const struct embedded_file *file = NULL;
	char name[32];

	if (route->file != NULL)
		file = embedded_find(
		    demo_pages, demo_pages_count, span_of(route->file));
	if (snprintf(name, sizeof name, "tp_%u", (unsigned)route->vendor) > 0)
		reply_new_cookie(request, name,
		    "Path=/; Max-Age=31536000; SameSite=None; Secure");
	if (file != NULL)
		reply_send(request, HTTP_OK,
		    route->kind == HITS_FRAME ? FRAME_TYPE : SCRIPT_TYPE,
		    embedded_span(file));
	else if (request_is_read(request))
		reply_send(request, HTTP_OK, "image/gif", collector_pixel());
	else
		reply_send(request, HTTP_NOCONTENT, NULL, SPAN(""));
}

void
collector_answer(struct evhttp_request *request, struct hits *hits)
{
	const struct collector_route *route;
	struct span path = request_path(request);

	add_cors(request);
	if (span_equal(path, SPAN("/count"))) {
		send_count(request, hits);
		return;
	}
	route = route_of(path);
	if (route == NULL) {
		hits->other++;
		reply_send(request, HTTP_NOTFOUND, "text/plain",
		    SPAN("no such vendor\n"));
		return;
	}
	hits->count[route->vendor][route->kind]++;
	send_vendor(request, route);
}
