#include "proxy/body.h"

#include "consent/site_script.h"
#include "html/charset.h"
#include "html/charset_trail.h"
#include "html/charset_wide.h"
#include "http/coding_stack.h"
#include "http/multipart.h"
#include "proxy/plan.h"
#include "proxy/prelude.h"
#include "proxy/visit.h"
#include "web/mime.h"

#include <libconsent/again.h>
#include <libconsent/buf.h>
#include <libconsent/guard.h>
#include <libconsent/notice.h>

#include <stdio.h>
#include <stdlib.h>

enum {
	BODY_MARK_BYTES = 3,  /* of the longest byte order mark */
	BODY_FIRST_BYTES = 8, /* marks and XML in UTF-16 are told by these */
	BODY_LEAD_BYTES = MIME_SNIFF,
	BODY_PIECE = 16384, /* of UTF-16 at once */
	BODY_LABEL = 64,    /* a charset's name and NUL */
	BODY_NOTICE = 1 << 19
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
	enum mime_form form; /* MIME_HTML or MIME_XML once it is a page */
	bool is_wide;	     /* in UTF-16: goes on as UTF-8 */
	struct charset_wide wide;
	struct buf text; /* a piece as UTF-8 */
	bool may_escape; /* a browser may yet take it for ISO-2022-JP */
	bool escaped;	 /* see charset_escapes */
	struct charset_trail trail; /* watches second bytes of pairs */
	bool by_meta; /* an element in its first bytes names the charset */
	struct page_options options;
	struct multipart parts;	 /* of MIME_PARTS */
	struct prelude *prelude; /* what goes into the head: scripts of ours */
	struct buf again[2];	 /* the notice that asks again, see ask_again */
	char named[BODY_LABEL];	 /* what a meta element calls the charset */
};

/* Whether only the bytes tell if it is a page. */
static bool
is_unknown(const struct body *b)
{
	return b->plan->form == MIME_UNKNOWN;
}

/* Whether the first bytes seen so far are enough to judge by. */
static bool
sees_enough(const struct body *b, enum sink_mark mark)
{
	size_t want = CHARSET_SNIFF_BYTES;

	if (mark == SINK_LAST)
		return true;
	/* the origin pauses: what it wrote is for the visitor now */
	if (mark == SINK_FLUSH && !is_unknown(b) &&
	    b->lead.n >= BODY_FIRST_BYTES)
		return true;
	if (is_unknown(b))
		want = MIME_SNIFF;
	else if (b->plan->charset.n > 0)
		want = BODY_MARK_BYTES;
	return b->lead.n >= want;
}

/*
 * What goes in, in one language. A visitor who is where the site says has its
 * origin in each URL. Another may be behind a proxy that changed Host, or at a
 * name that the site does not have: paths serve both, on a page without a
 * foreign base.
 */
static void
fill_words(
    const struct visit *v, const struct notice *notice, struct page_words *out)
{
	const struct notice_facts *facts = notice_facts(notice);
	struct notice_insert insert = notice_insert(notice, v->site);
	bool asks = gate_asks(&v->gate);

	out->table = facts->table;
	out->box_abroad = insert.box;
	out->box = v->names_site ? insert.box : facts->box;
	out->body = out->body_abroad = SPAN("");
	if (!v->wants_notice)
		return;
	out->body_abroad = asks ? insert.banner : insert.control;
	if (v->names_site)
		out->body = out->body_abroad;
	else
		out->body = asks ? facts->banner : facts->control;
}

/*
 * Who answered before is told what is asked again. Short of memory the notice
 * asks all the same.
 */
static void
ask_again(struct body *b, const struct notice *notice, struct page_words *out)
{
	struct span *const bodies[] = {&out->body, &out->body_abroad};
	const struct gate *gate = &b->visit->gate;
	size_t i;

	if (!gate->again)
		return;
	for (i = 0; i < 2; i++) {
		buf_clear(&b->again[i]);
		if (again_write(notice, gate, *bodies[i], &b->again[i]) ==
		    CONSENT_OK)
			*bodies[i] = buf_span(&b->again[i]);
	}
}

