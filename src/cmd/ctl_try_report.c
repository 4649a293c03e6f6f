#include "cmd/ctl_try_report.h"

#include "base/utf8.h"
#include "cmd/ctl_json.h"
#include "trial/known.h"
#include "trial/rewrite.h"
#include "trial/words.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

enum {
	REPORT_ELEMENT = 44, /* bytes of a tag that a row shows */
	REPORT_TEXT = 4096
};

/* The tag of a mark as far as it is shown, on one line. */
static void
write_tag(const struct rewrite *r, const struct rewrite_mark *m,
    char out[REPORT_ELEMENT + 1])
{
	struct span tag = span_sub(r->page, m->at, m->n);
	size_t n = 0, i;

	for (i = 0; i < tag.n && n < REPORT_ELEMENT; i++) {
		char c = tag.p[i];

		if ((unsigned char)c <= ' ' || c == 0x7F)
			c = ' ';
		if (c != ' ' || (n > 0 && out[n - 1] != ' '))
			out[n++] = c;
	}
	if (i < tag.n) /* the last three say that there is more */
		memcpy(out + REPORT_ELEMENT - 3, "...", 3);
	utf8_tame(out, n); /* a page may be anything */
	out[n] = '\0';
}

/* "12:3", or "-" for what stands in no tag of the page. */
static void
write_place(const struct rewrite *r, const struct rewrite_mark *m, char *out,
    size_t room)
{
	struct rewrite_place p = rewrite_place(r->page, m->at);

	if (m->n == 0)
		(void)snprintf(out, room, "-");
	else
		(void)snprintf(out, room, "%zu:%zu", p.line, p.column);
}

/* What decided, where a rule did and where none did. */
static void
write_why(
    const struct policy_facts *facts, struct gate_verdict v, struct buf *out)
{
	const char *why = "no rule names it: third_parties = \"unlisted\"";
	int rc;

	if (v.rule != NULL) {
		words_rule_placed(facts, v.rule, out);
		return;
	}
	if (v.subject == GATE_LETTERS)
		why = "a host whose letters cannot be told";
	else if (v.category == GATE_UNNAMED)
		why = "it cannot be judged";
	rc = buf_append(out, span_of(why));
	(void)rc; /* there is room for it */
}

static const char *
sign(const struct ctl_report *r, const char *code)
{
	return r->is_colour ? code : "";
}

static void
print_row(const struct ctl_report *r, const struct rewrite_mark *m)
{
	char tag[REPORT_ELEMENT + 1], place[32];
	bool stays = m->verdict.answer == GATE_REPORT;
	struct buf why;

	buf_init(&why, REPORT_TEXT);
	write_tag(r->rewrite, m, tag);
	write_place(r->rewrite, m, place, sizeof place);
	write_why(r->facts, m->verdict, &why);
	(void)printf("%9s  %-*s  %s%-12s%s  %.*s%s\n", place, REPORT_ELEMENT,
	    tag, sign(r, stays ? "\33[33m" : "\33[31m"),
	    words_category(r->facts, m->verdict.category), sign(r, "\33[0m"),
	    SPAN_ARG(buf_span(&why)), stays ? " (only reported)" : "");
	buf_fini(&why);
}

void
ctl_report_removed(const struct ctl_report *r)
{
	const struct page_counts *counts = &r->rewrite->counts;
	size_t i;

	if (counts->withheld + counts->reported > 0)
		(void)printf("%s%9s  %-*s  %-12s  %s%s\n", sign(r, "\33[1m"),
		    "LINE:COL", REPORT_ELEMENT, "ELEMENT", "CATEGORY", "RULE",
		    sign(r, "\33[0m"));
	for (i = 0; i < r->rewrite->n_marks; i++)
		if (r->rewrite->marks[i].host == NULL)
			print_row(r, &r->rewrite->marks[i]);
	if (r->rewrite->more_marks > 0)
		(void)printf(
		    "%9s  and %zu more\n", "...", r->rewrite->more_marks);
	(void)printf("%s: %zu withheld, %zu only reported\n", r->name,
	    counts->withheld, counts->reported);
}

static const char *
vendor_of(const struct ctl_report *r, size_t i)
{
	const char *url = r->rewrite->marks[i].url;

	return url == NULL ? NULL : known_vendor(r->known, span_of(url));
}

/* Whether the same vendor, or host of none, was a stranger before. */
static bool
is_told(const struct ctl_report *r, size_t i)
{
	const struct rewrite_mark *marks = r->rewrite->marks;
	const char *vendor = vendor_of(r, i), *other;
	size_t k;

	for (k = 0; k < i; k++) {
		if (marks[k].host == NULL)
			continue;
		other = vendor_of(r, k);
		if (vendor == NULL
			? other == NULL &&
			      strcmp(marks[k].host, marks[i].host) == 0
			: other != NULL && strcmp(other, vendor) == 0)
			return true;
	}
	return false;
}

