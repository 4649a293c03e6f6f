#include "consent/page_table.h"

#include "base/ascii.h"
#include "html/tokenizer.h"

enum {
	ROWS_COUNTED = 2 /* of an element whose letters are looked at */
};

/* a constant initializer, which the compound literal of SPAN is not */
#define ROW(attribute, value, loss)                                            \
	{                                                                      \
		SPAN_INIT(attribute), PAGE_VALUE_##value, PAGE_LOSS_##loss,    \
		    false                                                      \
	}
#define EMBED(attribute, loss)                                                 \
	{                                                                      \
		SPAN_INIT(attribute), PAGE_VALUE_URL, PAGE_LOSS_##loss, true   \
	}
#define COUNT(list) (sizeof(list) / sizeof(list)[0])
#define ELEMENT(name, when, list, parks, use)                                  \
	{                                                                      \
		SPAN_INIT(name), PAGE_##when, COUNT(list), list, parks,        \
		    PAGE_USE_##use                                             \
	}

static const struct page_attribute anchor[] = {ROW("href", LINK, ATTRIBUTE),
    ROW("ping", URLS, ATTRIBUTE), ROW("attributionsrc", URLS, ATTRIBUTE)};
static const struct page_attribute applet[] = {ROW("code", URL, ATTRIBUTE),
    ROW("archive", URLS, ATTRIBUTE), ROW("codebase", URL, ATTRIBUTE),
    ROW("object", URL, ATTRIBUTE)};
static const struct page_attribute ground[] = {
    ROW("background", URL, ATTRIBUTE)};
static const struct page_attribute button[] = {
    ROW("formaction", ACTION, ATTRIBUTE)};
static const struct page_attribute embed[] = {
    EMBED("src", TAG), EMBED("code", TAG)};
static const struct page_attribute form[] = {ROW("action", ACTION, ATTRIBUTE)};
static const struct page_attribute html[] = {ROW("manifest", URL, ATTRIBUTE)};
static const struct page_attribute iframe[] = {
    EMBED("src", ELEMENT), ROW("srcdoc", DOCUMENT, ATTRIBUTE)};
static const struct page_attribute img[] = {ROW("src", URL, TAG),
    ROW("srcset", SRCSET, ATTRIBUTE), ROW("lowsrc", URL, ATTRIBUTE),
    ROW("dynsrc", URL, ATTRIBUTE), ROW("attributionsrc", URLS, ATTRIBUTE)};
static const struct page_attribute input[] = {
    ROW("src", URL, ATTRIBUTE), ROW("formaction", ACTION, ATTRIBUTE)};
static const struct page_attribute links[] = {ROW("href", URL, TAG),
    ROW("imagesrcset", SRCSET, TAG), ROW("nitro-href", URL, TAG)};
static const struct page_attribute meta[] = {ROW("content", REFRESH, TAG)};
static const struct page_attribute object[] = {EMBED("data", ATTRIBUTE),
    ROW("archive", URLS, ATTRIBUTE), ROW("codebase", URL, ATTRIBUTE),
    ROW("classid", URL, ATTRIBUTE), ROW("code", URL, ATTRIBUTE)};
static const struct page_attribute param[] = {ROW("value", URL, TAG)};
static const struct page_attribute script[] = {
    ROW("src", URL, ELEMENT), ROW("attributionsrc", URLS, ATTRIBUTE)};
static const struct page_attribute source[] = {
    ROW("src", URL, TAG), ROW("srcset", SRCSET, TAG)};
static const struct page_attribute media[] = {ROW("src", URL, ATTRIBUTE)};
static const struct page_attribute track[] = {ROW("src", URL, TAG)};
static const struct page_attribute video[] = {
    EMBED("src", ATTRIBUTE), ROW("poster", URL, ATTRIBUTE)};

