#include "html/element.h"

#include <string.h>

enum {
	ELEMENT_NAME_MAX = 10,

	/* short names for the table */
	VOID = ELEMENT_VOID,
	HEAD = ELEMENT_HEAD,
	OUT = ELEMENT_BREAKOUT,
	P = ELEMENT_CLOSES_P,
	IMPL = ELEMENT_IMPLIED,
	BLOCK = ELEMENT_BLOCK,
	SPEC = ELEMENT_SPECIAL,
	TABLE = ELEMENT_TABLE,
	HEADING = ELEMENT_HEADING,
	FORMAT = ELEMENT_FORMAT,
	STEERS = ELEMENT_STEERS
};

struct row {
	char name[ELEMENT_NAME_MAX + 1];
	struct element element;
};

/* Sorted by first letter. clang-format would break the rows of the table. */
/* clang-format off */
static const struct row rows[] = {
    {"a", {FORMAT, TOKENIZER_DATA}},
    {"address", {P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"applet", {SPEC, TOKENIZER_DATA}},
    {"area", {VOID | SPEC, TOKENIZER_DATA}},
    {"article", {P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"aside", {P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"b", {OUT | FORMAT, TOKENIZER_DATA}},
    {"base", {VOID | HEAD | SPEC, TOKENIZER_DATA}},
    {"basefont", {VOID | HEAD | SPEC, TOKENIZER_DATA}},
    {"bgsound", {VOID | HEAD | SPEC, TOKENIZER_DATA}},
    {"big", {OUT | FORMAT, TOKENIZER_DATA}},
    {"blockquote", {OUT | P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"body", {OUT | SPEC, TOKENIZER_DATA}},
    {"br", {VOID | OUT | SPEC, TOKENIZER_DATA}},
    {"button", {BLOCK | SPEC, TOKENIZER_DATA}},
    {"caption", {SPEC | TABLE, TOKENIZER_DATA}},
    {"center", {OUT | P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"code", {OUT | FORMAT, TOKENIZER_DATA}},
    {"col", {VOID | SPEC | TABLE, TOKENIZER_DATA}},
    {"colgroup", {SPEC | TABLE, TOKENIZER_DATA}},
    {"dd", {OUT | P | IMPL | BLOCK | SPEC, TOKENIZER_DATA}},
    {"details", {P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"dialog", {P | BLOCK, TOKENIZER_DATA}},
    {"dir", {P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"div", {OUT | P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"dl", {OUT | P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"dt", {OUT | P | IMPL | BLOCK | SPEC, TOKENIZER_DATA}},
    {"em", {OUT | FORMAT, TOKENIZER_DATA}},
    {"embed", {VOID | OUT | SPEC, TOKENIZER_DATA}},
    {"fieldset", {P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"figcaption", {P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"figure", {P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"font", {FORMAT, TOKENIZER_DATA}},
    {"footer", {P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"form", {P | SPEC, TOKENIZER_DATA}},
    {"frame", {VOID | SPEC, TOKENIZER_DATA}},
    {"frameset", {SPEC | STEERS, TOKENIZER_DATA}},
    {"h1", {OUT | P | BLOCK | SPEC | HEADING, TOKENIZER_DATA}},
    {"h2", {OUT | P | BLOCK | SPEC | HEADING, TOKENIZER_DATA}},
    {"h3", {OUT | P | BLOCK | SPEC | HEADING, TOKENIZER_DATA}},
    {"h4", {OUT | P | BLOCK | SPEC | HEADING, TOKENIZER_DATA}},
    {"h5", {OUT | P | BLOCK | SPEC | HEADING, TOKENIZER_DATA}},
    {"h6", {OUT | P | BLOCK | SPEC | HEADING, TOKENIZER_DATA}},
    {"head", {OUT | SPEC, TOKENIZER_DATA}},
    {"header", {P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"hgroup", {P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"hr", {VOID | OUT | P | SPEC, TOKENIZER_DATA}},
    {"html", {SPEC, TOKENIZER_DATA}},
    {"i", {OUT | FORMAT, TOKENIZER_DATA}},
    {"iframe", {SPEC, TOKENIZER_RAWTEXT}},
    {"image", {VOID, TOKENIZER_DATA}},
    {"img", {VOID | OUT | SPEC, TOKENIZER_DATA}},
    {"input", {VOID | SPEC, TOKENIZER_DATA}},
    {"keygen", {VOID | SPEC, TOKENIZER_DATA}},
    {"li", {OUT | P | IMPL | BLOCK | SPEC, TOKENIZER_DATA}},
    {"link", {VOID | HEAD | SPEC, TOKENIZER_DATA}},
    {"listing", {OUT | P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"main", {P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"marquee", {SPEC, TOKENIZER_DATA}},
    {"math", {STEERS, TOKENIZER_DATA}},
    {"menu", {OUT | P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"meta", {VOID | HEAD | OUT | SPEC, TOKENIZER_DATA}},
    {"nav", {P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"nobr", {OUT | FORMAT, TOKENIZER_DATA}},
    {"noembed", {SPEC, TOKENIZER_RAWTEXT}},
    {"noframes", {HEAD | SPEC, TOKENIZER_RAWTEXT}},
    {"noscript", {HEAD | SPEC, TOKENIZER_RAWTEXT}},
    {"object", {SPEC, TOKENIZER_DATA}},
    {"ol", {OUT | P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"optgroup", {IMPL, TOKENIZER_DATA}},
    {"option", {IMPL, TOKENIZER_DATA}},
    {"p", {OUT | P | IMPL | BLOCK | SPEC, TOKENIZER_DATA}},
    {"param", {VOID | SPEC, TOKENIZER_DATA}},
    {"plaintext", {P | SPEC, TOKENIZER_PLAINTEXT}},
    {"pre", {OUT | P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"rb", {IMPL, TOKENIZER_DATA}},
    {"rp", {IMPL, TOKENIZER_DATA}},
    {"rt", {IMPL, TOKENIZER_DATA}},
    {"rtc", {IMPL, TOKENIZER_DATA}},
    {"ruby", {OUT, TOKENIZER_DATA}},
    {"s", {OUT | FORMAT, TOKENIZER_DATA}},
    {"script", {HEAD | SPEC, TOKENIZER_SCRIPT}},
    {"search", {P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"section", {P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"select", {SPEC | STEERS, TOKENIZER_DATA}},
    {"small", {OUT | FORMAT, TOKENIZER_DATA}},
    {"source", {VOID | SPEC, TOKENIZER_DATA}},
    {"span", {OUT, TOKENIZER_DATA}},
    {"strike", {OUT | FORMAT, TOKENIZER_DATA}},
    {"strong", {OUT | FORMAT, TOKENIZER_DATA}},
    {"style", {HEAD | SPEC, TOKENIZER_RAWTEXT}},
    {"sub", {OUT, TOKENIZER_DATA}},
    {"summary", {P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"sup", {OUT, TOKENIZER_DATA}},
    {"svg", {STEERS, TOKENIZER_DATA}},
    {"table", {OUT | P | SPEC, TOKENIZER_DATA}},
    {"tbody", {SPEC | TABLE, TOKENIZER_DATA}},
    {"td", {SPEC | TABLE, TOKENIZER_DATA}},
    {"template", {HEAD | SPEC | STEERS, TOKENIZER_DATA}},
    {"textarea", {SPEC, TOKENIZER_RCDATA}},
    {"tfoot", {SPEC | TABLE, TOKENIZER_DATA}},
    {"th", {SPEC | TABLE, TOKENIZER_DATA}},
    {"thead", {SPEC | TABLE, TOKENIZER_DATA}},
    {"title", {HEAD | SPEC, TOKENIZER_RCDATA}},
    {"tr", {SPEC | TABLE, TOKENIZER_DATA}},
    {"track", {VOID | SPEC, TOKENIZER_DATA}},
    {"tt", {OUT | FORMAT, TOKENIZER_DATA}},
    {"u", {OUT | FORMAT, TOKENIZER_DATA}},
    {"ul", {OUT | P | BLOCK | SPEC, TOKENIZER_DATA}},
    {"var", {OUT, TOKENIZER_DATA}},
    {"wbr", {VOID | SPEC, TOKENIZER_DATA}},
    {"xmp", {P | SPEC, TOKENIZER_RAWTEXT}},
};
/* clang-format on */

/* Where the rows of each first letter begin, and where the last end. */
static const unsigned char letters['z' - 'a' + 2] = {0, 6, 15, 20, 27, 29, 37,
    37, 48, 53, 53, 54, 57, 62, 67, 71, 75, 75, 80, 95, 107, 109, 110, 111, 112,
    112, 112};

struct element
element_find(struct span name)
{
	size_t i;
	size_t end;

	if (name.n == 0 || name.n > ELEMENT_NAME_MAX || name.p[0] < 'a' ||
	    name.p[0] > 'z')
		return (struct element){0};
	i = letters[name.p[0] - 'a'];
	end = letters[name.p[0] - 'a' + 1];
	for (; i < end; i++)
		if (rows[i].name[name.n] == 0 &&
		    memcmp(rows[i].name, name.p, name.n) == 0)
			return rows[i].element;
	return (struct element){0};
}

/* The bit of a length. */
#define LONG(n) (1u << (n))

/* The lengths of the names that are not plain, by first letter. */
static const uint16_t steering['z' - 'a' + 1] = {
    ['f' - 'a'] = LONG(8),	     /* frameset */
    ['i' - 'a'] = LONG(5) | LONG(6), /* image, iframe */
    ['m' - 'a'] = LONG(4),	     /* math */
    ['n' - 'a'] = LONG(7) | LONG(8), /* noembed, noframes, noscript */
    ['p' - 'a'] = LONG(9),	     /* plaintext */
    ['s' - 'a'] = LONG(3) | LONG(5) | LONG(6),
    ['t' - 'a'] = LONG(5) | LONG(8), /* title, template, textarea */
    ['x' - 'a'] = LONG(3),	     /* xmp */
};

bool
element_is_plain(struct span name)
{
	struct element e;

	if (name.n == 0 || name.n > ELEMENT_NAME_MAX || name.p[0] < 'a' ||
	    name.p[0] > 'z' || (steering[name.p[0] - 'a'] & LONG(name.n)) == 0)
		return true;
	e = element_find(name);
	return e.text == TOKENIZER_DATA && (e.flags & ELEMENT_STEERS) == 0 &&
	       !span_equal(name, SPAN("image"));
}
