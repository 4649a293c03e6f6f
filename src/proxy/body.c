#include "proxy/body.h"

#include "html/charset.h"
#include "http/coding_stack.h"
#include "proxy/plan.h"
#include "proxy/visit.h"
#include "web/mime.h"

#include <libconsent/buf.h>
#include <libconsent/notice.h>

#include <stdlib.h>

enum {
	BODY_MARK_BYTES = 3,  /* of the longest byte order mark */
	BODY_FIRST_BYTES = 8, /* marks and XML in UTF-16 are told by these */
	BODY_LEAD_BYTES = MIME_SNIFF
};

struct body {
	const struct plan *plan;
	const struct visit *visit;
	struct unstacker *decoder; /* NULL for plain bytes */
	struct coder *encoder;
	struct page *page;   /* NULL until decided */
	struct sink in, out; /* of the whole chain */
	struct buf lead;     /* first bytes until decided */
	bool decided;
	bool watched; /* decided early: lead may still declare a charset */
	struct page_options options;
};

/* Whether the first bytes seen so far are enough to judge by. */
static bool
sees_enough(const struct body *b, enum sink_mark mark)
{
	size_t want = CHARSET_SNIFF_BYTES;

	if (mark == SINK_LAST)
		return true;
	/* the origin pauses: what it wrote is for the visitor now */
	if (mark == SINK_FLUSH && !b->plan->sniff &&
	    b->lead.n >= BODY_FIRST_BYTES)
		return true;
	if (b->plan->sniff)
		want = MIME_SNIFF;
	else if (b->plan->charset.n > 0)
		want = BODY_MARK_BYTES;
	return b->lead.n >= want;
}

/*
 * Which notice goes in. A visitor who is where the site says has its origin in
 * each URL. Another may be behind a proxy that changed Host, or at a name that
 * the site does not have: paths serve both, on a page without a foreign base.
 */
static void
choose_notice(struct body *b)
{
	const struct visit *v = b->visit;
	const struct notice_facts *facts = notice_facts(v->notice);
	struct notice_insert insert = notice_insert(v->notice, v->site);
	bool asks = gate_asks(&v->gate);

	b->options.body_abroad = asks ? insert.banner : insert.control;
	if (v->names_site)
		b->options.body = b->options.body_abroad;
	else
		b->options.body = asks ? facts->banner : facts->control;
}

/* What stands for embeds, likewise, whether there is a notice or not. */
static void
choose_box(struct body *b)
{
	const struct visit *v = b->visit;

	b->options.box_abroad = notice_insert(v->notice, v->site).box;
	b->options.box = v->names_site ? b->options.box_abroad
				       : notice_facts(v->notice)->box;
}

static int
open_page(struct body *b)
{
	enum charset_basis basis;
	enum charset charset =
	    charset_sniff(b->plan->charset, buf_span(&b->lead), &basis);

	if (charset != CHARSET_ASCII_COMPATIBLE || b->plan->unread)
		return CONSENT_ECODING;
	b->options = (struct page_options){
	    .gate = &b->visit->gate, .url = &b->visit->url};
	if (b->visit->wants_notice)
		choose_notice(b);
	choose_box(b);
	return page_new(&b->options, b->out, &b->page);
}

/* Judges by the first bytes and sends them on their way. */
static int
decide(struct body *b, enum sink_mark mark)
{
	struct span lead = buf_span(&b->lead);
	int rc = CONSENT_OK;

	b->decided = true;
	if (!b->plan->sniff || mime_sniffs_html(lead))
		rc = open_page(b);
	if (rc != CONSENT_OK)
		return rc;
	rc = b->page != NULL ? page_write(b->page, lead, mark)
			     : sink_write(&b->out, lead, mark);
	b->watched =
	    b->page != NULL && !b->plan->sniff && lead.n < CHARSET_SNIFF_BYTES;
	if (!b->watched)
		buf_fini(&b->lead);
	return rc;
}

/*
 * A page that was decided early goes on to be looked at: a browser may wait
 * for all of the bytes that can declare a charset. CONSENT_ECODING.
 */
static int
watch(struct body *b, struct span bytes)
{
	enum charset_basis basis;
	enum charset charset;
	int rc;

	if (!b->watched || bytes.n == 0)
		return CONSENT_OK;
	rc = buf_append(
	    &b->lead, span_sub(bytes, 0, CHARSET_SNIFF_BYTES - b->lead.n));
	if (rc != CONSENT_OK)
		return rc;
	charset = charset_sniff(b->plan->charset, buf_span(&b->lead), &basis);
	b->watched = b->lead.n < CHARSET_SNIFF_BYTES;
	if (!b->watched)
		buf_fini(&b->lead);
	return charset == CHARSET_ASCII_COMPATIBLE ? CONSENT_OK
						   : CONSENT_ECODING;
}

/* Behind the decoder: plain bytes of the body. */
static int
on_plain(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct body *b = ctx;
	struct span first;
	int rc;

	if (!b->decided) {
		first = span_sub(bytes, 0, BODY_LEAD_BYTES - b->lead.n);
		rc = buf_append(&b->lead, first);
		if (rc != CONSENT_OK)
			return rc;
		bytes = span_sub(bytes, first.n, bytes.n);
		if (!sees_enough(b, mark))
			return CONSENT_OK;
		rc = decide(b, bytes.n > 0 ? SINK_MORE : mark);
		if (rc != CONSENT_OK || bytes.n == 0)
			return rc;
	}
	rc = watch(b, bytes);
	if (rc != CONSENT_OK)
		return rc;
	return b->page != NULL ? page_write(b->page, bytes, mark)
			       : sink_write(&b->out, bytes, mark);
}

int
body_new(const struct plan *plan, const struct visit *visit, struct sink out,
    struct body **body)
{
	struct body *b = calloc(1, sizeof *b);

	if (b == NULL)
		return CONSENT_ENOMEM;
	b->plan = plan;
	b->visit = visit;
	b->out = out;
	buf_init(&b->lead, BODY_LEAD_BYTES);
	b->in = (struct sink){on_plain, b};
	if (plan->codings.n > 0) {
		b->encoder =
		    coder_new_encoder(coding_stack_outer(&plan->codings), out);
		b->decoder = unstacker_new(&plan->codings, b->in);
		if (b->encoder == NULL || b->decoder == NULL) {
			body_free(b);
			return CONSENT_ENOMEM;
		}
		b->out = coder_sink(b->encoder);
		b->in = unstacker_sink(b->decoder);
	}
	*body = b;
	return CONSENT_OK;
}

int
body_write(struct body *body, struct span bytes, enum sink_mark mark)
{
	return sink_write(&body->in, bytes, mark);
}

const struct page_counts *
body_counts(const struct body *body)
{
	return body == NULL || body->page == NULL ? NULL
						  : page_counted(body->page);
}

void
body_free(struct body *body)
{
	if (body == NULL)
		return;
	unstacker_free(body->decoder);
	page_free(body->page);
	coder_free(body->encoder);
	buf_fini(&body->lead);
	free(body);
}
