
#include "base/utf8.h"

#include <libconsent/findings.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	TAB_WIDTH = 4,	/* of a source line, as shown */
	LINE_WIDTH = 79 /* of what is written around it */
};

/* What switches a colour on; all empty where there are none. */
struct paint {
	const char *error, *warning, *strong, *faint, *good, *plain;
};

static const struct paint colours = {
    "\x1b[1;31m", "\x1b[1;33m", "\x1b[1m", "\x1b[2m", "\x1b[1;32m", "\x1b[0m"};
static const struct paint colourless = {"", "", "", "", "", ""};

/* NO_COLOR, set to anything, is a visitor of many programs' wish. */
static const struct paint *
paint_for(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (isatty(fileno(out)) == 0 || (no != NULL && no[0] != '\0') ||
	    (term != NULL && strcmp(term, "dumb") == 0))
		return &colourless;
	return &colours;
}

static const char *
level_paint(const struct paint *paint, enum finding_level level)
{
	return level == FINDING_ERROR ? paint->error : paint->warning;
}

static void
print_head(const struct finding *it, const struct paint *paint, FILE *out)
{
	const struct place *place = &it->place;

	char *file = place->file == NULL ? NULL : strdup(place->file);

	if (file != NULL) /* an include may call it anything */
		utf8_tame(file, strlen(file));
	(void)fputs(paint->strong, out);
	if (file != NULL && place->line > 0)
		(void)fprintf(out, "%s:%u: ", file, place->line);
	else if (file != NULL)
		(void)fprintf(out, "%s: ", file);
	free(file);
	(void)fprintf(out, "%s%s%s:%s %s %s[%s]%s\n", paint->plain,
	    level_paint(paint, it->level), findings_level_name(it->level),
	    paint->plain, it->text, paint->faint, finding_kind_id(it->kind),
	    paint->plain);
}

static void
print_text(struct span text, FILE *out)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] == '\t')
			(void)fprintf(out, "%*s", TAB_WIDTH, "");
		else
			(void)fputc(text.p[i], out);
}

/* The line and a mark under the place. */
static void
print_line(const struct finding *it, const struct paint *paint, FILE *out)
{
	const struct place *place = &it->place;
	size_t from = place->column - 1, i, n;

	(void)fprintf(
	    out, "%s%6u |%s ", paint->faint, place->line, paint->plain);
	print_text(place->text, out);
	(void)fputc('\n', out);
	if (place->column == 0 || from > place->text.n)
		return;
	n = utf8_columns(span_sub(place->text, from, place->length), TAB_WIDTH);
	(void)fprintf(out, "%s%6s |%s %*s%s^", paint->faint, "", paint->plain,
	    (int)utf8_columns(span_sub(place->text, 0, from), TAB_WIDTH), "",
	    level_paint(paint, it->level));
	for (i = 1; i < n; i++)
		(void)fputc('~', out);
	(void)fprintf(out, "%s\n", paint->plain);
}

/* The line as it is meant, without what is before and behind the setting. */
static void
print_fix(const struct finding *it, const struct paint *paint, FILE *out)
{
	const struct place *place = &it->place;
	struct span front, back;

	(void)fprintf(out, "%s%6s =%s %shelp:%s ", paint->faint, "",
	    paint->plain, paint->good, paint->plain);
	if (place->column == 0 || place->column > place->text.n + 1) {
		(void)fprintf(out, "%s\n", it->fix);
		return;
	}
	front = span_sub(place->text, 0, place->column - 1);
	back = span_sub(
	    place->text, place->column - 1 + place->length, place->text.n);
	while (front.n > 0 && (front.p[0] == ' ' || front.p[0] == '\t'))
		front = span_sub(front, 1, front.n);
	print_text(front, out);
	(void)fprintf(out, "%s%s%s", paint->good, it->fix, paint->plain);
	print_text(span_trim(back).n == 0 ? span_trim(back) : back, out);
	(void)fputc('\n', out);
}

/* A list of words, broken where a line would be too long. */
static void
print_wanted(const char *wanted, const struct paint *paint, FILE *out)
{
	static const char title[] = "taken here:";
	struct span rest = span_of(wanted), word;
	size_t at = 0;

	while (rest.p != NULL) {
		word = span_trim(span_cut(&rest, ','));
		if (at == 0 || at + word.n + 2 > LINE_WIDTH) {
			(void)fprintf(out, "%s%s%6s %s%s %s",
			    at == 0 ? "" : "\n", paint->faint, "",
			    at == 0 ? "=" : " ", paint->plain,
			    at == 0 ? title : "           ");
			at = 9 + sizeof title - 1;
		}
		(void)fprintf(
		    out, " %.*s%s", SPAN_ARG(word), rest.p == NULL ? "" : ",");
		at += word.n + 2;
	}
	(void)fputc('\n', out);
}

/* The file, if it is one that can be read without waiting. */
static FILE *
file_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FILE *file = NULL;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		file = fdopen(fd, "r");
	if (file == NULL)
		(void)close(fd); /* nothing was written */
	return file;
}

/* A place that outlived the text it was in: its line is read again. */
static struct span
line_again(const struct place *place, char line[FINDINGS_LINE])
{
	FILE *file = file_open(place->file);
	struct span text = {line, 0};
	unsigned left = place->line;
	int c = 0;

	if (file == NULL)
		return text;
	while (left > 0 && (c = fgetc(file)) != EOF) {
		if (c == '\n')
			left--;
		else if (left == 1 && text.n < FINDINGS_LINE)
			line[text.n++] = (char)c;
	}
	(void)fclose(file); /* only read from */
	if (text.n == FINDINGS_LINE || !utf8_is_all(text))
		text.n = 0;
	utf8_tame(line, text.n);
	return text;
}

static void
print_finding(const struct finding *from, const struct paint *paint, FILE *out)
{
	struct finding shown = *from, *it = &shown;
	char line[FINDINGS_LINE];

	print_head(it, paint, out);
	if (it->place.text.n == 0 && it->place.file != NULL &&
	    it->place.line > 0)
		it->place.text = line_again(&it->place, line);
	if (it->place.line > 0 && it->place.text.n > 0)
		print_line(it, paint, out);
	if (it->wanted != NULL)
		print_wanted(it->wanted, paint, out);
	if (it->fix != NULL)
		print_fix(it, paint, out);
}

void
findings_print(struct findings *f, FILE *out)
{
	const struct paint *paint = paint_for(out);
	size_t i;

	findings_sort(f);
	for (i = 0; i < f->n; i++)
		print_finding(&f->items[i], paint, out);
	if (f->errors + f->warnings > f->n)
		(void)fprintf(
		    out, "and %zu more\n", f->errors + f->warnings - f->n);
}
