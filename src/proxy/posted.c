#include "proxy/posted.h"

#include "base/clock.h"
#include "base/log.h"
#include "proxy/home.h"
#include "proxy/metrics.h"
#include "proxy/visit.h"

#include <libconsent/notice.h>

#include <stdio.h>
#include <string.h>

void
posted_begin(struct posted *p, const struct call *call)
{
	*p = (struct posted){.call = call, .notice = call->visit->notice};
	p->back_n = way_back(call, SPAN(""), p->back).n;
}

/* ---- fields ----------------------------------------------------------- */

static const struct notice *
notice_of_hash(const struct notice_set *set, struct span hash)
{
	size_t i;

	for (i = 0; i < notice_count(set); i++) {
		const struct notice *n = notice_at(set, i);

		if (span_equal(span_of(notice_facts(n)->hash), hash))
			return n;
	}
	return NULL;
}

static void
read_notice(struct posted *p, struct span value)
{
	const struct notice *n =
	    notice_of_hash(p->call->home->setup->notices, value);

	p->has_notice = n != NULL;
	p->is_stale = n == NULL;
	if (n != NULL)
		p->notice = n;
}

static void
read_lang(struct posted *p, struct span value)
{
	struct notice_wish wish = {.explicit_tag = value};

	if (!p->has_notice)
		p->notice = notice_pick(p->call->home->setup->notices, &wish);
}

bool
posted_read(struct posted *p, struct span name, struct span value)
{
	if (span_equal(name, SPAN("notice")))
		read_notice(p, value);
	else if (span_equal(name, SPAN("lang")))
		read_lang(p, value);
	else if (span_equal(name, SPAN("return")))
		p->back_n = way_back(p->call, value, p->back).n;
	else
		return false;
	return true;
}

struct span
posted_back(const struct posted *p)
{
	return (struct span){p->back, p->back_n};
}

/* ---- the record ------------------------------------------------------- */

void
posted_record(
    const struct posted *p, enum record_action action, struct record *r)
{
	const struct visit *visit = p->call->visit;
	const struct notice_facts *notice = notice_facts(p->notice);

	r->action = action;
	r->gpc = visit->gate.gpc;
	(void)snprintf(r->notice, sizeof r->notice, "%s", notice->hash);
	(void)snprintf(r->lang, sizeof r->lang, "%s", notice->lang);
	(void)snprintf(r->site, sizeof r->site, "%s",
	    p->call->home->setup->sites[visit->site]);
}

/* ---- what is told ----------------------------------------------------- */

static void
count_result(enum record_action action, enum names_result result)
{
	metrics_add(
	    METRIC_CHOICES + (unsigned)action * NAMES_RESULTS + result, 1);
}

static void
tell_unrecorded(enum record_action action, int status)
{
	log_error("choice.unrecorded", "reason=\"%s\"", status_text(status));
	count_result(action, NAMES_UNRECORDED);
}

enum call_result
posted_cast(struct posted *p, struct ballot_request *request)
{
	int rc;

	memcpy(request->address, p->call->client->key, sizeof request->address);
	p->cast_at = clock_monotonic();
	rc = ballot_cast(p->call->home->ballot, request);
	if (rc == CONSENT_OK)
		return CALL_WAIT;
	tell_unrecorded(request->record.action, rc);
	return CALL_READY;
}

enum refusal
posted_outcome(const struct posted *p, enum record_action action, int status)
{
	switch (status) {
	case CONSENT_OK:
		count_result(action, NAMES_RECORDED);
		metrics_time(
		    METRIC_TIME_CHOICE, clock_monotonic() - p->cast_at);
		return REFUSAL_NONE;
	case CONSENT_ELIMIT:
		count_result(action, NAMES_LIMITED);
		return REFUSAL_MANY;
	case CONSENT_EINVAL:
	case CONSENT_ENOENT:
	case CONSENT_EDENIED:
		count_result(action, NAMES_REFUSED);
		log_warn(
		    "choice.refused", "reason=\"%s\"", status_text(status));
		return REFUSAL_AGAIN;
	default:
		tell_unrecorded(action, status);
		return REFUSAL_UNCHANGED;
	}
}

void
posted_refuse(const struct posted *p, enum refusal why)
{
	struct refused refused = {
	    .why = why, .notice = p->notice, .back = posted_back(p)};

	refusal_answer(p->call, &refused);
}

void
posted_refuse_unread(const struct call *call, enum refusal why)
{
	struct posted posted;

	posted_begin(&posted, call);
	posted_refuse(&posted, why);
}
