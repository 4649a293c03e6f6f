#include "proxy/access.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/head.h"

#include <inttypes.h>

void
access_start(struct access_line *line, int64_t now)
{
	*line = (struct access_line){.begun = now, .stage = "none"};
}

static const char *
or_dash(const char *text)
{
	return text[0] == '\0' ? "-" : text;
}

void
access_write(const struct access_line *line, const struct head *request)
{
	struct span method = SPAN("-"), path = SPAN("-");
	int64_t ms = clock_monotonic() - line->begun;

	if (request != NULL && request->method.n > 0) {
		method = request->method;
		path = span_sub(
		    request->target, 0, span_find(request->target, '?'));
		path = span_sub(path, 0, 256);
	}
	log_info("access",
	    "method=%.*s path=%.*s status=%u bytes=%" PRIu64
	    " received=%" PRIu64 " ms=%" PRId64
	    " step=%s why=%s id=%s trace=%s",
	    SPAN_ARG(method), SPAN_ARG(path), line->status, line->bytes,
	    line->received, ms, line->stage,
	    line->failure == NULL ? "-" : line->failure,
	    or_dash(line->naming.id), or_dash(line->naming.trace));
}
