#include "consent/page_table.h"

#include "base/ascii.h"

#define URL_OF(attribute, loss)                                                \
	{                                                                      \
		SPAN_OF(attribute), PAGE_VALUE_URL, PAGE_LOSS_##loss           \
	}
#define SRCSET_OF(attribute, loss)                                             \
	{                                                                      \
		SPAN_OF(attribute), PAGE_VALUE_SRCSET, PAGE_LOSS_##loss        \
	}
/* a constant initializer, which the compound literal of SPAN is not */
#define SPAN_OF(literal)                                                       \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

static const struct page_element elements[] = {
    {SPAN_OF("a"), REWRITER_HTML, 1,
	{{SPAN_OF("ping"), PAGE_VALUE_URLS, PAGE_LOSS_ATTRIBUTE}}},
    {SPAN_OF("area"), REWRITER_HTML, 1,
	{{SPAN_OF("ping"), PAGE_VALUE_URLS, PAGE_LOSS_ATTRIBUTE}}},
    {SPAN_OF("audio"), REWRITER_HTML, 1, {URL_OF("src", ATTRIBUTE)}},
    {SPAN_OF("body"), REWRITER_HTML, 1, {URL_OF("background", ATTRIBUTE)}},
    {SPAN_OF("embed"), REWRITER_HTML, 1, {URL_OF("src", TAG)}},
    {SPAN_OF("frame"), REWRITER_HTML, 1, {URL_OF("src", ATTRIBUTE)}},
    {SPAN_OF("iframe"), REWRITER_HTML, 1, {URL_OF("src", ELEMENT)}},
    {SPAN_OF("img"), REWRITER_HTML, 2,
	{URL_OF("src", TAG), SRCSET_OF("srcset", ATTRIBUTE)}},
    {SPAN_OF("input"), REWRITER_HTML, 1, {URL_OF("src", ATTRIBUTE)}},
    {SPAN_OF("link"), REWRITER_HTML, 2,
	{URL_OF("href", TAG), SRCSET_OF("imagesrcset", TAG)}},
    {SPAN_OF("object"), REWRITER_HTML, 1, {URL_OF("data", ATTRIBUTE)}},
    {SPAN_OF("script"), REWRITER_HTML, 1, {URL_OF("src", ELEMENT)}},
    {SPAN_OF("source"), REWRITER_HTML, 2,
	{URL_OF("src", TAG), SRCSET_OF("srcset", TAG)}},
    {SPAN_OF("table"), REWRITER_HTML, 1, {URL_OF("background", ATTRIBUTE)}},
    {SPAN_OF("tbody"), REWRITER_HTML, 1, {URL_OF("background", ATTRIBUTE)}},
    {SPAN_OF("td"), REWRITER_HTML, 1, {URL_OF("background", ATTRIBUTE)}},
    {SPAN_OF("tfoot"), REWRITER_HTML, 1, {URL_OF("background", ATTRIBUTE)}},
    {SPAN_OF("th"), REWRITER_HTML, 1, {URL_OF("background", ATTRIBUTE)}},
    {SPAN_OF("thead"), REWRITER_HTML, 1, {URL_OF("background", ATTRIBUTE)}},
    {SPAN_OF("tr"), REWRITER_HTML, 1, {URL_OF("background", ATTRIBUTE)}},
    {SPAN_OF("track"), REWRITER_HTML, 1, {URL_OF("src", TAG)}},
    {SPAN_OF("video"), REWRITER_HTML, 2,
	{URL_OF("src", ATTRIBUTE), URL_OF("poster", ATTRIBUTE)}},
    {SPAN_OF("feimage"), REWRITER_SVG, 2,
	{URL_OF("href", ATTRIBUTE), URL_OF("xlink:href", ATTRIBUTE)}},
    {SPAN_OF("image"), REWRITER_SVG, 2,
	{URL_OF("href", ATTRIBUTE), URL_OF("xlink:href", ATTRIBUTE)}},
    {SPAN_OF("script"), REWRITER_SVG, 2,
	{URL_OF("href", ELEMENT), URL_OF("xlink:href", ELEMENT)}},
    {SPAN_OF("use"), REWRITER_SVG, 2,
	{URL_OF("href", ATTRIBUTE), URL_OF("xlink:href", ATTRIBUTE)}},
};

