#include "trial/source.h"

#include "base/version.h"
#include "html/charset_page.h"
#include "http/head.h"
#include "net/fetch.h"
#include "trial/reading.h"
#include "web/mime.h"

#include <libconsent/url.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

void
source_init(struct source *s)
{
	*s = (struct source){.target = "/"};
	buf_init(&s->body, SOURCE_BYTES);
	buf_init(&s->text, 2 * (size_t)SOURCE_BYTES);
}

void
source_fini(struct source *s)
{
	buf_fini(&s->body);
	buf_fini(&s->text);
}

bool
source_is_url(const char *name)
{
	/* of whatever scheme: that is told then */
	return strstr(name, "://") != NULL;
}

static int
fail(struct source *s, int rc, const char *why)
{
	(void)snprintf(s->error, sizeof s->error, "%s", why);
	return rc;
}

/* The type that a server would give a file of this name. */
static const char *
type_of(const char *name)
{
	struct span text = span_of(name);

	if (span_ends(text, SPAN(".xhtml")) || span_ends(text, SPAN(".xht")))
		return "application/xhtml+xml";
	if (span_ends(text, SPAN(".svg")))
		return "image/svg+xml";
	if (span_ends(text, SPAN(".xml")))
		return "application/xml";
	return "text/html";
}

static int
read_file(struct source *s, const char *name)
{
	int rc = reading_file(name, &s->body);

	(void)snprintf(s->type, sizeof s->type, "%s", type_of(name));
	if (rc == CONSENT_EIO)
		return fail(s, rc, strerror(errno));
	return rc == CONSENT_OK ? rc : fail(s, rc, status_text(rc));
}

/* Keeps what an answer says of the page. */
static int
take_answer(
    struct source *s, const struct url *url, struct fetch_answer *answer)
{
	struct span type = head_value(&answer->head, SPAN("Content-Type"));
	struct span coding =
	    head_value(&answer->head, SPAN("Content-Encoding"));
	int n;

	if (answer->head.status != 200) {
		(void)snprintf(s->error, sizeof s->error,
		    "the server answers with status %u", answer->head.status);
		return CONSENT_ENOENT;
	}
	if (coding.n > 0 && !span_equal_nocase(coding, SPAN("identity")))
		return fail(s, CONSENT_ECODING,
		    "the server compresses what was asked for plain");
	(void)snprintf(s->type, sizeof s->type, "%.*s", SPAN_ARG(type));
	n = snprintf(s->target, sizeof s->target, "%.*s%s%.*s",
	    SPAN_ARG(url->path), url->has_query ? "?" : "",
	    SPAN_ARG(url->query));
	if (n < 0 || (size_t)n >= sizeof s->target)
		return fail(s, CONSENT_ELIMIT, "its URL is too long");
	return buf_append(&s->body, buf_span(&answer->body));
}

/*
 * Asks once. *again: the answer is a redirect, whose URL is in next.
 */
static int
ask(struct source *s, const struct url *url, struct buf *next, bool *again)
{
	struct fetch_request request = {.url = url,
	    .agent = SPAN("consentctl/" CONSENT_VERSION " (try)"),
	    .accept = SPAN("text/html,application/xhtml+xml,*/*;q=0.1"),
	    .bytes = SOURCE_BYTES};
	struct fetch_answer answer;
	struct span location;
	int rc;

	fetch_answer_init(&answer);
	rc = fetch_get(&request, &answer);
	*again = rc == CONSENT_OK && fetch_leads_on(&answer, &location);
	if (rc != CONSENT_OK)
		(void)fail(s, rc, answer.error);
	else if (*again)
		rc = buf_append(next, location);
	else
		rc = take_answer(s, url, &answer);
	fetch_answer_fini(&answer);
	return rc;
}

/* Two URLs in turn: where we are, and where we are sent. */
struct hops {
	struct buf scratch[2], text[2];
	struct url url[2];
};

static int
follow(struct source *s, struct hops *h)
{
	unsigned i, at = 0;
	bool again = true;
	int rc = CONSENT_OK;

	for (i = 0; again && rc == CONSENT_OK; i++, at = 1 - at) {
		struct buf *next = &h->text[1 - at];

		if (i > SOURCE_REDIRECTS)
			return fail(s, CONSENT_EINVAL, "too many redirects");
		buf_clear(next);
		rc = ask(s, &h->url[at], next, &again);
		if (rc == CONSENT_OK && again &&
		    url_parse(buf_span(next), &h->url[at], &h->scratch[1 - at],
			&h->url[1 - at]) != CONSENT_OK)
			return fail(
			    s, CONSENT_EINVAL, "it redirects to no URL");
	}
	return rc;
}

static int
read_url(struct source *s, const char *name)
{
	struct hops h;
	unsigned i;
	int rc;

	for (i = 0; i < 2; i++) {
		buf_init(&h.scratch[i], URL_SCRATCH);
		buf_init(&h.text[i], URL_INPUT);
	}
	rc = url_parse(span_of(name), NULL, &h.scratch[0], &h.url[0]);
	rc = rc == CONSENT_OK ? follow(s, &h)
			      : fail(s, CONSENT_EINVAL, "this is no URL");
	for (i = 0; i < 2; i++) {
		buf_fini(&h.scratch[i]);
		buf_fini(&h.text[i]);
	}
	return rc;
}

int
source_read(struct source *s, const char *name)
{
	return source_is_url(name) ? read_url(s, name) : read_file(s, name);
}

int
source_decode(struct source *s)
{
	struct charset_page page;
	int rc = charset_page_read(
	    span_of(s->type), buf_span(&s->body), &s->text, &page);

	if (rc == CONSENT_ENOENT)
		return fail(s, CONSENT_EINVAL, "this is no page");
	if (rc == CONSENT_ECODING)
		return fail(s, rc, "its charset cannot be read");
	s->kind = page.form == MIME_XML ? PAGE_XML : PAGE_HTML;
	return rc;
}

struct span
source_text(const struct source *s)
{
	return s->text.n > 0 ? buf_span(&s->text) : buf_span(&s->body);
}
