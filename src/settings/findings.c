#include "settings/findings.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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
		free((void *)(uintptr_t)f->items[i].place.file);
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

static void
findings_keep(struct findings *f, struct finding finding)
{
	struct finding *room = findings_room(f);
	const char *name = finding.place.file;
	char *text, *file;

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
	*room = finding;
	f->n++;
}

/* Control bytes of a quoted value must not reach a terminal. */
static void
text_clean(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			*text = '?';
}

void
findings_error(struct findings *f, struct place place, const char *format, ...)
{
	char text[FINDINGS_TEXT];
	va_list args;

	va_start(args, format);
	if (vsnprintf(text, sizeof text, format, args) < 0)
		text[0] = '\0';
	va_end(args);
	text_clean(text);
	f->errors++;
	findings_keep(f, (struct finding){FINDING_ERROR, place, text});
}

void
findings_warn(struct findings *f, struct place place, const char *format, ...)
{
	char text[FINDINGS_TEXT];
	va_list args;

	va_start(args, format);
	if (vsnprintf(text, sizeof text, format, args) < 0)
		text[0] = '\0';
	va_end(args);
	text_clean(text);
	f->warnings++;
	findings_keep(f, (struct finding){FINDING_WARNING, place, text});
}

const char *
findings_level_name(enum finding_level level)
{
	return level == FINDING_ERROR ? "error" : "warning";
}

void
findings_print(const struct findings *f, FILE *out)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		const struct finding *it = &f->items[i];

		if (it->place.file != NULL && it->place.line > 0)
			(void)fprintf(
			    out, "%s:%u: ", it->place.file, it->place.line);
		else if (it->place.file != NULL)
			(void)fprintf(out, "%s: ", it->place.file);
		(void)fprintf(
		    out, "%s: %s\n", findings_level_name(it->level), it->text);
	}
	if (f->errors + f->warnings > f->n)
		(void)fprintf(
		    out, "and %zu more\n", f->errors + f->warnings - f->n);
}
