#include "consent/page_style.h"

#include "base/utf8.h"
#include "consent/data_url.h"
#include "consent/page_count.h"
#include "html/charset_trail.h"
#include "html/css.h"

/* What a fetch of it is a network error. */
#define NOWHERE SPAN("about:invalid")

/* One style sheet on its way through. */
struct sheet {
	struct scope *scope;
	struct span text;  /* as it is read: */
	struct span bytes; /* that, or with second bytes masked */
	size_t done;	   /* bytes that out has */
	struct buf *out;
};

/* Whether the sheet in a data: URL has anything that is withheld. */
static bool
is_withheld_inside(struct scope *s, struct span rest)
{
	enum mime_form form;
	struct buf text, out;
	int rc;

	buf_init(&text, DATA_URL_MAX);
	buf_init(&out, PAGE_SCRATCH);
	rc = data_url_text(rest, &form, &text);
	if (rc == CONSENT_OK)
		rc = page_style(s, buf_span(&text), &out);
	if (rc != CONSENT_OK && rc != CONSENT_EINVAL)
		page_doubt(s->page);
	rc = rc == CONSENT_OK && out.n == 0 ? CONSENT_EINVAL : rc;
	buf_fini(&text);
	buf_fini(&out);
	return rc != CONSENT_EINVAL;
}

/* Letters of UTF-8 were read where the bytes stand, and mean no other host. */
static bool
was_read(const struct sheet *sheet, const struct css_url *found)
{
	size_t at = (size_t)(found->raw.p - sheet->text.p);

	return sheet->bytes.p != sheet->text.p &&
	       utf8_is_all(span_sub(sheet->bytes, at, found->raw.n));
}

static bool
is_withheld(const struct sheet *sheet, const struct css_url *found)
{
	struct scope *s = sheet->scope;
	struct page *page = s->page;
	struct gate_verdict v;
	struct span value = found->value;
	struct url url;

	/* a fragment alone is always of this very document */
	if (value.n == 0 || value.p[0] == '#')
		return false;
	if (found->imports &&
	    url_parse(value, s->url, &page->parsing, &url) == CONSENT_OK &&
	    span_equal(url.scheme, SPAN("data")))
		return is_withheld_inside(s, url.path);
	v = gate_url(page->gate, value, s->url, &page->parsing);
	if (v.subject == GATE_LETTERS && was_read(sheet, found))
		return false;
	return !page_settle(page, v);
}

/* Writes the text up to a URL, and what stands for it. */
static int
replace(struct sheet *sheet, struct span raw)
{
	size_t at = (size_t)(raw.p - sheet->text.p);
	int rc = buf_append(
	    sheet->out, span_sub(sheet->bytes, sheet->done, at - sheet->done));

	sheet->done = at + raw.n;
	return rc == CONSENT_OK ? buf_append(sheet->out, NOWHERE) : rc;
}

/* Reads text, of which bytes are the page's own, byte for byte as long. */
static int
edit(struct scope *s, struct span text, struct span bytes, struct buf *out)
{
	struct sheet sheet = {
	    .scope = s, .text = text, .bytes = bytes, .out = out};
	struct css_walk walk;
	struct css_url url;
	int rc = CONSENT_OK;

	css_begin(&walk, text);
	while (rc == CONSENT_OK) {
		buf_clear(&s->page->words);
		rc = css_next(&walk, &s->page->words, &url);
		if (rc == CONSENT_OK && is_withheld(&sheet, &url))
			rc = replace(&sheet, url.raw);
	}
	if (rc != CONSENT_ENOENT)
		return rc;
	return sheet.done == 0
		   ? CONSENT_OK
		   : buf_append(out, span_sub(bytes, sheet.done, bytes.n));
}

/* Whether both texts have the same URLs in the same places. */
static bool
reads_alike(struct scope *s, struct span a, struct span b)
{
	struct css_walk walks[2];
	struct css_url one, two;
	int rc;

	css_begin(&walks[0], a);
	css_begin(&walks[1], b);
	do {
		buf_clear(&s->page->words);
		rc = css_next(&walks[0], &s->page->words, &one);
		buf_clear(&s->page->words);
		if (css_next(&walks[1], &s->page->words, &two) != rc)
			return false;
		if (rc == CONSENT_OK && (one.raw.p - a.p != two.raw.p - b.p ||
					    one.raw.n != two.raw.n))
			return false;
		if (rc == CONSENT_OK && charset_trail_may_hide(one.raw) &&
		    !span_equal(one.raw, two.raw))
			return false;
	} while (rc == CONSENT_OK);
	return rc == CONSENT_ENOENT;
}

/*
 * Reads what is left of text once more, as one of the encodings pairs its
 * bytes. What was replaced is ASCII and reads alike.
 */
static int
edit_again(struct scope *s, enum charset_pairs pairs, struct span text,
    struct buf *out)
{
	struct span now = out->n > 0 ? buf_span(out) : text;
	struct buf masked, made;
	int rc;

	buf_init(&masked, now.n);
	buf_init(&made, now.n * sizeof "about:invalid");
	rc = charset_trail_mask(pairs, now, &masked);
	if (rc == CONSENT_OK && !reads_alike(s, now, buf_span(&masked)))
		rc = edit(s, buf_span(&masked), now, &made);
	if (rc == CONSENT_OK && made.n > 0) {
		buf_clear(out);
		rc = buf_append(out, buf_span(&made));
	}
	buf_fini(&masked);
	buf_fini(&made);
	return rc;
}

/*
 * A browser may take a backslash or brace for half a character, by a charset
 * that is declared or guessed: then the text is read in each way, and what any
 * of them withholds goes.
 */
static int
read_each_way(struct scope *s, struct span text, struct buf *out)
{
	int rc = edit(s, text, text, out);

	if (rc != CONSENT_OK || !charset_trail_may_hide(text))
		return rc;
	rc = edit_again(s, CHARSET_PAIRS_SHIFT_JIS, text, out);
	return rc == CONSENT_OK
		   ? edit_again(s, CHARSET_PAIRS_CHINESE, text, out)
		   : rc;
}

int
page_style(struct scope *s, struct span text, struct buf *out)
{
	int rc = CONSENT_ELIMIT;

	if (s->page->sheets <= REWRITER_NESTING_MAX) {
		s->page->sheets++;
		rc = read_each_way(s, text, out);
		s->page->sheets--;
	}
	return rc;
}

enum rewriter_verdict
page_style_element(struct scope *s, struct span text, struct buf *replacement)
{
	if (!css_may_fetch(text))
		return REWRITER_KEEP;
	if (page_style(s, text, replacement) != CONSENT_OK)
		return REWRITER_FAIL;
	return replacement->n > 0 ? REWRITER_EDIT : REWRITER_KEEP;
}

bool
page_style_is_css(struct span type)
{
	return type.n == 0 || span_equal_nocase(type, SPAN("text/css"));
}