/* Sorted by first letter; see first_rows. */
static const struct page_element elements[] = {
    ELEMENT("a", ALWAYS, anchor, false, OTHER),
    ELEMENT("applet", ALWAYS, applet, false, OTHER),
    ELEMENT("area", ALWAYS, anchor, false, OTHER),
    ELEMENT("audio", ALWAYS, media, true, OTHER),
    ELEMENT("bgsound", ALWAYS, track, false, OTHER),
    ELEMENT("body", ALWAYS, ground, false, OTHER),
    ELEMENT("button", ALWAYS, button, false, OTHER),
    ELEMENT("col", ALWAYS, ground, false, OTHER),
    ELEMENT("colgroup", ALWAYS, ground, false, OTHER),
    ELEMENT("embed", ALWAYS, embed, true, DOCUMENT),
    ELEMENT("form", ALWAYS, form, false, OTHER),
    ELEMENT("frame", ALWAYS, media, false, DOCUMENT),
    ELEMENT("html", ALWAYS, html, false, OTHER),
    ELEMENT("iframe", ALWAYS, iframe, true, DOCUMENT),
    ELEMENT("img", ALWAYS, img, true, OTHER),
    ELEMENT("input", ALWAYS, input, false, OTHER),
    ELEMENT("link", REL, links, false, STYLE),
    ELEMENT("meta", REFRESH, meta, false, DOCUMENT),
    ELEMENT("model", ALWAYS, media, false, OTHER),
    ELEMENT("object", ALWAYS, object, true, DOCUMENT),
    ELEMENT("param", PARAM, param, false, OTHER),
    ELEMENT("portal", ALWAYS, media, false, DOCUMENT),
    ELEMENT("script", ALWAYS, script, true, SCRIPT),
    ELEMENT("source", ALWAYS, source, true, OTHER),
    ELEMENT("table", ALWAYS, ground, false, OTHER),
    ELEMENT("tbody", ALWAYS, ground, false, OTHER),
    ELEMENT("td", ALWAYS, ground, false, OTHER),
    ELEMENT("tfoot", ALWAYS, ground, false, OTHER),
    ELEMENT("th", ALWAYS, ground, false, OTHER),
    ELEMENT("thead", ALWAYS, ground, false, OTHER),
    ELEMENT("tr", ALWAYS, ground, false, OTHER),
    ELEMENT("track", ALWAYS, track, false, OTHER),
    ELEMENT("video", ALWAYS, video, true, OTHER),
};

/* Where the rows of each letter begin, and where those of z would end. */
static const unsigned char first_rows['z' - 'a' + 2] = {0, 4, 7, 9, 9, 10, 12,
    12, 13, 16, 16, 16, 17, 19, 19, 20, 22, 22, 22, 24, 32, 32, 33, 33, 33, 33,
    33};

static const struct page_attribute svg_link[] = {
    ROW("href", LINK, ATTRIBUTE), ROW("xlink:href", LINK, ATTRIBUTE)};
static const struct page_attribute svg_script[] = {
    ROW("href", URL, ELEMENT), ROW("xlink:href", URL, ELEMENT)};
static const struct page_attribute svg_animation[] = {
    ROW("to", ANIMATION, ATTRIBUTE), ROW("values", ANIMATION, ATTRIBUTE),
    ROW("from", ANIMATION, ATTRIBUTE), ROW("by", ANIMATION, ATTRIBUTE)};
static const struct page_attribute svg_any[] = {
    ROW("href", URL, ATTRIBUTE), ROW("xlink:href", URL, ATTRIBUTE)};
static const struct page_attribute math_any[] = {ROW("href", LINK, ATTRIBUTE),
    ROW("xlink:href", LINK, ATTRIBUTE), ROW("src", URL, ATTRIBUTE)};

static const struct page_element svg_elements[] = {
    ELEMENT("a", ALWAYS, svg_link, false, OTHER),
    ELEMENT("animate", ALWAYS, svg_animation, false, OTHER),
    ELEMENT("script", ALWAYS, svg_script, true, SCRIPT),
    ELEMENT("set", ALWAYS, svg_animation, false, OTHER),
};
static const struct page_element svg_other =
    ELEMENT("", ALWAYS, svg_any, false, OTHER);
static const struct page_element math_other =
    ELEMENT("", ALWAYS, math_any, false, OTHER);

static const struct page_attribute style = ROW("style", STYLE, ATTRIBUTE);
static const struct page_attribute handler = ROW("on*", CODE, ATTRIBUTE);

