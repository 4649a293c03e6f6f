#include "proxy/access.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/head.h"
#include "proxy/access_out.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum {
	PATH_BYTES = 256,   /* longest path that is told */
	PATH_ESCAPED = 512, /* and what it may become */
	METHOD_BYTES = 32,  /* a token: nothing in it is escaped */
	ESCAPE = 6	    /* most bytes that one becomes */
};

/* A line with what every format has. */
struct line {
	const struct access_line *access;
	struct span method, path;
	const char *protocol;
	int64_t ms;
	size_t n;
	char text[ACCESS_LINE];
};

void
access_start(struct access_line *line, int64_t now)
{
	*line = (struct access_line){.begun = now, .stage = "none"};
}

static const char *
or_dash(const char *text)
{
	return text == NULL || text[0] == '\0' ? "-" : text;
}

static void CONSENT_PRINTF(2, 3) put(struct line *l, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(l->text + l->n, sizeof l->text - l->n, format, args);
	va_end(args);
	if (n > 0)
		l->n += (size_t)n;
	if (l->n >= sizeof l->text) /* what all formats have fits */
		l->n = sizeof l->text - 1;
}

/*
 * Bytes of strangers: what is no plain ASCII, a quote or a backslash becomes
 * the prefix and two hex digits. None is cut in half.
 */
static void
put_escaped(struct line *l, struct span s, const char *prefix)
{
	size_t i, end = l->n + PATH_ESCAPED - ESCAPE;

	for (i = 0; i < s.n && l->n <= end; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c > ' ' && c < 0x7f && c != '"' && c != '\\')
			l->text[l->n++] = (char)c;
		else
			put(l, "%s%02x", prefix, c);
	}
}

static void
put_json(struct line *l)
{
	const struct access_line *a = l->access;
	const unsigned sample = access_joined()->sample;
	char when[CLOCK_TEXT];

	clock_format(clock_now(), when);
	put(l, "{\"time\":\"%s\",\"method\":\"", when);
	put_escaped(l, l->method, "\\u00");
	put(l, "\",\"path\":\"");
	put_escaped(l, l->path, "\\u00");
	put(l,
	    "\",\"protocol\":\"%s\",\"status\":%u,\"bytes\":%" PRIu64
	    ",\"received\":%" PRIu64 ",\"seconds\":%" PRId64 ".%03" PRId64
	    ",\"step\":\"%s\"",
	    l->protocol, a->status, a->bytes, a->received, l->ms / 1000,
	    l->ms % 1000, a->stage);
	if (a->failure != NULL)
		put(l, ",\"why\":\"%s\"", a->failure);
	if (a->naming.id[0] != '\0')
		put(l, ",\"id\":\"%s\"", a->naming.id);
	if (a->naming.trace[0] != '\0')
		put(l, ",\"trace\":\"%s\"", a->naming.trace);
	if (sample > 1)
		put(l, ",\"sample\":%u", sample);
	put(l, "}\n");
}

/* The date is that of HTTP in another order: "01/Nov/2026:10:00:00 +0000". */
static void
put_common(struct line *l)
{
	const struct access_line *a = l->access;
	char when[CLOCK_TEXT];

	clock_format_http(clock_now(), when);
	put(l, "- - - [%.2s/%.3s/%.4s:%.8s +0000] \"", when + 5, when + 8,
	    when + 12, when + 17);
	put_escaped(l, l->method, "\\x");
	put(l, " ");
	put_escaped(l, l->path, "\\x");
	put(l, " %s\" %03u ", l->protocol, a->status);
	if (a->bytes == 0)
		put(l, "-\n");
	else
		put(l, "%" PRIu64 "\n", a->bytes);
}

static void
put_event(const struct line *l)
{
	const struct access_line *a = l->access;

	log_info("access",
	    "method=%.*s path=%.*s status=%u bytes=%" PRIu64
	    " received=%" PRIu64 " ms=%" PRId64 " step=%s why=%s id=%s "
	    "trace=%s",
	    SPAN_ARG(l->method), SPAN_ARG(l->path), a->status, a->bytes,
	    a->received, l->ms, a->stage, or_dash(a->failure),
	    or_dash(a->naming.id), or_dash(a->naming.trace));
}

static const char *
name_protocol(const struct head *request)
{
	if (request->is_h2)
		return "HTTP/2.0";
	return request->minor == 0 ? "HTTP/1.0" : "HTTP/1.1";
}

void
access_write(const struct access_line *access, const struct head *request)
{
	const struct access_plan *plan = access_joined();
	struct line l;

	if (plan->to == ACCESS_NONE || !access_is_due())
		return;
	l.access = access;
	l.method = l.path = SPAN("-");
	l.protocol = "-";
	l.ms = clock_monotonic() - access->begun;
	l.n = 0;
	if (request != NULL && request->method.n > 0) {
		l.method = span_sub(request->method, 0, METHOD_BYTES);
		l.path = span_sub(
		    request->target, 0, span_find(request->target, '?'));
		l.path = span_sub(l.path, 0, PATH_BYTES);
		l.protocol = name_protocol(request);
	}
	if (plan->to == ACCESS_LOG) {
		put_event(&l);
		return;
	}
	if (plan->form == ACCESS_JSON)
		put_json(&l);
	else
		put_common(&l);
	access_add((struct span){l.text, l.n});
}
