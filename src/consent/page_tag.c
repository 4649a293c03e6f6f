#include "consent/page_tag.h"

#include <string.h>

#include "base/ascii.h"
#include "consent/page_base.h"
#include "consent/page_code.h"
#include "consent/page_cookies.h"
#include "consent/page_count.h"
#include "consent/page_inside.h"
#include "consent/page_local.h"
#include "consent/page_replace.h"
#include "consent/page_stubs.h"
#include "consent/page_style.h"
#include "consent/page_table.h"
#include "consent/page_trail.h"
#include "consent/page_words.h"
#include "html/css.h"
#include "html/tokenizer.h"

/* One start tag while it is judged; the heaviest loss wins. */
struct judging {
	struct scope *scope;
	struct rewriter_tag *tag;
	const struct page_element *element; /* or NULL */
	struct buf *replacement;
	enum rewriter_verdict verdict;
};

/* The attribute at hand. */
struct judged {
	const struct page_attribute *row;
	struct span name; /* as spelled */
	struct span raw;
	struct span value;
};

static void
note(struct judging *j, int rc)
{
	if (rc != CONSENT_OK)
		j->verdict = REWRITER_FAIL;
	else if (j->verdict == REWRITER_KEEP)
		j->verdict = REWRITER_EDIT;
}

static bool
is_settled(const struct judging *j)
{
	return j->verdict != REWRITER_KEEP && j->verdict != REWRITER_EDIT;
}

/* Takes away what the table says. */
static void
remove_it(struct judging *j, const struct judged *a)
{
	switch (a->row->loss) {
	case PAGE_LOSS_ATTRIBUTE:
		note(j, page_edits_remove(&j->scope->edits, a->name));
		return;
	case PAGE_LOSS_TAG:
		j->verdict = REWRITER_DROP_TAG;
		return;
	case PAGE_LOSS_ELEMENT:
		j->verdict = REWRITER_DROP_ELEMENT;
		return;
	}
}

/* Keeps the element, inert: what it would load is only noted. */
static void
neutralise(
    struct judging *j, const struct judged *a, const struct page_loss_of *loss)
{
	struct page_edits *edits = &j->scope->edits;
	bool is_script = span_equal(rewriter_tag_name(j->tag), SPAN("script"));
	int rc = page_edits_park(edits, a->name, a->value);

	if (rc == CONSENT_OK)
		rc = is_script ? page_neutral_tag(loss, edits)
			       : page_neutral_mark(loss, edits);
	note(j, rc);
}

/* Keeps the element behind its box: unseen, unheard, without the URL. */
static void
hide(struct judging *j, const struct judged *a)
{
	struct page_edits *edits = &j->scope->edits;
	int rc = page_edits_remove(edits, a->name);

	if (rc == CONSENT_OK)
		rc = page_edits_remove(edits, SPAN("autoplay"));
	if (rc == CONSENT_OK)
		rc = page_edits_set(edits, SPAN("hidden"), SPAN(""));
	note(j, rc);
}

/*
 * The box stands for an element that ends with its tag or its raw text, and
 * before any other, whose end only the tree tells.
 */
static void
show_box(
    struct judging *j, const struct judged *a, const struct page_loss_of *loss)
{
	int rc = page_box(loss, j->replacement);

	if (rc == CONSENT_ENOENT)
		remove_it(j, a);
	else if (rc != CONSENT_OK)
		j->verdict = REWRITER_FAIL;
	else if (a->row->loss == PAGE_LOSS_ATTRIBUTE)
		hide(j, a);
	else
		j->verdict = REWRITER_REPLACE;
}

/* Takes it away; a script leaves what pages call of it. */
static void
lose_it(
    struct judging *j, const struct judged *a, const struct page_loss_of *loss)
{
	remove_it(j, a);
	if (j->verdict != REWRITER_DROP_ELEMENT)
		return;
	if (page_stubs(loss, j->replacement) != CONSENT_OK)
		j->verdict = REWRITER_FAIL;
	else if (j->replacement->n > 0)
		j->verdict = REWRITER_REPLACE;
}

static bool
is_fetch(enum page_value value)
{
	return value == PAGE_VALUE_URL || value == PAGE_VALUE_URLS ||
	       value == PAGE_VALUE_SRCSET;
}

