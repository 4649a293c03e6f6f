#include "proxy/judge.h"

#include "http/head.h"
#include "http/head_edit.h"
#include "proxy/visit.h"

#include <libconsent/page.h>

void
judge_init(struct judge *j, const struct visit *v)
{
	*j = (struct judge){.visit = v};
	buf_init(&j->scratch, URL_SCRATCH);
}

void
judge_fini(struct judge *j, bool *varies)
{
	if (j->varies)
		*varies = true;
	buf_fini(&j->scratch);
}

bool
judge_takes(struct judge *j, struct gate_verdict verdict)
{
	const struct visit *v = j->visit;

	if (gate_varies(&v->gate, verdict))
		j->varies = true;
	page_counts_add(v->removed, verdict, NULL);
	return verdict.answer == GATE_WITHHOLD;
}

bool
judge_takes_url(struct judge *j, struct span url)
{
	const struct visit *v = j->visit;

	return judge_takes(j, gate_url(&v->gate, url, &v->url, &j->scratch));
}

int
judge_join(const struct head *h, struct span name, struct buf *out)
{
	size_t first = head_find(h, name, 0), i;
	int rc = first == HEAD_NONE ? CONSENT_ENOENT : CONSENT_OK;

	for (i = first; i != HEAD_NONE && rc == CONSENT_OK;
	     i = head_find(h, name, i + 1)) {
		if (i != first)
			rc = buf_append(out, SPAN(", "));
		if (rc == CONSENT_OK)
			rc = buf_append(out, h->fields[i].value);
	}
	return rc;
}

int
judge_put(struct head *h, struct span name, struct span value)
{
	if (value.n > 0)
		return head_set(h, name, value);
	head_drop_all(h, name);
	return CONSENT_OK;
}

int
judge_filter(
    struct judge *j, struct head *h, struct span name, judge_filtering *filter)
{
	struct buf all, kept;
	bool dropped = false;
	int rc;

	buf_init(&all, JUDGE_BYTES);
	buf_init(&kept, JUDGE_BYTES);
	rc = judge_join(h, name, &all);
	if (rc == CONSENT_OK)
		rc = filter(j, buf_span(&all), &kept, &dropped);
	if (rc == CONSENT_EINVAL)
		head_drop_all(h, name);
	else if (rc == CONSENT_OK && dropped)
		rc = judge_put(h, name, buf_span(&kept));
	buf_fini(&all);
	buf_fini(&kept);
	return rc == CONSENT_ENOENT || rc == CONSENT_EINVAL ? CONSENT_OK : rc;
}