/*
 * The page's own language goes before the visitor's, where there is a text, and
 * the visitor has not chosen one.
 */
static bool
on_words(void *ctx, struct span language, struct page_words *out)
{
	struct body *b = ctx;
	const struct notice *notice = notice_in(b->visit->notices, language);

	if (notice == NULL || b->visit->has_tongue)
		return false;
	fill_words(b->visit, notice, out);
	ask_again(b, notice, out);
	return true;
}

/* What the first bytes say of the page's charset. CONSENT_ECODING. */
static int
sniff_charset(struct body *b, enum charset *charset)
{
	struct span lead = buf_span(&b->lead), label = b->plan->charset;
	enum charset_basis basis = CHARSET_BASIS_HEADER;

	*charset = b->form == MIME_XML ? charset_sniff_xml(label, lead)
				       : charset_sniff(label, lead, &basis);
	b->may_escape =
	    basis == CHARSET_BASIS_META || basis == CHARSET_BASIS_DEFAULT;
	b->by_meta = basis == CHARSET_BASIS_META;
	return *charset == CHARSET_UNREADABLE ? CONSENT_ECODING : CONSENT_OK;
}

/* Whether it is sure that a browser takes what goes in for UTF-8. */
static bool
is_utf8(const struct body *b)
{
	struct span label = b->plan->charset;

	if (b->is_wide || span_starts(buf_span(&b->lead), SPAN("\xef\xbb\xbf")))
		return true;
	return charset_is_utf8(
	    b->by_meta ? charset_named(buf_span(&b->lead)) : label);
}

/*
 * Keeps what a meta element calls the charset, for the head to say: some
 * browsers look for the element in the first 1,024 bytes, and the guard is
 * longer. Where only the bytes tell what it is no type is told.
 */
static void
keep_name(struct body *b)
{
	struct span name;

	if (b->form != MIME_HTML || is_unknown(b) || !b->by_meta ||
	    b->is_wide || prelude_text(b->prelude).n == 0)
		return;
	name = charset_named(buf_span(&b->lead));
	if (name.n < sizeof b->named)
		(void)snprintf(
		    b->named, sizeof b->named, "%.*s", SPAN_ARG(name));
}

/* How the bytes pair, by what Content-Type or else the first of them say. */
static enum charset_pairs
find_pairs(const struct body *b)
{
	struct span lead = buf_span(&b->lead);
	struct span label = b->by_meta ? charset_named(lead) : b->plan->charset;
	enum charset known;

	if (!charset_find(label, &known))
		label = charset_declared(lead);
	return charset_pairs_of(label);
}

/*
 * What the page is to end with where nothing was held back, so that a choice
 * need not load it again. Heads are judged by now; what a wall of ours stops
 * in the browser nobody counts, and no page is asked again who has chosen.
 */
static struct span
whole_mark(const struct visit *v)
{
	const struct policy_facts *facts = v->gate.facts;
	bool has_wall = facts->csp == POLICY_CSP_ENFORCE &&
			facts->third_parties == POLICY_THIRD_UNLISTED;
	bool lost = v->removed != NULL && v->removed->withheld > 0;

	return v->script != NULL && gate_asks(&v->gate) && !has_wall && !lost
		   ? SPAN(SITE_SCRIPT_WHOLE)
		   : SPAN("");
}

static int
open_page(struct body *b)
{
	enum charset charset;
	int rc = sniff_charset(b, &charset);

	if (rc != CONSENT_OK || b->plan->unread)
		return CONSENT_ECODING;
	b->is_wide = charset != CHARSET_ASCII_COMPATIBLE;
	b->trail.pairs = find_pairs(b);
	b->wide = charset_wide_of(charset);
	b->options = (struct page_options){
	    .kind = b->form == MIME_XML ? PAGE_XML : PAGE_HTML,
	    .gate = &b->visit->gate,
	    .url = &b->visit->url,
	    .is_utf8 = is_utf8(b),
	    .words_in = on_words,
	    .words_ctx = b,
	    .whole = whole_mark(b->visit)};
	fill_words(b->visit, b->visit->notice, &b->options.words);
	ask_again(b, b->visit->notice, &b->options.words);
	rc = prelude_take(b->visit,
	    b->form == MIME_XML ? GUARD_XML : GUARD_HTML, &b->prelude);
	if (rc != CONSENT_OK)
		return rc;
	b->options.head = prelude_text(b->prelude);
	keep_name(b);
	return page_new(&b->options, b->out, &b->page);
}