/* Does what the policy says with what is withheld. */
static void
lose(struct judging *j, const struct judged *a, struct gate_verdict verdict,
    struct span url)
{
	struct page *page = j->scope->page;
	struct page_loss_of loss = {j->scope, j->tag, verdict, url};

	switch (page_action(page, verdict)) {
	case POLICY_PLACEHOLDER:
		if (a->row->embeds) {
			show_box(j, a, &loss);
			return;
		}
		break;
	case POLICY_NEUTRALISE:
		if (is_fetch(a->row->value) &&
		    rewriter_tag_space(j->tag) == REWRITER_HTML) {
			neutralise(j, a, &loss);
			return;
		}
		break;
	case POLICY_REMOVE:
		break;
	}
	lose_it(j, a, &loss);
}

static bool
is_same_document(const struct url *a, const struct url *b)
{
	return url_origin_equal(a, b) && span_equal(a->path, b->path) &&
	       a->has_query == b->has_query && span_equal(a->query, b->query);
}

/*
 * Whether a style sheet of XSLT, which is asked about as a script, stands in
 * the document itself: what such a program writes is nowhere fetched, so that
 * nobody judges it. As a script no document is of any use to itself.
 */
static bool
is_own_program(const struct judging *j, struct span text, const struct url *url)
{
	const struct page *page = j->scope->page;

	return page->xml != NULL && j->element != NULL &&
	       j->element->use == PAGE_USE_SCRIPT &&
	       (span_starts(span_trim(text), SPAN("#")) ||
		   is_same_document(url, page->url));
}

/* Judges and counts one URL; whether it stays. */
static bool
judge_url(struct judging *j, struct span text, struct gate_verdict *v)
{
	struct scope *s = j->scope;
	struct page *page = s->page;
	struct page_local local = {s, j->tag, PAGE_USE_OTHER};
	struct url url;
	int rc = url_parse(text, s->url, &page->parsing, &url);

	if (rc == CONSENT_OK && url.kind == URL_LOCAL) {
		if (j->element != NULL)
			local.use = j->element->use;
		return page_local(&local, &url, v);
	}
	if (rc == CONSENT_OK && is_own_program(j, text, &url)) {
		*v = (struct gate_verdict){
		    .answer = GATE_WITHHOLD, .category = GATE_UNNAMED};
		return page_settle(page, *v);
	}
	*v = rc == CONSENT_OK
		 ? gate_parsed_url(page->gate, &url)
		 : gate_url(page->gate, text, s->url, &page->parsing);
	if (v->answer != GATE_WITHHOLD && charset_trail_may_hide(text))
		*v = page_trail_url(s, text, *v);
	return page_settle(page, *v);
}

static void
judge_urls(struct judging *j, const struct judged *a)
{
	struct span rest = a->value, url;
	struct gate_verdict v;

	while (!is_settled(j) && page_value_next(a->row->value, &rest, &url)) {
		if (judge_url(j, url, &v))
			continue;
		lose(j, a, v, url);
		return;
	}
}

/*
 * Where a link or form leads is the visitor's own doing: only code is judged.
 * A form that would send what is typed to a tracker is reported.
 */
static void
judge_link(struct judging *j, const struct judged *a)
{
	struct scope *s = j->scope;
	struct page *page = s->page;
	struct page_local local = {s, j->tag, PAGE_USE_OTHER};
	struct gate_verdict v;
	struct url url;

	if (url_parse(a->value, s->url, &page->parsing, &url) != CONSENT_OK)
		return;
	if (url.kind == URL_NETWORK && a->row->value == PAGE_VALUE_LINK)
		return;
	if (url.kind == URL_LOCAL) {
		if (!page_local(&local, &url, &v))
			remove_it(j, a);
		return;
	}
	v = gate_parsed_url(page->gate, &url);
	if (v.answer == GATE_WITHHOLD)
		v.answer = GATE_REPORT;
	(void)page_settle(page, v); /* a report: it stays */
}

static void
judge_style(struct judging *j, const struct judged *a)
{
	struct buf *made = &j->scope->page->made;
	int rc;

	buf_clear(made);
	rc = page_style(j->scope, a->value, made);
	if (rc != CONSENT_OK)
		j->verdict = REWRITER_FAIL;
	else if (made->n > 0)
		note(j,
		    page_edits_set(&j->scope->edits, a->name, buf_span(made)));
}

