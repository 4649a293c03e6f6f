#include "trial/sent.h"

#include "http/head.h"
#include "http/head_edit.h"
#include "proxy/body.h"
#include "proxy/home.h"
#include "proxy/plan.h"
#include "proxy/visit.h"

#include <libconsent/record.h>
#include <libconsent/sink.h>

static int
add_unless_empty(struct head *h, struct span name, struct span value)
{
	return value.n == 0 ? CONSENT_OK : head_add(h, name, value);
}

/* What a browser that shows the page in a window of its own asks with. */
static int
write_request(const struct sent_request *r, struct head *h)
{
	struct span site = span_of(r->setup->sites[r->site]);
	struct span host =
	    span_sub(site, span_search(site, SPAN("://")) + 3, site.n);
	int rc = head_start_request(h, SPAN("GET"), r->target);

	if (rc == CONSENT_OK)
		rc = head_add(h, SPAN("Host"), host);
	if (rc == CONSENT_OK)
		rc = add_unless_empty(h, SPAN("Accept-Language"), r->language);
	if (rc == CONSENT_OK && r->gpc)
		rc = head_add(h, SPAN("Sec-GPC"), SPAN("1"));
	return rc;
}

/* The choice that a token would bring. */
static void
write_record(const struct sent_request *r, struct visit *v)
{
	if (r->undecided)
		return;
	v->pick.n_valid = 1;
	record_decide(&v->pick.record, r->setup->policy, r->granted);
	v->pick.record.gpc = r->gpc;
}

static int
rewrite(const struct plan *plan, const struct visit *v, struct span body,
    struct buf *out)
{
	struct body *chain;
	int rc = body_new(plan, v, sink_into(out), &chain);

	if (rc != CONSENT_OK)
		return rc;
	rc = body_write(chain, body, SINK_LAST);
	body_free(chain);
	return rc;
}

static int
answer(const struct sent_request *r, const struct visit *v, struct span body,
    struct buf *out)
{
	struct plan plan = {.charset = SPAN("")};
	struct head head;
	int rc;

	head_init(&head, NULL);
	rc = head_start_response(&head, 200, SPAN(""));
	if (rc == CONSENT_OK)
		rc = add_unless_empty(&head, SPAN("Content-Type"), r->type);
	if (rc == CONSENT_OK)
		rc = plan_read(&plan, v, &head, BODY_CHUNKED);
	if (rc == CONSENT_OK)
		rc = plan.rewrite ? rewrite(&plan, v, body, out)
				  : buf_append(out, body);
	head_fini(&head);
	return rc;
}

int
sent_page(const struct sent_request *request, struct span body, struct buf *out)
{
	struct home home = {.setup = request->setup};
	struct visit v = {.site = 0};
	struct head head;
	int rc;

	head_init(&head, NULL);
	rc = write_request(request, &head);
	if (rc == CONSENT_OK) {
		write_record(request, &v);
		rc = visit_admit(&v, &home, &head);
	}
	if (rc == CONSENT_OK)
		rc = answer(request, &v, body, out);
	visit_fini(&v);
	head_fini(&head);
	return rc;
}
