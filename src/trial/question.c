#include "trial/question.h"

#include "consent/page_code.h"
#include "trial/visitor.h"

#include <libconsent/policy.h>
#include <libconsent/url.h>

const char *
question_kind_name(enum question_kind kind)
{
	static const char *const names[] = {[QUESTION_COOKIE] = "cookie",
	    [QUESTION_URL] = "url",
	    [QUESTION_INLINE] = "inline",
	    [QUESTION_PAGE] = "page"};

	return names[kind];
}

static int
ask_url(const struct visitor *v, const struct question *q,
    struct gate_verdict *verdict)
{
	struct buf scratch;
	struct url url;
	int rc;

	buf_init(&scratch, URL_SCRATCH);
	rc = url_parse(q->subject, &v->url, &scratch, &url);
	if (rc == CONSENT_ECODING)
		*verdict = gate_url(&v->gate, q->subject, &v->url, &scratch);
	else if (rc == CONSENT_OK && q->method != NULL)
		*verdict = gate_request(&v->gate, &url, span_of(q->method));
	else if (rc == CONSENT_OK)
		*verdict = gate_parsed_url(&v->gate, &url);
	buf_fini(&scratch);
	return rc == CONSENT_ECODING ? CONSENT_OK : rc;
}

int
question_script(const struct policy *policy, struct span script,
    struct buf *plain, struct span *judged)
{
	bool changed = false;
	int rc;

	*judged = script;
	if (policy_find_inline(policy, script) != NULL)
		return CONSENT_OK;
	rc = page_code_plain(script, plain, &changed);
	if (rc == CONSENT_OK && changed &&
	    policy_find_inline(policy, buf_span(plain)) != NULL)
		*judged = buf_span(plain);
	return rc;
}

static int
ask_inline(const struct visitor *v, const struct question *q,
    struct gate_verdict *verdict)
{
	struct buf plain;
	struct span judged;
	int rc;

	buf_init(&plain, q->subject.n + 1);
	rc = question_script(v->gate.policy, q->subject, &plain, &judged);
	if (rc == CONSENT_OK)
		*verdict = gate_inline(&v->gate, judged);
	buf_fini(&plain);
	return rc;
}

int
question_ask(const struct visitor *v, const struct question *q,
    struct gate_verdict *verdict)
{
	switch (q->kind) {
	case QUESTION_COOKIE:
		*verdict = gate_cookie(&v->gate, q->subject);
		return CONSENT_OK;
	case QUESTION_URL:
		return ask_url(v, q, verdict);
	case QUESTION_INLINE:
		return ask_inline(v, q, verdict);
	case QUESTION_PAGE:
		break;
	}
	return CONSENT_EINVAL;
}

static int
url_candidates(
    const struct visitor *v, const struct question *q, struct candidates *out)
{
	struct policy_request request = {.method = POLICY_GET};
	struct buf scratch;
	struct url url;
	int rc;

	buf_init(&scratch, URL_SCRATCH);
	rc = url_parse(q->subject, &v->url, &scratch, &url);
	if (rc == CONSENT_OK) {
		request.url = &url;
		request.is_site = url_is_on_site(&url, v->sites, v->n_sites);
		if (q->method != NULL)
			request.method = policy_method_of(span_of(q->method));
		rc = candidates_request(v->gate.policy, &request, out);
	}
	buf_fini(&scratch);
	return rc == CONSENT_ECODING ? CONSENT_OK : rc;
}

static int
inline_candidates(
    const struct visitor *v, const struct question *q, struct candidates *out)
{
	struct buf plain;
	struct span judged;
	int rc;

	buf_init(&plain, q->subject.n + 1);
	rc = question_script(v->gate.policy, q->subject, &plain, &judged);
	if (rc == CONSENT_OK)
		rc = candidates_inline(v->gate.policy, judged, out);
	buf_fini(&plain);
	return rc;
}

int
question_candidates(
    const struct visitor *v, const struct question *q, struct candidates *out)
{
	*out = (struct candidates){NULL, 0};
	switch (q->kind) {
	case QUESTION_COOKIE:
		return candidates_cookie(v->gate.policy, q->subject, out);
	case QUESTION_URL:
		return url_candidates(v, q, out);
	case QUESTION_INLINE:
		return inline_candidates(v, q, out);
	case QUESTION_PAGE:
		break;
	}
	return CONSENT_EINVAL;
}

int
question_is_sensitive(
    const struct visitor *v, const struct question *q, bool *out)
{
	struct buf scratch, path;
	struct url url;
	int rc;

	*out = false;
	if (q->kind != QUESTION_URL)
		return CONSENT_OK;
	buf_init(&scratch, URL_SCRATCH);
	buf_init(&path, URL_SCRATCH);
	rc = url_parse(q->subject, &v->url, &scratch, &url);
	if (rc == CONSENT_OK)
		rc = url_write_target(&url, &path);
	if (rc == CONSENT_OK)
		*out = url_is_on_site(&url, v->sites, v->n_sites) &&
		       policy_is_sensitive(v->gate.policy, buf_span(&path));
	buf_fini(&scratch);
	buf_fini(&path);
	return rc == CONSENT_ECODING ? CONSENT_OK : rc;
}
