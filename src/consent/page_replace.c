#include "consent/page_replace.h"

#include "base/ascii.h"
#include "consent/markup.h"
#include "consent/page_words.h"

#include <libconsent/embed.h>

enum {
	BOX_MAX = 1 << 18 /* its words */
};

/* The marks in the box's words: see consent/banner.h. */
#define VENDOR_MARK SPAN("{vendor}")
#define LINK_END SPAN("</a>")
#define EMBED_MARK SPAN("{embed}")
#define ONCE_MARK SPAN("{once}")
#define ONCE_END SPAN("{/once}")

/* The host of what was withheld, or "". */
static struct span
host_of(const struct page_loss_of *loss)
{
	struct page *page = loss->scope->page;
	struct url url;

	if (url_parse(loss->url, loss->scope->url, &page->parsing, &url) !=
	    CONSENT_OK)
		return SPAN("");
	return url.host;
}

/* Who it comes from, as visitors know them. */
static struct span
vendor_of(const struct page_loss_of *loss)
{
	const struct policy_rule *rule = loss->verdict.rule;
	const struct policy_facts *facts = loss->scope->page->gate->facts;

	if (rule != NULL && rule->vendor >= 0)
		return span_of(facts->vendors[rule->vendor].name);
	return host_of(loss);
}

static const char *
category_of(const struct page_loss_of *loss)
{
	const struct policy_facts *facts = loss->scope->page->gate->facts;
	unsigned category = loss->verdict.category;

	return category < facts->n_categories ? facts->categories[category].id
					      : "";
}

/* Whether a length is one that a browser takes: digits, or a percentage. */
static bool
is_length(struct span value)
{
	size_t n = 0;

	while (n < value.n && ascii_is(value.p[n], ASCII_DIGIT))
		n++;
	return n > 0 && n < 6 &&
	       (n == value.n || (n + 1 == value.n && value.p[n] == '%') ||
		   span_equal_nocase(span_sub(value, n, value.n), SPAN("px")));
}

/* Takes a width or height over from the embed. */
static void
write_length(
    struct markup *m, const struct page_loss_of *loss, const char *name)
{
	struct attribute a;

	if (!attribute_find(rewriter_tag_raw(loss->tag), span_of(name), &a) ||
	    !is_length(a.value))
		return;
	markup_raw(m, " ");
	markup_raw(m, name);
	markup_raw(m, "=\"");
	markup_span(m, a.value);
	markup_raw(m, "\"");
}

static unsigned
side_of(const struct page_loss_of *loss, struct span name)
{
	struct attribute a;

	return attribute_find(rewriter_tag_raw(loss->tag), name, &a)
		   ? embed_side(a.value)
		   : 0;
}

/* Appends the query that shows it once; false where nothing may. */
static bool
write_query(const struct page_loss_of *loss, struct buf *out)
{
	struct page *page = loss->scope->page;
	struct embed e = {.width = side_of(loss, SPAN("width")),
	    .height = side_of(loss, SPAN("height"))};
	struct url url;
	struct buf text;
	int rc = url_parse(loss->url, loss->scope->url, &page->parsing, &url);

	e.rule = rc == CONSENT_OK ? embed_rule(page->gate, &url) : NULL;
	if (e.rule == NULL)
		return false;
	buf_init(&text, EMBED_URL);
	rc = url_write(&url, &text);
	e.url = buf_span(&text);
	if (rc == CONSENT_OK)
		rc = embed_write_query(&e, out);
	buf_fini(&text);
	return rc == CONSENT_OK;
}

/* Takes what begins with a brace off words; query is empty: no link. */
static void
write_mark(struct markup *m, const struct page_loss_of *loss, struct span query,
    struct span *words)
{
	size_t n = 1;

	if (span_starts(*words, VENDOR_MARK)) {
		n = VENDOR_MARK.n;
		markup_raw(m, "<bdi>");
		markup_span(m, vendor_of(loss));
		markup_raw(m, "</bdi>");
	} else if (span_starts(*words, EMBED_MARK)) {
		n = EMBED_MARK.n;
		m->rc = buf_append(m->out, query);
	} else if (span_starts(*words, ONCE_MARK)) {
		n = query.n > 0 ? ONCE_MARK.n : span_search(*words, ONCE_END);
	} else if (span_starts(*words, ONCE_END)) {
		n = ONCE_END.n;
	} else {
		markup_raw(m, "{");
	}
	*words = span_sub(*words, n, words->n);
}