static void
judge_code(struct judging *j, const struct judged *a)
{
	struct gate_verdict verdict;

	if (!page_code(j->scope->page, a->value, &verdict))
		remove_it(j, a);
}

static bool
is_href(struct span name)
{
	name = span_trim(name);
	return span_equal(name, SPAN("href")) ||
	       span_equal(name, SPAN("xlink:href"));
}

/* What an animation sets an attribute to: URLs for a href, else CSS. */
static void
judge_animation(struct judging *j, const struct judged *a)
{
	struct page *page = j->scope->page;
	struct span name = {NULL, 0};
	int rc;

	buf_clear(&page->made);
	rc = rewriter_tag_attribute(
	    j->tag, SPAN("attributename"), &page->made, &name);
	if (rc != CONSENT_OK && rc != CONSENT_ENOENT)
		j->verdict = REWRITER_FAIL;
	else if (is_href(name))
		judge_urls(j, a);
	else if (css_may_fetch(a->value))
		judge_style(j, a);
}

static void
judge_document(struct judging *j, const struct judged *a)
{
	struct buf out;
	bool changed = false;
	int rc;

	buf_init(&out, PAGE_SCRATCH);
	rc = page_srcdoc(j->scope, j->tag, &out, &changed);
	if (rc != CONSENT_OK)
		j->verdict = REWRITER_FAIL;
	else if (changed)
		note(j,
		    page_edits_set(&j->scope->edits, a->name, buf_span(&out)));
	buf_fini(&out);
}

static void
judge(struct judging *j, const struct judged *a)
{
	switch (a->row->value) {
	case PAGE_VALUE_URL:
	case PAGE_VALUE_URLS:
	case PAGE_VALUE_SRCSET:
	case PAGE_VALUE_REFRESH:
		judge_urls(j, a);
		return;
	case PAGE_VALUE_ANIMATION:
		judge_animation(j, a);
		return;
	case PAGE_VALUE_LINK:
	case PAGE_VALUE_ACTION:
		judge_link(j, a);
		return;
	case PAGE_VALUE_STYLE:
		judge_style(j, a);
		return;
	case PAGE_VALUE_CODE:
		judge_code(j, a);
		return;
	case PAGE_VALUE_DOCUMENT:
		judge_document(j, a);
		return;
	}
}

static bool
has_reference(struct span raw)
{
	return raw.n > 0 && memchr(raw.p, '&', raw.n) != NULL;
}

/* Whether a link's value, still raw, may be a javascript: URL. */
static bool
may_be_code(struct span raw)
{
	size_t i = 0;

	while (i < raw.n && (unsigned char)raw.p[i] <= ' ')
		i++;
	return i < raw.n && skim_may_be_code(raw.p[i]);
}

/* What most values are: nothing to look into, told by a look at their bytes. */
static bool
is_idle(const struct judged *a)
{
	switch (a->row->value) {
	case PAGE_VALUE_STYLE:
	case PAGE_VALUE_ANIMATION:
		return a->row->value == PAGE_VALUE_STYLE &&
		       !css_may_fetch(a->raw) && !has_reference(a->raw);
	case PAGE_VALUE_LINK:
		return !may_be_code(a->raw);
	case PAGE_VALUE_URL:
	case PAGE_VALUE_URLS:
	case PAGE_VALUE_SRCSET:
	case PAGE_VALUE_ACTION:
	case PAGE_VALUE_REFRESH:
	case PAGE_VALUE_CODE:
	case PAGE_VALUE_DOCUMENT:
		break;
	}
	return false;
}

/* Judges an attribute, if it is the first of its name. */
static void
take_attribute(struct judging *j, const struct attribute *attribute,
    const struct page_attribute *row)
{
	struct judged a = {row, attribute->name, attribute->value, {NULL, 0}};
	struct attribute first;
	int rc;

	if (is_idle(&a))
		return;
	if (!attribute_find(
		rewriter_tag_raw(j->tag), attribute->name, &first) ||
	    first.raw.p != attribute->raw.p)
		return;
	buf_clear(&j->scope->value);
	rc = rewriter_tag_attribute(
	    j->tag, attribute->name, &j->scope->value, &a.value);
	if (rc == CONSENT_OK)
		judge(j, &a);
	else
		j->verdict = REWRITER_FAIL;
}

