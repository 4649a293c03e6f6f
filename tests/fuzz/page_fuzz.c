#include <libconsent/loader.h>
#include <libconsent/page.h>
#include <libconsent/settings.h>

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

/*
 * Any bytes as a page for a visitor who granted nothing; behind an "x", as one
 * of XML. Asserted: what is withheld once is not there a second time, when the
 * page is not cut and nothing else changes;
 * it comes out the same however it is cut, or is cut off all the same; and
 * with everything granted it comes out as it went in.
 */

enum {
	CEILING = 1 << 24,
	STEP = 3
};

static const char policy_text[] =
    "version = \"1\"; inline_limit = \"64K\";\n"
    "categories = ( { id = \"essential\"; required = true; },\n"
    " { id = \"a\"; }, { id = \"b\"; action = \"placeholder\"; },\n"
    " { id = \"c\"; action = \"neutralise\"; } );\n"
    "resources = ( { host = \"t.example\"; category = \"a\"; },\n"
    " { host = \"b.example\"; category = \"b\"; },\n"
    " { host = \"c.example\"; category = \"c\"; },\n"
    " { path = \"/t*\"; category = \"a\"; },\n"
    " { inline = \"track(\"; category = \"a\"; },\n"
    " { inline = \"cccc(\"; category = \"c\"; } );\n";

static struct policy *policy;
static struct url site;

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* What all runs share, made once. */
static void
start(void)
{
	static struct buf kept;
	struct loader_options options = {.vendors = NULL};
	struct settings *settings = NULL;
	struct findings findings;

	findings_init(&findings);
	must(settings_parse("fuzz", span_of(policy_text), &findings,
		 &settings) == CONSENT_OK);
	must(policy_load(settings_root(settings), &options, &findings,
		 &policy) == CONSENT_OK);
	settings_free(settings);
	findings_fini(&findings);
	buf_init(&kept, URL_SCRATCH);
	must(url_parse(SPAN("https://www.site.example/"), NULL, &kept, &site) ==
	     CONSENT_OK);
}

static int
collect(void *ctx, struct span bytes, enum sink_mark mark)
{
	(void)mark;
	return buf_append(ctx, bytes);
}

/* One way for a page to go through. */
struct run {
	const struct gate *gate;
	enum page_kind kind;
	size_t step; /* bytes at a time */
	size_t withheld;
	struct buf out;
};

static int
filter(struct run *run, struct span html)
{
	struct page_options options = {.kind = run->kind,
	    .gate = run->gate,
	    .url = &site,
	    .words = {.box = SPAN("<i>{vendor}</i>")}};
	struct page *page = NULL;
	size_t at;
	int rc;

	buf_init(&run->out, CEILING);
	rc = page_new(&options, (struct sink){collect, &run->out}, &page);
	must(rc == CONSENT_OK);
	for (at = 0; rc == CONSENT_OK && at < html.n; at += run->step)
		rc = page_write(page, span_sub(html, at, run->step), SINK_MORE);
	if (rc == CONSENT_OK)
		rc = page_write(page, SPAN(""), SINK_LAST);
	must(rc == CONSENT_OK || rc == CONSENT_ELIMIT);
	run->withheld = page_counted(page)->withheld;
	page_free(page);
	return rc;
}

/* Goes through once more, which must change nothing. */
static void
check_again(const struct run *first)
{
	struct span html = buf_span(&first->out);
	struct run run = {first->gate, first->kind, .step = html.n + 1};

	must(filter(&run, html) == CONSENT_OK);
	must(run.withheld == 0);
	must(span_equal(buf_span(&run.out), html));
	buf_fini(&run.out);
}

static void
check_denied(enum page_kind kind, struct span html)
{
	struct gate_options options = {
	    .policy = policy, .sites = &site, .n_sites = 1, .path = SPAN("/")};
	struct gate gate;
	struct run whole = {&gate, kind, .step = html.n + 1};
	struct run pieces = {&gate, kind, .step = STEP};
	int rc;

	gate_open(&gate, &options);
	rc = filter(&whole, html);
	must(filter(&pieces, html) == rc);
	if (rc == CONSENT_OK) {
		must(whole.withheld == pieces.withheld);
		must(span_equal(buf_span(&whole.out), buf_span(&pieces.out)));
		check_again(&whole);
	}
	buf_fini(&whole.out);
	buf_fini(&pieces.out);
}

static void
check_granted(enum page_kind kind, struct span html)
{
	struct record record = {.action = RECORD_ACCEPT};
	struct gate_options options = {.policy = policy,
	    .record = &record,
	    .sites = &site,
	    .n_sites = 1,
	    .path = SPAN("/")};
	struct gate gate;
	struct run run = {&gate, kind, .step = STEP};

	record_decide(&record, policy, ~(category_set)0);
	gate_open(&gate, &options);
	must(gate_grants_all(&gate));
	if (filter(&run, html) == CONSENT_OK)
		must(span_equal(buf_span(&run.out), html));
	buf_fini(&run.out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span html = {(const char *)data, n};
	enum page_kind kind = n > 0 && data[0] == 'x' ? PAGE_XML : PAGE_HTML;

	if (policy == NULL)
		start();
	if (kind == PAGE_XML)
		html = span_sub(html, 1, n);
	check_denied(kind, html);
	check_granted(kind, html);
	return 0;
}