/* Links that only name something (canonical, alternate, next) never go. */
static const char *const fetching_rels[] = {
    "stylesheet",
    "preload",
    "modulepreload",
    "prefetch",
    "preconnect",
    "dns-prefetch",
    "prerender",
    "icon",
    "apple-touch-icon",
    "apple-touch-icon-precomposed",
    "apple-touch-startup-image",
    "mask-icon",
    "manifest",
    "compression-dictionary",
    "import",
};

/*
 * Types beside those with "script" in their name: text/javascript and its
 * kin, and what lazy loaders make of it ("rocketlazyloadscript").
 */
static const char *const code_types[] = {
    "module",
    "importmap",
    "text/partytown",
    "text/psajs",
    "speculationrules",
};

const struct page_element *
page_element_find(struct span name, enum rewriter_space space)
{
	size_t i;

	for (i = 0; i < sizeof elements / sizeof elements[0]; i++) {
		const struct page_element *e = &elements[i];

		if (name.n == e->name.n && name.p[0] == e->name.p[0] &&
		    space == e->space && span_equal(name, e->name))
			return e;
	}
	return NULL;
}

static bool
is_blank(char c)
{
	return ascii_is(c, ASCII_SPACE);
}

/* Cuts the next word off the front of *rest; empty at the end. */
static struct span
next_word(struct span *rest)
{
	struct span word;
	size_t from = 0, to;

	while (from < rest->n && is_blank(rest->p[from]))
		from++;
	to = from;
	while (to < rest->n && !is_blank(rest->p[to]))
		to++;
	word = span_sub(*rest, from, to - from);
	*rest = span_sub(*rest, to, rest->n);
	return word;
}

static bool
is_listed(struct span word, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (span_equal_nocase(word, span_of(list[i])))
			return true;
	}
	return false;
}

bool
page_rel_fetches(struct span rel)
{
	struct span word;

	while ((word = next_word(&rel)).n > 0) {
		if (is_listed(word, fetching_rels,
			sizeof fetching_rels / sizeof fetching_rels[0]))
			return true;
	}
	return false;
}

static bool
has_nocase(struct span text, struct span needle)
{
	size_t i;

	for (i = 0; i + needle.n <= text.n; i++) {
		if (span_starts_nocase(span_sub(text, i, needle.n), needle))
			return true;
	}
	return false;
}

bool
page_type_is_code(struct span type)
{
	struct span word = next_word(&type);

	if (word.n == 0 || has_nocase(word, SPAN("script")))
		return true;
	return is_listed(
	    word, code_types, sizeof code_types / sizeof code_types[0]);
}

/* Skips the descriptors of a candidate through its comma. */
static void
skip_descriptors(struct span *rest)
{
	unsigned depth = 0;
	size_t i;

	for (i = 0; i < rest->n; i++) {
		char c = rest->p[i];

		if (c == ',' && depth == 0)
			break;
		if (c == '(')
			depth = 1;
		else if (c == ')')
			depth = 0;
	}
	*rest = span_sub(*rest, i, rest->n);
}

static bool
next_candidate(struct span *rest, struct span *url)
{
	size_t from = 0;

	while (
	    from < rest->n && (is_blank(rest->p[from]) || rest->p[from] == ','))
		from++;
	*rest = span_sub(*rest, from, rest->n);
	*url = next_word(rest);
	if (url->n == 0)
		return false;
	if (url->p[url->n - 1] != ',')
		skip_descriptors(rest);
	while (url->n > 0 && url->p[url->n - 1] == ',')
		url->n--;
	return true;
}

bool
page_value_next(enum page_value kind, struct span *rest, struct span *url)
{
	switch (kind) {
	case PAGE_VALUE_URL:
		*url = *rest;
		*rest = (struct span){NULL, 0};
		return url->p != NULL;
	case PAGE_VALUE_URLS:
		*url = next_word(rest);
		return url->n > 0;
	case PAGE_VALUE_SRCSET:
		return next_candidate(rest, url);
	}
	return false;
}
