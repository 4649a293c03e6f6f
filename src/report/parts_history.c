#include "report/parts.h"

#include "audit/entry.h"
#include "base/utf8.h"
#include "report/diff.h"
#include "report/version.h"

#include <libconsent/record.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ROWS = 200,   /* most versions that are listed */
	DIFFS = 120,  /* most comparisons */
	CHANGES = 60, /* most lines of one */
	WIDE = 280,   /* most bytes of a line */
	NAME = 64
};

/* One time that a text came into force. */
struct edition {
	int64_t time;
	uint64_t seq;
	struct span hash;  /* in the event's line */
	const char *wrong; /* why its text is not told, or NULL */
	char name[NAME];   /* its version, or its language */
	size_t before;	   /* the one that it replaced, or its own place */
	bool newest;	   /* of that language */
};

struct history {
	struct page *page;
	enum layout_type kind;
	struct edition *at;
	size_t n;
	int rc;
};

/* ---- reading ---------------------------------------------------------- */

/* Reads the text behind a hash; *out stays NULL with *why where there is none.
 */
static int
load(
    struct history *h, struct span hash, struct version **out, const char **why)
{
	const struct report *r = h->page->report;
	struct buf text;
	int rc;

	buf_init(&text, LAYOUT_TEXT_BYTES);
	*out = NULL;
	*why = NULL;
	rc = r->read_text(r->ctx, h->kind, hash, &text);
	if (rc == CONSENT_OK)
		rc = version_read(buf_span(&text), out);
	if (rc == CONSENT_ENOENT)
		*why = "its text is not in the log's directory";
	else if (rc == CONSENT_EDENIED)
		*why = "its text has another hash than the log tells";
	else if (rc == CONSENT_EINVAL)
		*why = "its text cannot be read";
	buf_fini(&text);
	return *why != NULL ? CONSENT_OK : rc;
}

/* Which one it replaced: of notices, the last one in its language. */
static void
find_before(struct history *h, size_t i)
{
	struct edition *own = &h->at[i];
	size_t j = i;

	own->before = i;
	own->newest = true;
	while (j-- > 0) {
		struct edition *other = &h->at[j];

		if (h->kind == LAYOUT_NOTICE &&
		    strcmp(other->name, own->name) != 0)
			continue;
		own->before = j;
		other->newest = false;
		return;
	}
}

static void
fill_edition(struct history *h, const struct summary_event *event)
{
	struct edition *e = &h->at[h->n];
	struct version *v = NULL;
	struct entry entry;
	const char *why;

	/* it was read once already */
	if (entry_read(event->line, &entry, &why) != CONSENT_OK)
		return;
	*e = (struct edition){
	    .time = event->time, .seq = event->seq, .hash = entry.hash};
	h->rc = load(h, e->hash, &v, &e->wrong);
	if (v != NULL &&
	    snprintf(e->name, NAME, "%s",
		version_text(
		    v, h->kind == LAYOUT_POLICY ? "version" : "lang")) >= NAME)
		e->name[utf8_valid((struct span){e->name, NAME - 1})] = '\0';
	version_free(v);
	find_before(h, h->n++);
}

static void
gather(struct history *h)
{
	const struct summary *s = h->page->report->summary;
	size_t i, n = 0;

	for (i = 0; i < s->n_events; i++)
		n += s->events[i].type == h->kind;
	h->at = calloc(n + 1, sizeof *h->at);
	if (h->at == NULL)
		h->rc = CONSENT_ENOMEM;
	for (i = 0; h->rc == CONSENT_OK && i < s->n_events; i++)
		if (s->events[i].type == h->kind)
			fill_edition(h, &s->events[i]);
}

/* ---- what changed ----------------------------------------------------- */

