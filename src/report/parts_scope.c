#include "report/parts.h"

#include <string.h>

static void
item(struct page *p, const char *text)
{
	markup_raw(&p->m, "<li>");
	markup_raw(&p->m, text);
	markup_raw(&p->m, "</li>\n");
}

/* The first line of the checkpoint: the log's name. */
static struct span
name_of(const struct report *r)
{
	return span_sub(r->checkpoint, 0, span_find(r->checkpoint, '\n'));
}

static void
open_row(struct page *p, const char *name)
{
	markup_raw(&p->m, "<div><dt>");
	markup_raw(&p->m, name);
	markup_raw(&p->m, "</dt><dd>");
}

static void
close_row(struct page *p)
{
	markup_raw(&p->m, "</dd></div>\n");
}

static void
write_period(struct page *p)
{
	const struct report *r = p->report;
	const struct summary *s = r->summary;

	open_row(p, "Time");
	if (r->since == INT64_MIN && r->until == INT64_MAX)
		markup_raw(&p->m, "all of it");
	if (r->since != INT64_MIN) {
		markup_raw(&p->m, "from ");
		page_time(p, r->since);
	}
	if (r->until != INT64_MAX) {
		markup_raw(&p->m, " to before ");
		page_time(p, r->until);
	}
	close_row(p);
	if (s->last_time == 0)
		return;
	open_row(p, "First and last entry");
	page_time(p, s->first_time);
	markup_raw(&p->m, " to ");
	page_time(p, s->last_time);
	close_row(p);
}

static void
write_scope(struct page *p)
{
	const struct report *r = p->report;
	const struct summary *s = r->summary;

	markup_raw(&p->m, "<dl class=\"scope\">\n");
	if (r->checkpoint.n > 0) {
		open_row(p, "Log");
		page_foreign(p, name_of(r));
		close_row(p);
	}
	open_row(p, "Read from");
	page_foreign(p, span_of(r->dir));
	close_row(p);
	write_period(p);
	open_row(p, "Entries told of");
	page_number(p, s->entries);
	if (s->entries > 0 && r->result != NULL) {
		markup_raw(&p->m, ", number ");
		page_number(p, s->first);
		markup_raw(&p->m, " to ");
		page_number(p, s->last);
	}
	close_row(p);
	open_row(p, "Made");
	page_time(p, r->made);
	close_row(p);
	markup_raw(&p->m, "</dl>\n<p class=\"note\">All times are UTC.</p>\n");
}

/* ---- what was checked ------------------------------------------------- */

static void
write_fault(struct page *p)
{
	const struct verify_result *result = p->report->result;

	markup_raw(&p->m, "<p>The first thing that is wrong: entry ");
	page_number(p, result->fault.seq);
	markup_raw(&p->m, ", in <code>");
	markup_text(&p->m, result->fault.file);
	if (result->fault.line > 0) {
		markup_raw(&p->m, "</code>, line <code>");
		markup_number(&p->m, (size_t)result->fault.line);
	}
	markup_raw(&p->m, "</code>: ");
	page_foreign(p, span_of(result->fault.why));
	markup_raw(&p->m,
	    ".</p>\n<p>The figures below come from entries that could be read "
	    "one by one, and can be trusted no further than this.</p>\n");
}

static void
write_holding(struct page *p)
{
	const struct verify_result *result = p->report->result;

	markup_raw(&p->m, "<p>All ");
	page_number(p, result->entries);
	markup_raw(&p->m, " entries were read anew");
	if (result->heads.has_newest) {
		markup_raw(&p->m, ", the checkpoint covers the first ");
		page_number(p, result->heads.newest.n);
	}
	if (result->erased > 0) {
		markup_raw(&p->m, ", ");
		page_number(p, result->erased);
		markup_raw(&p->m, " of them were erased and left their hash");
	}
	markup_raw(&p->m, ".</p>\n");
	if (result->backward > 0)
		markup_raw(&p->m,
		    "<p>A warning: a clock went back between entries, so that "
		    "times are not in the order of the numbers "
		    "everywhere.</p>\n");
}