/* Presentation attributes of SVG whose value may be a url() (SVG 2, 6.6). */
static const struct page_attribute paints[] = {
    ROW("clip-path", STYLE, ATTRIBUTE),
    ROW("color-profile", STYLE, ATTRIBUTE),
    ROW("cursor", STYLE, ATTRIBUTE),
    ROW("fill", STYLE, ATTRIBUTE),
    ROW("filter", STYLE, ATTRIBUTE),
    ROW("marker", STYLE, ATTRIBUTE),
    ROW("marker-end", STYLE, ATTRIBUTE),
    ROW("marker-mid", STYLE, ATTRIBUTE),
    ROW("marker-start", STYLE, ATTRIBUTE),
    ROW("mask", STYLE, ATTRIBUTE),
    ROW("mask-image", STYLE, ATTRIBUTE),
    ROW("shape-inside", STYLE, ATTRIBUTE),
    ROW("shape-subtract", STYLE, ATTRIBUTE),
    ROW("stroke", STYLE, ATTRIBUTE),
};

/*
 * Where optimisers and lazy loaders keep a URL until they load it themselves:
 * WP Rocket, LiteSpeed, NitroPack, Cloudflare, PageSpeed, Ezoic and others.
 */
static const struct page_attribute parked[] = {
    ROW("data-src", URL, ATTRIBUTE),
    ROW("data-srcset", SRCSET, ATTRIBUTE),
    ROW("data-lazy-src", URL, ATTRIBUTE),
    ROW("data-lazy-srcset", SRCSET, ATTRIBUTE),
    ROW("data-rocket-src", URL, ATTRIBUTE),
    ROW("data-litespeed-src", URL, ATTRIBUTE),
    ROW("data-original", URL, ATTRIBUTE),
    ROW("data-cfsrc", URL, ATTRIBUTE),
    ROW("data-ezsrc", URL, ATTRIBUTE),
    ROW("data-pagespeed-lazy-src", URL, ATTRIBUTE),
    ROW("nitro-src", URL, ATTRIBUTE),
    ROW("nitro-lazy-src", URL, ATTRIBUTE),
    ROW("nitro-lazy-srcset", SRCSET, ATTRIBUTE),
};

/* The same of elements that go whole with what they show. */
static const struct page_attribute parked_wholes[] = {
    ROW("data-src", URL, ELEMENT),
    ROW("data-lazy-src", URL, ELEMENT),
    ROW("data-rocket-src", URL, ELEMENT),
    ROW("data-litespeed-src", URL, ELEMENT),
    ROW("data-original", URL, ELEMENT),
    ROW("data-cfsrc", URL, ELEMENT),
    ROW("data-ezsrc", URL, ELEMENT),
    ROW("data-pagespeed-lazy-src", URL, ELEMENT),
    ROW("nitro-src", URL, ELEMENT),
    ROW("nitro-lazy-src", URL, ELEMENT),
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
    "subresource",
    "icon",
    "apple-touch-icon",
    "apple-touch-icon-precomposed",
    "apple-touch-startup-image",
    "mask-icon",
    "fluid-icon",
    "manifest",
    "compression-dictionary",
    "import",
    "search",
    "monetization",
    "serviceworker",
};

/* Names that plugins and browsers have taken a URL by. */
static const char *const url_params[] = {
    "movie", "src", "code", "url", "data", "filename", "archive", "codebase"};

/*
 * Types beside those with "script" in their name: text/javascript and its
 * kin, and what lazy loaders make of it ("rocketlazyloadscript").
 */
static const char *const code_types[] = {
    "module",
    "text/partytown",
    "text/psajs",
};

static const struct page_element *
find_html(struct span name)
{
	size_t i, end;

	if (name.n == 0 || name.p[0] < 'a' || name.p[0] > 'z')
		return NULL;
	i = first_rows[name.p[0] - 'a'];
	end = first_rows[name.p[0] - 'a' + 1];
	for (; i < end; i++)
		if (name.n == elements[i].name.n &&
		    span_equal(name, elements[i].name))
			return &elements[i];
	return NULL;
}

static const struct page_element *
find_svg(struct span name)
{
	size_t i;

	for (i = 0; i < COUNT(svg_elements); i++)
		if (span_equal(name, svg_elements[i].name))
			return &svg_elements[i];
	return &svg_other;
}