/* An attribute's value as a condition: empty when there is none. */
static struct span
read_condition(struct judging *j, struct span name)
{
	struct span value = {NULL, 0};
	int rc;

	buf_clear(&j->scope->value);
	rc = rewriter_tag_attribute(j->tag, name, &j->scope->value, &value);
	if (rc != CONSENT_OK && rc != CONSENT_ENOENT)
		j->verdict = REWRITER_FAIL;
	return value;
}

/* Whether the element's own attributes mean something. */
static bool
is_meant(struct judging *j)
{
	switch (j->element->when) {
	case PAGE_REL:
		return page_rel_fetches(read_condition(j, SPAN("rel")));
	case PAGE_REFRESH:
		return span_equal_nocase(
		    read_condition(j, SPAN("http-equiv")), SPAN("refresh"));
	case PAGE_PARAM:
		return page_param_is_url(read_condition(j, SPAN("name")));
	case PAGE_ALWAYS:
		break;
	}
	return true;
}

static void
take_attributes(struct judging *j)
{
	struct attribute_cursor c = attribute_begin(rewriter_tag_raw(j->tag));
	enum rewriter_space space = rewriter_tag_space(j->tag);
	struct attribute a;

	if (!rewriter_tag_may_have(
		j->tag, page_attribute_letters(j->element, space)))
		return;
	if (j->element != NULL && !is_meant(j))
		j->element = NULL;
	while (!is_settled(j) && attribute_next(&c, &a)) {
		const struct page_attribute *row =
		    page_attribute_find(j->element, space, a.name);

		if (row != NULL)
			take_attribute(j, &a, row);
	}
}

/* Whether a script has a URL, so that what stands inside it is never run. */
static bool
has_source(const struct rewriter_tag *tag)
{
	struct span raw = rewriter_tag_raw(tag);
	struct attribute a;

	if (rewriter_tag_space(tag) == REWRITER_HTML)
		return attribute_find(raw, SPAN("src"), &a);
	return attribute_find(raw, SPAN("href"), &a) ||
	       attribute_find(raw, SPAN("xlink:href"), &a);
}

/* Whether what stands inside the element is to be judged. */
static bool
is_held(struct judging *j)
{
	struct span name = rewriter_tag_name(j->tag);
	enum rewriter_space space = rewriter_tag_space(j->tag);

	if (space == REWRITER_MATHML)
		return false;
	if (span_equal(name, SPAN("script")))
		return !has_source(j->tag) &&
		       page_script_kind(read_condition(j, SPAN("type"))) !=
			   PAGE_SCRIPT_DATA;
	if (span_equal(name, SPAN("style")))
		return page_style_is_css(read_condition(j, SPAN("type")));
	return space == REWRITER_HTML && span_equal(name, SPAN("noscript"));
}

/* What may have content to be held: names of 5, 6 and 8 letters. */
static bool
may_be_held(struct span name)
{
	return (name.p[0] == 's' && (name.n == 5 || name.n == 6)) ||
	       (name.p[0] == 'n' && name.n == 8);
}

/* A tag of so many bytes is "<name>" alone. */
static bool
has_attributes(const struct rewriter_tag *tag)
{
	return rewriter_tag_raw(tag).n > rewriter_tag_name(tag).n + 2;
}

static void
finish(struct judging *j)
{
	bool edited = j->verdict == REWRITER_EDIT;

	if (edited &&
	    page_edits_apply(&j->scope->edits, rewriter_tag_raw(j->tag),
		j->replacement) != CONSENT_OK)
		j->verdict = REWRITER_FAIL;
	else if (may_be_held(rewriter_tag_name(j->tag)) && is_held(j) &&
		 !is_settled(j)) {
		j->verdict = REWRITER_HOLD;
		j->scope->held_is_edited = edited;
	}
}

static bool
has_value(struct scope *s, const struct rewriter_tag *tag, struct span name,
    struct span wanted)
{
	struct span value;