static void
write_change(struct page *p, const struct diff_line *line)
{
	const char *tag = line->kind == DIFF_ADDED ? "ins" : "del";
	struct span text = span_sub(line->text, 0, WIDE);

	text.n = text.n < line->text.n ? utf8_valid(text) : text.n;
	markup_raw(&p->m, "<li><");
	markup_raw(&p->m, tag);
	markup_raw(&p->m, "><b aria-hidden=\"true\">");
	markup_raw(&p->m, line->kind == DIFF_ADDED ? "+" : "\u2212");
	markup_raw(&p->m, "</b><span class=\"unseen\">");
	markup_raw(&p->m, line->kind == DIFF_ADDED ? "added: " : "removed: ");
	markup_raw(&p->m, "</span>");
	page_foreign(p, text);
	if (text.n < line->text.n)
		markup_raw(&p->m, "\u2026");
	markup_raw(&p->m, "</");
	markup_raw(&p->m, tag);
	markup_raw(&p->m, "></li>\n");
}

static void
write_changes(struct page *p, const struct diff *d)
{
	uint64_t left = d->removed + d->added;
	size_t i, shown = 0;

	if (left == 0) {
		markup_raw(&p->m, "<p class=\"note\">Nothing that can be read "
				  "differs.</p>\n");
		return;
	}
	markup_raw(&p->m, "<ul class=\"diff\">\n");
	for (i = 0; i < d->n && shown < CHANGES; i++) {
		if (d->lines[i].kind == DIFF_SAME)
			continue;
		write_change(p, &d->lines[i]);
		shown++;
		left--;
	}
	markup_raw(&p->m, "</ul>\n");
	if (left == 0)
		return;
	markup_raw(&p->m, "<p class=\"note\">and ");
	page_number(p, left);
	markup_raw(&p->m, " lines more, which this page leaves out.</p>\n");
}

/* Compares what both versions say. */
static int
compare(
    struct page *p, const struct version *before, const struct version *after)
{
	struct buf one, other;
	struct diff d;
	int rc;

	buf_init(&one, VERSION_BYTES);
	buf_init(&other, VERSION_BYTES);
	rc = version_lines(before, &one);
	if (rc == CONSENT_OK)
		rc = version_lines(after, &other);
	if (rc == CONSENT_OK)
		rc = diff_texts(buf_span(&one), buf_span(&other), &d);
	if (rc == CONSENT_OK) {
		write_changes(p, &d);
		diff_fini(&d);
	}
	buf_fini(&one);
	buf_fini(&other);
	return rc;
}

static void
write_difference(struct history *h, size_t i)
{
	struct page *p = h->page;
	const struct edition *after = &h->at[i];
	const struct edition *before = &h->at[after->before];
	struct version *old = NULL, *new = NULL;
	const char *why;

	markup_raw(&p->m, "<div class=\"change\"><h4>");
	page_time(p, after->time);
	markup_raw(&p->m, " \u00b7 ");
	if (h->kind == LAYOUT_NOTICE) {
		page_foreign(p, span_of(after->name));
		markup_raw(&p->m, " \u00b7 ");
	}
	page_hash(p, before->hash, 12);
	markup_raw(&p->m, " became ");
	page_hash(p, after->hash, 12);
	markup_raw(&p->m, "</h4>\n");
	h->rc = load(h, before->hash, &old, &why);
	if (h->rc == CONSENT_OK)
		h->rc = load(h, after->hash, &new, &why);
	if (old != NULL && new != NULL)
		h->rc = compare(p, old, new);
	else if (h->rc == CONSENT_OK)
		markup_raw(&p->m, "<p class=\"note\">They cannot be compared: "
				  "one of the texts is missing or cannot be "
				  "read.</p>\n");
	markup_raw(&p->m, "</div>\n");
	version_free(old);
	version_free(new);
}

