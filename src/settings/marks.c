#include "settings/marks.h"

#include "base/ascii.h"

#include <libconsent/setting.h>

#include <stdbool.h>
#include <string.h>

/* Where the walk stands. */
struct walk {
	struct span text;
	size_t at;
	uint32_t line;
	struct marks *out;
	size_t n, max;
};

static char
peek(const struct walk *w, size_t ahead)
{
	return ahead < w->text.n - w->at ? w->text.p[w->at + ahead] : '\0';
}

static void
advance(struct walk *w, size_t n)
{
	for (; n > 0 && w->at < w->text.n; n--)
		w->line += w->text.p[w->at++] == '\n';
}

/* How many bytes of blanks or of one comment stand here. */
static size_t
gap(const struct walk *w)
{
	struct span rest = span_sub(w->text, w->at, w->text.n);

	if (ascii_is(peek(w, 0), ASCII_SPACE))
		return 1;
	if (peek(w, 0) == '#' || (peek(w, 0) == '/' && peek(w, 1) == '/'))
		return span_find(rest, '\n');
	if (peek(w, 0) != '/' || peek(w, 1) != '*')
		return 0;
	return span_search(span_sub(rest, 2, rest.n), SPAN("*/")) + 4;
}

static void
skip(struct walk *w)
{
	size_t n;

	while (w->at < w->text.n && (n = gap(w)) > 0)
		advance(w, n);
}

/* Passes over one byte that must stand here. */
static bool
take(struct walk *w, char byte)
{
	skip(w);
	if (peek(w, 0) != byte || w->at == w->text.n)
		return false;
	advance(w, 1);
	return true;
}

static bool
is_word(char b)
{
	return ascii_is(b, ASCII_ALNUM) || strchr("_-*+.", b) != NULL;
}

/* The word or the string that stands here. */
static size_t
token(const struct walk *w)
{
	size_t n = 0;

	if (peek(w, 0) != '"') {
		while (n < w->text.n - w->at && peek(w, n) != '\0' &&
		       is_word(peek(w, n)))
			n++;
		return n;
	}
	for (n = 1; n < w->text.n - w->at && peek(w, n) != '"'; n++)
		n += peek(w, n) == '\\';
	return n + 1;
}

/* Begins a mark at the next token. */
static struct mark
begin(struct walk *w)
{
	skip(w);
	return (struct mark){.at = (uint32_t)w->at, .line = w->line};
}

static void
end(const struct walk *w, struct mark *mark)
{
	mark->n = (uint32_t)w->at - mark->at;
}

/* A scalar; strings that follow each other are one. */
static bool
walk_scalar(struct walk *w, const struct setting *s, struct mark *mark)
{
	size_t n = token(w);

	if (n == 0)
		return false;
	advance(w, n);
	end(w, mark);
	if (setting_type(s) != SETTING_STRING)
		return true;
	for (skip(w); peek(w, 0) == '"'; skip(w)) {
		/* members of an array are never without a comma */
		advance(w, token(w));
		end(w, mark);
	}
	return true;
}

static bool walk_members(struct walk *w, const struct setting *s);

static bool
walk_value(struct walk *w, const struct setting *s, struct mark *mark)
{
	static const char ends[] = {
	    [SETTING_GROUP] = '}', [SETTING_ARRAY] = ']', [SETTING_LIST] = ')'};
	enum setting_type type = setting_type(s);

	*mark = begin(w);
	if (type != SETTING_GROUP && type != SETTING_ARRAY &&
	    type != SETTING_LIST)
		return walk_scalar(w, s, mark);
	mark->n = 1; /* until its end is known */
	advance(w, 1);
	if (!walk_members(w, s) || !take(w, ends[type]))
		return false;
	end(w, mark);
	return true;
}

static bool
walk_name(struct walk *w, const char *name, struct mark *mark)
{
	*mark = begin(w);
	advance(w, token(w));
	end(w, mark);
	if (!span_equal(span_sub(w->text, mark->at, mark->n), span_of(name)))
		return false;
	return take(w, '=') || take(w, ':');
}

static bool
walk_node(struct walk *w, const struct setting *s)
{
	struct marks *marks = &w->out[w->n];

	if (w->n == w->max)
		return false;
	*marks = (struct marks){.name = {0}};
	if (setting_name(s) != NULL &&
	    !walk_name(w, setting_name(s), &marks->name))
		return false;
	w->n++;
	return walk_value(w, s, &marks->value);
}

static bool
walk_members(struct walk *w, const struct setting *s)
{
	size_t i, n = setting_count(s);

	for (i = 0; i < n; i++) {
		if (!walk_node(w, setting_at(s, i)))
			return false;
		if (!take(w, ';'))
			(void)take(w, ','); /* neither must be there */
	}
	return true;
}

size_t
marks_find(
    const struct setting *root, struct span text, struct marks *out, size_t max)
{
	struct walk w = {.text = text, .line = 1, .out = out, .max = max};

	(void)walk_members(&w, root);
	return w.n;
}
