#include "proxy/refusal.h"

#include "proxy/answer.h"
#include "proxy/own_page.h"

#include <libconsent/notice.h>

struct telling {
	unsigned status;
	enum notice_failure page;
	const char *sentence; /* for programs */
};

static const struct telling tellings[] = {
    [REFUSAL_PATH] = {404, NOTICE_FAILURE_PATH, "There is nothing here."},
    [REFUSAL_METHOD] = {405, NOTICE_FAILURE_PATH,
	"This address does not answer this method."},
    [REFUSAL_AHEAD] = {403, NOTICE_FAILURE_FORM,
	"What is fetched ahead changes nothing here."},
    [REFUSAL_LARGE] = {413, NOTICE_FAILURE_FORM,
	"The form is larger than a choice can be."},
    [REFUSAL_ORIGIN] = {403, NOTICE_FAILURE_SITE,
	"A choice can only be made on the site itself."},
    [REFUSAL_TYPE] = {415, NOTICE_FAILURE_FORM,
	"Send application/x-www-form-urlencoded."},
    [REFUSAL_UNREADABLE] = {400, NOTICE_FAILURE_FORM,
	"The form must have a field action."},
    [REFUSAL_ACTION] = {400, NOTICE_FAILURE_FORM,
	"The field action must be accept, reject, choose or withdraw, once."},
    [REFUSAL_CATEGORY] = {400, NOTICE_FAILURE_FORM,
	"The field category names no category."},
    [REFUSAL_EMBED] = {400, NOTICE_FAILURE_EMBED,
	"The field url names no embed that is held back here."},
    [REFUSAL_LANGUAGE] = {400, NOTICE_FAILURE_FORM,
	"The field lang names no language that is spoken here."},
    [REFUSAL_STALE] = {409, NOTICE_FAILURE_AGAIN,
	"The notice has changed since it was shown. Please choose again."},
    [REFUSAL_AGAIN] = {409, NOTICE_FAILURE_AGAIN,
	"This choice could not be taken. Please choose again."},
    [REFUSAL_MANY] = {429, NOTICE_FAILURE_LIMIT,
	"Too many choices from this address. Please try again in a minute."},
    [REFUSAL_MEMORY] = {503, NOTICE_FAILURE_RECORD,
	"The server is short of memory."},
    [REFUSAL_RECEIPT] = {503, NOTICE_FAILURE_RECEIPT,
	"The receipt cannot be made at the moment. Please try again later."},
    [REFUSAL_UNCHANGED] = {503, NOTICE_FAILURE_RECORD,
	"Your choice could not be recorded, so nothing was changed. Please "
	"try again later."},
    [REFUSAL_HOLDS] = {503, NOTICE_FAILURE_UNRECORDED,
	"Your choice holds: nothing but what is necessary will be used. It "
	"could not be recorded just now."},
};

/* What some of the statuses have to say besides. */
static void
add_fields(struct answer *a, const struct telling *telling,
    const struct refused *refused)
{
	const char *allowed = refused->allowed;

	if (telling->status == 405)
		answer_field(a, SPAN("Allow"),
		    span_of(allowed != NULL ? allowed : "POST"));
	else if (telling->status == 429)
		answer_field(a, SPAN("Retry-After"), SPAN("60"));
	else if (telling->status == 503)
		answer_field(a, SPAN("Retry-After"), SPAN("30"));
}

void
refusal_answer(const struct call *call, const struct refused *refused)
{
	const struct telling *telling = &tellings[refused->why];
	struct answer *a = call->answer;

	if (own_page_wants_json(call->request)) {
		answer_error_json(
		    a, telling->status, span_of(telling->sentence));
		answer_field(a, SPAN("Vary"), SPAN("Accept"));
	} else {
		own_page_start(
		    a, telling->status, notice_facts(refused->notice));
		if (a->rc == CONSENT_OK)
			a->rc = notice_failed(refused->notice, telling->page,
			    refused->back, &a->body);
	}
	add_fields(a, telling, refused);
}