static void
write_differences(struct history *h, const char *heading)
{
	struct page *p = h->page;
	size_t i, n = 0, left = 0;

	for (i = 0; h->rc == CONSENT_OK && i < h->n; i++) {
		if (h->at[i].before == i ||
		    span_equal(h->at[i].hash, h->at[h->at[i].before].hash))
			continue;
		if (n == DIFFS) {
			left++;
			continue;
		}
		if (n++ == 0) {
			markup_raw(&p->m, "<h3>");
			markup_raw(&p->m, heading);
			markup_raw(&p->m, "</h3>\n");
		}
		write_difference(h, i);
	}
	if (left == 0)
		return;
	markup_raw(&p->m, "<p class=\"note\">and ");
	page_number(p, left);
	markup_raw(&p->m, " changes more, which this page leaves out.</p>\n");
}

/* ---- policies --------------------------------------------------------- */

/* Choices that were made under a policy, in the time that is told of. */
static uint64_t
choices_under(const struct page *p, struct span hash)
{
	const struct tally *t = &p->report->summary->policies;
	size_t i;

	for (i = 0; i < t->n; i++)
		if (span_equal(span_of(t->rows[i].text), hash))
			return tally_sum(&t->rows[i]);
	return 0;
}

static void
open_edition(struct page *p, const struct edition *e)
{
	markup_raw(&p->m, "<tr><th scope=\"row\">");
	page_time(p, e->time);
	markup_raw(&p->m, "</th>");
	page_cell_number(p, e->seq);
	markup_raw(&p->m, "<td>");
	if (e->wrong != NULL)
		markup_text(&p->m, e->wrong);
	else
		page_foreign(p, span_of(e->name));
	markup_raw(&p->m, "</td>");
}

static void
close_edition(struct page *p, const struct edition *e)
{
	markup_raw(&p->m, "<td class=\"long\">");
	page_hash(p, e->hash, RECORD_HASH);
	markup_raw(&p->m, "</td></tr>\n");
}

static void
write_policies(struct history *h)
{
	static const struct page_column columns[] = {
	    {"In force from", PAGE_TEXT}, {"Entry", PAGE_NUMBER},
	    {"Version", PAGE_TEXT}, {"Choices", PAGE_NUMBER},
	    {"SHA-256", PAGE_TEXT}, {NULL, PAGE_TEXT}};
	struct page *p = h->page;
	size_t i, n = h->n < ROWS ? h->n : ROWS;

	page_table(p, "Policies", columns);
	for (i = 0; i < n; i++) {
		open_edition(p, &h->at[i]);
		page_cell_number(p, choices_under(p, h->at[i].hash));
		close_edition(p, &h->at[i]);
	}
	page_left_out(p, h->n - n, 5);
	page_table_end(p);
}

/* The categories of the policy that came last. */
static void
write_categories(struct history *h)
{
	struct page *p = h->page;
	struct version *v = NULL;
	const char *why;
	size_t i, n;

	if (h->n == 0)
		return;
	h->rc = load(h, h->at[h->n - 1].hash, &v, &why);
	n = v == NULL ? 0 : version_count(v, "categories");
	if (n > 0) {
		markup_raw(&p->m, "<p>The newest one has ");
		page_number(p, version_count(v, "rules"));
		markup_raw(&p->m, " rules in the categories ");
	}
	for (i = 0; i < n && i < POLICY_CATEGORIES; i++) {
		markup_raw(&p->m, i == 0 ? "" : ", ");
		page_foreign(
		    p, span_of(version_item(v, "categories", i, "id")));
		if (version_item_is(v, "categories", i, "required"))
			markup_raw(&p->m, " (always on)");
	}
	markup_raw(&p->m, n > 0 ? ".</p>\n" : "");
	version_free(v);
}

/* ---- notices ---------------------------------------------------------- */

