#include "settings/expand.h"

#include <libconsent/settings_limits.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	EXPAND_BYTES = 8 * SETTINGS_BYTES, /* of the whole */
	EXPAND_ORIGINS = SETTINGS_FILES * (SCAN_INCLUDES + 1) * 2
};

/* What stays the same while includes are followed. */
struct work {
	struct expansion *e;
	struct findings *findings;
	const char *top;		   /* includes count from its folder */
	unsigned active[SETTINGS_NESTING]; /* files that are being read */
	size_t depth;
};

void
expand_init(struct expansion *e)
{
	*e = (struct expansion){.lines = 1};
	buf_init(&e->whole, EXPAND_BYTES);
}

void
expand_fini(struct expansion *e)
{
	size_t i;

	for (i = 0; i < e->n_sources; i++) {
		free(e->sources[i].path);
		buf_fini(&e->sources[i].text);
	}
	free(e->sources);
	free(e->origins);
	buf_fini(&e->whole);
	expand_init(e);
}

static int
source_new(struct expansion *e, const char *path, struct source **out)
{
	struct source *s;

	if (e->sources == NULL)
		e->sources = calloc(SETTINGS_FILES, sizeof *e->sources);
	if (e->sources == NULL)
		return CONSENT_ENOMEM;
	if (e->n_sources == SETTINGS_FILES)
		return CONSENT_ELIMIT;
	s = &e->sources[e->n_sources];
	s->path = strdup(path);
	if (s->path == NULL)
		return CONSENT_ENOMEM;
	buf_init(&s->text, SETTINGS_BYTES);
	e->n_sources++;
	*out = s;
	return CONSENT_OK;
}

static int
read_all(int fd, struct buf *text)
{
	char piece[8192];
	ssize_t n;
	int rc;

	for (;;) {
		n = read(fd, piece, sizeof piece);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return CONSENT_EIO;
		if (n == 0)
			return CONSENT_OK;
		rc = buf_append(text, (struct span){piece, (size_t)n});
		if (rc != CONSENT_OK)
			return rc;
	}
}

/* NULL, or why path cannot be read into text. */
static const char *
read_file(const char *path, struct buf *text)
{
	const char *why = NULL;
	struct stat st;
	int rc, fd;

	/* a FIFO must not make the reader wait */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return strerror(errno);
	if (fstat(fd, &st) != 0)
		why = strerror(errno);
	else if (S_ISDIR(st.st_mode))
		why = "it is a folder";
	else if (!S_ISREG(st.st_mode))
		why = "it is not a regular file";
	if (why == NULL) {
		rc = read_all(fd, text);
		if (rc == CONSENT_EIO)
			why = strerror(errno);
		else if (rc == CONSENT_ELIMIT)
			why = "it is larger than 4 MiB";
		else if (rc != CONSENT_OK)
			why = status_text(rc);
	}
	(void)close(fd); /* only read from */
	return why;
}

/* path as it counts from the folder of top. */
static int
path_join(const char *top, struct span path, struct buf *out)
{
	const char *slash = strrchr(top, '/');
	int rc = CONSENT_OK;

	if (slash != NULL && !span_starts(path, SPAN("/")))
		rc = buf_append(
		    out, (struct span){top, (size_t)(slash - top) + 1});
	if (rc == CONSENT_OK)
		rc = buf_append(out, path);
	if (rc == CONSENT_OK)
		rc = buf_append_byte(out, '\0');
	return rc;
}

/* Appends a piece of a source, whose first byte stands on line. */
static int
whole_add(
    struct expansion *e, unsigned source, struct span piece, unsigned line)
{
	struct origin *origin;
	size_t i;
	int rc;

	if (piece.n == 0)
		return CONSENT_OK;
	if (e->origins == NULL)
		e->origins = calloc(EXPAND_ORIGINS, sizeof *e->origins);
	if (e->origins == NULL)
		return CONSENT_ENOMEM;
	if (e->n_origins == EXPAND_ORIGINS)
		return CONSENT_ELIMIT;
	origin = &e->origins[e->n_origins];
	*origin = (struct origin){.first = e->lines,
	    .source = source,
	    .line = line,
	    .at = e->whole.n,
	    .from = (size_t)(piece.p - e->sources[source].text.p)};
	rc = buf_append(&e->whole, piece);
	if (rc != CONSENT_OK)
		return rc;
	e->n_origins++;
	for (i = 0; i < piece.n; i++)
		e->lines += piece.p[i] == '\n';
	return CONSENT_OK;
}

static int expand_source(struct work *w, unsigned index);

static int
include_file(struct work *w, const struct scan_include *it)
{
	const struct place from = it->place;
	struct buf path;
	struct source *s = NULL;
	const char *why;
	size_t i;
	int rc;

	buf_init(&path, 4096);
	rc = path_join(w->top, it->path, &path);
	if (rc != CONSENT_OK)
		goto out;
	for (i = 0; i < w->depth; i++)
		if (strcmp(w->e->sources[w->active[i]].path, path.p) == 0) {
			findings_error(w->findings, from, FINDING_BAD_INCLUDE,
			    "\"%s\" includes itself", path.p);
			goto out;
		}
	if (w->depth == SETTINGS_NESTING) {
		findings_error(w->findings, from, FINDING_TOO_MUCH,
		    "more than %d includes within each other",
		    SETTINGS_NESTING);
		goto out;
	}
	rc = source_new(w->e, path.p, &s);
	if (rc != CONSENT_OK)
		goto out;
	why = read_file(path.p, &s->text);
	if (why != NULL) {
		findings_error(w->findings, from, FINDING_BAD_INCLUDE,
		    "cannot read \"%s\": %s", path.p, why);
		w->e->n_sources--;
		free(s->path);
		buf_fini(&s->text);
		goto out;
	}
	s->settings = it->in_group;
	rc = expand_source(w, (unsigned)w->e->n_sources - 1);
out:
	if (rc == CONSENT_ELIMIT)
		findings_error(w->findings, from, FINDING_TOO_MUCH,
		    "too much is included");
	buf_fini(&path);
	return rc;
}

