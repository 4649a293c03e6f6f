#include "proxy/answer.h"

#include "base/clock.h"
#include "http/head_edit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

void
answer_init(struct answer *a)
{
	static const struct head_limits small = {4096, 64};

	head_init(&a->head, &small);
	buf_init(&a->body, ANSWER_BYTES);
	a->rc = CONSENT_OK;
}

void
answer_fini(struct answer *a)
{
	head_fini(&a->head);
	buf_fini(&a->body);
}

static void
latch(struct answer *a, int rc)
{
	if (a->rc == CONSENT_OK)
		a->rc = rc;
}

void
answer_start(struct answer *a, unsigned status)
{
	char date[CLOCK_TEXT];

	head_clear(&a->head);
	buf_clear(&a->body);
	a->rc = head_start_response(&a->head, status, SPAN(""));
	clock_format_http(clock_now(), date);
	answer_field(a, SPAN("Date"), span_of(date));
	answer_field(a, SPAN("Cache-Control"), SPAN("no-store"));
	answer_field(a, SPAN("X-Content-Type-Options"), SPAN("nosniff"));
}

void
answer_field(struct answer *a, struct span name, struct span value)
{
	latch(a, head_add(&a->head, name, value));
}

void
answer_cache(struct answer *a, struct span value)
{
	latch(a, head_set(&a->head, SPAN("Cache-Control"), value));
}

void
answer_text(struct answer *a, struct span text)
{
	latch(a, buf_append(&a->body, text));
}

/* Appends text to the body with the four characters of HTML escaped. */
static void
answer_escaped(struct answer *a, struct span text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		switch (text.p[i]) {
		case '&':
			answer_text(a, SPAN("&amp;"));
			break;
		case '<':
			answer_text(a, SPAN("&lt;"));
			break;
		case '>':
			answer_text(a, SPAN("&gt;"));
			break;
		case '"':
			answer_text(a, SPAN("&quot;"));
			break;
		default:
			answer_text(a, span_sub(text, i, 1));
		}
	}
}

void
answer_error(struct answer *a, unsigned status, struct span reason)
{
	char number[16];

	(void)snprintf(number, sizeof number, "%u", status);
	answer_start(a, status);
	answer_field(a, SPAN("Content-Type"), SPAN("text/html; charset=utf-8"));
	answer_text(
	    a, SPAN("<!doctype html>\n<html lang=\"en\">\n"
		    "<meta charset=\"utf-8\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width\">\n"
		    "<title>"));
	answer_text(a, span_of(number));
	answer_text(a, SPAN(" "));
	answer_text(a, head_reason(status));
	answer_text(a, SPAN("</title>\n<h1>"));
	answer_text(a, head_reason(status));
	answer_text(a, SPAN("</h1>\n<p>"));
	answer_escaped(a, reason);
	answer_text(a, SPAN("</p>\n</html>\n"));
}

void
answer_error_json(struct answer *a, unsigned status, struct span reason)
{
	json_t *object =
	    json_pack("{s:s%}", "error", reason.p, (size_t)reason.n);
	char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);

	answer_start(a, status);
	answer_field(a, SPAN("Content-Type"), SPAN("application/json"));
	if (text == NULL)
		latch(a, CONSENT_ENOMEM);
	else
		answer_text(a, span_of(text));
	json_decref(object);
	free(text);
}