static void
write_notices(struct history *h)
{
	static const struct page_column columns[] = {{"In use from", PAGE_TEXT},
	    {"Entry", PAGE_NUMBER}, {"Language", PAGE_TEXT},
	    {"SHA-256", PAGE_TEXT}, {NULL, PAGE_TEXT}};
	struct page *p = h->page;
	size_t i, n = h->n < ROWS ? h->n : ROWS;

	page_table(p, "Notices", columns);
	for (i = 0; i < n; i++) {
		open_edition(p, &h->at[i]);
		close_edition(p, &h->at[i]);
	}
	page_left_out(p, h->n - n, 4);
	page_table_end(p);
}

/* Whether a text is a language tag, which markup may be told. */
static bool
is_tag(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	return n > 0 && text[n] == '\0';
}

static void
write_button(struct page *p, const struct version *v, const char *path)
{
	const char *text = version_text(v, path);

	if (text[0] == '\0')
		return;
	markup_raw(&p->m, " <span class=\"button\">");
	markup_text(&p->m, text);
	markup_raw(&p->m, "</span>");
}

static void
write_words(struct history *h, const struct edition *e)
{
	struct page *p = h->page;
	struct version *v = NULL;
	const char *why;

	h->rc = load(h, e->hash, &v, &why);
	if (v == NULL || !is_tag(e->name)) {
		version_free(v);
		return;
	}
	markup_raw(&p->m, "<div class=\"words\"><p class=\"note\">");
	page_foreign(p, span_of(e->name));
	markup_raw(&p->m, " \u00b7 <code>");
	markup_span(&p->m, span_sub(e->hash, 0, 12));
	markup_raw(&p->m, "</code></p>\n<div dir=\"auto\"");
	markup_attribute(&p->m, "lang", e->name);
	markup_raw(&p->m, "><p class=\"title\">");
	markup_text(&p->m, version_text(v, "texts.notice_title"));
	markup_raw(&p->m, "</p><p>");
	markup_text(&p->m, version_text(v, "texts.notice_text"));
	markup_raw(&p->m, "</p><p>");
	write_button(p, v, "texts.reject");
	write_button(p, v, "texts.accept");
	write_button(p, v, "texts.choose");
	markup_raw(&p->m, "</p></div></div>\n");
	version_free(v);
}

static void
write_newest(struct history *h)
{
	struct page *p = h->page;
	size_t i;

	if (h->n == 0)
		return;
	markup_raw(&p->m,
	    "<h3>The newest words in each language</h3>\n<p class=\"note\">"
	    "What stands in braces is filled in by the site. The whole "
	    "notice, with its markup and its look, is the file "
	    "<code>notices/HASH.json</code> of the log.</p>\n"
	    "<div class=\"all-words\">\n");
	for (i = 0; h->rc == CONSENT_OK && i < h->n; i++)
		if (h->at[i].newest && h->at[i].wrong == NULL)
			write_words(h, &h->at[i]);
	markup_raw(&p->m, "</div>\n");
}

int
parts_history(struct page *p)
{
	struct history policies = {.page = p, .kind = LAYOUT_POLICY};
	struct history notices = {.page = p, .kind = LAYOUT_NOTICE};

	page_section(p, "policies", "Policies");
	markup_raw(&p->m, "<p>What counts as what, and what is held back until "
			  "it is allowed. "
			  "Each version is in the log before a choice is made "
			  "under it.</p>\n");
	gather(&policies);
	if (policies.rc == CONSENT_OK) {
		write_policies(&policies);
		write_categories(&policies);
		write_differences(&policies, "What changed");
	}
	page_section_end(p);
	page_section(p, "notices", "Notices");
	markup_raw(&p->m,
	    "<p>What visitors were shown, word for word. A choice names its "
	    "notice by its hash.</p>\n");
	notices.rc = policies.rc;
	if (notices.rc == CONSENT_OK)
		gather(&notices);
	if (notices.rc == CONSENT_OK) {
		write_newest(&notices);
		write_notices(&notices);
		write_differences(&notices, "What changed");
	}
	page_section_end(p);
	free(policies.at);
	free(notices.at);
	return notices.rc;
}
