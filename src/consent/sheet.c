#include "consent/sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/embedded.h"
#include "html/css.h"

#include <libconsent/findings.h>
#include <libconsent/url.h>

enum {
	PATH_BYTES = 4096,
	READ_BYTES = 16384
};

static int
load_built_in(struct buf *out)
{
	const struct embedded_file *file = embedded_find(
	    embedded_notices, embedded_notices_count, SPAN("notice.css"));

	return file == NULL ? CONSENT_ENOENT
			    : buf_append(out, embedded_span(file));
}

static int
read_all(int fd, struct buf *out)
{
	char *room;
	ssize_t n;
	int rc;

	for (;;) {
		rc = buf_reserve(out, READ_BYTES, &room);
		if (rc != CONSENT_OK)
			return rc;
		n = read(fd, room, READ_BYTES);
		if (n == 0)
			return CONSENT_OK;
		if (n > 0)
			out->n += (size_t)n;
		else if (errno != EINTR)
			return CONSENT_EIO;
	}
}

int
sheet_load(const char *directory, struct buf *out)
{
	char path[PATH_BYTES];
	int fd, n, rc;

	if (directory == NULL)
		return load_built_in(out);
	n = snprintf(path, sizeof path, "%s/notice.css", directory);
	if (n < 0 || (size_t)n >= sizeof path)
		return CONSENT_ELIMIT;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? load_built_in(out) : CONSENT_EIO;
	rc = read_all(fd, out);
	(void)close(fd); /* only read from */
	return rc;
}

/* Whether a URL of the sheet asks nobody but the site that it is of. */
static bool
stays_here(struct span value, struct buf *scratch)
{
	static const struct url site = {.kind = URL_NETWORK,
	    .scheme = {"https", 5},
	    .host = {"site.invalid", 12},
	    .port = 443,
	    .path = {"/", 1}};
	struct url url;

	if (url_parse(value, &site, scratch, &url) != CONSENT_OK)
		return false;
	return url.kind == URL_LOCAL || url_origin_equal(&url, &site);
}

static unsigned
line_of(struct span text, const char *at)
{
	unsigned line = 1;
	size_t i;

	for (i = 0; text.p + i < at; i++)
		line += text.p[i] == '\n';
	return line;
}

int
sheet_check(struct span text, const char *name, struct findings *findings)
{
	struct place at = {.file = name};
	struct buf words, scratch;
	struct css_walk walk;
	struct css_url url;
	bool is_good = true;
	int rc;

	buf_init(&words, 2 * SHEET_MAX);
	buf_init(&scratch, URL_SCRATCH);
	css_begin(&walk, text);
	while ((rc = css_next(&walk, &words, &url)) == CONSENT_OK) {
		if (!url.imports && stays_here(url.value, &scratch))
			continue;
		at.line = line_of(text, url.raw.p);
		findings_error(findings, at, FINDING_BAD_TEXT,
		    "notice.css %s \"%.*s\": the notice asks no other host",
		    url.imports ? "imports" : "fetches", SPAN_ARG(url.value));
		is_good = false;
	}
	buf_fini(&words);
	buf_fini(&scratch);
	if (rc != CONSENT_ENOENT)
		return rc;
	return is_good ? CONSENT_OK : CONSENT_EINVAL;
}