static void
print_stranger(const struct ctl_report *r, const struct rewrite_mark *m)
{
	char tag[REPORT_ELEMENT + 1], place[32];

	write_tag(r->rewrite, m, tag);
	write_place(r->rewrite, m, place, sizeof place);
	(void)printf("%s:%s: %s%s%s  %s\n", r->name, place,
	    sign(r, "\33[1;31m"), m->host, sign(r, "\33[0m"), tag);
}

/* Vendors that come with consentd, each once. */
static void
print_vendors(const struct ctl_report *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->rewrite->n_marks; i++) {
		const char *vendor = vendor_of(r, i);

		if (vendor == NULL || is_told(r, i))
			continue;
		(void)printf("%s\"%s\"",
		    n++ == 0
			? "\nA vendor's file that comes with consentd names "
			  "it. Add to `vendors` of the policy:\n\n  "
			: ", ",
		    vendor);
	}
	if (n > 0)
		(void)printf("\n");
}

/* Rules for the hosts of all others. */
static void
print_rules(const struct ctl_report *r)
{
	const struct rewrite *w = r->rewrite;
	const char *category =
	    words_category(r->facts, r->facts->unknown_cookie);
	size_t i, n = 0;

	for (i = 0; i < w->n_marks; i++) {
		if (w->marks[i].host == NULL || vendor_of(r, i) != NULL ||
		    is_told(r, i))
			continue;
		(void)printf("%s  { host = \"%s\"; category = \"%s\"; }",
		    n++ == 0
			? "\nNo vendor that we know. This would name it in "
			  "`resources`, if the category fits:\n\n"
			: ",\n",
		    w->marks[i].host, category);
	}
	if (n > 0)
		(void)printf("\n");
}

void
ctl_report_strangers(const struct ctl_report *r)
{
	size_t n = rewrite_strangers(r->rewrite), i;

	for (i = 0; i < r->rewrite->n_marks; i++)
		if (r->rewrite->marks[i].host != NULL)
			print_stranger(r, &r->rewrite->marks[i]);
	print_vendors(r);
	print_rules(r);
	if (n == 0)
		(void)printf("%s: clean: of third parties that no rule names "
			     "nothing is left\n",
		    r->name);
}

static json_t *
mark_json(const struct ctl_report *r, const struct rewrite_mark *m)
{
	const struct rewrite *w = r->rewrite;
	struct rewrite_place p = rewrite_place(w->page, m->at);
	json_t *row = json_object();

	if (m->n > 0) {
		(void)json_object_set_new(
		    row, "line", json_integer((json_int_t)p.line));
		(void)json_object_set_new(
		    row, "column", json_integer((json_int_t)p.column));
		(void)json_object_set_new(
		    row, "tag", ctl_json_span(span_sub(w->page, m->at, m->n)));
	}
	return row;
}

static json_t *
removed_json(const struct ctl_report *r, const struct rewrite_mark *m)
{
	const struct policy_rule *rule = m->verdict.rule;
	json_t *row = mark_json(r, m);
	struct buf text;

	(void)json_object_set_new(
	    row, "answer", json_string(words_answer(m->verdict.answer)));
	(void)json_object_set_new(row, "category",
	    json_string(words_category(r->facts, m->verdict.category)));
	if (rule == NULL)
		return row;
	buf_init(&text, REPORT_TEXT);
	words_rule(rule, &text);
	(void)json_object_set_new(row, "rule", ctl_json_span(buf_span(&text)));
	buf_fini(&text);
	(void)json_object_set_new(row, "rule_file", json_string(rule->file));
	(void)json_object_set_new(row, "rule_line", json_integer(rule->line));
	if (rule->vendor >= 0)
		(void)json_object_set_new(row, "vendor",
		    json_string(r->facts->vendors[rule->vendor].id));
	return row;
}

static json_t *
stranger_json(const struct ctl_report *r, size_t i)
{
	const struct rewrite_mark *m = &r->rewrite->marks[i];
	const char *vendor = vendor_of(r, i);
	json_t *row = mark_json(r, m);

	(void)json_object_set_new(row, "host", json_string(m->host));
	if (vendor != NULL)
		(void)json_object_set_new(row, "vendor", json_string(vendor));
	return row;
}

int
ctl_report_json(const struct ctl_report *r, int rc)
{
	const struct page_counts *counts = &r->rewrite->counts;
	json_t *removed = json_array(), *strangers = json_array();
	size_t i;

	for (i = 0; i < r->rewrite->n_marks; i++) {
		const struct rewrite_mark *m = &r->rewrite->marks[i];

		if (m->host == NULL)
			(void)json_array_append_new(
			    removed, removed_json(r, m));
		else
			(void)json_array_append_new(
			    strangers, stranger_json(r, i));
	}
	return ctl_json_print(
	    json_pack("{s:s, s:o, s:o, s:I, s:I}", "page", r->name, "removed",
		removed, "strangers", strangers, "withheld",
		(json_int_t)counts->withheld, "reported",
		(json_int_t)counts->reported),
	    rc);
}
