#include <libconsent/findings.h>

#include "base/utf8.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINE_MOST = 1 << 13 /* columns are counted up to here */
};

void
findings_init(struct findings *f)
{
	*f = (struct findings){0};
}

void
findings_fini(struct findings *f)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		free(f->items[i].text);
		free(f->items[i].wanted);
		free(f->items[i].fix);
		free((void *)(uintptr_t)f->items[i].place.file);
		free((void *)(uintptr_t)f->items[i].place.text.p);
	}
	free(f->items);
	findings_init(f);
}

/* The list doubles from 16, so that most runs allocate once. */
static struct finding *
findings_room(struct findings *f)
{
	bool full = f->n == 0 || (f->n >= 16 && (f->n & (f->n - 1)) == 0);
	struct finding *items = f->items;

	if (f->n >= FINDINGS_KEPT)
		return NULL;
	if (full) {
		size_t want = f->n == 0 ? 16 : f->n * 2;

		items = reallocarray(f->items, want, sizeof *items);
		if (items == NULL)
			return NULL;
		f->items = items;
	}
	return &items[f->n];
}

/* A copy of a line, unless it is too long to be shown. */
static struct span
line_copy(struct span line)
{
	char *copy;

	if (line.n == 0 || line.n > FINDINGS_LINE || !utf8_is_all(line))
		return (struct span){NULL, 0};
	copy = malloc(line.n);
	if (copy == NULL)
		return (struct span){NULL, 0};
	memcpy(copy, line.p, line.n);
	utf8_tame(copy, line.n);
	return (struct span){copy, line.n};
}

static void
findings_keep(struct findings *f, struct finding finding)
{
	struct finding *room = findings_room(f);
	const char *name = finding.place.file;
	char *text, *file;

	f->is_last_kept = false;
	if (room == NULL)
		return;
	text = strdup(finding.text);
	file = name == NULL ? NULL : strdup(name);
	if (text == NULL || (name != NULL && file == NULL)) {
		free(text);
		free(file);
		return;
	}
	finding.text = text;
	finding.place.file = file;
	finding.place.text = line_copy(finding.place.text);
	*room = finding;
	f->n++;
	f->is_last_kept = true;
}

struct place
place_within(struct span text, size_t at, size_t n)
{
	size_t from = at < text.n ? at : text.n, rest;
	size_t least = from > LINE_MOST ? from - LINE_MOST : 0;
	const char *end =
	    from == least ? NULL : memrchr(text.p + least, '\n', from - least);

	if (end == NULL && least > 0)
		return (struct place){.column = 0}; /* nobody reads that */
	from = end == NULL ? 0 : (size_t)(end - text.p) + 1;
	text = span_sub(text, from, 2 * LINE_MOST);
	text = span_sub(text, 0, span_find(text, '\n'));
	if (span_ends(text, SPAN("\r")))
		text = span_sub(text, 0, text.n - 1);
	rest = at - from < text.n ? text.n - (at - from) : 1;
	return (struct place){.column = (unsigned)(at - from) + 1,
	    .length = (unsigned)(n < rest ? n : rest),
	    .text = text};
}

static void
add(struct findings *f, struct finding finding, const char *format,
    va_list args)
{
	char text[FINDINGS_TEXT];

	if (f->n == FINDINGS_KEPT) {
		f->is_last_kept = false;
		return;
	}
	if (vsnprintf(text, sizeof text, format, args) < 0)
		text[0] = '\0';
	utf8_tame(text, strlen(text));
	finding.text = text;
	findings_keep(f, finding);
}

void
findings_error(struct findings *f, struct place place, enum finding_kind kind,
    const char *format, ...)
{
	va_list args;

	f->errors++;
	va_start(args, format);
	add(f,
	    (struct finding){
		.level = FINDING_ERROR, .kind = kind, .place = place},
	    format, args);
	va_end(args);
}

void
findings_warn(struct findings *f, struct place place, enum finding_kind kind,
    const char *format, ...)
{
	va_list args;

	f->warnings++;
	va_start(args, format);
	add(f,
	    (struct finding){
		.level = FINDING_WARNING, .kind = kind, .place = place},
	    format, args);
	va_end(args);
}

/* The one that was added last, or NULL where it was not kept. */
static struct finding *
last(struct findings *f)
{
	return f->is_last_kept ? &f->items[f->n - 1] : NULL;
}

void
findings_wanted(struct findings *f, const char *const *words)
{
	struct finding *it = last(f);
	char list[FINDINGS_WANTED];
	size_t at = 0;

	if (it == NULL || it->wanted != NULL || *words == NULL)
		return;
	for (; *words != NULL; words++) {
		int n = snprintf(list + at, sizeof list - at, "%s%s",
		    at == 0 ? "" : ", ", *words);

		if (n < 0 || (size_t)n >= sizeof list - at) {
			list[at] = '\0'; /* whole words only */
			break;
		}
		at += (size_t)n;
	}
	utf8_tame(list, strlen(list));
	it->wanted = strdup(list);
}

void
findings_fix(struct findings *f, const char *text)
{
	struct finding *it = last(f);

	if (it == NULL || text == NULL || it->fix != NULL)
		return;
	it->fix = strdup(text);
	if (it->fix != NULL)
		utf8_tame(it->fix, strlen(it->fix));
}

void
findings_fix_string(struct findings *f, const char *text)
{
	char quoted[FINDINGS_TEXT];
	int n;

	if (text == NULL || strpbrk(text, "\"\\") != NULL)
		return;
	n = snprintf(quoted, sizeof quoted, "\"%s\"", text);
	if (n > 0 && (size_t)n < sizeof quoted)
		findings_fix(f, quoted);
}

/* Whether both stand in one file. */
static bool
same_file(const struct finding *a, const struct finding *b)
{
	if (a->place.file == NULL || b->place.file == NULL)
		return a->place.file == b->place.file;
	return strcmp(a->place.file, b->place.file) == 0;
}

static bool
is_before(const struct finding *a, const struct finding *b)
{
	if (a->place.line != b->place.line)
		return a->place.line < b->place.line;
	return a->place.column < b->place.column;
}

/* Each goes up to the last of its file that is not behind it: few are kept. */
void
findings_sort(struct findings *f)
{
	size_t i, to, k;

	for (i = 1; i < f->n; i++) {
		struct finding it = f->items[i];

		for (to = i; to > 0; to--)
			if (same_file(&f->items[to - 1], &it))
				break;
		if (to == 0)
			continue; /* the first of its file */
		while (to > 0 && same_file(&f->items[to - 1], &it) &&
		       is_before(&it, &f->items[to - 1]))
			to--;
		for (k = i; k > to; k--)
			f->items[k] = f->items[k - 1];
		f->items[to] = it;
	}
	f->is_last_kept = false;
}

const char *
findings_level_name(enum finding_level level)
{
	return level == FINDING_ERROR ? "error" : "warning";
}
