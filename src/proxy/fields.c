#include "proxy/fields.h"

#include "base/log.h"
#include "http/head.h"
#include "http/head_edit.h"
#include "proxy/judge.h"
#include "proxy/visit.h"
#include "web/refresh.h"
#include "web/structured.h"

#include <libconsent/page.h>

/* Attribution Reporting, Topics, Protected Audience, Shared Storage. */
static const struct span for_advertisers[] = {
    SPAN_INIT("Attribution-Reporting-"), SPAN_INIT("Observe-Browsing-Topics"),
    SPAN_INIT("Sec-Browsing-Topics"), SPAN_INIT("Shared-Storage-Write"),
    SPAN_INIT("Sec-Shared-Storage-"), SPAN_INIT("Ad-Auction-"),
    SPAN_INIT("Sec-Ad-Auction-")};

static bool
is_for_advertisers(struct span name)
{
	size_t i;

	for (i = 0; i < sizeof for_advertisers / sizeof for_advertisers[0]; i++)
		if (span_starts_nocase(name, for_advertisers[i]))
			return true;
	return false;
}

static void
screen_advertising(struct judge *j, struct head *h)
{
	const struct gate *gate = &j->visit->gate;
	size_t i;

	for (i = 0; i < h->count; i++)
		if (h->fields[i].live &&
		    is_for_advertisers(h->fields[i].name) &&
		    judge_takes(j, gate_advertising(gate)))
			head_drop(h, i);
}

/* Whether a refresh leads to a tracker by any reading of browsers. */
static bool
leads_away(struct judge *j, struct span value)
{
	struct span url;

	while (refresh_next(&value, &url))
		if (url.n > 0 && judge_takes_url(j, url))
			return true;
	return false;
}

static void
screen_refresh(struct judge *j, struct head *h)
{
	size_t i = head_find(h, SPAN("Refresh"), 0);

	for (; i != HEAD_NONE; i = head_find(h, SPAN("Refresh"), i + 1))
		if (leads_away(j, h->fields[i].value))
			head_drop(h, i);
}

/* What stays of a list of URLs in strings. CONSENT_EINVAL: it is no list. */
static int
filter_list(struct judge *j, struct span list, struct buf *kept, bool *dropped)
{
	struct structured member;
	struct buf text;
	int rc;

	buf_init(&text, JUDGE_BYTES);
	while ((rc = structured_list(&list, &member)) == CONSENT_OK) {
		struct span url;

		rc = structured_string(member.value, &text, &url);
		if (rc == CONSENT_OK && judge_takes_url(j, url)) {
			*dropped = true;
			continue;
		}
		if (rc == CONSENT_OK && kept->n > 0)
			rc = buf_append(kept, SPAN(", "));
		if (rc == CONSENT_OK)
			rc = buf_append(kept, member.whole);
		if (rc != CONSENT_OK)
			break;
	}
	buf_fini(&text);
	return rc == CONSENT_ENOENT ? CONSENT_OK : rc;
}

/*
 * A redirect to who is withheld goes out as it is: a site may have to send a
 * visitor there, to pay or sign in. What it gives away is told.
 */
static void
note_location(struct judge *j, const struct head *h)
{
	const struct visit *v = j->visit;
	struct span to = head_value(h, SPAN("Location"));
	struct gate_verdict verdict;

	if (to.n == 0 || h->status < 300 || h->status > 399)
		return;
	verdict = gate_url(&v->gate, to, &v->url, &j->scratch);
	if (verdict.answer == GATE_PASS)
		return;
	page_counts_add(v->leaked, verdict, NULL);
	log_info("redirect.withheld", "status=%u category=%s", h->status,
	    v->gate.facts->categories[verdict.category].id);
}

int
fields_screen(struct head *h, const struct visit *v, bool *varies)
{
	struct judge judge;
	int rc;

	judge_init(&judge, v);
	screen_advertising(&judge, h);
	screen_refresh(&judge, h);
	/* rules in files elsewhere that say what to fetch ahead */
	rc = judge_filter(&judge, h, SPAN("Speculation-Rules"), filter_list);
	note_location(&judge, h);
	judge_fini(&judge, varies);
	return rc;
}

void
fields_screen_request(struct head *h, const struct visit *v)
{
	bool varies = false; /* said of the response when it comes */
	struct judge judge;

	judge_init(&judge, v);
	screen_advertising(&judge, h);
	judge_fini(&judge, &varies);
}