/* The text of the box, with what stands for its marks. */
static int
write_words(const struct page_loss_of *loss, struct span words, struct buf *out)
{
	struct markup m = {out, CONSENT_OK};
	struct buf query;

	buf_init(&query, 2 * EMBED_URL);
	if (!write_query(loss, &query))
		buf_clear(&query);
	while (m.rc == CONSENT_OK && words.n > 0) {
		size_t at = span_find(words, '{');

		m.rc = buf_append(out, span_sub(words, 0, at));
		words = span_sub(words, at, words.n);
		if (m.rc == CONSENT_OK && words.n > 0)
			write_mark(&m, loss, buf_span(&query), &words);
	}
	buf_fini(&query);
	return m.rc;
}

/* Leaves the links out of words of ours. */
static int
write_unlinked(const struct page *page, struct span words, struct buf *out)
{
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && words.n > 0) {
		size_t at = span_search(words, SPAN("<a "));
		struct span link = span_sub(words, at, words.n);
		size_t end = span_search(link, LINK_END);

		rc = page_words_write(page, span_sub(words, 0, at), out);
		words = span_sub(link, end + LINK_END.n, link.n);
	}
	return rc;
}

/*
 * Phrasing content, so that it may stand wherever an embed may. An empty
 * picture of the embed's width and height keeps the room without any style.
 */
int
page_box(const struct page_loss_of *loss, struct buf *out)
{
	const struct page *page = loss->scope->page;
	struct markup m = {out, CONSENT_OK};
	struct span words =
	    page->is_abroad ? page->shown.box_abroad : page->shown.box;
	unsigned around = rewriter_tag_around(loss->tag);
	struct buf text;

	if (words.n == 0 ||
	    (around & (REWRITER_IN_SELECT | REWRITER_IN_FOREIGN)) != 0)
		return CONSENT_ENOENT;
	markup_raw(&m, "<span class=\"consent-box\"><svg "
		       "xmlns=\"http://www.w3.org/2000/svg\" "
		       "aria-hidden=\"true\"");
	write_length(&m, loss, "width");
	write_length(&m, loss, "height");
	markup_raw(&m, "></svg>");
	buf_init(&text, BOX_MAX);
	if (m.rc == CONSENT_OK)
		m.rc = write_words(loss, words, &text);
	if (m.rc == CONSENT_OK)
		m.rc = (around & REWRITER_IN_LINK) != 0
			   ? write_unlinked(page, buf_span(&text), out)
			   : page_words_write(page, buf_span(&text), out);
	buf_fini(&text);
	markup_raw(&m, "</span>");
	return m.rc;
}

int
page_neutral_mark(const struct page_loss_of *loss, struct page_edits *edits)
{
	return page_edits_set(
	    edits, SPAN("data-consent-category"), span_of(category_of(loss)));
}

int
page_neutral_tag(const struct page_loss_of *loss, struct page_edits *edits)
{
	struct buf *scratch = &loss->scope->page->made;
	struct span type;
	int rc;

	buf_clear(scratch);
	rc = rewriter_tag_attribute(loss->tag, SPAN("type"), scratch, &type);
	if (rc == CONSENT_OK)
		rc = page_edits_set(edits, SPAN("data-consent-type"), type);
	if (rc == CONSENT_OK || rc == CONSENT_ENOENT)
		rc = page_edits_set(edits, SPAN("type"), SPAN("text/plain"));
	return rc == CONSENT_OK ? page_neutral_mark(loss, edits) : rc;
}

int
page_neutral_script(
    const struct page_loss_of *loss, struct span text, struct buf *out)
{
	struct page_edits *edits = &loss->scope->edits;
	int rc;

	/* what its tag lost already stays lost */
	if (!loss->scope->held_is_edited)
		page_edits_clear(edits);
	rc = page_neutral_tag(loss, edits);
	if (rc == CONSENT_OK)
		rc = page_edits_apply(edits, rewriter_tag_raw(loss->tag), out);
	if (rc == CONSENT_OK)
		rc = buf_append(out, text);
	return rc == CONSENT_OK ? buf_append(out, SPAN("</script>")) : rc;
}
