#include "consent/page_words.h"

#include "base/utf8.h"
#include "html/xml.h"

/* What stands for one where the other is left out. */
static struct span
either(struct span a, struct span b)
{
	return a.n > 0 ? a : b;
}

bool
page_words_fit(const struct page *p, struct span markup)
{
	return p->kind == PAGE_HTML || xml_fits(markup);
}

static void
set_words(struct page *p, const struct page_words *words)
{
	p->shown = *words;
	p->shown.body_abroad = either(words->body_abroad, words->body);
	p->shown.box_abroad = either(words->box_abroad, words->box);
	if (!page_words_fit(p, p->shown.body) ||
	    !page_words_fit(p, p->shown.body_abroad))
		p->shown.body = p->shown.body_abroad = (struct span){NULL, 0};
}

void
page_words_init(struct page *p, const struct page_options *options)
{
	p->kind = options->kind;
	p->is_utf8 = options->is_utf8;
	p->words_in = options->words_in;
	p->words_ctx = options->words_ctx;
	set_words(p, &options->words);
}

/* The language that an html element says, as HTML orders the two (3.2.6.2). */
static int
read_language(struct scope *s, const struct rewriter_tag *tag, struct span *out)
{
	int rc = CONSENT_ENOENT;

	buf_clear(&s->value);
	if (s->page->kind == PAGE_XML)
		rc = rewriter_tag_attribute(
		    tag, SPAN("xml:lang"), &s->value, out);
	if (rc == CONSENT_ENOENT)
		rc = rewriter_tag_attribute(tag, SPAN("lang"), &s->value, out);
	return rc;
}

int
page_words_heed(struct scope *s, const struct rewriter_tag *tag)
{
	struct page *p = s->page;
	struct page_words words;
	struct span language;
	int rc;

	if (s != &p->document || p->words_in == NULL)
		return CONSENT_OK;
	rc = read_language(s, tag, &language);
	if (rc == CONSENT_OK && p->words_in(p->words_ctx, language, &words))
		set_words(p, &words);
	p->words_in = NULL; /* the first one counts */
	return rc == CONSENT_ENOENT ? CONSENT_OK : rc;
}

/* A character by its number; one that is broken by U+FFFD. */
static int
write_reference(struct buf *out, uint32_t c)
{
	return buf_printf(out, "&#%lu;", (unsigned long)c);
}

int
page_words_write(const struct page *p, struct span words, struct buf *out)
{
	int rc = CONSENT_OK;
	size_t from = 0, i = 0;

	/* ASCII reads the same in every charset that gets here */
	while (!p->is_utf8 && rc == CONSENT_OK && i < words.n) {
		uint32_t c = 0xfffd;
		size_t n;

		if ((unsigned char)words.p[i] < 0x80) {
			i++;
			continue;
		}
		n = utf8_first(span_sub(words, i, words.n), &c);
		rc = buf_append(out, span_sub(words, from, i - from));
		if (rc == CONSENT_OK)
			rc = write_reference(out, c);
		i += n > 0 ? n : 1;
		from = i;
	}
	return rc == CONSENT_OK
		   ? buf_append(out, span_sub(words, from, words.n))
		   : rc;
}

int
page_words_fit_in(struct page *p, struct span words, struct span *out)
{
	int rc;

	*out = words;
	if (p->is_utf8)
		return CONSENT_OK;
	buf_clear(&p->made);
	rc = page_words_write(p, words, &p->made);
	*out = buf_span(&p->made);
	return rc;
}