/* Bytes of a page in UTF-16, in pieces. */
static int
write_wide(struct body *b, struct span bytes, enum sink_mark mark)
{
	int rc = CONSENT_OK;

	do {
		struct span piece = span_sub(bytes, 0, BODY_PIECE);
		bool last = piece.n == bytes.n;

		buf_clear(&b->text);
		rc = charset_wide_write(&b->wide, piece, &b->text);
		if (rc == CONSENT_OK && last && mark == SINK_LAST)
			rc = charset_wide_end(&b->wide, &b->text);
		if (rc == CONSENT_OK)
			rc = page_write(b->page, buf_span(&b->text),
			    last ? mark : SINK_MORE);
		bytes = span_sub(bytes, piece.n, bytes.n);
	} while (rc == CONSENT_OK && bytes.n > 0);
	return rc;
}

/* Bytes of what was decided about. */
static int
write_on(struct body *b, struct span bytes, enum sink_mark mark)
{
	if (b->form == MIME_PARTS)
		return multipart_write(&b->parts, bytes, mark);
	if (b->page == NULL)
		return sink_write(&b->out, bytes, mark);
	if (b->is_wide)
		return write_wide(b, bytes, mark);
	if (b->may_escape && charset_escapes(&b->escaped, bytes))
		return CONSENT_ECODING;
	if (charset_trail_ends(&b->trail, bytes))
		return CONSENT_ECODING;
	return page_write(b->page, bytes, mark);
}

/* Judges by the first bytes and sends them on their way. */
static int
decide(struct body *b, enum sink_mark mark)
{
	struct span lead = buf_span(&b->lead);
	int rc = CONSENT_OK;

	b->decided = true;
	b->form = is_unknown(b) ? mime_sniff(lead) : b->plan->form;
	if (b->form == MIME_PARTS)
		rc = multipart_init(&b->parts, b->plan->boundary, b->out);
	else if (b->form != MIME_OTHER)
		rc = open_page(b);
	if (rc == CONSENT_OK)
		rc = write_on(b, lead, mark);
	if (rc != CONSENT_OK)
		return rc;
	b->watched =
	    b->page != NULL && !is_unknown(b) && lead.n < CHARSET_SNIFF_BYTES;
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
	enum charset charset;
	int rc;

	if (!b->watched || bytes.n == 0)
		return CONSENT_OK;
	rc = buf_append(
	    &b->lead, span_sub(bytes, 0, CHARSET_SNIFF_BYTES - b->lead.n));
	if (rc == CONSENT_OK)
		rc = sniff_charset(b, &charset);
	if (rc != CONSENT_OK)
		return rc;
	if (b->trail.pairs == CHARSET_PAIRS_NONE)
		b->trail.pairs = find_pairs(b);
	b->watched = b->lead.n < CHARSET_SNIFF_BYTES;
	if (!b->watched)
		buf_fini(&b->lead);
	return (charset != CHARSET_ASCII_COMPATIBLE) == b->is_wide
		   ? CONSENT_OK
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
	return rc == CONSENT_OK ? write_on(b, bytes, mark) : rc;
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
	buf_init(&b->text, 2 * BODY_PIECE);
	buf_init(&b->again[0], BODY_NOTICE);
	buf_init(&b->again[1], BODY_NOTICE);
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

struct span
body_charset(const struct body *body, enum mime_form *form)
{
	if (body == NULL || body->page == NULL)
		return (struct span){NULL, 0};
	*form = body->form;
	return body->is_wide ? SPAN("utf-8") : span_of(body->named);
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
	buf_fini(&body->text);
	multipart_fini(&body->parts);
	prelude_give(body->prelude);
	buf_fini(&body->again[0]);
	buf_fini(&body->again[1]);
	free(body);
}
