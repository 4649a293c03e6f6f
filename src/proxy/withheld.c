#include "proxy/withheld.h"

#include "http/head.h"
#include "http/request.h"
#include "proxy/answer.h"

/* What a browser means to do with the answer. */
enum kind {
	KIND_NOTHING,
	KIND_SCRIPT,
	KIND_STYLE,
	KIND_IMAGE
};

struct word {
	const char *text;
	enum kind kind;
};

/* Sec-Fetch-Dest (Fetch, "destination"); others want nothing. */
static const struct word destinations[] = {
    {"script", KIND_SCRIPT},
    {"worker", KIND_SCRIPT},
    {"sharedworker", KIND_SCRIPT},
    {"serviceworker", KIND_SCRIPT},
    {"audioworklet", KIND_SCRIPT},
    {"paintworklet", KIND_SCRIPT},
    {"style", KIND_STYLE},
    {"image", KIND_IMAGE},
};

/* How Accept begins where browsers do not say more. */
static const struct word accepted[] = {
    {"text/css", KIND_STYLE},
    {"image/", KIND_IMAGE},
    {"text/javascript", KIND_SCRIPT},
    {"application/javascript", KIND_SCRIPT},
};

static const struct word suffixes[] = {
    {".js", KIND_SCRIPT},
    {".mjs", KIND_SCRIPT},
    {".css", KIND_STYLE},
    {".gif", KIND_IMAGE},
    {".png", KIND_IMAGE},
    {".jpg", KIND_IMAGE},
    {".jpeg", KIND_IMAGE},
    {".webp", KIND_IMAGE},
    {".avif", KIND_IMAGE},
    {".svg", KIND_IMAGE},
};

#define COUNT(words) (sizeof(words) / sizeof(words)[0])

static struct span
path_of(const struct head *request)
{
	struct request_target target;

	if (request_target(request, &target) != CONSENT_OK)
		return SPAN("");
	return span_sub(target.path, 0, span_find(target.path, '?'));
}

static enum kind
kind_of(const struct head *request)
{
	struct span dest = head_value(request, SPAN("Sec-Fetch-Dest"));
	struct span accept = head_value(request, SPAN("Accept"));
	struct span path = path_of(request);
	size_t i;

	for (i = 0; i < COUNT(destinations); i++)
		if (span_equal(dest, span_of(destinations[i].text)))
			return destinations[i].kind;
	if (dest.p != NULL)
		return KIND_NOTHING;
	for (i = 0; i < COUNT(accepted); i++)
		if (span_starts(accept, span_of(accepted[i].text)))
			return accepted[i].kind;
	for (i = 0; i < COUNT(suffixes); i++)
		if (span_ends(path, span_of(suffixes[i].text)))
			return suffixes[i].kind;
	return KIND_NOTHING;
}

/* Only what is fetched to be used needs a body. */
static bool
is_fetched(const struct head *request)
{
	return span_equal(request->method, SPAN("GET")) ||
	       span_equal(request->method, SPAN("HEAD"));
}

static void
fill(struct answer *a, const char *type, struct span body)
{
	answer_start(a, 200);
	answer_field(a, SPAN("Content-Type"), span_of(type));
	answer_text(a, body);
}

void
withheld_answer(struct answer *a, const struct head *request)
{
	/* GIF89a: one pixel, whose only colour is transparent */
	static const char pixel[] =
	    "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00"
	    "!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00"
	    "\x00\x02\x02"
	    "D\x01\x00;";

	switch (is_fetched(request) ? kind_of(request) : KIND_NOTHING) {
	case KIND_SCRIPT:
		fill(a, "text/javascript; charset=utf-8", SPAN(""));
		return;
	case KIND_STYLE:
		fill(a, "text/css; charset=utf-8", SPAN(""));
		return;
	case KIND_IMAGE:
		fill(a, "image/gif", SPAN(pixel));
		return;
	case KIND_NOTHING:
		break;
	}
	answer_start(a, 204);
}