static void
write_checked(struct page *p)
{
	const struct report *r = p->report;

	markup_raw(&p->m, "<h3>What was checked</h3>\n<ul>\n");
	item(p, "Each entry is whole, of a known form, and spelled in the one "
		"way that it can be.");
	item(p, "Numbers have no gap, and no two entries have the same id.");
	item(p, "Each policy and notice that a choice names is there, has the "
		"SHA-256 that the log tells, and was logged before.");
	item(p, "Each erased entry is named by an entry that says why.");
	if (r->result->heads.has_newest)
		item(p, "The hash tree was computed anew from the entries; the "
			"tiles, the bundles and the root of the checkpoint are "
			"the same.");
	if (r->verdict == REPORT_SIGNED) {
		markup_raw(&p->m, "<li>The checkpoint is signed by the key "
				  "<code class=\"long\">");
		markup_span(&p->m, r->key);
		markup_raw(&p->m, "</code>. Not one byte under it can differ "
				  "from what was signed.</li>\n");
	}
	markup_raw(&p->m, "</ul>\n");
}

/* Entries that nobody has signed yet. */
static void
write_uncovered(struct page *p)
{
	const struct report *r = p->report;
	uint64_t covered =
	    r->result->heads.has_newest ? r->result->heads.newest.n : 0;

	if (r->result->entries <= covered || r->verdict != REPORT_SIGNED)
		return;
	markup_raw(&p->m, "<li>The ");
	page_number(p, r->result->entries - covered);
	markup_raw(&p->m, " newest entries are not under the checkpoint yet: "
			  "they hold together and are not signed.</li>\n");
}

/* Why no signature was looked at, and what that leaves open. */
static void
write_unsigned(struct page *p)
{
	markup_raw(&p->m, "<li><strong>Who wrote the log.</strong> ");
	markup_raw(&p->m, p->report->key.n > 0
			      ? "It has no checkpoint that the key could have "
				"signed."
			      : "No public key was given.");
	markup_raw(&p->m,
	    " Without a signature this is inner consistency only: whoever "
	    "could write the files could have cut off its end, or written all "
	    "of it anew.</li>\n");
}

static void
write_unchecked(struct page *p)
{
	const struct report *r = p->report;

	markup_raw(&p->m, "<h3>What was not checked</h3>\n<ul>\n");
	if (r->verdict != REPORT_SIGNED)
		write_unsigned(p);
	else
		item(p, "Whose key it is. That it belongs to the operator has "
			"to be known from elsewhere than the log.");
	write_uncovered(p);
	item(p, "Whether entries were taken off the end since an earlier "
		"checkpoint. Who keeps checkpoints can check that: see "
		"<a href=\"#steps\">the steps</a>.");
	item(p, "What a browser showed. The log says what the server sent, "
		"was told and held back.");
	markup_raw(&p->m, "</ul>\n");
}

static void
open_verdict(struct page *p, const char *class, const char *words)
{
	markup_raw(&p->m, "<section class=\"verdict ");
	markup_raw(&p->m, class);
	markup_raw(
	    &p->m, "\" aria-labelledby=\"verdict\">\n<h2 id=\"verdict\">");
	markup_raw(&p->m, words);
	markup_raw(&p->m, "</h2>\n");
}

static void
write_verdict(struct page *p)
{
	switch (p->report->verdict) {
	case REPORT_SIGNED:
		open_verdict(p, "good",
		    "The log holds, and its checkpoint is signed by the key");
		break;
	case REPORT_INNER:
		open_verdict(p, "some",
		    "The log holds together; no signature was checked");
		break;
	case REPORT_BROKEN:
		open_verdict(p, "bad", "The log does not hold");
		write_fault(p);
		page_section_end(p);
		return;
	case REPORT_UNCHECKED:
		open_verdict(p, "some", "The log was not checked");
		markup_raw(&p->m,
		    "<p>The figures were counted from entries as they were "
		    "found; whether they are those that were written, this "
		    "page does not say.</p>\n");
		page_section_end(p);
		return;
	}
	write_holding(p);
	markup_raw(&p->m, "<div class=\"pair\"><div>\n");
	write_checked(p);
	markup_raw(&p->m, "</div><div>\n");
	write_unchecked(p);
	markup_raw(&p->m, "</div></div>\n");
	page_section_end(p);
}

void
parts_scope(struct page *p)
{
	write_scope(p);
	write_verdict(p);
}
