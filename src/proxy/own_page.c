#include "proxy/own_page.h"

#include "http/head.h"
#include "proxy/answer.h"
#include "web/accept.h"

#include <libconsent/notice.h>

void
own_page_start(
    struct answer *a, unsigned status, const struct notice_facts *notice)
{
	answer_start(a, status);
	answer_field(a, SPAN("Content-Type"), SPAN("text/html; charset=utf-8"));
	answer_field(a, SPAN("Content-Language"), span_of(notice->lang));
	answer_field(a, SPAN("Content-Security-Policy"),
	    SPAN("default-src 'none'; style-src 'self'; img-src 'self'; "
		 "form-action 'self'; base-uri 'none'; "
		 "frame-ancestors 'none'"));
	answer_field(a, SPAN("X-Frame-Options"), SPAN("DENY"));
	answer_field(a, SPAN("Referrer-Policy"), SPAN("same-origin"));
	answer_field(a, SPAN("Vary"), SPAN("Accept, Accept-Language, Cookie"));
}

void
own_page_unframed(struct answer *a)
{
	answer_field(a, SPAN("Content-Security-Policy"),
	    SPAN("default-src 'none'; frame-ancestors 'none'"));
	answer_field(a, SPAN("X-Frame-Options"), SPAN("DENY"));
}

bool
own_page_wants_json(const struct head *request)
{
	return accept_prefers(
	    head_value(request, SPAN("Accept")), SPAN("application/json"));
}
