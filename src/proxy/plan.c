#include "proxy/plan.h"

#include "http/head.h"
#include "http/head_edit.h"
#include "net/lane.h"
#include "proxy/visit.h"
#include "web/mime.h"

static void
plan_length(struct plan *plan, struct lane *origin)
{
	const struct head *h = lane_head(origin);
	struct span length = head_value(h, SPAN("Content-Length"));

	plan->kind = lane_body_kind(origin);
	plan->length = lane_body_length(origin);
	if (plan->kind == BODY_UNTIL_CLOSE)
		plan->kind = BODY_CHUNKED;
	if (plan->kind != BODY_NONE)
		return;
	/* an answer to HEAD, or a 304: its length is told, not sent */
	if (span_to_u64(length, 10, UINT64_MAX, &plan->length) == CONSENT_OK)
		plan->kind = BODY_LENGTH;
	else
		plan->kind = h->status == 204 || h->status == 304
				 ? BODY_NONE
				 : BODY_CHUNKED;
}

/*
 * Leaves one Content-Type of several: the last that is one, as browsers read
 * them (Fetch, "extract a MIME type"). Then nobody can read another.
 */
static void
settle_type(struct head *h)
{
	struct span name = SPAN("Content-Type");
	size_t first = head_find(h, name, 0), kept = first, i;
	struct mime mime;

	for (i = first; i != HEAD_NONE; i = head_find(h, name, i + 1))
		if (mime_parse(h->fields[i].value, &mime) == CONSENT_OK)
			kept = i;
	for (i = first; i != HEAD_NONE; i = head_find(h, name, i + 1))
		if (i != kept)
			head_drop(h, i);
}

/* Whether a browser takes the body for a page, or may after a look at it. */
static bool
plan_type(struct plan *plan, const struct head *h)
{
	struct span type = head_value(h, SPAN("Content-Type"));
	struct span sniff = head_value(h, SPAN("X-Content-Type-Options"));
	struct mime mime;

	if (mime_is_unknown(type)) {
		plan->sniff = true;
		return !span_equal_nocase(sniff, SPAN("nosniff"));
	}
	if (mime_parse(type, &mime) != CONSENT_OK || !mime_is_html(&mime))
		return false;
	plan->charset = mime.charset;
	return true;
}

/* What was coded several times goes out coded once. */
static int
tell_coding(struct head *h, const struct plan *plan)
{
	if (plan->unread || plan->codings.n < 2)
		return CONSENT_OK;
	return head_set(h, SPAN("Content-Encoding"),
	    coding_name(coding_stack_outer(&plan->codings)));
}

int
plan_make(struct plan *plan, const struct visit *v, struct lane *origin)
{
	struct head *h = lane_head(origin);
	enum body_kind kind = lane_body_kind(origin);

	settle_type(h);
	*plan = (struct plan){.charset = SPAN("")};
	plan_length(plan, origin);
	plan->page = h->status != 304 && plan_type(plan, h);
	if (!plan->page)
		return CONSENT_OK;
	if (h->status == 206)
		return CONSENT_EBUSY;
	plan->unread = coding_stack_read(h, &plan->codings) != CONSENT_OK;
	plan->rewrite = kind != BODY_NONE &&
			(v->wants_notice || !gate_grants_all(&v->gate));
	/* browsers look at such bytes as they are: so do we, see body.c */
	if (plan->rewrite && plan->unread && !plan->sniff)
		return CONSENT_ECODING;
	if (!plan->rewrite && !v->is_head)
		return CONSENT_OK;
	plan->kind = BODY_CHUNKED;
	return tell_coding(h, plan);
}
