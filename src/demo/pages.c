#include "demo/pages.h"

#include "web/language.h"

#include <event2/buffer.h>

#include <stdbool.h>
#include <stdio.h>

enum {
	LIMIT_DEPTH = 8, /* values inside values */
	LIMIT_NAME = 64
};

/* One page while it is put together. */
struct render {
	const struct page *page;
	struct span words;    /* text.LANG */
	struct span head;     /* the lines at the top of the page's file */
	struct span body;     /* the rest of it */
	const char *card;     /* the article whose card is drawn, or NULL */
	struct span cardhead; /* and its head */
	struct evbuffer *out;
};

static const char *const languages[] = {"en", "tr", "ar"};

/* In the order of the front page. */
static const char *const articles[] = {"travel-for-treatment",
    "cataract-surgery", "cardiac-rehabilitation", "knee-replacement",
    "diabetes-fasting", "travel-vaccination"};

static int render_text(struct render *r, struct span text, unsigned depth);

const char *
page_language(struct span tag)
{
	size_t i;

	for (i = 0; i < sizeof languages / sizeof languages[0]; i++)
		if (span_equal_nocase(tag, span_of(languages[i])))
			return languages[i];
	return NULL;
}

const char *
page_accepted_language(struct span accept)
{
	int i = language_best(
	    accept, languages, sizeof languages / sizeof languages[0]);

	return languages[i < 0 ? 0 : i];
}

static struct span
file_named(struct span name)
{
	const struct embedded_file *file;

	file = embedded_find(demo_pages, demo_pages_count, name);
	return file == NULL ? (struct span){NULL, 0} : embedded_span(file);
}

static struct span
page_file(const char *lang, struct span name)
{
	char path[LIMIT_NAME];
	int n;

	n = snprintf(path, sizeof path, "%s/%.*s.html", lang, SPAN_ARG(name));
	if (n < 0 || (size_t)n >= sizeof path)
		return (struct span){NULL, 0};
	return file_named(span_of(path));
}

bool
page_exists(const char *lang, struct span name)
{
	return page_file(lang, name).p != NULL;
}

/* Splits a file at its first empty line. */
static void
file_split(struct span file, struct span *head, struct span *body)
{
	size_t at = span_search(file, SPAN("\n\n"));

	*head = span_sub(file, 0, at);
	*body = span_sub(file, at, file.n);
}

/* The value of a "key: value" line, or a span with a NULL pointer. */
static struct span
field(struct span lines, struct span key)
{
	struct span line, name;

	while (lines.p != NULL) {
		line = span_cut(&lines, '\n');
		name = span_cut(&line, ':');
		if (line.p != NULL && span_equal(name, key))
			return span_trim(line);
	}
	return (struct span){NULL, 0};
}

static int
add(struct render *r, struct span text)
{
	if (text.n == 0)
		return CONSENT_OK;
	return evbuffer_add(r->out, text.p, text.n) < 0 ? CONSENT_ENOMEM
							: CONSENT_OK;
}

static int
add_collector(struct render *r, unsigned depth)
{
	(void)depth;
	return evbuffer_add_printf(r->out, "collector.localhost:%u",
		   r->page->collector_port) < 0
		   ? CONSENT_ENOMEM
		   : CONSENT_OK;
}

static int
add_body(struct render *r, unsigned depth)
{
	return render_text(r, r->body, depth);
}

/* The cards of all articles but the page's own. */
static int
add_cards(struct render *r, unsigned depth)
{
	struct span file, unused;
	size_t i;
	int rc = CONSENT_OK;

	for (i = 0; i < sizeof articles / sizeof articles[0] && rc == 0; i++) {
		if (span_equal(r->page->name, span_of(articles[i])))
			continue;
		file = page_file(r->page->lang, span_of(articles[i]));
		if (file.p == NULL)
			continue;
		file_split(file, &r->cardhead, &unused);
		r->card = articles[i];
		rc = render_text(r, file_named(SPAN("card.html")), depth);
		r->card = NULL;
	}
	return rc;
}

static int
add_sent(struct render *r, unsigned depth)
{
	if (!span_equal(r->page->query, SPAN("sent=1")))
		return CONSENT_OK;
	return render_text(r, file_named(SPAN("sent.html")), depth);
}

/* Where the same page is in another language; the front page has no name. */
static int
add_here(struct render *r, unsigned depth)
{
	(void)depth;
	if (span_equal(r->page->name, SPAN("home")) ||
	    span_equal(r->page->name, SPAN("not-found")))
		return CONSENT_OK;
	return add(r, r->page->name);
}

static const struct {
	const char *name;
	int (*add)(struct render *r, unsigned depth);
} values[] = {
    {"collector", add_collector},
    {"body", add_body},
    {"cards", add_cards},
    {"sent", add_sent},
    {"here", add_here},
};

/* What {{name}} stands for: ours, the card's, the page's, the language's. */
static int
render_value(struct render *r, struct span name, unsigned depth)
{
	struct span value = {NULL, 0};
	size_t i;

	for (i = 0; i < sizeof values / sizeof values[0]; i++)
		if (span_equal(name, span_of(values[i].name)))
			return values[i].add(r, depth + 1);
	if (span_equal(name, SPAN("csrf")))
		return add(r, r->page->csrf);
	if (span_equal(name, SPAN("page")))
		return add(r, r->page->name);
	if (span_equal(name, SPAN("lang")))
		return add(r, span_of(r->page->lang));
	if (span_ends(name, SPAN(".html")))
		return render_text(r, file_named(name), depth + 1);
	if (r->card != NULL && span_equal(name, SPAN("card")))
		return add(r, span_of(r->card));
	if (r->card != NULL)
		value = field(r->cardhead, name);
	if (value.p == NULL)
		value = field(r->head, name);
	if (value.p == NULL)
		value = field(r->words, name);
	if (value.p == NULL)
		return CONSENT_EINVAL;
	return render_text(r, value, depth + 1);
}

static int
render_text(struct render *r, struct span text, unsigned depth)
{
	size_t open, length;
	int rc;

	if (depth > LIMIT_DEPTH)
		return CONSENT_EINVAL;
	while ((open = span_search(text, SPAN("{{"))) < text.n) {
		rc = add(r, span_sub(text, 0, open));
		if (rc < 0)
			return rc;
		text = span_sub(text, open + 2, text.n);
		length = span_search(text, SPAN("}}"));
		rc = render_value(r, span_sub(text, 0, length), depth);
		if (rc < 0)
			return rc;
		text = span_sub(text, length + 2, text.n);
	}
	return add(r, text);
}

int
page_render(const struct page *page, struct evbuffer *out)
{
	struct render r = {.page = page, .out = out};
	char words[LIMIT_NAME];
	struct span file;
	int n;

	file = page_file(page->lang, page->name);
	if (file.p == NULL)
		return CONSENT_ENOENT;
	n = snprintf(words, sizeof words, "text.%s", page->lang);
	if (n < 0 || (size_t)n >= sizeof words)
		return CONSENT_EINVAL;
	r.words = file_named(span_of(words));
	file_split(file, &r.head, &r.body);
	return render_text(&r, file_named(SPAN("template.html")), 0);
}
