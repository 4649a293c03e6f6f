#include "proxy/own_page.h"

#include "http/head.h"
#include "proxy/answer.h"
#include "web/accept.h"

#include <libconsent/notice.h>

enum {
	OWN_PAGE_POLICY = 1024
};

/* Nothing from elsewhere, but for frames of one origin if there is one. */
static void
add_policy(struct answer *a, struct span frames)
{
	struct buf policy;
	int rc;

	buf_init(&policy, OWN_PAGE_POLICY);
	rc = buf_append(&policy,
	    SPAN("default-src 'none'; style-src 'self'; img-src 'self'; "
		 "form-action 'self'; base-uri 'none'; "
		 "frame-ancestors 'none'"));
	if (rc == CONSENT_OK && frames.n > 0)
		rc = buf_printf(&policy, "; frame-src %.*s", SPAN_ARG(frames));
	answer_field(a, SPAN("Content-Security-Policy"), buf_span(&policy));
	buf_fini(&policy);
	if (rc != CONSENT_OK)
		a->rc = rc;
}

void
own_page_start(
    struct answer *a, unsigned status, const struct notice_facts *notice)
{
	own_page_start_framing(a, status, notice, SPAN(""));
}

void
own_page_start_framing(struct answer *a, unsigned status,
    const struct notice_facts *notice, struct span frames)
{
	answer_start(a, status);
	answer_field(a, SPAN("Content-Type"), SPAN("text/html; charset=utf-8"));
	answer_field(a, SPAN("Content-Language"), span_of(notice->lang));
	add_policy(a, frames);
	answer_field(a, SPAN("X-Frame-Options"), SPAN("DENY"));
	answer_field(a, SPAN("Referrer-Policy"), SPAN("same-origin"));
	answer_field(a, SPAN("Vary"), SPAN("Accept, Accept-Language, Cookie"));
}

bool
own_page_wants_json(const struct head *request)
{
	return accept_prefers(
	    head_value(request, SPAN("Accept")), SPAN("application/json"));
}