const struct page_element *
page_element_find(struct span name, enum rewriter_space space)
{
	if (space == REWRITER_HTML)
		return find_html(name);
	return space == REWRITER_SVG ? find_svg(name) : &math_other;
}

static const struct page_attribute *
find_in(const struct page_attribute *list, size_t n, struct span name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (name.n == list[i].name.n &&
		    span_equal_nocase(name, list[i].name))
			return &list[i];
	return NULL;
}

/* An attribute of a loader; it is worth what the element's own one is. */
static const struct page_attribute *
find_parked(const struct page_element *element, struct span name)
{
	const struct page_attribute *found = NULL;

	if (element->attributes[0].loss != PAGE_LOSS_ATTRIBUTE)
		found = find_in(parked_wholes, COUNT(parked_wholes), name);
	return found != NULL ? found : find_in(parked, COUNT(parked), name);
}

/* What the names in paints begin with. */
static uint32_t
paint_letters(void)
{
	return tokenizer_letter('c') | tokenizer_letter('f') |
	       tokenizer_letter('m') | tokenizer_letter('s');
}

uint32_t
page_attribute_letters(
    const struct page_element *element, enum rewriter_space space)
{
	/* on* and style */
	uint32_t letters = tokenizer_letter('o') | tokenizer_letter('s');
	size_t i;

	if (space == REWRITER_SVG)
		letters |= paint_letters();
	if (element == NULL)
		return letters;
	/* where there are many, most tags have one of them */
	if (element->n > ROWS_COUNTED)
		return UINT32_MAX;
	for (i = 0; i < element->n; i++)
		letters |= tokenizer_letter(element->attributes[i].name.p[0]);
	if (element->parks)
		letters |= tokenizer_letter('d') | tokenizer_letter('n');
	return letters;
}

struct skim_wish
page_attribute_wish(const struct page_element *element)
{
	struct skim_wish wish = {
	    tokenizer_letter('o') | tokenizer_letter('s'), 0};
	size_t i;

	if (element == NULL)
		return wish;
	for (i = 0; i < element->n; i++) {
		const struct page_attribute *row = &element->attributes[i];
		uint32_t letter = tokenizer_letter(row->name.p[0]);

		if (row->value == PAGE_VALUE_LINK)
			wish.links |= letter;
		else
			wish.letters |= letter;
	}
	if (element->parks)
		wish.letters |= tokenizer_letter('d') | tokenizer_letter('n');
	return wish;
}

const struct page_attribute *
page_attribute_find(const struct page_element *element,
    enum rewriter_space space, struct span name)
{
	char first = ascii_lower(name.p[0]);
	const struct page_attribute *found = NULL;

	if (first == 'o' && name.n > 2 && ascii_lower(name.p[1]) == 'n')
		return &handler;
	if (first == 's' && name.n == style.name.n &&
	    span_equal_nocase(name, style.name))
		return &style;
	if (element != NULL)
		found = find_in(element->attributes, element->n, name);
	if (found == NULL && element != NULL && element->parks &&
	    (first == 'd' || first == 'n'))
		found = find_parked(element, name);
	if (found == NULL && space == REWRITER_SVG &&
	    (paint_letters() & tokenizer_letter(first)) != 0)
		found = find_in(paints, COUNT(paints), name);
	return found;
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

	while ((word = page_value_word(&rel)).n > 0) {
		if (is_listed(word, fetching_rels, COUNT(fetching_rels)))
			return true;
	}
	return false;
}

bool
page_param_is_url(struct span name)
{
	return is_listed(name, url_params, COUNT(url_params));
}

enum page_script
page_script_kind(struct span type)
{
	struct span word = page_value_word(&type);

	if (span_equal_nocase(word, SPAN("importmap")))
		return PAGE_SCRIPT_MAP;
	if (span_equal_nocase(word, SPAN("speculationrules")))
		return PAGE_SCRIPT_RULES;
	if (word.n == 0 || page_value_has(word, SPAN("script")) ||
	    is_listed(word, code_types, COUNT(code_types)))
		return PAGE_SCRIPT_CODE;
	return PAGE_SCRIPT_DATA;
}