	buf_clear(&s->value);
	return rewriter_tag_attribute(tag, name, &s->value, &value) ==
		   CONSENT_OK &&
	       span_equal(value, wanted);
}

/* Whether a tag of a script is one of those that go into the head. */
static bool
is_our_script(const struct page *page, struct span raw)
{
	size_t at;

	/* each of ours begins so, and hardly one of theirs */
	if (!span_starts(raw, SPAN("<script data-")))
		return false;
	at = span_search(page->head, raw);
	return at < page->head.n && (at == 0 || page->head.p[at - 1] == '>');
}

/*
 * Whether a tag is of the notice or the scripts that another of us put into
 * the page already, for it came through two: ours go in, so that goes.
 */
static bool
is_ours(struct scope *s, const struct rewriter_tag *tag)
{
	const struct page *page = s->page;
	struct span name = rewriter_tag_name(tag), raw = rewriter_tag_raw(tag);

	if (span_equal(name, SPAN("script")))
		return is_our_script(page, raw);
	if (page->shown.body.n == 0)
		return false;
	if (span_equal(name, SPAN("link")))
		return span_starts(page->shown.body, raw) ||
		       span_starts(page->shown.body_abroad, raw);
	if (span_equal(name, SPAN("section")))
		return (has_value(s, tag, SPAN("id"), SPAN("consent-notice")) ||
			   has_value(
			       s, tag, SPAN("id"), SPAN("consent-way"))) &&
		       has_value(s, tag, SPAN("class"), SPAN("consent-ui"));
	if (span_equal(name, SPAN("template")))
		return has_value(s, tag, SPAN("id"), SPAN("consent-closed"));
	return span_equal(name, SPAN("a")) &&
	       has_value(s, tag, SPAN("id"), SPAN("consent-control")) &&
	       has_value(s, tag, SPAN("class"), SPAN("consent-ui"));
}

enum rewriter_verdict
page_start_tag(void *ctx, struct rewriter_tag *tag, struct buf *replacement)
{
	struct scope *s = ctx;
	struct span name = rewriter_tag_name(tag);
	enum rewriter_space space = rewriter_tag_space(tag);
	struct judging j = {.scope = s,
	    .tag = tag,
	    .replacement = replacement,
	    .verdict = REWRITER_KEEP};
	bool is_table;

	if (s->page->on_judged != NULL && !s->is_framed)
		s->page->at = rewriter_tag_at(tag);
	if (space == REWRITER_HTML && span_equal(name, SPAN("base")))
		return page_base(s, tag);
	if (s->page->words_in != NULL && span_equal(name, SPAN("html")) &&
	    page_words_heed(s, tag) != CONSENT_OK)
		return REWRITER_FAIL;
	if (space == REWRITER_HTML && is_ours(s, tag)) {
		s->page->was_screened = true;
		return REWRITER_DROP_ELEMENT;
	}
	is_table = page_cookies_wanted(s, tag);
	if (s->page->grants_all && !is_table)
		return REWRITER_KEEP;
	page_edits_clear(&s->edits);
	if (has_attributes(tag) && !s->page->grants_all) {
		j.element = page_element_find(name, space);
		take_attributes(&j);
	}
	if (is_table && !is_settled(&j))
		return page_cookies_fill(s, tag, replacement);
	if (!is_settled(&j))
		finish(&j);
	return j.verdict;
}

/* What is looked for in any case: what our own bytes depend on. */
static struct skim_wish
and_ours(struct span name, struct skim_wish wish)
{
	if (span_equal(name, SPAN("base")) || span_equal(name, SPAN("html")) ||
	    span_equal(name, SPAN("link")) ||
	    span_equal(name, SPAN("consent-cookies")))
		wish.letters = UINT32_MAX;
	/* what may be ours has an id */
	if (span_equal(name, SPAN("a")) || span_equal(name, SPAN("section")))
		wish.letters |= tokenizer_letter('i');
	return wish;
}

struct skim_wish
page_tag_wishes(struct span name)
{
	return and_ours(
	    name, page_attribute_wish(page_element_find(name, REWRITER_HTML)));
}

struct skim_wish
page_tag_granted(struct span name)
{
	return and_ours(name, (struct skim_wish){0, 0});
}