static void
drop_bom(struct work *w, struct source *s)
{
	if (!span_starts(buf_span(&s->text), SPAN("\xEF\xBB\xBF")))
		return;
	findings_error(w->findings, (struct place){.file = s->path, .line = 1},
	    FINDING_ENCODING,
	    "begins with a byte order mark: save it as UTF-8 without one");
	buf_drain(&s->text, 3);
}

/* Adds source index to the whole, its includes in their places. */
static int
expand_source(struct work *w, unsigned index)
{
	struct source *s = &w->e->sources[index];
	size_t from = 0, i;
	unsigned line = 1;
	struct span text;
	int rc = CONSENT_OK;

	drop_bom(w, s);
	text = buf_span(&s->text);
	scan_text(s->path, text, w->findings, &s->scan);
	w->active[w->depth++] = index;
	for (i = 0; rc == CONSENT_OK && i < s->scan.n_includes; i++) {
		const struct scan_include *it = &s->scan.includes[i];

		rc = whole_add(
		    w->e, index, span_sub(text, from, it->from - from), line);
		if (rc == CONSENT_OK)
			rc = include_file(w, it);
		from = it->to;
		line = it->place.line;
	}
	if (rc == CONSENT_OK)
		rc = whole_add(w->e, index, span_sub(text, from, text.n), line);
	/* so that what follows an include begins on a line of its own */
	if (rc == CONSENT_OK && w->depth > 1) {
		rc = buf_append_byte(&w->e->whole, '\n');
		w->e->lines++;
	}
	w->depth--;
	return rc;
}

/* Ends the whole; anything unreadable has been reported by then. */
static int
expand_finish(struct work *w, size_t errors, int rc)
{
	if (rc == CONSENT_OK)
		rc = buf_append_byte(&w->e->whole, '\0');
	if (rc == CONSENT_OK)
		w->e->whole.n--;
	if (rc == CONSENT_ENOMEM)
		return rc;
	return rc != CONSENT_OK || w->findings->errors > errors ? CONSENT_EINVAL
								: CONSENT_OK;
}

int
expand_load(struct expansion *e, const char *path, struct findings *findings)
{
	struct work w = {.e = e, .findings = findings, .top = path};
	size_t errors = findings->errors;
	struct source *s;
	const char *why;
	int rc;

	rc = source_new(e, path, &s);
	if (rc != CONSENT_OK)
		return rc;
	s->settings = true;
	why = read_file(path, &s->text);
	if (why != NULL) {
		findings_error(findings, (struct place){.file = path},
		    FINDING_UNREADABLE, "cannot be read: %s", why);
		return CONSENT_EIO;
	}
	rc = expand_source(&w, 0);
	return expand_finish(&w, errors, rc);
}

int
expand_text(struct expansion *e, const char *name, struct span text,
    struct findings *findings)
{
	struct work w = {.e = e, .findings = findings, .top = name};
	size_t errors = findings->errors;
	struct source *s;
	int rc;

	rc = source_new(e, name, &s);
	if (rc != CONSENT_OK)
		return rc;
	s->settings = true;
	rc = buf_append(&s->text, text);
	if (rc == CONSENT_ELIMIT)
		findings_error(findings, (struct place){.file = name},
		    FINDING_TOO_MUCH, "is larger than 4 MiB");
	if (rc != CONSENT_OK)
		return rc == CONSENT_ENOMEM ? rc : CONSENT_EINVAL;
	drop_bom(&w, s);
	scan_text(name, buf_span(&s->text), findings, &s->scan);
	if (s->scan.n_includes > 0)
		findings_error(findings, s->scan.includes[0].place,
		    FINDING_SYNTAX, "nothing can be included here");
	rc = whole_add(e, 0, buf_span(&s->text), 1);
	return expand_finish(&w, errors, rc);
}

/* The last of the origins that begins at this line or before; NULL: none. */
static const struct origin *
origin_of(const struct expansion *e, unsigned line)
{
	size_t low = 0, high = e->n_origins;

	if (e->n_origins == 0)
		return NULL;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (e->origins[middle].first <= line)
			low = middle;
		else
			high = middle;
	}
	return &e->origins[low];
}

struct place
expand_place(const struct expansion *e, unsigned line)
{
	const struct origin *from = origin_of(e, line);

	if (from == NULL)
		return (struct place){
		    .file = e->n_sources == 0 ? NULL : e->sources[0].path,
		    .line = line};
	return (struct place){.file = e->sources[from->source].path,
	    .line = from->line + (line - from->first)};
}

struct place
expand_spot(const struct expansion *e, unsigned line, size_t at, size_t n)
{
	const struct origin *from = origin_of(e, line);
	struct place place = expand_place(e, line), spot;

	if (from == NULL || from->at > at)
		return place;
	spot = place_within(buf_span(&e->sources[from->source].text),
	    from->from + (at - from->at), n);
	spot.file = place.file;
	spot.line = place.line;
	return spot;
}
