#include "proxy/plan.h"

#include "html/charset.h"
#include "http/head.h"
#include "http/head_edit.h"
#include "http/multipart.h"
#include "net/lane.h"
#include "proxy/visit.h"
#include "web/mime.h"

#include <libconsent/buf.h>

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

/*
 * Whether a browser keeps the body as a file whatever it is. Several lines are
 * an error to some and the first or last to others. An object or embed element
 * may not look at the field.
 */
static bool
is_download(const struct head *h, const struct visit *v)
{
	struct span name = SPAN("Content-Disposition");
	size_t i = head_find(h, name, 0);
	struct span value;

	if (i == HEAD_NONE || head_find(h, name, i + 1) != HEAD_NONE ||
	    v->shows == VISIT_EMBEDDED)
		return false;
	value = h->fields[i].value;
	return span_equal_nocase(
	    span_trim(span_sub(value, 0, span_find(value, ';'))),
	    SPAN("attachment"));
}

/*
 * Pictures and data are XML, too, but nothing in them loads or runs unless they
 * are shown as documents. XHTML is a page for whomever it is fetched.
 */
static bool
is_mere_data(
    enum mime_form form, const struct mime *mime, const struct visit *v)
{
	return (form == MIME_XML || form == MIME_PARTS) &&
	       v->shows == VISIT_PART &&
	       !mime_is(mime, SPAN("application/xhtml+xml"));
}

/*
 * What a browser takes the body for, or may after a look at it. CONSENT_ELIMIT,
 * CONSENT_ENOMEM.
 */
static int
plan_form(struct plan *plan, const struct visit *v, struct head *h)
{
	struct span type = head_value(h, SPAN("Content-Type"));
	struct span sniff = head_value(h, SPAN("X-Content-Type-Options"));
	struct mime mime;

	plan->form = mime_form(type, &mime);
	plan->charset = mime.charset;
	plan->boundary = multipart_boundary(type);
	if (plan->form == MIME_UNKNOWN &&
	    span_equal_nocase(sniff, SPAN("nosniff")))
		plan->form = MIME_OTHER;
	if (is_download(h, v))
		plan->form = MIME_OTHER;
	if (!is_mere_data(plan->form, &mime, v))
		return CONSENT_OK;
	plan->form = MIME_OTHER;
	return head_add(h, SPAN("Vary"), SPAN("Sec-Fetch-Dest, Accept"));
}

/* Whether what the plan says of form and coding can be read. */
static bool
is_readable(const struct plan *plan)
{
	if (plan->form == MIME_PACKED || plan->form == MIME_DOUBTFUL)
		return false;
	/* browsers look at such bytes as they are: so do we, see body.c */
	return !plan->unread || plan->form == MIME_UNKNOWN;
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

/* The answer to HEAD names the charset of what GET would be given. */
static int
tell_wide(struct head *h, const struct plan *plan, const struct visit *v)
{
	enum charset charset = CHARSET_ASCII_COMPATIBLE;

	(void)charset_find(plan->charset, &charset);
	if (!v->is_head ||
	    (charset != CHARSET_UTF16LE && charset != CHARSET_UTF16BE) ||
	    (!v->wants_notice && gate_grants_all(&v->gate)))
		return CONSENT_OK;
	return plan_tell_charset(h, plan->form, SPAN("utf-8"));
}

int
plan_read(struct plan *plan, const struct visit *v, struct head *h,
    enum body_kind kind)
{
	int rc = h->status == 304 ? CONSENT_OK : plan_form(plan, v, h);

	if (rc != CONSENT_OK)
		return rc;
	plan->page = plan->form != MIME_OTHER;
	if (!plan->page)
		return CONSENT_OK;
	if (h->status == 206)
		return CONSENT_EBUSY;
	plan->unread = coding_stack_read(h, &plan->codings) != CONSENT_OK;
	plan->rewrite = kind != BODY_NONE &&
			(v->wants_notice || !gate_grants_all(&v->gate));
	if (plan->rewrite && !is_readable(plan))
		return CONSENT_ECODING;
	if (!plan->rewrite && !v->is_head)
		return CONSENT_OK;
	plan->kind = BODY_CHUNKED;
	rc = tell_wide(h, plan, v);
	return rc == CONSENT_OK ? tell_coding(h, plan) : rc;
}

int
plan_make(struct plan *plan, const struct visit *v, struct lane *origin)
{
	struct head *h = lane_head(origin);

	settle_type(h);
	*plan = (struct plan){.charset = SPAN("")};
	plan_length(plan, origin);
	/* the origin was not asked about the page that the visitor holds */
	if (h->status == 304 && v->holds_other)
		return CONSENT_EINVAL;
	return plan_read(plan, v, h, lane_body_kind(origin));
}

int
plan_tell_charset(struct head *h, enum mime_form form, struct span charset)
{
	struct span name = SPAN("Content-Type");
	/* some names are no tokens: "iso_8859-1:1987" */
	bool quoted = span_find(charset, ':') < charset.n;
	struct mime mime;
	struct buf value;
	int rc;

	if (mime_form(head_value(h, name), &mime) != form)
		mime.essence =
		    form == MIME_XML ? SPAN("text/xml") : SPAN("text/html");
	buf_init(&value, 1024);
	rc = buf_printf(&value,
	    quoted ? "%.*s; charset=\"%.*s\"" : "%.*s; charset=%.*s",
	    SPAN_ARG(mime.essence), SPAN_ARG(charset));
	if (rc == CONSENT_OK)
		rc = head_set(h, name, buf_span(&value));
	buf_fini(&value);
	return rc;
}
