#include "proxy/inventory_text.h"

#include "base/ascii.h"
#include "base/digest.h"
#include "proxy/told.h"

#include <libconsent/url.h>

#include <stdbool.h>
#include <string.h>

enum {
	SEGMENT = 24, /* longest that is shown of a path */
	WORD = 24,    /* and of a script */
	DOMAIN = 48,
	DIGITS = 8,
	SHOWN_NAMES = 4 /* of a script; domains come behind */
};

/* ---- paths ------------------------------------------------------------ */

static bool
is_harmless(struct span segment)
{
	size_t i;

	for (i = 0; i < segment.n; i++) {
		char c = segment.p[i];

		if (!ascii_is(c, ASCII_ALPHA) && c != '-' && c != '_' &&
		    c != '.')
			return false;
	}
	return segment.n <= SEGMENT;
}

size_t
inventory_path(struct span path, char out[INVENTORY_PATH])
{
	const struct span more = SPAN("/...");
	size_t n = 0;

	if (path.n > 0 && path.p[0] == '/')
		path = span_sub(path, 1, path.n);
	else
		return 0;
	while (path.p != NULL) {
		struct span segment = span_cut(&path, '/');

		if (!is_harmless(segment))
			segment = SPAN("*");
		if (n + 1 + segment.n + more.n > INVENTORY_PATH) {
			memcpy(out + n, more.p, more.n);
			return n + more.n;
		}
		out[n++] = '/';
		if (segment.n > 0)
			memcpy(out + n, segment.p, segment.n);
		n += segment.n;
	}
	return n;
}

/* ---- scripts ---------------------------------------------------------- */

/* A script while it is read. */
struct label {
	struct span text;
	size_t at;
	bool ends_value; /* what stands before a "/" that would divide */
	uint64_t key;
	uint64_t seen[LABEL_WORDS];
	size_t n_seen;
	size_t n_names; /* shown */
	char names[INVENTORY_NAME], domains[INVENTORY_NAME];
	size_t names_n, domains_n;
};

/* The byte so far ahead; NUL behind the end. */
static char
ahead(const struct label *l, size_t by)
{
	return l->at + by < l->text.n ? l->text.p[l->at + by] : '\0';
}

/* Whether it was not seen before; there is a place for so many. */
static bool
is_new(struct label *l, struct span word)
{
	uint64_t key = told_key(TOLD_KEY, word);
	size_t i;

	for (i = 0; i < l->n_seen; i++)
		if (l->seen[i] == key)
			return false;
	if (l->n_seen == LABEL_WORDS)
		return false;
	l->seen[l->n_seen++] = key;
	return true;
}

/* Puts a blank and the word behind the others, where it fits. */
static void
show(char to[INVENTORY_NAME], size_t *n, struct span word)
{
	if (*n + 1 + word.n > INVENTORY_NAME)
		return;
	to[(*n)++] = ' ';
	memcpy(to + *n, word.p, word.n);
	*n += word.n;
}

static bool
is_word_byte(char c)
{
	return ascii_is(c, ASCII_ALNUM) || c == '_' || c == '$';
}

/* Words of the language, which say nothing of a script, by their length. */
static const char *const keywords[] = {
    [2] = "do if in of",
    [3] = "for let new try var",
    [4] = "case else null self this true void with",
    [5] = "async await break catch class const false super throw while yield",
    [6] = "delete return static switch typeof window",
    [7] = "finally",
    [8] = "continue document function",
    [9] = "undefined",
    [10] = "instanceof",
};

static bool
is_keyword(struct span word)
{
	const char *list;

	if (word.n >= sizeof keywords / sizeof keywords[0])
		return false;
	for (list = keywords[word.n]; list != NULL; list += word.n) {
		if (memcmp(list, word.p, word.n) == 0)
			return true;
		if (*(list + word.n) == '\0')
			return false;
		list++;
	}
	return false;
}

/* Whether what follows calls it, assigns to it or takes a member of it. */
static bool
is_used(const struct label *l)
{
	size_t at = l->at;
	char c, next;

	while (at < l->text.n && ascii_is(l->text.p[at], ASCII_SPACE))
		at++;
	c = at < l->text.n ? l->text.p[at] : '\0';
	next = at + 1 < l->text.n ? l->text.p[at + 1] : '\0';
	return c == '(' || c == '.' || (c == '=' && next != '=');
}

static void
take_word(struct label *l)
{
	char plain[WORD + 1];
	size_t begin = l->at, n = 0;
	bool is_plain = true;
	struct span word;

	for (; is_word_byte(ahead(l, 0)); l->at++) {
		char c = ahead(l, 0);

		if (ascii_is(c, ASCII_DIGIT) || n == WORD)
			is_plain = false;
		else
			plain[n++] = c;
	}
	word = (struct span){plain, n};
	l->ends_value = true;
	if (is_keyword(word)) {
		l->ends_value = span_equal(word, SPAN("this"));
		return;
	}
	if (n == 0 || !is_new(l, word))
		return;
	l->key = told_key(l->key, word);
	if (is_plain && n > 1 && l->n_names < SHOWN_NAMES && is_used(l) &&
	    (begin == 0 || l->text.p[begin - 1] != '\\')) {
		l->n_names++;
		show(l->names, &l->names_n, word);
	}
}

/* The domain of the host that begins here, if it has one that can be shown. */
static void
take_host(struct label *l, struct span rest)
{
	char host[DOMAIN * 2];
	bool has_letter = false;
	struct span domain;
	size_t n = 0;

	for (; n < rest.n && n < sizeof host; n++) {
		char c = ascii_lower(rest.p[n]);

		if (!ascii_is(c, ASCII_ALNUM) && c != '-' && c != '.')
			break;
		has_letter |= ascii_is(c, ASCII_ALPHA);
		host[n] = c;
	}
	if (n == sizeof host || !has_letter)
		return;
	domain = url_registrable_domain((struct span){host, n});
	if (domain.n == 0 || domain.n > DOMAIN ||
	    span_find(domain, '.') == domain.n || domain.p[0] == '.' ||
	    domain.p[domain.n - 1] == '.' || !is_new(l, domain))
		return;
	l->key = told_key(l->key, domain);
	show(l->domains, &l->domains_n, domain);
}

/* A string up to its end; of it count only the hosts of URLs. */
static void
take_string(struct label *l)
{
	char quote = ahead(l, 0);
	size_t begin = ++l->at, i;
	struct span string;

	while (l->at < l->text.n && ahead(l, 0) != quote)
		l->at += ahead(l, 0) == '\\' ? 2 : 1;
	string = span_sub(l->text, begin, l->at - begin);
	for (i = 0; i + 1 < string.n; i++)
		if (string.p[i] == '/' && string.p[i + 1] == '/')
			take_host(l, span_sub(string, i + 2, string.n));
	l->at++;
	l->ends_value = true;
}

static void
skip_to(struct label *l, struct span end)
{
	struct span rest = span_sub(l->text, l->at, l->text.n);

	l->at += span_search(rest, end) + end.n;
}

/* A regular expression, on one line; what is in it does not count. */
static void
skip_expression(struct label *l)
{
	bool in_class = false;

	for (l->at++; l->at < l->text.n; l->at++) {
		char c = ahead(l, 0);

		if (c == '\n' || (c == '/' && !in_class))
			break;
		if (c == '\\')
			l->at++;
		else if (c == '[' || c == ']')
			in_class = c == '[';
	}
	l->at++;
	while (ascii_is(ahead(l, 0), ASCII_ALPHA))
		l->at++;
	l->ends_value = true;
}

static void
take_slash(struct label *l)
{
	if (ahead(l, 1) == '/') {
		skip_to(l, SPAN("\n"));
	} else if (ahead(l, 1) == '*') {
		skip_to(l, SPAN("*/"));
	} else if (l->ends_value) {
		l->at++;
		l->ends_value = false;
	} else {
		skip_expression(l);
	}
}

static void
take_next(struct label *l)
{
	char c = ahead(l, 0);

	if (ascii_is(c, ASCII_DIGIT)) {
		while (is_word_byte(ahead(l, 0)) || ahead(l, 0) == '.')
			l->at++;
		l->ends_value = true;
	} else if (is_word_byte(c)) {
		take_word(l);
	} else if (c == '"' || c == '\'' || c == '`') {
		take_string(l);
	} else if (c == '/') {
		take_slash(l);
	} else {
		if (!ascii_is(c, ASCII_SPACE))
			l->ends_value = c == ')' || c == ']';
		l->at++;
	}
}

/* A key as hexadecimal digits, and NUL. */
static void
write_key(uint64_t key, char out[DIGITS + 1])
{
	uint32_t half = (uint32_t)(key ^ key >> 32);
	const unsigned char bytes[] = {(unsigned char)(half >> 24),
	    (unsigned char)(half >> 16), (unsigned char)(half >> 8),
	    (unsigned char)half};

	digest_hex(bytes, sizeof bytes, out);
}

size_t
inventory_label(struct span script, char out[INVENTORY_NAME])
{
	struct label l = {
	    .text = span_sub(script, 0, LABEL_READ), .key = TOLD_KEY};
	size_t n, room;

	/* with no room for another word nothing changes any more */
	while (l.at < l.text.n && l.n_seen < LABEL_WORDS)
		take_next(&l);
	if (l.n_seen == 0)
		return 0;
	write_key(l.key, out);
	n = DIGITS;
	room = INVENTORY_NAME - n;
	if (l.names_n > room)
		l.names_n = 0;
	memcpy(out + n, l.names, l.names_n);
	n += l.names_n;
	if (l.domains_n <= INVENTORY_NAME - n) {
		memcpy(out + n, l.domains, l.domains_n);
		n += l.domains_n;
	}
	return n;
}
